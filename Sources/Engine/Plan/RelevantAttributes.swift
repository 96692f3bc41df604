import Addresses
import Expressions
import HCL
import Modules
import Plans
import Values

extension Planner {
  /// Which attributes of which resources contributed to what is planned: references are followed through locals, variables,
  /// outputs, modules and the arguments of resources. Outputs of modules count as changing unless they are null, since no
  /// state keeps them (observed with 1.11.4).
  func relevantAttributes(_ plan: Plan) -> [RelevantAttribute] {
    var finder = RelevanceFinder(tree: tree, graph: graph)
    if plan.mode != .destroy {
      for module in tree.modules where !module.path.isRoot {
        for node in evaluator.instances(of: module.path) {
          for name in module.outputs.keys {
            // What was not reached, or failed, has no value.
            guard let value = node.outputs[name], !value.isNull else { continue }
            finder.addOutput(name, in: module.path, at: node.address)
          }
        }
      }
    }
    for change in plan.changes where change.action != .noOp {
      finder.addResource(change.address.configuration, in: change.address.module)
    }
    for change in plan.outputChanges where change.action != .noOp { finder.addOutput(change.name, in: .root, at: .root) }
    return finder.found.sorted()
  }
}

private struct RelevanceFinder {
  let tree: ModuleTree
  let graph: ConfigurationGraph
  var found: Set<RelevantAttribute> = []
  private var seen: Set<Place> = []

  /// A part of the configuration in one instance of its module.
  private struct Place: Hashable {
    var vertex: ConfigurationGraph.Vertex
    var module: ModuleInstance
    var part = Part.whole
  }

  /// How much of a block is meant.
  private enum Part: Hashable {
    case whole
    /// What is written for a part of a resource's value, without what repeats the resource.
    case value(Path)
    /// What repeats a resource.
    case repetition
  }

  init(tree: ModuleTree, graph: ConfigurationGraph) {
    self.tree = tree
    self.graph = graph
  }

  private mutating func isNew(_ vertex: ConfigurationGraph.Vertex, _ module: ModuleInstance, _ part: Part = .whole) -> Bool {
    seen.insert(Place(vertex: vertex, module: module, part: part)).inserted
  }

  mutating func addResource(_ address: ConfigurationResource, in module: ModuleInstance) {
    guard isNew(.resource(address), module),
      let block = tree.module(at: address.module)?.resources[address.resource]
    else { return }
    let traversals = (graph.plan(of: address)?.references ?? []) + (block.enabled?.variables ?? [])
    for traversal in traversals { follow(traversal, of: address, in: address.module, at: module) }
  }

  /// What `count` or `for_each` is made of contributes to a resource that says `count.index` or `each` (observed with 1.11.4).
  private mutating func followRepetition(of address: ConfigurationResource, at module: ModuleInstance) {
    guard isNew(.resource(address), module, .repetition),
      let block = tree.module(at: address.module)?.resources[address.resource]
    else { return }
    for traversal in block.repetition.flatMap(\.variables) { follow(traversal, in: address.module, at: module) }
  }

  mutating func addOutput(_ name: String, in path: ModulePath, at module: ModuleInstance) {
    guard isNew(.output(path, name), module), let output = tree.module(at: path)?.outputs[name] else { return }
    for traversal in output.expression.variables { follow(traversal, in: path, at: module) }
  }

  /// What an attribute is set to contributes to those who refer to it; one that only the provider sets ends the way.
  private mutating func followArguments(of address: ConfigurationResource, at module: ModuleInstance, _ path: Path) {
    guard isNew(.resource(address), module, .value(path)),
      let references = graph.plan(of: address)?.references(behind: path)
    else { return }
    for traversal in references { follow(traversal, of: address, in: address.module, at: module) }
  }

  /// Follows what is said in a module, where `resource` is the one that says it, if one does.
  private mutating func follow(
    _ traversal: Traversal, of resource: ConfigurationResource? = nil, in modulePath: ModulePath, at module: ModuleInstance
  ) {
    guard let reference = Reference.parse(traversal).0 else { return }
    switch reference.subject {
    case .resource(let resource, let key):
      let path = Path(steps: reference.remaining)
      found.insert(RelevantAttribute(resource: ResourceInstance(module: module, resource, key: key), path: path))
      followArguments(of: ConfigurationResource(module: modulePath, resource), at: module, path)
    case .local(let name):
      guard isNew(.local(modulePath, name), module), let local = tree.module(at: modulePath)?.locals[name] else { return }
      for traversal in local.expression.variables { follow(traversal, in: modulePath, at: module) }
    case .variable(let name):
      guard isNew(.variable(modulePath, name), module), let parent = modulePath.parent, let call = modulePath.names.last,
        let argument = tree.module(at: parent)?.moduleCalls[call]?.arguments[name]
      else { return }
      for traversal in argument.expression.variables {
        follow(traversal, in: parent, at: module.parent ?? .root)
      }
    case .moduleOutput(let name, let key, let output): addOutput(output, in: modulePath.child(name), at: module.child(name, key: key))
    case .module(let name, let key):
      for output in (tree.module(at: modulePath.child(name))?.outputs.keys.sorted() ?? []) {
        addOutput(output, in: modulePath.child(name), at: module.child(name, key: key))
      }
    case .count, .each:
      if let resource { followRepetition(of: resource, at: module) }
    default: return
    }
  }
}

extension Path {
  /// The path that literal steps of a reference lead to; a step that is no literal ends it.
  init(steps: [TraversalStep]) {
    self.init()
    for step in steps {
      switch step {
      case .attribute(let name, _): self = attribute(name)
      case .index(let key, _):
        switch key {
        case .string(let text): self = self.key(text)
        case .number(.integer(let number)): self = index(.number(Number(number)))
        case .number: return
        }
      case .splat: return
      }
    }
  }
}
