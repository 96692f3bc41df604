extension BuiltinSchemas {
  /// Pods and what is in their templates.
  static let podTypes = """
    Pod =
      spec:PodSpec status:PodStatus
    PodTemplate =
      template:PodTemplateSpec
    PodTemplateSpec
      metadata:ObjectMeta spec:PodSpec
    PodSpec
      containers!:[Container]{name} initContainers:[Container]{name} ephemeralContainers:[EphemeralContainer]{name}
      volumes:[Volume]{name} restartPolicy=Always terminationGracePeriodSeconds:int=30 activeDeadlineSeconds:int
      dnsPolicy=ClusterFirst nodeSelector:<>* serviceAccountName serviceAccount automountServiceAccountToken:bool nodeName
      hostNetwork:bool hostPID:bool hostIPC:bool hostUsers:bool shareProcessNamespace:bool
      securityContext:PodSecurityContext={} imagePullSecrets:[LocalObjectReference]{name} hostname subdomain hostnameOverride
      setHostnameAsFQDN:bool affinity:Affinity schedulerName=default-scheduler tolerations:[Toleration]
      hostAliases:[HostAlias]{ip} priorityClassName priority:int preemptionPolicy dnsConfig:PodDNSConfig
      readinessGates:[PodReadinessGate] runtimeClassName enableServiceLinks:bool overhead:<qty>
      topologySpreadConstraints:[TopologySpreadConstraint]{topologyKey,whenUnsatisfiable} os:PodOS
      schedulingGates:[PodSchedulingGate]{name} resourceClaims:[PodResourceClaim]{name} resources:ResourceRequirements
      schedulingGroup:any
    Container
      name! image command:[] args:[] workingDir ports:[ContainerPort]{containerPort,protocol} envFrom:[EnvFromSource]
      env:[EnvVar]{name} resources:ResourceRequirements={} resizePolicy:[ContainerResizePolicy] restartPolicy
      restartPolicyRules:[ContainerRestartRule] volumeMounts:[VolumeMount]{mountPath} volumeDevices:[VolumeDevice]{devicePath}
      livenessProbe:Probe readinessProbe:Probe startupProbe:Probe lifecycle:Lifecycle
      terminationMessagePath=/dev/termination-log terminationMessagePolicy=File imagePullPolicy
      securityContext:SecurityContext stdin:bool stdinOnce:bool tty:bool
    EphemeralContainer
      name! image command:[] args:[] workingDir ports:[ContainerPort]{containerPort,protocol} envFrom:[EnvFromSource]
      env:[EnvVar]{name} resources:ResourceRequirements={} resizePolicy:[ContainerResizePolicy] restartPolicy
      restartPolicyRules:[ContainerRestartRule] volumeMounts:[VolumeMount]{mountPath} volumeDevices:[VolumeDevice]{devicePath}
      livenessProbe:Probe readinessProbe:Probe startupProbe:Probe lifecycle:Lifecycle
      terminationMessagePath=/dev/termination-log terminationMessagePolicy=File imagePullPolicy
      securityContext:SecurityContext stdin:bool stdinOnce:bool tty:bool targetContainerName
    ContainerPort
      name hostPort:int containerPort!:int protocol=TCP hostIP
    EnvVar
      name! value valueFrom:EnvVarSource
    EnvVarSource
      fieldRef:ObjectFieldSelector resourceFieldRef:ResourceFieldSelector configMapKeyRef:KeySelector secretKeyRef:KeySelector
      fileKeyRef:FileKeySelector
    FileKeySelector*
      volumeName! path! key! optional:bool
    ObjectFieldSelector*
      apiVersion=v1 fieldPath!
    ResourceFieldSelector*
      containerName resource! divisor:qty
    KeySelector*
      name key! optional:bool
    EnvFromSource
      prefix configMapRef:OptionalReference secretRef:OptionalReference
    OptionalReference
      name optional:bool
    ResourceRequirements
      limits:<qty> requests:<qty> claims:[ResourceClaim]{name}
    ResourceClaim
      name! request
    ContainerResizePolicy
      resourceName! restartPolicy!
    ContainerRestartRule
      action exitCodes:any
    VolumeMount
      name! mountPath! readOnly:bool recursiveReadOnly subPath subPathExpr mountPropagation
    VolumeDevice
      name! devicePath!
    Probe
      exec:ExecAction httpGet:HTTPGetAction tcpSocket:TCPSocketAction grpc:GRPCAction initialDelaySeconds:int
      timeoutSeconds:int=1 periodSeconds:int=10 successThreshold:int=1 failureThreshold:int=3 terminationGracePeriodSeconds:int
    ExecAction
      command:[]
    HTTPGetAction
      path=/ port!:intstr host scheme=HTTP httpHeaders:[HTTPHeader]
    HTTPHeader
      name! value!
    TCPSocketAction
      port!:intstr host
    GRPCAction
      port!:int service
    SleepAction
      seconds!:int
    Lifecycle
      postStart:LifecycleHandler preStop:LifecycleHandler stopSignal
    LifecycleHandler
      exec:ExecAction httpGet:HTTPGetAction tcpSocket:TCPSocketAction sleep:SleepAction
    SecurityContext
      capabilities:Capabilities privileged:bool seLinuxOptions:SELinuxOptions windowsOptions:WindowsOptions runAsUser:int
      runAsGroup:int runAsNonRoot:bool readOnlyRootFilesystem:bool allowPrivilegeEscalation:bool procMount
      seccompProfile:SecurityProfile appArmorProfile:SecurityProfile
    PodSecurityContext
      seLinuxOptions:SELinuxOptions windowsOptions:WindowsOptions runAsUser:int runAsGroup:int runAsNonRoot:bool
      supplementalGroups:[int] supplementalGroupsPolicy fsGroup:int sysctls:[Sysctl] fsGroupChangePolicy
      seccompProfile:SecurityProfile appArmorProfile:SecurityProfile seLinuxChangePolicy
    Capabilities
      add:[] drop:[]
    SELinuxOptions
      user role type level
    WindowsOptions
      gmsaCredentialSpecName gmsaCredentialSpec runAsUserName hostProcess:bool
    SecurityProfile
      type! localhostProfile
    Sysctl
      name! value!
    Affinity
      nodeAffinity:NodeAffinity podAffinity:PodAffinity podAntiAffinity:PodAffinity
    NodeAffinity
      requiredDuringSchedulingIgnoredDuringExecution:NodeSelector
      preferredDuringSchedulingIgnoredDuringExecution:[PreferredSchedulingTerm]
    NodeSelector*
      nodeSelectorTerms!:[NodeSelectorTerm]
    NodeSelectorTerm*
      matchExpressions:[LabelSelectorRequirement] matchFields:[LabelSelectorRequirement]
    PreferredSchedulingTerm
      weight!:int preference!:NodeSelectorTerm
    PodAffinity
      requiredDuringSchedulingIgnoredDuringExecution:[PodAffinityTerm]
      preferredDuringSchedulingIgnoredDuringExecution:[WeightedPodAffinityTerm]
    PodAffinityTerm
      labelSelector:LabelSelector namespaces:[] topologyKey! namespaceSelector:LabelSelector matchLabelKeys:[] mismatchLabelKeys:[]
    WeightedPodAffinityTerm
      weight!:int podAffinityTerm!:PodAffinityTerm
    Toleration
      key operator value effect tolerationSeconds:int
    HostAlias
      ip! hostnames:[]
    PodDNSConfig
      nameservers:[] searches:[] options:[PodDNSConfigOption]
    PodDNSConfigOption
      name value
    PodReadinessGate
      conditionType!
    TopologySpreadConstraint
      maxSkew!:int topologyKey! whenUnsatisfiable! labelSelector:LabelSelector minDomains:int nodeAffinityPolicy nodeTaintsPolicy
      matchLabelKeys:[]
    PodOS
      name!
    PodSchedulingGate
      name!
    PodResourceClaim
      name! resourceClaimName resourceClaimTemplateName
    PodStatus
      observedGeneration:int phase conditions:[PodCondition]{type} message reason nominatedNodeName hostIP hostIPs:[IPHolder]
      podIP podIPs:[IPHolder]{ip} startTime:time initContainerStatuses:[any] containerStatuses:[any] qosClass
      ephemeralContainerStatuses:[any] resize resourceClaimStatuses:[any] extendedResourceClaimStatus:any
      allocatedResources:<qty> resources:ResourceRequirements nodeAllocatableResourceClaimStatuses:any
    PodCondition
      type! status! observedGeneration:int lastProbeTime:time lastTransitionTime:time reason message
    IPHolder
      ip!
    """

  /// What pods mount.
  static let volumeTypes = """
    Volume
      name! hostPath:HostPathVolume emptyDir:EmptyDirVolume secret:SecretVolume configMap:ConfigMapVolume
      persistentVolumeClaim:ClaimVolume downwardAPI:DownwardVolume projected:ProjectedVolume csi:CSIVolume
      ephemeral:EphemeralVolume image:ImageVolume nfs:NFSVolume iscsi:any gcePersistentDisk:any awsElasticBlockStore:any
      gitRepo:any glusterfs:any rbd:any flexVolume:any cinder:any cephfs:any flocker:any fc:any azureFile:any
      vsphereVolume:any quobyte:any azureDisk:any photonPersistentDisk:any portworxVolume:any scaleIO:any storageos:any
    HostPathVolume
      path! type
    EmptyDirVolume
      medium sizeLimit:qty
    SecretVolume
      secretName items:[KeyToPath] defaultMode:int=420 optional:bool
    ConfigMapVolume
      name items:[KeyToPath] defaultMode:int=420 optional:bool
    KeyToPath
      key! path! mode:int
    ClaimVolume
      claimName! readOnly:bool
    DownwardVolume
      items:[DownwardFile] defaultMode:int=420
    DownwardFile
      path! fieldRef:ObjectFieldSelector resourceFieldRef:ResourceFieldSelector mode:int
    ProjectedVolume
      sources:[VolumeProjection] defaultMode:int=420
    VolumeProjection
      secret:SecretProjection downwardAPI:DownwardProjection configMap:SecretProjection
      serviceAccountToken:TokenProjection clusterTrustBundle:any podCertificate:any
    SecretProjection
      name items:[KeyToPath] optional:bool
    DownwardProjection
      items:[DownwardFile]
    TokenProjection
      audience expirationSeconds:int=3600 path!
    CSIVolume
      driver! readOnly:bool fsType volumeAttributes:<> nodePublishSecretRef:LocalObjectReference
    EphemeralVolume
      volumeClaimTemplate:ClaimTemplate
    ClaimTemplate
      metadata:ObjectMeta spec!:PersistentVolumeClaimSpec
    ImageVolume
      reference pullPolicy
    NFSVolume
      server! path! readOnly:bool
    """
}
