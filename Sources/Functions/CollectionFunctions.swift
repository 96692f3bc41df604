import Values

/// New lists and maps from old ones.
func collectionFunctions() -> [Function] {
  let anyList = FunctionParameter("list", .dynamic, allowsMarked: true)
  let listOfAny = FunctionParameter("list", .list(.dynamic))
  let listOfStrings = FunctionParameter("list", .list(.string))
  return [
    Function(
      "concat", FunctionSignature([], variadic: FunctionParameter("seqs", .dynamic, allowsMarked: true)),
      returns: { (arguments) throws(FunctionError) in try concatenationType(arguments) }, call: concat),
    Function(
      "merge",
      FunctionSignature(
        [],
        variadic: FunctionParameter("maps", .dynamic, allowsNull: true, allowsMarked: true, allowsDynamic: true)),
      returns: { (arguments) throws(FunctionError) in try mergedType(arguments) }, call: merge),
    Function(
      "flatten", FunctionSignature([anyList]), returns: { (_) throws(FunctionError) in .dynamic }, call: flatten),
    Function(
      "distinct", FunctionSignature([listOfAny]), returns: { (arguments) throws(FunctionError) in arguments[0].type },
      call: distinct),
    Function("compact", [listOfStrings], returns: .list(.string), call: compact),
    Function("sort", [listOfStrings], returns: .list(.string), call: sort),
    Function(
      "reverse", FunctionSignature([anyList]),
      returns: { (arguments) throws(FunctionError) in try reversedType(arguments[0].type) }, call: reverse),
    Function(
      "chunklist",
      FunctionSignature([
        FunctionParameter("list", .list(.dynamic), allowsMarked: true),
        FunctionParameter("size", .number, allowsMarked: true),
      ]), returns: { (arguments) throws(FunctionError) in .list(arguments[0].type) }, call: chunk),
    Function(
      "slice", FunctionSignature([anyList, .number("start_index"), .number("end_index")]), returns: sliceType,
      call: slice),
    Function(
      "zipmap",
      FunctionSignature([
        FunctionParameter("keys", .list(.string), allowsMarked: true),
        FunctionParameter("values", .dynamic, allowsMarked: true),
      ]), returns: zippedType, call: zip),
    Function(
      "transpose", [FunctionParameter("values", .map(.list(.string)))], returns: .map(.list(.string)), call: transpose),
    Function(
      "matchkeys",
      FunctionSignature([
        FunctionParameter("values", .list(.dynamic)), FunctionParameter("keys", .list(.dynamic)),
        FunctionParameter("searchset", .list(.dynamic)),
      ]), returns: { (arguments) throws(FunctionError) in arguments[0].type }, call: matchKeys),
    Function("range", [], variadic: .number("params"), returns: .list(.number), call: range),
    removed("list", "tolist([ ... ])"), removed("map", "tomap({ ... })"),
  ]
}

/// Functions of long ago, which say what to write instead.
private func removed(_ name: String, _ replacement: String) -> Function {
  let values = FunctionParameter(
    "vals", .dynamic, allowsNull: true, allowsUnknown: true, allowsMarked: true, allowsDynamic: true)
  let error = FunctionError(
    "\"\(name)\" is no function any more; write a \(name) as \(replacement)")
  return Function(name, [], variadic: values, returns: .dynamic) { (_) throws(FunctionError) in throw error }
}

// MARK: concat

private func concatenationType(_ arguments: [Value]) throws(FunctionError) -> ValueType {
  if arguments.isEmpty { throw FunctionError("at least one argument is required") }
  let types = arguments.map(\.type)
  let elements = types.compactMap { type in if case .list(let element) = type { element } else { nil } }
  if elements.count == types.count, let common = unify(elements) { return .list(common) }
  var parts: [ValueType] = []
  for (position, type) in types.enumerated() {
    switch type {
    case .tuple(let own): parts += own
    case .list(let element):
      guard arguments[position].isKnown else { return .dynamic }
      parts += Array(repeating: element, count: arguments[position].count)
    default:
      throw FunctionError("all arguments must be lists or tuples; got \(type.friendlyName)", argument: position)
    }
  }
  return .tuple(parts)
}

/// The element type when the result is a list, nil when it is a tuple. Saves making the types of all elements.
private func concatenatedElementType(_ arguments: [Value]) throws(FunctionError) -> ValueType? {
  if arguments.isEmpty { throw FunctionError("at least one argument is required") }
  var elements: [ValueType] = []
  for (position, argument) in arguments.enumerated() {
    switch argument.unmarked().0 {
    case .list(let list): elements.append(list.elementType)
    case .tuple: break
    default:
      throw FunctionError(
        "all arguments must be lists or tuples; got \(argument.type.friendlyName)", argument: position)
    }
  }
  return elements.count == arguments.count ? unify(elements) : nil
}

