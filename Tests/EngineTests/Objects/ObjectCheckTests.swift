import Testing
import Values

@testable import Engine

/// The checks on what a provider planned and made.
@Suite struct ObjectCheckTests {
  struct Case: CustomTestStringConvertible, Sendable {
    var name: String
    var schema: String
    var prior: String
    var configuration: String
    var planned: String
    var problems: [String]
    var testDescription: String { name }
    init(
      _ name: String, _ schema: String, prior: String = "null", config: String, planned: String, _ problems: String...
    ) {
      (self.name, self.schema, self.prior, configuration, self.planned, self.problems) = (
        name, schema, prior, config, planned, problems
      )
    }
  }

  static let simple =
    "id string computed; name string optional; size number optional computed; key string optional sensitive"

  static let plans: [Case] = [
    Case("in order", simple, config: #"{name: "a"}"#, planned: #"{id: ?, name: "a", size: ?}"#),
    Case("absent", simple, config: "{}", planned: "null", "planned for absence but config wants existence"),
    Case("present", simple, config: "null", planned: "{}", "planned for existence but config wants absence"),
    Case(
      "another value", simple, config: #"{name: "a"}"#, planned: #"{name: "b"}"#,
      #".name: planned value cty.StringVal("b") does not match config value cty.StringVal("a")"#),
    Case(
      "another value than before, too", simple, prior: #"{name: "p"}"#, config: #"{name: "a"}"#,
      planned: #"{name: "b"}"#,
      #".name: planned value cty.StringVal("b") does not match config value cty.StringVal("a") nor prior value cty.StringVal("p")"#
    ),
    Case(
      "the prior value, as insignificant change", simple, prior: #"{name: "p"}"#, config: #"{name: "a"}"#,
      planned: #"{name: "p"}"#),
    Case(
      "a value out of nowhere", simple, config: "{}", planned: #"{name: "b"}"#,
      #".name: planned value cty.StringVal("b") for a non-computed attribute"#),
    Case(
      "sensitive", simple, config: #"{key: "a"}"#, planned: #"{key: "b"}"#,
      ".key: sensitive planned value does not match config value"),
    Case(
      "sensitive and there before", simple, prior: #"{key: "p"}"#, config: #"{key: "a"}"#, planned: #"{key: "b"}"#,
      ".key: sensitive planned value does not match config value nor prior value"),
    Case(
      "sensitive out of nowhere", simple, config: "{}", planned: #"{key: "b"}"#,
      ".key: sensitive planned value for a non-computed attribute"),
    Case(
      "configured although computed", simple, config: "{size: 1}", planned: "{size: 2}",
      ".size: planned value cty.NumberIntVal(2) does not match config value cty.NumberIntVal(1)"),
    Case("write-only is null", "p string optional writeonly", config: #"{p: "x"}"#, planned: "{}"),
    Case(
      "write-only is not null", "p string optional writeonly", config: #"{p: "x"}"#, planned: #"{p: "y"}"#,
      ".p: planned value for write-only attribute is not null"),
    Case(
      "in a list block", "d blocks list { size number optional }", config: "{d: [{size: 1}, {size: 2}]}",
      planned: "{d: [{size: 1}, {size: 3}]}",
      ".d[1].size: planned value cty.NumberIntVal(3) does not match config value cty.NumberIntVal(2)"),
    Case(
      "block count", "d blocks list { size number optional }", config: "{d: [{size: 1}]}", planned: "{}",
      ".d: block count in plan (0) disagrees with count in config (1)"),
    Case(
      "null blocks", "d blocks list { size number optional }", config: "{}", planned: "{d: null}",
      ".d: attribute representing a list of nested blocks must be empty to indicate no blocks, not null"),
    Case(
      "null set of blocks", "d blocks set { size number optional }", config: "{}", planned: "{d: null}",
      ".d: attribute representing a set of nested blocks must be empty to indicate no blocks, not null"),
    Case(
      "null in configuration counts as empty", "d blocks list { size number optional }", config: "{d: null}",
      planned: "{}"),
    Case(
      "unknown blocks", "d blocks list { size number optional }", config: "{d: [{size: 1}]}", planned: "{d: ?}",
      ".d: attribute representing nested block must not be unknown itself; set nested attribute values to unknown instead"
    ),
    Case(
      "unknown element", "d blocks list { size number optional }", config: "{d: [{size: 1}]}", planned: "{d: [?]}",
      ".d[0]: element representing nested block must not be unknown itself; set nested attribute values to unknown instead"
    ),
    Case(
      "a guess for unknown blocks", "d blocks set { size number optional }", config: "{d: ?}",
      planned: "{d: [{size: 1}]}",
      #".d: planned value cty.SetVal([]cty.Value{cty.ObjectVal(map[string]cty.Value{"size":cty.NumberIntVal(1)})}) for unknown dynamic block"#
    ),
    Case(
      "sets of blocks are trusted", "d blocks set { size number optional }", config: "{d: [{size: 1}]}",
      planned: "{d: [{size: 7}, {size: 8}]}"),
    Case(
      "map blocks", "m blocks map { v string optional }", config: #"{m: {a: {v: "1"}}}"#,
      planned: #"{m: {b: {v: "1"}}}"#,
      #".m: block key "b" from plan is not present in config"#, #".m: block key "a" from config is not present in plan"#
    ),
    Case(
      "nested list: length", "e nested list optional { port number optional }", config: "{e: [{port: 1}]}",
      planned: "{e: []}",
      ".e: count in plan (cty.NumberIntVal(0)) disagrees with count in config (cty.NumberIntVal(1))"),
    Case(
      "nested list: inside", "e nested list optional { port number optional; url string computed }",
      config: "{e: [{port: 1}]}",
      planned: #"{e: [{port: 2, url: "u"}]}"#,
      ".e[0].port: planned value cty.NumberIntVal(2) does not match config value cty.NumberIntVal(1)"),
    Case(
      "nested: unknown", "e nested list optional { port number optional }", config: "{e: [{port: 1}]}",
      planned: "{e: ?}",
      ".e: planned unknown for configured value"),
    Case(
      "nested set: elements are trusted", "e nested set optional { port number optional }", config: "{e: [{port: 1}]}",
      planned: "{e: [{port: 2}]}"),
    Case(
      "nested set: length", "e nested set optional { port number optional }", config: "{e: [{port: 1}]}",
      planned: "{e: [{port: 1}, {port: 2}]}",
      ".e: count in plan (cty.NumberIntVal(2)) disagrees with count in config (cty.NumberIntVal(1))"),
  ]

  @Test(arguments: plans)
  func checksPlans(_ test: Case) {
    let schema = Notation.schema(test.schema)
    let problems = planValidityProblems(
      schema: schema, prior: Notation.value(test.prior, schema),
      configuration: Notation.value(test.configuration, schema), planned: Notation.value(test.planned, schema))
    #expect(problems.map(\.text) == test.problems)
  }

  /// Planned, actual, problems.
  static let results: [(String, String, String, [String])] = [
    (simple, "{id: ?, size: ?}", #"{id: "x", size: 3}"#, []),
    (simple, "{}", "null", ["Root object was present, but now absent"]),
    (simple, "null", "{}", ["Root object was absent, but now present"]),
    (simple, #"{name: "a"}"#, #"{name: "b"}"#, [#".name: was cty.StringVal("a"), but now cty.StringVal("b")"#]),
    (simple, #"{name: "a"}"#, "{}", [#".name: was cty.StringVal("a"), but now null"#]),
    (simple, "{}", #"{name: "a"}"#, [#".name: was null, but now cty.StringVal("a")"#]),
    (simple, #"{name: "a"}"#, "{name: ?}", [".name: was known, but now unknown"]),
    (simple, #"{key: "a"}"#, #"{key: "b"}"#, [".key: inconsistent values for sensitive attribute"]),
    (simple, #"{name: !"a"}"#, #"{name: "b"}"#, [".name: inconsistent values for sensitive attribute"]),
    ("t map(string) optional", #"{t: {a: "1", b: ?}}"#, #"{t: {a: "1", b: "2"}}"#, []),
    (
      "t map(string) optional", #"{t: {a: "1"}}"#, #"{t: {b: "2"}}"#,
      [#".t: element "a" has vanished"#, #".t: new element "b" has appeared"#]
    ),
    (
      "l list(string) optional", #"{l: ["a", "b"]}"#, #"{l: ["a", "c", "d"]}"#,
      [#".l[1]: was cty.StringVal("b"), but now cty.StringVal("c")"#, ".l: new element 2 has appeared"]
    ),
    ("s set(string) optional", "{s: [?, ?]}", #"{s: ["a"]}"#, []),
    (
      "s set(string) optional", #"{s: ["a"]}"#, #"{s: ["b"]}"#,
      [#".s: planned set element cty.StringVal("a") does not correlate with any element in actual"#]
    ),
    (
      "s set(string) optional", #"{s: ["a"]}"#, #"{s: ["a", "b"]}"#,
      [
        #".s: actual set element cty.StringVal("b") does not correlate with any element in plan"#,
        ".s: length changed from 1 to 2",
      ]
    ),
    ("d blocks list { v string optional }", "{d: [{v: ?}]}", #"{d: [{v: "x"}]}"#, []),
    ("d blocks list { v string optional }", #"{d: [{v: "x"}]}"#, "{d: []}", [".d: block count changed from 1 to 0"]),
    ("d blocks list { v string optional }", "{d: ?}", "{d: []}", []),
    (
      "d blocks list { v string optional }", #"{d: [{v: "x"}]}"#, #"{d: [{v: "y"}]}"#,
      [#".d[0].v: was cty.StringVal("x"), but now cty.StringVal("y")"#]
    ),
    (
      "d blocks set { v string optional; c string computed }", #"{d: [{v: "x", c: ?}]}"#, #"{d: [{v: "x", c: "1"}]}"#,
      []
    ),
    (
      "d blocks set { v string optional }", #"{d: [{v: "x"}]}"#, #"{d: [{v: "x"}, {v: "y"}]}"#,
      [
        #".d: actual set element cty.ObjectVal(map[string]cty.Value{"v":cty.StringVal("y")}) does not correlate with any element in plan"#,
        ".d: block set length changed from 1 to 2",
      ]
    ),
    ("d blocks single { v string optional }", "{d: ?}", "{}", []),
    ("d blocks single { v string optional }", #"{d: {v: "x"}}"#, "{}", [".d: was present, but now absent"]),
    ("x any optional", "{x: ?}", "{x: [1]}", []),
    ("x any optional", "{x: 1}", #"{x: "1"}"#, [".x: wrong final value type: number required"]),
    ("x any optional", "{x: [1, 2]}", "{x: [1, 3]}", [".x[1]: was cty.NumberIntVal(2), but now cty.NumberIntVal(3)"]),
  ]

  @Test(arguments: results)
  func checksResults(_ schemaText: String, _ planned: String, _ actual: String, _ expected: [String]) {
    let schema = Notation.schema(schemaText)
    let problems = compatibilityProblems(
      schema: schema, planned: Notation.value(planned, schema), actual: Notation.value(actual, schema))
    #expect(problems.map(\.text) == expected)
  }

  @Test func respectsRefinements() {
    let schema = Notation.schema("arn string computed")
    let planned = Value.object([
      ("arn", .unknown(.string, refined: Refinements(isNotNull: true, stringPrefix: "arn:")))
    ])
    func problems(_ actual: Value) -> [String] {
      compatibilityProblems(schema: schema, planned: planned, actual: .object([("arn", actual)])).map(\.text)
    }
    #expect(problems("arn:x") == [])
    #expect(problems(.null(.string)).count == 1)
    #expect(
      problems("x") == [
        #".arn: final value cty.StringVal("x") is not what the plan allows, cty.UnknownVal(cty.String).Refine().NotNull().StringPrefixFull("arn:").NewValue()"#
      ])
  }

  /// Ten thousand elements whose ids become known are compared in time that is not quadratic.
  @Test func comparesLargeSets() {
    let schema = Notation.schema("r blocks set { port number optional; id string computed }")
    let type = schema.block("r")?.block.impliedType ?? .empty
    func rules(_ id: (Int) -> Value) -> Value {
      .object([("r", .set((0..<10_000).map { .object(type: type, values: [id($0), .int($0)]) }, of: .object(type)))])
    }
    let problems = compatibilityProblems(
      schema: schema, planned: rules { _ in .unknown(.string) }, actual: rules { .string("r\($0)") })
    #expect(problems.isEmpty)
  }
}
