import Addresses
import Diagnostics
import Engine
import Plans
import Values

/// The messages of `-json`: what happens during a run as JSON, one object a line, keys ascending, the line break included
/// (UI version 1.2, observed with Terraform 1.11.4).
struct UIMessages: Sendable {
  /// What a change summary sums up.
  enum Operation: String, Sendable {
    case plan
    case apply
    case destroy
  }

  /// The part of a test that a message is about.
  struct TestPlace: Sendable {
    var file: String?
    var run: String?

    init(_ file: String? = nil, _ run: String? = nil) {
      self.file = file
      self.run = run
    }
  }

  private let now: @Sendable () -> Int64

  /// - Parameter now: nanoseconds since 1970, UTC.
  init(now: @escaping @Sendable () -> Int64) { self.now = now }

  /// The first line of every command.
  func version(_ terraformVersion: String = terraformVersion) -> [UInt8] {
    message("Terraform \(terraformVersion)", type: "version") { writer in
      writer.member("terraform", terraformVersion)
    } last: { $0.member("ui", "1.2") }
  }

  /// A sentence without meaning to programs.
  func log(_ text: String) -> [UInt8] { message(text, type: "log") { _ in } }

  /// What `init` does. Its time has no fraction.
  func initialization(_ text: String, code: String) -> [UInt8] {
    message(text, type: "init_output", fraction: 0) { $0.member("message_code", code) }
  }

  func diagnostic(_ diagnostic: Diagnostic, renderer: DiagnosticRenderer, test: TestPlace = TestPlace()) -> [UInt8] {
    let isError = diagnostic.severity == .error
    return message(
      "\(isError ? "Error" : "Warning"): \(diagnostic.summary)", level: isError ? "error" : "warn", type: "diagnostic", test: test
    ) { writer in
      writer.key("diagnostic")
      writer.verbatim(renderer.json(diagnostic))
    }
  }

  // MARK: Plans

  /// Everything that a plan says, in order: drift, changes, their numbers, outputs. Diagnostics follow it.
  func plan(_ plan: Plan) -> [UInt8] {
    var lines: [UInt8] = []
    for change in plan.shownDrift { lines += drift(change) }
    lines += plan.changes.filter(\.isShown).flatMap(plannedChange)
    lines += changeSummary(plan.counts, operation: .plan)
    if !plan.outputChanges.isEmpty { lines += outputs(plan.outputChanges) }
    return lines
  }

  /// What is going to happen to each object, as apply says it of a plan that was saved: nothing of those that only come into the state
  /// or get another address.
  func plannedChanges(_ plan: Plan) -> [UInt8] {
    plan.changes.filter { $0.isShown && $0.action != .noOp }.flatMap(plannedChange)
  }

  func plannedChange(_ change: ResourceChange) -> [UInt8] {
    let action = change.shownAction
    return message("\(change.address): Plan to \(action)", type: "planned_change") { $0.change(change, action) }
  }

  func drift(_ change: ResourceChange) -> [UInt8] {
    let action = change.shownAction
    return message("\(change.address): Drift detected (\(action))", type: "resource_drift") { $0.change(change, action) }
  }

  func changeSummary(_ counts: ChangeCounts, operation: Operation) -> [UInt8] {
    let imported = counts.imports
    let text: String
    switch operation {
    case .plan:
      let start = imported > 0 ? "\(imported) to import, " : ""
      text = "Plan: \(start)\(counts.additions) to add, \(counts.updates) to change, \(counts.removals) to destroy."
    case .apply:
      let start = imported > 0 ? "\(imported) imported, " : ""
      text =
        "Apply complete! Resources: \(start)\(counts.additions) added, \(counts.updates) changed, \(counts.removals) destroyed."
    case .destroy: text = "Destroy complete! Resources: \(counts.removals) destroyed."
    }
    return message(text, type: "change_summary") { writer in
      writer.key("changes")
      writer.beginObject()
      writer.member("add", counts.additions)
      writer.member("change", counts.updates)
      writer.member("import", imported)
      writer.member("remove", counts.removals)
      writer.member("operation", operation.rawValue)
      writer.endObject()
    }
  }

  /// What a plan does to outputs, sorted by name.
  func outputs(_ changes: [OutputChange]) -> [UInt8] {
    message("Outputs: \(changes.count)", type: "outputs") { writer in
      writer.key("outputs")
      writer.beginObject()
      for change in changes {
        writer.key(change.name)
        writer.beginObject()
        writer.member("sensitive", change.isSensitive)
        writer.member("action", change.action.word)
        writer.endObject()
      }
      writer.endObject()
    }
  }

