import Addresses
import Engine
import Host
import Modules
import Plans
import Testing
import Values

@testable import CLI

private let provider = ProviderConfigurationAddress(source: .builtin)

private func data(_ id: Value, input: Value, output: Value, triggers: Value = .null(.dynamic)) -> Value {
  .object([("id", id), ("input", input), ("output", output), ("triggers_replace", triggers)])
}

private let absent = Value.null(.dynamic)

private func change(
  _ address: String, _ action: Action, reason: ActionReason? = nil, before: Value = absent, after: Value = absent,
  _ configure: (inout ResourceChange) -> Void = { _ in }
) -> ResourceChange {
  var change = ResourceChange(
    address: ResourceInstance(parsing: address) ?? ResourceInstance(Resource(.managed, "bad", "address")),
    provider: provider, schemaVersion: 0, action: action, reason: reason, before: before, after: after)
  configure(&change)
  return change
}

private func emptyPlan(_ mode: PlanMode = .normal) -> Plan {
  Plan(mode: mode, basis: PlanBasis(lineage: "", serial: 0), timestamp: "2026-01-02T03:04:05Z")
}

/// The member of a plan's document, as text.
private func member(_ name: String, of plan: Plan) throws -> String? {
  let tree = ModuleLoader(files: MemoryFileTree([:])).load(".")
  let document = try JSONNode(parsing: planDocument(plan, tree: tree, schemas: SchemaTable()))
  return document[name].map { String(decoding: $0.bytes, as: UTF8.self) }
}

/// Expected texts are what Terraform 1.11.4 showed.
@Suite struct PlanDocumentTests {
  @Test func nothing() throws {
    let tree = ModuleLoader(files: MemoryFileTree([:])).load(".")
    let document = planDocument(emptyPlan(), tree: tree, schemas: SchemaTable())
    #expect(
      String(decoding: document, as: UTF8.self)
        == #"{"format_version":"1.2","terraform_version":"1.11.4","planned_values":{"root_module":{}},"configuration":{"root_module":{}},"timestamp":"2026-01-02T03:04:05Z","applyable":false,"complete":true,"errored":false}"#)
  }

  @Test func changes() throws {
    var plan = emptyPlan()
    plan.changes = [
      change(
        #"terraform_data.b["x"]"#, .deleteThenCreate, reason: .replaceBecauseCannotUpdate,
        before: data("i", input: "x", output: "x", triggers: .tuple([0])),
        after: data(.unknown(.string), input: "x", output: .dynamicUnknown, triggers: .tuple([.dynamicUnknown]))
      ) { $0.replacePaths = [Path().attribute("triggers_replace"), Path().attribute("a").index(0).key("k")] },
      change(
        "terraform_data.new", .noOp, before: data("i", input: "m", output: "m"), after: data("i", input: "m", output: "m")
      ) { $0.previousAddress = ResourceInstance(Resource(.managed, "terraform_data", "old")) },
      change("data.terraform_remote_state.gone", .delete, before: .object([("backend", "local")])),
      change(
        "terraform_data.imp", .update, before: data("myid", input: absent, output: absent),
        after: data("myid", input: "f", output: .dynamicUnknown)
      ) {
        $0.importID = "myid"
        $0.generatedConfiguration = "x"
      },
      change("module.m.module.n.terraform_data.y", .delete, reason: .deleteBecauseNoModule, before: data("i", input: 1, output: 1)) {
        $0.deposedKey = "12345678"
      },
      change("module.z.terraform_data.y[3]", .delete, before: data("i", input: Value.int(1).marked(with: .sensitive), output: 1)),
    ]
    let found = try #require(try member("resource_changes", of: plan))
    let expected = [
      #"[{"address":"terraform_data.b[\"x\"]","mode":"managed","type":"terraform_data","name":"b","index":"x","provider_name":"terraform.io/builtin/terraform","change":{"actions":["delete","create"],"before":{"id":"i","input":"x","output":"x","triggers_replace":[0]},"after":{"input":"x","triggers_replace":[null]},"after_unknown":{"id":true,"output":true,"triggers_replace":[true]},"before_sensitive":{"triggers_replace":[false]},"after_sensitive":{"triggers_replace":[false]},"replace_paths":[["triggers_replace"],["a",0,"k"]]},"action_reason":"replace_because_cannot_update"}"#,
      #"{"address":"terraform_data.imp","mode":"managed","type":"terraform_data","name":"imp","provider_name":"terraform.io/builtin/terraform","change":{"actions":["update"],"before":{"id":"myid","input":null,"output":null,"triggers_replace":null},"after":{"id":"myid","input":"f","triggers_replace":null},"after_unknown":{"output":true},"before_sensitive":{},"after_sensitive":{},"importing":{"id":"myid"},"generated_config":"x"}}"#,
      #"{"address":"terraform_data.new","previous_address":"terraform_data.old","mode":"managed","type":"terraform_data","name":"new","provider_name":"terraform.io/builtin/terraform","change":{"actions":["no-op"],"before":{"id":"i","input":"m","output":"m","triggers_replace":null},"after":{"id":"i","input":"m","output":"m","triggers_replace":null},"after_unknown":{},"before_sensitive":{},"after_sensitive":{}}}"#,
      #"{"address":"module.z.terraform_data.y[3]","module_address":"module.z","mode":"managed","type":"terraform_data","name":"y","index":3,"provider_name":"terraform.io/builtin/terraform","change":{"actions":["delete"],"before":{"id":"i","input":1,"output":1,"triggers_replace":null},"after":null,"after_unknown":{},"before_sensitive":{"input":true},"after_sensitive":false}}"#,
      #"{"address":"module.m.module.n.terraform_data.y","module_address":"module.m.module.n","mode":"managed","type":"terraform_data","name":"y","provider_name":"terraform.io/builtin/terraform","deposed":"12345678","change":{"actions":["delete"],"before":{"id":"i","input":1,"output":1,"triggers_replace":null},"after":null,"after_unknown":{},"before_sensitive":{},"after_sensitive":false},"action_reason":"delete_because_no_module"}]"#,
    ]
    #expect(found == expected.joined(separator: ","))
  }

