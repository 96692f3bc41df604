/// A value that will be known only later, with what is already known about it.
package struct Unknown: Hashable, Sendable {
  package let type: ValueType
  private let box: Box?

  private final class Box: Sendable {
    let refinements: Refinements
    init(_ refinements: Refinements) { self.refinements = refinements }
  }

  package init(type: ValueType, refinements: Refinements = Refinements()) {
    self.type = type
    // Nothing can be said about a value of unknown type (go-cty: refinements need a type).
    box = type == .dynamic || refinements.isEmpty ? nil : Box(refinements)
  }

  package var refinements: Refinements { box?.refinements ?? Refinements() }
  package var isRefined: Bool { box != nil }

  package static func == (left: Unknown, right: Unknown) -> Bool {
    guard left.type == right.type else { return false }
    if left.box == nil, right.box == nil { return true }
    return left.refinements == right.refinements
  }

  package func hash(into hasher: inout Hasher) { hasher.combine(type) }
}

/// What is known about an unknown value.
package struct Refinements: Hashable, Sendable {
  package struct Bound: Hashable, Sendable {
    package var value: Number
    package var isInclusive: Bool
    package init(_ value: Number, isInclusive: Bool) {
      self.value = value
      self.isInclusive = isInclusive
    }
  }

  package var isNotNull = false
  /// Strings only: the text it begins with.
  package var stringPrefix = ""
  /// Numbers only.
  package var lowerBound: Bound?
  package var upperBound: Bound?
  /// Lists, sets and maps only: the number of elements.
  package var minimumLength = 0
  package var maximumLength: Int?

  package init(
    isNotNull: Bool = false, stringPrefix: String = "", lowerBound: Bound? = nil, upperBound: Bound? = nil,
    minimumLength: Int = 0, maximumLength: Int? = nil
  ) {
    self.isNotNull = isNotNull
    self.stringPrefix = stringPrefix
    self.lowerBound = lowerBound
    self.upperBound = upperBound
    self.minimumLength = minimumLength
    self.maximumLength = maximumLength
  }

  package static let notNull = Refinements(isNotNull: true)

  package var isEmpty: Bool {
    !isNotNull && stringPrefix.isEmpty && lowerBound == nil && upperBound == nil && minimumLength == 0
      && maximumLength == nil
  }
}
