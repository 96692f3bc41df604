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
        "Sensitive values, or values derived from sensitive values, cannot be used in \"enabled\" arguments. If used, the sensitive "
          + "value would be exposed by whether an instance is present.")
    }
    if value.containsMark(.ephemeral) {
      return invalid("The given \"enabled\" argument value is unsuitable: the given value is ephemeral.")
    }
    if value.isNull { return invalid("The given \"enabled\" argument value is unsuitable: the given value is null.") }
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
        "The given \"count\" is derived from an ephemeral value, which means that it can't be used to decide how many instances "
          + "exist.")
    }
    let (plain, _) = value.unmarked()
    if !plain.isKnown { return (.unknown(isCount: true), []) }
    if plain.isNull { return invalid("The given \"count\" argument value is null. An integer is required.") }
    guard let number = plain.asNumber, let count = number.int64 else {
      return invalid("The given \"count\" argument value is unsuitable: value must be a whole number, between -9223372036854775808 and 9223372036854775807 inclusive.")
    }
    if count < 0 {
      return invalid("The given \"count\" argument value is unsuitable: must be greater than or equal to zero.")
    }
    if count > Self.largestCount {
      return invalid(
        "The given \"count\" argument value is unsuitable: \(count) instances are more than can be planned; \(Self.largestCount) are the most.")
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
        "The given \"for_each\" argument value is unsuitable: the \"for_each\" argument must be a map, or set of strings, and "
          + "you have provided a value of type \(value.type.friendlyName).")
    }
    if value.marks.contains(.ephemeral) {
      return invalid(
        "The given \"for_each\" value is derived from an ephemeral value, which means that it cannot be used to decide which instances exist.")
    }
    if value.marks.contains(.sensitive) {
      return invalid(
        "Sensitive values, or values derived from sensitive values, cannot be used as for_each arguments. If used, the "
          + "sensitive value could be exposed as a resource instance key.")
    }
    // What is concealed may be used, and each value of a map stays so.
    let (value, marks) = value.unmarked()
    if value.isNull {
      return invalid(
        "The given \"for_each\" argument value is unsuitable: the given \"for_each\" argument value is null. A map, or set of strings is allowed.")
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
          "The given \"for_each\" argument value is unsuitable: \"for_each\" sets must not contain null values.", of: "set ")
      }
      let keys = set.elements.compactMap(\.asString)
      if keys.count != set.elements.count {
        return invalid(
          "The given \"for_each\" argument value is unsuitable: \"for_each\" supports maps and sets of strings, but you have "
            + "provided a set containing type \(set.elementType.friendlyName).", of: "set ")
      }
      return (.forEach(keys: keys, values: set.elements), [])
    default:
      return unsuitable()
    }
  }
}
