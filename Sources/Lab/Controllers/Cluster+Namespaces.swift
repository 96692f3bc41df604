import YAML

extension Cluster {
  /// What every cluster has from its first day.
  func makeInitialObjects() {
    for name in ["default", "kube-system", "kube-public", "kube-node-lease"] {
      makeIfMissing("namespaces", "", name, [:])
    }
    makeIfMissing(
      "nodes", "", "lab-1",
      ["metadata": ["labels": ["kubernetes.io/hostname": "lab-1", "kubernetes.io/os": "linux", "kubernetes.io/arch": "amd64", "node-role.kubernetes.io/control-plane": ""]]])
    let capacity: JSONValue = ["cpu": "64", "memory": "256Gi", "pods": "10k", "ephemeral-storage": "1Ti"]
    change(ObjectReference(type: "nodes", name: ObjectName(namespace: "", name: "lab-1")), "kubelet") { node in
      guard node[path: ["status", "capacity"]] == nil else { return }
      node["status"] = [
        "capacity": capacity, "allocatable": capacity,
        "addresses": [["type": "InternalIP", "address": "192.0.2.1"], ["type": "Hostname", "address": "lab-1"]],
        "nodeInfo": [
          "kubeletVersion": .string(Self.gitVersion), "operatingSystem": "linux", "architecture": "amd64", "osImage": "plumb lab (emulated)",
          "containerRuntimeVersion": "none://0", "kernelVersion": "", "machineID": "", "systemUUID": "", "bootID": "", "kubeProxyVersion": "",
        ],
      ]
      node.setCondition("Ready", true, reason: "KubeletReady", message: "the node is emulated", at: self.timestamp)
    }
    for (name, mode) in [("standard", "Immediate"), ("standard-wait", "WaitForFirstConsumer")] {
      let isDefault = name == "standard" ? "true" : "false"
      makeIfMissing(
        "storageclasses.storage.k8s.io", "", name,
        [
          "metadata": ["annotations": ["storageclass.kubernetes.io/is-default-class": .string(isDefault)]],
          "provisioner": "lab.plumb/volumes", "reclaimPolicy": "Delete", "volumeBindingMode": .string(mode), "allowVolumeExpansion": true,
        ])
    }
    makeIfMissing(
      "services", "default", "kubernetes",
      [
        "metadata": ["labels": ["component": "apiserver", "provider": "kubernetes"]],
        "spec": ["clusterIP": "10.96.0.1", "ports": [["name": "https", "port": 443, "targetPort": 6443, "protocol": "TCP"]]],
      ])
    for (name, value) in [("system-cluster-critical", 2_000_000_000), ("system-node-critical", 2_000_001_000)] as [(String, Int64)] {
      makeIfMissing("priorityclasses.scheduling.k8s.io", "", name, ["value": .integer(value)])
    }
    for name in ["cluster-admin", "admin", "edit", "view"] {
      let verbs: JSONValue = name == "view" ? ["get", "list", "watch"] : ["*"]
      makeIfMissing(
        "clusterroles.rbac.authorization.k8s.io", "", name, ["rules": [["apiGroups": ["*"], "resources": ["*"], "verbs": verbs]]])
    }
  }

  private func makeIfMissing(_ type: String, _ namespace: String, _ name: String, _ object: JSONValue) {
    let name = ObjectName(namespace: namespace, name: name)
    if store.object(type, name) == nil { make(type, name, object, "kube-apiserver") }
  }

  func reconcileNamespace(_ namespace: JSONValue, _ reference: ObjectReference) {
    let name = reference.name.name
    if namespace.isBeingDeleted { return empty(namespace, reference) }
    if store.object("serviceaccounts", ObjectName(namespace: name, name: "default")) == nil {
      make("serviceaccounts", ObjectName(namespace: name, name: "default"), [:])
    }
    if store.object("configmaps", ObjectName(namespace: name, name: "kube-root-ca.crt")) == nil {
      make(
        "configmaps", ObjectName(namespace: name, name: "kube-root-ca.crt"),
        ["data": ["ca.crt": "no certificate: the lab serves without TLS on loopback\n"]])
    }
  }

  /// Deletes what is in a namespace, tells what still holds it, and lets it go when it is empty.
  private func empty(_ namespace: JSONValue, _ reference: ObjectReference) {
    let name = reference.name.name
    guard !namespace.items(at: ["spec", "finalizers"]).isEmpty else { return }
    guard agenda.isDue(reference, after: pace, now: now) else { return }
    var counts: [String: Int] = [:]
    var finalizers: [String: Int] = [:]
    for type in types.values where type.isNamespaced {
      for (object, value) in store.values(type.id, namespace: name) {
        let item = ObjectReference(type: type.id, name: object)
        if !value.isBeingDeleted {
          delete(item, value, Deletion(.background))
        }
        guard let left = store.value(type.id, object) else { continue }
        counts[type.id, default: 0] += 1
        for finalizer in left.finalizers { finalizers[finalizer, default: 0] += 1 }
      }
    }
    let at = timestamp
    change(reference) { object in
      for type in ["NamespaceDeletionDiscoveryFailure", "NamespaceDeletionGroupVersionParsingFailure", "NamespaceDeletionContentFailure"] {
        object.setCondition(type, false, reason: "NoFailure", message: "nothing failed", at: at)
      }
      let content = counts.sorted { $0.key < $1.key }.map { "\($0.key) has \($0.value) resource instances" }.joined(separator: ", ")
      object.setCondition(
        "NamespaceContentRemaining", !counts.isEmpty, reason: counts.isEmpty ? "ContentRemoved" : "SomeResourcesRemain",
        message: counts.isEmpty ? "All content successfully removed" : "Some resources are remaining: \(content)", at: at)
      let holders = finalizers.sorted { $0.key < $1.key }.map { "\($0.key) in \($0.value) resource instances" }.joined(separator: ", ")
      object.setCondition(
        "NamespaceFinalizersRemaining", !finalizers.isEmpty, reason: finalizers.isEmpty ? "ContentHasNoFinalizers" : "SomeFinalizersRemain",
        message: finalizers.isEmpty
          ? "All content-preserving finalizers finished" : "Some content in the namespace has finalizers remaining: \(holders)", at: at)
    }
    if counts.isEmpty {
      change(reference, subresource: "finalize") { $0[["spec", "finalizers"]] = nil }
    } else {
      agenda.note(reference, at: now + pace)
    }
  }

  // MARK: Quotas

  func reconcileQuota(_ quota: JSONValue, _ reference: ObjectReference) {
    let hard = quota.strings(at: ["spec", "hard"])
    let used = usage(in: reference.name.namespace, of: Set(hard.keys))
    change(reference) { object in
      object["status"] = [
        "hard": .object(hard.mapValues { .string($0) }),
        "used": .object(Dictionary(hard.keys.map { ($0, .string(Self.text(used[$0] ?? 0, $0))) }) { $1 }),
      ]
    }
    // Nothing says when what is counted changes.
    agenda.note(reference, at: now + 10 * pace)
  }
}
