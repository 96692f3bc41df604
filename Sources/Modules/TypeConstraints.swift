import Diagnostics
import Expressions
import HCL
import Values

/// Reads type constraints: `list(object({ name = string, size = optional(number, 1) }))`.
///
/// Rules: HCL's `typeexpr` with Terraform's optional attributes and defaults.
struct TypeConstraintReader {
  var diagnostics: [Diagnostic] = []

  /// The constraint and the defaults in it; a dynamic type after an error.
  mutating func read(_ expression: Expression) -> (type: ValueType, defaults: TypeDefaults?) {
    guard let result = type(expression) else { return (.dynamic, nil) }
    return result
  }

  private typealias Result = (type: ValueType, defaults: TypeDefaults?)

  private mutating func fail(_ detail: String, _ range: SourceRange, context: SourceRange? = nil) -> Result? {
    diagnostics.append(.error("Invalid type specification", detail, at: range, context: context))
    return nil
  }

  private mutating func type(_ expression: Expression) -> Result? {
    if let keyword = expression.keyword() { return self.keyword(keyword, expression) }
    guard let call = expression.staticCall() else {
      return fail(
        "Write a type here: string, number, bool or any, or a collection of one, as in list(string).", expression.range)
    }
    switch call.name {
    case "bool", "string", "number":
      return fail("\(call.name) has no arguments; remove the parentheses.", call.argumentsRange)
    case "any": return fail("any has no arguments; remove the parentheses.", call.argumentsRange)
    case "optional":
      return fail(
        "\"optional\" can be used only for the attributes of an object type.", call.nameRange)
    case "list", "set", "map": return collection(call, expression)
    case "object", "tuple": return structural(call, expression)
    default:
      return fail("There is no type \"\(call.name)\".", expression.range)
    }
  }

  private mutating func keyword(_ keyword: String, _ expression: Expression) -> Result? {
    switch keyword {
    case "bool": return (.bool, nil)
    case "string": return (.string, nil)
    case "number": return (.number, nil)
    case "any": return (.dynamic, nil)
    case "list", "map", "set":
      return fail(
        "Name the type of the elements in parentheses, as in \(keyword)(string).", expression.range)
    case "object":
      return fail(
        "List the attributes, as in object({ name = string }).",
        expression.range)
    case "tuple":
      return fail(
        "List the elements' types, as in tuple([string, number]).", expression.range)
    default: return fail("There is no type \"\(keyword)\".", expression.range)
    }
  }

  private mutating func collection(_ call: StaticCall, _ expression: Expression) -> Result? {
    guard let argument = onlyArgument(call, "specifying the element type") else { return nil }
    guard let element = type(argument) else { return nil }
    let type: ValueType =
      switch call.name {
      case "list": .list(element.type)
      case "set": .set(element.type)
      default: .map(element.type)
      }
    let defaults = element.defaults.map { TypeDefaults(type: type, defaults: [:], children: ["": $0]) }
    return (type, defaults)
  }

  private mutating func onlyArgument(_ call: StaticCall, _ purpose: String) -> Expression? {
    if call.arguments.count == 1 { return call.arguments[0] }
    let place = call.arguments.count > 1 ? call.arguments[1].range : call.argumentsRange
    _ = fail("\(call.name) needs one argument \(purpose).", place)
    return nil
  }

  private mutating func structural(_ call: StaticCall, _ expression: Expression) -> Result? {
    if call.name == "tuple" {
      guard let argument = onlyArgument(call, "that lists the types of its elements") else { return nil }
      guard let list = argument.asStaticList() else {
        return fail("List the elements' types in brackets, as in tuple([string, number]).", argument.range)
      }
      var types: [ValueType] = []
      var children: [String: TypeDefaults] = [:]
      for (index, element) in list.enumerated() {
        guard let result = type(element) else { return nil }
        types.append(result.type)
        if let defaults = result.defaults { children[String(index)] = defaults }
      }
      let type = ValueType.tuple(types)
      return (type, children.isEmpty ? nil : TypeDefaults(type: type, defaults: [:], children: children))
    }
    guard let argument = onlyArgument(call, "that lists the attributes and their types") else { return nil }
    guard let items = argument.asStaticMap() else {
      return fail(
        "List the attributes in braces, as in object({ name = string }).", argument.range)
    }
    return object(items)
  }

  private mutating func object(_ items: [ObjectItem]) -> Result? {
    var attributes: [(String, ValueType)] = []
    var names: Set<String> = []
    var optional: Set<String> = []
    var defaults: [String: Value] = [:]
    var children: [String: TypeDefaults] = [:]
    var failed = false
    for item in items {
      guard let name = item.keyName else {
        _ = fail("Write an attribute's name without an expression, as in object({ name = string }).", item.key.range)
        failed = true
        continue
      }
      guard names.insert(name).inserted else {
        _ = fail("This attribute is listed twice; remove one.", item.key.range)
        failed = true
        continue
      }
      guard let attribute = attribute(item.value) else {
        failed = true
        continue
      }
      attributes.append((name, attribute.type))
      if attribute.isOptional { optional.insert(name) }
      if let value = attribute.defaultValue { defaults[name] = value }
      if let nested = attribute.nested { children[name] = nested }
    }
    if failed { return nil }
    let type = ValueType.object(ObjectType(attributes, optional: optional))
    if defaults.isEmpty, children.isEmpty { return (type, nil) }
    return (type, TypeDefaults(type: type, defaults: defaults, children: children))
  }

  private struct AttributeConstraint {
    var type: ValueType
    var nested: TypeDefaults?
    var isOptional = false
    var defaultValue: Value?
  }

  /// The type of an attribute, with its `optional(…)` taken off.
  private mutating func attribute(_ expression: Expression) -> AttributeConstraint? {
    guard let call = expression.staticCall(), call.name == "optional" else {
      return type(expression).map { AttributeConstraint(type: $0.type, nested: $0.defaults) }
    }
    guard let first = call.arguments.first else {
      _ = fail("Write the attribute's type, as in optional(string).", call.argumentsRange)
      return nil
    }
    if call.arguments.count > 2 {
      _ = fail(
        "Write the attribute's type and perhaps a default value, as in optional(string, \"x\").",
        call.argumentsRange)
      return nil
    }
    guard let inner = type(first) else { return nil }
    var result = AttributeConstraint(type: inner.type, nested: inner.defaults, isOptional: true)
    guard call.arguments.count == 2 else { return result }
    let expression = call.arguments[1]
    let (value, found) = evaluate(expression, in: EvaluationContext(scope: EmptyScope(), functions: nil))
    diagnostics += found
    if found.hasErrors { return result }
    do {
      result.defaultValue = try convert(value, to: inner.type)
    } catch {
      diagnostics.append(
        .error(
          "Invalid default value for optional attribute",
          "The default value does not fit the attribute's type: \(error).",
          at: expression.range))
    }
    return result
  }
}
