package import YAML

/// What a server said to a change.
package struct ServerAnswer: Hashable, Sendable {
  /// As it is now, or would be after a dry run.
  package var object: KubernetesObject
  /// Whether it was not there before.
  package var wasCreated: Bool
  /// What the server warns of: deprecated versions, values that have no effect.
  package var warnings: [String]

  package init(object: KubernetesObject, wasCreated: Bool, warnings: [String]) {
    self.object = object
    self.wasCreated = wasCreated
    self.warnings = warnings
  }
}

/// Objects of one kind, and as of when.
package struct ObjectList: Hashable, Sendable {
  package var objects: [KubernetesObject]
  /// Where a watch goes on from.
  package var resourceVersion: String

  package init(objects: [KubernetesObject], resourceVersion: String) {
    self.objects = objects
    self.resourceVersion = resourceVersion
  }
}

/// What a watch tells.
package enum WatchEvent: Hashable, Sendable {
  case added(KubernetesObject)
  case modified(KubernetesObject)
  /// As it last was.
  case deleted(KubernetesObject)
  /// Nothing happened up to this version.
  case bookmark(resourceVersion: String)

  /// The object that something happened to.
  package var object: KubernetesObject? {
    switch self {
    case .added(let object), .modified(let object), .deleted(let object): object
    case .bookmark: nil
    }
  }
}

/// How a patch is to be read.
package enum PatchKind: String, Hashable, Sendable {
  case json = "application/json-patch+json"
  case merge = "application/merge-patch+json"
  /// Not of custom kinds.
  case strategicMerge = "application/strategic-merge-patch+json"
}

/// What becomes of the objects that an object owns when it is deleted.
package enum Propagation: String, Hashable, Sendable {
  /// They go after it.
  case background = "Background"
  /// They go before it.
  case foreground = "Foreground"
  /// They stay.
  case orphan = "Orphan"
}

/// A request for what is no object: logs, tokens, a subresource.
package struct ClusterRequest: Hashable, Sendable {
  package var method: String
  /// From the server's root, its parts escaped: `/api/v1/namespaces/default/pods/web/log`.
  package var path: String
  package var query: [String: String]
  package var body: JSONValue?
  package var contentType: String
  package var accept: String

  package init(
    _ method: String, _ path: String, query: [String: String] = [:], body: JSONValue? = nil, contentType: String = "application/json",
    accept: String = "application/json, */*"
  ) {
    self.method = method
    self.path = path
    self.query = query
    self.body = body
    self.contentType = contentType
    self.accept = accept
  }
}

/// The answer to a `ClusterRequest`.
package struct ClusterResponse: Hashable, Sendable {
  package var status: Int
  package var body: [UInt8]
  package var warnings: [String]

  package init(status: Int, body: [UInt8], warnings: [String] = []) {
    self.status = status
    self.body = body
    self.warnings = warnings
  }

  package var text: String { String(decoding: body, as: UTF8.self) }
  /// Null for what is no JSON.
  package var json: JSONValue { (try? JSONValue(json: body)) ?? .null }
}
