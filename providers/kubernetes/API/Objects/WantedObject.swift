import ProviderKit
package import YAML

/// A manifest made ready to be sent.
package struct WantedObject: Sendable {
  /// As it was written.
  package var manifest: JSONValue
  /// What is sent: without nulls, without what only the server says, the texts of a secret as its data.
  package var sent: JSONValue
  package var kind: GroupVersionKind
  package var name: String
  package var namespace: String?

  package static let ownLabel = "plumb.dev/managed"

  package init(_ manifest: JSONValue) throws {
    self.manifest = manifest
    guard manifest.asObject != nil else {
      throw ObjectError("The manifest is no object", "A manifest has apiVersion, kind and metadata; this is \(manifest.typeName).")
    }
    let apiVersion = try Self.text(manifest, ["apiVersion"])
    kind = GroupVersionKind(apiVersion: apiVersion, kind: try Self.text(manifest, ["kind"]))
    if manifest[path: ["metadata", "generateName"]]?.asString != nil, manifest[path: ["metadata", "name"]] == nil {
      throw ObjectError(
        "The object has no name of its own", "Server-side apply needs metadata.name; metadata.generateName cannot be used with it.",
        field: "metadata.generateName")
    }
    name = try Self.text(manifest, ["metadata", "name"])
    namespace = manifest[path: ["metadata", "namespace"]]?.asString.flatMap { $0.isEmpty ? nil : $0 }
    sent = Self.prepared(manifest)
  }

  private static func text(_ manifest: JSONValue, _ path: [String]) throws -> String {
    let field = path.joined(separator: ".")
    guard let value = manifest[path: path], !value.isNull else {
      throw ObjectError("The manifest lacks \(field)", "Every object needs it.", field: field)
    }
    guard let text = value.asString, !text.isEmpty else {
      throw ObjectError("Wrong value for \(field)", "It must be a text that is not empty; this is \(value.typeName).", field: field)
    }
    return text
  }

  /// The object that this is, where the kind is known. A kind's objects are in namespaces, and then in `default` by default, or they are not.
  package func reference(_ resource: APIResource) throws -> ObjectReference {
    if !resource.isNamespaced, let namespace {
      throw ObjectError(
        "\(kind.kind) is not in a namespace", "Objects of this kind belong to the whole cluster; remove metadata.namespace (\(namespace)).",
        field: "metadata.namespace")
    }
    return ObjectReference(kind, namespace: resource.isNamespaced ? namespace ?? "default" : nil, name: name)
  }

  /// What only the server says of an object.
  static let serverFields = [
    "managedFields", "resourceVersion", "generation", "uid", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds", "selfLink",
  ]

  private static func prepared(_ manifest: JSONValue) -> JSONValue {
    var object = manifest.withoutNulls
    object["status"] = nil
    if var metadata = object["metadata"] {
      for name in serverFields { metadata[name] = nil }
      object["metadata"] = metadata
    }
    if object["apiVersion"] == "v1", object["kind"] == "Secret", let texts = object["stringData"]?.asObject {
      var data = object["data"]?.asObject ?? [:]
      for (name, value) in texts {
        // What is no text goes as it is, and the server says so.
        guard let text = value.asString else { return object }
        data[name] = .string(Base64.encode(Array(text.utf8)))
      }
      object["stringData"] = nil
      object["data"] = .object(data)
    }
    // Without any field of its own the server keeps no record of who applied an object.
    if !object.hasOwnFields { object.set(FieldPath(fields: "metadata", "labels", ownLabel), to: "true") }
    return object
  }
}

extension JSONValue {
  /// Whether there is anything in the object beside what it is called.
  fileprivate var hasOwnFields: Bool {
    guard let members = asObject else { return false }
    let metadata = members["metadata"]?.asObject ?? [:]
    return members.keys.contains { !["apiVersion", "kind", "metadata"].contains($0) }
      || metadata.keys.contains { !["name", "namespace"].contains($0) }
  }

  /// An object without its status and what the server notes beside it.
  package var withoutServerFields: JSONValue {
    var object = self
    object["status"] = nil
    if var metadata = object["metadata"] {
      for name in WantedObject.serverFields where name != "deletionTimestamp" { metadata[name] = nil }
      object["metadata"] = metadata
    }
    return object
  }

  /// An object as people look at it: without its status, without what the server notes beside it, and without the fields that only
  /// others than this manager set. Of an object of which the manager has nothing, all fields stay.
  /// - Parameter kept: fields that stay, whoever set them: those that were the manager's.
  package func cleaned(for manager: String, keeping kept: some Collection<FieldPath> = EmptyCollection()) -> JSONValue {
    guard let ours = fields(appliedBy: manager) else { return withoutServerFields }
    var object = withoutServerFields
    for record in fieldRecords where !record.isApplied(by: manager) {
      for path in record.set.paths(outside: ours) where !kept.contains(where: { $0.starts(with: path) }) { object.removePruning(path) }
    }
    return object
  }

  /// Takes out what is at the path, and the objects and lists around it that are empty then.
  mutating func removePruning(_ path: FieldPath) {
    guard value(at: path) != nil else { return }
    remove(path)
    var steps = path.steps.dropLast()
    while !steps.isEmpty {
      let parent = FieldPath(Array(steps))
      guard let rest = value(at: parent), rest == [:] || rest == .array([]) else { return }
      remove(parent)
      steps = steps.dropLast()
    }
  }
}

extension FieldSet {
  /// The paths of the set of which another set has nothing: fields, and items of lists as a whole.
  func paths(outside other: FieldSet) -> [FieldPath] {
    var found: [FieldPath] = []
    collect(outside: other, FieldPath([]), &found)
    return found
  }

  private func collect(outside other: FieldSet?, _ path: FieldPath, _ found: inout [FieldPath]) {
    // A member without others below it has all that is in it.
    if let other, other.isMember, other.children.isEmpty { return }
    for (step, set) in children {
      let here = path.appending(step)
      let counterpart = other?.children[step]
      let isField = if case .field = step { true } else { false }
      if counterpart == nil, !isField || set.children.isEmpty {
        found.append(here)
      } else {
        set.collect(outside: counterpart, here, &found)
      }
    }
  }
}
