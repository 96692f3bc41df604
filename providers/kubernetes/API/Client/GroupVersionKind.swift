// Kubernetes: what providers need of a cluster. `Configuration` finds it and logs in, `Client` asks it, `Schemas` knows what its kinds look
// like, `Objects` plans, applies and deletes, and `Readiness` waits. This room knows no resource type of any provider.

/// What an object is: a kind, in a version of an API group.
package struct GroupVersionKind: Hashable, Sendable, Comparable, CustomStringConvertible {
  /// Empty for the core group.
  package var group: String
  package var version: String
  package var kind: String

  package init(group: String, version: String, kind: String) {
    self.group = group
    self.version = version
    self.kind = kind
  }

  /// - Parameter apiVersion: as objects have it: `v1`, `apps/v1`.
  package init(apiVersion: String, kind: String) {
    let halves = apiVersion.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
    group = halves.count > 1 ? String(halves[0]) : ""
    version = halves.last.map(String.init) ?? ""
    self.kind = kind
  }

  /// As objects have it: `v1`, `apps/v1`.
  package var apiVersion: String { group.isEmpty ? version : "\(group)/\(version)" }

  /// `apps/v1 Deployment`
  package var description: String { "\(apiVersion) \(kind)" }

  package static func < (left: Self, right: Self) -> Bool {
    (left.group, left.version, left.kind) < (right.group, right.version, right.kind)
  }
}

/// Which object.
package struct ObjectReference: Hashable, Sendable, Comparable, CustomStringConvertible {
  package var kind: GroupVersionKind
  /// Nil for what lies in no namespace.
  package var namespace: String?
  package var name: String

  package init(_ kind: GroupVersionKind, namespace: String? = nil, name: String) {
    self.kind = kind
    self.namespace = namespace
    self.name = name
  }

  /// `apps/v1 Deployment default/web`
  package var description: String { "\(kind) \(namespace.map { "\($0)/" } ?? "")\(name)" }

  package static func < (left: Self, right: Self) -> Bool {
    (left.kind, left.namespace ?? "", left.name) < (right.kind, right.namespace ?? "", right.name)
  }
}
