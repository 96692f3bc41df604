import Testing
import Values

@testable import Engine
@testable import ProviderInterface

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
    Case("absent", simple, config: "{}", planned: "null", "absence, where the configuration has a value"),
    Case("present", simple, config: "null", planned: "{}", "existence, where the configuration has nothing"),
    Case(
      "another value", simple, config: #"{name: "a"}"#, planned: #"{name: "b"}"#,
      #".name: cty.StringVal("b") where cty.StringVal("a") is configured"#),
    Case(
      "another value than before, too", simple, prior: #"{name: "p"}"#, config: #"{name: "a"}"#,
      planned: #"{name: "b"}"#,
      #".name: cty.StringVal("b") where cty.StringVal("a") is configured and cty.StringVal("p") was before"#
    ),
    Case(
      "the prior value, as insignificant change", simple, prior: #"{name: "p"}"#, config: #"{name: "a"}"#,
      planned: #"{name: "p"}"#),
    Case(
      "a value out of nowhere", simple, config: "{}", planned: #"{name: "b"}"#,
      #".name: cty.StringVal("b") for an attribute that only the configuration sets"#),
    Case(
      "sensitive", simple, config: #"{key: "a"}"#, planned: #"{key: "b"}"#,
      ".key: a sensitive value other than the configured one"),
    Case(
      "sensitive and there before", simple, prior: #"{key: "p"}"#, config: #"{key: "a"}"#, planned: #"{key: "b"}"#,
      ".key: a sensitive value other than the configured or the earlier one"),
    Case(
      "sensitive out of nowhere", simple, config: "{}", planned: #"{key: "b"}"#,
      ".key: a sensitive value for an attribute that only the configuration sets"),
    Case(
      "configured although computed", simple, config: "{size: 1}", planned: "{size: 2}",
      ".size: cty.NumberIntVal(2) where cty.NumberIntVal(1) is configured"),
    Case("write-only is null", "p string optional writeonly", config: #"{p: "x"}"#, planned: "{}"),
    Case(
      "write-only is not null", "p string optional writeonly", config: #"{p: "x"}"#, planned: #"{p: "y"}"#,
      ".p: a value for a write-only attribute, which must be null"),
    Case(
      "in a list block", "d blocks list { size number optional }", config: "{d: [{size: 1}, {size: 2}]}",
      planned: "{d: [{size: 1}, {size: 3}]}",
      ".d[1].size: cty.NumberIntVal(3) where cty.NumberIntVal(2) is configured"),
    Case(
      "block count", "d blocks list { size number optional }", config: "{d: [{size: 1}]}", planned: "{}",
      ".d: 0 blocks where 1 are configured"),
    Case(
      "null blocks", "d blocks list { size number optional }", config: "{}", planned: "{d: null}",
      ".d: null for a list of nested blocks, which must be empty if there are none"),
    Case(
      "null set of blocks", "d blocks set { size number optional }", config: "{}", planned: "{d: null}",
      ".d: null for a set of nested blocks, which must be empty if there are none"),
    Case(
      "null in configuration counts as empty", "d blocks list { size number optional }", config: "{d: null}",
      planned: "{}"),
    Case(
      "unknown blocks", "d blocks list { size number optional }", config: "{d: [{size: 1}]}", planned: "{d: ?}",
      ".d: a nested block is unknown as a whole; only its attributes can be"
    ),
    Case(
      "unknown element", "d blocks list { size number optional }", config: "{d: [{size: 1}]}", planned: "{d: [?]}",
      ".d[0]: an element of a nested block is unknown as a whole; only its attributes can be"
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
      #".m: a block key "b" that is not configured"#, #".m: no block key "a", which is configured"#
    ),
    Case(
      "nested list: length", "e nested list optional { port number optional }", config: "{e: [{port: 1}]}",
      planned: "{e: []}",
      ".e: cty.NumberIntVal(0) elements where cty.NumberIntVal(1) are configured"),
    Case(
      "nested list: inside", "e nested list optional { port number optional; url string computed }",
      config: "{e: [{port: 1}]}",
      planned: #"{e: [{port: 2, url: "u"}]}"#,
      ".e[0].port: cty.NumberIntVal(2) where cty.NumberIntVal(1) is configured"),
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
      ".e: cty.NumberIntVal(2) elements where cty.NumberIntVal(1) are configured"),
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
      [#".s: the planned element cty.StringVal("a") has no equal in the result"#]
    ),
    (
      "s set(string) optional", #"{s: ["a"]}"#, #"{s: ["a", "b"]}"#,
      [
        #".s: the element cty.StringVal("b") of the result has no equal in the plan"#,
        ".s: length changed from 1 to 2",
      ]
    ),
    ("d blocks list { v string optional }", "{d: [{v: ?}]}", #"{d: [{v: "x"}]}"#, []),
    ("d blocks list { v string optional }", #"{d: [{v: "x"}]}"#, "{d: []}", [".d: the number of blocks changed from 1 to 0"]),
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
        #".d: the element cty.ObjectVal(map[string]cty.Value{"v":cty.StringVal("y")}) of the result has no equal in the plan"#,
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
