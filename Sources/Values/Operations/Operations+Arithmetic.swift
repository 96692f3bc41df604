extension Operations {
  package static func add(_ left: Value, _ right: Value) throws(OperationError) -> Value {
    try arithmetic(
      left, right,
      { one, other throws(OperationError) in
        if one.isInfinite, other.isInfinite, one.isNegative != other.isNegative {
          throw OperationError(message: "can't compute sum of opposing infinities")
        }
        return one.adding(other)
      },
      bounds: { one, other in
        (both(one.lower, other.lower) { $0.adding($1) }, both(one.upper, other.upper) { $0.adding($1) })
      })
  }

  package static func subtract(_ left: Value, _ right: Value) throws(OperationError) -> Value {
    try arithmetic(
      left, right,
      { one, other throws(OperationError) in
        if one.isInfinite, other.isInfinite, one.isNegative == other.isNegative {
          throw OperationError(message: "can't subtract infinity from itself")
        }
        return one.subtracting(other)
      },
      bounds: { one, other in
        (both(one.lower, other.upper) { $0.subtracting($1) }, both(one.upper, other.lower) { $0.subtracting($1) })
      })
  }

  package static func multiply(_ left: Value, _ right: Value) throws(OperationError) -> Value {
    try arithmetic(
      left, right,
      { one, other throws(OperationError) in
        if (one.isInfinite && other.isZero) || (one.isZero && other.isInfinite) {
          throw OperationError(message: "can't multiply zero by infinity")
        }
        return one.multiplied(by: other)
      },
      bounds: { one, other in
        guard let low = one.lower, let high = one.upper, let otherLow = other.lower, let otherHigh = other.upper else {
          return (nil, nil)
        }
        let corners = [low, high].flatMap { [$0.multiplied(by: otherLow), $0.multiplied(by: otherHigh)] }
        return (corners.min(), corners.max())
      })
  }

  /// Division by zero is infinite, except of zero.
  package static func divide(_ left: Value, _ right: Value) throws(OperationError) -> Value {
    try arithmetic(
      left, right,
      { one, other throws(OperationError) in
        guard let quotient = one.divided(by: other) else {
          throw OperationError(message: "can't divide zero by zero or infinity by infinity")
        }
        return quotient
      },
      bounds: { _, _ in (nil, nil) })
  }

  /// The rest of a division towards zero; of a division by zero, the dividend itself.
  package static func modulo(_ left: Value, _ right: Value) throws(OperationError) -> Value {
    try arithmetic(
      left, right,
      { one, other throws(OperationError) in
        if one.isInfinite || other.isInfinite {
          throw OperationError(message: "can't use modulo with zero and infinity")
        }
        return one.remainder(dividingBy: other) ?? one
      },
      bounds: { _, _ in (nil, nil) })
  }

  package static func negate(_ operand: Value) throws(OperationError) -> Value {
    let (value, marks) = operand.unmarked()
    switch value {
    case .number(let number): return Value.number(number.negated()).marked(with: marks)
    case .null: throw OperationError(message: "argument must not be null")
    case .unknown:
      return Value.unknown(.number, refined: .notNull).marked(with: marks)
    default: throw OperationError(message: "a number is required")
    }
  }

  private static func arithmetic(
    _ left: Value, _ right: Value, _ known: (Number, Number) throws(OperationError) -> Number,
    bounds: (NumberRange, NumberRange) -> (Number?, Number?)
  ) throws(OperationError) -> Value {
    // Nearly all operands are known numbers without marks.
    if case .number(let one) = left, case .number(let other) = right { return .number(try known(one, other)) }
    return try unmarking(left, right) { one, other throws(OperationError) in
      if case .number(let first) = one, case .number(let second) = other { return .number(try known(first, second)) }
      guard let first = NumberRange(one), let second = NumberRange(other) else {
        throw OperationError(message: "a number is required")
      }
      let (lower, upper) = bounds(first, second)
      let refinements = Refinements(
        isNotNull: true, lowerBound: finite(lower), upperBound: finite(upper))
      return .unknown(.number, refined: refinements)
    }
  }
}

/// An infinite bound says nothing.
private func finite(_ bound: Number?) -> Refinements.Bound? {
  bound.flatMap { $0.isInfinite ? nil : Refinements.Bound($0, isInclusive: true) }
}

/// The combination of two bounds, if there are both.
private func both(_ first: Number?, _ second: Number?, _ combine: (Number, Number) -> Number) -> Number? {
  guard let first, let second else { return nil }
  return combine(first, second)
}
