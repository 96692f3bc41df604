import Kubernetes
import ProviderKit
import YAML

/// The objects of a kind as a resource: all kinds by the same means, each by its table.
struct KindResource: DynamicResource {
  typealias Owner = KubernetesAPI
  let kind: Kind
  let name: String

  /// A resource for each name of each kind.
  static let all: [KindResource] = Kind.all.flatMap { kind in
    kind.names.map { KindResource(kind: kind, name: "\(KubernetesAPI.name)_\($0)") }
  }

  func makeDefinition() -> ResourceDefinition {
    var content = kind.fields.definition(description: kind.description)
    content.attributes.append(
      AttributeDefinition("id", .string, .computed, description: kind.isNamespaced ? "The namespace and the name." : "The name.") {
        $0.keepsPriorState = true
      })
    if !kind.timeouts.isEmpty { content.blocks.append(.timeouts(kind.timeouts)) }
    return ResourceDefinition(content, version: kind.version)
  }

  /// Older states are those of another provider, in which nothing but the form of a few values is different: they are read anew.
  func upgrade(_ state: inout DynamicValue, from version: Int) {
    for name in state.keys where name != "id" && name != "metadata" { state[name] = .null }
  }

  /// The names of a kind stand for the same objects, here and in the official provider.
  func move(_ source: MovedObject) -> DynamicValue? {
    guard source.provider.hasSuffix("/\(KubernetesAPI.name)"),
      kind.names.contains(where: { source.typeName == "\(KubernetesAPI.name)_\($0)" })
    else { return nil }
    var state = source.state
    for version in source.version..<max(source.version, kind.version) { upgrade(&state, from: version) }
    var known = kind.fields.known(in: state)
    known["id"] = state["id"]
    if !kind.timeouts.isEmpty { known["timeouts"] = state["timeouts"] }
    return known
  }

  // MARK: As whom

  func owner(_ configuration: DynamicValue, _ notes: KindNotes) -> ObjectOwner {
    var owner = ObjectOwner(adopts: kind.adopts)
    owner.predecessors.formUnion(notes.predecessors)
    owner.timeouts.create = kind.timeout("create", configuration)
    owner.timeouts.update = kind.timeout("update", configuration)
    owner.timeouts.delete = kind.timeout("delete", configuration)
    return owner
  }

  func reference(of state: DynamicValue) throws -> ObjectReference {
    guard let reference = kind.reference(of: state) else {
      throw AttributeError("The state has no name for this object.", summary: "The object cannot be found", at: "metadata")
    }
    return reference
  }

  // MARK: Import

  func importObject(id: String, _ context: Context<KubernetesAPI>) throws -> DynamicValue {
    let parts = id.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    guard parts.count == (kind.isNamespaced ? 2 : 1), let name = parts.last, !parts.contains("") else {
      throw AttributeError(
        "\"\(id)\" does not name an object of this type: write \(kind.isNamespaced ? "NAMESPACE/NAME" : "its NAME alone").", summary: "Wrong id")
    }
    var metadata: DynamicValue = ["name": .string(name)]
    if kind.isNamespaced { metadata["namespace"] = .string(parts[0]) }
    return ["id": .string(id), "metadata": kind.metadata?.value(of: [metadata]) ?? .null]
  }
}

extension BlockDefinition {
  /// How long is waited, by operation.
  static func timeouts(_ defaults: [String: Duration]) -> BlockDefinition {
    let attributes = defaults.sorted { $0.key < $1.key }.map { operation, duration in
      AttributeDefinition(operation, .string, description: "By default \(duration.text).") {
        $0.validators = [{ Duration($0.string ?? "") == nil ? "It must be a duration such as 90s, 10m or 1h30m." : nil }]
      }
    }
    return BlockDefinition("timeouts", .single, ObjectDefinition(attributes: attributes, description: "How long is waited."))
  }
}

/// What is kept beside an object without being shown.
struct KindNotes {
  let notes: PrivateState

  init(_ context: Context<KubernetesAPI>) { notes = context.privateState }

  private static let (appliedKey, importedKey, waitingKey, predecessorsKey) = ("applied", "imported", "waiting", "predecessors")

  /// What was applied; nil if nothing was from here.
  var applied: AppliedObject? {
    guard let text = notes[Self.appliedKey], let json = try? JSONValue(json: text) else { return nil }
    return AppliedObject(json: json)
  }

  func forget() { notes[Self.appliedKey] = nil }
  func keep(_ applied: AppliedObject) { notes[Self.appliedKey] = applied.json.jsonText() }

  /// Whether what is kept was made up, because the object was made by other means.
  var isImported: Bool { notes[Self.importedKey] != nil }
  func setImported(_ isImported: Bool) { notes[Self.importedKey] = isImported ? "true" : nil }

  /// Whether the object was not ready when a run ended that waited for it.
  var isWaiting: Bool { notes[Self.waitingKey] != nil }
  func setWaiting(_ isWaiting: Bool) { notes[Self.waitingKey] = isWaiting ? "true" : nil }

  /// Versions of the official plugin that set fields of the object.
  var predecessors: [String] { notes[Self.predecessorsKey]?.split(separator: ",").map(String.init) ?? [] }

  func notePredecessors(of object: JSONValue) {
    let names = Set(object.fieldRecords.map(\.manager).filter { $0.hasPrefix("terraform-provider-kubernetes") }).sorted()
    notes[Self.predecessorsKey] = names.isEmpty ? nil : names.joined(separator: ",")
  }
}
