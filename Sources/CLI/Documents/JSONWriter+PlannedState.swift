import Addresses
import Plans
import Values

/// `planned_values`: outputs and objects as they are expected to be after the plan.
extension JSONWriter {
  mutating func plannedValues(_ plan: Plan) {
    // Deletions leave nothing behind; objects to be forgotten are still listed, without values (observed).
    let present = plan.changes.indices.lazy.filter {
      plan.changes[$0].action != .delete && plan.changes[$0].deposedKey == nil
    }
    let tree = ObjectTree(present.map { (index: $0, module: plan.changes[$0].address.module) })
    beginObject()
    plannedOutputs(plan.outputChanges)
    key("root_module")
    var texts = AddressTexts()
    plannedModule(0, tree, plan, &texts)
    endObject()
  }

  private mutating func plannedOutputs(_ changes: [OutputChange]) {
    let outputs = changes.filter { $0.action != .delete }
    if outputs.isEmpty { return }
    key("outputs")
    beginObject()
    for output in outputs {
      key(output.name)
      beginObject()
      member("sensitive", output.isSensitive)
      if output.after.isWhollyKnown {
        key("type")
        // Of nothing that stays nothing a plan keeps no type, unless a state has one for it.
        let isNothing = output.after.isNull && output.before.isNull && output.before.type == .dynamic
        verbatim(JSONValueCodec.encodeType(isNothing ? .dynamic : output.after.type))
        key("value")
        knownParts(of: output.after)
      }
      endObject()
    }
    endObject()
  }

  private mutating func plannedModule(_ index: Int, _ tree: ObjectTree, _ plan: Plan, _ texts: inout AddressTexts) {
    let node = tree.nodes[index]
    beginObject()
    if !node.objects.isEmpty {
      // Sorted as text, so that `x[10]` stands before `x[1]` (observed).
      let objects = node.objects.map { (text: texts.text(of: plan.changes[$0].address), index: $0) }
        .sorted { $0.text < $1.text }
      key("resources")
      beginArray()
      for object in objects { plannedObject(plan.changes[object.index], object.text, &texts) }
      endArray()
    }
    if !node.address.isEmpty { member("address", node.address) }
    if !node.children.isEmpty {
      key("child_modules")
      beginArray()
      for child in node.children { plannedModule(child, tree, plan, &texts) }
      endArray()
    }
    endObject()
  }

  private mutating func plannedObject(_ change: ResourceChange, _ address: String, _ texts: inout AddressTexts) {
    let resource = change.address.resource
    beginObject()
    member("address", address)
    member("mode", resource.mode.rawValue)
    member("type", resource.type)
    member("name", resource.name)
    self.index(change.address.key)
    member("provider_name", texts.text(of: change.provider.source))
    key("schema_version")
    integer(change.schemaVersion)
    if change.after.elements.contains(where: \.isKnown) {
      key("values")
      knownParts(of: change.after)
    }
    key("sensitive_values")
    sensitiveParts(of: change.after)
    endObject()
  }
}
