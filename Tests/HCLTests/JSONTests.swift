import Diagnostics
import HCL
import Testing

@Suite struct JSONTests {
  let schema = ContentSchema(
    attributes: [AttributeSpecification("name")],
    blocks: [BlockSpecification("resource", labelNames: ["type", "name"]), BlockSpecification("locals")])

  /// Blocks as `type.label.label(arguments)`.
  private func blocks(_ source: String) -> [String] {
    jsonBody(source).content(for: schema).0.blocks.map { block in
      let header = ([block.type] + block.labels.map(\.text)).joined(separator: ".")
      return "\(header)(\(block.body.justAttributes().0.map(\.name).joined(separator: ",")))"
    }
  }

  @Test(arguments: [
    (#"{"resource": {"a": {"b": {"x": 1}, "c": {}}}}"#, ["resource.a.b(x)", "resource.a.c()"]),
    (#"{"resource": [{"a": {"b": {}}}, {"a": [{"c": {}}]}]}"#, ["resource.a.b()", "resource.a.c()"]),
    (#"{"resource": {"a": {"b": [{"x": 1}, {"y": 1}]}}}"#, ["resource.a.b(x)", "resource.a.b(y)"]),
    (#"{"locals": {"a": 1, "//": "comment"}}"#, ["locals(a)"]), (#"{"locals": null}"#, []),
    (#"[{"locals": {"a": 1}}, {"locals": {"b": 1}}]"#, ["locals(a)", "locals(b)"]),
  ])
  func readsBlocks(_ source: String, _ expected: [String]) {
    #expect(blocks(source) == expected)
  }

  @Test(arguments: [
    ("1", "1"), ("-1.5", "(- 1.5)"), ("true", "true"), ("null", "null"), (#""a""#, "json:'a'"),
    (#""${a.b}""#, "json:(wrap a.b)"), (#""x ${a}""#, "json:(template 'x ' a)"), (#""\u00e9\n\ud83d\ude00""#, #"json:'é\n😀'"#),
    (#"[1, "a"]"#, "[1 json:'a']"), (#"{"a": [], "${b}": {}}"#, "{a=[] json:(wrap b)={}}"), (#""$${a}""#, "json:'${a}'"),
  ])
  func readsExpressions(_ value: String, _ tree: String) {
    let (attributes, diagnostics) = jsonBody("{\"x\": \(value)}").justAttributes()
    #expect(diagnostics.isEmpty)
    #expect(attributes.map { dump($0.expression) } == [tree])
  }

  @Test func readsStringsAsSyntax() throws {
    func tree(_ text: String) throws -> Expression {
      try #require(jsonBody("{\"x\": \"\(text)\"}").justAttributes().0.first).expression
    }
    #expect(try tree("a.b[0]").asTraversal().map(dump) == "a.b[0]")
    #expect(try tree("string").keyword() == "string")
    #expect(try tree("list(string)").staticCall()?.name == "list")
    #expect(try tree("a b").asTraversal() == nil)
    #expect(try tree("${a} and ${b}").variables.map(dump) == ["a", "b"])
  }

  @Test(arguments: [
    (#"{"a":"#, "Missing value @ "), (#"{"a":1,}"#, "Trailing comma in object @ ,"), (#"{"a":[1,]}"#, "Trailing comma in array @ ,"),
    (#"{"a":tru}"#, "Invalid JSON keyword @ tru"), (#"{"a":01}"#, "Invalid JSON number @ 01"),
    (#"{"a" 1}"#, "Missing property value colon @ 1"), (#"{"a"=1}"#, "Missing property value colon @ ="),
    (#"{1:1}"#, "Invalid object property name @ 1"), (#"{"a"}"#, "Missing object value @ }"), (#"{"a":1 "b":2}"#, "Missing attribute seperator comma @ \""),
    (#"{"a":[1 2]}"#, "Missing attribute seperator comma @ 2"), (#"{"a":1} x"#, "Extraneous data after value @ x"),
    (#"{"a":1"#, "Unclosed object @ {"), ("5", "Root value must be object @ 5"), (#"{"a":"\q"}"#, #"Invalid JSON string @ \q"#),
  ])
  func tellsAboutSyntax(_ source: String, _ message: String) {
    let (_, diagnostics) = parseJSONFile(Array(source.utf8), file: testFile)
    #expect(diagnostics.map { describe($0, in: source) } == [message])
  }

  @Test func readsOnBehindABrokenValue() {
    let (body, diagnostics) = parseJSONFile(Array(#"{"a": tru, "b": 01, "c": "\u12", "d": 1}"#.utf8), file: testFile)
    #expect(diagnostics.map(\.summary) == ["Invalid JSON keyword", "Invalid JSON number", "Invalid JSON string"])
    #expect(body.justAttributes().0.map { dump($0.expression) } == ["invalid", "invalid", "invalid", "1"])
  }

  @Test(arguments: [
    (#"{"foo": 1}"#, ["Extraneous JSON object property @ \"foo\""]),
    (#"{"resource": {}}"#, ["Missing block label @ {"]),
    (#"{"resource": 1}"#, ["Incorrect JSON value type @ 1", "Missing block label @ 1"]),
    (#"{"locals": 5}"#, ["Incorrect JSON value type @ 5"]),
    (#"{"name": 1, "name": 2}"#, ["Duplicate argument @ \"name\""]),
    ("[5]", ["Incorrect JSON value type @ 5"]),
  ])
  func tellsAboutContent(_ source: String, _ messages: [String]) {
    let (_, diagnostics) = jsonBody(source).content(for: schema)
    #expect(diagnostics.map { describe($0, in: source) } == messages)
  }

  @Test func refusesDepth() {
    let source = "{\"a\":" + String(repeating: "[", count: 100_000)
    let (_, diagnostics) = parseJSONFile(Array(source.utf8), file: testFile)
    #expect(diagnostics.map(\.summary) == ["Nesting too deep"])
  }

  @Test(arguments: [
    ("main.tf", "resource \"a\" \"b\" {\n  x = 1\n}\n", 21, #"resource "a" "b""#), ("main.tf", "locals {\n}\nx = 1\n", 12, nil),
    ("main.tf.json", #"{"resource": {"a": [{"x": 1}]}}"#, 22, "resource.a[0]"), ("main.tf.json", #"{"a": 1}"#, 5, nil),
  ] as [(String, String, UInt32, String?)])
  func findsBlockHeaders(_ path: String, _ source: String, _ offset: UInt32, _ header: String?) {
    #expect(blockHeaders()(SourceFile(path: path, bytes: Array(source.utf8)), offset) == header)
  }
}
