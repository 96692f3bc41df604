import Values

/// Questions to collections: how long, what is in them, where.
func collectionQueries() -> [Function] {
  let list = FunctionParameter("list", .dynamic)
  return [
    Function(
      "length",
      [FunctionParameter("value", .dynamic, allowsUnknown: true, allowsMarked: true, allowsDynamic: true)],
      returns: .number, call: length),
    Function("alltrue", [FunctionParameter("list", .list(.bool))], returns: .bool) { arguments in
      allTrue(arguments[0].elements)
    },
    Function("anytrue", [FunctionParameter("list", .list(.bool))], returns: .bool) { arguments in
      anyTrue(arguments[0].elements)
    },
    Function("contains", [list, FunctionParameter("value", .dynamic)], returns: .bool, call: contains),
    Function("index", [list, FunctionParameter("value", .dynamic)], returns: .number, call: index),
    Function(
      "element", FunctionSignature([FunctionParameter("list", .dynamic, allowsMarked: true), .number("index")]),
      isNeverNull: false, returns: elementType, call: element),
    Function("one", FunctionSignature([list]), isNeverNull: false, returns: onlyType, call: only),
    Function(
      "lookup",
      FunctionSignature(
        [
          FunctionParameter("inputMap", .dynamic, allowsMarked: true),
          FunctionParameter("key", .string, allowsMarked: true),
        ],
        variadic: FunctionParameter(
          "default", .dynamic, allowsNull: true, allowsUnknown: true, allowsMarked: true, allowsDynamic: true)),
      isNeverNull: false, returns: lookupType, call: lookup
    ).markingUnknownResults(),
    Function(
      "keys", FunctionSignature([FunctionParameter("inputMap", .dynamic, allowsUnknown: true, allowsMarked: true)]),
      returns: { (arguments) throws(FunctionError) in try keysType(arguments[0].type) }, call: keys),
    Function(
      "values", FunctionSignature([FunctionParameter("mapping", .dynamic, allowsMarked: true)]),
      returns: { (arguments) throws(FunctionError) in try valuesType(arguments[0].type) }, call: values),
  ] + choosingFunctions()
}

private func length(_ arguments: [Value]) throws(FunctionError) -> Value {
  let (value, marks) = arguments[0].unmarked()
  if let text = value.asString { return Value.count(text.count).marked(with: marks) }
  if case .unknown(let unknown) = value, unknown.type == .string {
    let atLeast = Refinements.Bound(Number(unknown.refinements.stringPrefix.count), isInclusive: true)
    return Value.unknown(.number, refined: Refinements(isNotNull: true, lowerBound: atLeast)).marked(with: marks)
  }
  do throws(OperationError) {
    return try Operations.length(arguments[0])
  } catch {
    throw FunctionError("argument must be a string, a collection type, or a structural type")
  }
}

private func allTrue(_ elements: [Value]) -> Value {
  for element in elements {
    if !element.isKnown { return .unknownBool }
    if element.asBool != true { return .false }
  }
  return .true
}

private func anyTrue(_ elements: [Value]) -> Value {
  if elements.contains(where: { $0.asBool == true }) { return .true }
  return elements.contains { !$0.isKnown } ? .unknownBool : .false
}

private func contains(_ arguments: [Value]) throws(FunctionError) -> Value {
  switch arguments[0] {
  case .list, .set, .tuple: break
  default: throw FunctionError("argument must be list, tuple, or set")
  }
  var isUnknown = false
  for element in arguments[0].elements {
    switch arguments[1].equals(element) {
    case .bool(true): return .true
    case .bool: break
    default: isUnknown = true
    }
  }
  return isUnknown ? .unknownBool : .false
}

private func index(_ arguments: [Value]) throws(FunctionError) -> Value {
  switch arguments[0] {
  case .list, .tuple: break
  default: throw FunctionError("argument must be a list or tuple")
  }
  if arguments[0].count == 0 { throw FunctionError("cannot search an empty list") }
  for (position, element) in arguments[0].elements.enumerated() {
    switch element.equals(arguments[1]) {
    case .bool(true): return .count(position)
    case .bool: continue
    default: return .unknownNumber
    }
  }
  throw FunctionError("item not found")
}

// MARK: One element

private func elementType(_ arguments: [Value]) throws(FunctionError) -> ValueType {
  let type = arguments[0].type
  switch type {
  case .list(let element): return element
  case .tuple(let types):
    guard arguments[1].isKnown else { return .dynamic }
    return types[try wrapped(arguments, count: types.count, wrapsNegative: false)]
  default: throw FunctionError("cannot read elements from \(type.friendlyName)")
  }
}

/// The index modulo the number of elements; negative ones count from the end, but only in lists.
private func wrapped(_ arguments: [Value], count: Int, wrapsNegative: Bool) throws(FunctionError) -> Int {
  guard let index = arguments.number(1).int64 else {
    throw FunctionError(
      "invalid index: value must be a whole number, between -9223372036854775808 and 9223372036854775807")
  }
  if count == 0 { throw FunctionError("cannot use element function with an empty list") }
  let place = Int(index) % count
  if place >= 0 { return place }
  guard wrapsNegative else { throw FunctionError("cannot use element function with a negative index on a tuple") }
  return place + count
}

