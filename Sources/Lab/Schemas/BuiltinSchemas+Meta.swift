extension BuiltinSchemas {
  /// What all kinds share.
  static let metaTypes = """
    ObjectMeta
      name generateName namespace selfLink uid resourceVersion generation:int creationTimestamp:time deletionTimestamp:time
      deletionGracePeriodSeconds:int labels:<> annotations:<> finalizers:[]set
      ownerReferences:[OwnerReference]{uid} managedFields:[ManagedFieldsEntry]
    OwnerReference*
      apiVersion! kind! name! uid! controller:bool blockOwnerDeletion:bool
    ManagedFieldsEntry
      manager operation apiVersion time:time fieldsType fieldsV1:any subresource
    Condition
      type! status! observedGeneration:int lastTransitionTime:time reason message
    LabelSelector*
      matchLabels:<> matchExpressions:[LabelSelectorRequirement]
    LabelSelectorRequirement
      key! operator! values:[]
    LocalObjectReference*
      name
    ObjectReference*
      kind namespace name uid apiVersion resourceVersion fieldPath
    TypedLocalObjectReference*
      apiGroup kind! name!
    TypedObjectReference
      apiGroup kind! name! namespace
    """
}
