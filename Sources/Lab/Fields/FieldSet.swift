import YAML

/// One step from a value to what is in it.
enum PathElement: Hashable, Sendable {
  case field(String)
  /// An object in a list, by the members that it is known by, sorted by their names.
  case key([KeyMember])
  /// A value in a set.
  case value(JSONValue)
  case index(Int)

  struct KeyMember: Hashable, Sendable {
    var name: String
    var value: JSONValue
  }

  /// As messages have it: `.spec`, `[name="web"]`, `[="x"]`, `[2]`.
  var text: String {
    switch self {
    case .field(let name): ".\(name)"
    case .key(let members): "[" + members.map { "\($0.name)=\($0.value.jsonText())" }.joined(separator: ",") + "]"
    case .value(let value): "[=\(value.jsonText())]"
    case .index(let index): "[\(index)]"
    }
  }

  /// As records of ownership have it: `f:spec`, `k:{"name":"web"}`, `v:"x"`, `i:2`.
  var encoded: String {
    switch self {
    case .field(let name): "f:\(name)"
    case .key(let members): "k:" + JSONValue.object(Dictionary(members.map { ($0.name, $0.value) }) { $1 }).jsonText()
    case .value(let value): "v:\(value.jsonText())"
    case .index(let index): "i:\(index)"
    }
  }

  init?(encoded text: String) {
    let rest = String(text.dropFirst(2))
    switch text.prefix(2) {
    case "f:": self = .field(rest)
    case "k:":
      guard let value = try? JSONValue(json: rest), let members = value.asObject else { return nil }
      self = .key(members.map { KeyMember(name: $0.key, value: $0.value) }.sorted { $0.name < $1.name })
    case "v:":
      guard let value = try? JSONValue(json: rest) else { return nil }
      self = .value(value)
    case "i:":
      guard let index = Int(rest) else { return nil }
      self = .index(index)
    default: return nil
    }
  }

  private var rank: Int {
    switch self {
    case .field: 0
    case .key: 1
    case .value: 2
    case .index: 3
    }
  }

  static func precedes(_ first: PathElement, _ second: PathElement) -> Bool {
    if first.rank != second.rank { return first.rank < second.rank }
    if case .index(let one) = first, case .index(let other) = second { return one < other }
    return first.text < second.text
  }
}

/// A set of paths: a tree of steps in which some nodes are members.
struct FieldSet: Hashable, Sendable {
  var isMember = false
  var children: [PathElement: FieldSet] = [:]

  static let empty = FieldSet()
  static let member = FieldSet(isMember: true)

  var isEmpty: Bool { !isMember && children.isEmpty }

  init(isMember: Bool = false, children: [PathElement: FieldSet] = [:]) {
    self.isMember = isMember
    self.children = children
  }

  /// Puts a set below a step; nothing if it is empty.
  mutating func put(_ element: PathElement, _ set: FieldSet) {
    if set.isEmpty { return }
    children[element, default: .empty].formUnion(set)
  }

  mutating func formUnion(_ other: FieldSet) {
    isMember = isMember || other.isMember
    for (element, set) in other.children { children[element, default: .empty].formUnion(set) }
  }

  func union(_ other: FieldSet) -> FieldSet {
    var result = self
    result.formUnion(other)
    return result
  }

  func subtracting(_ other: FieldSet) -> FieldSet {
    var result = FieldSet(isMember: isMember && !other.isMember)
    for (element, set) in children {
      guard let taken = other.children[element] else {
        result.children[element] = set
        continue
      }
      let rest = set.subtracting(taken)
      if !rest.isEmpty { result.children[element] = rest }
    }
    return result
  }

  func intersection(_ other: FieldSet) -> FieldSet {
    var result = FieldSet(isMember: isMember && other.isMember)
    for (element, set) in children {
      guard let common = other.children[element]?.intersection(set), !common.isEmpty else { continue }
      result.children[element] = common
    }
    return result
  }

  /// The set without some paths and all that is below them.
  func removing(below path: [String]) -> FieldSet {
    guard let first = path.first, let child = children[.field(first)] else { return self }
    var result = self
    let rest = path.count == 1 ? FieldSet.empty : child.removing(below: Array(path.dropFirst()))
    result.children[.field(first)] = rest.isEmpty ? nil : rest
    return result
  }

  /// The members in the order of their paths, each as the text of its steps.
  var paths: [String] {
    var found: [String] = []
    collect("", &found)
    return found
  }

  private func collect(_ prefix: String, _ found: inout [String]) {
    if isMember, !prefix.isEmpty { found.append(prefix) }
    for (element, set) in children.sorted(by: { PathElement.precedes($0.key, $1.key) }) {
      set.collect(prefix + element.text, &found)
    }
  }

  /// The set with all fields on the way to its members that the schema names; the keys of maps are left out.
  func withNamedParents(_ schema: Schema) -> FieldSet {
    var result = FieldSet(isMember: isMember)
    for (element, set) in children {
      var below: Schema = .any
      var isNamed = false
      switch (element, schema.resolved) {
      case (.field(let name), _):
        below = schema.member(name) ?? .any
        isNamed = schema.names(name)
      case (_, .list(let item, _)): below = item
      default: break
      }
      var inner = set.withNamedParents(below)
      if isNamed { inner.isMember = true }
      result.children[element] = inner
    }
    return result
  }

  // MARK: The form in records

  var encoded: JSONValue {
    var members: [String: JSONValue] = [:]
    if isMember, !children.isEmpty { members["."] = .object([:]) }
    for (element, set) in children { members[element.encoded] = set.encoded }
    return .object(members)
  }

  /// Reads `fieldsV1`; nil when it is no such thing.
  init?(encoded value: JSONValue) {
    guard let read = FieldSet.read(value) else { return nil }
    // Nothing stands for the object itself.
    self = FieldSet(children: read.children)
  }

  private static func read(_ value: JSONValue) -> FieldSet? {
    guard let members = value.asObject else { return nil }
    var set = FieldSet(isMember: members.isEmpty)
    for (name, inner) in members {
      if name == "." {
        set.isMember = true
        continue
      }
      guard let element = PathElement(encoded: name), let child = read(inner) else { return nil }
      set.children[element] = child
    }
    return set
  }
}
