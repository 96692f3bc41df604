package import YAML

/// An object as a server gives it or is given it, and what all objects have.
package struct KubernetesObject: Hashable, Sendable {
  package var json: JSONValue

  package init(_ json: JSONValue) { self.json = json }

  package var apiVersion: String { json["apiVersion"]?.asString ?? "" }
  package var kind: String { json["kind"]?.asString ?? "" }
  package var groupVersionKind: GroupVersionKind { GroupVersionKind(apiVersion: apiVersion, kind: kind) }
  package var metadata: JSONValue { json["metadata"] ?? [:] }
  /// Empty if it has none.
  package var name: String { metadata["name"]?.asString ?? "" }
  package var namespace: String? { metadata["namespace"]?.asString.flatMap { $0.isEmpty ? nil : $0 } }
  package var uid: String { metadata["uid"]?.asString ?? "" }
  package var resourceVersion: String { metadata["resourceVersion"]?.asString ?? "" }
  package var generation: Int64? { metadata["generation"]?.asInteger }
  /// Up to which generation its controller has looked at it, where one says so.
  package var observedGeneration: Int64? { json[path: ["status", "observedGeneration"]]?.asInteger }
  package var labels: [String: String] { Self.texts(metadata["labels"]) }
  package var annotations: [String: String] { Self.texts(metadata["annotations"]) }
  package var finalizers: [String] { metadata["finalizers"]?.asArray?.compactMap(\.asString) ?? [] }
  package var deletionTimestamp: String? { metadata["deletionTimestamp"]?.asString }
  package var isBeingDeleted: Bool { deletionTimestamp != nil }

  /// Who set which fields.
  package var managedFields: [ManagedFieldsEntry] {
    metadata["managedFields"]?.asArray?.map(ManagedFieldsEntry.init) ?? []
  }

  /// Nil for what has no name or does not say what it is.
  package var reference: ObjectReference? {
    if name.isEmpty || kind.isEmpty || apiVersion.isEmpty { return nil }
    return ObjectReference(groupVersionKind, namespace: namespace, name: name)
  }

  /// A condition of its status.
  package func condition(_ type: String) -> JSONValue? {
    json[path: ["status", "conditions"]]?.asArray?.first { $0["type"]?.asString == type }
  }

  private static func texts(_ value: JSONValue?) -> [String: String] { value?.asObject?.compactMapValues(\.asString) ?? [:] }
}

/// What one manager set of an object.
package struct ManagedFieldsEntry: Hashable, Sendable {
  package var manager: String
  /// `Apply` or `Update`.
  package var operation: String
  package var apiVersion: String
  /// Empty for the object itself.
  package var subresource: String
  /// Empty if nobody wrote it down.
  package var time: String
  /// In the form `FieldsV1`.
  package var fields: JSONValue

  package init(_ json: JSONValue) {
    manager = json["manager"]?.asString ?? ""
    operation = json["operation"]?.asString ?? ""
    apiVersion = json["apiVersion"]?.asString ?? ""
    subresource = json["subresource"]?.asString ?? ""
    time = json["time"]?.asString ?? ""
    fields = json["fieldsV1"] ?? [:]
  }
}
