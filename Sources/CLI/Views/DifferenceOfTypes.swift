import Plans
import Values

extension ValueDifference {
  /// The difference at a place whose type is known.
  static func of(_ given: ValueComparison, type: ValueType) -> ValueDifference {
    let comparison = type == .string ? given.withoutEmptyTexts : given
    if let difference = ofSensitive(comparison, { of($0, type: type) }) { return difference }
    if let difference = ofUnknown(comparison, { of($0, type: type) }) { return difference }
    switch type {
    case .dynamic, .capsule: return ofDynamic(comparison)
    case .bool, .number, .string:
      return comparison.difference(.primitive(before: comparison.before, after: comparison.after))
    case .object(let type):
      return ofObject(comparison, members: zip(type.names, type.types).map { ($0, $1) }, isNested: false) { of($0, type: $1) }
    case .map(let element): return ofMap(comparison, isNested: false) { of($0, type: element) }
    case .list(let element):
      return ofSequence(comparison, element: { of($0, type: element) }, pairsDiffering: { _ in element.objectType != nil })
    case .set(let element): return ofSet(comparison, isNested: false) { of($0, type: element) }
    case .tuple(let types): return ofTuple(comparison, types)
    }
  }

  /// What is sensitive on either side shows nothing of what it holds.
  static func ofSensitive(
    _ comparison: ValueComparison, isBlock: Bool = false, _ inner: (ValueComparison) -> ValueDifference
  ) -> ValueDifference? {
    guard comparison.isBeforeSensitive || comparison.isAfterSensitive else { return nil }
    let content = inner(comparison.withoutSensitivity)
    let change = SensitivityChange(
      action: content.action, isSensitiveBefore: comparison.isBeforeSensitive,
      isSensitiveAfter: comparison.isAfterSensitive)
    var action = content.action
    let isNothing =
      comparison.isNullBeforeAndAfter && !comparison.isBeforeExplicit && !comparison.isAfterExplicit
    if action == .noOp && comparison.isBeforeSensitive != comparison.isAfterSensitive && !isNothing { action = .update }
    return ValueDifference(
      action, forcesReplacement: comparison.replacement.matches, isBlock ? .sensitiveBlock(change) : .sensitive(change))
  }

  static func ofUnknown(
    _ comparison: ValueComparison, _ inner: (ValueComparison) -> ValueDifference
  ) -> ValueDifference? {
    guard comparison.isUnknown else { return nil }
    let before = comparison.before.isNull ? nil : inner(comparison.asDeletion)
    return comparison.difference(.unknown(before: before))
  }

  /// Attributes that are null on both sides are left out, unless that is because they are only written.
  static func ofObject<Description>(
    _ comparison: ValueComparison, members: [(name: String, description: Description)], isNested: Bool,
    _ difference: (ValueComparison, Description) -> ValueDifference
  ) -> ValueDifference {
    var action = comparison.actionOfContainer
    var shown: [Member] = []
    for member in members {
      let child = comparison.child(
        comparison.before.attribute(member.name), comparison.after.attribute(member.name), name: member.name
      ).unlessIrrelevant
      let part = difference(child, member.description)
      if part.action == .noOp && child.isNullBeforeAndAfter && !part.isWriteOnly { continue }
      shown.append(Member(name: member.name, difference: part))
      action = action.joined(with: part.action)
    }
    return ValueDifference(
      action, forcesReplacement: comparison.replacement.matches, .object(shown, isNested: isNested))
  }

  static func ofMap(
    _ comparison: ValueComparison, isNested: Bool, _ difference: (ValueComparison) -> ValueDifference
  ) -> ValueDifference {
    var action = comparison.actionOfContainer
    let members = mergedMembers(comparison.before, comparison.after).map { name, before, after in
      let part = difference(comparison.element(before, after, name: name).unlessIrrelevant)
      action = action.joined(with: part.action)
      return Member(name: name, difference: part)
    }
    return ValueDifference(
      action, forcesReplacement: comparison.replacement.matches, .map(members, isNested: isNested))
  }

