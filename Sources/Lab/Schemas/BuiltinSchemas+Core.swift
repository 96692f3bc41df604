extension BuiltinSchemas {
  /// The core group but for pods.
  static let coreTypes = """
    Namespace =
      spec:NamespaceSpec status:NamespaceStatus
    NamespaceSpec
      finalizers:[]
    NamespaceStatus
      phase conditions:[Condition]{type}
    Service =
      spec:ServiceSpec status:ServiceStatus
    ServiceSpec
      ports:[ServicePort]{port,protocol} selector:<>* clusterIP clusterIPs:[] type=ClusterIP externalIPs:[]
      sessionAffinity=None loadBalancerIP loadBalancerSourceRanges:[] externalName externalTrafficPolicy
      healthCheckNodePort:int publishNotReadyAddresses:bool sessionAffinityConfig:SessionAffinityConfig ipFamilies:[]
      ipFamilyPolicy allocateLoadBalancerNodePorts:bool loadBalancerClass internalTrafficPolicy trafficDistribution
    ServicePort
      name protocol=TCP appProtocol port!:int targetPort:intstr nodePort:int
    SessionAffinityConfig
      clientIP:ClientIPConfig
    ClientIPConfig
      timeoutSeconds:int
    ServiceStatus
      loadBalancer:LoadBalancerStatus conditions:[Condition]{type}
    LoadBalancerStatus
      ingress:[any]
    ServiceAccount =
      secrets:[ObjectReference]{name} imagePullSecrets:[LocalObjectReference] automountServiceAccountToken:bool
    Secret =
      immutable:bool data:<bytes> stringData:<> type=Opaque
    ConfigMap =
      immutable:bool data:<> binaryData:<bytes>
    PersistentVolumeClaim =
      spec:PersistentVolumeClaimSpec status:PersistentVolumeClaimStatus
    PersistentVolumeClaimSpec
      accessModes:[] selector:LabelSelector resources:VolumeResources volumeName storageClassName volumeMode=Filesystem
      dataSource:TypedLocalObjectReference dataSourceRef:TypedObjectReference volumeAttributesClassName
    VolumeResources
      limits:<qty> requests:<qty>
    PersistentVolumeClaimStatus
      phase accessModes:[] capacity:<qty> conditions:[PodCondition]{type} allocatedResources:<qty>
      allocatedResourceStatuses:<> currentVolumeAttributesClassName modifyVolumeStatus:any
    PersistentVolume =
      spec:PersistentVolumeSpec status:PersistentVolumeStatus
    PersistentVolumeSpec
      capacity:<qty> accessModes:[] claimRef:ObjectReference persistentVolumeReclaimPolicy=Retain storageClassName
      mountOptions:[] volumeMode=Filesystem nodeAffinity:VolumeNodeAffinity volumeAttributesClassName hostPath:HostPathVolume
      nfs:NFSVolume csi:CSIPersistentVolume local:LocalVolume iscsi:any gcePersistentDisk:any awsElasticBlockStore:any
      glusterfs:any rbd:any flexVolume:any cinder:any cephfs:any flocker:any fc:any azureFile:any vsphereVolume:any
      quobyte:any azureDisk:any photonPersistentDisk:any portworxVolume:any scaleIO:any storageos:any
    VolumeNodeAffinity
      required:NodeSelector
    CSIPersistentVolume
      driver! volumeHandle! readOnly:bool fsType volumeAttributes:<> controllerPublishSecretRef:SecretReference
      nodeStageSecretRef:SecretReference nodePublishSecretRef:SecretReference controllerExpandSecretRef:SecretReference
      nodeExpandSecretRef:SecretReference
    SecretReference*
      name namespace
    LocalVolume
      path! fsType
    PersistentVolumeStatus
      phase message reason lastPhaseTransitionTime:time
    Node =
      spec:NodeSpec status:NodeStatus
    NodeSpec
      podCIDR podCIDRs:[]set providerID unschedulable:bool taints:[Taint] configSource:any externalID
    Taint
      key! value effect! timeAdded:time
    NodeStatus
      capacity:<qty> allocatable:<qty> phase conditions:[NodeCondition]{type} addresses:[NodeAddress]{type}
      daemonEndpoints:any nodeInfo:any images:[any] volumesInUse:[] volumesAttached:[any] config:any runtimeHandlers:[any]
      features:any declaredFeatures:[]
    NodeCondition
      type! status! lastHeartbeatTime:time lastTransitionTime:time reason message
    NodeAddress
      type! address!
    Event =
      involvedObject:ObjectReference reason message source:EventSource firstTimestamp:time lastTimestamp:time count:int type
      eventTime:time series:any action related:ObjectReference reportingComponent reportingInstance
    EventSource
      component host
    Endpoints =
      subsets:[any]
    LimitRange =
      spec:LimitRangeSpec
    LimitRangeSpec
      limits!:[LimitRangeItem]
    LimitRangeItem
      type! max:<qty> min:<qty> default:<qty> defaultRequest:<qty> maxLimitRequestRatio:<qty>
    ResourceQuota =
      spec:ResourceQuotaSpec status:ResourceQuotaStatus
    ResourceQuotaSpec
      hard:<qty> scopes:[] scopeSelector:ScopeSelector
    ScopeSelector*
      matchExpressions:[any]
    ResourceQuotaStatus
      hard:<qty> used:<qty>
    ReplicationController =
      spec:ReplicationControllerSpec status:ReplicationControllerStatus
    ReplicationControllerSpec
      replicas:int=1 minReadySeconds:int selector:<>* template:PodTemplateSpec
    ReplicationControllerStatus
      replicas:int fullyLabeledReplicas:int readyReplicas:int availableReplicas:int observedGeneration:int
      conditions:[Condition]{type}
    """
}
