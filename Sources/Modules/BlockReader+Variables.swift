import Diagnostics
import Expressions
import HCL
import Values

extension BlockReader {
  private static let reservedVariableNames: Set<String> = [
    "source", "version", "providers", "count", "for_each", "lifecycle", "depends_on", "locals",
  ]

  mutating func variable(_ block: Block, isOverride: Bool) -> InputVariable {
    let label = block.labels.first ?? Label(text: "", range: block.definitionRange)
    var variable = InputVariable(name: label.text, range: block.definitionRange)
    checkName(label, "Invalid variable name")
    if Self.reservedVariableNames.contains(label.text) {
      error(
        "Invalid variable name",
        "\"\(label.text)\" is an argument of module blocks, so no variable can have that name.",
        at: label.range)
    }
    let content = self.content(
      block.body,
      ["description", "default", "type", "sensitive", "ephemeral", "nullable", "deprecated", "const"].map { AttributeSpecification($0) },
      [BlockSpecification("validation")])
    variable.written = Set(content.attributes.keys)
    variable.description = string(content.attributes["description"])
    readType(content.attributes["type"], into: &variable)
    variable.sensitive = bool(content.attributes["sensitive"]) ?? false
    variable.ephemeral = bool(content.attributes["ephemeral"]) ?? false
    variable.nullable = bool(content.attributes["nullable"]) ?? true
    variable.constant = bool(content.attributes["const"])
    variable.deprecated = deprecation(content.attributes["deprecated"], of: "variable")
    readDefault(content.attributes["default"], into: &variable)
    for nested in content.blocks {
      if isOverride {
        rejectInOverride(nested)
        continue
      }
      guard let rule = checkRule(nested) else { continue }
      variable.validations.append(rule)
      let refersToItself = rule.condition.variables.contains {
        guard $0.root == "var", case .attribute(label.text, _)? = $0.steps.first else { return false }
        return true
      }
      if !refersToItself {
        error(
          "Invalid variable validation condition",
          "This condition does not look at the value. Use var.\(label.text) in the condition of variable "
            + "\"\(label.text)\".",
          at: rule.condition.range)
      }
    }
    return variable
  }

  /// What an author says of a variable or an output that is not to be used any more.
  mutating func deprecation(_ attribute: Attribute?, of kind: String) -> String? {
    guard let attribute, let text = string(attribute) else { return nil }
    if text.contains(where: { !$0.isWhitespace }) { return text }
    error(
      "Invalid \"deprecated\" argument",
      "Say in \"deprecated\" what to use in place of this \(kind).",
      at: attribute.expression.range)
    return nil
  }

  private mutating func readType(_ attribute: Attribute?, into variable: inout InputVariable) {
    guard let expression = attribute?.expression else { return }
    variable.isTyped = true
    variable.typeRange = expression.range
    if case .string(let text) = expression.kind {
      rejectQuotedType(text, at: expression.range)
      return
    }
    // The bare words `list` and `map` are what Terraform 0.11 wrote for `list(any)` and `map(any)`.
    switch expression.keyword() {
    case "list": variable.type = .list(.dynamic)
    case "map": variable.type = .map(.dynamic)
    default:
      var reader = TypeConstraintReader()
      (variable.type, variable.typeDefaults) = reader.read(expression)
      diagnostics += reader.diagnostics
    }
  }

  private mutating func rejectQuotedType(_ text: String, at range: SourceRange) {
    let base =
      "Types are written without quotes. Write \(text) instead of \"\(text)\""
    switch text {
    case "string": error("Invalid quoted type constraints", base + ".", at: range)
    case "list", "map":
      let element = text == "list" ? "list elements" : "map elements"
      error(
        "Invalid quoted type constraints",
        base + ", here \(text)(string), which says that the \(element) are strings", at: range)
    default:
      error(
        "Invalid legacy variable type hint",
        "Types are written without quotes. Remove them and write the whole type.",
        at: range)
    }
  }

  private mutating func readDefault(_ attribute: Attribute?, into variable: inout InputVariable) {
    guard let expression = attribute?.expression else { return }
    let (value, found) = evaluate(expression, in: EvaluationContext(scope: EmptyScope(), functions: nil))
    diagnostics += found
    variable.rawDefault = value
    variable.defaultRange = expression.range
    if found.hasErrors {
      variable.defaultValue = .unknown(variable.type.withoutOptionals)
      return
    }
    setDefault(of: &variable, overriddenAt: nil)
  }

  /// Converts the default to the variable's type, optional attributes filled in.
  mutating func setDefault(of variable: inout InputVariable, overriddenAt range: SourceRange?) {
    guard let raw = variable.rawDefault else { return }
    let filled = variable.typeDefaults?.apply(to: raw) ?? raw
    do {
      variable.defaultValue = try convert(filled, to: variable.type)
    } catch {
      let detail =
        range != nil
        ? "The default value does not fit the type that an override file gives the variable: \(error)."
        : "The default value does not fit the variable's type: \(error)."
      self.error("Invalid default value for variable", detail, at: range ?? variable.defaultRange)
      variable.defaultValue = .unknown(variable.type.withoutOptionals)
    }
    if !variable.nullable, raw.isNull {
      error(
        "Invalid default value for variable",
        "With nullable = false, the default cannot be null. Give another default or none.",
        at: variable.defaultRange)
    }
  }
}