private func element(_ arguments: [Value]) throws(FunctionError) -> Value {
  let (list, marks) = arguments[0].unmarked()
  switch list {
  case .list(let list):
    return list.elements[try wrapped(arguments, count: list.elements.count, wrapsNegative: true)].marked(with: marks)
  case .tuple(let tuple):
    return tuple.elements[try wrapped(arguments, count: tuple.elements.count, wrapsNegative: false)].marked(with: marks)
  default: throw FunctionError("cannot read elements from \(list.type.friendlyName)")
  }
}

private let notOne = FunctionError(
  "must be a list, set, or tuple value with either zero or one elements", argument: 0)

private func onlyType(_ arguments: [Value]) throws(FunctionError) -> ValueType {
  switch arguments[0].type {
  case .list(let element), .set(let element): return element
  case .tuple(let types) where types.count < 2: return types.first ?? .dynamic
  default: throw notOne
  }
}

private func only(_ arguments: [Value]) throws(FunctionError) -> Value {
  let type = try onlyType(arguments)
  let list = arguments[0]
  if list.count > 1 {
    // The elements of a set may turn out to be the same.
    if case .set = list, !list.isWhollyKnown { return .unknown(type) }
    throw notOne
  }
  return list.elements.first ?? .null(type)
}

// MARK: Maps

private func lookupType(_ arguments: [Value]) throws(FunctionError) -> ValueType {
  guard arguments.count < 4 else {
    throw FunctionError("lookup() takes two or three arguments, got \(arguments.count)")
  }
  switch arguments[0].type {
  case .object(let type):
    guard let key = arguments[1].asString else { return .dynamic }
    if let attribute = type.type(of: key) { return attribute }
    if arguments.count == 3 { return arguments[2].type }
    throw FunctionError(
      "the given object has no attribute \(JSONWriter.quoted(key, escapesHTML: false))", argument: 0)
  case .map(let element):
    if arguments.count == 3 { _ = try lookupDefault(arguments[2], element) }
    return element
  default: throw FunctionError("lookup() requires a map as the first argument", argument: 0)
  }
}

private func lookupDefault(_ value: Value, _ element: ValueType) throws(FunctionError) -> Value {
  guard let converted = try? convert(value, to: element) else {
    throw FunctionError("the default value must have the same type as the map elements", argument: 2)
  }
  return converted
}

private func lookup(_ arguments: [Value]) throws(FunctionError) -> Value {
  guard arguments.count < 4 else {
    throw FunctionError("lookup() takes two or three arguments, got \(arguments.count)")
  }
  let (collection, marks) = arguments[0].unmarked()
  let (_, keyMarks) = arguments[1].unmarked()
  let key = arguments.text(1)
  let all = marks.union(keyMarks)
  switch collection {
  case .object(let object):
    if let found = object[key] { return found.marked(with: all) }
    if arguments.count == 3 { return arguments[2].marked(with: all) }
  case .map(let map):
    // The default must fit even where it is not needed.
    let missing = arguments.count == 3 ? try lookupDefault(arguments[2], map.elementType) : nil
    if let found = map[key] ?? missing { return found.marked(with: all) }
    throw FunctionError("lookup failed to find key \(shown(key, keyMarks))")
  default: break
  }
  _ = try lookupType(arguments)
  throw FunctionError("lookup failed to find key \(shown(key, keyMarks))")
}

private func keysType(_ type: ValueType) throws(FunctionError) -> ValueType {
  switch type {
  case .map: return .list(.string)
  case .object(let object): return .tuple(object.names.map { _ in .string })
  default: throw FunctionError("must have map or object type", argument: 0)
  }
}

/// The attribute names of an object are known even if it is not.
private func keys(_ arguments: [Value]) throws(FunctionError) -> Value {
  let (collection, marks) = arguments[0].unmarked()
  let result: Value
  switch collection {
  case .object(let object): result = .tuple(object.names.map { .string($0) })
  case .map(let map): result = .list(map.keys.map { .string($0) }, of: .string)
  default:
    let type = try keysType(collection.type)
    let names = collection.type.objectType?.names
    result = names.map { .tuple($0.map { .string($0) }) } ?? .unknown(type, refined: .notNull)
  }
  return result.marked(with: marks)
}

private func valuesType(_ type: ValueType) throws(FunctionError) -> ValueType {
  switch type {
  case .map(let element): return .list(element)
  case .object(let object): return .tuple(object.types)
  default: throw FunctionError("values() requires a map as the first argument")
  }
}

private func values(_ arguments: [Value]) throws(FunctionError) -> Value {
  let (collection, marks) = arguments[0].unmarked()
  switch collection {
  case .map(let map): return Value.list(map.values, of: map.elementType).marked(with: marks)
  case .object(let object): return Value.tuple(object.values).marked(with: marks)
  default: throw FunctionError("values() requires a map as the first argument")
  }
}
