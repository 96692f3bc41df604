import Testing

@testable import Values

struct OperationsTests {
  static let notNull = Value.unknown(.string, refined: .notNull)
  static let unknownBool = Value.unknown(.bool, refined: .notNull)

  static let equalities: [(Value, Value, Value)] = [
    (1, 1, .true), ("1", 1, .false), (.null(.string), .null(.number), .true), (.null(.string), "a", .false),
    (.unknown(.string), "a", unknownBool), (.unknown(.string), .null(.string), unknownBool),
    (notNull, .null(.dynamic), .false),
    (.unknown(.string, refined: Refinements(stringPrefix: "arn:")), "x", .false),
    (.unknown(.number, refined: Refinements(lowerBound: .init(Number(5), isInclusive: true))), 4, .false),
    (.tuple([1, .unknown(.number)]), .tuple([2, 3]), .false),
    (.tuple([1, .unknown(.number)]), .tuple([1, 3]), unknownBool),
    (.object([("a", 1)]), .object([("a", 1)]), .true), (.object([("a", 1)]), .object([("b", 1)]), .false),
    (.list([1], of: .number), .tuple([1]), .false), (.set([1, 2], of: .number), .set([2, 1], of: .number), .true),
    (Value.int(1).marked(with: .sensitive), 1, Value.true.marked(with: .sensitive)),
  ]

  @Test(arguments: equalities.indices)
  func compares(_ index: Int) {
    let (left, right, expected) = Self.equalities[index]
    #expect(Operations.equal(left, right) == expected)
    #expect(Operations.equal(right, left) == expected)
  }

  @Test func refinesArithmetic() throws {
    let atLeast5 = Value.unknown(
      .number, refined: Refinements(isNotNull: true, lowerBound: .init(Number(5), isInclusive: true)))
    let sum = try Operations.add(atLeast5, 2)
    #expect(sum.unknownDetails?.refinements.lowerBound?.value == Number(7))
    #expect(try Operations.lessThan(3, atLeast5) == .true)
    #expect(try Operations.greaterThan(3, atLeast5) == .false)
    #expect(try Operations.lessThan(6, atLeast5) == Self.unknownBool)
    #expect(try Operations.and(.unknown(.bool), .false) == .false)
    #expect(try Operations.or(.unknown(.bool), .false) == Self.unknownBool)
    #expect(try Operations.add(Value.int(1).marked(with: .sensitive), 2) == Value.int(3).marked(with: .sensitive))
  }

  @Test func explainsFailures() throws {
    let infinity = try Operations.divide(1, 0)
    let cases: [(String, () throws -> Value)] = [
      ("argument must not be null", { try Operations.add(1, .null(.number)) }),
      ("can't divide zero by zero or infinity by infinity", { try Operations.divide(0, 0) }),
      ("can't subtract infinity from itself", { try Operations.subtract(infinity, infinity) }),
      ("can't multiply zero by infinity", { try Operations.multiply(infinity, 0) }),
      ("can't use modulo with zero and infinity", { try Operations.modulo(1, infinity) }),
    ]
    for (message, body) in cases {
      let error = #expect(throws: OperationError.self) { try body() }
      #expect(error?.message == message)
    }
    #expect(try Operations.modulo(1, 0) == 1)
  }

  static let noElement = "There is no element of this key"

  static let indexFailures: [(Value, Value, String)] = [
    (.tuple([1, 2]), 5, noElement + ": the index is beyond the last element."),
    (.tuple([1, 2]), -1, noElement + ": an index must not be negative."),
    (
      .tuple([1, 2]), .number(Number(0.5) ?? Number(0)),
      noElement + ": a list is indexed by whole numbers, and this one has a fraction."
    ),
    (.list([], of: .string), 0, noElement + ": the collection has no elements."),
    (.tuple([1]), "x", noElement + ": a number is required."),
    (.object([("a", 1)]), "b", noElement + "."), (.map(["a": 1], of: .number), "b", noElement + "."),
    ("a", 0, "This value has no elements."),
    (.null(.list(.string)), 0, "Elements of null cannot be read. Look whether the value can be null here."),
    (.tuple([1]), .null(.dynamic), "A key must not be null."),
  ]

  @Test(arguments: indexFailures.indices)
  func refusesIndex(_ index: Int) {
    let (value, key, message) = Self.indexFailures[index]
    let error = #expect(throws: OperationError.self) { try Operations.index(value, key) }
    #expect(error?.message == message)
  }

  @Test func indexes() throws {
    #expect(try Operations.index(.tuple([1, "a"]), "1") == "a")
    #expect(try Operations.index(.map(["1": "x"], of: .string), 1) == "x")
    #expect(try Operations.index(.unknown(.list(.string)), 0) == .unknown(.string))
    #expect(try Operations.index(.unknown(.tuple([.bool])), 0) == .unknown(.bool))
    #expect(try Operations.index(.tuple([1, 2]), .unknown(.number)) == .dynamicUnknown)
    #expect(
      try Operations.index(.tuple([1]), Value.int(0).marked(with: .sensitive)) == Value.int(1).marked(with: .sensitive))
    #expect(try Operations.getAttribute(.unknown(.object([("a", .string)])), "a") == .unknown(.string))
    #expect(Operations.hasIndex(.tuple([1]), 3) == .false)
    #expect(Operations.hasElement(.set(["a"], of: .string), "a") == .true)
  }

  @Test func measures() throws {
    #expect(try Operations.length(.tuple([1, 2])) == 2)
    #expect(try Operations.length(.unknown(.tuple([.bool]))) == 1)
    let set = Value.set([.unknown(.string), .unknown(.string)], of: .string)
    let bounds = try Operations.length(set).unknownDetails?.refinements
    #expect(bounds?.lowerBound?.value == Number(1) && bounds?.upperBound?.value == Number(2))
  }
}
