package import Addresses
package import Diagnostics
import HCL
package import Modules
import ProviderInterface
package import State
import Values

/// Fetches the schemas of everything that the configuration and the state mention, provider by provider side by side.
///
/// A type that a provider does not have is left out; whoever needs it reports that at its place.
package func loadSchemas(
  tree: ModuleTree, state: StateSnapshot?, pool: ProviderPool
) async -> (SchemaTable, [Diagnostic]) {
  var wanted: [ProviderSource: Set<Resource>] = [:]
  for module in tree.modules {
    var last: (source: ProviderSource, mode: ResourceMode, type: String)?
    tree.forEachResource(of: module) { block, address in
      guard let address else { return }
      let (mode, type) = (block.resource.mode, block.resource.type)
      if let last, last == (address.source, mode, type) { return }
      last = (address.source, mode, type)
      wanted[address.source, default: []].insert(Resource(mode, type, ""))
    }
    for block in module.imports {
      guard let address = tree.providerConfiguration(for: block) else { continue }
      wanted[address.source, default: []].insert(Resource(.managed, block.resource.resource.type, ""))
    }
    for key in module.providerConfigurations.keys {
      if let address = tree.providerConfiguration(named: key, in: module.path) {
        wanted[address.source, default: []].formUnion([])
      }
    }
  }
  var last: (source: ProviderSource, mode: ResourceMode, type: String)?
  let objects = state?.objects ?? []
  for index in objects.indices {
    let (resource, source) = (objects[index].address.resource, objects[index].provider.source)
    // A data source that is gone from the configuration is only dropped, which needs no schema.
    if resource.mode == .data && wanted[source] == nil { continue }
    if let last, last == (source, resource.mode, resource.type) { continue }
    last = (source, resource.mode, resource.type)
    wanted[source, default: []].insert(Resource(resource.mode, resource.type, ""))
  }
  var (table, diagnostics) = await loadSchemas(wanted, pool: pool)
  diagnostics += await loadFunctions(of: tree.providersOfFunctions, pool: pool, into: &table)
  return (table, diagnostics)
}

/// Fetches the schemas of the given types; the names of the resources do not matter.
package func loadSchemas(
  _ wanted: [ProviderSource: Set<Resource>], pool: ProviderPool
) async -> (SchemaTable, [Diagnostic]) {
  var table = SchemaTable()
  var diagnostics: [(ProviderSource, [Diagnostic])] = []
  await withTaskGroup(of: ProviderSchemas.self) { group in
    for (source, types) in wanted {
      group.addTask { await ProviderSchemas.load(source, types: types, pool: pool) }
    }
    for await loaded in group {
      if let metadata = loaded.metadata { table.add(metadata, for: loaded.source) }
      for (resource, schema) in loaded.types {
        table.add(schema, kind: resource.mode.typeKind, named: resource.type, from: loaded.source)
      }
      for (resource, hint) in loaded.hints { table.add(hint: hint, for: resource, from: loaded.source) }
      diagnostics.append((loaded.source, loaded.diagnostics))
    }
  }
  return (table, diagnostics.sorted { $0.0 < $1.0 }.flatMap(\.1))
}

private struct ProviderSchemas: Sendable {
  var source: ProviderSource
  var metadata: ProviderMetadata?
  var types: [(Resource, Schema)] = []
  /// Of types that the provider does not have.
  var hints: [(Resource, String)] = []
  var diagnostics: [Diagnostic] = []

  static func load(_ source: ProviderSource, types: Set<Resource>, pool: ProviderPool) async -> ProviderSchemas {
    var result = ProviderSchemas(source: source)
    do throws(DiagnosticsError) {
      let provider = try await pool.anyProvider(of: source)
      result.metadata = try await provider.metadata()
      for type in types.sorted() {
        if let schema = try await provider.schema(for: type.mode.typeKind, named: type.type) {
          result.types.append((type, schema))
        } else if let hint = try await Self.hint(for: type, of: provider) {
          result.hints.append((type, hint))
        }
      }
    } catch {
      result.diagnostics = error.diagnostics
    }
    return result
  }

  /// What may have been meant by a type that the provider does not have, in a sentence.
  private static func hint(for type: Resource, of provider: any Provider) async throws(DiagnosticsError) -> String? {
    let names = try await provider.typeNames(of: type.mode.typeKind)
    if let near = suggestion(for: type.type, among: names) { return "Did you mean \"\(near)\"?" }
    for mode in [ResourceMode.data, .managed, .ephemeral] where mode != type.mode {
      if try await provider.typeNames(of: mode.typeKind).contains(type.type) {
        return "It has \(mode.described) of that name: did you mean \(mode.keyword) \"\(type.type)\"?"
      }
    }
    return nil
  }
}

extension ResourceMode {
  fileprivate var described: String {
    switch self {
    case .managed: "a resource type"
    case .data: "a data source"
    case .ephemeral: "an ephemeral resource"
    }
  }

  fileprivate var keyword: String {
    switch self {
    case .managed: "resource"
    case .data: "data"
    case .ephemeral: "ephemeral"
    }
  }
}
