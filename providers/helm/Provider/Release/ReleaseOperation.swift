import Charts
import Kubernetes
import ProviderKit
import YAML

/// What planning, applying and deleting one release have in common.
struct ReleaseOperation: Sendable {
  let release: ReleaseResource
  let namespace: String
  let client: ClusterClient
  let charts: ChartLibrary
  let store: RecordStore
  let surroundings: Surroundings

  /// As whom objects are applied.
  static let manager = "plumb"
  /// Who applied the objects of releases before: Helm, and what it names itself in programs that have it built in.
  private static let predecessors = ObjectOwner.usualPredecessors.union(["helm"])

  init(_ release: ReleaseResource, _ client: ClusterClient, _ context: Context<Helm>) throws {
    self.release = release
    self.client = client
    namespace = release.namespace ?? "default"
    charts = try context.provider.shared.requiredLibrary()
    surroundings = context.surroundings
    store = RecordStore(client: client, driver: context.provider.shared.records, manager: Self.manager, now: context.surroundings.now)
  }

  /// What the release is called in the whole cluster.
  var title: String { "\(namespace)/\(release.name)" }

  var limit: Duration { .seconds(release.$timeout.known ?? 300) }

  /// Applies the release's objects. What belongs to the release is taken from whoever changed it meanwhile.
  /// - Parameter others: managers besides, whose fields become ours.
  func objectManager(others: Set<String> = []) -> ObjectManager {
    let timeouts = ObjectTimeouts(create: limit, update: limit, delete: limit)
    return ObjectManager(
      client,
      owner: ObjectOwner(
        manager: Self.manager, force: true, adopts: true, predecessors: Self.predecessors.union(others), timeouts: timeouts))
  }

  // MARK: Values

  /// - Parameters:
  ///   - writeOnly: `set_wo` as it is written.
  ///   - keepsWriteOnly: whether the values on record count instead of it.
  func given(writeOnly: [SetWriteOnlyArguments], keepsWriteOnly: Bool, latest: ReleaseRecord?) throws -> GivenValues {
    var given = GivenValues()
    if release.reuseValues, !release.resetValues, let latest { given.values = latest.values }
    try given.merge(release.values ?? [], at: "values")
    try given.set(release.set ?? [], at: "set")
    try given.set(release.setList ?? [], at: "set_list")
    try given.set(release.setSensitive ?? [], at: "set_sensitive")
    if !writeOnly.isEmpty {
      let stored = keepsWriteOnly ? latest.map { JSONValue.object($0.values) } : nil
      try given.set(writeOnly, stored: stored, at: "set_wo")
    }
    return given
  }

  // MARK: Rendering

  struct Rendered: Sendable {
    var chart: RenderedChart
    var inputs: RenderingInputs
    /// Stands for all that is recorded and applied.
    var digest: String
  }

  private var rendering: ChartRendering { ChartRendering(
      surroundings: surroundings, client: client, postRenderer: release.postrender, countsDefinitions: !release.skipCrds) }

  func capabilities() async throws -> Capabilities {
    Capabilities(kubernetesVersion: try await client.version().gitVersion, apiVersions: try await client.apiVersions())
  }

  /// - Parameter isVaried: whether time and chance are others than usual.
  func render(_ fetched: FetchedChart, _ given: GivenValues, _ inputs: RenderingInputs, isVaried: Bool = false) async throws -> Rendered {
    var rendering = rendering
    if isVaried { rendering.surroundings.now = { [now = surroundings.now] in now() + 40_000_000 } }
    let description = ReleaseDescription(
      name: release.name, namespace: namespace, revision: inputs.revision, isUpgrade: inputs.isUpgrade)
    let result = try await rendering.render(fetched, values: given.values, release: description, inputs: inputs)
    return Rendered(chart: result.chart, inputs: result.inputs, digest: digest(result.chart, fetched, given))
  }

  private func digest(_ chart: RenderedChart, _ fetched: FetchedChart, _ given: GivenValues) -> String {
    let definitions = release.skipCrds ? [] : chart.customResourceDefinitions.map(\.text)
    let parts = [
      fetched.chart.name, fetched.chart.metadata.version, JSONValue.object(given.values).jsonText(), chart.manifest, notes(chart),
    ]
    return Checksum.sha256((parts + definitions).map { "\($0.utf8.count):\($0)" }.joined())
  }

