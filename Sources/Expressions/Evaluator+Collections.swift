import Diagnostics
import HCL
import Values

extension Evaluator {
  mutating func object(_ items: [ObjectItem], in expression: Expression) -> Value {
    var attributes: [(String, Value)] = []
    attributes.reserveCapacity(items.count)
    var marks: Marks = []
    var isKnown = true
    var jsonNames: Set<String> = []
    for item in items {
      let value = value(of: item.value)
      guard let key = key(of: item, in: expression) else {
        isKnown = false
        continue
      }
      let (plain, keyMarks) = key.unmarked()
      marks.formUnion(keyMarks)
      guard let name = plain.asString else {
        isKnown = false
        continue
      }
      if case .jsonString = item.key.kind, !jsonNames.insert(name).inserted {
        report(
          "Duplicate object attribute", "\"\(name)\" is already in this object. Keep one of the two.",
          at: item.key.range, in: nil)
      }
      attributes.append((name, value))
    }
    return (isKnown ? Value.object(attributes) : .dynamicUnknown).marked(with: marks)
  }

  /// The key of an item as a string, maybe unknown or marked; nil after an error.
  private mutating func key(of item: ObjectItem, in expression: Expression) -> Value? {
    if let name = item.keyName { return .text(name) }
    if case .jsonString(let string) = item.key.kind, context.functions == nil { return .text(string.text) }
    if item.isAmbiguous {
      report(
        "Ambiguous attribute key",
        "Put a key that is computed in parentheses, and a name with periods in double quotes.",
        at: item.key.range, in: nil)
      return nil
    }
    let count = diagnostics.count
    let key = value(of: item.key)
    if diagnostics.count > count, diagnostics[count...].hasErrors { return nil }
    if key.isNull {
      report(
        // The place is the value's, as in HCL.
        "Null value as key", "A key must not be null.", at: item.value.range, context: expression.range,
        in: item.key)
      return nil
    }
    do {
      return try convert(key, to: .string)
    } catch {
      report(
        "Incorrect key type", "This is no key: \(error.message).", at: item.key.range,
        context: expression.range, in: item.key)
      return nil
    }
  }

  mutating func forTuple(_ loop: ForExpression, in expression: Expression) -> Value {
    var values: [Value] = []
    var weight: UInt32 = 0
    let outcome = iterate(loop, in: expression) { evaluator, _ in
      // The weight is reported once the tuple is made; it must not grow while it is.
      guard weight <= Value.largestWeight else { return true }
      let value = evaluator.value(of: loop.value)
      values.append(value)
      weight = weight.addingClamped(value.weight)
      return true
    }
    guard let marks = outcome.marks else { return .dynamicUnknown }
    return (outcome.isKnown ? Value.tuple(values) : .dynamicUnknown).marked(with: marks)
  }

  mutating func forObject(_ loop: ForExpression, in expression: Expression) -> Value {
    guard let keyExpression = loop.key else { return .dynamicUnknown }
    var values: [String: Value] = [:]
    var groups: [String: [Value]] = [:]
    var keyMarks: Marks = []
    let outcome = iterate(loop, in: expression) { evaluator, isFirstProblem in
      guard let key = evaluator.iterationKey(keyExpression, in: expression, says: isFirstProblem) else { return false }
      let (plain, marks) = key.unmarked()
      keyMarks.formUnion(marks)
      guard let name = plain.asString else { return false }
      let value = evaluator.value(of: loop.value)
      if loop.groups {
        groups[name, default: []].append(value)
      } else if values.updateValue(value, forKey: name) != nil {
        evaluator.report(
          "Duplicate object key",
          "The key \(QuotedText.quoted(name)) comes twice. Write \"...\" after the value to collect all values of a "
            + "key.",
          at: keyExpression.range, context: expression.range, in: keyExpression)
      }
      return true
    }
    guard let marks = outcome.marks else { return .dynamicUnknown }
    if loop.groups { values = groups.mapValues { .tuple($0) } }
    return (outcome.isKnown ? Value.object(values) : .dynamicUnknown).marked(with: marks.union(keyMarks))
  }