private func concat(_ arguments: [Value]) throws(FunctionError) -> Value {
  let elementType = try concatenatedElementType(arguments)
  var marks: Marks = []
  var parts: [Value] = []
  parts.reserveCapacity(arguments.reduce(0) { $0 + $1.count })
  for argument in arguments {
    marks.formUnion(argument.marks)
    parts += argument.elements
  }
  guard let element = elementType else { return Value.tuple(parts).marked(with: marks) }
  for index in parts.indices where !parts[index].conforms(to: element) {
    parts[index] = try converting(parts[index], to: element)
  }
  return Value.list(parts, of: element).marked(with: marks)
}

// MARK: merge

private func mergedType(_ arguments: [Value]) throws(FunctionError) -> ValueType {
  guard let first = arguments.first?.type else { return .object(.empty) }
  var attributes: [String: ValueType] = [:]
  var isMatching = true
  var areNamesKnown = true
  for argument in arguments {
    let type = argument.type
    switch type {
    case .dynamic: return .dynamic
    case .object(let object):
      if !argument.isNull { for (name, type) in Swift.zip(object.names, object.types) { attributes[name] = type } }
    case .map(let element):
      if !argument.isKnown { areNamesKnown = false }
      for key in argument.keys { attributes[key] = element }
    default: throw FunctionError("arguments must be maps or objects, got \"\(type.friendlyName)\"")
    }
    if isMatching && type != first { isMatching = false }
  }
  if isMatching { return first }
  return areNamesKnown ? .object(attributes.map { ($0.key, $0.value) }) : .dynamic
}

private func merge(_ arguments: [Value]) throws(FunctionError) -> Value {
  let type = try mergedTypeOfKnown(arguments)
  var marks: Marks = []
  var entries: [String: Value] = [:]
  for argument in arguments where !argument.isNull {
    marks.formUnion(argument.marks)
    for (key, value) in Swift.zip(argument.keys, argument.elements) { entries[key] = value }
  }
  let result = type.map { Value.map(entries, of: $0) } ?? .object(entries)
  return result.marked(with: marks)
}

/// The element type when the result is a map, nil when it is an object. Saves making the types of large objects.
private func mergedTypeOfKnown(_ arguments: [Value]) throws(FunctionError) -> ValueType? {
  var element: ValueType?
  var isMap = true
  for argument in arguments {
    switch argument.unmarked().0 {
    case .map(let map):
      if element == nil { element = map.elementType }
      if element != map.elementType { isMap = false }
    case .object: isMap = false
    case .null(.map(let own)):
      if element == nil { element = own }
      if element != own { isMap = false }
    case .null(.dynamic), .null(.object): isMap = false
    default: throw FunctionError("arguments must be maps or objects, got \"\(argument.type.friendlyName)\"")
    }
  }
  return isMap ? element : nil
}

// MARK: Flattening and filtering

private func flatten(_ arguments: [Value]) throws(FunctionError) -> Value {
  switch arguments[0].unmarked().0 {
  case .list, .set, .tuple: break
  default: throw FunctionError("can only flatten lists, sets and tuples")
  }
  var parts: [Value] = []
  var marks: Marks = []
  var isKnown = true
  flatten(arguments[0], into: &parts, &marks, &isKnown)
  return (isKnown ? Value.tuple(parts) : .dynamicUnknown).marked(with: marks)
}

private func flatten(_ value: Value, into parts: inout [Value], _ marks: inout Marks, _ isKnown: inout Bool) {
  let (list, own) = value.unmarked()
  marks.formUnion(own)
  if case .set = list, !list.isWhollyKnown, list.count > 1 { isKnown = false }
  for element in list.elements {
    switch element.unmarked().0 {
    case .list, .set, .tuple: flatten(element, into: &parts, &marks, &isKnown)
    case .unknown(let unknown):
      switch unknown.type {
      // It may turn out to be a list.
      case .dynamic: isKnown = false
      case .list, .set, .tuple:
        isKnown = false
        marks.formUnion(element.marks)
      default: parts.append(element)
      }
    default: parts.append(element)
    }
  }
}

private func distinct(_ arguments: [Value]) throws(FunctionError) -> Value {
  guard case .list(let list) = arguments[0], arguments[0].isWhollyKnown else {
    return .unknown(arguments[0].type, refined: .notNull)
  }
  var seen = Set<Value>(minimumCapacity: list.elements.count)
  return .list(list.elements.filter { seen.insert($0).inserted }, of: list.elementType)
}

private func compact(_ arguments: [Value]) throws(FunctionError) -> Value {
  guard arguments[0].isWhollyKnown else { return .unknown(.list(.string), refined: .notNull) }
  return .list(arguments[0].elements.filter { !$0.isNull && $0.asString != "" }, of: .string)
}

