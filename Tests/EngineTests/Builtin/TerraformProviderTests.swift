import Diagnostics
import ProviderInterface
import Testing
import Values

@testable import Engine

/// The built-in provider. Expectations observed with Terraform 1.11.4.
@Suite struct TerraformProviderTests {
  static func provider(
    outputs: [String: Value]? = nil, diagnostics: [Diagnostic] = []
  ) -> TerraformProvider {
    TerraformProvider(
      makeID: { "new-id" },
      readRemoteState: { backend, settings, workspace in
        guard var found = outputs else { return (nil, diagnostics) }
        found["asked"] = .object([
          ("backend", .string(backend)), ("settings", settings), ("workspace", .string(workspace)),
        ])
        return (found, diagnostics)
      }, evaluateConstant: { _ in (.null(.dynamic), []) })
  }

  /// Prior, configuration with the computed attributes of the prior object, planned, whether it replaces, result of apply.
  static let changes: [(String, String, String, Bool, String)] = [
    ("null", #"{input: "x"}"#, #"{id: ?, input: "x", output: ?}"#, false, #"{id: "new-id", input: "x", output: "x"}"#),
    ("null", "{}", "{id: ?}", false, #"{id: "new-id"}"#),
    ("null", "{input: ?}", "{id: ?, input: ?, output: ?}", false, ""),
    (
      #"{id: "i", input: "x", output: "x"}"#, #"{id: "i", input: "x", output: "x"}"#,
      #"{id: "i", input: "x", output: "x"}"#, false, #"{id: "i", input: "x", output: "x"}"#
    ),
    (
      #"{id: "i", input: "x", output: "x"}"#, #"{id: "i", input: ["y"], output: "x"}"#,
      #"{id: "i", input: ["y"], output: ?}"#, false, #"{id: "i", input: ["y"], output: ["y"]}"#
    ),
    (
      #"{id: "i", input: "x", output: "x"}"#, #"{id: "i", output: "x"}"#, #"{id: "i", output: ?}"#, false, #"{id: "i"}"#
    ),
    (
      #"{id: "i", input: "x", output: "x", triggers_replace: 1}"#,
      #"{id: "i", input: "x", output: "x", triggers_replace: 2}"#,
      #"{id: ?, input: "x", output: ?, triggers_replace: 2}"#, true,
      #"{id: "new-id", input: "x", output: "x", triggers_replace: 2}"#
    ),
    (#"{id: "i"}"#, #"{id: "i", triggers_replace: ?}"#, "{id: ?, triggers_replace: ?}", true, ""),
    (#"{id: "i"}"#, "null", "null", false, "null"),
  ]

  @Test(arguments: changes)
  func plansAndApplies(
    _ prior: String, _ proposed: String, _ planned: String, _ replaces: Bool, _ applied: String
  ) async {
    let schema = TerraformData.schema.block
    let provider = Self.provider()
    let before = Notation.value(prior, schema)
    let wanted = Notation.value(proposed, schema)
    let plan = await provider.planResourceChange(
      PlanResourceChangeRequest(
        typeName: "terraform_data", prior: before, proposed: wanted, configuration: wanted, priorPrivate: []))
    #expect(plan.planned?.shown == planned)
    #expect(plan.requiresReplace.map(\.description) == (replaces ? [".triggers_replace"] : []))
    #expect(plan.diagnostics.isEmpty)
    guard let value = plan.planned, !applied.isEmpty else { return }
    let result = await provider.applyResourceChange(
      ApplyResourceChangeRequest(
        typeName: "terraform_data", prior: before, planned: value, configuration: wanted, plannedPrivate: []))
    #expect(result.new?.shown == applied)
    if let new = result.new {
      #expect(compatibilityProblems(schema: schema, planned: value, actual: new).isEmpty)
      #expect(conformanceProblems(schema: schema, new).isEmpty)
    }
  }

  @Test func outputHasTheTypeOfTheInput() {
    let schema = TerraformData.schema.block
    let proposed = Value.object(
      type: schema.impliedType,
      values: [.null(.string), .list(["a"], of: .string), .dynamicNull, .dynamicNull])
    let plan = TerraformData.plan(prior: .null(.object(schema.impliedType)), proposed: proposed)
    #expect(plan.planned?.attribute("output") == .unknown(.list(.string)))
    #expect(plan.planned?.attribute("id") == .unknown(.string, refined: .notNull))
  }

  @Test func refusesReadOnlyAttributes() async {
    let configuration = Notation.value(#"{id: "u", output: 1}"#, TerraformData.schema.block)
    let problems = await Self.provider().validateConfiguration(of: .resource, named: "terraform_data", configuration)
    #expect(problems.map(\.summary) == [#""id" attribute is read-only"#, #""output" attribute is read-only"#])
  }

  @Test func importsById() async {
    let response = await Self.provider().importResourceState(
      ImportResourceStateRequest(typeName: "terraform_data", id: "abc"))
    #expect(response.imported.map(\.state.shown) == [#"{id: "abc"}"#])
  }

  @Test func upgradesAndMoves() async {
    let provider = Self.provider()
    let stored = Array(
      #"{"id":"i","input":{"value":"x","type":"string"},"output":null,"triggers_replace":{"value":[1],"type":["tuple",["number"]]}}"#
        .utf8)
    let upgraded = await provider.upgradeResourceState(
      UpgradeResourceStateRequest(typeName: "terraform_data", version: 0, json: stored))
    #expect(upgraded.upgraded?.shown == #"{id: "i", input: "x", triggers_replace: [1]}"#)
    let moved = await provider.moveResourceState(
      MoveResourceStateRequest(
        sourceProvider: "registry.terraform.io/hashicorp/null", sourceTypeName: "null_resource", sourceSchemaVersion: 0,
        sourceJSON: Array(#"{"id":"77","triggers":{"q":"1"}}"#.utf8), sourcePrivate: [],
        targetTypeName: "terraform_data"))
    #expect(moved.target?.shown == #"{id: "77", triggers_replace: {q: "1"}}"#)
  }

  static let configuration = #"{backend: "_local", config: {path: "p"}, defaults: {a: 1, b: 2}}"#

  @Test func readsRemoteState() async {
    let request = ReadDataSourceRequest(
      typeName: "terraform_remote_state",
      configuration: Notation.value(Self.configuration, TerraformRemoteState.schema.block))
    let found = await Self.provider(outputs: ["b": "stored"]).readDataSource(request)
    #expect(
      found.state?.attribute("outputs")?.shown
        == #"{a: 1, asked: {backend: "local", settings: {path: "p"}, workspace: "default"}, b: "stored"}"#)
    #expect(found.state.map { conformanceProblems(schema: TerraformRemoteState.schema.block, $0) } == [])
    let missing = await Self.provider().readDataSource(request)
    #expect(missing.diagnostics.map(\.summary) == ["Unable to find remote state"])
  }

  @Test(arguments: [
    (#"{backend: "local", config: "x"}"#, "Invalid backend configuration"),
    (#"{backend: "local", defaults: [1]}"#, "Invalid default values"),
  ])
  func refusesWhatIsNoObject(_ configuration: String, _ summary: String) async {
    let value = Notation.value(configuration, TerraformRemoteState.schema.block)
    let problems = await Self.provider().validateConfiguration(of: .dataSource, named: "terraform_remote_state", value)
    #expect(problems.map(\.summary) == [summary])
  }

  @Test func knowsItsSchemas() async throws {
    let provider = Self.provider()
    #expect(try await provider.typeNames(of: .resource) == ["terraform_data"])
    #expect(try await provider.typeNames(of: .dataSource) == ["terraform_remote_state"])
    #expect(try await provider.schema(for: .resource, named: "terraform_data") != nil)
    #expect(try await provider.functions().keys.sorted() == ["decode_tfvars", "encode_expr", "encode_tfvars"])
  }

  @Test(arguments: [
    (
      Value.object([("a b", 1)]),
      #""a b" cannot be the name of a variable"#
    ),
    (
      .tuple([1]),
      "must be an object with an attribute for each variable"
    ),
  ])
  func refusesToEncodeVariables(_ value: Value, _ text: String) async throws {
    #expect(try await Self.provider().functionCaller()("encode_tfvars", [value]).error?.text == text)
  }
}

/// The functions of the built-in provider. Texts observed with `terraform console` 1.11.4.
@Suite struct TerraformFunctionsTests {
  static let encoded: [(String, String)] = [
    (#""a\#nb""#, #""a\nb""#),
    ("[1, 1.5, -3, true, null]", "[1, 1.5, -3, true, null]"),
    ("[]", "[]"),
    ("{}", "{}"),
    (#"[1, "x", {a: null, "b c": 1}]"#, "[1, \"x\", {\n  a     = null\n  \"b c\" = 1\n}]"),
    (
      #"{a: {b: 1, cc: [{x: 1}, 2]}, for: 1, l: [], m: {"1x": 2, a-b: 1}, "x y": {}}"#,
      """
      {
        a = {
          b = 1
          cc = [{
            x = 1
          }, 2]
        }
        for = 1
        l   = []
        m = {
          "1x" = 2
          a-b  = 1
        }
        "x y" = {}
      }
      """
    ),
  ]

  @Test(arguments: encoded)
  func encodesExpressions(_ value: String, _ expected: String) async throws {
    let response = try await TerraformProviderTests.provider().functionCaller()(
      "encode_expr", [Notation.value(value)])
    #expect(response.result == .string(expected))
  }

  @Test func escapesTemplates() async throws {
    let response = try await TerraformProviderTests.provider().functionCaller()(
      "encode_expr", ["${x} %{ é \u{1} \\ $ %"])
    #expect(response.result == .string(#""$${x} %%{ é \u0001 \\ $ %""#))
  }

  @Test func encodesVariables() async throws {
    let response = try await TerraformProviderTests.provider().functionCaller()(
      "encode_tfvars", [Notation.value(#"{a: 1, bbb: "x", c: {d: 1}, dd: [1, 2], eeeeee: null}"#)])
    #expect(response.result == "a   = 1\nbbb = \"x\"\nc = {\n  d = 1\n}\ndd     = [1, 2]\neeeeee = null\n")
  }

  @Test(arguments: [
    (
      "a = ",
      "invalid tfvars syntax: <decode_tfvars argument>:1,5-5: Missing expression; The file ends where a value is "
        + "missing.."
    ),
    (
      "a { }",
      #"invalid tfvars content: <decode_tfvars argument>:1,1-2: Unexpected "a" block; Blocks are not allowed here.."#
    ),
  ])
  func refusesWhatIsNoVariableFile(_ text: String, _ message: String) async throws {
    let response = try await TerraformProviderTests.provider().functionCaller()(
      "decode_tfvars", [.text(text)])
    #expect(response.error?.text == message)
  }
}
