import ProviderKit
import YAML

/// Plans, applies, observes and deletes objects of any kind by server-side apply.
///
/// It keeps nothing of its own. What an object's next run needs to know of it is an `AppliedObject`, which callers keep.
package struct ObjectManager: Sendable {
  package let client: ClusterClient
  package let owner: ObjectOwner

  package init(_ client: ClusterClient, owner: ObjectOwner = ObjectOwner()) {
    self.client = client
    self.owner = owner
  }

  var clock: any Clock<Duration> { client.surroundings.clock }
  var log: Log { client.surroundings.log }
  var manager: String { owner.manager }

  /// Where the object of a manifest is, by what the server knows of its kind.
  /// - Throws: `ClusterFailure` with `.kindMissing` where the server does not know it.
  package func reference(_ wanted: WantedObject) async throws -> ObjectReference {
    guard let resource = try await client.resource(for: wanted.kind) else {
      throw ClusterFailure(.kindMissing, "", action: "find \(wanted.kind)")
    }
    return try wanted.reference(resource)
  }
}

/// Tells how much time has passed on a clock.
func stopwatch(_ clock: some Clock<Duration>) -> @Sendable () -> Duration {
  let start = clock.now
  return { start.duration(to: clock.now) }
}
