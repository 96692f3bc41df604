import Values

/// `coalesce` and `coalescelist`: the first of the arguments that says something.
func choosingFunctions() -> [Function] {
  let values = FunctionParameter("vals", .dynamic, allowsNull: true, allowsUnknown: true, allowsDynamic: true)
  return [
    Function(
      "coalesce", FunctionSignature([], variadic: values),
      returns: { (arguments) throws(FunctionError) in try commonType(arguments) }, call: coalesce),
    Function(
      "coalescelist", FunctionSignature([], variadic: values),
      returns: { (arguments) throws(FunctionError) in try commonListType(arguments) }, call: coalesceList),
  ]
}

private func commonType(_ arguments: [Value]) throws(FunctionError) -> ValueType {
  guard let type = unify(arguments.map(\.type)) else { throw FunctionError("all arguments must have the same type") }
  return type
}

private func coalesce(_ arguments: [Value]) throws(FunctionError) -> Value {
  let type = try commonType(arguments)
  for argument in arguments {
    let value = try converting(argument, to: type)
    if !value.isKnown { return .unknown(type, refined: .notNull) }
    if value.isNull || value.asString == "" { continue }
    return value
  }
  throw FunctionError("no non-null, non-empty-string arguments")
}

private func commonListType(_ arguments: [Value]) throws(FunctionError) -> ValueType {
  guard let first = arguments.first else { throw FunctionError("at least one argument is required") }
  for argument in arguments {
    // Which argument it will be, and so the type, shows only when all are known.
    if !argument.isKnown { return .dynamic }
    switch argument.type {
    case .list, .tuple: break
    default: throw FunctionError("coalescelist arguments must be lists or tuples")
    }
  }
  return arguments.allSatisfy { $0.type == first.type } ? first.type : .dynamic
}

private func coalesceList(_ arguments: [Value]) throws(FunctionError) -> Value {
  if arguments.isEmpty { _ = try commonListType(arguments) }
  // With an unknown argument nothing is said about those behind it.
  for argument in arguments.prefix(while: \.isKnown) {
    switch argument {
    case .list, .tuple: break
    default: _ = try commonListType(arguments)
    }
  }
  for argument in arguments {
    if !argument.isKnown { return .unknown(try commonListType(arguments), refined: .notNull) }
    if !argument.isNull && argument.count > 0 { return argument }
  }
  throw FunctionError("no non-null arguments")
}
