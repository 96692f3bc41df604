import Diagnostics
import ProviderInterface
import Synchronization
import Values

/// All types of a provider by name. Definitions are made when a type is first used, so that a provider with a thousand types is ready
/// at once.
final class TypeCatalog<Owner: Provider>: Sendable {
  /// A type whose definition was made and found good.
  final class Entry: Sendable {
    let schema: Schema
    let rules: ObjectRules
    let definition: ObjectDefinition
    let isUpdatable: Bool

    init(_ definition: ObjectDefinition, version: Int = 0, isUpdatable: Bool = true) {
      self.definition = definition
      self.isUpdatable = isUpdatable
      schema = Schema(version: Int64(version), block: definition.block)
      rules = ObjectRules(definition)
    }

    var block: BlockSchema { schema.block }
    var type: ValueType { .object(schema.block.impliedType) }
  }

  private struct Key: Hashable {
    var kind: TypeKind
    var name: String
  }

  let resources: [String: any DynamicResource<Owner>]
  let dataSources: [String: any DynamicDataSource<Owner>]
  let ephemeralResources: [String: any AnyEphemeralResource<Owner>]
  let functions: [String: any FunctionCall]
  /// Names that stand for two types: a mistake of the author's.
  let problems: [String]
  private let entries = Mutex<[Key: Entry]>([:])

  init() {
    var problems: [String] = []
    func table<Element>(_ elements: [(String, Element)]) -> [String: Element] { Dictionary(elements) { first, _ in first } }
    let resources = Owner.resources.map { Self.resourceAdapter($0) } + Owner.dynamicResources
    let dataSources = Owner.dataSources.map { Self.dataSourceAdapter($0) } + Owner.dynamicDataSources
    let ephemeral = Owner.ephemeralResources.map { Self.ephemeralAdapter($0) }
    let functions = Owner.functions.map { functionCall($0) }
    for (names, kind) in [
      (resources.map(\.name), "resource"), (dataSources.map(\.name), "data source"), (ephemeral.map(\.name), "ephemeral resource"),
      (functions.map(\.name), "function"),
    ] {
      var seen = Set<String>()
      for name in names {
        if !seen.insert(name).inserted { problems.append("There are two \(kind)s named \(name).") }
        if !isValidName(name) { problems.append("The \(kind) \(name) needs a name of lower-case letters, digits and underscores.") }
      }
    }
    self.problems = problems
    self.resources = table(resources.map { ($0.name, $0) })
    self.dataSources = table(dataSources.map { ($0.name, $0) })
    ephemeralResources = table(ephemeral.map { ($0.name, $0) })
    self.functions = table(functions.map { ($0.name, $0) })
  }

  private static func resourceAdapter<Model: Resource<Owner>>(_ type: Model.Type) -> any DynamicResource<Owner> {
    TypedResource<Model>(name: "\(Owner.name)_\(Model.name)")
  }

  private static func dataSourceAdapter<Model: DataSource<Owner>>(_ type: Model.Type) -> any DynamicDataSource<Owner> {
    TypedDataSource<Model>(name: "\(Owner.name)_\(Model.name)")
  }

  private static func ephemeralAdapter<Model: EphemeralResource<Owner>>(_ type: Model.Type) -> any AnyEphemeralResource<Owner> {
    TypedEphemeralResource<Model>(name: "\(Owner.name)_\(Model.name)")
  }

  func names(of kind: TypeKind) -> [String] {
    switch kind {
    case .resource: resources.keys.sorted()
    case .dataSource: dataSources.keys.sorted()
    case .ephemeralResource: ephemeralResources.keys.sorted()
    }
  }

  /// Nil if there is no such type.
  func entry(_ kind: TypeKind, _ name: String) throws(DiagnosticsError) -> Entry? {
    let key = Key(kind: kind, name: name)
    if let known = entries.withLock({ $0[key] }) { return known }
    guard let made = try makeEntry(kind, name) else { return nil }
    entries.withLock { $0[key] = made }
    return made
  }

  private func makeEntry(_ kind: TypeKind, _ name: String) throws(DiagnosticsError) -> Entry? {
    let entry: Entry
    do {
      switch kind {
      case .resource:
        guard let definition = try resources[name]?.makeDefinition() else { return nil }
        entry = Entry(definition.content, version: definition.version, isUpdatable: definition.isUpdatable)
      case .dataSource:
        guard let definition = try dataSources[name]?.makeDefinition() else { return nil }
        entry = Entry(definition)
      case .ephemeralResource:
        guard let definition = ephemeralResources[name]?.makeDefinition() else { return nil }
        entry = Entry(definition)
      }
    } catch {
      throw DiagnosticsError(Self.mistake(name, "\(error)"))
    }
    if let problem = entry.definition.problem { throw DiagnosticsError(Self.mistake(name, problem)) }
    return entry
  }

  static func mistake(_ name: String, _ problem: String) -> Diagnostic {
    .error("The definition of \(name) is wrong", "\(problem.prefix(1).uppercased())\(problem.dropFirst()).\n\n\(providerMistake)")
  }
}
