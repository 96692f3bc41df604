import Values

/// Conversions and marks: `tostring` and its like, `sensitive`, `nonsensitive`, `issensitive`, `ephemeralasnull`.
func typeFunctions() -> [Function] {
  [
    conversion("tobool", .bool), conversion("tonumber", .number), conversion("tostring", .string),
    conversion("tolist", .list(.dynamic)), conversion("tomap", .map(.dynamic)), conversion("toset", .set(.dynamic)),
    sensitive, nonsensitive, issensitive, ephemeralasnull,
  ]
}

private let anyValue = FunctionParameter(
  "value", .dynamic, allowsNull: true, allowsUnknown: true, allowsMarked: true, allowsDynamic: true)

private func conversion(_ name: String, _ type: ValueType) -> Function {
  Function(
    name,
    FunctionSignature([FunctionParameter("v", .dynamic, allowsNull: true, allowsMarked: true, allowsDynamic: true)]),
    isNeverNull: false,
    returns: { (arguments) throws(FunctionError) in
      // The element type stays open, even where that of the argument is known.
      let given = arguments[0].type
      if given.conforms(to: type) && !type.containsDynamic { return given }
      guard canConvert(from: given, to: type) else { throw inconvertible(given, type) }
      return type
    },
    call: { (arguments) throws(FunctionError) in
      let value = arguments[0]
      do throws(ConversionError) {
        return try convert(value, to: type)
      } catch {
        guard canConvert(from: value.type, to: type) else { throw inconvertible(value.type, type) }
        throw failure(of: value, type)
      }
    }
  ).markingUnknownResults()
}

private func inconvertible(_ given: ValueType, _ type: ValueType) -> FunctionError {
  FunctionError("cannot convert \(given.friendlyName) to \(type.friendlyNameForConstraint)", argument: 0)
}

/// The types fit, but this value does not.
private func failure(of value: Value, _ type: ValueType) -> FunctionError {
  if value.hasMarks {
    let kind = value.containsMark(.concealed) ? "sensitive" : "ephemeral"
    return FunctionError(
      "cannot convert this \(kind) \(value.type.friendlyName) to \(type.friendlyNameForConstraint)", argument: 0)
  }
  let quoted = JSONWriter.quoted(value.asString ?? "", escapesHTML: false)
  switch (value, type) {
  case (.string, .bool):
    return FunctionError(
      "cannot convert \(quoted) to bool; only the strings \"true\" or \"false\" are allowed", argument: 0)
  case (.string, .number):
    return FunctionError(
      "cannot convert \(quoted) to number; given string must be a decimal representation of a number", argument: 0)
  default: return inconvertible(value.type, type)
  }
}

private let sensitive = Function(
  "sensitive", FunctionSignature([anyValue]), isNeverNull: false,
  returns: { (arguments) throws(FunctionError) in arguments[0].type },
  call: { (arguments) throws(FunctionError) in arguments[0].marked(with: .sensitive) })

private let nonsensitive = Function(
  "nonsensitive", FunctionSignature([anyValue]), isNeverNull: false,
  returns: { (arguments) throws(FunctionError) in arguments[0].type },
  call: { (arguments) throws(FunctionError) in
    let (value, marks) = arguments[0].unmarked()
    return value.marked(with: marks.subtracting(.sensitive))
  })

private let issensitive = Function(
  "issensitive", FunctionSignature([anyValue]), isNeverNull: false,
  returns: { (_) throws(FunctionError) in .bool },
  call: { (arguments) throws(FunctionError) in
    let value = arguments[0]
    if value.marks.contains(.sensitive) { return .true }
    // What is unknown may still turn out to be sensitive.
    return value.isKnown ? .false : .unknown(.bool)
  })

private let ephemeralasnull = Function(
  "ephemeralasnull", FunctionSignature([anyValue]), isNeverNull: false,
  returns: { (arguments) throws(FunctionError) in arguments[0].type },
  call: { (arguments) throws(FunctionError) in withoutEphemeral(arguments[0]) })

private func withoutEphemeral(_ value: Value) -> Value {
  guard value.containsMark(.ephemeral) else { return value }
  return value.transform { _, part in
    part.marks.contains(.ephemeral) ? Value.null(part.type).marked(with: part.marks.subtracting(.ephemeral)) : part
  }
}
