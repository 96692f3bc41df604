import Functions
import Testing
import Values

/// What functions make of arguments that are not known yet or that are marked, as terraform 1.11 shows them in plans.
struct UnknownArgumentsTests {
  private static let text = Value.unknown(.string, refined: .notNull)
  private static let texts = Value.unknown(.list(.string), refined: .notNull)
  private static let map = Value.unknown(.map(.string), refined: .notNull)
  private static let number = Value.unknown(.number, refined: .notNull)
  private static let secret = Value.string("s").marked(with: .sensitive)
  private static let functions = FunctionTable(environment: .forTests())

  private func beginning(_ prefix: String) -> Value {
    .unknown(.string, refined: Refinements(isNotNull: true, stringPrefix: prefix))
  }

  private func check(
    _ name: String, _ arguments: [Value], _ expected: Value, at location: SourceLocation = #_sourceLocation
  ) throws {
    let result = try Self.functions.call(name, arguments)
    #expect(result == expected, sourceLocation: location)
  }

  @Test func unknownTextMakesUnknownTextThatIsNotNull() throws {
    for name in ["upper", "trimspace", "base64encode", "sha256", "abspath", "urlencode"] {
      try check(name, [Self.text], .unknown(.string, refined: .notNull))
    }
    try check("strcontains", [Self.text, "a"], .unknown(.bool))
    try check("upper", [.dynamicUnknown], .unknown(.string, refined: .notNull))
  }

  @Test func unknownTypeMakesUnknownType() throws {
    for name in ["flatten", "keys", "values", "reverse", "one", "sum"] {
      try check(name, [.dynamicUnknown], .dynamicUnknown)
    }
    try check("format", ["%v", .dynamicUnknown], .dynamicUnknown)
    try check("merge", [.object([("a", 1)]), .dynamicUnknown], .dynamicUnknown)
  }

  @Test func whatIsKnownShows() throws {
    try check("length", [.tuple([Self.text])], .count(1))
    try check("keys", [.object([("a", Self.text)])], .tuple(["a"]))
    try check("concat", [.tuple([Self.text]), .tuple(["b"])], .tuple([Self.text, "b"]))
    try check("concat", [Self.texts, .tuple(["b"])], .dynamicUnknown)
    try check("concat", [Self.texts, .list(["b"], of: .string)], Self.texts)
    try check("merge", [.object([("a", Self.text)]), .object([("b", 1)])], .object([("a", Self.text), ("b", 1)]))
    try check("merge", [Self.map, Self.map], Self.map)
    try check("merge", [Self.map, .object([("b", 1)])], .dynamicUnknown)
    try check("contains", [.tuple(["a", Self.text]), "a"], .true)
    try check("contains", [.tuple(["a", Self.text]), "b"], .unknown(.bool, refined: .notNull))
    try check("coalesce", ["a", Self.text], "a")
    try check("coalesce", [Self.text, "a"], Self.text)
    try check("flatten", [.tuple([.tuple([Self.text]), .tuple(["b"])])], .tuple([Self.text, "b"]))
    try check("flatten", [.tuple([.tuple([.dynamicUnknown]), .tuple(["b"])])], .dynamicUnknown)
    try check("flatten", [.tuple([Self.texts, .tuple(["b"])])], .dynamicUnknown)
    try check("alltrue", [.list([.false, .unknown(.bool)], of: .bool)], .false)
    try check("anytrue", [.list([.unknown(.bool), .true], of: .bool)], .true)
    try check("zipmap", [.tuple(["a"]), .tuple([Self.text])], .object([("a", Self.text)]))
    try check("zipmap", [.tuple([Self.text]), .tuple(["a"])], .dynamicUnknown)
    try check("lookup", [.object([("a", 1)]), Self.text, 2], .unknown(.dynamic))
    try check("element", [.tuple(["a", 1]), Self.number], .unknown(.dynamic))
    try check(
      "sort", [.tuple([Self.text, "b"])], .list([.unknown(.string), .unknown(.string)], of: .string))
    try check(
      "formatlist", ["%s-%s", .tuple(["a", "b"]), .tuple([Self.text, "x"])],
      .list([Self.text, "b-x"], of: .string))
    try check("regex", ["(?P<x>a)", Self.text], .unknown(.object([("x", .string)]), refined: .notNull))
    try check("tolist", [Self.texts], .unknown(.list(.dynamic)))
  }

  @Test func beginningsOfUnknownText() throws {
    try check("jsonencode", [.object([("a", Self.text)])], beginning("{"))
    try check("jsonencode", [.tuple([Self.text])], beginning("["))
    try check("jsonencode", [Self.text], beginning("\""))
    try check("jsonencode", [.unknown(.string)], .unknown(.string, refined: .notNull))
    try check("format", ["ab-%s", Self.text], beginning("ab-"))
    try check("format", ["ab%s", Self.text], beginning("a"))
    try check("startswith", [beginning("arn:aws"), "arn:"], .true)
    try check("startswith", [beginning("arn:aws"), "http"], .false)
    try check("startswith", [beginning("arn:aws"), "arn:aws:s3"], .unknown(.bool, refined: .notNull))
  }

  @Test func marks() throws {
    try check("upper", [Self.secret], Value.string("S").marked(with: .sensitive))
    try check("upper", [Self.text.marked(with: .sensitive)], Self.text.marked(with: .sensitive))
    try check("concat", [.tuple([Self.secret]), .tuple(["b"])], .tuple([Self.secret, "b"]))
    try check("element", [.tuple([Self.secret, "b"]), 1], "b")
    try check("lookup", [.object([("a", Self.secret), ("b", "y")]), "b"], "y")
    try check("keys", [.object([("a", Self.secret)])], .tuple(["a"]))
    try check("merge", [.object([("a", Self.secret)]), .object([("b", "y")])], .object([("a", Self.secret), ("b", "y")]))
    try check("join", [",", .tuple([Self.secret, "b"])], Value.string("s,b").marked(with: .sensitive))
    try check("length", [.tuple([Self.secret])], .count(1))
    try check("toset", [.tuple([Self.secret])], Value.set(["s"], of: .string).marked(with: .sensitive))
    try check("tolist", [.tuple([Self.secret])], .list([Self.secret], of: .string))
    try check("tostring", [Self.text.marked(with: .sensitive)], Value.unknown(.string).marked(with: .sensitive))
    try check("issensitive", [Self.text], .unknown(.bool))
    // Terraform lets these marks go until the value is known.
    try check("merge", [Value.object([("a", 1)]).marked(with: .sensitive), .dynamicUnknown], .dynamicUnknown)
  }
}
