/// Why an operation has no result.
package struct OperationError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The headline of the diagnostic.
  package var summary: String
  /// For arithmetic and logic a sentence without capital and full stop, as follows `Error during operation: `;
  /// for indexing and attributes whole sentences.
  package var message: String

  package init(summary: String = "Operation failed", message: String) {
    self.summary = summary
    self.message = message
  }

  package var description: String { message }
}

/// The operators of the language on values (go-cty's methods of the same names and the operators of HCL).
///
/// Operands must have the operator's type already; convert them first. Marks of the operands pass on to the result. Unknown operands give an
/// unknown result that is not null, or a known one where what is known about them decides. A null operand is an error.
package enum Operations {
  /// The operands without their own marks, and a way to put these on the result.
  static func unmarking(
    _ left: Value, _ right: Value, _ body: (Value, Value) throws(OperationError) -> Value
  ) throws(OperationError) -> Value {
    let (one, marks) = left.unmarked()
    let (other, more) = right.unmarked()
    if one.isNull || other.isNull { throw OperationError(message: "argument must not be null") }
    return try body(one, other).marked(with: marks.union(more))
  }

  static let unknownBool = Value.unknown(.bool, refined: .notNull)

  // MARK: Equality

  /// The language's `==`: unknown when something unknown decides. Nulls of all types are equal. Carries all marks inside both.
  package static func equal(_ left: Value, _ right: Value) -> Value { left.equals(right) }

  package static func notEqual(_ left: Value, _ right: Value) -> Value {
    let (equal, marks) = left.equals(right).unmarked()
    return (equal.asBool.map { .bool(!$0) } ?? equal).marked(with: marks)
  }

  // MARK: Logic

  package static func not(_ operand: Value) throws(OperationError) -> Value {
    let (value, marks) = operand.unmarked()
    switch value {
    case .bool(let flag): return Value.bool(!flag).marked(with: marks)
    case .unknown: return unknownBool.marked(with: marks)
    case .null: throw OperationError(message: "argument must not be null")
    default: throw OperationError(message: "a bool is required")
    }
  }

  /// False as soon as one operand is known to be false.
  package static func and(_ left: Value, _ right: Value) throws(OperationError) -> Value {
    try logic(left, right, deciding: false)
  }

  /// True as soon as one operand is known to be true.
  package static func or(_ left: Value, _ right: Value) throws(OperationError) -> Value {
    try logic(left, right, deciding: true)
  }

  private static func logic(_ left: Value, _ right: Value, deciding: Bool) throws(OperationError) -> Value {
    try unmarking(left, right) { one, other throws(OperationError) in
      for value in [one, other] where value.isKnown && value.asBool == nil {
        throw OperationError(message: "a bool is required")
      }
      if one.asBool == deciding || other.asBool == deciding { return .bool(deciding) }
      return one.isKnown && other.isKnown ? .bool(!deciding) : unknownBool
    }
  }

  // MARK: Order

  package static func lessThan(_ left: Value, _ right: Value) throws(OperationError) -> Value {
    try ordered(left, right, orEqual: false)
  }

  package static func lessThanOrEqual(_ left: Value, _ right: Value) throws(OperationError) -> Value {
    try ordered(left, right, orEqual: true)
  }

  package static func greaterThan(_ left: Value, _ right: Value) throws(OperationError) -> Value {
    try ordered(right, left, orEqual: false)
  }

  package static func greaterThanOrEqual(_ left: Value, _ right: Value) throws(OperationError) -> Value {
    try ordered(right, left, orEqual: true)
  }

  /// Whether the first is less. Of unknown numbers, bounds may decide; all bounds count as exclusive ones would.
  private static func ordered(_ left: Value, _ right: Value, orEqual: Bool) throws(OperationError) -> Value {
    try unmarking(left, right) { one, other throws(OperationError) in
      if case .number(let low) = one, case .number(let high) = other {
        let order = low.compared(to: high)
        return .bool(order < 0 || (orEqual && order == 0))
      }
      guard let first = NumberRange(one), let second = NumberRange(other) else {
        throw OperationError(message: "a number is required")
      }
      if let high = first.upper, let low = second.lower, high < low { return .true }
      if let low = first.lower, let high = second.upper, high < low { return .false }
      return unknownBool
    }
  }
}

