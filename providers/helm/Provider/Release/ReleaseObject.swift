import Charts
import Kubernetes
import ProviderKit
import YAML

/// One object of a release, ready to be applied.
struct ReleaseObject: Sendable {
  var reference: Kubernetes.ObjectReference
  /// With the labels and annotations by which Helm knows that the object belongs to the release.
  var manifest: JSONValue
  /// The template that it comes from.
  var path: String
  /// Whether it lies in `crds/`: such objects stay when the release goes.
  var isDefinition = false

  /// What it is called in the release's attributes: `apps/v1/Deployment/namespace/name`.
  var key: String { Self.key(reference) }

  static func key(_ reference: Kubernetes.ObjectReference) -> String {
    let parts = [reference.kind.apiVersion, reference.kind.kind, reference.namespace, reference.name]
    return parts.compactMap { $0 }.joined(separator: "/")
  }

  /// Whether the chart wants it to stay when the release no longer has it.
  static func isKept(_ manifest: JSONValue) -> Bool {
    manifest[path: ["metadata", "annotations", "helm.sh/resource-policy"]]?.asString?.trimmingBlanks.lowercased() == "keep"
  }
}

/// Makes objects of rendered documents.
struct ReleaseObjects: Sendable {
  let release: String
  let namespace: String
  /// What the cluster knows of kinds; nil without one.
  let client: ClusterClient?
  /// Kinds that the chart itself defines, and whether their objects lie in namespaces.
  private var defined: [GroupVersionKind: Bool] = [:]

  init(release: String, namespace: String, client: ClusterClient?, chart: RenderedChart) {
    self.release = release
    self.namespace = namespace
    self.client = client
    for object in chart.customResourceDefinitions + chart.objects where object.kind == "CustomResourceDefinition" {
      let spec = object.value["spec"] ?? [:]
      guard let group = spec["group"]?.asString, let kind = spec[path: ["names", "kind"]]?.asString else { continue }
      for version in (spec["versions"]?.asArray ?? []).compactMap({ $0["name"]?.asString }) {
        defined[GroupVersionKind(group: group, version: version, kind: kind)] = spec["scope"]?.asString != "Cluster"
      }
    }
  }

  /// For objects of a release that is there, whatever its chart was.
  init(_ operation: ReleaseOperation) {
    release = operation.release.name
    namespace = operation.namespace
    client = operation.client
  }

  /// The objects that the chart consists of, in the order of their installation, definitions first.
  /// - Returns: also the kinds that neither the cluster nor the chart knows.
  func all(_ chart: RenderedChart, skipsDefinitions: Bool) async throws -> (objects: [ReleaseObject], unknown: Set<GroupVersionKind>) {
    var objects: [ReleaseObject] = []
    var unknown: Set<GroupVersionKind> = []
    var seen: [String: String] = [:]
    func add(_ source: RenderedObject, isDefinition: Bool) async throws {
      for value in Self.items(source.value) {
        var object = try await self.object(value, source, marked: !isDefinition, &unknown)
        object.isDefinition = isDefinition
        if let other = seen.updateValue(source.path, forKey: object.key) {
          // The same definition may lie in several charts.
          if isDefinition { continue }
          throw AttributeError("Both \(other) and \(source.path) make \(object.key).", summary: "The chart makes an object twice", at: "chart")
        }
        objects.append(object)
      }
    }
    if !skipsDefinitions { for source in chart.customResourceDefinitions { try await add(source, isDefinition: true) } }
    for source in chart.objects { try await add(source, isDefinition: false) }
    return (objects, unknown)
  }

  /// An object of a hook. It does not belong to the release.
  func hook(_ hook: RenderedHook) async throws -> [ReleaseObject] {
    var unknown: Set<GroupVersionKind> = []
    var objects: [ReleaseObject] = []
    for value in Self.items(hook.object.value) { objects.append(try await object(value, hook.object, marked: false, &unknown)) }
    return objects
  }

  /// The items of a list, or the object itself.
  static func items(_ value: JSONValue) -> [JSONValue] {
    guard value["kind"]?.asString?.hasSuffix("List") ?? false, let items = value["items"]?.asArray else { return [value] }
    return items
  }

  private func object(
    _ value: JSONValue, _ source: RenderedObject, marked: Bool, _ unknown: inout Set<GroupVersionKind>
  ) async throws -> ReleaseObject {
    func refuse(_ message: String) -> AttributeError {
      AttributeError("\(source.path), line \(source.line) of what it renders to: \(message)", summary: "The chart renders to what is no object", at: "chart")
    }
    guard let apiVersion = value["apiVersion"]?.asString, !apiVersion.isEmpty, let name = value["kind"]?.asString, !name.isEmpty else {
      throw refuse("the object has no kind or no apiVersion.")
    }
    let kind = GroupVersionKind(apiVersion: apiVersion, kind: name)
    guard let objectName = value[path: ["metadata", "name"]]?.asString, !objectName.isEmpty else {
      throw refuse("\(name) has no metadata.name.")
    }
    var manifest = value
    let isNamespaced = try await isNamespaced(kind, &unknown)
    var metadata = value["metadata"] ?? [:]
    let given = metadata["namespace"]?.asString.flatMap { $0.isEmpty ? nil : $0 }
    metadata["namespace"] = isNamespaced ? .string(given ?? namespace) : nil
    if marked {
      metadata["labels"] = Self.adding(["app.kubernetes.io/managed-by": "Helm"], to: metadata["labels"])
      metadata["annotations"] = Self.adding(
        ["meta.helm.sh/release-name": release, "meta.helm.sh/release-namespace": namespace], to: metadata["annotations"])
    }
    manifest["metadata"] = metadata
    let reference = Kubernetes.ObjectReference(kind, namespace: isNamespaced ? given ?? namespace : nil, name: objectName)
    return ReleaseObject(reference: reference, manifest: manifest, path: source.path)
  }

  private static func adding(_ texts: [String: String], to value: JSONValue?) -> JSONValue {
    var members = value?.asObject ?? [:]
    for (name, text) in texts { members[name] = .string(text) }
    return .object(members)
  }

  private func isNamespaced(_ kind: GroupVersionKind, _ unknown: inout Set<GroupVersionKind>) async throws -> Bool {
    if let resource = try await client?.resource(for: kind) { return resource.isNamespaced }
    if let known = defined[kind] { return known }
    if client != nil { unknown.insert(kind) }
    return !Self.clusterKinds.contains(kind.kind)
  }

  /// Of the kinds that every cluster has, those whose objects lie in no namespace: for charts that are looked at without a cluster.
  private static let clusterKinds: Set<String> = [
    "APIService", "CSIDriver", "CSINode", "CertificateSigningRequest", "ClusterRole", "ClusterRoleBinding", "CustomResourceDefinition",
    "FlowSchema", "IngressClass", "MutatingWebhookConfiguration", "Namespace", "Node", "PersistentVolume", "PriorityClass",
    "PriorityLevelConfiguration", "RuntimeClass", "StorageClass", "ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding",
    "ValidatingWebhookConfiguration", "VolumeAttachment",
  ]
}
