import Addresses
import Diagnostics
import Expressions
import Functions
import HCL
import Modules
import Values

/// Gives every name of the configuration its value, each evaluated once.
///
/// Values are pulled: a local is evaluated when somebody needs it. The walks that own an evaluator visit objects in the
/// order of their references, so that whatever an expression needs is final by then; an object that is not there yet is unknown.
///
/// `@unchecked Sendable`: an evaluator and its nodes belong to one walk, an actor, and never leave it; the scopes made from it
/// are used only in synchronous calls on that actor.
final class Evaluator: @unchecked Sendable {
  let tree: ModuleTree
  let functions: FunctionTable
  /// What each module can call of its providers.
  var providerFunctions: [ModulePath: ProviderFunctions]
  let workspace: String
  let rootDirectory: String
  let workingDirectory: String
  let rootVariables: [String: Value]
  let isApplying: Bool
  let mocks: Mocks
  private let testNames: TestNames?
  let schemas: SchemaTable
  private let graph: ConfigurationGraph
  let root: ModuleNode
  private let rootAlone: [ModuleNode]
  private var collected: [Diagnostic] = []
  /// What is being evaluated now, so that a cycle that no reference shows cannot recurse forever.
  private var inProgress: Set<String> = []
  /// Gives the known object of an instance that was not walked yet; at apply, what the state holds.
  var storedObject: (ResourceInstance) -> Value? = { _ in nil }

  init(
    graph: ConfigurationGraph, context: EngineContext, rootVariables: [String: Value], isApplying: Bool
  ) {
    tree = graph.tree
    functions = context.functions
    providerFunctions = graph.functions.filter { !$0.value.isEmpty }
    workspace = context.workspace
    rootDirectory = tree.root.directory
    workingDirectory = context.workingDirectory
    self.rootVariables = rootVariables
    schemas = graph.schemas
    self.graph = graph
    self.isApplying = isApplying
    mocks = context.mocks
    testNames = context.testNames
    root = ModuleNode(module: tree.root, address: .root, parent: nil, repetition: RepetitionData())
    rootAlone = [root]
  }

  /// The diagnostics found while values were pulled since the last call.
  func takeDiagnostics() -> [Diagnostic] {
    defer { collected = [] }
    return collected
  }

  func report(_ diagnostics: [Diagnostic]) { collected += diagnostics }

  // MARK: Contexts

  func context(
    in node: ModuleNode, repetition: RepetitionData = RepetitionData(), selfValue: Value? = nil
  ) -> EvaluationContext {
    EvaluationContext(
      scope: ModuleScope(evaluator: self, node: node, repetition: repetition, selfValue: selfValue),
      functions: functions, providerFunctions: providerFunctions[node.module.path] ?? [:], sources: tree.sources)
  }

  /// What a provider block may name: in a test, also what the test file has.
  func providerContext(in node: ModuleNode, _ data: RepetitionData = RepetitionData()) -> EvaluationContext {
    var context = context(in: node, repetition: data)
    guard let testNames, node.parent == nil else { return context }
    context.scope = TestScope(
      base: context.scope, names: testNames, declared: Set(node.module.variables.keys), output: nil)
    return context
  }

  // MARK: Values of names

  func variable(_ name: String, in node: ModuleNode) -> Value? {
    if let value = node.variables[name] { return value }
    guard let variable = node.module.variables[name] else { return nil }
    let value: Value
    if let parent = node.parent, let callName = node.module.path.names.last {
      value = childVariable(variable, of: node, call: parent.module.moduleCalls[callName], parent: parent)
    } else {
      value = variable.marking(
        rootVariables[name] ?? variable.defaultValue ?? .unknown(variable.type.withoutOptionals))
    }
    node.variables[name] = value
    return value
  }

  private func childVariable(
    _ variable: InputVariable, of node: ModuleNode, call: ModuleCall?, parent: ModuleNode
  ) -> Value {
    guard let argument = call?.arguments[variable.name] else {
      return variable.marking(variable.defaultValue ?? .unknown(variable.type.withoutOptionals))
    }
    let key = "\(node.address).var.\(variable.name)"
    guard inProgress.insert(key).inserted else { return .dynamicUnknown }
    defer { inProgress.remove(key) }
    let (given, problems) = evaluate(argument.expression, in: context(in: parent, repetition: node.repetition))
    report(problems)
    let (value, errors) = variable.convert(
      given, at: argument.expression.range, module: node.module.path, sources: tree.sources)
    report(errors)
    return value
  }

  func local(_ name: String, in node: ModuleNode) -> Value? {
    if let value = node.locals[name] { return value }
    guard let local = node.module.locals[name] else { return nil }
    let key = "\(node.address).local.\(name)"
    guard inProgress.insert(key).inserted else { return .dynamicUnknown }
    defer { inProgress.remove(key) }
    let (value, problems) = evaluate(local.expression, in: context(in: node))
    report(problems)
    node.locals[name] = value
    return value
  }

