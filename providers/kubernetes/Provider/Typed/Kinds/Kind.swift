import Kubernetes
import ProviderKit
import YAML

/// A kind of objects with types of its own in the schema.
struct Kind: Sendable {
  /// Of the types, without the provider's in front. The data source of the first one, and so on, has the same name.
  var names: [String]
  var kind: GroupVersionKind
  var isNamespaced: Bool
  var description: String
  var fields: [Field]
  /// The version of the stored form, as it is where states may come from.
  var version = 0
  /// How long is waited by default, by the operations that the block `timeouts` has.
  var timeouts: [String: Duration] = [:]
  /// What a configuration wants to wait for after an object was applied.
  var wait: @Sendable (_ configuration: DynamicValue) throws -> ReadinessCondition? = { _ in nil }
  /// Another object that is waited for.
  var companion: @Sendable (_ configuration: DynamicValue, _ object: ObjectReference) -> ObjectReference? = { _, _ in nil }
  /// Whether an object that is there already becomes this one.
  var adopts = false
  /// Changes a manifest where members depend on each other.
  var finish: @Sendable (_ manifest: inout JSONValue) -> Void = { _ in }
  /// Changes an object so that its members are those of the fields: the inverse of `finish`.
  /// - Parameter state: the object as it was known before; null if it was not.
  var prepare: @Sendable (_ object: JSONValue, _ state: DynamicValue) -> JSONValue = { object, _ in object }
  /// Paths in the manifest of what must not be kept.
  var secretPaths: @Sendable (_ configuration: DynamicValue) -> [FieldPath] = { _ in [] }

  init(
    _ names: String..., apiVersion: String, kind: String, isNamespaced: Bool = true, _ description: String,
    @FieldList fields: () -> [Field]
  ) {
    self.names = names
    self.kind = GroupVersionKind(apiVersion: apiVersion, kind: kind)
    self.isNamespaced = isNamespaced
    self.description = description
    self.fields = fields()
  }

  func with(_ change: (inout Kind) -> Void) -> Kind {
    var kind = self
    change(&kind)
    return kind
  }

  /// All of them.
  static let all: [Kind] =
    configuration + accessControl + workloads + networking + storage + policies + extensions
}

extension Kind {
  /// The object that a configuration asks for.
  /// - Parameter name: its name, where the configuration has only the beginning.
  func manifest(of configuration: DynamicValue, name: String?) -> JSONValue {
    var manifest = JSONValue.object(fields.manifest(of: configuration))
    manifest["apiVersion"] = .string(kind.apiVersion)
    manifest["kind"] = .string(kind.kind)
    if let name, var metadata = manifest["metadata"] {
      metadata["name"] = .string(name)
      manifest["metadata"] = metadata
    }
    finish(&manifest)
    return manifest
  }

  /// `namespace/name`, or `name` alone for what is in no namespace.
  func id(namespace: String?, name: String) -> String { isNamespaced ? "\(namespace ?? "default")/\(name)" : name }

  /// Where configurations say the name.
  var namePath: AttributePath {
    let path = AttributePath("metadata")
    return (metadata?.path(of: 0, in: path) ?? path).attribute("name")
  }

  var metadata: BlockShape? {
    guard let field = fields.first(where: { $0.name == "metadata" }), case .block(let block) = field.shape else { return nil }
    return block
  }

  func reference(of state: DynamicValue) -> ObjectReference? {
    let metadata = state.metadata
    guard let name = metadata["name"].string, !name.isEmpty else { return nil }
    return ObjectReference(kind, namespace: isNamespaced ? metadata["namespace"].string ?? "default" : nil, name: name)
  }

  /// As texts with units; what is left out is the default.
  func timeout(_ operation: String, _ configuration: DynamicValue) -> Duration {
    configuration["timeouts"][operation].string.flatMap { Duration($0) } ?? timeouts[operation] ?? .seconds(600)
  }
}
