import Testing
import Values

@testable import Engine
@testable import ProviderInterface

/// Ignored changes, required replacements, normalisation, sensitive paths and conformance.
@Suite struct ObjectChangeTests {
  static let schema = """
    id string computed
    name string optional
    size number optional computed
    tags map(string) optional
    disk blocks list { dev string computed; size number optional }
    """

  /// Paths (separated by spaces), prior, configuration, result.
  static let ignored: [(String, String, String, String)] = [
    ("name", #"{name: "old"}"#, #"{name: "new"}"#, #"{name: "old"}"#),
    ("name", #"{name: "old"}"#, "{name: ?}", #"{name: "old"}"#),
    ("name", "{}", #"{name: "new"}"#, "{}"),
    ("name", "null", #"{name: "new"}"#, #"{name: "new"}"#),
    ("name", #"{name: "old"}"#, #"{name: !"new"}"#, #"{name: "old"}"#),
    ("tags", #"{tags: {a: "1"}}"#, #"{tags: {b: "2"}}"#, #"{tags: {a: "1"}}"#),
    ("tags.a", #"{tags: {a: "1"}}"#, #"{tags: {a: "9", b: "2"}}"#, #"{tags: {a: "1", b: "2"}}"#),
    ("tags.a", #"{tags: {b: "1"}}"#, #"{tags: {a: "9", b: "2"}}"#, #"{tags: {b: "2"}}"#),
    ("tags.a", #"{tags: {a: "1"}}"#, "{}", #"{tags: {a: "1"}}"#),
    ("tags.a", #"{tags: {b: "1"}}"#, "{}", "{}"),
    ("tags.a tags.b", #"{tags: {a: "1", b: "2", c: "3"}}"#, #"{tags: {c: "4"}}"#, #"{tags: {a: "1", b: "2", c: "4"}}"#),
    ("tags.a", #"{tags: {a: "1"}}"#, "{tags: ?}", "{tags: ?}"),
    ("tags", #"{tags: {a: "1"}}"#, "{tags: ?}", "{tags: ?}"),
    ("disk.0.size", "{disk: [{size: 1}]}", "{disk: [{size: 5}, {size: 6}]}", "{disk: [{size: 1}, {size: 6}]}"),
    ("disk.3.size", "{disk: [{size: 1}]}", "{disk: [{size: 5}]}", "{disk: [{size: 5}]}"),
    ("disk", #"{disk: [{size: 1, dev: "a"}]}"#, "{}", #"{disk: [{dev: "a", size: 1}]}"#),
  ]

  static func path(_ text: String) -> Path {
    let parts: [String] = text.split(separator: ".").map(String.init)
    return Path(
      parts.enumerated().map { index, part -> Path.Step in
        if let number = Int(part) { return .index(.int(number)) }
        return index > 0 && parts[0] == "tags" ? .index(.string(part)) : .attribute(part)
      })
  }

  @Test(arguments: ignored)
  func ignores(_ paths: String, _ prior: String, _ configuration: String, _ expected: String) {
    let schema = Notation.schema(Self.schema)
    let result = Engine.configuration(
      Notation.value(configuration, schema),
      ignoring: .paths(paths.split(separator: " ").map { Self.path(String($0)) }),
      prior: Notation.value(prior, schema), schema: schema)
    #expect(result.shown == expected)
  }

  /// How a step is written matters; observed with Terraform 1.11.4 on `terraform_data`.
  @Test func stepsMustFit() {
    let schema = Notation.schema("x any optional")
    func ignoring(_ step: Path.Step, prior: Value, configuration: Value) -> String {
      Engine.configuration(
        .object([("x", configuration)]), ignoring: .paths([Path.root.attribute("x").appending(step)]),
        prior: .object([("x", prior)]), schema: schema
      ).shown
    }
    let (oldObject, newObject) = (Value.object([("a", 1), ("b", 2)]), Value.object([("a", 9), ("b", 9)]))
    #expect(ignoring(.attribute("a"), prior: oldObject, configuration: newObject) == "{x: {a: 1, b: 9}}")
    #expect(ignoring(.index("a"), prior: oldObject, configuration: newObject) == "{x: {a: 1, b: 2}}")
    let (oldMap, newMap) = (Value.map(["a": 1, "b": 2], of: .number), Value.map(["a": 9, "b": 9], of: .number))
    #expect(ignoring(.attribute("a"), prior: oldMap, configuration: newMap) == "{x: {a: 9, b: 9}}")
    #expect(ignoring(.index("a"), prior: oldMap, configuration: newMap) == "{x: {a: 1, b: 9}}")
    #expect(ignoring(.index(1), prior: .tuple([1, 2]), configuration: .tuple([9, 9, 9])) == "{x: [9, 2, 9]}")
  }

  @Test func ignoresAll() {
    let schema = Notation.schema(Self.schema)
    let prior = Notation.value(#"{id: "i", name: "a", size: 3, disk: [{dev: "d", size: 1}]}"#, schema)
    let configuration = Notation.value(#"{name: "b"}"#, schema)
    let result = Engine.configuration(configuration, ignoring: .all, prior: prior, schema: schema)
    #expect(result.shown == #"{disk: [{size: 1}], name: "a", size: 3}"#)
    #expect(Engine.planned(configuration, ignoring: .all, prior: prior) == prior)
  }

  /// Path, prior, planned, whether it counts.
  static let replacements: [(String, String, String, Bool)] = [
    ("name", #"{name: "a"}"#, #"{name: "b"}"#, true),
    ("name", #"{name: "a"}"#, #"{name: "a"}"#, false),
    ("name", #"{name: "a"}"#, "{name: ?}", true),
    ("name", "null", #"{name: "a"}"#, false),
    ("name", "{}", "{}", false),
    ("disk.1.size", "{disk: [{size: 1}]}", "{disk: [{size: 1}, {size: 2}]}", true),
    ("disk.1.dev", "{disk: [{size: 1}]}", "{disk: [{size: 1}, {size: 2}]}", false),
    ("disk.0.size", "{disk: [{size: 1}]}", "{disk: [{size: 1}, {size: 2}]}", false),
  ]

  @Test(arguments: replacements)
  func filtersReplacements(_ path: String, _ prior: String, _ planned: String, _ expected: Bool) {
    let schema = Notation.schema(Self.schema)
    let result = requiredReplacements(
      [Self.path(path), Self.path(path)], schema: schema, prior: Notation.value(prior, schema),
      planned: Notation.value(planned, schema))
    #expect(result.paths == (expected ? [Self.path(path)] : []))
    #expect(result.nonexistent == [])
  }

  @Test func trustsWriteOnlyAndReportsNonsense() {
    let schema = Notation.schema("p string optional writeonly; q string optional")
    let value = Notation.value("{}", schema)
    let result = requiredReplacements(
      [Path.root.attribute("p"), Path.root.attribute("nope")], schema: schema, prior: value, planned: value)
    #expect(result.paths == [Path.root.attribute("p")])
    #expect(result.nonexistent == [Path.root.attribute("nope")])
    #expect(
      RequiredReplacements.nonexistentDetail(provider: "p", address: "a.b", path: Path.root.attribute("nope"))
        .hasPrefix(
          #"Provider "p" says that a.b must be replaced because of cty.Path{cty.GetAttrStep{Name:"nope"}}, which does not exist there."#
        ))
  }

  static let normalisations: [(String, String, String)] = [
    ("d blocks list { v string optional }", "{d: null}", "{d: []}"),
    ("d blocks set { v string optional }", "{d: null}", "{d: []}"),
    ("d blocks list { v string optional }", "{d: ?}", "{d: [{v: ?}]}"),
    ("d blocks single { v string optional }", "{d: null}", "{d: null}"),
    ("d blocks single { v string optional }", "{d: ?}", "{d: {v: ?}}"),
    ("d blocks group { v string optional }", "{d: null}", "{d: {}}"),
    ("d blocks list { e blocks list { v string optional } }", "{d: [{e: null}]}", "{d: [{e: []}]}"),
    ("d blocks list { e blocks list { v string optional } }", "{d: [{e: []}]}", "{d: [{e: []}]}"),
    ("l list(string) optional", "{l: null}", "{l: null}"),
  ]

  @Test(arguments: normalisations)
  func normalises(_ schemaText: String, _ value: String, _ expected: String) {
    let schema = Notation.schema(schemaText)
    let result = normalizedObject(Notation.value(value, schema), schema: schema)
    #expect(result == Notation.value(expected, schema))
    #expect(conformanceProblems(schema: schema, result).isEmpty)
  }

  static let sensitive: [(String, String, [String])] = [
    ("a string optional; b string optional sensitive", #"{a: "1", b: "2"}"#, [".b"]),
    ("a string optional; b string optional sensitive", "{}", [".b"]),
    ("a string optional; b string optional sensitive", "null", []),
    ("d blocks list { k string optional sensitive }", "{d: [{}, {}]}", [".d[0].k", ".d[1].k"]),
    ("d blocks list { k string optional sensitive }", "{}", []),
    ("d blocks map { k string optional sensitive }", #"{d: {x: {}}}"#, [#".d["x"].k"#]),
    ("d blocks set { k string optional sensitive }", #"{d: [{k: "1"}, {k: "2"}]}"#, [".d"]),
    ("d blocks set { k string optional sensitive }", "{}", []),
    ("d blocks single { k string optional sensitive }", "{d: {}}", [".d.k"]),
    ("e nested list optional { k string optional sensitive; v string optional }", "{e: [{}]}", [".e[0].k"]),
    ("e nested single optional sensitive { v string optional }", "{e: {}}", [".e"]),
    ("a string optional sensitive; t map(string) optional", #"{t: {x: !"1", y: "2"}}"#, [".a", #".t["x"]"#]),
  ]

  @Test(arguments: sensitive)
  func findsSensitivePaths(_ schemaText: String, _ value: String, _ expected: [String]) {
    let schema = Notation.schema(schemaText)
    let (plain, marks) = Notation.value(value, schema).unmarkedDeep()
    let marked = Engine.marked(plain, schema: schema, with: marks)
    #expect(marked.sensitivePaths.map(\.description).sorted() == expected)
    #expect(marked.withoutMarks.markedSensitive(at: marked.sensitivePaths) == marked)
  }

  @Test func findsWhatDoesNotConform() {
    let schema = Notation.schema("a string optional; d blocks list { v number optional }")
    let value = Value.object([
      ("a", 1), ("d", .list([.object([("v", "x")])], of: .object([("v", .string)]))), ("z", true),
    ])
    #expect(
      conformanceProblems(schema: schema, value).map(\.text) == [
        #"unsupported attribute "z""#, ".a: string required, but received number",
        ".d[...].v: number required, but received string",
      ])
  }

  @Test func findsWriteOnlyValuesAndUnknowns() {
    let schema = Notation.schema(
      "p string optional writeonly; d blocks list { q string optional writeonly; r string computed }")
    let value = Notation.value(#"{p: "x", d: [{}, {q: "y", r: ?}]}"#, schema)
    #expect(writeOnlyPathsWithValues(schema: schema, value).map(\.description) == [".p", ".d[1].q"].sorted())
    #expect(unknownPaths(in: value).map(\.description) == [".d[1].r"])
    #expect(value.withUnknownsAsNull.shown == #"{d: [{}, {q: "y"}], p: "x"}"#)
  }

  @Test(arguments: [
    (Value.int(1), "cty.NumberIntVal(1)"), (.int(123_456), "cty.NumberIntVal(123456)"),
    (.int(1_234_567), "cty.NumberIntVal(1.234567e+06)"), (.int(-5_000_000), "cty.NumberIntVal(-5e+06)"),
    (.number(Number(parsing: "1.5") ?? Number(0)), "cty.NumberFloatVal(1.5)"),
    (.number(Number(parsing: "0.1") ?? Number(0)), #"cty.MustParseNumberVal("0.1")"#),
    ("a\"b\n\u{1}é", #"cty.StringVal("a\"b\n\x01é")"#), (true, "cty.True"), (.emptyObject, "cty.EmptyObjectVal"),
    (.list([], of: .string), "cty.ListValEmpty(cty.String)"),
    (.tuple([1, "a"]), #"cty.TupleVal([]cty.Value{cty.NumberIntVal(1), cty.StringVal("a")})"#),
    (.null(.map(.object([("a", .bool)]))), #"cty.NullVal(cty.Map(cty.Object(map[string]cty.Type{"a":cty.Bool})))"#),
    (.dynamicUnknown, "cty.DynamicVal"), (.unknown(.set(.dynamic)), "cty.UnknownVal(cty.Set(cty.DynamicPseudoType))"),
    (.unknown(.string, refined: .notNull), "cty.UnknownVal(cty.String).RefineNotNull()"),
  ])
  func writesLiterals(_ value: Value, _ expected: String) {
    #expect(value.literal == expected)
  }
}
