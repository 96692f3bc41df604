package import Values

/// Where the object that came out contradicts the one that was planned: every planned value that was known must have come true.
/// Empty when all is well.
///
/// Serves twice: for the result of an apply, and for the plan that is made again at apply with what has become known since.
/// Values of attributes that are sensitive by schema or mark are not shown. Messages as Terraform 1.11 has them.
/// Linear in the size of the values, but for elements of sets that hold the same known values.
package func compatibilityProblems(schema: BlockSchema, planned: Value, actual: Value) -> [ObjectProblem] {
  if planned.isIdentical(to: actual) { return [] }
  var check = CompatibilityCheck()
  check.object(schema, planned, actual)
  return check.problems
}

private struct CompatibilityCheck {
  var path = Path.root
  var problems: [ObjectProblem] = []

  mutating func report(_ message: String) { problems.append(ObjectProblem(path, message)) }

  mutating func object(_ schema: BlockSchema, _ planned: Value, _ actual: Value) {
    let subject = path.isEmpty ? "Root object " : ""
    switch (planned.isNull, actual.isNull) {
    case (true, false): report("\(subject)was absent, but now present")
    case (false, true): report("\(subject)was present, but now absent")
    case (true, true): break
    case (false, false):
      let type = schema.impliedType
      let (before, after) = (ObjectReader(planned, type), ObjectReader(actual, type))
      ObjectSchema.block(schema).forEachMember { place, member in
        switch member {
        case .attribute(let attribute):
          path.steps.append(.attribute(attribute.name))
          self.attribute(attribute, before[place], after[place])
        case .block(let block):
          path.steps.append(.attribute(block.name))
          blocks(block, before[place].unmarked().0, after[place].unmarked().0)
        }
        path.steps.removeLast()
      }
    }
  }

  mutating func attribute(_ schema: AttributeSchema, _ planned: Value, _ actual: Value) {
    let (before, after) = (planned.withoutMarks, actual.withoutMarks)
    if before.isIdentical(to: after) { return }
    let countBefore = problems.count
    typedValue(before, after)
    guard problems.count > countBefore else { return }
    if schema.containsSensitive || planned.containsMark(.concealed) || actual.containsMark(.concealed) {
      problems.removeSubrange(countBefore...)
      report("inconsistent values for sensitive attribute")
    }
  }

  mutating func blocks(_ schema: NestedBlockSchema, _ planned: Value, _ actual: Value) {
    if planned.isIdentical(to: actual) { return }
    switch schema.nesting {
    case .single, .group:
      // A block whose number was unknown may have come to none.
      if !planned.isKnown, actual.isNull { return }
      object(schema.block, planned, actual)
    case .list:
      guard planned.isKnownAndNotNull, actual.isKnownAndNotNull, agreeOnBlockCount(planned, actual) else { return }
      for (index, (before, after)) in zip(planned.elements, actual.elements).enumerated() {
        path.steps.append(.index(.int(index)))
        object(schema.block, before, after)
        path.steps.removeLast()
      }
    case .map: mapBlocks(schema, planned, actual)
    case .set:
      guard planned.isKnownAndNotNull, actual.isKnownAndNotNull else { return }
      let type = schema.block.impliedType
      let attributePlaces = type.names.indices.filter { schema.block.attribute(type.names[$0]) != nil }
      setElements(planned, actual, places: attributePlaces, countMessage: "block set length") { before, after in
        var inner = CompatibilityCheck()
        inner.object(schema.block, before, after)
        return inner.problems.isEmpty
      }
    }
  }

  private mutating func agreeOnBlockCount(_ planned: Value, _ actual: Value) -> Bool {
    if planned.count == actual.count { return true }
    report("the number of blocks changed from \(planned.count) to \(actual.count)")
    return false
  }

  private mutating func mapBlocks(_ schema: NestedBlockSchema, _ planned: Value, _ actual: Value) {
    guard planned.isKnownAndNotNull, !actual.isNull else { return }
    var isObject = false
    if case .object = planned { isObject = true }
    guard isObject || agreeOnBlockCount(planned, actual) else { return }
    for (key, before) in zip(planned.keys, planned.elements) {
      guard let after = actual.element(at: key) else {
        if isObject { report("block key \(goQuoted(key)) has vanished") }
        continue
      }
      path.steps.append(isObject ? .attribute(key) : .index(.string(key)))
      object(schema.block, before, after)
      path.steps.removeLast()
    }
    guard isObject else { return }
    for key in actual.keys where planned.element(at: key) == nil {
      report("new block key \(goQuoted(key)) has appeared")
    }
  }
}

