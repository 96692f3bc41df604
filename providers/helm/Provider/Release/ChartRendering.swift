import Charts
import Kubernetes
import ProviderKit
import Synchronization
import YAML

/// Renders a chart, with what its templates find in the cluster.
struct ChartRendering: Sendable {
  var surroundings: Surroundings
  /// Nil without a cluster: then nothing is found.
  let client: ClusterClient?
  var postRenderer: PostRenderArguments?
  /// Whether templates see the kinds that the chart's `crds/` define as known.
  var countsDefinitions = false

  struct Result: Sendable {
    var chart: RenderedChart
    var inputs: RenderingInputs
  }

  /// How often a rendering may find that it needs more of the cluster.
  private static let roundCountMax = 12

  /// - Parameter inputs: what is known already; what `lookup` asks for besides is looked up.
  func render(
    _ fetched: FetchedChart, values: [String: JSONValue], release: ReleaseDescription, inputs: RenderingInputs
  ) async throws -> Result {
    var inputs = inputs
    for _ in 0..<Self.roundCountMax {
      let finder = ObjectFinder(known: inputs.lookups, isOpen: client != nil)
      let outcome = Swift.Result { () throws(ChartError) in
        try fetched.chart.rendered(
          values: values, release: release, capabilities: inputs.capabilities, world: world(finder, inputs.results))
      }
      let wanted = finder.wanted
      if wanted.isEmpty {
        var chart = try rendered(outcome)
        let unseen = countsDefinitions ? inputs.capabilities.unseen(chart.customResourceDefinitions.map(\.value)) : []
        if !unseen.isEmpty {
          inputs.capabilities.apiVersions += unseen
          inputs.results = chart.kept
          continue
        }
        try check(chart)
        inputs.results = chart.kept
        inputs.lookups = finder.used
        if let postRenderer { chart = try await postRendered(chart, postRenderer) }
        return Result(chart: chart, inputs: inputs)
      }
      if case .success(let chart) = outcome { inputs.results = chart.kept }
      inputs.lookups.merge(try await lookUp(wanted)) { _, new in new }
    }
    throw AttributeError(
      "Each time its templates are rendered they look for other objects in the cluster.", summary: "The chart cannot be rendered", at: "chart")
  }

  private func rendered(_ outcome: Swift.Result<RenderedChart, ChartError>) throws -> RenderedChart {
    do throws(ChartError) {
      return try outcome.get()
    } catch {
      throw Self.problem(error)
    }
  }

  private func check(_ chart: RenderedChart) throws {
    do throws(ChartError) {
      try chart.checkObjects()
    } catch {
      throw Self.problem(error)
    }
  }

  /// What a person can do something about, beside the argument that it is about.
  static func problem(_ error: ChartError) -> AttributeErrors {
    switch error {
    case .values(let violations):
      AttributeErrors(
        violations.map { violation in
          AttributeError("\(violation).", summary: "The values do not fit the chart's schema", at: "values")
        })
    case .template(let error):
      AttributeErrors([
        AttributeError(
          "\(error)", summary: error.isAuthors ? "The chart refuses its values" : "The chart cannot be rendered", at: error.isAuthors ? "values" : "chart")
      ])
    default: AttributeErrors([AttributeError("\(error)", summary: "The chart cannot be rendered", at: "chart")])
    }
  }

  // MARK: The world

  private func world(_ finder: ObjectFinder, _ results: [KeptResult]) -> RenderingWorld {
    let (now, random, files) = (surroundings.now, surroundings.random, surroundings.files)
    return RenderingWorld(
      clock: {
        let seconds = now()
        return (Int64(seconds), Int((seconds - seconds.rounded(.down)) * 1_000_000) * 1000)
      },
      randomBytes: { count in (0..<count).map { _ in UInt8(random.next() * 256) } }, lookUp: { finder.find($0) },
      timeZone: { name in
        name.contains("..") || name.hasPrefix("/") ? nil : (try? files.read("/usr/share/zoneinfo/\(name)")) ?? nil
      }, kept: results)
  }

  private func lookUp(_ wanted: Set<Charts.ObjectReference>) async throws -> [Charts.ObjectReference: JSONValue] {
    guard let client else { return [:] }
    return try await withThrowingTaskGroup(of: (Charts.ObjectReference, JSONValue).self) { group in
      for reference in wanted { group.addTask { (reference, try await Self.lookUp(reference, client)) } }
      var found: [Charts.ObjectReference: JSONValue] = [:]
      for try await (reference, value) in group { found[reference] = value }
      return found
    }
  }

