import Values

/// Arguments as functions read them, after the rules of `callAsExpression` have been applied: known, not null, of the
/// parameter's type.
extension [Value] {
  func text(_ index: Int) -> String { indices.contains(index) ? self[index].asString ?? "" : "" }

  func number(_ index: Int) -> Number { indices.contains(index) ? self[index].asNumber ?? Number(0) : Number(0) }

  /// A whole number of 64 bits.
  func integer(_ index: Int) throws(FunctionError) -> Int {
    guard let integer = number(index).int64 else {
      throw FunctionError(
        "value must be a whole number, between -9223372036854775808 and 9223372036854775807")
    }
    return Int(integer)
  }
}

extension FunctionParameter {
  static func string(_ name: String) -> FunctionParameter { FunctionParameter(name, .string) }
  static func number(_ name: String) -> FunctionParameter { FunctionParameter(name, .number) }
}

extension Value {
  static let unknownString = Value.unknown(.string, refined: .notNull)
  static let unknownNumber = Value.unknown(.number, refined: .notNull)
  static let unknownBool = Value.unknown(.bool, refined: .notNull)
}

/// A conversion inside a function, whose failure is one of the function.
func converting(_ value: Value, to type: ValueType, argument: Int? = nil) throws(FunctionError) -> Value {
  do throws(ConversionError) {
    return try convert(value, to: type)
  } catch {
    throw FunctionError(error.message, argument: argument, path: error.path)
  }
}

/// What stands in a message about an argument: its text, unless that must not be shown.
func shown(_ text: String, _ marks: Marks) -> String {
  if marks.contains(.concealed) { return "(sensitive value)" }
  return marks.contains(.ephemeral) ? "(ephemeral value)" : JSONWriter.quoted(text, escapesHTML: false)
}