// Values without a schema of their own.
extension CompatibilityCheck {
  /// The type is compared as a whole first; inside, types then fit.
  mutating func typedValue(_ planned: Value, _ actual: Value) {
    let type = planned.type
    guard actual.conforms(to: type) else {
      report("wrong final value type: \(mismatchMessage(from: actual.type, to: type))")
      return
    }
    value(planned, actual)
  }

  mutating func value(_ planned: Value, _ actual: Value) {
    if planned.isIdentical(to: actual) { return }
    switch planned {
    case .unknown(let unknown):
      if unknown.excludes(actual) {
        report("final value \(actual.literal) is not what the plan allows, \(planned.literal)")
      }
      return
    case .null(.dynamic): return
    case .null:
      if !actual.isNull { report("was null, but now \(actual.literal)") }
      return
    default: break
    }
    if actual.isNull { return report("was \(planned.literal), but now null") }
    if !actual.isKnown { return report("was known, but now unknown") }
    switch planned {
    case .list, .tuple: sequence(planned.elements, actual.elements)
    case .map: map(planned, actual)
    case .object:
      for (name, before) in zip(planned.keys, planned.elements) {
        guard let after = actual.element(at: name) else { continue }
        path.steps.append(.attribute(name))
        value(before, after)
        path.steps.removeLast()
      }
    case .set(let set):
      let places = set.elementType.objectType.map { Array($0.names.indices) } ?? []
      setElements(planned, actual, places: places, countMessage: "length") { before, after in
        var inner = CompatibilityCheck()
        inner.typedValue(before, after)
        return inner.problems.isEmpty
      }
    default: report("was \(planned.literal), but now \(actual.literal)")
    }
  }

  private mutating func sequence(_ planned: [Value], _ actual: [Value]) {
    for (index, before) in planned.enumerated() {
      guard index < actual.count else {
        report("element \(index) has vanished")
        continue
      }
      path.steps.append(.index(.int(index)))
      value(before, actual[index])
      path.steps.removeLast()
    }
    for index in actual.indices.dropFirst(planned.count) { report("new element \(index) has appeared") }
  }

  private mutating func map(_ planned: Value, _ actual: Value) {
    for (key, before) in zip(planned.keys, planned.elements) {
      guard let after = actual.element(at: key) else {
        report("element \(goQuoted(key)) has vanished")
        continue
      }
      path.steps.append(.index(.string(key)))
      value(before, after)
      path.steps.removeLast()
    }
    for key in actual.keys where planned.element(at: key) == nil {
      report("new element \(goQuoted(key)) has appeared")
    }
  }

  /// Every planned element must have a counterpart among the actual ones and the other way round. Elements may have become equal, so
  /// there may be fewer in the end, but not more.
  private mutating func setElements(
    _ planned: Value, _ actual: Value, places: [Int], countMessage: String, matches: (Value, Value) -> Bool
  ) {
    let (before, after) = (planned.elements, actual.elements)
    let lonely = SetCorrelation.withoutCounterpart(before, after, places: places, matches: matches)
    for index in lonely.planned {
      report("the planned element \(before[index].literal) has no equal in the result")
    }
    if lonely.planned.isEmpty {
      for index in lonely.actual {
        report("the element \(after[index].literal) of the result has no equal in the plan")
      }
    }
    if before.count < after.count { report("\(countMessage) changed from \(before.count) to \(after.count)") }
  }
}

extension Unknown {
  /// Whether the value is certainly none of those that this one may turn out to be.
  func excludes(_ value: Value) -> Bool {
    guard isRefined, value.isKnown else { return false }
    let known = refinements
    switch value {
    case .null: return known.isNotNull
    case .string(let text): return !text.utf8.starts(with: known.stringPrefix.utf8)
    case .number(let number):
      if let bound = known.lowerBound, number < bound.value || !bound.isInclusive && number == bound.value {
        return true
      }
      if let bound = known.upperBound, bound.value < number || !bound.isInclusive && number == bound.value {
        return true
      }
      return false
    case .list, .set, .map:
      if value.count < known.minimumLength { return !(value.isOfSetType && !value.isWhollyKnown) }
      guard let most = known.maximumLength else { return false }
      // Unknown elements of a set may turn out to be equal.
      return value.count > most && !(value.isOfSetType && !value.isWhollyKnown)
    default: return false
    }
  }
}
