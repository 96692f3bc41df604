import Plans
import Testing
import Values

private struct Shapes {
  var name: String
  var value: Value
  var known: String
  var unknown: String
  var sensitive: String

  init(_ name: String, _ value: Value, known: String, unknown: String, sensitive: String) {
    self.name = name
    self.value = value
    self.known = known
    self.unknown = unknown
    self.sensitive = sensitive
  }
}

private func json(_ write: (inout JSONWriter) -> Void) -> String {
  var writer = JSONWriter()
  write(&writer)
  return writer.string
}

private let secret = Value.string("s").marked(with: .sensitive)

/// What Terraform 1.11.4 shows for the same values.
private let shapes: [Shapes] = [
  Shapes("text", "a", known: #""a""#, unknown: "false", sensitive: "false"),
  Shapes("null", .null(.string), known: "null", unknown: "false", sensitive: "false"),
  Shapes("null list", .null(.list(.string)), known: "null", unknown: "false", sensitive: "false"),
  Shapes("unknown text", .unknown(.string), known: "null", unknown: "true", sensitive: "false"),
  Shapes("unknown list", .unknown(.list(.string)), known: "null", unknown: "true", sensitive: "[]"),
  Shapes("unknown tuple", .unknown(.tuple([.string])), known: "null", unknown: "true", sensitive: "[]"),
  Shapes("unknown map", .unknown(.map(.string)), known: "null", unknown: "true", sensitive: "{}"),
  Shapes("unknown of any type", .dynamicUnknown, known: "null", unknown: "true", sensitive: "false"),
  Shapes("secret", secret, known: #""s""#, unknown: "false", sensitive: "true"),
  Shapes(
    "tuple", .tuple([1, .unknown(.string), .null(.string), secret]), known: #"[1,null,null,"s"]"#,
    unknown: "[false,true,false,false]", sensitive: "[false,false,false,true]"),
  Shapes("empty tuple", .emptyTuple, known: "[]", unknown: "[]", sensitive: "[]"),
  Shapes(
    "object", .object(["a": 1, "n": .null(.string), "s": secret, "u": .unknown(.string)]),
    known: #"{"a":1,"n":null,"s":"s"}"#, unknown: #"{"u":true}"#, sensitive: #"{"s":true}"#),
  Shapes(
    "object with collections",
    .object([
      "e": .emptyTuple, "l": .list(["a"], of: .string), "m": .map([:], of: .string), "n": .null(.list(.string)),
      "o": .object(["x": .unknown(.string)]), "u": .unknown(.list(.string)),
    ]),
    known: #"{"e":[],"l":["a"],"m":{},"n":null,"o":{}}"#,
    unknown: #"{"e":[],"l":[false],"m":{},"o":{"x":true},"u":true}"#,
    sensitive: #"{"e":[],"l":[false],"m":{},"o":{},"u":[]}"#),
  Shapes(
    "secret object", Value.object(["a": 1, "b": .tuple([2])]).marked(with: .sensitive), known: #"{"a":1,"b":[2]}"#,
    unknown: #"{"b":[false]}"#, sensitive: "true"),
  Shapes(
    "secret unknown", .object(["a": Value.unknown(.string).marked(with: .sensitive)]), known: "{}",
    unknown: #"{"a":true}"#, sensitive: #"{"a":true}"#),
  Shapes(
    "ephemeral is not sensitive", .tuple([Value.string("e").marked(with: .ephemeral)]), known: #"["e"]"#,
    unknown: "[false]", sensitive: "[false]"),
  Shapes(
    "set", .set(["b", "a"], of: .string), known: #"["a","b"]"#, unknown: "[false,false]", sensitive: "[false,false]"),
]

@Suite struct PlannedValuesTests {
  @Test(arguments: shapes.indices) func shape(_ index: Int) {
    let shape = shapes[index]
    #expect(json { $0.knownParts(of: shape.value) } == shape.known, "\(shape.name)")
    #expect(json { $0.unknownParts(of: shape.value) } == shape.unknown, "\(shape.name)")
    #expect(json { $0.sensitiveParts(of: shape.value) } == shape.sensitive, "\(shape.name)")
  }
}
