import Addresses
import Modules
import Values

/// One instance of a module with what is evaluated of it so far.
///
/// Confined to the evaluator that owns it.
final class ModuleNode {
  let module: Module
  let address: ModuleInstance
  let parent: ModuleNode?
  /// What `count` and `each` stand for in the arguments of the call.
  let repetition: RepetitionData

  var variables: [String: Value] = [:]
  var locals: [String: Value] = [:]
  var outputs: [String: Value] = [:]
  var children: [String: ModuleChildren] = [:]
  var resources: [Resource: ResourceNode] = [:]

  init(module: Module, address: ModuleInstance, parent: ModuleNode?, repetition: RepetitionData) {
    self.module = module
    self.address = address
    self.parent = parent
    self.repetition = repetition
  }

  func resourceNode(_ resource: Resource) -> ResourceNode {
    if let node = resources[resource] { return node }
    if resources.isEmpty { resources.reserveCapacity(module.resources.count) }
    let node = ResourceNode()
    resources[resource] = node
    return node
  }
}

/// The instances of one module call.
final class ModuleChildren {
  let repetition: Repetition
  /// In the order of the repetition's keys.
  let instances: [ModuleNode]
  private let byKey: [InstanceKey?: Int]

  init(repetition: Repetition, instances: [ModuleNode]) {
    self.repetition = repetition
    self.instances = instances
    var byKey: [InstanceKey?: Int] = [:]
    byKey.reserveCapacity(instances.count)
    for (position, instance) in instances.enumerated() { byKey[instance.address.steps.last?.key] = position }
    self.byKey = byKey
  }

  func instance(_ key: InstanceKey?) -> ModuleNode? { byKey[key].map { instances[$0] } }
}

/// One resource in one module instance: its repetition and the objects that expressions see.
final class ResourceNode {
  /// Nil until its `count` or `for_each` is evaluated.
  var repetition: Repetition?
  /// The object without a key, which is the only one of most resources.
  private var single: Value?
  private var values: [InstanceKey: Value] = [:]
  /// Instances that are not there, and that nobody is about to make.
  private var gone: Set<InstanceKey> = []
  /// All instances as one value, built once when somebody asks for them together.
  private var whole: Value?

  func value(of key: InstanceKey?) -> Value? {
    guard let key else { return single }
    return values[key]
  }

  func setValue(_ value: Value?, of key: InstanceKey?) {
    if let key { values[key] = value } else { single = value }
    whole = nil
  }

  func setGone(_ key: InstanceKey?) {
    if let key { gone.insert(key) }
    whole = nil
  }

  /// The tuple, object or single value that the resource's name stands for. What is gone is left out where no other instance moves
  /// to its place.
  func wholeValue(missing: Value) -> Value {
    if let whole { return whole }
    let value: Value
    switch repetition {
    case .single: value = single ?? missing
    case .count(let count):
      let end = gone.isEmpty ? count : (0..<count).last { !gone.contains(.integer($0)) }.map { $0 + 1 } ?? 0
      value = .tuple((0..<end).map { values[.integer($0)] ?? missing })
    case .forEach(let keys, _):
      let there = gone.isEmpty ? keys : keys.filter { !gone.contains(.string($0)) }
      value = .object(there.map { ($0, values[.string($0)] ?? missing) })
    case .disabled: value = .null(missing.type).marked(with: missing.marks)
    case .unknown, nil: return .dynamicUnknown
    }
    whole = value
    return value
  }
}