private func sort(_ arguments: [Value]) throws(FunctionError) -> Value {
  let count = arguments[0].count
  guard arguments[0].isWhollyKnown else {
    return .unknown(
      .list(.string), refined: Refinements(isNotNull: true, minimumLength: count, maximumLength: count))
  }
  var texts: [String] = []
  texts.reserveCapacity(count)
  for (position, element) in arguments[0].elements.enumerated() {
    guard let text = element.asString else {
      throw FunctionError("given list element \(position) is null; a null string cannot be sorted")
    }
    texts.append(text)
  }
  return .list(texts.sorted().map { .string($0) }, of: .string)
}

// MARK: Order and parts

private func reversedType(_ type: ValueType) throws(FunctionError) -> ValueType {
  switch type {
  case .tuple(let types): return .tuple(types.reversed())
  case .list(let element), .set(let element): return .list(element)
  default: throw FunctionError("can only reverse list or tuple values, not \(type.friendlyName)", argument: 0)
  }
}

private func reverse(_ arguments: [Value]) throws(FunctionError) -> Value {
  let (list, marks) = arguments[0].unmarked()
  let parts = Array(list.elements.reversed())
  switch list {
  case .list(let list): return Value.list(parts, of: list.elementType).marked(with: marks)
  case .set(let set): return Value.list(parts, of: set.elementType).marked(with: marks)
  case .tuple: return Value.tuple(parts).marked(with: marks)
  default: return .unknown(try reversedType(list.type))
  }
}

private func chunk(_ arguments: [Value]) throws(FunctionError) -> Value {
  let (list, marks) = arguments[0].unmarked()
  let (sizeValue, sizeMarks) = arguments[1].unmarked()
  guard let size = sizeValue.asNumber?.int64.map({ Int($0) }) else {
    throw FunctionError(
      "invalid size: value must be a whole number, between -9223372036854775808 and 9223372036854775807")
  }
  if size < 0 { throw FunctionError("the size argument must be positive") }
  let elements = list.elements
  guard case .list(let element) = list.type else { return .unknown(.list(list.type)) }
  let step = size == 0 ? max(elements.count, 1) : size
  var chunks: [Value] = []
  var start = 0
  while start < elements.count {
    let end = step > elements.count - start ? elements.count : start + step
    chunks.append(.list(Array(elements[start..<end]), of: element))
    start = end
  }
  return Value.list(chunks, of: list.type).marked(with: marks.union(sizeMarks))
}

private func sliceType(_ arguments: [Value]) throws(FunctionError) -> ValueType {
  let type = arguments[0].type
  switch type {
  case .set:
    throw FunctionError(
      "a set has no order, so it cannot be sliced; make a list of it by tolist", argument: 0)
  case .list: break
  case .tuple: break
  default: throw FunctionError("must be a list or tuple value", argument: 0)
  }
  guard let bounds = try sliceBounds(arguments) else { return type.tupleTypes == nil ? type : .dynamic }
  guard let types = type.tupleTypes else { return type }
  return .tuple(Array(types[bounds]))
}

/// Nil while something that decides is unknown.
private func sliceBounds(_ arguments: [Value]) throws(FunctionError) -> Range<Int>? {
  var count: Int?
  if arguments[0].isKnown { count = arguments[0].count } else { count = arguments[0].type.tupleTypes?.count }
  func bound(_ index: Int, _ name: String) throws(FunctionError) -> Int? {
    guard arguments[index].isKnown else { return nil }
    guard let value = arguments.number(index).int64 else {
      throw FunctionError(
        "invalid \(name) index: value must be a whole number, between -9223372036854775808 and 9223372036854775807",
        argument: index)
    }
    if value < 0 { throw FunctionError("\(name) index must not be less than zero", argument: index) }
    if let count, value > count {
      throw FunctionError("\(name) index must not be greater than the length of the list", argument: index)
    }
    return Int(value)
  }
  let start = try bound(1, "start")
  let end = try bound(2, "end")
  guard let start, let end else { return nil }
  if start > end { throw FunctionError("start index must not be greater than end index", argument: 1) }
  return count == nil ? nil : start..<end
}

private func slice(_ arguments: [Value]) throws(FunctionError) -> Value {
  let (list, marks) = arguments[0].unmarked()
  switch list {
  case .list, .tuple: break
  default: _ = try sliceType(arguments)
  }
  guard let bounds = try sliceBounds(arguments) else {
    return .unknown(try sliceType(arguments), refined: .notNull)
  }
  let parts = Array(list.elements[bounds])
  switch list {
  case .list(let list): return Value.list(parts, of: list.elementType).marked(with: marks)
  default: return Value.tuple(parts).marked(with: marks)
  }
}
