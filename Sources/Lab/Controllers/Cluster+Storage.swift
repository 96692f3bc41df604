import YAML

extension Cluster {
  /// Finds or makes a volume for a claim.
  func reconcileClaim(_ claim: JSONValue, _ reference: ObjectReference) {
    if claim.isBeingDeleted { return }
    if claim.string(at: ["status", "phase"]) == "Bound" { return grow(claim, reference) }
    guard agenda.isDue(reference, after: pace, now: now) else { return }
    let className = claim.string(at: ["spec", "storageClassName"]) ?? ""
    if let volume = fittingVolume(for: claim, className) { return bind(claim, reference, to: volume) }
    guard !className.isEmpty else { return }
    guard let storage = store.value("storageclasses.storage.k8s.io", ObjectName(namespace: "", name: className)) else {
      tell(reference, claim, "ProvisioningFailed", "storageclass.storage.k8s.io \"\(className)\" not found")
      return agenda.note(reference, at: now + 10 * pace)
    }
    if storage["volumeBindingMode"]?.asString == "WaitForFirstConsumer", !isUsed(reference.name) {
      tell(reference, claim, isWarning: false, "WaitForFirstConsumer", "waiting for first consumer to be created before binding")
      return
    }
    let name = ObjectName(namespace: "", name: "pvc-\(claim.uid)")
    let storageAmount = claim[path: ["spec", "resources", "requests", "storage"]] ?? "1Gi"
    make(
      "persistentvolumes", name,
      [
        "metadata": ["annotations": ["pv.kubernetes.io/provisioned-by": storage["provisioner"] ?? ""]],
        "spec": [
          "capacity": ["storage": storageAmount], "accessModes": claim[path: ["spec", "accessModes"]] ?? [],
          "persistentVolumeReclaimPolicy": storage["reclaimPolicy"] ?? "Delete", "storageClassName": .string(className),
          "volumeMode": claim[path: ["spec", "volumeMode"]] ?? "Filesystem",
          "csi": ["driver": storage["provisioner"] ?? "", "volumeHandle": .string(claim.uid)],
        ],
      ], "plumb-lab")
    bind(claim, reference, to: name)
  }

  private func isUsed(_ claim: ObjectName) -> Bool {
    store.values("pods", namespace: claim.namespace).contains { pod in
      pod.value.items(at: ["spec", "volumes"]).contains { $0.string(at: ["persistentVolumeClaim", "claimName"]) == claim.name }
    }
  }

  private func fittingVolume(for claim: JSONValue, _ className: String) -> ObjectName? {
    let wanted = Quantity.amount(claim.string(at: ["spec", "resources", "requests", "storage"]) ?? "0") ?? 0
    let named = claim.string(at: ["spec", "volumeName"]) ?? ""
    return store.values("persistentvolumes").first { name, volume in
      if !named.isEmpty { return name.name == named }
      let size = Quantity.amount(volume.string(at: ["spec", "capacity", "storage"]) ?? "0") ?? 0
      return volume[path: ["spec", "claimRef"]] == nil && (volume.string(at: ["spec", "storageClassName"]) ?? "") == className && size >= wanted
    }?.name
  }

  private func bind(_ claim: JSONValue, _ reference: ObjectReference, to name: ObjectName) {
    let volume = ObjectReference(type: "persistentvolumes", name: name)
    change(volume, subresource: "") { object in
      object[["spec", "claimRef"]] = [
        "apiVersion": "v1", "kind": "PersistentVolumeClaim", "namespace": .string(reference.name.namespace), "name": .string(reference.name.name),
        "uid": .string(claim.uid),
      ]
      object[["status", "phase"]] = "Bound"
    }
    let capacity = store.value(volume.type, name)?[path: ["spec", "capacity"]] ?? [:]
    change(reference, subresource: "") { $0[["spec", "volumeName"]] = .string(name.name) }
    change(reference) { object in
      object[["status", "phase"]] = "Bound"
      object[["status", "accessModes"]] = object[path: ["spec", "accessModes"]]
      object[["status", "capacity"]] = capacity
    }
  }

  private func grow(_ claim: JSONValue, _ reference: ObjectReference) {
    let wanted = claim[path: ["spec", "resources", "requests", "storage"]]
    guard let wanted, let have = claim[path: ["status", "capacity", "storage"]],
      Quantity.amount(wanted.asString ?? "") ?? 0 > Quantity.amount(have.asString ?? "") ?? 0,
      agenda.isDue(reference, after: pace, now: now)
    else { return }
    let volume = ObjectName(namespace: "", name: claim.string(at: ["spec", "volumeName"]) ?? "")
    change(ObjectReference(type: "persistentvolumes", name: volume), subresource: "") { $0[["spec", "capacity", "storage"]] = wanted }
    change(reference) { $0[["status", "capacity", "storage"]] = wanted }
  }

  func noteVolumes(of claim: ObjectName) {
    for (name, volume) in store.values("persistentvolumes")
    where volume.string(at: ["spec", "claimRef", "name"]) == claim.name
      && volume.string(at: ["spec", "claimRef", "namespace"]) == claim.namespace {
      agenda.note(ObjectReference(type: "persistentvolumes", name: name))
    }
  }

  /// Frees a volume whose claim is gone.
  func reconcileVolume(_ volume: JSONValue, _ reference: ObjectReference) {
    if volume.isBeingDeleted { return }
    guard let claim = volume[path: ["spec", "claimRef"]] else {
      if volume.string(at: ["status", "phase"]) == "Pending" { change(reference) { $0[["status", "phase"]] = "Available" } }
      return
    }
    let name = ObjectName(namespace: claim["namespace"]?.asString ?? "", name: claim["name"]?.asString ?? "")
    if store.value("persistentvolumeclaims", name)?.uid == claim["uid"]?.asString { return }
    if volume.string(at: ["spec", "persistentVolumeReclaimPolicy"]) == "Delete" {
      delete(reference, volume, Deletion())
    } else {
      change(reference) { $0[["status", "phase"]] = "Released" }
    }
  }
}
