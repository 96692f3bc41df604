package import Addresses
package import Diagnostics
package import HCL

/// One module of the configuration: the merged content of all its files. Names are unique within each dictionary.
package final class Module: Sendable {
  package let path: ModulePath
  /// The directory it was read from, as it is shown to the user; `.` for a root in the working directory.
  package let directory: String
  /// The modules it calls, by the name of the call.
  package let children: [String: Module]
  package let content: ModuleContent
  /// The resources in the order of their names.
  package let sortedResources: [ResourceBlock]
  /// The provider blocks by what they configure.
  let configurationsBySource: [ProviderSourceKey: ProviderBlock]

  package init(path: ModulePath, directory: String, children: [String: Module], content: ModuleContent) {
    configurationsBySource = Dictionary(
      content.providerConfigurations.map { key, block in
        (
          ProviderSourceKey(
            source: content.requiredProviders[key.name]?.source ?? .implied(by: key.name), alias: key.alias), block
        )
      }, uniquingKeysWith: { first, _ in first })
    sortedResources = sortedByName(Array(content.resources.values))
    self.path = path
    self.directory = directory
    self.children = children
    self.content = content
  }

  package var variables: [String: InputVariable] { content.variables }
  package var locals: [String: LocalValue] { content.locals }
  package var outputs: [String: OutputValue] { content.outputs }
  package var moduleCalls: [String: ModuleCall] { content.moduleCalls }
  /// Managed, data and ephemeral resources, those nested in check blocks included.
  package var resources: [Resource: ResourceBlock] { content.resources }
  package var providerConfigurations: [ProviderReferenceKey: ProviderBlock] { content.providerConfigurations }
  package var requiredProviders: [String: RequiredProvider] { content.requiredProviders }
  package var settings: TerraformSettings { content.settings }
  package var moved: [MovedBlock] { content.moved }
  package var removed: [RemovedBlock] { content.removed }
  package var imports: [ImportBlock] { content.imports }
  package var checks: [String: CheckBlock] { content.checks }
}

/// Sorts resources by mode, type and name. Most pairs are told apart by the first bytes of their names, without a look at the text.
private func sortedByName(_ blocks: [ResourceBlock]) -> [ResourceBlock] {
  struct Key {
    var start: UInt64?
    var position: Int
  }
  var positions: [ResourceKind: [Key]] = [:]
  for (position, block) in blocks.enumerated() {
    let kind = ResourceKind(mode: block.resource.mode, type: block.resource.type)
    positions[kind, default: []].append(Key(start: beginning(of: block.resource.name), position: position))
  }
  var sorted: [ResourceBlock] = []
  sorted.reserveCapacity(blocks.count)
  for kind in positions.keys.sorted(by: { ($0.mode, $0.type) < ($1.mode, $1.type) }) {
    let keys = positions[kind] ?? []
    sorted += keys.sorted {
      if let one = $0.start, let other = $1.start, one != other { return one < other }
      return blocks[$0.position].resource.name < blocks[$1.position].resource.name
    }.map { blocks[$0.position] }
  }
  return sorted
}

private struct ResourceKind: Hashable {
  var mode: ResourceMode
  var type: String
}

/// The first eight bytes of a name as a number that sorts as they do; nil unless it is ASCII, where the order of texts is that of bytes.
private func beginning(of name: String) -> UInt64? {
  guard name.utf8.allSatisfy({ $0 < 128 }) else { return nil }
  let bytes = name.utf8.prefix(8)
  return bytes.reduce(0) { $0 << 8 | UInt64($1) } << UInt64(8 * (8 - bytes.count))
}

/// What the files of a module declare.
package struct ModuleContent: Sendable {
  package var variables: [String: InputVariable] = [:]
  package var locals: [String: LocalValue] = [:]
  package var outputs: [String: OutputValue] = [:]
  package var moduleCalls: [String: ModuleCall] = [:]
  package var resources: [Resource: ResourceBlock] = [:]
  package var providerConfigurations: [ProviderReferenceKey: ProviderBlock] = [:]
  package var requiredProviders: [String: RequiredProvider] = [:]
  package var settings = TerraformSettings()
  package var moved: [MovedBlock] = []
  package var removed: [RemovedBlock] = []
  package var imports: [ImportBlock] = []
  package var checks: [String: CheckBlock] = [:]

  package init() {}
}

/// A condition with its message: `validation`, `precondition`, `postcondition` and `assert` blocks.
package struct CheckRule: Sendable {
  package var condition: Expression
  package var errorMessage: Expression
  /// The header of the block.
  package var range: SourceRange

  package init(condition: Expression, errorMessage: Expression, range: SourceRange) {
    self.condition = condition
    self.errorMessage = errorMessage
    self.range = range
  }
}

/// `name = expression` in a `locals` block.
package struct LocalValue: Sendable {
  package var name: String
  package var expression: Expression
  package var range: SourceRange

  package init(name: String, expression: Expression, range: SourceRange) {
    self.name = name
    self.expression = expression
    self.range = range
  }
}

/// An `output` block.
package struct OutputValue: Sendable {
  package var name: String
  package var expression: Expression
  package var description: String?
  package var sensitive = false
  package var ephemeral = false
  /// What its author tells whoever still refers to it; nil if it is not deprecated.
  package var deprecated: String?
  package var dependsOn: [Traversal] = []
  package var preconditions: [CheckRule] = []
  /// The header of the block.
  package var range: SourceRange
  /// The arguments that the block has, for overriding.
  var written: Set<String> = []

  package init(name: String, expression: Expression, range: SourceRange) {
    self.name = name
    self.expression = expression
    self.range = range
  }
}

/// A `check` block.
package struct CheckBlock: Sendable {
  package var name: String
  /// The data source nested in it; also among the module's resources.
  package var dataResource: Resource?
  package var asserts: [CheckRule]
  package var range: SourceRange

  package init(name: String, dataResource: Resource?, asserts: [CheckRule], range: SourceRange) {
    self.name = name
    self.dataResource = dataResource
    self.asserts = asserts
    self.range = range
  }
}
