import Diagnostics
import Expressions
import HCL
import Modules
import Values

extension Evaluator {
  /// How often a block with these arguments repeats. What is wrong is reported, and the repetition is then unknown.
  func repetition(count: Expression?, forEach: Expression?, enabled: Expression?, in node: ModuleNode) -> Repetition {
    if let count { return self.count(count, in: node) }
    if let forEach { return self.forEach(forEach, in: node) }
    if let enabled { return self.enabled(enabled, in: node) }
    return .single
  }

  private func enabled(_ expression: Expression, in node: ModuleNode) -> Repetition {
    let (value, problems) = evaluate(expression, as: .bool, in: context(in: node))
    report(problems)
    if problems.hasErrors { return .unknown(isCount: true) }
    func invalid(_ detail: String) -> Repetition {
      report([.error("Invalid enabled argument", detail, at: expression.range)])
      return .unknown(isCount: true)
    }
    if value.containsMark(.sensitive) {
      return invalid(
        "\"enabled\" must not be sensitive, since everyone sees whether the object exists.")
    }
    if value.containsMark(.ephemeral) {
      return invalid("\"enabled\" must not be ephemeral: the next run would not know it.")
    }
    if value.isNull { return invalid("\"enabled\" is null; it must be true or false.") }
    guard let isEnabled = value.asBool else { return .unknown(isCount: true) }
    return isEnabled ? .single : .disabled
  }

  private func count(_ expression: Expression, in node: ModuleNode) -> Repetition {
    let (value, problems) = evaluate(expression, as: .number, in: context(in: node))
    report(problems)
    return problems.hasErrors ? .unknown(isCount: true) : reported(Repetition.of(count: value, at: expression.range))
  }

  private func forEach(_ expression: Expression, in node: ModuleNode) -> Repetition {
    let (value, problems) = evaluate(expression, in: context(in: node))
    report(problems)
    return problems.hasErrors ? .unknown(isCount: false) : reported(Repetition.of(forEach: value, at: expression.range))
  }

  private func reported(_ outcome: (repetition: Repetition, problems: [Diagnostic])) -> Repetition {
    report(outcome.problems)
    return outcome.repetition
  }
}

extension Repetition {
  /// What a value of `count` says. What is wrong with it is told, and the repetition is then unknown.
  static func of(count value: Value, at range: SourceRange) -> (Repetition, [Diagnostic]) {
    func invalid(_ detail: String) -> (Repetition, [Diagnostic]) {
      (.unknown(isCount: true), [.error("Invalid count argument", detail, at: range)])
    }
    if value.containsMark(.ephemeral) {
      return invalid(
        "\"count\" must not be ephemeral: the next run would not know it.")
    }
    let (plain, _) = value.unmarked()
    if !plain.isKnown { return (.unknown(isCount: true), []) }
    if plain.isNull { return invalid("\"count\" is null; it must be a whole number.") }
    guard let number = plain.asNumber, let count = number.int64 else {
      return invalid("\"count\" must be a whole number between -9223372036854775808 and 9223372036854775807.")
    }
    if count < 0 {
      return invalid("\"count\" is negative; use 0 for no instances.")
    }
    if count > Self.largestCount {
      return invalid(
        "\"count\" is \(count), which is more than can be planned; at most \(Self.largestCount) instances can.")
    }
    return (.count(Int(count)), [])
  }

  /// Each instance takes memory and time. A number beyond this is a mistake, of which a message says more than a machine that
  /// no longer answers.
  private static var largestCount: Int64 { 1_000_000 }

  /// What a value of `for_each` says, in the same way.
  static func of(forEach value: Value, at range: SourceRange) -> (Repetition, [Diagnostic]) {
    let unknown = Repetition.unknown(isCount: false)
    func invalid(_ detail: String, of kind: String = "") -> (Repetition, [Diagnostic]) {
      (unknown, [.error("Invalid for_each \(kind)argument", detail, at: range)])
    }
    func unsuitable() -> (Repetition, [Diagnostic]) {
      invalid(
        "\"for_each\" must be a map, an object or a set of strings, not \(value.type.friendlyName). For a list of "
          + "strings, use toset.")
    }
    if value.marks.contains(.ephemeral) {
      return invalid(
        "\"for_each\" must not be ephemeral: the next run would not know it.")
    }
    if value.marks.contains(.sensitive) {
      return invalid(
        "\"for_each\" must not be sensitive, since its keys become part of addresses, which everyone sees.")
    }
    // What is concealed may be used, and each value of a map stays so.
    let (value, marks) = value.unmarked()
    if value.isNull {
      return invalid(
        "\"for_each\" is null; use an empty map or set for no instances.")
    }
    if !value.isKnown {
      // It is fine as long as it can become a map or a set of strings.
      switch value.type {
      case .dynamic, .map, .object, .set(.string), .set(.dynamic): return (unknown, [])
      default: return unsuitable()
      }
    }
    switch value {
    case .map, .object: return (.forEach(keys: value.keys, values: value.elements.map { $0.marked(with: marks) }), [])
    case .set(let set):
      if !value.isWhollyKnown { return (unknown, []) }
      if set.elements.contains(where: \.isNull) {
        return invalid(
          "\"for_each\" is a set with null in it; take that out.", of: "set ")
      }
      let keys = set.elements.compactMap(\.asString)
      if keys.count != set.elements.count {
        return invalid(
          "\"for_each\" can be a set of strings, but this one is of \(set.elementType.friendlyName).", of: "set ")
      }
      return (.forEach(keys: keys, values: set.elements), [])
    default:
      return unsuitable()
    }
  }
}
