import Addresses
import Engine
import Expressions
import HCL
import Modules
import Plans
import Values

/// The configuration as plan JSON shows it (`configuration` of format 1.2): not evaluated, every expression with its constant
/// value or with what it refers to.
func configurationDocument(_ tree: ModuleTree, schemas: SchemaTable, into writer: inout JSONWriter) {
  let providers = ProviderConfigurationList(tree)
  writer.beginObject()
  if !providers.isEmpty {
    writer.key("provider_config")
    writer.providerConfigurations(providers, schemas)
  }
  writer.key("root_module")
  writer.configuration(of: tree.root, providers, schemas)
  writer.endObject()
}

extension JSONWriter {
  fileprivate mutating func configuration(
    of module: Module, _ providers: ProviderConfigurationList, _ schemas: SchemaTable
  ) {
    beginObject()
    if !module.outputs.isEmpty {
      members("outputs", module.outputs) { $0.configuration(of: $1) }
    }
    let resources = module.resourcesInPlanOrder
    if !resources.isEmpty {
      key("resources")
      beginArray()
      for block in resources { configuration(of: block, in: module, providers, schemas) }
      endArray()
    }
    let calls = module.moduleCalls.filter { module.children[$0.key] != nil }
    if !calls.isEmpty {
      members("module_calls", calls) { writer, call in
        if let child = module.children[call.name] { writer.configuration(of: call, child, providers, schemas) }
      }
    }
    if !module.variables.isEmpty {
      members("variables", module.variables) { $0.configuration(of: $1) }
    }
    endObject()
  }

  /// A member whose value is an object of named things, ascending.
  fileprivate mutating func members<Item>(
    _ name: String, _ items: [String: Item], _ write: (inout JSONWriter, Item) -> Void
  ) {
    key(name)
    beginObject()
    for (name, item) in items.sorted(by: { $0.key < $1.key }) {
      key(name)
      write(&self, item)
    }
    endObject()
  }

  private mutating func configuration(of output: OutputValue) {
    beginObject()
    if output.sensitive { member("sensitive", true) }
    key("expression")
    expression(output.expression)
    dependsOn(output.dependsOn)
    if let description = output.description, !description.isEmpty { member("description", description) }
    endObject()
  }

  private mutating func configuration(of variable: InputVariable) {
    beginObject()
    if let value = variable.defaultValue {
      key("default")
      knownParts(of: value)
    }
    if let description = variable.description, !description.isEmpty { member("description", description) }
    if variable.sensitive { member("sensitive", true) }
    endObject()
  }

  private mutating func configuration(
    of block: ResourceBlock, in module: Module, _ providers: ProviderConfigurationList, _ schemas: SchemaTable
  ) {
    let schema = schemas.schema(of: block.resource, from: module.providerSource(named: block.providerName))
    beginObject()
    member("address", block.resource.description)
    member("mode", block.resource.mode.rawValue)
    member("type", block.resource.type)
    member("name", block.resource.name)
    member("provider_config_key", providers.key(of: block, in: module.path))
    if !block.provisioners.isEmpty {
      key("provisioners")
      beginArray()
      for provisioner in block.provisioners {
        beginObject()
        member("type", provisioner.type)
        expressions(of: provisioner.body, ProvisionerSchema.arguments(of: provisioner.type) ?? BlockSchema())
        endObject()
      }
      endArray()
    }
    if let schema {
      expressions(of: block.body, schema.block)
      key("schema_version")
      integer(schema.version)
    }
    repetition(block.count, block.forEach)
    dependsOn(block.dependsOn)
    endObject()
  }

  private mutating func configuration(
    of call: ModuleCall, _ child: Module, _ providers: ProviderConfigurationList, _ schemas: SchemaTable
  ) {
    beginObject()
    member("source", call.source)
    let arguments = call.arguments.filter { child.variables[$0.key] != nil }
    if !arguments.isEmpty { members("expressions", arguments) { $0.expression($1.expression) } }
    repetition(call.count, call.forEach)
    key("module")
    configuration(of: child, providers, schemas)
    if let version = call.version, !version.text.isEmpty { member("version_constraint", version.text) }
    dependsOn(call.dependsOn)
    endObject()
  }

  /// Without constant value and without references, as with `toset(["a"])`, an expression is left out here.
  private mutating func repetition(_ count: Expression?, _ forEach: Expression?) {
    if let count, ExpressionSummary(count).isTelling {
      key("count_expression")
      expression(count)
    } else if let forEach, ExpressionSummary(forEach).isTelling {
      key("for_each_expression")
      expression(forEach)
    }
  }

  private mutating func dependsOn(_ traversals: [Traversal]) {
    let names = traversals.compactMap { Reference.parse($0).0?.subject.description }
    if names.isEmpty { return }
    key("depends_on")
    beginArray()
    for name in names { text(name) }
    endArray()
  }
}

extension Module {
  /// Managed resources, then data sources, each sorted by address as text. Ephemeral ones are not listed (observed).
  fileprivate var resourcesInPlanOrder: [ResourceBlock] {
    func sorted(_ mode: ResourceMode) -> [ResourceBlock] {
      resources.values.filter { $0.resource.mode == mode }.map { (text: $0.resource.description, block: $0) }
        .sorted { $0.text < $1.text }.map(\.block)
    }
    return sorted(.managed) + sorted(.data)
  }
}