  /// The key as a string; nil when it cannot be one, which is said of the first such key only.
  private mutating func iterationKey(_ expression: Expression, in whole: Expression, says isFirstProblem: Bool) -> Value? {
    let key = value(of: expression)
    var problem = "A key made by \"for\" must not be null."
    if !key.isNull {
      do {
        return try convert(key, to: .string)
      } catch {
        problem = "The key does not fit: \(error.message)."
      }
    }
    if isFirstProblem { report("Invalid object key", problem, at: expression.range, context: whole.range, in: expression) }
    return nil
  }

  private struct IterationOutcome {
    /// Marks of the collection and of the conditions; nil after an error or for a collection of unknown type.
    var marks: Marks?
    var isKnown = true
  }

  /// Calls the body for each element that the condition admits, the loop's variables in place. The body is told whether all
  /// before it went well, and answers whether its own result is known.
  private mutating func iterate(
    _ loop: ForExpression, in expression: Expression, _ body: (inout Evaluator, Bool) -> Bool
  ) -> IterationOutcome {
    let (collection, marks) = value(of: loop.collection).unmarked()
    if collection.isNull {
      report(
        "Iteration over null value", "\"for\" cannot go through null.",
        at: loop.collection.range, context: expression.range, in: loop.collection)
      return IterationOutcome(marks: nil)
    }
    if collection.type == .dynamic { return IterationOutcome(marks: nil) }
    guard collection.type.isIterable else {
      report(
        "Iteration over non-iterable value",
        "\"for\" goes through lists, sets, maps, objects and tuples, not through a \(collection.type.friendlyName).",
        at: loop.collection.range, context: expression.range, in: loop.collection)
      return IterationOutcome(marks: nil)
    }
    var outcome = IterationOutcome(marks: marks)
    let base = frames.count
    defer { frames.removeSubrange(base...) }
    if let name = loop.keyVariable { frames.append(Frame(name: name, value: .dynamicUnknown)) }
    frames.append(Frame(name: loop.valueVariable, value: .dynamicUnknown))
    guard let conditionMarks = conditionMarks(of: loop, in: expression) else { return IterationOutcome(marks: nil) }
    if !collection.isKnown { return IterationOutcome(marks: marks.union(conditionMarks), isKnown: false) }
    collection.forEachElement { key, element in
      if loop.keyVariable != nil { frames[base].value = key() }
      frames[frames.count - 1].value = element
      switch condition(of: loop, in: expression, &outcome) {
      case .some(true): if !body(&self, outcome.isKnown) { outcome.isKnown = false }
      case .some(false): break
      case .none: outcome.isKnown = false
      }
    }
    return outcome
  }

  /// The condition with variables of which nothing is known: what is wrong with it for any element is said once, and nil is
  /// the answer. Otherwise its marks.
  private mutating func conditionMarks(of loop: ForExpression, in expression: Expression) -> Marks? {
    guard let condition = loop.condition else { return [] }
    let count = diagnostics.count
    let value = value(of: condition)
    if value.isNull {
      report(
        "Condition is null", "The condition after \"if\" must not be null.", at: condition.range,
        context: expression.range, in: condition)
      return nil
    }
    do {
      _ = try convert(value, to: .bool)
    } catch {
      report(
        "Invalid 'for' condition", "The condition after \"if\" does not fit: \(error.message).", at: condition.range,
        context: expression.range, in: condition)
      return nil
    }
    return diagnostics[count...].hasErrors ? nil : value.marks
  }

  /// Whether the current element counts; nil when that is not known or cannot be said. Only the first problem is told.
  private mutating func condition(
    of loop: ForExpression, in expression: Expression, _ outcome: inout IterationOutcome
  ) -> Bool? {
    guard let condition = loop.condition else { return true }
    let (value, marks) = value(of: condition).unmarked()
    var problem = "The condition after \"if\" must not be null."
    if !value.isNull {
      outcome.marks?.formUnion(marks)
      do {
        return try convert(value, to: .bool).asBool
      } catch {
        problem = "The condition after \"if\" does not fit: \(error.message)."
      }
    }
    if outcome.isKnown {
      report("Invalid 'for' condition", problem, at: condition.range, context: expression.range, in: condition)
    }
    return nil
  }

