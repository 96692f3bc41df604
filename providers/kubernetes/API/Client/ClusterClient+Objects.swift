import ProviderKit
import YAML

extension ClusterClient {
  /// Nil when the object, or its namespace, is not there.
  /// - Throws: `.kindMissing` when the server does not know the kind.
  package func get(_ reference: ObjectReference) async throws -> KubernetesObject? {
    let path = try await path(of: reference)
    do {
      return try await object(asked(Call(method: "GET", path: path, action: "read \(reference)"), of: reference), reference)
    } catch let failure as ClusterFailure where failure.isAbsence {
      return nil
    }
  }

  /// All objects of a kind, in one namespace or in all.
  /// - Parameters:
  ///   - labels: a label selector.
  ///   - fields: a field selector.
  package func list(
    _ kind: GroupVersionKind, namespace: String? = nil, labels: String? = nil, fields: String? = nil
  ) async throws -> [KubernetesObject] {
    try await listing(kind, namespace: namespace, labels: labels, fields: fields).objects
  }

  /// The same, with the version that a watch goes on from. Long lists come in pages.
  package func listing(
    _ kind: GroupVersionKind, namespace: String? = nil, labels: String? = nil, fields: String? = nil
  ) async throws -> ObjectList {
    let path = try await path(of: kind, namespace: namespace)
    let selection = Self.selection(labels, fields)
    // What is left of a long list may be forgotten before it was read. The last attempt asks for all of it at once.
    for limit in [500, 500, 0] {
      do {
        return try await pages(kind, path, selection, limit: limit)
      } catch let failure as ClusterFailure where failure.kind == .expired && limit > 0 {
        continue
      }
    }
    return ObjectList(objects: [], resourceVersion: "")
  }

  private func pages(
    _ kind: GroupVersionKind, _ path: String, _ selection: [(name: String, value: String)], limit: Int
  ) async throws -> ObjectList {
    var list = ObjectList(objects: [], resourceVersion: "")
    var token = ""
    repeat {
      var query = selection
      if limit > 0 { query.append(("limit", "\(limit)")) }
      if !token.isEmpty { query.append(("continue", token)) }
      let json = try await asked(Call(method: "GET", path: path, query: query, action: "list \(kind)")).json
      for item in json["items"]?.asArray ?? [] {
        var item = item
        // Items of lists do not say what they are.
        if item["kind"] == nil {
          item["kind"] = .string(kind.kind)
          item["apiVersion"] = .string(kind.apiVersion)
        }
        list.objects.append(KubernetesObject(item))
      }
      let metadata = json["metadata"] ?? [:]
      list.resourceVersion = metadata["resourceVersion"]?.asString ?? list.resourceVersion
      token = metadata["continue"]?.asString ?? ""
    } while !token.isEmpty
    return list
  }

  // MARK: Parts

  static func selection(_ labels: String?, _ fields: String?) -> [(name: String, value: String)] {
    var query: [(name: String, value: String)] = []
    if let labels, !labels.isEmpty { query.append(("labelSelector", labels)) }
    if let fields, !fields.isEmpty { query.append(("fieldSelector", fields)) }
    return query
  }

  /// Sends; when the kind turns out to be gone, what is known of the server is old.
  func asked(_ call: Call, of reference: ObjectReference? = nil) async throws -> Reply {
    do {
      return try await send(call)
    } catch var failure as ClusterFailure {
      if failure.kind == .kindMissing { forgetDiscovery() }
      // A namespace that is asked for is no more than an object that is missing.
      if case .namespaceMissing = failure.kind, let kind = reference?.kind, kind.group.isEmpty, kind.kind == "Namespace" {
        failure.kind = .notFound
      }
      throw failure
    }
  }

  /// The object in an answer, which always says what it is.
  func object(_ reply: Reply, _ reference: ObjectReference) throws -> KubernetesObject {
    var json = try reply.json
    guard json.asObject != nil else { throw ClusterFailure(.server(reply.response.status), "its answer is no object", status: reply.response.status) }
    if json["kind"] == nil {
      json["kind"] = .string(reference.kind.kind)
      json["apiVersion"] = .string(reference.kind.apiVersion)
    }
    return KubernetesObject(json)
  }

  /// The path of an object, from the server's root; for `raw`, too.
  package func path(of reference: ObjectReference, subresource: String? = nil) async throws -> String {
    for name in [reference.name, reference.namespace ?? "default"] where !RequestPath.isName(name) {
      throw ClusterFailure(.badRequest, "\"\(name)\" cannot be a name: it must not be empty, contain \"/\" or \"%\", or be \".\" or \"..\"", action: "ask for \(reference)")
    }
    let resource = try await served(reference.kind)
    return RequestPath.of(resource, namespace: reference.namespace ?? "default", name: reference.name, subresource: subresource)
  }

  /// The path of a kind, in one namespace or in all.
  package func path(of kind: GroupVersionKind, namespace: String?) async throws -> String {
    if let namespace, !RequestPath.isName(namespace) {
      throw ClusterFailure(.badRequest, "\"\(namespace)\" cannot be the name of a namespace", action: "list \(kind)")
    }
    return RequestPath.of(try await served(kind), namespace: namespace)
  }

  private func served(_ kind: GroupVersionKind) async throws -> APIResource {
    if let resource = try await resource(for: kind) { return resource }
    throw ClusterFailure(.kindMissing, "no API of it serves \(kind)", action: "find \(kind) in the cluster")
  }
}

extension ClusterFailure {
  /// Whether the object is simply not there.
  package var isAbsence: Bool {
    switch kind {
    case .notFound, .namespaceMissing: true
    default: false
    }
  }
}
