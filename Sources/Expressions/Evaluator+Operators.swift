import Diagnostics
import HCL
import Values

extension Evaluator {
  /// Both operands are always evaluated: the language of Terraform 1.11 does not stop early.
  mutating func binary(
    _ op: BinaryOperator, _ left: Expression, _ right: Expression, in expression: Expression
  ) -> Value {
    let first = value(of: left)
    let second = value(of: right)
    if op == .equal { return Operations.equal(first, second) }
    if op == .notEqual { return Operations.notEqual(first, second) }
    let type = op.operandType
    let one = operand(first, as: type, left, side: "left", in: expression)
    let other = operand(second, as: type, right, side: "right", in: expression)
    guard let one, let other else { return .unknown(op.resultType) }
    do {
      return try op.apply(one, other)
    } catch {
      report("Operation failed", "Error during operation: \(error.message).", at: expression.range, in: expression)
      return .unknown(op.resultType)
    }
  }

  mutating func unary(_ op: UnaryOperator, _ operand: Expression, in expression: Expression) -> Value {
    let type: ValueType = op == .negate ? .number : .bool
    let value = value(of: operand)
    guard let converted = self.operand(value, as: type, operand, side: "unary", in: expression) else {
      return .unknown(type)
    }
    do {
      return op == .negate ? try Operations.negate(converted) : try Operations.not(converted)
    } catch {
      report("Operation failed", "Error during operation: \(error.message).", at: expression.range, in: expression)
      return .unknown(type)
    }
  }

  private mutating func operand(
    _ value: Value, as type: ValueType, _ operand: Expression, side: String, in expression: Expression
  ) -> Value? {
    switch (value, type) {
    case (.number, .number), (.bool, .bool): return value
    default: break
    }
    do {
      return try convert(value, to: type)
    } catch {
      report(
        "Invalid operand", "Unsuitable value for \(side) operand: \(error.message).", at: operand.range,
        context: expression.range, in: operand)
      return nil
    }
  }
}

extension BinaryOperator {
  fileprivate var operandType: ValueType {
    switch self {
    case .or, .and: .bool
    case .equal, .notEqual: .dynamic
    default: .number
    }
  }

  fileprivate var resultType: ValueType {
    switch self {
    case .add, .subtract, .multiply, .divide, .modulo: .number
    default: .bool
    }
  }

  fileprivate func apply(_ left: Value, _ right: Value) throws(OperationError) -> Value {
    switch self {
    case .or: try Operations.or(left, right)
    case .and: try Operations.and(left, right)
    case .equal: Operations.equal(left, right)
    case .notEqual: Operations.notEqual(left, right)
    case .greaterThan: try Operations.greaterThan(left, right)
    case .greaterThanOrEqual: try Operations.greaterThanOrEqual(left, right)
    case .lessThan: try Operations.lessThan(left, right)
    case .lessThanOrEqual: try Operations.lessThanOrEqual(left, right)
    case .add: try Operations.add(left, right)
    case .subtract: try Operations.subtract(left, right)
    case .multiply: try Operations.multiply(left, right)
    case .divide: try Operations.divide(left, right)
    case .modulo: try Operations.modulo(left, right)
    }
  }
}
