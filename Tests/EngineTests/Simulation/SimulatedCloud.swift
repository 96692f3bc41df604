import Synchronization
import Values

/// A cloud in memory, shared by the providers of one test. Objects outlive providers and runs, as in the real world.
final class SimulatedCloud: Sendable {
  struct Object: Sendable {
    var id: String
    var typeName: String
    /// The `name` attribute: tests set it to the address, so that every object says whom it belongs to.
    var name: String
    /// As a read returns it: wholly known, write-only attributes null.
    var value: Value
    var revision: Int
  }

  private struct State {
    var objects: [String: Object] = [:]
    /// How many objects of a type and name were ever made; part of the next one's id.
    var madeByName: [String: Int] = [:]
    var deletedIDs: Set<String> = []
  }

  /// What happened to an object, for those who keep a second record.
  enum Change: Sendable {
    case stored(Object)
    case deleted(id: String)
  }

  private let state: Mutex<State>
  private let onChange: (@Sendable (Change) -> Void)?

  /// - Parameters:
  ///   - objects: what exists from the beginning.
  ///   - deletedIDs: what existed once; no new object gets such an id.
  ///   - onChange: called with every change before anyone else can see it.
  init(objects: [Object] = [], deletedIDs: Set<String> = [], onChange: (@Sendable (Change) -> Void)? = nil) {
    var state = State(deletedIDs: deletedIDs)
    for object in objects { state.objects[object.id] = object }
    for id in deletedIDs.union(objects.map(\.id)) {
      let parts = id.split(separator: "#")
      guard parts.count == 2, let number = Int(parts[1]) else { continue }
      state.madeByName["\(parts[0])"] = max(number, state.madeByName["\(parts[0])"] ?? 0)
    }
    self.state = Mutex(state)
    self.onChange = onChange
  }

  /// The same world once more: what happens to one does not happen to the other.
  convenience init(copying other: SimulatedCloud) {
    let state = other.state.withLock { $0 }
    self.init(objects: Array(state.objects.values), deletedIDs: state.deletedIDs)
  }

  /// All objects, sorted by id.
  var objects: [Object] { state.withLock { $0.objects.values.sorted { $0.id < $1.id } } }

  func object(id: String) -> Object? { state.withLock { $0.objects[id] } }

  /// The youngest object of that name: while one replaces another there may be two.
  func object(typeName: String, named name: String) -> Object? {
    func number(_ object: Object) -> Int { object.id.split(separator: "#").last.flatMap { Int($0) } ?? 0 }
    return objects.filter { $0.typeName == typeName && $0.name == name }.max { number($0) < number($1) }
  }

  /// Makes an object. Its id depends on type, name and how many there were before, so that it does not depend on the order of calls.
  func create(typeName: String, name: String, _ value: (_ id: String) -> Value) -> Object {
    state.withLock { state in
      let number = state.madeByName["\(typeName)/\(name)", default: 0] + 1
      state.madeByName["\(typeName)/\(name)"] = number
      let id = "\(typeName)/\(name)#\(number)"
      let object = Object(id: id, typeName: typeName, name: name, value: value(id), revision: 1)
      state.objects[id] = object
      onChange?(.stored(object))
      return object
    }
  }

  /// Changes an object behind everybody's back or for a provider; nil when there is none.
  @discardableResult
  func update(id: String, _ change: (Value, _ revision: Int) -> Value) -> Object? {
    state.withLock { state in
      guard var object = state.objects[id] else { return nil }
      object.revision += 1
      object.value = change(object.value, object.revision)
      if let name = object.value.attribute("name")?.asString { object.name = name }
      state.objects[id] = object
      onChange?(.stored(object))
      return object
    }
  }

  /// Whether there was such an object.
  @discardableResult
  func delete(id: String) -> Bool {
    state.withLock { state in
      guard state.objects.removeValue(forKey: id) != nil else { return false }
      state.deletedIDs.insert(id)
      onChange?(.deleted(id: id))
      return true
    }
  }

  /// What is wrong between the cloud and what a state says, in sentences; empty when all is well.
  ///
  /// - Parameter stored: the ids in state, current and deposed.
  func violations(stored: Set<String>) -> [String] {
    let objects = objects
    var found: [String] = []
    for object in objects where !stored.contains(object.id) {
      found.append("\(object.id) exists, but no state knows it")
    }
    let existing = Set(objects.map(\.id))
    for id in stored.sorted() where !existing.contains(id) { found.append("\(id) is in state, but does not exist") }
    return found + duplicates
  }

  /// Names that more than one object has.
  var duplicates: [String] {
    Dictionary(grouping: objects) { "\($0.typeName)/\($0.name)" }
      .filter { $0.value.count > 1 }
      .map { "\($0.key) exists \($0.value.count) times" }
      .sorted()
  }
}
