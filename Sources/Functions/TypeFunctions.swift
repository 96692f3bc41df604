import Values

/// Conversions and marks: `tostring` and its like, `sensitive`, `nonsensitive`, `issensitive`, `ephemeralasnull`.
func typeFunctions() -> [Function] {
  [
    conversion("tobool", .bool), conversion("tonumber", .number), conversion("tostring", .string),
    conversion("tolist", .list(.dynamic)), conversion("tomap", .map(.dynamic)), conversion("toset", .set(.dynamic)),
    sensitive, nonsensitive, issensitive, ephemeralasnull,
  ]
}

private let anyMarked = FunctionParameter("value", .dynamic, allowsNull: true, allowsUnknown: true, allowsMarked: true)

private func conversion(_ name: String, _ type: ValueType) -> Function {
  @Sendable func converted(_ value: Value) throws(FunctionError) -> Value {
    do {
      return try convert(value, to: type)
    } catch {
      throw FunctionError(
        "cannot convert \(value.type.friendlyName) to \(type.friendlyNameForConstraint)"
          .replacingConversionDetail(error.description), argument: 0)
    }
  }
  return Function(
    name, FunctionSignature([FunctionParameter("v", .dynamic, allowsNull: true, allowsUnknown: true, allowsMarked: true)]),
    isNeverNull: false,
    returns: { (arguments: [Value]) throws(FunctionError) -> ValueType in try converted(arguments[0]).type },
    call: { (arguments: [Value]) throws(FunctionError) -> Value in try converted(arguments[0]) })
}

extension String {
  /// The short reason of a conversion where it says more than the two types do.
  fileprivate func replacingConversionDetail(_ detail: String) -> String { detail.isEmpty ? self : "\(self): \(detail)" }
}

private let sensitive = Function(
  "sensitive", FunctionSignature([anyMarked]), isNeverNull: false,
  returns: { (arguments: [Value]) throws(FunctionError) -> ValueType in arguments[0].type },
  call: { (arguments: [Value]) throws(FunctionError) -> Value in arguments[0].marked(with: .sensitive) })

private let nonsensitive = Function(
  "nonsensitive", FunctionSignature([anyMarked]), isNeverNull: false,
  returns: { (arguments: [Value]) throws(FunctionError) -> ValueType in arguments[0].type },
  call: { (arguments: [Value]) throws(FunctionError) -> Value in
    let (value, marks) = arguments[0].unmarked()
    return value.marked(with: marks.subtracting(.sensitive))
  })

private let issensitive = Function(
  "issensitive", FunctionSignature([anyMarked]),
  returns: { (_: [Value]) throws(FunctionError) -> ValueType in .bool },
  call: { (arguments: [Value]) throws(FunctionError) -> Value in
    let value = arguments[0]
    if value.marks.contains(.sensitive) { return .bool(true) }
    // What is unknown may still turn out to be sensitive.
    return value.isKnown ? .bool(false) : .unknown(.bool, refined: .notNull)
  })

private let ephemeralasnull = Function(
  "ephemeralasnull", FunctionSignature([anyMarked]), isNeverNull: false,
  returns: { (arguments: [Value]) throws(FunctionError) -> ValueType in arguments[0].type },
  call: { (arguments: [Value]) throws(FunctionError) -> Value in withoutEphemeral(arguments[0]) })

private func withoutEphemeral(_ value: Value) -> Value {
  guard value.containsMark(.ephemeral) else { return value }
  return value.transform { _, part in part.marks.contains(.ephemeral) ? .null(part.type) : part }
}
