import Testing
import Values

@testable import Engine
@testable import ProviderInterface

/// What the engine proposes, by schema, prior object and configuration.
@Suite struct ProposedObjectTests {
  struct Case: CustomTestStringConvertible, Sendable {
    var name: String
    var schema: String
    var prior: String
    var configuration: String
    var proposed: String
    var testDescription: String { name }
    init(_ name: String, _ schema: String, prior: String, config: String, proposed: String) {
      (self.name, self.schema, self.prior, configuration, self.proposed) = (name, schema, prior, config, proposed)
    }
  }

  static let simple = "id string computed; name string optional; size number optional computed"

  static let cases: [Case] = [
    Case("create: computed is null", simple, prior: "null", config: #"{name: "a"}"#, proposed: #"{name: "a"}"#),
    Case(
      "update: computed is kept", simple, prior: #"{id: "i", name: "a", size: 5}"#, config: #"{name: "b"}"#,
      proposed: #"{id: "i", name: "b", size: 5}"#),
    Case(
      "configuration beats computed", simple, prior: #"{id: "i", size: 5}"#, config: "{size: 7}",
      proposed: #"{id: "i", size: 7}"#),
    Case(
      "unknown configuration stays unknown", simple, prior: #"{id: "i", name: "a"}"#, config: "{name: ?, size: ?}",
      proposed: #"{id: "i", name: ?, size: ?}"#),
    Case(
      "what is not computed goes when unset", simple, prior: #"{id: "i", name: "a"}"#, config: "{}",
      proposed: #"{id: "i"}"#),
    Case("delete: prior", simple, prior: #"{id: "i"}"#, config: "null", proposed: #"{id: "i"}"#),
    Case("nothing at all", simple, prior: "null", config: "null", proposed: "null"),

    // Blocks.
    Case(
      "list blocks pair by index", "disk blocks list { size number optional; dev string computed }",
      prior: #"{disk: [{size: 1, dev: "a"}, {size: 2, dev: "b"}]}"#,
      config: "{disk: [{size: 9}, {size: 2}, {size: 3}]}",
      proposed: #"{disk: [{dev: "a", size: 9}, {dev: "b", size: 2}, {size: 3}]}"#),
    Case(
      "fewer list blocks", "disk blocks list { size number optional; dev string computed }",
      prior: #"{disk: [{size: 1, dev: "a"}, {size: 2, dev: "b"}]}"#, config: "{disk: [{size: 2}]}",
      proposed: #"{disk: [{dev: "a", size: 2}]}"#),
    Case(
      "unknown number of blocks", "disk blocks list { size number optional; dev string computed }",
      prior: #"{disk: [{size: 1, dev: "a"}]}"#, config: "{disk: ?}", proposed: "{disk: ?}"),
    Case(
      "map blocks pair by key", "m blocks map { v string optional; c string computed }",
      prior: #"{m: {x: {v: "1", c: "p"}, y: {v: "2", c: "q"}}}"#, config: #"{m: {y: {v: "3"}, z: {v: "4"}}}"#,
      proposed: #"{m: {y: {c: "q", v: "3"}, z: {v: "4"}}}"#),
    Case(
      "single block", "s blocks single { v string optional; c string computed }", prior: #"{s: {v: "1", c: "p"}}"#,
      config: #"{s: {v: "2"}}"#, proposed: #"{s: {c: "p", v: "2"}}"#),
    Case(
      "single block taken away", "s blocks single { v string optional; c string computed }",
      prior: #"{s: {v: "1", c: "p"}}"#, config: "{}", proposed: "{}"),
    Case(
      "single block added", "s blocks single { v string optional; c string computed }", prior: "{}",
      config: #"{s: {v: "1"}}"#, proposed: #"{s: {v: "1"}}"#),
    Case(
      "blocks in blocks", "a blocks list { b blocks list { v string optional; c string computed } }",
      prior: #"{a: [{b: [{v: "1", c: "p"}]}]}"#, config: #"{a: [{b: [{v: "2"}, {v: "3"}]}]}"#,
      proposed: #"{a: [{b: [{c: "p", v: "2"}, {v: "3"}]}]}"#),
    Case(
      "blocks of dynamic type are tuples", "d blocks list { v any optional; c string computed }",
      prior: "null", config: #"{d: [{v: "x", c: null}, {v: 1, c: null}]}"#, proposed: #"{d: [{v: "x"}, {v: 1}]}"#),

    // Sets.
    Case(
      "set blocks pair by what is configured", "r blocks set { port number optional; id string computed }",
      prior: #"{r: [{port: 1, id: "a"}, {port: 2, id: "b"}]}"#, config: "{r: [{port: 2}, {port: 3}]}",
      proposed: #"{r: [{id: "b", port: 2}, {port: 3}]}"#),
    Case(
      "a prior element serves once", "r blocks set { port number optional; id string optional computed }",
      prior: #"{r: [{port: 1, id: "a"}]}"#, config: #"{r: [{port: 1}, {port: 1, id: "z"}]}"#,
      proposed: #"{r: [{id: "a", port: 1}, {id: "z", port: 1}]}"#),
    Case(
      "configured where the prior one was computed",
      "r blocks set { port number optional; id string optional computed }",
      prior: #"{r: [{port: 1, id: "a"}]}"#, config: #"{r: [{port: 1, id: "a"}]}"#,
      proposed: #"{r: [{id: "a", port: 1}]}"#),
    Case(
      "unknown in a set element does not pair", "r blocks set { port number optional; id string computed }",
      prior: #"{r: [{port: 1, id: "a"}]}"#, config: "{r: [{port: ?}]}", proposed: "{r: [{port: ?}]}"),
    Case(
      "set in a set must be equal",
      "r blocks set { id string computed; q blocks set { v string optional; c string computed } }",
      prior: #"{r: [{id: "a", q: [{v: "1", c: "p"}]}]}"#, config: #"{r: [{q: [{v: "1"}]}]}"#,
      proposed: #"{r: [{q: [{v: "1"}]}]}"#),
    Case(
      "list in a set may differ in computed",
      "r blocks set { id string computed; q blocks list { v string optional; c string computed } }",
      prior: #"{r: [{id: "a", q: [{v: "1", c: "p"}]}]}"#, config: #"{r: [{q: [{v: "1"}]}]}"#,
      proposed: #"{r: [{id: "a", q: [{c: "p", v: "1"}]}]}"#),

    // Nested attribute types.
    Case(
      "nested list", "e nested list optional { port number required; url string computed }",
      prior: #"{e: [{port: 1, url: "u"}]}"#, config: "{e: [{port: 2}, {port: 3}]}",
      proposed: #"{e: [{port: 2, url: "u"}, {port: 3}]}"#),
    Case(
      "nested single, computed inside", "e nested single optional { port number optional; url string computed }",
      prior: #"{e: {port: 1, url: "u"}}"#, config: "{e: {port: 2}}", proposed: #"{e: {port: 2, url: "u"}}"#),
    Case(
      "nested map", "e nested map optional { port number optional; url string computed }",
      prior: #"{e: {a: {port: 1, url: "u"}, b: {port: 2, url: "v"}}}"#, config: "{e: {b: {port: 5}, c: {port: 6}}}",
      proposed: #"{e: {b: {port: 5, url: "v"}, c: {port: 6}}}"#),
    Case(
      "nested set", "e nested set optional { port number optional; url string computed }",
      prior: #"{e: [{port: 1, url: "u"}, {port: 2, url: "v"}]}"#, config: "{e: [{port: 2}]}",
      proposed: #"{e: [{port: 2, url: "v"}]}"#),
    Case(
      "optional and computed, unset, and wholly computed before: kept",
      "e nested list optional computed { url string computed }", prior: #"{e: [{url: "u"}]}"#, config: "{}",
      proposed: #"{e: [{url: "u"}]}"#),
    Case(
      "optional and computed, unset, but configured before: gone",
      "e nested list optional computed { port number optional; url string computed }",
      prior: #"{e: [{port: 1, url: "u"}]}"#, config: "{}", proposed: "{}"),
    Case(
      "unknown nested attribute", "e nested list optional { url string computed }", prior: #"{e: [{url: "u"}]}"#,
      config: "{e: ?}", proposed: "{e: ?}"),
  ]

  @Test(arguments: cases)
  func proposes(_ test: Case) {
    let schema = Notation.schema(test.schema)
    let result = proposedObject(
      schema: schema, prior: Notation.value(test.prior, schema),
      configuration: Notation.value(test.configuration, schema))
    #expect(result.shown == Notation.value(test.proposed, schema).shown)
    #expect(conformanceProblems(schema: schema, result).isEmpty)
  }

  @Test(arguments: [
    (simple, #"{name: "a"}"#, #"{id: ?, name: "a", size: ?}"#),
    (simple, "{name: ?, size: 1}", "{id: ?, name: ?, size: 1}"),
    (
      "d blocks list { v string optional; c string computed }", #"{d: [{v: "1"}]}"#, #"{d: [{c: ?, v: "1"}]}"#
    ),
    ("s blocks single { v string optional; c string computed }", #"{s: {v: "1"}}"#, #"{s: {c: ?, v: "1"}}"#),
    // Sets have no pairs, and maps look into the prior one: nothing becomes unknown in them.
    ("r blocks set { v string optional; c string computed }", #"{r: [{v: "1"}]}"#, #"{r: [{v: "1"}]}"#),
    ("m blocks map { v string optional; c string computed }", #"{m: {k: {v: "1"}}}"#, #"{m: {k: {v: "1"}}}"#),
  ])
  func plansDataSources(_ schemaText: String, _ configuration: String, _ expected: String) {
    let schema = Notation.schema(schemaText)
    let result = plannedDataObject(schema: schema, configuration: Notation.value(configuration, schema))
    #expect(result.shown == expected)
  }

  /// Ten thousand changed elements of a set pair in time that is not quadratic.
  @Test func pairsLargeSets() {
    let schema = Notation.schema("r blocks set { port number optional; id string computed }")
    let type = schema.block("r")?.block.impliedType ?? .empty
    func rules(_ range: Range<Int>, id: Bool) -> Value {
      let element = ValueType.object(type)
      let elements = range.map { number in
        Value.object(type: type, values: [id ? .string("r\(number)") : .null(.string), .int(number)])
      }
      return .object([("r", .set(elements, of: element))])
    }
    let result = proposedObject(
      schema: schema, prior: rules(0..<10_000, id: true), configuration: rules(5_000..<15_000, id: false))
    let kept = result.attribute("r")?.elements.filter { $0.attribute("id")?.isNull == false }
    #expect(kept?.count == 5_000)
  }
}
