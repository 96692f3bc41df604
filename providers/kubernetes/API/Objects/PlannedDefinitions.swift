import Synchronization
package import YAML

/// The CustomResourceDefinitions that were planned in this run. An object of such a kind can be checked while the cluster does not know the
/// kind yet.
package final class PlannedDefinitions: Sendable {
  private let schemas = Mutex<[GroupVersionKind: ObjectSchema]>([:])

  package init() {}

  /// Takes note of a manifest, if it is a definition.
  package func note(_ manifest: JSONValue) {
    guard manifest["kind"] == "CustomResourceDefinition", manifest["apiVersion"]?.asString?.hasPrefix("apiextensions.k8s.io/") == true,
      let group = manifest[path: ["spec", "group"]]?.asString, let kind = manifest[path: ["spec", "names", "kind"]]?.asString
    else { return }
    for version in manifest[path: ["spec", "versions"]]?.asArray ?? [] {
      guard let name = version["name"]?.asString, version["served"]?.asBool ?? true,
        let schema = ObjectSchema(definition: manifest, version: name)
      else { continue }
      schemas.withLock { $0[GroupVersionKind(group: group, version: name, kind: kind)] = schema }
    }
  }

  package func schema(for kind: GroupVersionKind) -> ObjectSchema? { schemas.withLock { $0[kind] } }
}
