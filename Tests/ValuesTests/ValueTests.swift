import Testing

@testable import Values

struct ValueTests {
  @Test func isSmall() { #expect(MemoryLayout<Value>.size <= 17) }

  @Test(
    arguments: [
      ([3, 20, 1], [1, 3, 20] as [Value], ValueType.number), (["b", "é", "a", "b"], ["a", "b", "é"], .string),
      ([true, false], [false, true], .bool),
      (
        [.null(.string), .unknown(.string), "a", .unknown(.string)],
        ["a", .unknown(.string), .unknown(.string), .null(.string)], .string
      ),
      ([.tuple([3, "a"]), .tuple([20, "b"])], [.tuple([20, "b"]), .tuple([3, "a"])], .tuple([.number, .string])),
      (
        [.object([("a", 2), ("b", "z")]), .object([("a", 10), ("b", "y")]), .object([("a", 1), ("b", "x")])],
        [.object([("a", 10), ("b", "y")]), .object([("a", 1), ("b", "x")]), .object([("a", 2), ("b", "z")])],
        .object([("a", .number), ("b", .string)])
      ),
    ] as [([Value], [Value], ValueType)])
  func ordersSets(_ given: [Value], _ expected: [Value], _ type: ValueType) {
    #expect(Value.set(given, of: type).elements == expected)
  }

  @Test(arguments: [
    (Value.object([("a", 1), ("b", "x\n\u{1}é\u{200B}")]), #"<1;"x\n\x01é\u200b";>"#),
    (.list([.true, .null(.bool)], of: .bool), "[T;~;]"),
    (.map(["k": .unknown(.string)], of: .string), #"{"k":?;}"#), (.tuple([.int(12_345_678_901)]), "<1.23456789e+10;>"),
    (.number(Number(parsing: "0.00001234") ?? Number(0)), "1.234e-05"),
    (.number(Number(parsing: "0.1") ?? Number(0)), "0.1"),
    (.number(Number(parsing: "1234567890.123") ?? Number(0)), "1234567890"),
  ])
  func writesCanonicalText(_ value: Value, _ expected: String) {
    var text: [UInt8] = []
    CanonicalText.append(value, to: &text)
    #expect(String(decoding: text, as: UTF8.self) == expected)
  }

  @Test func checksums() { #expect(CyclicRedundancyCheck.checksum(Array("123456789".utf8)) == 0xCBF4_3926) }

  @Test func movesMarksToSets() {
    let set = Value.set([Value.string("a").marked(with: .sensitive), "b"], of: .string)
    #expect(set.marks == .sensitive)
    #expect(set.elements == ["a", "b"])
  }

  @Test func takesMarksOffAndPutsThemBack() {
    let value = Value.object([
      ("list", .list([Value.string("x").marked(with: .sensitive), "y"], of: .string)),
      ("map", Value.map(["k": Value.int(1).marked(with: .ephemeral)], of: .number).marked(with: .sensitive)),
      ("plain", 1),
    ])
    let (plain, marks) = value.unmarkedDeep()
    #expect(!plain.hasMarks)
    #expect(plain == value.withoutMarks)
    #expect(marks.map(\.path.description) == [".list[0]", ".map", #".map["k"]"#])
    #expect(marks.map(\.marks) == [.sensitive, .sensitive, .ephemeral])
    #expect(plain.markedDeep(with: marks) == value)
    #expect(value.allMarks == [.sensitive, .ephemeral])
    #expect(value.containsMark(.ephemeral))
    #expect(value.attribute("map")?.attribute("plain") == nil)
  }

  @Test func whatIsSensitiveIsConcealedAndNotTheOtherWayAround() {
    let concealed = Value.list([Value.string("x").marked(with: .concealed), "y"], of: .string)
    #expect(concealed.containsMark(.concealed))
    #expect(!concealed.containsMark(.sensitive))
    let sensitive = concealed.marked(with: .sensitive)
    #expect(sensitive.containsMark(.concealed) && sensitive.isMarked(.sensitive))
    #expect(sensitive.marks.subtracting(.sensitive).isEmpty)
  }

  @Test func marksSetsAndUnknownsForPathsInside() {
    let value = Value.object([
      ("s", .set([.object([("a", 1)])], of: .object([("a", .number)]))), ("u", .unknown(.list(.string))),
    ])
    let inside = PathMarks(path: Path.root.attribute("s").index(.object([("a", 1)])).attribute("a"), marks: .sensitive)
    let unknown = PathMarks(path: Path.root.attribute("u").index(0), marks: .sensitive)
    let missing = PathMarks(path: Path.root.attribute("none"), marks: .sensitive)
    let marked = value.markedDeep(with: [inside, unknown, missing])
    #expect(marked.unmarkedDeep().1.map(\.path.description) == [".s", ".u"])
  }

  @Test func findsAndReplaces() {
    let value = Value.object([("a", .tuple([1, .map(["k": "v"], of: .string)])), ("u", .unknown(.map(.number)))])
    let path = Path.root.attribute("a").index(1).key("k")
    #expect(value.get(at: path) == "v")
    #expect(value.get(at: Path.root.attribute("u").key("x")) == .unknown(.number))
    #expect(value.get(at: Path.root.attribute("a").index(9)) == nil)
    #expect(value.setting(at: path, to: "w").get(at: path) == "w")
    #expect(value.setting(at: Path.root.attribute("zzz"), to: 1) == value)
  }

  @Test func walksInOrder() {
    let value = Value.object([("a", .tuple([1, 2])), ("b", "x")])
    var seen: [String] = []
    value.visit { path, _ in
      seen.append(path.description)
      return true
    }
    #expect(seen == ["", ".a", ".a[0]", ".a[1]", ".b"])
    let doubled = value.transform { _, value in
      if case .number(let number) = value { return .number(number.adding(number)) }
      return value
    }
    #expect(doubled == .object([("a", .tuple([2, 4])), ("b", "x")]))
  }

  @Test func knowsWhatIsInside() {
    let value = Value.tuple([.list([.unknown(.string)], of: .string), Value.true.marked(with: .sensitive)])
    #expect(value.isKnown && !value.isWhollyKnown && value.hasMarks)
    #expect(Value.tuple([1]).isWhollyKnown)
    #expect(value.type == .tuple([.list(.string), .bool]))
  }

  @Test func normalizesText() {
    #expect(Array(Value.text("e\u{301}").asString?.utf8 ?? "".utf8) == [0xC3, 0xA9])
  }

  @Test(arguments: [
    (Value.string("a"), #""a""#), (.list(["a", "b"], of: .string), "list of string with 2 elements"),
    (.emptyObject, "object with no attributes"),
    (.object([("a", 1)]), #"object with 1 attribute "a""#), (.null(.string), "null"),
    (.unknown(.map(.number)), "map of number"),
    (Value.string("a").marked(with: .sensitive), "sensitive value"), (.set([], of: .string), "empty set of string"),
  ])
  func summarizes(_ value: Value, _ text: String) { #expect(value.summaryForMessages == text) }
}
