import Addresses
import Engine
import Plans
import Testing
import Values

@testable import CLI

private let messages = UIMessages(now: { 1_763_700_284_608_964_123 })
private let start = #""@module":"terraform.ui","@timestamp":"2025-11-21T04:44:44.608964Z""#

/// Lines as Terraform 1.11.4 wrote them, with one time for all.
private func check(_ line: [UInt8], _ expected: String, line number: Int = #line) {
  let text = String(decoding: line, as: UTF8.self).replacing(start, with: "…")
  #expect(
    text == expected + "\n",
    sourceLocation: SourceLocation(fileID: #fileID, filePath: #filePath, line: number, column: 1))
}

private let web = ResourceInstance(
  module: ModuleInstance.root.child("m", key: .string("q")), Resource(.managed, "terraform_data", "x"), key: .integer(0))
private let webText =
  #"{"addr":"module.m[\"q\"].terraform_data.x[0]","module":"module.m[\"q\"]","resource":"terraform_data.x[0]","implied_provider":"terraform","resource_type":"terraform_data","resource_name":"x","resource_key":0}"#
private let single = ResourceInstance(Resource(.data, "aws_ami", "a"))
private let singleText =
  #"{"addr":"data.aws_ami.a","module":"","resource":"data.aws_ami.a","implied_provider":"aws","resource_type":"aws_ami","resource_name":"a","resource_key":null}"#
private let identity = EngineEvent.Identity(key: "id", value: "i-1")

private func change(_ action: Action, _ configure: (inout ResourceChange) -> Void = { _ in }) -> ResourceChange {
  var change = ResourceChange(
    address: web, provider: ProviderConfigurationAddress(source: .builtin), schemaVersion: 0, action: action,
    before: .dynamicNull, after: .dynamicNull)
  configure(&change)
  return change
}

@Suite struct UIMessagesTests {
  @Test func version() {
    check(
      messages.version(),
      #"{"@level":"info","@message":"Terraform 1.11.4",…,"terraform":"1.11.4","type":"version","ui":"1.2"}"#)
  }

  @Test func refresh() {
    check(
      messages.event(.refreshStarted(web, deposedKey: nil, identity)),
      #"{"@level":"info","@message":"module.m[\"q\"].terraform_data.x[0]: Refreshing state... [id=i-1]",…,"hook":{"resource":\#(webText),"id_key":"id","id_value":"i-1"},"type":"refresh_start"}"#)
    check(
      messages.event(.refreshFinished(web, deposedKey: nil, nil)),
      #"{"@level":"info","@message":"module.m[\"q\"].terraform_data.x[0]: Refresh complete",…,"hook":{"resource":\#(webText)},"type":"refresh_complete"}"#)
  }

  @Test func reads() {
    check(
      messages.event(.readStarted(single)),
      #"{"@level":"info","@message":"data.aws_ami.a: Refreshing...",…,"hook":{"resource":\#(singleText),"action":"read"},"type":"apply_start"}"#)
    check(
      messages.event(.readFinished(single, identity, milliseconds: 1499)),
      #"{"@level":"info","@message":"data.aws_ami.a: Refresh complete after 1s [id=i-1]",…,"hook":{"resource":\#(singleText),"action":"read","id_key":"id","id_value":"i-1","elapsed_seconds":1},"type":"apply_complete"}"#)
  }

  @Test func apply() {
    check(
      messages.event(.applyStarted(web, deposedKey: nil, .update, identity)),
      #"{"@level":"info","@message":"module.m[\"q\"].terraform_data.x[0]: Modifying... [id=i-1]",…,"hook":{"resource":\#(webText),"action":"update","id_key":"id","id_value":"i-1"},"type":"apply_start"}"#)
    check(
      messages.event(.applyFinished(web, deposedKey: nil, .create, identity, milliseconds: 72_000)),
      #"{"@level":"info","@message":"module.m[\"q\"].terraform_data.x[0]: Creation complete after 1m12s [id=i-1]",…,"hook":{"resource":\#(webText),"action":"create","id_key":"id","id_value":"i-1","elapsed_seconds":72},"type":"apply_complete"}"#)
    check(
      messages.event(.applyFinished(web, deposedKey: nil, .delete, identity, milliseconds: 0)),
      #"{"@level":"info","@message":"module.m[\"q\"].terraform_data.x[0]: Destruction complete after 0s",…,"hook":{"resource":\#(webText),"action":"delete","elapsed_seconds":0},"type":"apply_complete"}"#)
    check(
      messages.event(.applyFailed(web, deposedKey: nil, .create, milliseconds: 600)),
      #"{"@level":"info","@message":"module.m[\"q\"].terraform_data.x[0]: Creation errored after 1s",…,"hook":{"resource":\#(webText),"action":"create","elapsed_seconds":1},"type":"apply_errored"}"#)
    check(
      messages.progress(web, .change(.create), seconds: 70),
      #"{"@level":"info","@message":"module.m[\"q\"].terraform_data.x[0]: Still creating... [1m10s elapsed]",…,"hook":{"resource":\#(webText),"action":"create","elapsed_seconds":70},"type":"apply_progress"}"#)
    #expect(messages.event(.applyPlanned(steps: 3)).isEmpty)
  }

  @Test func changes() {
    check(
      messages.plannedChange(change(.createThenDelete) { $0.reason = .replaceBecauseCannotUpdate }),
      #"{"@level":"info","@message":"module.m[\"q\"].terraform_data.x[0]: Plan to replace",…,"change":{"resource":\#(webText),"action":"replace","reason":"cannot_update"},"type":"planned_change"}"#)
    check(
      messages.plannedChange(change(.forget) { $0.reason = .deleteBecauseNoResourceConfig }),
      #"{"@level":"info","@message":"module.m[\"q\"].terraform_data.x[0]: Plan to remove",…,"change":{"resource":\#(webText),"action":"remove","reason":"delete_because_no_resource_config"},"type":"planned_change"}"#)
    check(
      messages.plannedChange(change(.noOp) { $0.previousAddress = single }),
      #"{"@level":"info","@message":"module.m[\"q\"].terraform_data.x[0]: Plan to move",…,"change":{"resource":\#(webText),"previous_resource":\#(singleText),"action":"move"},"type":"planned_change"}"#)
    check(
      messages.plannedChange(change(.noOp) { $0.importID = "myid" }),
      #"{"@level":"info","@message":"module.m[\"q\"].terraform_data.x[0]: Plan to import",…,"change":{"resource":\#(webText),"action":"import","importing":{"id":"myid"}},"type":"planned_change"}"#)
    check(
      messages.drift(change(.update)),
      #"{"@level":"info","@message":"module.m[\"q\"].terraform_data.x[0]: Drift detected (update)",…,"change":{"resource":\#(webText),"action":"update"},"type":"resource_drift"}"#)
  }

  @Test func summaries() {
    var counts = ChangeCounts()
    counts.additions = 5
    counts.updates = 12
    counts.removals = 8
    check(
      messages.changeSummary(counts, operation: .apply),
      #"{"@level":"info","@message":"Apply complete! Resources: 5 added, 12 changed, 8 destroyed.",…,"changes":{"add":5,"change":12,"import":0,"remove":8,"operation":"apply"},"type":"change_summary"}"#)
    check(
      messages.changeSummary(counts, operation: .destroy),
      #"{"@level":"info","@message":"Destroy complete! Resources: 8 destroyed.",…,"changes":{"add":5,"change":12,"import":0,"remove":8,"operation":"destroy"},"type":"change_summary"}"#)
    counts.imports = 1
    check(
      messages.changeSummary(counts, operation: .plan),
      #"{"@level":"info","@message":"Plan: 1 to import, 5 to add, 12 to change, 8 to destroy.",…,"changes":{"add":5,"change":12,"import":1,"remove":8,"operation":"plan"},"type":"change_summary"}"#)
  }

  @Test func outputs() {
    check(
      messages.outputs([
        OutputChange(name: "a", action: .create, before: .dynamicNull, after: "x", isSensitive: false),
        OutputChange(name: "b", action: .noOp, before: "x", after: "x", isSensitive: true),
      ]),
      #"{"@level":"info","@message":"Outputs: 2",…,"outputs":{"a":{"sensitive":false,"action":"create"},"b":{"sensitive":true,"action":"noop"}},"type":"outputs"}"#)
    check(
      messages.outputs(["n": 5, "s": Value.string("x").marked(with: .sensitive)]),
      #"{"@level":"info","@message":"Outputs: 2",…,"outputs":{"n":{"sensitive":false,"type":"number","value":5},"s":{"sensitive":true,"type":"string"}},"type":"outputs"}"#)
  }

  @Test func initialization() {
    #expect(
      String(decoding: messages.initialization("Initializing the backend...", code: "initializing_backend_message"), as: UTF8.self)
        == #"{"@level":"info","@message":"Initializing the backend...","@module":"terraform.ui","@timestamp":"2025-11-21T04:44:44Z","message_code":"initializing_backend_message","type":"init_output"}"#
        + "\n")
  }
}
