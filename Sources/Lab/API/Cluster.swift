// Lab: emulated services on loopback, for the quickstart and for tests. Here: the Kubernetes API.
// This room knows nothing of the engine, its language or its providers; it answers what a client asks, and calls itself an emulator.

import YAML

/// A Kubernetes API without machines behind it: objects, the rules for changing them, and controllers just real enough.
///
/// All of it is synchronous and depends on nothing but what it is given: a request, and the time. `Lab` serves it over HTTP.
package final class Cluster {
  let store: ObjectStore
  /// All types by their identifiers, `deployments.apps`.
  var types: [String: ResourceType] = [:]
  /// The identifiers of types by where they are served: `apps/v1/deployments`.
  var served: [String: String] = [:]
  /// Nanoseconds since 1970.
  package internal(set) var now: Int64
  var generator: SeededGenerator
  let agenda = Agenda()
  /// Nanoseconds that a controller takes for what takes time in the world.
  let pace: Int64

  package static let gitVersion = "v1.36.0+plumb-lab"
  /// The namespace and name of the object that scripts refusals.
  static let rulesName = ObjectName(namespace: "plumb-lab", name: "rules")

  /// - Parameters:
  ///   - pace: milliseconds that a pod takes to become ready, and the like.
  ///   - eventsKept: changes of a type that watches can start behind, at least.
  package init(now: Int64, seed: UInt64 = 1, pace: Int64 = 100, eventsKept: Int = 4096) {
    store = ObjectStore(eventsKept: eventsKept)
    self.now = now
    self.pace = pace * 1_000_000
    generator = SeededGenerator(seed: seed)
    for type in BuiltinTypes.all + ReviewTypes.all { register(type) }
  }

  /// Makes what every cluster has, or takes up where the journal ends.
  package func start(directory: String? = nil) throws(LabError) {
    if let directory {
      do { store.journal = try Journal(directory: directory, store: store) } catch { throw LabError(message: error.message) }
    }
    for (_, definition) in store.values(Self.definitions) { register(definition: definition) }
    makeInitialObjects()
    for type in store.typesInUse {
      for name in store.names(type) { agenda.note(ObjectReference(type: type, name: name)) }
    }
    advance(to: now)
  }

  var timestamp: String { Timestamp.text(nanoseconds: now) }

  func register(_ type: ResourceType) {
    if let before = types[type.id] { unregister(before) }
    types[type.id] = type
    for version in type.versions { served["\(type.group)/\(version.name)/\(type.plural)"] = type.id }
  }

  func unregister(_ type: ResourceType) {
    types[type.id] = nil
    served = served.filter { $0.value != type.id }
  }

  func type(group: String, version: String, plural: String) -> ResourceType? {
    served["\(group)/\(version)/\(plural)"].flatMap { types[$0] }
  }

  /// Answers a request.
  package func handle(_ request: Request, at time: Int64) -> Answer {
    advance(to: time)
    do throws(Failure) {
      return try route(request)
    } catch {
      return Answer(error)
    }
  }

  /// Whether an object takes part in what its type has: not what was asked for in passing.
  func didChange(_ reference: ObjectReference, owners: [JSONValue] = []) {
    agenda.note(reference)
    if reference.type == "pods", let pod = store.value("pods", reference.name) {
      noteServices(selecting: pod, in: reference.name.namespace)
    }
    for owner in owners {
      if let type = self.type(ofOwner: owner), let name = owner["name"]?.asString {
        let namespace = type.isNamespaced ? reference.name.namespace : ""
        agenda.note(ObjectReference(type: type.id, name: ObjectName(namespace: namespace, name: name)))
      }
    }
  }

  func type(ofOwner owner: JSONValue) -> ResourceType? {
    type(apiVersion: owner["apiVersion"]?.asString ?? "", kind: owner["kind"]?.asString ?? "")
  }

  func type(apiVersion: String, kind: String) -> ResourceType? {
    let group = apiVersion.contains("/") ? String(apiVersion.split(separator: "/")[0]) : ""
    return types.values.first { $0.group == group && $0.kind == kind }
  }
}

/// Why the lab cannot be.
package struct LabError: Error, Sendable {
  package var message: String
}