  func output(_ name: String, in node: ModuleNode) -> Value? {
    if let value = node.outputs[name] { return value }
    guard let output = node.module.outputs[name] else { return nil }
    if let mocked = mocks.outputs(of: node.address) {
      let value = mocked.member(named: name) ?? .dynamicNull
      node.outputs[name] = output.marking(value, isRoot: node.parent == nil)
      return node.outputs[name]
    }
    let key = "\(node.address).output.\(name)"
    guard inProgress.insert(key).inserted else { return .dynamicUnknown }
    defer { inProgress.remove(key) }
    var (value, problems) = evaluate(output.expression, in: context(in: node))
    if !problems.hasErrors { problems += output.problems(of: value, isRoot: node.parent == nil) }
    report(problems)
    value = output.marking(value, isRoot: node.parent == nil)
    node.outputs[name] = value
    return value
  }

  // MARK: Modules

  /// The instances of a call, expanded on first use; nil if there is no such call.
  func children(_ name: String, of node: ModuleNode) -> ModuleChildren? {
    if let children = node.children[name] { return children }
    guard let call = node.module.moduleCalls[name], let module = node.module.children[name] else { return nil }
    let repetition = repetition(count: call.count, forEach: call.forEach, enabled: call.enabled, in: node)
    let keys = repetition.keys
    let instances = keys.enumerated().map { position, key in
      ModuleNode(
        module: module, address: node.address.child(name, key: key), parent: node,
        repetition: repetition.data(at: position))
    }
    let children = ModuleChildren(repetition: repetition, instances: instances)
    node.children[name] = children
    return children
  }

  /// All instances of a module, in order; empty while one of the calls on the way has an unknown repetition.
  func instances(of path: ModulePath) -> [ModuleNode] {
    var nodes = rootAlone
    for name in path.names {
      nodes = nodes.flatMap { children(name, of: $0)?.instances ?? [] }
      // What stands in for a module stands in for all that is in it.
      if !mocks.isEmpty { nodes.removeAll { mocks.outputs(of: $0.address) != nil } }
    }
    return nodes
  }

  /// Whether the instances of a module are not all known, because some call on the way repeats in an unknown way.
  func hasUnknownInstances(_ path: ModulePath) -> Bool {
    if path.isRoot { return false }
    var nodes = rootAlone
    for name in path.names {
      var next: [ModuleNode] = []
      for node in nodes {
        guard let children = children(name, of: node) else { continue }
        if children.repetition.isUnknown { return true }
        next += children.instances
      }
      nodes = next
    }
    return false
  }

  func node(at address: ModuleInstance) -> ModuleNode? {
    var node = root
    for step in address.steps {
      guard let next = children(step.name, of: node)?.instance(step.key) else { return nil }
      node = next
    }
    return node
  }

  // MARK: Resources

  func repetition(of block: ResourceBlock, in node: ModuleNode) -> Repetition {
    repetition(of: block, at: node.resourceNode(block.resource), in: node)
  }

  func repetition(of block: ResourceBlock, at resource: ResourceNode, in node: ModuleNode) -> Repetition {
    if let repetition = resource.repetition { return repetition }
    let repetition = repetition(count: block.count, forEach: block.forEach, enabled: block.enabled, in: node)
    resource.repetition = repetition
    return repetition
  }

  func setValue(_ value: Value?, of address: ResourceInstance) {
    node(at: address.module)?.resourceNode(address.resource).setValue(value, of: address.key)
  }

  /// Says that an instance is not there, and that nobody is about to make it.
  func setGone(_ address: ResourceInstance) {
    node(at: address.module)?.resourceNode(address.resource).setGone(address.key)
  }

  /// The value of one instance; nil if it does not exist.
  func value(of key: InstanceKey?, of block: ResourceBlock, in node: ModuleNode) -> Value? {
    let resource = node.resourceNode(block.resource)
    if let value = resource.value(of: key) { return value }
    guard repetition(of: block, in: node).contains(key) else { return nil }
    let address = ResourceInstance(module: node.address, block.resource, key: key)
    guard let value = storedObject(address) else { return nil }
    resource.setValue(value, of: key)
    return value
  }

  /// The value that the resource's name stands for.
  func wholeValue(of block: ResourceBlock, in node: ModuleNode) -> Value {
    let repetition = repetition(of: block, in: node)
    for key in repetition.keys { _ = value(of: key, of: block, in: node) }
    return node.resourceNode(block.resource).wholeValue(missing: unknownObject(of: block))
  }

  /// What stands for an object that is not there yet.
  func unknownObject(of block: ResourceBlock) -> Value {
    guard let source = graph.provider(of: block.address)?.source, let schema = schemas.schema(of: block.resource, from: source)
    else { return .dynamicUnknown }
    let value = Value.unknown(.object(schema.block.impliedType))
    return block.resource.mode == .ephemeral ? value.marked(with: .ephemeral) : value
  }
}
