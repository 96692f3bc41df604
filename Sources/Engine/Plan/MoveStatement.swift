import Addresses
import Diagnostics
import Graphs
import HCL
import Modules

/// One `moved` block, taken out of its module: it applies to every instance of that module.
struct MoveStatement {
  var module: ModulePath
  var from: MoveEndpoint
  var to: MoveEndpoint
  var block: MovedBlock

  init(_ block: MovedBlock, in module: ModulePath) {
    let isWhole = block.from.lastKey == nil && block.to.lastKey == nil
    self.module = module
    self.block = block
    from = MoveEndpoint(block.from, in: module, isWhole: isWhole)
    to = MoveEndpoint(block.to, in: module, isWhole: isWhole)
  }

  /// Every statement of a configuration, in the order in which it is written.
  static func all(of tree: ModuleTree) -> [MoveStatement] {
    tree.modules.flatMap { module in module.moved.map { MoveStatement($0, in: module.path) } }
  }

  /// Whether the other must be carried out first: it brings here what this one takes on, or one moves what holds the other's end.
  func comesAfter(_ other: MoveStatement) -> Bool {
    from.meets(other.to) || from.isWithin(other.to) || to.isWithin(other.to) || other.from.isWithin(from)
      || other.to.isWithin(from)
  }

  /// The statements so that each comes after those that it continues, or the cycles that they form.
  static func ordered(_ statements: [MoveStatement]) -> (order: [MoveStatement], cycles: [[MoveStatement]]) {
    var graph = DependencyGraph(vertexCount: statements.count)
    for (index, statement) in statements.enumerated() {
      for (other, earlier) in statements.enumerated() where index != other && statement.comesAfter(earlier) {
        graph.addEdge(from: index, to: other)
      }
    }
    if let order = graph.topologicalOrder() { return (order.map { statements[$0] }, []) }
    return ([], graph.cycles().map { $0.map { statements[$0] } })
  }

  /// Where the statement takes an object; nil if it is not about it.
  func destination(of address: ResourceInstance) -> ResourceInstance? {
    guard let steps = from.matched(by: address.module.steps) else { return nil }
    let target = to.filled(with: steps)
    switch (from.resource, to.resource) {
    case (let source?, let destination?):
      guard steps.count == address.module.steps.count, address.resource == source.resource, source.key.accepts(address.key)
      else { return nil }
      return ResourceInstance(
        module: ModuleInstance(target), destination.resource, key: destination.key.filled(with: address.key))
    case (nil, nil):
      return ResourceInstance(
        module: ModuleInstance(target + address.module.steps.dropFirst(steps.count)), address.resource, key: address.key)
    default: return nil
    }
  }

  /// The module instance that an object leaves, if the statement moves modules.
  func source(of address: ResourceInstance) -> ModuleInstance? {
    from.resource == nil ? ModuleInstance(Array(address.module.steps.prefix(from.steps.count))) : nil
  }
}

/// An end of a move, seen from the root module. Keys that do not matter are open.
struct MoveEndpoint: Hashable, CustomStringConvertible {
  enum Key: Hashable {
    case any
    case exactly(InstanceKey?)

    func accepts(_ key: InstanceKey?) -> Bool { self == .any || self == .exactly(key) }
    func meets(_ other: Key) -> Bool { self == .any || other == .any || self == other }
    func filled(with key: InstanceKey?) -> InstanceKey? {
      if case .exactly(let own) = self { return own }
      return key
    }
    var text: String {
      if case .exactly(let key) = self { return key.suffix }
      return ""
    }
  }

  struct Step: Hashable {
    var name: String
    var key: Key
  }

  struct End: Hashable {
    var resource: Resource
    var key: Key
  }

  /// How many steps lead to the module that holds the statement.
  var depth: Int
  var steps: [Step]
  /// Nil for a module.
  var resource: End?
  /// Whether all instances of the resource or module call move together.
  var isWhole: Bool

  init(_ address: TargetAddress, in module: ModulePath, isWhole: Bool) {
    depth = module.names.count
    self.isWhole = isWhole
    steps = module.names.map { Step(name: $0, key: .any) }
    switch address {
    case .module(let inner):
      steps += inner.steps.map { Step(name: $0.name, key: .exactly($0.key)) }
      if isWhole, !inner.steps.isEmpty { steps[steps.count - 1].key = .any }
    case .resource(let instance):
      steps += instance.module.steps.map { Step(name: $0.name, key: .exactly($0.key)) }
      resource = End(resource: instance.resource, key: isWhole ? .any : .exactly(instance.key))
    }
  }

  var path: ModulePath { ModulePath(steps.map(\.name)) }

  var description: String {
    var parts = steps.map { "module.\($0.name)\($0.key.text)" }
    if let resource { parts.append("\(resource.resource)\(resource.key.text)") }
    return parts.joined(separator: ".")
  }

  /// The same for endpoints that statements of different modules write differently.
  var identity: String { "\(isWhole ? "all of " : "")\(self)" }

  /// What messages call it.
  var noun: String { resource == nil ? (isWhole ? "module call" : "module instance") : isWhole ? "resource" : "resource instance" }
  var shortNoun: String { isWhole ? (resource == nil ? "call" : "resource") : "instance" }

  /// Whether both can be the same thing.
  func meets(_ other: MoveEndpoint) -> Bool {
    guard steps.count == other.steps.count, Self.meet(steps, other.steps) else { return false }
    switch (resource, other.resource) {
    case (nil, nil): return true
    case (let a?, let b?): return a.resource == b.resource && a.key.meets(b.key)
    default: return false
    }
  }

  /// Whether it lies inside a module that the other names.
  func isWithin(_ other: MoveEndpoint) -> Bool {
    guard other.resource == nil, steps.count > other.steps.count || steps.count == other.steps.count && resource != nil else {
      return false
    }
    return Self.meet(Array(steps.prefix(other.steps.count)), other.steps)
  }

  private static func meet(_ left: [Step], _ right: [Step]) -> Bool {
    zip(left, right).allSatisfy { $0.name == $1.name && $0.key.meets($1.key) }
  }

  /// The steps of a module instance that the endpoint covers; nil if it is elsewhere.
  func matched(by module: [ModuleInstance.Step]) -> [ModuleInstance.Step]? {
    guard module.count >= steps.count else { return nil }
    let matched = Array(module.prefix(steps.count))
    return zip(steps, matched).allSatisfy { $0.name == $1.name && $0.key.accepts($1.key) } ? matched : nil
  }

  /// The endpoint's steps with open keys taken from what the other endpoint matched: those of the module that holds the statement
  /// from the same place, that of a whole call from its last step.
  func filled(with matched: [ModuleInstance.Step]) -> [ModuleInstance.Step] {
    steps.enumerated().map { position, step in
      let given = position < depth ? matched[position].key : matched.last?.key
      return ModuleInstance.Step(step.name, key: step.key.filled(with: given ?? nil))
    }
  }
}

extension TargetAddress {
  /// The key at the very end of the address.
  fileprivate var lastKey: InstanceKey? {
    switch self {
    case .module(let module): return module.steps.last?.key
    case .resource(let instance): return instance.key
    }
  }
}
