/// A way from a value to one inside it.
package struct Path: Hashable, Sendable {
  package enum Step: Hashable, Sendable {
    /// An attribute of an object.
    case attribute(String)
    /// An element of a list or tuple by number, of a map by key, or of a set by its value.
    case index(Value)
  }

  package var steps: [Step]

  package init(_ steps: [Step] = []) { self.steps = steps }

  package static let root = Path()

  package var isEmpty: Bool { steps.isEmpty }
  package var count: Int { steps.count }

  package func attribute(_ name: String) -> Path { appending(.attribute(name)) }
  package func index(_ key: Value) -> Path { appending(.index(key)) }
  package func index(_ position: Int) -> Path { appending(.index(.int(position))) }
  package func key(_ key: String) -> Path { appending(.index(.string(key))) }

  package func appending(_ step: Step) -> Path {
    var copy = self
    copy.steps.append(step)
    return copy
  }

  package func hasPrefix(_ prefix: Path) -> Bool { steps.starts(with: prefix.steps) }
}

extension Path: CustomStringConvertible {
  /// As an expression would write it: `.name[0]["key"]`. An element of a set that is no primitive shows as `[...]`.
  package var description: String {
    var text = ""
    for step in steps {
      switch step {
      case .attribute(let name): text += ".\(name)"
      case .index(.string(let key)): text += "[\(JSONWriter.quoted(key))]"
      case .index(.number(let number)): text += "[\(number.text)]"
      case .index(.bool(let flag)): text += "[\(flag)]"
      case .index: text += "[...]"
      }
    }
    return text
  }
}