  @Test func plannedValues() throws {
    var plan = emptyPlan()
    plan.changes = [
      change("terraform_data.a[1]", .create, after: data(.unknown(.string), input: 1, output: .dynamicUnknown)),
      change("terraform_data.a[10]", .create, after: data(.unknown(.string), input: .dynamicUnknown, output: .dynamicUnknown)),
      change("terraform_data.f", .forget, before: data("i", input: 1, output: 1)),
      change("terraform_data.gone", .delete, before: data("i", input: 1, output: 1)),
      change("module.a.module.b.terraform_data.y", .noOp, before: data("i", input: 1, output: 1), after: data("i", input: 1, output: 1)),
    ]
    plan.outputChanges = [
      OutputChange(name: "k", action: .create, before: absent, after: .list(["a"], of: .string), isSensitive: true),
      OutputChange(name: "u", action: .create, before: absent, after: .tuple([.unknown(.string)]), isSensitive: false),
    ]
    #expect(
      try member("planned_values", of: plan)
        == #"{"outputs":{"k":{"sensitive":true,"type":["list","string"],"value":["a"]},"u":{"sensitive":false}},"root_module":{"resources":["#
        + #"{"address":"terraform_data.a[10]","mode":"managed","type":"terraform_data","name":"a","index":10,"provider_name":"terraform.io/builtin/terraform","schema_version":0,"values":{"triggers_replace":null},"sensitive_values":{}},"#
        + #"{"address":"terraform_data.a[1]","mode":"managed","type":"terraform_data","name":"a","index":1,"provider_name":"terraform.io/builtin/terraform","schema_version":0,"values":{"input":1,"triggers_replace":null},"sensitive_values":{}},"#
        + #"{"address":"terraform_data.f","mode":"managed","type":"terraform_data","name":"f","provider_name":"terraform.io/builtin/terraform","schema_version":0,"sensitive_values":false}],"#
        + #""child_modules":[{"address":"module.a","child_modules":[{"resources":[{"address":"module.a.module.b.terraform_data.y","mode":"managed","type":"terraform_data","name":"y","provider_name":"terraform.io/builtin/terraform","schema_version":0,"values":{"id":"i","input":1,"output":1,"triggers_replace":null},"sensitive_values":{}}],"address":"module.a.module.b"}]}]}}"#)
    #expect(
      try member("output_changes", of: plan)
        == #"{"k":{"actions":["create"],"before":null,"after":["a"],"after_unknown":false,"before_sensitive":true,"after_sensitive":true},"u":{"actions":["create"],"before":null,"after":[null],"after_unknown":[true],"before_sensitive":false,"after_sensitive":false}}"#)
  }

