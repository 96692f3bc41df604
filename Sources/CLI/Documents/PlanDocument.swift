import Addresses
import Engine
import Modules
import Plans
import Values

/// A plan as `show -json PLANFILE` prints it: format 1.2 on one line, without a line break at its end. The order of the
/// keys is the one of Terraform 1.11.4. Linear in what the plan holds.
func planDocument(_ plan: Plan, tree: ModuleTree, schemas: SchemaTable) -> [UInt8] {
  var document = PlanDocument(plan: plan, tree: tree, schemas: schemas)
  document.write()
  return document.writer.bytes
}

/// What a test tells of a plan: what it would change. The order of the keys is the one of Terraform 1.11.4.
func testPlanDocument(_ plan: Plan, tree: ModuleTree, schemas: SchemaTable, providers: [ProviderDescription]) -> [UInt8] {
  var document = PlanDocument(plan: plan, tree: tree, schemas: schemas)
  document.writeForTest(providers)
  return document.writer.bytes
}

private struct PlanDocument {
  let plan: Plan
  let tree: ModuleTree
  let schemas: SchemaTable
  var writer = JSONWriter()
  private var texts = AddressTexts()

  init(plan: Plan, tree: ModuleTree, schemas: SchemaTable) {
    self.plan = plan
    self.tree = tree
    self.schemas = schemas
  }

  mutating func write() {
    writer.beginObject()
    writer.member("format_version", "1.2")
    writer.member("terraform_version", terraformVersion)
    writeVariables()
    writer.key("planned_values")
    writer.plannedValues(plan)
    writeChanges("resource_drift", plan.shownDrift)
    writeChanges("resource_changes", plan.changes.filter { !$0.isDroppedData })
    writeDeferred()
    writeOutputChanges()
    if !plan.priorObjects.isEmpty || !plan.priorOutputs.isEmpty {
      writer.key("prior_state")
      // What is read again when the plan is applied is nothing that was there before.
      let reads = plan.changes.filter { $0.action == .read && $0.reason != .readBecauseCheckNested }
      let addresses = Set(reads.map(\.address))
      writer.state(
        plan.priorObjects.filter { !addresses.contains($0.address) }, outputs: plan.priorOutputs, checks: [], schemas: schemas,
        reads: reads)
    }
    writer.key("configuration")
    configurationDocument(tree, schemas: schemas, into: &writer)
    writeRelevantAttributes()
    if !plan.checks.isEmpty {
      writer.key("checks")
      writer.checks(plan.checks)
    }
    if !plan.timestamp.isEmpty { writer.member("timestamp", plan.timestamp) }
    writer.member("applyable", plan.isApplyable)
    writer.member("complete", plan.isComplete)
    writer.member("errored", plan.isErrored)
    writer.endObject()
  }

  mutating func writeForTest(_ providers: [ProviderDescription]) {
    writer.beginObject()
    writer.member("plan_format_version", "1.2")
    writeOutputChanges()
    writeChanges("resource_changes", plan.changes.filter { !$0.isDroppedData })
    writeChanges("resource_drift", plan.shownDrift)
    writeRelevantAttributes()
    writer.member("provider_format_version", "1.0")
    writer.providerSchemas(providers)
    writer.endObject()
  }

  private mutating func writeVariables() {
    if plan.givenVariables.isEmpty { return }
    writer.key("variables")
    writer.beginObject()
    for (name, value) in plan.givenVariables.sorted(by: { $0.key < $1.key }) {
      writer.key(name)
      writer.beginObject()
      writer.key("value")
      writer.knownParts(of: value)
      writer.endObject()
    }
    writer.endObject()
  }

  private mutating func writeChanges(_ name: String, _ changes: [ResourceChange]) {
    if changes.isEmpty { return }
    writer.key(name)
    writer.beginArray()
    for index in changes.indicesInPlanOrder { writer.change(changes[index], schemas, &texts) }
    writer.endArray()
  }

  private mutating func writeDeferred() {
    if plan.deferred.isEmpty { return }
    writer.key("deferred_changes")
    writer.beginArray()
    for deferred in plan.deferred {
      writer.beginObject()
      writer.member("reason", deferred.reason.rawValue)
      writer.key("resource_change")
      let wildcard = deferred.hasUnknownKeys ? tree.wildcardAddress(of: deferred.change.address) : nil
      writer.change(deferred.change, schemas, &texts, wildcard: wildcard)
      writer.endObject()
    }
    writer.endArray()
  }

  private mutating func writeOutputChanges() {
    if plan.outputChanges.isEmpty { return }
    writer.key("output_changes")
    writer.beginObject()
    for output in plan.outputChanges {
      writer.key(output.name)
      writer.beginObject()
      writer.actions(output.action)
      writer.key("before")
      writer.knownParts(of: output.before)
      if output.after.isKnown {
        writer.key("after")
        writer.knownParts(of: output.after)
      }
      writer.key("after_unknown")
      if output.after.isWhollyKnown { writer.bool(false) } else { writer.unknownParts(of: output.after) }
      // All that a plan says about the sensitivity of an output is one flag.
      writer.member("before_sensitive", output.isSensitive)
      writer.member("after_sensitive", output.isSensitive)
      writer.endObject()
    }
    writer.endObject()
  }

  private mutating func writeRelevantAttributes() {
    if plan.relevantAttributes.isEmpty { return }
    writer.key("relevant_attributes")
    writer.beginArray()
    for relevant in plan.relevantAttributes {
      writer.beginObject()
      writer.member("resource", texts.text(of: relevant.resource))
      writer.key("attribute")
      writer.steps(of: relevant.path)
      writer.endObject()
    }
    writer.endArray()
  }
}

extension Plan {
  /// What changed outside, as far as it is shown. Objects that only moved are shown with the planned changes, save when
  /// nothing but a refresh was asked for.
  var shownDrift: [ResourceChange] {
    mode == .refreshOnly ? drift : drift.filter { $0.action != .noOp }
  }
}

extension ResourceChange {
  /// Whether a data source is dropped from state, which is nobody's concern.
  var isDroppedData: Bool { action == .delete && address.resource.mode == .data }
}

extension [ResourceChange] {
  /// In the order of plan JSON, which mostly is the one in which they are.
  fileprivate var indicesInPlanOrder: [Int] {
    func isOrdered(_ left: Int, _ right: Int) -> Bool {
      let (a, b) = (self[left], self[right])
      if a.address != b.address { return precedesInPlan(a.address, b.address) }
      return (a.deposedKey ?? "") < (b.deposedKey ?? "")
    }
    for index in indices.dropFirst() where isOrdered(index, index - 1) {
      return Array<Int>(indices).sorted(by: isOrdered)
    }
    return Array<Int>(indices)
  }
}

extension ModuleTree {
  /// An address that stands for all instances, with `[*]` where there are keys that are not known yet.
  fileprivate func wildcardAddress(of address: ResourceInstance) -> String {
    var module = root
    var text = ""
    for step in address.module.steps {
      text += "module.\(step.name)"
      let call = module.moduleCalls[step.name]
      if let key = step.key { text += key.description } else if call?.count != nil || call?.forEach != nil { text += "[*]" }
      text += "."
      if let child = module.children[step.name] { module = child }
    }
    text += address.resource.description
    let block = module.resources[address.resource]
    if let key = address.key { return text + key.description }
    return block?.count != nil || block?.forEach != nil ? text + "[*]" : text
  }
}
