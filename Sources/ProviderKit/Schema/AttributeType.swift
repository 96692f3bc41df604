package import Values

/// The type of an attribute in a schema.
public indirect enum AttributeType: Sendable {
  case string
  /// A string that is one of a few.
  case choice([String])
  case bool
  case number
  /// A whole number of 64 bits.
  case integer
  /// Anything: each value brings its own type. Not inside of lists, sets and maps.
  case dynamic
  case list(AttributeType)
  case set(AttributeType)
  case map(AttributeType)
  /// Attributes that are described one by one.
  case object([AttributeDefinition])

  /// The type of the language.
  package var valueType: ValueType {
    switch self {
    case .string, .choice: .string
    case .bool: .bool
    case .number, .integer: .number
    case .dynamic: .dynamic
    case .list(let element): .list(element.valueType)
    case .set(let element): .set(element.valueType)
    case .map(let element): .map(element.valueType)
    case .object(let attributes): .object(attributes.map { ($0.name, $0.type.valueType) })
    }
  }

  /// What the type of each object inside says, if it is made of objects right below: in protocol 6 these are nested attributes, which
  /// may be required, computed or sensitive one by one.
  var nested: (nesting: NestingMode, attributes: [AttributeDefinition])? {
    switch self {
    case .object(let attributes): (.single, attributes)
    case .list(.object(let attributes)): (.list, attributes)
    case .set(.object(let attributes)): (.set, attributes)
    case .map(.object(let attributes)): (.map, attributes)
    default: nil
    }
  }

  /// What a provider cannot have; nil for what it can.
  var problem: String? {
    switch self {
    case .string, .choice, .bool, .number, .integer, .dynamic: nil
    case .list(let element), .set(let element), .map(let element):
      element.valueType.containsDynamic
        ? "has dynamic values inside of a list, set or map; make the whole attribute dynamic" : element.problem
    case .object(let attributes): attributes.lazy.compactMap(\.problem).first
    }
  }

  /// What is wrong with a known value that has the type of the language; nil if nothing is.
  func problem(of value: Value) -> String? {
    switch self {
    case .integer:
      value.asInt == nil ? "It must be a whole number of 64 bits, not \(value.summaryForMessages)." : nil
    case .choice(let choices):
      choices.contains(value.asString ?? "")
        ? nil : "It must be one of \(quotedList(choices)), not \(value.summaryForMessages)."
    default: nil
    }
  }
}

/// `"a", "b" and "c"`.
func quotedList(_ texts: [String], _ last: String = "and") -> String {
  let quoted = texts.map { "\"\($0)\"" }
  guard let end = quoted.last, quoted.count > 1 else { return quoted.first ?? "" }
  return "\(quoted.dropLast().joined(separator: ", ")) \(last) \(end)"
}