extension Value {
  /// The language's `==`; see `Operations.equal`.
  package func equals(_ other: Value) -> Value {
    if hasMarks || other.hasMarks {
      return withoutMarks.equals(other.withoutMarks).marked(with: allMarks.union(other.allMarks))
    }
    return switch equality(with: other) {
    case .some(let result): .bool(result)
    case .none: Operations.unknownBool
    }
  }

  /// `nil` when it is not known. Neither value has marks.
  private func equality(with other: Value) -> Bool? {
    if isNull, other.isDefinitelyNotNull { return false }
    if other.isNull, isDefinitelyNotNull { return false }
    switch (self, other) {
    case (.unknown(let one), .unknown(let two)): return one.mayEqual(two) ? nil : false
    case (.unknown(let unknown), let known), (let known, .unknown(let unknown)):
      return unknown.mayBecome(known) ? nil : false
    case (.null, .null): return true
    case (.null, _), (_, .null): return false
    case (.bool(let left), .bool(let right)): return left == right
    case (.number(let left), .number(let right)): return left == right
    case (.string(let left), .string(let right)): return left == right
    case (.list(let left), .list(let right)):
      guard
        left.elementType == right.elementType || left.contents.contains(.unknown) || right.contents.contains(.unknown)
      else { return false }
      return Value.equality(left.elements, right.elements)
    case (.tuple(let left), .tuple(let right)): return Value.equality(left.elements, right.elements)
    case (.map(let left), .map(let right)):
      guard
        left.elementType == right.elementType || left.contents.contains(.unknown) || right.contents.contains(.unknown),
        left.keys == right.keys
      else { return false }
      return Value.equality(left.values, right.values)
    case (.object(let left), .object(let right)):
      guard left.attributeNames == right.attributeNames else { return false }
      return Value.equality(left.values, right.values)
    case (.set(let left), .set(let right)):
      // An unknown element may turn out to be any.
      if (left.elements + right.elements).contains(where: { !$0.isKnown }) { return nil }
      return left.elementType == right.elementType && isWhollyKnown && other.isWhollyKnown
        && left.elements == right.elements
    default: return false
    }
  }

  private static func equality(_ left: [Value], _ right: [Value]) -> Bool? {
    guard left.count == right.count else { return false }
    var isKnown = true
    for index in left.indices {
      switch typedEquality(left[index], right[index]) {
      case .some(true): continue
      case .some(false): return false
      case .none: isKnown = false
      }
    }
    return isKnown ? true : nil
  }

  /// Inside structures, nulls of different types are different, as the types of the structures are.
  private static func typedEquality(_ left: Value, _ right: Value) -> Bool? {
    if case .null(let one) = left, case .null(let two) = right, one != two {
      return one == .dynamic || two == .dynamic ? nil : false
    }
    if left.isNull != right.isNull, left.isKnown, right.isKnown { return false }
    return left.equality(with: right)
  }
}

extension Unknown {
  /// Whether it may still turn out to be this known value.
  func mayBecome(_ value: Value) -> Bool {
    if value.isNull { return !refinements.isNotNull }
    guard type.containsDynamic || value.type.containsDynamic || type == value.type else { return false }
    switch value {
    case .string(let text): return text.utf8.starts(with: refinements.stringPrefix.utf8)
    case .number(let number):
      if let low = refinements.lowerBound, number < low.value || (!low.isInclusive && number == low.value) {
        return false
      }
      if let high = refinements.upperBound, number > high.value || (!high.isInclusive && number == high.value) {
        return false
      }
      return true
    case .list, .map, .set:
      let bounds = Operations.lengthBounds(of: value)
      if let maximum = bounds.maximumLength, maximum < refinements.minimumLength { return false }
      if let maximum = refinements.maximumLength, bounds.minimumLength > maximum { return false }
      return true
    default: return true
    }
  }

  func mayEqual(_ other: Unknown) -> Bool {
    type == other.type || type.containsDynamic || other.type.containsDynamic
      || !refinements.isNotNull || !other.refinements.isNotNull
  }
}

/// The bounds of a number, known or not.
struct NumberRange {
  var lower: Number?
  var upper: Number?

  /// `nil` for what is no number.
  init?(_ value: Value) {
    switch value {
    case .number(let number):
      lower = number
      upper = number
    case .unknown(let unknown):
      guard unknown.type == .number || unknown.type == .dynamic else { return nil }
      lower = unknown.refinements.lowerBound?.value
      upper = unknown.refinements.upperBound?.value
    default: return nil
    }
  }
}
