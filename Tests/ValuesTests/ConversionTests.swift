import Testing

@testable import Values

struct ConversionTests {
  static let person = ValueType.object([("age", .number), ("name", .string)], optional: ["age"])

  static let conversions: [(Value, ValueType, Value)] = [
    (.int(5), .string, "5"), (.true, .string, "true"), ("5.50", .number, .number(Number(parsing: "5.5") ?? Number(0))),
    ("1", .bool, .true), ("false", .bool, .false), (.null(.dynamic), .string, .null(.string)),
    (.tuple([1, "a"]), .list(.string), .list(["1", "a"], of: .string)),
    (.tuple([1, "a"]), .list(.dynamic), .list(["1", "a"], of: .string)),
    (.tuple([]), .list(.dynamic), .list([], of: .dynamic)),
    (.tuple(["b", "a", "b"]), .set(.string), .set(["a", "b"], of: .string)),
    (.list([], of: .number), .set(.dynamic), .set([], of: .number)),
    (.object([("a", 1), ("b", "x")]), .map(.dynamic), .map(["a": "1", "b": "x"], of: .string)),
    (.object([("name", "n"), ("more", 1)]), person, .object([("age", .null(.number)), ("name", "n")])),
    (.map(["name": "n"], of: .string), person, .object([("age", .null(.number)), ("name", "n")])),
    (
      .tuple([.object([("name", "n")])]), .list(person),
      .list([.object([("age", .null(.number)), ("name", "n")])], of: person.withoutOptionals)
    ),
    (.tuple([1, true]), .tuple([.string, .bool]), .tuple(["1", true])),
    (.dynamicUnknown, .string, .unknown(.string)), (.unknown(.number), .string, .unknown(.string)),
    (Value.string("x").marked(with: .sensitive), .dynamic, Value.string("x").marked(with: .sensitive)),
    (Value.int(1).marked(with: .sensitive), .string, Value.string("1").marked(with: .sensitive)),
    (
      .tuple([.object([("a", 1)]), .object([("a", "x")])]), .list(.object([("a", .dynamic)])),
      .list([.object([("a", "1")]), .object([("a", "x")])], of: .object([("a", .string)]))
    ),
    (
      .unknown(.tuple([.string, .string])), .list(.string),
      .unknown(.list(.string), refined: Refinements(minimumLength: 2, maximumLength: 2))
    ),
  ]

  @Test(arguments: conversions.indices)
  func converts(_ index: Int) throws {
    let (value, type, expected) = Self.conversions[index]
    let result = try convert(value, to: type)
    #expect(result == expected)
    #expect(result.type == expected.type)
  }

  static let failures: [(Value, ValueType, String)] = [
    ("x", .number, "a number is required"), ("x", .bool, "a bool is required"),
    ("True", .bool, "a bool is required; to convert from string, use lowercase \"true\""),
    (.int(1), .bool, "bool required"),
    (.tuple([]), .string, "string required"), ("a", .list(.dynamic), "list of any single type required"),
    (.tuple([1, .emptyObject]), .list(.string), "element 1: string required"),
    (.tuple([1, .emptyObject]), .list(.dynamic), "all list elements must have the same type"),
    (.emptyObject, person, "attribute \"name\" is required"),
    (.object([("name", .emptyTuple)]), person, "attribute \"name\": string required"),
    (.tuple([.emptyObject]), .list(person), "element 0: attribute \"name\" is required"),
    (.emptyObject, .object([("a", .string), ("b", .string)]), "attributes \"a\" and \"b\" are required"),
    (
      .emptyObject, .object([("a", .string), ("b", .string), ("c", .string)]),
      "attributes \"a\", \"b\", and \"c\" are required"
    ),
    (.map(["x": "y"], of: .string), person, "map has no element for required attribute \"name\""),
    (.list([.true], of: .bool), .list(.number), "incorrect list element type: number required"),
    (.list([], of: .bool), .list(.number), "incorrect list element type: number required"),
    (.null(.bool), .number, "number required"), (.emptyObject, .set(.string), "set of string required"),
  ]

  @Test(arguments: failures.indices)
  func refuses(_ index: Int) {
    let (value, type, message) = Self.failures[index]
    let error = #expect(throws: ConversionError.self) { try convert(value, to: type) }
    #expect(error?.message == message)
  }

  @Test func saysWhere() {
    let value = Value.object([("a", .tuple(["1", "x"]))])
    let error = #expect(throws: ConversionError.self) { try convert(value, to: .object([("a", .list(.number))])) }
    #expect(error?.description == ".a[1]: a number is required")
  }

  static func object(_ attributes: [(String, ValueType)]) -> ValueType { .object(attributes) }

  static let unifications: [([ValueType], ValueType?)] = [
    ([], nil), ([.number, .string], .string), ([.number, .bool], nil), ([.number, .bool, .string], .string),
    ([.dynamic, .string], .string), ([.list(.number), .list(.string)], .list(.string)),
    ([.list(.string), .set(.string)], .list(.string)), ([.list(.string), .set(.number)], .list(.string)),
    ([.tuple([.number]), .tuple([.string])], .tuple([.string])),
    ([.tuple([.number]), .tuple([.string, .string])], .list(.string)), ([.tuple([]), .list(.number)], .list(.number)),
    ([object([("a", .number)]), object([("a", .string)])], object([("a", .string)])),
    ([object([("a", .number)]), object([("b", .string)])], .map(.string)),
    ([object([("a", .number)]), object([("a", .bool)])], nil), ([object([("a", .number)]), .tuple([])], nil),
    ([.map(.number), object([("b", .string)])], .map(.string)), ([.map(.number), object([])], .map(.number)),
    ([.list(.string), .dynamic], .dynamic), ([.string, .tuple([])], nil),
    ([.list(object([("a", .number)])), .tuple([])], .list(object([("a", .number)]))),
  ]

  @Test(arguments: unifications.indices)
  func unifies(_ index: Int) {
    let (types, expected) = Self.unifications[index]
    #expect(unify(types) == expected)
  }

  @Test func appliesDefaults() {
    let item = ValueType.object([("port", .number), ("name", .string)], optional: ["port"])
    let defaults = TypeDefaults(
      type: .object([("items", .list(item)), ("zone", .string)], optional: ["zone", "items"]), defaults: ["zone": "a"],
      children: [
        "items": TypeDefaults(
          type: .list(item), defaults: [:],
          children: ["": TypeDefaults(type: item, defaults: ["port": 80], children: [:])])
      ])
    let given = Value.object([
      ("items", .tuple([.object([("name", "x")]), .object([("name", "y"), ("port", .null(.number))])]))
    ])
    let port80 = { (name: Value) in Value.object([("name", name), ("port", 80)]) }
    #expect(defaults.apply(to: given) == .object([("items", .tuple([port80("x"), port80("y")])), ("zone", "a")]))
    #expect(defaults.apply(to: .null(.dynamic)) == .null(.dynamic))
  }

  @Test(arguments: [
    (ValueType.list(.dynamic), "list of dynamic", "list of any single type"),
    (.map(.list(.string)), "map of list of string", "map of list of string"),
    (.dynamic, "dynamic", "any type"), (.tuple([]), "tuple", "tuple"),
  ])
  func namesTypes(_ type: ValueType, _ name: String, _ constraint: String) {
    #expect(type.friendlyName == name)
    #expect(type.friendlyNameForConstraint == constraint)
  }
}
