package import Addresses
package import Diagnostics
import Expressions
package import HCL

/// What a reference chain names, in the language's nouns.
package struct Reference: Sendable, Hashable {
  package enum Subject: Sendable, Hashable {
    case variable(String)
    case local(String)
    /// A resource, or one instance of it when a literal key follows.
    case resource(Resource, key: InstanceKey?)
    /// A module call as a whole, or one instance of it.
    case module(String, key: InstanceKey?)
    case moduleOutput(String, key: InstanceKey?, output: String)
    case path(String)
    case terraform(String)
    case count(String)
    case each(String)
    case `self`
  }

  package var subject: Subject
  /// What the chain says after the subject.
  package var remaining: [TraversalStep]
  /// The part of the chain that names the subject.
  package var range: SourceRange

  package init(_ subject: Subject, remaining: [TraversalStep], range: SourceRange) {
    self.subject = subject
    self.remaining = remaining
    self.range = range
  }

  /// Reads a chain; without a reference, the diagnostics say why. Whether what it names exists is not asked here.
  package static func parse(_ traversal: Traversal) -> (Reference?, [Diagnostic]) {
    var reader = ReferenceReader(traversal)
    let reference = reader.read()
    return (reference, reader.diagnostics)
  }

  /// The resource that is named, if it is one.
  package var resource: Resource? {
    if case .resource(let resource, _) = subject { resource } else { nil }
  }
}

private struct ReferenceReader {
  let traversal: Traversal
  var diagnostics: [Diagnostic] = []

  init(_ traversal: Traversal) { self.traversal = traversal }

  private var steps: [TraversalStep] { traversal.steps }
  private var root: String { traversal.root }

  mutating func read() -> Reference? {
    switch root {
    case "var": return named { .variable($0) }
    case "local": return named { .local($0) }
    case "path": return named { .path($0) }
    case "terraform": return named { .terraform($0) }
    case "count": return named { .count($0) }
    case "each": return named { .each($0) }
    case "self":
      return Reference(.`self`, remaining: steps, range: traversal.rootRange)
    case "module": return module()
    case "data": return prefixed(.data, "the data source type")
    case "ephemeral": return prefixed(.ephemeral, "the ephemeral resource type")
    case "resource": return prefixed(.managed, "the resource type")
    case "template", "lazy", "arg":
      return fail(
        "Reserved symbol name",
        "\"\(root)\" is kept for the language itself. If it is a resource type, write \"resource.\" before it.",
        traversal.rootRange)
    default: return resource(.managed, type: root, nameAt: 0)
    }
  }

  private mutating func fail(_ summary: String, _ detail: String, _ range: SourceRange) -> Reference? {
    diagnostics.append(.error(summary, detail, at: range))
    return nil
  }

  private mutating func attribute(at index: Int) -> String? {
    guard steps.indices.contains(index) else {
      _ = fail(
        "Invalid reference",
        "Name one attribute of \"\(root)\"; it has no value as a whole.",
        traversal.rootRange)
      return nil
    }
    if case .attribute(let name, _) = steps[index] { return name }
    _ = fail("Invalid reference", "Only \".name\" can follow \"\(root)\".", steps[index].range)
    return nil
  }

  private func range(through count: Int) -> SourceRange {
    count == 0 ? traversal.rootRange : traversal.rootRange.through(steps[count - 1].range)
  }

  private mutating func named(_ subject: (String) -> Reference.Subject) -> Reference? {
    guard let name = attribute(at: 0) else { return nil }
    return Reference(subject(name), remaining: Array(steps.dropFirst()), range: range(through: 1))
  }

  /// A literal instance key at that place. Keys of other kinds are left for the evaluation to complain about.
  private func key(at index: Int) -> InstanceKey? {
    guard steps.indices.contains(index), case .index(let key, _) = steps[index] else { return nil }
    switch key {
    case .string(let text): return .string(text)
    case .number(.integer(let number)): return .integer(Int(number))
    case .number(.decimal): return nil
    }
  }

  private mutating func module() -> Reference? {
    guard let name = attribute(at: 0) else { return nil }
    let key = key(at: 1)
    let next = key == nil ? 1 : 2
    if steps.indices.contains(next), case .attribute(let output, _) = steps[next] {
      return Reference(
        .moduleOutput(name, key: key, output: output), remaining: Array(steps.dropFirst(next + 1)),
        range: range(through: next + 1))
    }
    return Reference(
      .module(name, key: key), remaining: Array(steps.dropFirst(next)), range: range(through: next))
  }

  private mutating func prefixed(_ mode: ResourceMode, _ kind: String) -> Reference? {
    guard steps.count >= 2, case .attribute(let type, _) = steps[0], case .attribute = steps[1] else {
      let noun = kind.hasPrefix("the ephemeral") ? "ephemeral resource type" : String(kind.dropFirst("the ".count))
      return fail(
        "Invalid reference",
        "After \"\(root)\", write the \(noun) and the name of the resource.",
        steps.first.map { range(through: min(2, steps.count)).through($0.range) } ?? traversal.rootRange)
    }
    return resource(mode, type: type, nameAt: 1)
  }

  private mutating func resource(_ mode: ResourceMode, type: String, nameAt index: Int) -> Reference? {
    guard steps.indices.contains(index), case .attribute(let name, _) = steps[index] else {
      diagnostics.append(
        ReferenceProblem.noResourceName(
          at: steps.indices.contains(index) ? traversal.rootRange.through(steps[index].range) : traversal.range))
      return nil
    }
    let key = key(at: index + 1)
    let used = index + (key == nil ? 1 : 2)
    return Reference(
      .resource(Resource(mode, type, name), key: key), remaining: Array(steps.dropFirst(used)),
      range: range(through: used))
  }
}
