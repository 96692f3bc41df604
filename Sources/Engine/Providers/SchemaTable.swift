package import Addresses
import Diagnostics
import Functions
package import ProviderInterface
package import Values

/// The schemas that a run uses, fetched before anything is evaluated, so that evaluation can be synchronous.
package struct SchemaTable: Sendable {
  struct TypeKey: Hashable, Sendable {
    var source: ProviderSource
    var kind: TypeKind
    var name: String
  }

  private var metadata: [ProviderSource: ProviderMetadata] = [:]
  private var types: [TypeKey: Schema] = [:]
  private var hints: [TypeKey: String] = [:]
  private var functions: [ProviderSource: [String: Function]] = [:]

  package init() {}

  package func providerConfiguration(of source: ProviderSource) -> Schema? { metadata[source]?.configuration }

  package func capabilities(of source: ProviderSource) -> ServerCapabilities {
    metadata[source]?.capabilities ?? ServerCapabilities()
  }

  package func providerMeta(of source: ProviderSource) -> Schema? { metadata[source]?.providerMeta }

  /// The schema of a resource's type; nil if it was not fetched or does not exist.
  package func schema(of resource: Resource, from source: ProviderSource) -> Schema? {
    types[TypeKey(source: source, kind: resource.mode.typeKind, name: resource.type)]
  }

  /// What may have been meant by a type that its provider does not have, in a sentence.
  func hint(for resource: Resource, from source: ProviderSource) -> String? {
    hints[TypeKey(source: source, kind: resource.mode.typeKind, name: resource.type)]
  }

  mutating func add(hint: String, for resource: Resource, from source: ProviderSource) {
    hints[TypeKey(source: source, kind: resource.mode.typeKind, name: resource.type)] = hint
  }

  package mutating func add(_ metadata: ProviderMetadata, for source: ProviderSource) { self.metadata[source] = metadata }

  /// What was read of a data source is never upgraded: whatever its provider says, its schema has no version.
  package mutating func add(_ schema: Schema, kind: TypeKind, named name: String, from source: ProviderSource) {
    var schema = schema
    if kind == .dataSource { schema.version = 0 }
    types[TypeKey(source: source, kind: kind, name: name)] = schema
  }

  /// The functions of a provider; nil if they were not fetched, since nothing calls them.
  func functions(of source: ProviderSource) -> [String: Function]? { functions[source] }

  mutating func add(_ functions: [String: Function], from source: ProviderSource) { self.functions[source] = functions }

  package func has(_ source: ProviderSource) -> Bool { metadata[source] != nil }
}

extension ResourceMode {
  /// Under which kind a provider lists the type.
  package var typeKind: TypeKind {
    switch self {
    case .managed: return .resource
    case .data: return .dataSource
    case .ephemeral: return .ephemeralResource
    }
  }
}
