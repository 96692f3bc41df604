package import YAML

/// One step from a value to what is in it, as records of ownership know it.
package enum FieldStep: Hashable, Sendable {
  case field(String)
  /// An item of a list, by the members that it is known by.
  case key([String: JSONValue])
  /// An item of a set.
  case value(JSONValue)
  case index(Int)

  /// As in `fieldsV1`: `f:spec`, `k:{"name":"web"}`, `v:"x"`, `i:2`.
  package var encoded: String {
    switch self {
    case .field(let name): "f:\(name)"
    case .key(let members): "k:\(JSONValue.object(members).jsonText())"
    case .value(let value): "v:\(value.jsonText())"
    case .index(let index): "i:\(index)"
    }
  }

  package init?(encoded text: String) {
    let rest = String(text.dropFirst(2))
    switch text.prefix(2) {
    case "f:": self = .field(rest)
    case "k:":
      guard let members = (try? JSONValue(json: rest))?.asObject else { return nil }
      self = .key(members)
    case "v:":
      guard let value = try? JSONValue(json: rest) else { return nil }
      self = .value(value)
    case "i:":
      guard let index = Int(rest) else { return nil }
      self = .index(index)
    default: return nil
    }
  }
}

/// The way from an object to a part of it.
package struct FieldPath: Hashable, Sendable {
  package var steps: [FieldStep]

  package init(_ steps: [FieldStep]) { self.steps = steps }

  /// Of fields alone.
  package init(fields names: String...) { steps = names.map(FieldStep.field) }

  package func appending(_ step: FieldStep) -> FieldPath { FieldPath(steps + [step]) }

  package func starts(with other: FieldPath) -> Bool { steps.starts(with: other.steps) }

  /// A JSON array of the steps.
  package var encoded: String { JSONValue.array(steps.map { .string($0.encoded) }).jsonText() }

  package init?(encoded text: String) {
    guard let items = (try? JSONValue(json: text))?.asArray else { return nil }
    steps = []
    for item in items {
      guard let step = item.asString.flatMap(FieldStep.init(encoded:)) else { return nil }
      steps.append(step)
    }
  }
}

extension FieldPath: CustomStringConvertible, Comparable {
  /// As people write it: `spec.containers[name="web"].image`, with keys that are no names in brackets: `metadata.labels["a/b"]`.
  package var description: String {
    var text = ""
    for step in steps {
      switch step {
      case .field(let name) where name.utf8.allSatisfy({ $0.isWordByte }): text += text.isEmpty ? name : ".\(name)"
      case .field(let name): text += "[\(JSONValue.string(name).jsonText())]"
      case .key(let members):
        text += "[" + members.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value.jsonText())" }.joined(separator: ",") + "]"
      case .value(let value): text += "[=\(value.jsonText())]"
      case .index(let index): text += "[\(index)]"
      }
    }
    return text
  }

  package static func < (left: FieldPath, right: FieldPath) -> Bool { left.description < right.description }
}

extension UInt8 {
  /// A letter, a digit, an underscore or a hyphen.
  fileprivate var isWordByte: Bool {
    switch self {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
      UInt8(ascii: "_"), UInt8(ascii: "-"):
      true
    default: false
    }
  }
}

/// A set of paths: a tree of steps in which some nodes are members.
package struct FieldSet: Hashable, Sendable {
  package var isMember = false
  package var children: [FieldStep: FieldSet] = [:]

  package init() {}

  /// Reads `fieldsV1`. What is no such thing is left out.
  package init(fieldsV1 value: JSONValue) {
    for (name, inner) in value.asObject ?? [:] {
      if name == "." {
        isMember = true
      } else if let step = FieldStep(encoded: name) {
        var child = FieldSet(fieldsV1: inner)
        if inner.asObject?.isEmpty ?? true { child.isMember = true }
        children[step] = child
      }
    }
  }

  package var fieldsV1: JSONValue {
    var members: [String: JSONValue] = [:]
    if isMember, !children.isEmpty { members["."] = [:] }
    for (step, set) in children { members[step.encoded] = set.fieldsV1 }
    return .object(members)
  }

  package mutating func formUnion(_ other: FieldSet) {
    isMember = isMember || other.isMember
    for (step, set) in other.children { children[step, default: FieldSet()].formUnion(set) }
  }

  package func contains(_ path: FieldPath) -> Bool {
    var set = self
    for step in path.steps {
      guard let child = set.children[step] else { return false }
      set = child
    }
    return set.isMember
  }

  /// The members that have no others below them, sorted.
  package var leaves: [FieldPath] {
    var found: [FieldPath] = []
    collect(FieldPath([]), &found)
    return found.sorted()
  }

  private func collect(_ path: FieldPath, _ found: inout [FieldPath]) {
    if children.isEmpty {
      if isMember, !path.steps.isEmpty { found.append(path) }
      return
    }
    for (step, set) in children { set.collect(path.appending(step), &found) }
  }
}

extension ManagedFieldsEntry {
  package var set: FieldSet { FieldSet(fieldsV1: fields) }

  /// For people.
  package var title: String { subresource.isEmpty ? manager : "\(manager) (\(subresource))" }

  /// Whether this is what a manager applied.
  func isApplied(by name: String) -> Bool { manager == name && operation == "Apply" && subresource.isEmpty }
}

extension JSONValue {
  /// Who set what in this object.
  package var fieldRecords: [ManagedFieldsEntry] { KubernetesObject(self).managedFields }

  /// What a manager has applied; nil if nothing.
  package func fields(appliedBy manager: String) -> FieldSet? {
    fieldRecords.first { $0.isApplied(by: manager) }?.set
  }
}
