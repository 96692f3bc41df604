import YAML

/// What the cluster that is rendered for can do.
package struct Capabilities: Hashable, Sendable {
  /// As the cluster tells it: `v1.36.2`, or with a suffix of its maker.
  package var kubernetesVersion: String
  /// `apps/v1`, and with a cluster also `apps/v1/Deployment`.
  package var apiVersions: [String]

  package init(kubernetesVersion: String = Self.standardVersion, apiVersions: [String] = Self.standardAPIVersions) {
    self.kubernetesVersion = kubernetesVersion
    self.apiVersions = apiVersions
  }

  /// The version that is assumed without a cluster.
  package static let standardVersion = "v1.36.0"

  /// The API versions that client libraries of that version know, older ones among them.
  package static let standardAPIVersions: [String] = [
    "v1", "admissionregistration.k8s.io/v1", "admissionregistration.k8s.io/v1alpha1", "admissionregistration.k8s.io/v1beta1",
    "apiextensions.k8s.io/v1", "apiextensions.k8s.io/v1beta1", "apps/v1", "apps/v1beta1", "apps/v1beta2",
    "authentication.k8s.io/v1", "authentication.k8s.io/v1alpha1", "authentication.k8s.io/v1beta1",
    "authorization.k8s.io/v1", "authorization.k8s.io/v1beta1", "autoscaling/v1", "autoscaling/v2", "batch/v1",
    "batch/v1beta1", "certificates.k8s.io/v1", "certificates.k8s.io/v1alpha1", "certificates.k8s.io/v1beta1",
    "coordination.k8s.io/v1", "coordination.k8s.io/v1alpha2", "coordination.k8s.io/v1beta1", "discovery.k8s.io/v1",
    "discovery.k8s.io/v1beta1", "events.k8s.io/v1", "events.k8s.io/v1beta1", "extensions/v1beta1",
    "flowcontrol.apiserver.k8s.io/v1", "flowcontrol.apiserver.k8s.io/v1beta1", "flowcontrol.apiserver.k8s.io/v1beta2",
    "flowcontrol.apiserver.k8s.io/v1beta3", "internal.apiserver.k8s.io/v1alpha1", "networking.k8s.io/v1",
    "networking.k8s.io/v1beta1", "node.k8s.io/v1", "node.k8s.io/v1alpha1", "node.k8s.io/v1beta1", "policy/v1",
    "policy/v1beta1", "rbac.authorization.k8s.io/v1", "rbac.authorization.k8s.io/v1alpha1",
    "rbac.authorization.k8s.io/v1beta1", "resource.k8s.io/v1", "resource.k8s.io/v1alpha3", "resource.k8s.io/v1beta1",
    "resource.k8s.io/v1beta2", "scheduling.k8s.io/v1", "scheduling.k8s.io/v1alpha1", "scheduling.k8s.io/v1beta1",
    "storage.k8s.io/v1", "storage.k8s.io/v1alpha1", "storage.k8s.io/v1beta1", "storagemigration.k8s.io/v1beta1",
  ]

  /// What `.Capabilities.HelmVersion.Version` tells: the version of Helm whose rules are followed.
  package static let helmVersion = "v4.3.0"

  /// The version without what makers put behind it, on which constraints are checked.
  var normalizedVersion: String {
    let numbers = kubernetesVersion.drop { $0 == "v" }.prefix { $0.isNumber || $0 == "." }
    return "v" + numbers
  }
}

/// `.Capabilities`
final class CapabilitiesObject: TemplateObject {
  private let kubernetes: KubernetesVersionObject
  private let versions: APIVersionsObject
  private let helm = MapValue([
    "Version": .string(Capabilities.helmVersion), "GitCommit": .string(""), "GitTreeState": .string("clean"),
    "GoVersion": .string("go1.26"), "KubeClientVersion": .string("v1.36"),
  ])

  init(_ capabilities: Capabilities) {
    kubernetes = KubernetesVersionObject(capabilities)
    versions = APIVersionsObject(capabilities.apiVersions)
  }

  override var typeName: String { "*common.Capabilities" }
  override var kind: String { "ptr" }
  override var json: JSONValue {
    ["KubeVersion": kubernetes.json, "APIVersions": versions.json, "HelmVersion": (try? Value.map(helm).json()) ?? .null]
  }

  override func field(_ name: String) -> Value? {
    switch name {
    case "KubeVersion": .object(kubernetes)
    case "APIVersions": .object(versions)
    case "HelmVersion": .map(helm)
    default: nil
    }
  }
}

/// `.Capabilities.KubeVersion`
final class KubernetesVersionObject: TemplateObject {
  private let full: String
  private let normalized: String
  private let major: String
  private let minor: String

  init(_ capabilities: Capabilities) {
    let version = capabilities.kubernetesVersion
    full = version.hasPrefix("v") ? version : "v" + version
    normalized = capabilities.normalizedVersion
    let numbers = normalized.dropFirst().split(separator: ".")
    major = numbers.first.map(String.init) ?? ""
    minor = numbers.dropFirst().first.map(String.init) ?? ""
  }

  override var typeName: String { "common.KubeVersion" }
  override var text: String { normalized }
  override var json: JSONValue { ["Version": .string(full), "Major": .string(major), "Minor": .string(minor)] }

  override func field(_ name: String) -> Value? {
    switch name {
    case "Version": .string(full)
    case "Major": .string(major)
    case "Minor": .string(minor)
    default: nil
    }
  }

  override func call(_ name: String, _ arguments: [Value]) throws(TemplateError) -> Value? {
    switch name {
    case "GitVersion": .string(full)
    case "String": .string(normalized)
    default: nil
    }
  }
}

/// `.Capabilities.APIVersions`
final class APIVersionsObject: TemplateObject {
  private let versions: [String]
  private let known: Set<String>

  init(_ versions: [String]) {
    self.versions = versions
    known = Set(versions)
  }

  override var typeName: String { "common.VersionSet" }
  override var kind: String { "slice" }
  override var text: String { "[" + versions.joined(separator: " ") + "]" }
  override var json: JSONValue { .array(versions.map { .string($0) }) }
  override var list: ListValue? { ListValue(versions.map { .string($0) }, of: .string) }

  override func call(_ name: String, _ arguments: [Value]) throws(TemplateError) -> Value? {
    guard name == "Has" else { return nil }
    return .bool(known.contains(try string(arguments, of: name)))
  }
}