  mutating func splat(_ splat: SplatExpression, in expression: Expression) -> Value {
    let errorCount = diagnostics.count
    let (source, marks) = value(of: splat.source).unmarked()
    if diagnostics.count > errorCount, diagnostics[errorCount...].hasErrors { return .dynamicUnknown }
    let type = source.type
    // Anything that is no sequence stands for a sequence of one, or of none when it is null.
    let isSequence: Bool =
      switch type {
      case .list, .set, .tuple: true
      default: false
      }
    if source.isNull {
      if !isSequence { return .emptyTuple.marked(with: marks) }
      report(
        "Splat of null value", "A splat on null has no elements. Give it a list.",
        at: splat.source.range, context: expression.range, in: splat.source)
      return .dynamicUnknown
    }
    if type == .dynamic {
      _ = each(splat, of: .dynamicUnknown)
      return .dynamicUnknown.marked(with: marks)
    }
    if !isSequence {
      let one = each(splat, of: source)
      return (source.isDefinitelyNotNull ? Value.tuple([one]) : .dynamicUnknown).marked(with: marks)
    }
    if case .unknown(let unknown) = source { return unknownSplat(splat, of: unknown).marked(with: marks) }
    var values: [Value] = []
    values.reserveCapacity(source.count)
    for element in source.elements { values.append(each(splat, of: element)) }
    if case .tuple = type { return .tuple(values).marked(with: marks) }
    return list(values, splat, of: type).marked(with: marks)
  }

  private mutating func each(_ splat: SplatExpression, of element: Value) -> Value {
    splatItems.append(element)
    defer { splatItems.removeLast() }
    return value(of: splat.each)
  }

  /// A splat over a list or set is a list; where elements have different types because some are not known, it is unknown.
  private mutating func list(_ values: [Value], _ splat: SplatExpression, of type: ValueType) -> Value {
    guard let first = values.first else {
      let element = each(splat, of: .unknown(type.elementType ?? .dynamic))
      return .list([], of: element.type)
    }
    let elementType = first.type
    if values.dropFirst().allSatisfy({ $0.conforms(to: elementType) && $0.type == elementType }) {
      return .list(values, of: elementType)
    }
    return .tuple(values)
  }

  private mutating func unknownSplat(_ splat: SplatExpression, of unknown: Unknown) -> Value {
    if case .tuple(let types) = unknown.type {
      // Its length is known, and yet the whole is unknown: flatten makes a difference of that.
      return .unknown(.tuple(types.map { each(splat, of: .unknown($0)).type }), refined: .notNull)
    }
    let element = each(splat, of: .unknown(unknown.type.elementType ?? .dynamic))
    var refinements = Refinements.notNull
    refinements.minimumLength = unknown.refinements.minimumLength
    refinements.maximumLength = unknown.refinements.maximumLength
    // The elements of a set may become equal in part, but never fewer in a list of them.
    return .unknown(.list(element.type), refined: refinements)
  }
}

extension ValueType {
  /// Whether a value of this type can be gone through element by element.
  var isIterable: Bool {
    switch self {
    case .list, .set, .map, .tuple, .object: true
    default: false
    }
  }
}

extension Value {
  /// Every element with its key: the index of a list or tuple, the name in a map or object, the element itself in a set.
  /// The key is made only when asked for.
  func forEachElement(_ body: (() -> Value, Value) -> Void) {
    switch self {
    case .list(let list):
      for (index, element) in list.elements.enumerated() { body({ .int(index) }, element) }
    case .tuple(let tuple):
      for (index, element) in tuple.elements.enumerated() { body({ .int(index) }, element) }
    case .set(let set):
      for element in set.elements { body({ element }, element) }
    case .map(let map):
      for (index, element) in map.values.enumerated() { body({ .string(map.keys[index]) }, element) }
    case .object(let object):
      for (index, element) in object.values.enumerated() { body({ .string(object.names[index]) }, element) }
    default: break
    }
  }
}
