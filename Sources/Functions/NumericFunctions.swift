import Glibc
import Values

/// Arithmetic beyond the operators.
func numericFunctions() -> [Function] {
  [
    Function("abs", [.number("num")], returns: .number) { arguments in .number(arguments.number(0).magnitude) },
    Function("ceil", [.number("num")], returns: .number) { arguments in .number(arguments.number(0).ceiling()) },
    Function("floor", [.number("num")], returns: .number) { arguments in .number(arguments.number(0).floor()) },
    Function("log", [.number("num"), .number("base")], returns: .number, call: logarithm),
    Function("pow", [.number("num"), .number("power")], returns: .number, call: power),
    Function("signum", [.number("num")], returns: .number, call: sign),
    Function("max", [], variadic: .number("numbers"), returns: .number) { (arguments) throws(FunctionError) in
      try extreme(arguments) { $0 > $1 }
    },
    Function("min", [], variadic: .number("numbers"), returns: .number) { (arguments) throws(FunctionError) in
      try extreme(arguments) { $0 < $1 }
    },
    Function(
      "parseint",
      [FunctionParameter("number", .dynamic), .number("base")], returns: .number, call: parseInteger),
    Function("sum", [FunctionParameter("list", .dynamic)], returns: .number, call: sum),
  ]
}

/// Functions on doubles may leave the numbers.
private func finite(_ double: Double) throws(FunctionError) -> Value {
  guard let number = Number(double) else { throw FunctionError("the result is not a number") }
  return .number(number)
}

private func logarithm(_ arguments: [Value]) throws(FunctionError) -> Value {
  try finite(Glibc.log(arguments.number(0).double) / Glibc.log(arguments.number(1).double))
}

private func power(_ arguments: [Value]) throws(FunctionError) -> Value {
  try finite(Glibc.pow(arguments.number(0).double, arguments.number(1).double))
}

private func sign(_ arguments: [Value]) throws(FunctionError) -> Value {
  .int(try arguments.integer(0).signum())
}

private func extreme(_ arguments: [Value], _ isBetter: (Number, Number) -> Bool) throws(FunctionError) -> Value {
  guard !arguments.isEmpty else { throw FunctionError("must pass at least one number") }
  var best = arguments.number(0)
  for index in arguments.indices.dropFirst() where isBetter(arguments.number(index), best) {
    best = arguments.number(index)
  }
  return .number(best)
}

private func parseInteger(_ arguments: [Value]) throws(FunctionError) -> Value {
  guard let digits = arguments[0].asString else {
    throw FunctionError("first argument must be a string, not \(arguments[0].type.friendlyName)", argument: 0)
  }
  guard let base = arguments.number(1).int64.map({ Int($0) }) else {
    throw FunctionError(
      "value must be a whole number, between -9223372036854775808 and 9223372036854775807", argument: 1)
  }
  guard (2...62).contains(base) else {
    throw FunctionError("base must be a whole number between 2 and 62 inclusive", argument: 1)
  }
  guard let number = Number(digits: digits, base: base) else {
    throw FunctionError(
      "cannot parse \(JSONWriter.quoted(digits, escapesHTML: false)) as a base \(base) integer", argument: 0)
  }
  return .number(number)
}

private func sum(_ arguments: [Value]) throws(FunctionError) -> Value {
  let list = arguments[0]
  switch list {
  case .list, .set, .tuple: break
  case .map, .object:
    if list.count == 0 { throw FunctionError("cannot sum an empty list", argument: 0) }
    throw FunctionError(
      "argument must be list, set, or tuple. Received \(list.type.friendlyName)", argument: 0)
  default: throw FunctionError("cannot sum noniterable", argument: 0)
  }
  if list.count == 0 { throw FunctionError("cannot sum an empty list", argument: 0) }
  guard list.isWhollyKnown else { return .unknownNumber }
  var total = Number(0)
  for element in list.elements {
    guard let number = (try? convert(element, to: .number))?.asNumber else {
      throw FunctionError("argument must be list, set, or tuple of number values", argument: 0)
    }
    if number.isInfinite && total.isInfinite && number.isNegative != total.isNegative {
      throw FunctionError("can't compute sum of opposing infinities")
    }
    total = total.adding(number)
  }
  return .number(total)
}
