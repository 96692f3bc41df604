import Values

// MARK: zipmap

/// A list of values gives a map, a tuple gives an object.
func zippedType(_ arguments: [Value]) throws(FunctionError) -> ValueType {
  switch arguments[1].type {
  case .list(let element): return .map(element)
  case .tuple(let types):
    let keys = arguments[0].withoutMarks
    guard keys.isWhollyKnown else { return .dynamic }
    try checkCounts(keys.count, types.count)
    var attributes: [(String, ValueType)] = []
    for (position, key) in keys.elements.enumerated() {
      attributes.append((try text(ofKey: key, position), types[position]))
    }
    return .object(attributes)
  default: throw FunctionError("values argument must be a list or tuple value")
  }
}

private func checkCounts(_ keys: Int, _ values: Int) throws(FunctionError) {
  if keys != values { throw FunctionError("number of keys (\(keys)) does not match number of values (\(values))") }
}

private func text(ofKey key: Value, _ position: Int) throws(FunctionError) -> String {
  guard let text = key.asString else { throw FunctionError("keys list has null value at index \(position)") }
  return text
}

func zip(_ arguments: [Value]) throws(FunctionError) -> Value {
  let keys = arguments[0].withoutMarks
  let (values, valueMarks) = arguments[1].unmarked()
  let marks = arguments[0].allMarks.union(valueMarks)
  guard keys.isWhollyKnown else {
    return Value.unknown(try zippedType(arguments), refined: .notNull).marked(with: marks)
  }
  switch values {
  case .list, .tuple: break
  default: throw FunctionError("values argument must be a list or tuple value")
  }
  try checkCounts(keys.count, values.count)
  var entries: [String: Value] = [:]
  let elements = values.elements
  for (position, key) in keys.elements.enumerated() { entries[try text(ofKey: key, position)] = elements[position] }
  switch values {
  case .list(let list): return Value.map(entries, of: list.elementType).marked(with: marks)
  default: return Value.object(entries).marked(with: marks)
  }
}

// MARK: transpose

func transpose(_ arguments: [Value]) throws(FunctionError) -> Value {
  guard arguments[0].isWhollyKnown else { return .unknown(.map(.list(.string)), refined: .notNull) }
  var entries: [String: [Value]] = [:]
  for (key, list) in Swift.zip(arguments[0].keys, arguments[0].elements) {
    if list.isNull { throw FunctionError("input must not contain null list") }
    for element in list.elements {
      guard let text = element.asString else { throw FunctionError("input list must not contain null string") }
      entries[text, default: []].append(.string(key))
    }
  }
  return .map(entries.mapValues { .list($0, of: .string) }, of: .list(.string))
}

// MARK: matchkeys

func matchKeys(_ arguments: [Value]) throws(FunctionError) -> Value {
  let values = arguments[0]
  guard let type = unify([arguments[1].type, arguments[2].type]) else {
    throw FunctionError("keys and searchset must be of the same type")
  }
  guard case .list(let list) = values, values.isWhollyKnown else { return .unknown(values.type, refined: .notNull) }
  if list.elements.count != arguments[1].count {
    throw FunctionError("length of keys and values should be equal")
  }
  let keys = try converting(arguments[1], to: type)
  let wanted = try converting(arguments[2], to: type)
  // Known keys are found by hash. Unknown keys make the whole result unknown, but what is searched for is not found
  // while it is unknown.
  let search = Set(wanted.elements.filter(\.isWhollyKnown))
  var found: [Value] = []
  for (key, value) in Swift.zip(keys.elements, list.elements) {
    if !key.isWhollyKnown && wanted.count > 0 { return .unknown(values.type, refined: .notNull) }
    if !key.isNull && search.contains(key) { found.append(value) }
  }
  return .list(found, of: list.elementType)
}

// MARK: range

func range(_ arguments: [Value]) throws(FunctionError) -> Value {
  guard (1...3).contains(arguments.count) else {
    throw FunctionError("must have one, two, or three arguments")
  }
  let zero = Number(0)
  let start = arguments.count == 1 ? zero : arguments.number(0)
  let end = arguments.number(arguments.count == 1 ? 0 : 1)
  let step = arguments.count == 3 ? arguments.number(2) : Number(end < start ? -1 : 1)
  let isDown = step.isNegative
  if arguments.count == 3 && isDown && end > start {
    throw FunctionError("end must be less than start when step is negative", argument: 1)
  }
  if arguments.count == 3 && !isDown && end < start {
    throw FunctionError("end must be greater than start when step is positive", argument: 1)
  }
  var values: [Value] = []
  var next = start
  while isDown ? next > end : next < end {
    if values.count >= 1024 {
      throw FunctionError(
        "more than 1024 values would be made; use a larger step or a nearer end"
      )
    }
    values.append(.number(next))
    next = next.adding(step)
  }
  return .list(values, of: .number)
}
