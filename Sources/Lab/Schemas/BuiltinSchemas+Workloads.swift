extension BuiltinSchemas {
  /// What runs pods.
  static let workloadTypes = """
    Deployment =
      spec:DeploymentSpec status:DeploymentStatus
    DeploymentSpec
      replicas:int=1 selector!:LabelSelector template!:PodTemplateSpec strategy:DeploymentStrategy={} minReadySeconds:int
      revisionHistoryLimit:int=10 paused:bool progressDeadlineSeconds:int=600
    DeploymentStrategy
      type=RollingUpdate rollingUpdate:RollingUpdateDeployment
    RollingUpdateDeployment
      maxUnavailable:intstr=25% maxSurge:intstr=25%
    DeploymentStatus
      observedGeneration:int replicas:int updatedReplicas:int readyReplicas:int availableReplicas:int unavailableReplicas:int
      terminatingReplicas:int conditions:[WorkloadCondition]{type} collisionCount:int
    WorkloadCondition
      type! status! lastUpdateTime:time lastTransitionTime:time lastProbeTime:time reason message
    ReplicaSet =
      spec:ReplicaSetSpec status:ReplicaSetStatus
    ReplicaSetSpec
      replicas:int=1 minReadySeconds:int selector!:LabelSelector template:PodTemplateSpec
    ReplicaSetStatus
      replicas:int fullyLabeledReplicas:int readyReplicas:int availableReplicas:int terminatingReplicas:int
      observedGeneration:int conditions:[WorkloadCondition]{type}
    StatefulSet =
      spec:StatefulSetSpec status:StatefulSetStatus
    StatefulSetSpec
      replicas:int=1 selector!:LabelSelector template!:PodTemplateSpec volumeClaimTemplates:[PersistentVolumeClaim]
      serviceName podManagementPolicy=OrderedReady updateStrategy:StatefulSetUpdateStrategy={} revisionHistoryLimit:int=10
      minReadySeconds:int persistentVolumeClaimRetentionPolicy:ClaimRetention={} ordinals:StatefulSetOrdinals
    StatefulSetUpdateStrategy
      type=RollingUpdate rollingUpdate:RollingUpdateStatefulSet
    RollingUpdateStatefulSet
      partition:int=0 maxUnavailable:intstr
    ClaimRetention
      whenDeleted=Retain whenScaled=Retain
    StatefulSetOrdinals
      start:int
    StatefulSetStatus
      observedGeneration:int replicas:int readyReplicas:int currentReplicas:int updatedReplicas:int currentRevision
      updateRevision collisionCount:int conditions:[WorkloadCondition]{type} availableReplicas:int
    DaemonSet =
      spec:DaemonSetSpec status:DaemonSetStatus
    DaemonSetSpec
      selector!:LabelSelector template!:PodTemplateSpec updateStrategy:DaemonSetUpdateStrategy={} minReadySeconds:int
      revisionHistoryLimit:int=10
    DaemonSetUpdateStrategy
      type=RollingUpdate rollingUpdate:RollingUpdateDaemonSet
    RollingUpdateDaemonSet
      maxUnavailable:intstr=1 maxSurge:intstr=0
    DaemonSetStatus
      currentNumberScheduled:int numberMisscheduled:int desiredNumberScheduled:int numberReady:int observedGeneration:int
      updatedNumberScheduled:int numberAvailable:int numberUnavailable:int collisionCount:int
      conditions:[WorkloadCondition]{type}
    ControllerRevision =
      data:any revision!:int
    Job =
      spec:JobSpec status:JobStatus
    JobSpec
      parallelism:int=1 completions:int activeDeadlineSeconds:int podFailurePolicy:PodFailurePolicy
      successPolicy:SuccessPolicy backoffLimit:int=6 backoffLimitPerIndex:int maxFailedIndexes:int selector:LabelSelector
      manualSelector:bool template!:PodTemplateSpec ttlSecondsAfterFinished:int completionMode=NonIndexed suspend:bool=false
      podReplacementPolicy managedBy
    PodFailurePolicy
      rules!:[any]
    SuccessPolicy
      rules!:[any]
    JobStatus
      conditions:[WorkloadCondition] startTime:time completionTime:time active:int succeeded:int failed:int terminating:int
      completedIndexes failedIndexes uncountedTerminatedPods:any ready:int
    CronJob =
      spec:CronJobSpec status:CronJobStatus
    CronJobSpec
      schedule! timeZone startingDeadlineSeconds:int concurrencyPolicy=Allow suspend:bool=false jobTemplate!:JobTemplateSpec
      successfulJobsHistoryLimit:int=3 failedJobsHistoryLimit:int=1
    JobTemplateSpec
      metadata:ObjectMeta spec:JobSpec
    CronJobStatus
      active:[ObjectReference] lastScheduleTime:time lastSuccessfulTime:time
    HorizontalPodAutoscaler =
      spec:HorizontalPodAutoscalerSpec status:HorizontalPodAutoscalerStatus
    HorizontalPodAutoscalerSpec
      scaleTargetRef!:CrossVersionObjectReference minReplicas:int=1 maxReplicas!:int metrics:[any] behavior:any
      targetCPUUtilizationPercentage:int
    CrossVersionObjectReference*
      kind! name! apiVersion
    HorizontalPodAutoscalerStatus
      observedGeneration:int lastScaleTime:time currentReplicas:int desiredReplicas:int currentMetrics:[any]
      conditions:[Condition]{type} currentCPUUtilizationPercentage:int
    PodDisruptionBudget =
      spec:PodDisruptionBudgetSpec status:PodDisruptionBudgetStatus
    PodDisruptionBudgetSpec
      minAvailable:intstr selector:LabelSelector maxUnavailable:intstr unhealthyPodEvictionPolicy
    PodDisruptionBudgetStatus
      observedGeneration:int disruptedPods:<time> disruptionsAllowed:int currentHealthy:int desiredHealthy:int expectedPods:int
      conditions:[Condition]{type}
    PriorityClass =
      value!:int globalDefault:bool description preemptionPolicy=PreemptLowerPriority
    Lease =
      spec:LeaseSpec
    LeaseSpec
      holderIdentity leaseDurationSeconds:int acquireTime:time renewTime:time leaseTransitions:int strategy preferredHolder
    RuntimeClass =
      handler! overhead:any scheduling:any
    """
}
