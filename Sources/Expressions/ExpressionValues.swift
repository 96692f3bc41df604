import Diagnostics
import HCL
import Values

extension Evaluator {
  /// The values that an expression refers to, as messages show them: each reference as deep as it can be evaluated,
  /// sorted by its text. Sensitive values are left out, and of unknown ones only the type is told.
  func involvedValues(_ expression: Expression) -> [Diagnostic.ExpressionValue] {
    var seen: Set<String> = []
    var found: [Diagnostic.ExpressionValue] = []
    for traversal in expression.variables.prefix(50) where !traversal.steps.isEmpty {
      guard let (text, value) = deepestValue(of: traversal), seen.insert(text).inserted,
        let statement = statement(about: value)
      else { continue }
      found.append(Diagnostic.ExpressionValue(traversal: text, statement: statement))
    }
    return found.sorted { $0.traversal < $1.traversal }
  }

  /// The longest beginning of the chain that can be evaluated; a bare root is never shown.
  private func deepestValue(of traversal: Traversal) -> (String, Value)? {
    // The first steps may name one thing together, such as a resource. Behind these, what cannot be evaluated cannot be with
    // more steps either, so that a long chain needs no trial of each.
    var low = min(traversal.steps.count, 16)
    var high = traversal.steps.count
    while low < high {
      let middle = (low + high + 1) / 2
      if value(of: traversal, steps: middle) != nil { low = middle } else { high = middle - 1 }
    }
    for count in stride(from: low, to: 0, by: -1) {
      if let found = value(of: traversal, steps: count) { return found }
    }
    return nil
  }

  private func value(of traversal: Traversal, steps count: Int) -> (String, Value)? {
    var quiet = Evaluator(context, frames: frames)
    quiet.isQuiet = true
    let part = Traversal(
      root: traversal.root, rootRange: traversal.rootRange, steps: Array(traversal.steps.prefix(count)), range: traversal.range)
    let value = quiet.value(of: Expression(.scopeTraversal(part), range: traversal.range))
    return quiet.diagnostics.hasErrors ? nil : (part.text, value)
  }

  private func statement(about value: Value) -> String? {
    if !value.marks.isDisjoint(with: [.sensitive, .ephemeral]) { return nil }
    if !value.isKnown {
      return value.type == .dynamic ? nil : "is a \(value.type.friendlyName)"
    }
    return "is \(summary(of: value.withoutMarks))"
  }

  /// A value on one line; collections by their size only.
  private func summary(of value: Value) -> String {
    let count = value.count
    switch value {
    case .null: return "null"
    case .bool(let flag): return flag ? "true" : "false"
    case .number(let number): return number.text
    case .string(let text): return QuotedText.quoted(text)
    case .list, .set, .map:
      let name = value.type.friendlyName
      if count == 0 { return "empty \(name)" }
      return "\(name) with \(count) element\(count == 1 ? "" : "s")"
    case .tuple:
      if count == 0 { return "empty tuple" }
      return "tuple with \(count) element\(count == 1 ? "" : "s")"
    case .object(let object):
      if count == 0 { return "object with no attributes" }
      if count == 1 { return "object with 1 attribute \"\(object.names[0])\"" }
      return "object with \(count) attributes"
    default: return value.type.friendlyName
    }
  }
}

extension Traversal {
  /// As messages write it: `a.b[0]["k"]`.
  package var text: String {
    var text = root
    for step in steps {
      switch step {
      case .attribute(let name, _): text += ".\(name)"
      case .index(.string(let key), _): text += "[\(QuotedText.quoted(key))]"
      case .index(.number(let number), _): text += "[\(number.text)]"
      case .splat: text += "[*]"
      }
    }
    return text
  }
}

/// Text between double quotes, with the escapes that messages use.
enum QuotedText {
  static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}
