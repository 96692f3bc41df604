package import YAML

/// What a chart says for given values: objects in the order of their installation, hooks in the order of their running.
package struct RenderedChart: Sendable {
  package var objects: [RenderedObject]
  package var hooks: [RenderedHook]
  /// The hooks in the order in which manifests show them.
  package var hooksByKind: [RenderedHook] { InstallOrder.sortedByKind(hooks.sorted { $0.object.order < $1.object.order }) }
  /// The files below `crds/`, in their order.
  package var customResourceDefinitions: [RenderedObject]
  /// `NOTES.txt`
  package var notes: String
  /// The `NOTES.txt` of the charts below, each ending in a line break.
  package var subchartNotes: String
  /// What to hand to the next rendering, so that nothing varies that need not.
  package var kept: [KeptResult]
  /// The whole text as `helm template` prints it, without the files below `crds/`.
  package var manifest: String
  /// The part of it that is no hooks.
  package var objectManifest: String
  /// The values that the chart's templates saw.
  package var values: [String: JSONValue]

  /// Refuses what no cluster would take: objects and hooks without a kind or an API version.
  package func checkObjects() throws(ChartError) {
    for object in customResourceDefinitions + objects + hooks.map(\.object) {
      let missing = object.kind.isEmpty ? "kind" : object.apiVersion.isEmpty ? "apiVersion" : nil
      guard let missing else { continue }
      let first = object.text.split(separator: "\n").first.map(String.init) ?? ""
      throw .output(path: object.path, line: object.line, excerpt: first, message: "the object has no \(missing)")
    }
  }
}

/// One document of a rendered file.
package struct RenderedObject: Sendable {
  /// The template's path, the chart's name first.
  package var path: String
  /// From 0, in its file.
  package var index: Int
  /// Where it begins in the rendered file, from 1.
  package var line: Int
  package var text: String
  package var value: JSONValue
  /// The functions that its file called and that give something else each time: `randAlphaNum`, `genCA`, `lookup` and so on.
  package var varying: Set<String>

  package var kind: String { value["kind"]?.asString ?? "" }
  package var apiVersion: String { value["apiVersion"]?.asString ?? "" }
  package var name: String { value[path: ["metadata", "name"]]?.asString ?? "" }
  package var namespace: String? { value[path: ["metadata", "namespace"]]?.asString }

  /// Sorts objects as they stand in the chart.
  var order: (String, Int) { (path, index) }

  package func annotation(_ name: String) -> String? { value[path: ["metadata", "annotations", name]]?.asString }
}

/// An object that is created at a point of an operation, and is no part of the release.
package struct RenderedHook: Sendable {
  package enum Event: String, Sendable, CaseIterable {
    case preInstall = "pre-install"
    case postInstall = "post-install"
    case preDelete = "pre-delete"
    case postDelete = "post-delete"
    case preUpgrade = "pre-upgrade"
    case postUpgrade = "post-upgrade"
    case preRollback = "pre-rollback"
    case postRollback = "post-rollback"
    case test
  }

  package enum DeletePolicy: String, Sendable {
    case beforeHookCreation = "before-hook-creation"
    case hookSucceeded = "hook-succeeded"
    case hookFailed = "hook-failed"
  }

  package var object: RenderedObject
  package var events: [Event]
  package var weight: Int
  /// `beforeHookCreation` when the chart names none.
  package var deletePolicies: [DeletePolicy]

  /// Nil for an object that is no hook. Without events for a hook of an event that nobody knows.
  init?(_ object: RenderedObject) {
    guard let names = object.annotation("helm.sh/hook") else { return nil }
    self.object = object
    events = []
    weight = object.annotation("helm.sh/hook-weight").flatMap { Int($0) } ?? 0
    let policies = Self.words(object.annotation("helm.sh/hook-delete-policy") ?? "").compactMap(DeletePolicy.init)
    deletePolicies = policies.isEmpty ? [.beforeHookCreation] : policies
    for name in Self.words(names) {
      guard let event = name == "test-success" ? .test : Event(rawValue: name) else {
        // One unknown event, and the hook never runs.
        events = []
        return
      }
      events.append(event)
    }
  }

  private static func words(_ text: String) -> [String] {
    text.split(separator: ",", omittingEmptySubsequences: false)
      .map { $0.split(whereSeparator: \.isWhitespace).joined(separator: " ").lowercased() }
  }
}

/// The order in which kinds are installed. Removal runs the other way, but for webhooks, which go first.
package enum InstallOrder {
  private static let kinds = [
    "PriorityClass", "Namespace", "NetworkPolicy", "ResourceQuota", "LimitRange", "PodSecurityPolicy",
    "PodDisruptionBudget", "ServiceAccount", "Secret", "SecretList", "ConfigMap", "StorageClass", "PersistentVolume",
    "PersistentVolumeClaim", "CustomResourceDefinition", "ClusterRole", "ClusterRoleList", "ClusterRoleBinding",
    "ClusterRoleBindingList", "Role", "RoleList", "RoleBinding", "RoleBindingList", "Service", "DaemonSet", "Pod",
    "ReplicationController", "ReplicaSet", "Deployment", "HorizontalPodAutoscaler", "StatefulSet", "Job", "CronJob",
    "IngressClass", "Ingress", "APIService", "MutatingWebhookConfiguration", "ValidatingWebhookConfiguration",
  ]

  private static let ranks = Dictionary(uniqueKeysWithValues: kinds.enumerated().map { ($1, $0) })

  /// Whether objects of one kind are installed before those of the other. Unknown kinds come last, by name.
  package static func precedes(_ one: String, _ two: String) -> Bool {
    switch (ranks[one], ranks[two]) {
    case (let one?, let two?): one < two
    case (_?, nil): true
    case (nil, _?): false
    case (nil, nil): one.utf8.lexicographicallyPrecedes(two.utf8)
    }
  }

  /// In the order of installation; what is equal keeps its order.
  static func sorted(_ objects: [RenderedObject]) -> [RenderedObject] {
    objects.enumerated().sorted { one, two in
      if precedes(one.element.kind, two.element.kind) { return true }
      return !precedes(two.element.kind, one.element.kind) && one.offset < two.offset
    }.map(\.element)
  }

  static func sortedByKind(_ hooks: [RenderedHook]) -> [RenderedHook] {
    hooks.enumerated().sorted { one, two in
      let (first, second) = (one.element.object.kind, two.element.object.kind)
      return precedes(first, second) || !precedes(second, first) && one.offset < two.offset
    }.map(\.element)
  }

  /// By weight, then name; what is equal keeps its order.
  static func sortedByWeight(_ hooks: [RenderedHook]) -> [RenderedHook] {
    hooks.enumerated().sorted { one, two in
      let (first, second) = (one.element, two.element)
      if first.weight != second.weight { return first.weight < second.weight }
      if first.object.name != second.object.name {
        return first.object.name.utf8.lexicographicallyPrecedes(second.object.name.utf8)
      }
      return one.offset < two.offset
    }.map(\.element)
  }
}