  /// Outputs after apply. Sensitive ones show no value.
  func outputs(_ values: [String: Value]) -> [UInt8] {
    message("Outputs: \(values.count)", type: "outputs") { writer in
      writer.key("outputs")
      writer.beginObject()
      for (name, value) in values.sorted(by: { $0.key < $1.key }) {
        let isSensitive = value.containsMark(.sensitive)
        writer.key(name)
        writer.beginObject()
        writer.member("sensitive", isSensitive)
        writer.key("type")
        writer.verbatim(JSONValueCodec.encodeType(value.type))
        if !isSensitive {
          writer.key("value")
          writer.knownParts(of: value)
        }
        writer.endObject()
      }
      writer.endObject()
    }
  }

  // MARK: Lines

  /// `@level`, `@message`, `@module`, `@timestamp`, what the type of message adds, `type`, and what comes after it in order.
  func message(
    _ text: String, level: String = "info", type: String, fraction: Int = 6, test: TestPlace = TestPlace(),
    _ body: (inout JSONWriter) -> Void, last: (inout JSONWriter) -> Void = { _ in }
  ) -> [UInt8] {
    var writer = JSONWriter()
    writer.beginObject()
    writer.member("@level", level)
    writer.member("@message", text)
    writer.member("@module", "terraform.ui")
    if let file = test.file { writer.member("@testfile", file) }
    if let run = test.run { writer.member("@testrun", run) }
    writer.member("@timestamp", timestampText(nanoseconds: now(), fraction: fraction))
    body(&writer)
    writer.member("type", type)
    last(&writer)
    writer.endObject()
    writer.newline()
    return writer.bytes
  }

  /// A message about an object; `extra` adds to its `hook`.
  func hook(
    _ address: ResourceInstance, _ text: String, type: String, _ extra: (inout JSONWriter) -> Void
  ) -> [UInt8] {
    message("\(address): \(text)", type: type) { writer in
      writer.key("hook")
      writer.beginObject()
      writer.key("resource")
      writer.resource(address)
      extra(&writer)
      writer.endObject()
    }
  }
}

extension ResourceChange {
  /// Whether a plan has a line for it: whatever is not a no-op, and no-ops that move or import.
  fileprivate var isShown: Bool { !isDroppedData && (action != .noOp || isMove || importID != nil) }

  /// The word of the action; a no-op that moves or imports is called after that.
  fileprivate var shownAction: String {
    if action == .noOp {
      if importID != nil { return "import" }
      if isMove { return "move" }
    }
    return action.word
  }
}

extension Action {
  /// As messages call it.
  var word: String {
    switch self {
    case .noOp: "noop"
    case .create: "create"
    case .read: "read"
    case .update: "update"
    case .delete: "delete"
    case .deleteThenCreate, .createThenDelete, .forgetThenCreate: "replace"
    case .forget: "remove"
    }
  }
}

extension ActionReason {
  /// As messages call it.
  fileprivate var word: String {
    switch self {
    case .replaceBecauseTainted: "tainted"
    case .replaceByRequest: "requested"
    case .replaceByTriggers: "replace_triggered_by"
    case .replaceBecauseCannotUpdate: "cannot_update"
    default: rawValue
    }
  }
}

extension JSONWriter {
  fileprivate mutating func change(_ change: ResourceChange, _ action: String) {
    key("change")
    beginObject()
    key("resource")
    resource(change.address)
    if change.isMove {
      key("previous_resource")
      resource(change.previousAddress)
    }
    member("action", action)
    if let reason = change.reason { member("reason", reason.word) }
    importing(change)
    if let text = change.generatedConfiguration, !text.isEmpty { member("generated_config", text) }
    endObject()
  }

  fileprivate mutating func resource(_ address: ResourceInstance) {
    let module = address.module.description
    let local = "\(address.resource)\(address.key.suffix)"
    beginObject()
    member("addr", module.isEmpty ? local : "\(module).\(local)")
    member("module", module)
    member("resource", local)
    member("implied_provider", address.resource.impliedProvider)
    member("resource_type", address.resource.type)
    member("resource_name", address.resource.name)
    key("resource_key")
    if let key = address.key { instanceKey(key) } else { null() }
    endObject()
  }
}
