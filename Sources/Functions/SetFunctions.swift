import Values

/// Union, intersection, difference and product.
func setFunctions() -> [Function] {
  let anySet = ValueType.set(.dynamic)
  let first = FunctionParameter("first_set", anySet, allowsDynamic: true)
  let others = FunctionParameter("other_sets", anySet, allowsDynamic: true)
  return [
    setOperation("setunion", [first], others, isUnion: true) { $0.union($1) },
    setOperation("setintersection", [first], others) { $0.intersection($1) },
    setOperation("setsubtract", [FunctionParameter("a", anySet), FunctionParameter("b", anySet)], nil) {
      $0.subtracting($1)
    },
    Function(
      "setproduct", FunctionSignature([], variadic: FunctionParameter("sets", .dynamic, allowsMarked: true)),
      returns: { (arguments) throws(FunctionError) in try productShape(arguments).type }, call: product
    ).markingUnknownResults(),
  ]
}

private func setOperation(
  _ name: String, _ parameters: [FunctionParameter], _ variadic: FunctionParameter?, isUnion: Bool = false,
  _ combine: @escaping @Sendable (Set<Value>, Set<Value>) -> Set<Value>
) -> Function {
  Function(
    name, FunctionSignature(parameters, variadic: variadic),
    returns: { (arguments) throws(FunctionError) in .set(try commonElementType(arguments)) },
    call: { (arguments) throws(FunctionError) in
      let element = try commonElementType(arguments)
      // What is unknown may be the same as anything; only a union keeps it.
      if !isUnion && arguments.contains(where: { !$0.isWhollyKnown }) {
        return .unknown(.set(element), refined: .notNull)
      }
      var result: Set<Value> = []
      var unknown: [Value] = []
      for (position, argument) in arguments.enumerated() {
        let elements = try converting(argument, to: .set(element), argument: position).elements
        unknown += elements.filter { !$0.isWhollyKnown }
        let known = Set(elements.filter(\.isWhollyKnown))
        result = position == 0 ? known : combine(result, known)
      }
      return .set(Array(result) + unknown, of: element)
    })
}

/// Sets of no particular type, such as empty ones, take part in anything.
private func commonElementType(_ arguments: [Value]) throws(FunctionError) -> ValueType {
  var types: [ValueType] = []
  for argument in arguments {
    guard let element = argument.type.elementType else { continue }
    if element != .dynamic { types.append(element) }
  }
  if types.isEmpty { return .dynamic }
  guard let common = unify(types) else {
    throw FunctionError("given sets must all have compatible element types")
  }
  return common
}

// MARK: Product

private struct ProductShape {
  var elementTypes: [ValueType]
  /// Lists only make a list; one set among them makes a set.
  var isList: Bool
  var type: ValueType { isList ? .list(.tuple(elementTypes)) : .set(.tuple(elementTypes)) }
}

private func productShape(_ arguments: [Value]) throws(FunctionError) -> ProductShape {
  if arguments.count < 2 { throw FunctionError("at least two arguments are required") }
  var shape = ProductShape(elementTypes: [], isList: true)
  for (position, argument) in arguments.enumerated() {
    switch argument.type {
    case .list(let element): shape.elementTypes.append(element)
    case .set(let element):
      shape.elementTypes.append(element)
      shape.isList = false
    case .tuple(let types):
      guard let common = types.isEmpty ? .dynamic : unify(types) else {
        throw FunctionError("all elements must be of the same type", argument: position)
      }
      shape.elementTypes.append(common)
    default: throw FunctionError("a set or a list is required", argument: position)
    }
  }
  return shape
}

private let largestProduct = 10_000_000

private func product(_ arguments: [Value]) throws(FunctionError) -> Value {
  let shape = try productShape(arguments)
  var marks: Marks = []
  var columns: [[Value]] = []
  var total = 1
  var isCountKnown = true
  for (position, argument) in arguments.enumerated() {
    let (collection, own) = argument.unmarked()
    marks.formUnion(own)
    if case .set = collection, !collection.isWhollyKnown, collection.count > 1 { isCountKnown = false }
    var column = collection.elements
    let type = shape.elementTypes[position]
    for index in column.indices where !column[index].conforms(to: type) {
      column[index] = try converting(column[index], to: type, argument: position)
    }
    columns.append(column)
    let (count, overflow) = total.multipliedReportingOverflow(by: column.count)
    if overflow || count > largestProduct {
      throw FunctionError("the product has more than \(largestProduct) elements")
    }
    total = count
  }
  guard isCountKnown else { return Value.unknown(shape.type, refined: .notNull).marked(with: marks) }
  var rows: [Value] = []
  rows.reserveCapacity(total)
  for number in 0..<total {
    var rest = number
    var row = columns.map { $0[0] }
    for position in columns.indices.reversed() {
      row[position] = columns[position][rest % columns[position].count]
      rest /= columns[position].count
    }
    rows.append(.tuple(row))
  }
  let element = ValueType.tuple(shape.elementTypes)
  return (shape.isList ? Value.list(rows, of: element) : .set(rows, of: element)).marked(with: marks)
}