  /// The members of two maps or objects by name, in ascending order of names.
  static func mergedMembers(_ before: Value, _ after: Value) -> [(name: String, before: Value?, after: Value?)] {
    let (leftKeys, left, rightKeys, right) = (before.keys, before.elements, after.keys, after.elements)
    var members: [(name: String, before: Value?, after: Value?)] = []
    members.reserveCapacity(max(leftKeys.count, rightKeys.count))
    var (l, r) = (0, 0)
    while l < leftKeys.count || r < rightKeys.count {
      if r == rightKeys.count || l < leftKeys.count && leftKeys[l] < rightKeys[r] {
        members.append((leftKeys[l], left[l], nil))
        l += 1
      } else if l == leftKeys.count || rightKeys[r] < leftKeys[l] {
        members.append((rightKeys[r], nil, right[r]))
        r += 1
      } else {
        members.append((leftKeys[l], left[l], right[r]))
        l += 1
        r += 1
      }
    }
    return members
  }

  static func ofSequence(
    _ comparison: ValueComparison, element: (ValueComparison) -> ValueDifference, pairsDiffering: (Value) -> Bool
  ) -> ValueDifference {
    let (before, after) = (comparison.before.elements, comparison.after.elements)
    var action = comparison.actionOfContainer
    let alignment = SequenceAlignment(before, after, pairsDiffering: pairsDiffering)
    let elements = alignment.pairs.map { left, right in
      let part = element(
        comparison.element(left.map { before[$0] }, right.map { after[$0] }, position: left ?? before.count))
      action = action.joined(with: part.action)
      return part
    }
    return ValueDifference(
      action, forcesReplacement: comparison.replacement.matches, .list(elements, showsNeighbours: true))
  }

  /// Position by position: nested attributes and blocks are compared so.
  static func ofPositions(
    _ comparison: ValueComparison, _ difference: (ValueComparison) -> ValueDifference
  ) -> (action: Action, elements: [ValueDifference]) {
    let (before, after) = (comparison.before.elements, comparison.after.elements)
    var action = comparison.actionOfContainer
    let elements = (0..<max(before.count, after.count)).map { position in
      let part = difference(
        comparison.element(
          position < before.count ? before[position] : nil, position < after.count ? after[position] : nil,
          position: position))
      action = action.joined(with: part.action)
      return part
    }
    return (action, elements)
  }

  private static func ofTuple(_ comparison: ValueComparison, _ types: [ValueType]) -> ValueDifference {
    var position = 0
    let (action, elements) = ofPositions(comparison) { child in
      defer { position += 1 }
      return of(child, type: position < types.count ? types[position] : .dynamic)
    }
    return ValueDifference(
      action, forcesReplacement: comparison.replacement.matches, .list(elements, showsNeighbours: true))
  }

  static func ofSet(
    _ comparison: ValueComparison, isNested: Bool, _ difference: (ValueComparison) -> ValueDifference
  ) -> ValueDifference {
    let (action, elements) = ofMembers(comparison, difference)
    return ValueDifference(
      action, forcesReplacement: comparison.replacement.matches, .set(elements, isNested: isNested))
  }

  /// Elements of sets: those in both, those that go, and then those that come.
  static func ofMembers(
    _ comparison: ValueComparison, _ difference: (ValueComparison) -> ValueDifference
  ) -> (action: Action, elements: [ValueDifference]) {
    let (before, after) = (comparison.before.elements, comparison.after.elements)
    var action = comparison.actionOfContainer
    var elements: [ValueDifference] = []
    func add(_ left: Int?, _ right: Int?) {
      let part = difference(
        comparison.element(left.map { before[$0] }, right.map { after[$0] }, position: left ?? before.count))
      action = action.joined(with: part.action)
      elements.append(part)
    }
    var places: [Value: Int] = [:]
    for (index, value) in after.enumerated() where value.isWhollyKnown { places[value] = index }
    var isMatched = [Bool](repeating: false, count: after.count)
    for (index, value) in before.enumerated() {
      let place = places[value]
      if let place { isMatched[place] = true }
      add(index, place)
    }
    for index in after.indices where !isMatched[index] { add(nil, index) }
    return (action, elements)
  }
}
