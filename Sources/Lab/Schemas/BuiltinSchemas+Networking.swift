extension BuiltinSchemas {
  static let networkTypes = """
    Ingress =
      spec:IngressSpec status:IngressStatus
    IngressSpec
      ingressClassName defaultBackend:IngressBackend tls:[IngressTLS] rules:[IngressRule]
    IngressBackend
      service:IngressServiceBackend resource:TypedLocalObjectReference
    IngressServiceBackend
      name! port:ServiceBackendPort
    ServiceBackendPort*
      name number:int
    IngressTLS
      hosts:[] secretName
    IngressRule
      host http:HTTPIngressRuleValue
    HTTPIngressRuleValue
      paths!:[HTTPIngressPath]
    HTTPIngressPath
      path pathType! backend!:IngressBackend
    IngressStatus
      loadBalancer:LoadBalancerStatus
    IngressClass =
      spec:IngressClassSpec
    IngressClassSpec
      controller parameters:IngressClassParameters
    IngressClassParameters
      apiGroup kind! name! scope namespace
    NetworkPolicy =
      spec:NetworkPolicySpec
    NetworkPolicySpec
      podSelector:LabelSelector ingress:[NetworkPolicyIngressRule] egress:[NetworkPolicyEgressRule] policyTypes:[]
    NetworkPolicyIngressRule
      ports:[NetworkPolicyPort] from:[NetworkPolicyPeer]
    NetworkPolicyEgressRule
      ports:[NetworkPolicyPort] to:[NetworkPolicyPeer]
    NetworkPolicyPort
      protocol=TCP port:intstr endPort:int
    NetworkPolicyPeer
      podSelector:LabelSelector namespaceSelector:LabelSelector ipBlock:IPBlock
    IPBlock
      cidr! except:[]
    EndpointSlice =
      addressType! endpoints:[any] ports:[any]
    """

  /// Who may do what, and what storage there is.
  static let policyTypes = """
    Role =
      rules:[PolicyRule]
    ClusterRole =
      rules:[PolicyRule] aggregationRule:AggregationRule
    PolicyRule
      verbs!:[] apiGroups:[] resources:[] resourceNames:[] nonResourceURLs:[]
    AggregationRule
      clusterRoleSelectors:[LabelSelector]
    RoleBinding =
      subjects:[Subject] roleRef!:RoleRef
    ClusterRoleBinding =
      subjects:[Subject] roleRef!:RoleRef
    Subject*
      kind! apiGroup name! namespace
    RoleRef*
      apiGroup kind! name!
    StorageClass =
      provisioner! parameters:<> reclaimPolicy=Delete mountOptions:[] allowVolumeExpansion:bool volumeBindingMode=Immediate
      allowedTopologies:[any]
    CSIDriver =
      spec!:CSIDriverSpec
    CSIDriverSpec
      attachRequired:bool=true podInfoOnMount:bool=false volumeLifecycleModes:[]set storageCapacity:bool=false
      fsGroupPolicy=ReadWriteOnceWithFSType tokenRequests:[any] requiresRepublish:bool=false seLinuxMount:bool=false
      nodeAllocatableUpdatePeriodSeconds:int serviceAccountTokenInSecrets:bool preventPodSchedulingIfMissing:bool
    CSINode =
      spec!:any
    CSIStorageCapacity =
      nodeTopology:LabelSelector storageClassName! capacity:qty maximumVolumeSize:qty
    VolumeAttachment =
      spec!:any status:any
    VolumeAttributesClass =
      driverName! parameters:<>
    """

  /// What extends the API.
  static let extensionTypes = """
    CustomResourceDefinition =
      spec!:CustomResourceDefinitionSpec status:CustomResourceDefinitionStatus
    CustomResourceDefinitionSpec
      group! names!:CustomResourceDefinitionNames scope! versions!:[CustomResourceDefinitionVersion] conversion:any
      preserveUnknownFields:bool
    CustomResourceDefinitionNames
      plural! singular shortNames:[] kind! listKind categories:[]
    CustomResourceDefinitionVersion
      name! served!:bool storage!:bool deprecated:bool deprecationWarning schema:CustomResourceValidation
      subresources:CustomResourceSubresources additionalPrinterColumns:[CustomResourceColumnDefinition]
      selectableFields:[SelectableField]
    SelectableField
      jsonPath!
    CustomResourceValidation
      openAPIV3Schema:any
    CustomResourceSubresources
      status:any scale:CustomResourceScale
    CustomResourceScale
      specReplicasPath! statusReplicasPath! labelSelectorPath
    CustomResourceColumnDefinition
      name! type! format description priority:int jsonPath!
    CustomResourceDefinitionStatus
      conditions:[Condition]{type} acceptedNames:CustomResourceDefinitionNames storedVersions:[] observedGeneration:int
    APIService =
      spec:APIServiceSpec status:APIServiceStatus
    APIServiceSpec
      service:ServiceReference group version insecureSkipTLSVerify:bool caBundle:bytes groupPriorityMinimum!:int
      versionPriority!:int
    ServiceReference
      namespace name port:int path
    APIServiceStatus
      conditions:[Condition]{type}
    ValidatingWebhookConfiguration =
      webhooks:[Webhook]{name}
    MutatingWebhookConfiguration =
      webhooks:[Webhook]{name}
    Webhook
      name! clientConfig!:WebhookClientConfig rules:[RuleWithOperations] failurePolicy=Fail matchPolicy=Equivalent
      namespaceSelector:LabelSelector={} objectSelector:LabelSelector={} sideEffects! timeoutSeconds:int=10
      admissionReviewVersions!:[] reinvocationPolicy matchConditions:[MatchCondition]{name}
    WebhookClientConfig
      url service:ServiceReference caBundle:bytes
    RuleWithOperations
      operations:[] apiGroups:[] apiVersions:[] resources:[] scope
    MatchCondition
      name! expression!
    CertificateSigningRequest =
      spec!:CertificateSigningRequestSpec status:CertificateSigningRequestStatus
    CertificateSigningRequestSpec
      request!:bytes signerName! expirationSeconds:int usages:[] username uid groups:[] extra:any
    CertificateSigningRequestStatus
      conditions:[Condition]{type} certificate:bytes
    ValidatingAdmissionPolicy =
      spec:ValidatingAdmissionPolicySpec status:any
    ValidatingAdmissionPolicySpec
      paramKind:ParamKind matchConstraints:MatchResources validations:[AdmissionValidation] failurePolicy=Fail
      auditAnnotations:[AuditAnnotation] matchConditions:[MatchCondition]{name} variables:[AdmissionVariable]{name}
    ParamKind*
      apiVersion kind
    MatchResources*
      namespaceSelector:LabelSelector={} objectSelector:LabelSelector={} resourceRules:[NamedRuleWithOperations]
      excludeResourceRules:[NamedRuleWithOperations] matchPolicy=Equivalent
    NamedRuleWithOperations*
      resourceNames:[] operations:[] apiGroups:[] apiVersions:[] resources:[] scope=*
    AdmissionValidation
      expression! message reason messageExpression
    AuditAnnotation
      key! valueExpression!
    AdmissionVariable*
      name! expression!
    ValidatingAdmissionPolicyBinding =
      spec:any
    MutatingAdmissionPolicy =
      spec:any
    MutatingAdmissionPolicyBinding =
      spec:any
    """
}