  @Test func driftWithoutMoves() throws {
    var plan = emptyPlan()
    plan.drift = [change("a.b", .noOp) { $0.previousAddress = ResourceInstance(Resource(.managed, "a", "c")) }]
    #expect(try member("resource_drift", of: plan) == nil)
    plan.mode = .refreshOnly
    #expect(try member("resource_drift", of: plan) != nil)
  }

  @Test func checks() throws {
    var plan = emptyPlan()
    plan.checks = [
      CheckResult(
        kind: .resource, address: "module.m.data.a.b", status: .fail,
        instances: [
          .init(address: "module.m[0].data.a.b[\"k\"]", module: "module.m[0]", key: .string("k"), status: .fail, failures: ["no"])
        ]),
      CheckResult(
        kind: .output, address: "module.m.output.o", status: .pass,
        instances: [.init(address: "module.m[0].output.o", module: "module.m[0]", status: .pass, failures: [])]),
      CheckResult(kind: .check, address: "check.c", status: .unknown, instances: []),
      CheckResult(kind: .variable, address: "var.v", status: .pass, instances: [.init(address: "var.v", status: .pass, failures: [])]),
    ]
    #expect(
      try member("checks", of: plan)
        == #"[{"address":{"kind":"check","name":"c","to_display":"check.c"},"status":"unknown"},"#
        + #"{"address":{"kind":"resource","mode":"data","module":"module.m","name":"b","to_display":"module.m.data.a.b","type":"a"},"status":"fail","instances":[{"address":{"instance_key":"k","module":"module.m[0]","to_display":"module.m[0].data.a.b[\"k\"]"},"status":"fail","problems":[{"message":"no"}]}]},"#
        + #"{"address":{"kind":"output_value","module":"module.m","name":"o","to_display":"module.m.output.o"},"status":"pass","instances":[{"address":{"module":"module.m[0]","to_display":"module.m[0].output.o"},"status":"pass"}]},"#
        + #"{"address":{"kind":"var","name":"v","to_display":"var.v"},"status":"pass","instances":[{"address":{"to_display":"var.v"},"status":"pass"}]}]"#)
  }

  @Test func state() {
    func object(_ address: String, after dependencies: [String] = [], _ configure: (inout ObjectRecord) -> Void = { _ in }) -> ObjectRecord {
      var record = ObjectRecord(
        address: ResourceInstance(parsing: address) ?? ResourceInstance(Resource(.managed, "bad", "address")),
        provider: provider, schemaVersion: 2, value: .object([("id", "i"), ("s", Value.string("x").marked(with: .sensitive))]),
        dependencies: dependencies.compactMap(ConfigurationResource.init(parsing:)))
      configure(&record)
      return record
    }
    let objects = [
      object("data.a.d", after: ["a.b"]), object("a.b"), object("a.c[2]", after: ["a.b"]) { $0.isTainted = true },
      object("a.c[10]", after: ["a.b"]) { $0.deposedKey = "12345678" }, object("module.m.a.e", after: ["a.c", "module.m.a.e"]),
    ]
    let found = String(
      decoding: stateDocument(objects, outputs: ["o": Value.string("x").marked(with: .sensitive)], checks: [], schemas: SchemaTable()),
      as: UTF8.self)
    func resource(_ address: String, _ name: String, index: String = "", _ rest: String = "", mode: String = "managed") -> String {
      #"{"address":"\#(address)","mode":"\#(mode)","type":"a","name":"\#(name)",\#(index)"provider_name":"terraform.io/builtin/terraform","schema_version":2,"values":{"id":"i","s":"x"},"sensitive_values":{"s":true}\#(rest)}"#
    }
    let resources = [
      resource("data.a.d", "d", mode: "data"), resource("a.b", "b"),
      resource("a.c[2]", "c", index: #""index":2,"#, #","depends_on":["a.b"],"tainted":true"#),
      resource("a.c[10]", "c", index: #""index":10,"#, #","depends_on":["a.b"],"deposed_key":"12345678""#),
    ].joined(separator: ",")
    #expect(
      found
        == #"{"format_version":"1.0","terraform_version":"1.11.4","values":{"outputs":{"o":{"sensitive":true,"value":"x","type":"string"}},"root_module":{"resources":["#
        + resources + #"],"child_modules":[{"resources":["#
        + resource("module.m.a.e", "e", #","depends_on":["a.b","a.c"]"#) + #"],"address":"module.m"}]}}}"#)
    #expect(
      String(decoding: stateDocument([], outputs: [:], checks: [], schemas: SchemaTable()), as: UTF8.self)
        == #"{"format_version":"1.0"}"#)
  }
}
