import Diagnostics
import HCL
import Values

extension Evaluator {
  /// Both results are evaluated, for their types; only what the chosen one reports is kept.
  mutating func conditional(
    _ condition: Expression, _ then: Expression, _ otherwise: Expression, in expression: Expression
  ) -> Value {
    let base = diagnostics.count
    let first = value(of: then)
    let firstDiagnostics = Array(diagnostics[base...])
    diagnostics.removeSubrange(base...)
    let second = value(of: otherwise)
    let secondDiagnostics = Array(diagnostics[base...])
    diagnostics.removeSubrange(base...)

    guard let type = commonType(first, second) else {
      let mismatch = typeMismatch(first.type, second.type)
      report(
        "Inconsistent conditional result types",
        "Both results of a condition need one type. \(mismatch).",
        at: then.range.through(otherwise.range), context: expression.range, in: expression)
      return .dynamicUnknown
    }
    let (flag, marks) = value(of: condition).unmarked()
    if flag.isNull {
      report(
        "Null condition", "A condition must be true or false, but this is null.",
        at: condition.range, context: expression.range, in: condition)
      return .unknown(type)
    }
    if !flag.isKnown { return undecided(first, second, type: type, marks: marks) }
    guard let decision = flag.converted(to: .bool)?.asBool else {
      report(
        "Incorrect condition type", "A condition must be of type bool.", at: condition.range,
        context: expression.range, in: condition)
      return .unknown(type)
    }
    diagnostics += decision ? firstDiagnostics : secondDiagnostics
    // Marks of the result that is not chosen count too, so that they do not depend on whether the condition is known.
    return result(decision ? first : second, type, isFirst: decision, at: decision ? then : otherwise, in: expression)
      .marked(with: marks.union(first.marks).union(second.marks))
  }

  private mutating func result(
    _ value: Value, _ type: ValueType, isFirst: Bool, at place: Expression, in expression: Expression
  ) -> Value {
    if type == .dynamic || value.type == type { return value }
    do {
      return try convert(value, to: type)
    } catch {
      report(
        "Inconsistent conditional result types",
        "The \(isFirst ? "true" : "false") result does not fit: \(error.message).", at: place.range,
        context: expression.range, in: expression)
      return .unknown(type)
    }
  }

  /// The type that both results can be brought to. A bare `null` takes the other's type, and a value of unknown type
  /// leaves the question open.
  private func commonType(_ first: Value, _ second: Value) -> ValueType? {
    let left = first.type
    let right = second.type
    if left == .dynamic, first.isNull { return right }
    if right == .dynamic, second.isNull { return left }
    if left == .dynamic || right == .dynamic { return .dynamic }
    if left == right { return left }
    return unify([left, right])
  }

  /// What is known of the result while the condition is not.
  private func undecided(_ first: Value, _ second: Value, type: ValueType, marks: Marks) -> Value {
    let (left, leftMarks) = first.unmarked()
    let (right, rightMarks) = second.unmarked()
    let all = marks.union(leftMarks).union(rightMarks)
    if left.isNull, right.isNull { return Value.null(type).marked(with: all) }
    var refinements = Refinements()
    refinements.isNotNull = left.isDefinitelyNotNull && right.isDefinitelyNotNull
    if refinements.isNotNull {
      switch type {
      case .number:
        refinements.lowerBound = Self.outer(left.lowerBound, right.lowerBound) { $0 < $1 }
        refinements.upperBound = Self.outer(left.upperBound, right.upperBound) { $0 > $1 }
      case .list, .set, .map:
        // Lengths say something only where neither side changes its kind on the way.
        if left.type.isCollection, right.type.isCollection {
          let (leftMinimum, leftMaximum) = left.lengthRange
          let (rightMinimum, rightMaximum) = right.lengthRange
          refinements.minimumLength = min(leftMinimum, rightMinimum)
          if let leftMaximum, let rightMaximum { refinements.maximumLength = max(leftMaximum, rightMaximum) }
        }
      default: break
      }
    }
    if refinements.isEmpty || type == .dynamic { return .unknown(type).marked(with: all) }
    return .unknown(Unknown(type: type, refinements: refinements)).marked(with: all)
  }

  private static func outer(
    _ left: Refinements.Bound?, _ right: Refinements.Bound?, _ isFurther: (Number, Number) -> Bool
  ) -> Refinements.Bound? {
    guard let left, let right else { return nil }
    if left.value == right.value { return left.isInclusive ? left : right }
    return isFurther(left.value, right.value) ? left : right
  }

  /// The first difference between two types, as a sentence without its full stop.
  private func typeMismatch(_ first: ValueType, _ second: ValueType) -> String {
    switch (first, second) {
    case (.object(let left), .object(let right)):
      for (name, type) in zip(left.names, left.types) {
        guard let other = right.type(of: name) else {
          return "Only the 'true' value has the attribute \"\(name)\""
        }
        if type != other, unify([type, other]) == nil {
          return "The attribute \"\(name)\" differs: \(typeMismatch(type, other))"
        }
      }
      for name in right.names where left.type(of: name) == nil {
        return "Only the 'false' value has the attribute \"\(name)\""
      }
    case (.tuple(let left), .tuple(let right)):
      if left.count != right.count {
        return "The 'true' tuple has \(left.count) elements, the 'false' tuple has \(right.count)"
      }
      for (index, (type, other)) in zip(left, right).enumerated() where type != other {
        return "Element \(index) differs: \(typeMismatch(type, other))"
      }
    case (.list(let left), .list(let right)) where areStructuresOfOneKind(left, right):
      return "Mismatched list element types: \(typeMismatch(left, right))"
    case (.set(let left), .set(let right)) where areStructuresOfOneKind(left, right):
      return "Mismatched set element types: \(typeMismatch(left, right))"
    case (.map(let left), .map(let right)) where areStructuresOfOneKind(left, right):
      return "Mismatched map element types: \(typeMismatch(left, right))"
    default: break
    }
    if first.friendlyName == second.friendlyName {
      return "Something further inside differs between the 'true' and the 'false' value"
    }
    return "The 'true' value is \(first.friendlyName), the 'false' value is \(second.friendlyName)"
  }
}

/// Whether both are object types or both tuple types, whose names alone would not tell them apart.
private func areStructuresOfOneKind(_ first: ValueType, _ second: ValueType) -> Bool {
  switch (first, second) {
  case (.object, .object), (.tuple, .tuple): true
  default: false
  }
}

extension Value {
  fileprivate var lowerBound: Refinements.Bound? {
    switch self {
    case .number(let number): Refinements.Bound(number, isInclusive: true)
    case .unknown(let unknown): unknown.refinements.lowerBound
    default: nil
    }
  }

  fileprivate var upperBound: Refinements.Bound? {
    switch self {
    case .number(let number): Refinements.Bound(number, isInclusive: true)
    case .unknown(let unknown): unknown.refinements.upperBound
    default: nil
    }
  }

  /// The least and the greatest number of elements; no maximum when it is open.
  fileprivate var lengthRange: (minimum: Int, maximum: Int?) {
    switch self {
    case .unknown(let unknown): (unknown.refinements.minimumLength, unknown.refinements.maximumLength)
    case .set(let set) where !isWhollyKnown: (min(1, set.elements.count), set.elements.count)
    default: (count, count)
    }
  }
}
