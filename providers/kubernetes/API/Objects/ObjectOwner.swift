package import YAML

/// As whom objects are applied, and how far that may go.
package struct ObjectOwner: Sendable {
  /// The field manager's name.
  package var manager: String
  /// Whether fields that others own with other values are taken over.
  package var force: Bool
  /// Whether an object that is there already, and of which no field is ours, is taken over when it was to be created.
  package var adopts: Bool
  /// Managers whose fields become ours when an object is taken over: the tools by which people applied the same manifests before. What
  /// the manifest no longer has then goes away.
  package var predecessors: Set<String>
  package var timeouts: ObjectTimeouts

  package init(
    manager: String = "plumb", force: Bool = false, adopts: Bool = false, predecessors: Set<String> = ObjectOwner.usualPredecessors,
    timeouts: ObjectTimeouts = ObjectTimeouts()
  ) {
    self.manager = manager
    self.force = force
    self.adopts = adopts
    self.predecessors = predecessors
    self.timeouts = timeouts
  }

  /// kubectl without `--server-side`, what stands for objects without records, and Terraform's own provider.
  package static let usualPredecessors: Set<String> = [
    "kubectl-client-side-apply", "kubectl-create", "before-first-apply", "Terraform", "HashiCorp",
  ]
}

/// How long is waited for what.
package struct ObjectTimeouts: Hashable, Sendable {
  /// For an object that is being deleted to go before it is made anew, and for a new one to become ready.
  package var create: Duration
  package var update: Duration
  /// For a deleted object to be gone.
  package var delete: Duration
  /// For a namespace or a kind that another step makes right now.
  package var prerequisite: Duration

  package init(
    create: Duration = .seconds(600), update: Duration = .seconds(600), delete: Duration = .seconds(600),
    prerequisite: Duration = .seconds(20)
  ) {
    self.create = create
    self.update = update
    self.delete = delete
    self.prerequisite = prerequisite
  }
}

/// What a provider keeps of an object that it applied.
package struct AppliedObject: Hashable, Sendable {
  package var reference: ObjectReference
  /// Nil for one that is to be imported, and was not read yet.
  package var uid: String?
  /// As it was written; null for one that was imported.
  package var manifest: JSONValue
  /// The server's values of the fields that were ours right after the object was applied, by their paths.
  package var stored: [FieldPath: JSONValue]

  package init(reference: ObjectReference, uid: String? = nil, manifest: JSONValue = .null, stored: [FieldPath: JSONValue] = [:]) {
    self.reference = reference
    self.uid = uid
    self.manifest = manifest
    self.stored = stored
  }
}

extension AppliedObject {
  package var json: JSONValue {
    var object: JSONValue = [
      "apiVersion": .string(reference.kind.apiVersion), "kind": .string(reference.kind.kind), "name": .string(reference.name),
      "manifest": manifest,
      "stored": .object(Dictionary(stored.map { ($0.key.encoded, $0.value) }) { $1 }),
    ]
    object["namespace"] = reference.namespace.map(JSONValue.string)
    object["uid"] = uid.map(JSONValue.string)
    return object
  }

  /// Reads what `json` wrote; nil for all else.
  package init?(json: JSONValue) {
    guard let apiVersion = json["apiVersion"]?.asString, let kind = json["kind"]?.asString, let name = json["name"]?.asString else {
      return nil
    }
    let namespace = json["namespace"]?.asString
    reference = ObjectReference(GroupVersionKind(apiVersion: apiVersion, kind: kind), namespace: namespace, name: name)
    uid = json["uid"]?.asString
    manifest = json["manifest"] ?? .null
    stored = [:]
    for (text, value) in json["stored"]?.asObject ?? [:] {
      guard let path = FieldPath(encoded: text) else { return nil }
      stored[path] = value
    }
  }
}

/// One difference between two objects.
package struct FieldChange: Hashable, Sendable {
  package var path: FieldPath
  /// Nil for what was not there.
  package var before: JSONValue?
  /// Nil for what is removed.
  package var after: JSONValue?
}

/// What applying a manifest would do.
package struct ObjectPlan: Sendable {
  /// A field whose change only a new object can have.
  package struct Replacement: Hashable, Sendable {
    /// As the server names it: `spec.selector`.
    package var field: String
    /// What the server said.
    package var message: String
  }

  /// What the server would store, cleaned; nil when it could not be asked.
  package var object: JSONValue?
  /// The same with what only others own, and with what the server notes beside it.
  package var whole: JSONValue?
  /// Places in `object` whose values the server makes up anew each time.
  package var volatile: [FieldPath] = []
  /// Why the server could not be asked, as a sentence; it will be when the object is applied.
  package var checkedAtApply: String?
  /// Against what is there now.
  package var changes: [FieldChange] = []
  package var replacement: [Replacement] = []
  package var warnings: [String] = []
  /// Whether the object is there already.
  package var exists = false
  /// Whether fields become ours or cease to be, with or without other values.
  package var changesOwnership = false

  /// Whether applying would change nothing.
  package var isEmpty: Bool { exists && object != nil && changes.isEmpty && replacement.isEmpty && !changesOwnership }
}

/// A field of ours that somebody else changed or removed.
package struct DriftedField: Hashable, Sendable {
  package var path: FieldPath
  package var expected: JSONValue
  /// Nil for one that was removed.
  package var found: JSONValue?
  /// The field's manager now, where that is recorded, the subresource behind a point: `kubectl-edit`, `autoscaler (scale)`.
  package var manager: String?
  package var operation: String?
  package var time: String?
}

/// What became of an object that we applied.
package struct Observation: Sendable {
  package var drift: [DriftedField]
  /// What we applied, with what is there now where that is something else.
  package var manifest: JSONValue
  /// What is there, cleaned.
  package var object: JSONValue
  /// What is there, whole.
  package var live: KubernetesObject
  /// What to keep: as it was, or made up for an object that was imported.
  package var applied: AppliedObject
}

/// How an object is deleted.
package struct DeletionOptions: Sendable {
  /// Nil for what the kind needs: nothing that belongs to the object stays.
  package var propagation: Propagation?
  package var waits: Bool
  /// Nil for the owner's.
  package var timeout: Duration?

  package init(propagation: Propagation? = nil, waits: Bool = true, timeout: Duration? = nil) {
    self.propagation = propagation
    self.waits = waits
    self.timeout = timeout
  }
}

/// Something that a person has to mend: in the manifest, or in the cluster.
package struct ObjectError: Error, Hashable, Sendable, CustomStringConvertible {
  /// A headline.
  package var summary: String
  /// Sentences: what is wrong, what was seen, what to do.
  package var message: String
  /// The field that is to blame, as the server names it; nil for the object as a whole.
  package var field: String?

  package init(_ summary: String, _ message: String, field: String? = nil) {
    self.summary = summary
    self.message = message
    self.field = field
  }

  package var description: String { "\(summary): \(message)" }
}

extension DriftedField: CustomStringConvertible {
  /// For people, without the values, which may be secret: `spec.replicas: changed by autoscaler (scale), Update, 2026-01-01T00:00:00Z`.
  package var description: String {
    let what = found == nil ? "removed" : "changed"
    guard let manager else { return "\(path): \(what)" }
    return "\(path): \(what) by \([manager, operation, time].compactMap { $0 }.filter { !$0.isEmpty }.joined(separator: ", "))"
  }
}