  func notes(_ chart: RenderedChart) -> String {
    guard release.renderSubchartNotes, !chart.subchartNotes.isEmpty else { return chart.notes }
    return chart.notes + (chart.notes.isEmpty || chart.notes.hasSuffix("\n") ? "" : "\n") + chart.subchartNotes
  }

  // MARK: What is shown

  func mask(_ given: GivenValues, _ kept: KeptRelease, isOpen: Bool = false) -> SecretMask {
    SecretMask(salt: kept.salt, secrets: given.secrets, isOpen: isOpen)
  }

  /// The hooks that would run at some time.
  func hooks(_ chart: RenderedChart) -> [RenderedHook] {
    if release.disableWebhooks { return [] }
    return chart.hooks.filter { !(release.disableCrdHooks && $0.object.kind == "CustomResourceDefinition") && $0.events != [.test] }
  }

  func shownHooks(_ chart: RenderedChart, _ mask: SecretMask) -> JSONValue {
    var shown: [String: JSONValue] = [:]
    for hook in hooks(chart) {
      let object = hook.object
      let parts = [object.apiVersion, object.kind, object.namespace ?? namespace, object.name]
      shown[parts.joined(separator: "/")] = [
        "events": .array(hook.events.map { .string($0.rawValue) }), "weight": .integer(Int64(hook.weight)),
        "delete_policies": .array(hook.deletePolicies.map { .string($0.rawValue) }), "object": mask.masked(object: object.value),
      ]
    }
    return .object(shown)
  }

  /// What the experiment `manifest` shows.
  func shownManifest(_ objects: [ReleaseObject], _ mask: SecretMask) -> (manifest: String, resources: [String: String]) {
    var resources: [String: String] = [:]
    var manifest: [String: JSONValue] = [:]
    for object in objects where !object.isDefinition {
      let masked = mask.masked(object: object.manifest)
      let kind = object.reference.kind
      let group = (kind.group.isEmpty ? kind.kind : "\(kind.kind).\(kind.group)").lowercased()
      let parts = [object.reference.namespace, group, kind.apiVersion, object.reference.name]
      manifest[parts.compactMap { $0 }.joined(separator: "/")] = masked
      resources["\(group)/\(kind.version)/\(object.reference.namespace ?? "")/\(object.reference.name)"] = masked.jsonText()
    }
    return (JSONValue.object(manifest).jsonText(), resources)
  }
}

extension ReleaseResource {
  /// - Parameter pinned: the version that counts, nil for the newest.
  func chartRequest(pinned: String?) -> ChartRequest {
    ChartRequest(
      chart: chart.trimmingBlanks, repository: repository, version: pinned?.trimmingBlanks, allowsPrereleases: devel ?? false,
      access: RepositoryAccess(
        username: repositoryUsername, password: repositoryPassword, authorityFile: repositoryCAFile, certificateFile: repositoryCertFile,
        keyFile: repositoryKeyFile, passesCredentials: passCredentials),
      isVerified: verify, keyring: keyring, updatesDependencies: dependencyUpdate)
  }
}

extension Array where Element: Sendable {
  /// What a closure makes of each element, some at a time, in the order of the elements. The first error ends it.
  func concurrently<Result: Sendable>(
    _ count: Int = 16, _ work: @escaping @Sendable (Element) async throws -> Result
  ) async throws -> [Result] {
    try await withThrowingTaskGroup(of: (Int, Result).self) { group in
      var results = [Result?](repeating: nil, count: self.count)
      var next = 0
      while next < Swift.min(count, self.count) {
        let (index, element) = (next, self[next])
        group.addTask { (index, try await work(element)) }
        next += 1
      }
      while let (index, result) = try await group.next() {
        results[index] = result
        guard next < self.count else { continue }
        let (index, element) = (next, self[next])
        group.addTask { (index, try await work(element)) }
        next += 1
      }
      return results.compactMap { $0 }
    }
  }
}
