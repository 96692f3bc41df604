import Addresses
import Values

/// Writes format version 4. Order and layout were observed with 1.11.4.
struct StateFileWriter {
  private let file: StateFile
  private var writer = JSONWriter(style: .indented("  "))
  private var dependencies: TransitiveDependencies

  init(_ file: StateFile) {
    self.file = file
    dependencies = TransitiveDependencies(of: file.snapshot.objects)
  }

  consuming func bytes() -> [UInt8] {
    let snapshot = file.snapshot
    writer.beginObject()
    writer.member("version", StateFile.formatVersion)
    writer.member("terraform_version", file.terraformVersion)
    writer.key("serial")
    writer.verbatim(Array(String(snapshot.serial).utf8))
    writer.member("lineage", snapshot.lineage)
    writer.key("outputs")
    writeOutputs(snapshot.outputs)
    writer.key("resources")
    writer.beginArray()
    for group in groups(of: snapshot.objects) { write(group) }
    writer.endArray()
    writer.key("check_results")
    if let results = snapshot.checkResults {
      writer.verbatim(JSONLayout.indented(results, depth: 1))
    } else {
      writer.null()
    }
    writer.endObject()
    writer.newline()
    return writer.bytes
  }

  private mutating func writeOutputs(_ outputs: [String: OutputState]) {
    writer.beginObject()
    for (name, output) in outputs.sorted(by: { $0.key < $1.key }) {
      writer.key(name)
      writer.beginObject()
      writer.key("value")
      writer.verbatim(JSONLayout.indented(output.value, depth: 3))
      writer.key("type")
      writer.verbatim(JSONLayout.indented(output.type, depth: 3))
      if output.sensitive { writer.member("sensitive", true) }
      writer.endObject()
    }
    writer.endObject()
  }

  // MARK: Resources

  /// All objects of one resource in one module instance.
  private struct Group {
    var module: String
    var resource: Resource
    var objects: [StateObject]
  }

  private struct GroupKey: Hashable {
    var module: ModuleInstance
    var resource: Resource
  }

  /// Sorted by the text of the module, then mode, type and name; inside, the snapshot's order is the file's order.
  private func groups(of objects: [StateObject]) -> [Group] {
    var indices: [GroupKey: Int] = [:]
    var groups: [Group] = []
    for object in objects {
      let key = GroupKey(module: object.address.module, resource: object.address.resource)
      if let index = indices[key] {
        groups[index].objects.append(object)
      } else {
        indices[key] = groups.count
        groups.append(Group(module: key.module.description, resource: key.resource, objects: [object]))
      }
    }
    return groups.sorted {
      if $0.module != $1.module { return $0.module < $1.module }
      if $0.resource.mode != $1.resource.mode { return $0.resource.mode.rawValue < $1.resource.mode.rawValue }
      return $0.resource < $1.resource
    }
  }

  private mutating func write(_ group: Group) {
    // All objects of a resource have one provider; during a move between providers the current object's counts.
    guard let owner = group.objects.first(where: { $0.deposedKey == nil }) ?? group.objects.first else { return }
    writer.beginObject()
    if !group.module.isEmpty { writer.member("module", group.module) }
    writer.member("mode", group.resource.mode.rawValue)
    writer.member("type", group.resource.type)
    writer.member("name", group.resource.name)
    // Objects with instances of a provider configuration say themselves which.
    let hasInstances = group.objects.contains { $0.provider.key != nil }
    if !hasInstances { writer.member("provider", owner.provider.description) }
    writer.key("instances")
    writer.beginArray()
    for object in group.objects { write(object, withProvider: hasInstances) }
    writer.endArray()
    writer.endObject()
  }

  private mutating func write(_ object: StateObject, withProvider: Bool) {
    writer.beginObject()
    switch object.address.key {
    case .integer(let index)?: writer.member("index_key", index)
    case .string(let key)?: writer.member("index_key", key)
    case nil: break
    }
    if object.isTainted { writer.member("status", "tainted") }
    if let deposed = object.deposedKey { writer.member("deposed", deposed) }
    if withProvider { writer.member("provider", object.provider.description) }
    writer.key("schema_version")
    writer.integer(object.schemaVersion)
    writer.key("attributes")
    writer.verbatim(JSONLayout.indented(object.attributes, depth: 5))
    writer.key("sensitive_attributes")
    writer.verbatim(JSONLayout.indented(SensitivePaths.encode(object.sensitivePaths), depth: 5))
    if let identity = object.identity {
      writer.key("identity_schema_version")
      writer.integer(identity.schemaVersion)
      writer.key("identity")
      writer.verbatim(JSONLayout.indented(identity.json, depth: 5))
    }
    if !object.private.isEmpty { writer.member("private", Base64.encode(object.private)) }
    // Objects of data sources never have the list, whatever they depend on.
    let names = object.address.resource.mode == .managed ? dependencies.names(for: object) : []
    if !names.isEmpty {
      writer.key("dependencies")
      writer.beginArray()
      for name in names { writer.text(name) }
      writer.endArray()
    }
    if object.createBeforeDestroy { writer.member("create_before_destroy", true) }
    if object.skipDestroy { writer.member("skip_destroy", true) }
    writer.endObject()
  }
}