  /// Null for what is not there.
  private static func lookUp(_ reference: Charts.ObjectReference, _ client: ClusterClient) async throws -> JSONValue {
    let kind = GroupVersionKind(apiVersion: reference.apiVersion, kind: reference.kind)
    guard let resource = try await client.resource(for: kind) else { return .null }
    let namespace = resource.isNamespaced && !reference.namespace.isEmpty ? reference.namespace : nil
    if !reference.name.isEmpty {
      if resource.isNamespaced, namespace == nil { return .null }
      return try await client.get(Kubernetes.ObjectReference(kind, namespace: namespace, name: reference.name))?.json ?? .null
    }
    let items = try await client.list(kind, namespace: namespace, labels: nil, fields: nil).map(\.json)
    return ["apiVersion": .string(kind.apiVersion), "kind": .string("\(kind.kind)List"), "metadata": [:], "items": .array(items)]
  }

  // MARK: After rendering

  private func postRendered(_ chart: RenderedChart, _ arguments: PostRenderArguments) async throws -> RenderedChart {
    let program = arguments.binaryPath
    let result: ProgramResult
    do {
      result = try await surroundings.programs.run(
        Program(program, arguments.args ?? [], environment: surroundings.environment, input: Array(chart.manifest.utf8)))
    } catch let error as ProgramError {
      throw AttributeError("\(error)", summary: "The post-renderer cannot be run", at: "postrender")
    }
    guard result.isSuccess else {
      let said = String(decoding: result.standardError.suffix(2000), as: UTF8.self)
      throw AttributeError(
        "\(program) ended with \(result.ending)\(said.isEmpty ? "." : ":\n\(said)")", summary: "The post-renderer failed", at: "postrender")
    }
    do throws(ChartError) {
      return try chart.postRendered(result.standardOutput)
    } catch {
      throw AttributeError("\(error)", summary: "The post-renderer wrote what cannot be read", at: "postrender")
    }
  }
}

/// Answers `lookup` from what is known, and remembers what else was asked for.
private final class ObjectFinder: Sendable {
  private struct State {
    var wanted: Set<Charts.ObjectReference> = []
    var used: [Charts.ObjectReference: JSONValue] = [:]
  }
  private let known: [Charts.ObjectReference: JSONValue]
  private let isOpen: Bool
  private let state = Mutex(State())

  /// - Parameter isOpen: whether what is not known could be found out.
  init(known: [Charts.ObjectReference: JSONValue], isOpen: Bool) {
    self.known = known
    self.isOpen = isOpen
  }

  var wanted: Set<Charts.ObjectReference> { state.withLock { $0.wanted } }
  var used: [Charts.ObjectReference: JSONValue] { state.withLock { $0.used } }

  func find(_ reference: Charts.ObjectReference) -> JSONValue? {
    guard let value = known[reference] else {
      if isOpen { state.withLock { _ = $0.wanted.insert(reference) } }
      return nil
    }
    state.withLock { $0.used[reference] = value }
    return value.isNull ? nil : value
  }
}

extension Capabilities {
  /// What a definition of a kind makes known: `example.com/v1`, `example.com/v1/Thing`.
  static func apiVersions(definedBy definition: JSONValue) -> [String] {
    let spec = definition["spec"] ?? [:]
    guard let group = spec["group"]?.asString, let kind = spec[path: ["names", "kind"]]?.asString else { return [] }
    let versions = (spec["versions"]?.asArray ?? []).filter { $0["served"]?.asBool ?? true }.compactMap { $0["name"]?.asString }
    return versions.flatMap { ["\(group)/\($0)", "\(group)/\($0)/\(kind)"] }
  }

  /// What definitions make known and is not known yet.
  func unseen(_ definitions: [JSONValue]) -> [String] {
    let known = Set(apiVersions)
    var unseen: [String] = []
    for text in definitions.flatMap({ Self.apiVersions(definedBy: $0) }) where !known.contains(text) && !unseen.contains(text) { unseen.append(text) }
    return unseen
  }

  /// The same without some of what is known, unless it was known before.
  func without(_ names: Set<String>, except before: Capabilities) -> Capabilities {
    let hidden = names.subtracting(before.apiVersions)
    return Capabilities(kubernetesVersion: kubernetesVersion, apiVersions: apiVersions.filter { !hidden.contains($0) })
  }
}
