import Addresses
import Diagnostics
import ProviderInterface
import Synchronization
import Values

/// A stage for a provider: does to it in process what a host does, and checks what a host checks.
///
///     let stage = ProviderTest(Files.self)
///     let file = try await stage.apply("files_text", ["path": "/a", "content": "hello"])
///     #expect(file["checksum"].string == "…")
///
/// Objects are kept under their type and a name, so that a second `apply` changes what the first one made. Errors of the provider are
/// thrown as `ProviderProblems`, mistakes of its author that no configuration can cause as `ProviderMistake`.
public final class ProviderTest<Owner: Provider>: Sendable {
  struct Stored: Sendable {
    /// As states keep it: each use goes by way of the provider's upgrade.
    var json: [UInt8]
    var version: Int64
    var privateState: [UInt8]
    var identity: ResourceIdentity?
  }

  struct Content: Sendable {
    var isConfigured = false
    var objects: [String: Stored] = [:]
    var warnings: [ProviderProblems.Problem] = []
  }

  let provider: ServedProvider<Owner>
  private let configuration: DynamicValue
  let capabilities: ClientCapabilities
  let content = Mutex(Content())

  /// - Parameter isDeferralAllowed: whether the host can leave for a later round what the provider puts off.
  public init(
    _ type: Owner.Type, configuration: DynamicValue = [:], surroundings: Surroundings = Surroundings(), isDeferralAllowed: Bool = false
  ) {
    provider = ServedProvider(type, surroundings)
    self.configuration = configuration
    capabilities = ClientCapabilities(deferralAllowed: isDeferralAllowed)
  }

  /// All warnings so far.
  public var warnings: [ProviderProblems.Problem] { content.withLock { $0.warnings } }

  /// The state of an object; nil if there is none.
  public func state(_ typeName: String, name: String = "test") async throws -> DynamicValue? {
    guard let stored = stored(typeName, name) else { return nil }
    return DynamicValue(try await upgraded(typeName, stored))
  }

  /// Puts an object into the state as an older version of the provider would have left it.
  public func setState(_ typeName: String, name: String = "test", json: String, version: Int = 0) {
    store(Stored(json: Array(json.utf8), version: Int64(version), privateState: []), typeName, name)
  }

  // MARK: What is not managed

  /// Checks a configuration as `validate` does. Parts may be `.unknown`.
  public func validate(_ typeName: String, _ configuration: DynamicValue) async throws {
    let value = try await value(.resource, typeName, configuration)
    try check(await provider.validateConfiguration(of: .resource, named: typeName, value))
  }

  /// Reads a data source.
  public func read(_ typeName: String, _ configuration: DynamicValue) async throws -> DynamicValue {
    let value = try await prepare(.dataSource, typeName, configuration)
    let response = await provider.readDataSource(
      ReadDataSourceRequest(typeName: typeName, configuration: value, capabilities: capabilities))
    try check(response.diagnostics)
    if let deferred = response.deferred { throw ProviderDeferral(reason: deferred.rawValue) }
    let schema = try await schema(.dataSource, typeName)
    let state = try present(response.state, "reading \(typeName)")
    try check(schema, state, "reading \(typeName)")
    return DynamicValue(state)
  }

  /// Calls a function.
  public func call(_ name: String, _ arguments: DynamicValue...) async throws -> DynamicValue {
    guard let function = try await wrapped({ () async throws(DiagnosticsError) in try await provider.functions() })[name] else {
      throw ProviderMistake("there is no function \(name)")
    }
    let types = function.parameters.map(\.type) + Array(
      repeating: function.variadic?.type ?? .dynamic, count: max(0, arguments.count - function.parameters.count))
    if arguments.count < function.parameters.count || (function.variadic == nil && arguments.count > function.parameters.count) {
      throw ProviderMistake("\(name) takes \(function.parameters.count) arguments, not \(arguments.count)")
    }
    let values = try zip(arguments, types).map { try convert($0.value, to: $1) }
    let response = try await wrapped({ () async throws(DiagnosticsError) in try await provider.functionCaller() })(name, values)
    if let error = response.error {
      throw ProviderProblems([
        .init(isError: true, summary: "Error in function call", detail: error.text, path: error.argument.map { AttributePath.root.element($0) } ?? .root)
      ])
    }
    return DynamicValue(try present(response.result, "calling \(name)"))
  }

  /// Opens an ephemeral resource, renews it as often as is said, lets the body use it, and closes it.
  public func withEphemeral<Result>(
    _ typeName: String, _ configuration: DynamicValue, renewals: Int = 0, _ body: (DynamicValue) async throws -> Result
  ) async throws -> Result {
    let value = try await prepare(.ephemeralResource, typeName, configuration)
    let response = await provider.openEphemeralResource(
      OpenEphemeralResourceRequest(typeName: typeName, configuration: value, capabilities: capabilities))
    try check(response.diagnostics)
    if let deferred = response.deferred { throw ProviderDeferral(reason: deferred.rawValue) }
    let object = try present(response.result, "opening \(typeName)")
    try check(try await schema(.ephemeralResource, typeName), object, "opening \(typeName)")
    var notes = response.private
    for _ in 0..<renewals {
      let renewal = await provider.renewEphemeralResource(named: typeName, private: notes)
      try check(renewal.diagnostics)
      notes = renewal.private
    }
    let result: Result
    do {
      result = try await body(DynamicValue(object))
    } catch {
      _ = await provider.closeEphemeralResource(named: typeName, private: notes)
      throw error
    }
    try check(await provider.closeEphemeralResource(named: typeName, private: notes))
    return result
  }

  /// Asks the calls in flight to end.
  public func stop() async { await provider.stop() }

  // MARK: Steps

  /// Validates and configures, once, and gives a configuration in the form of the type's schema, validated too.
  func prepare(_ kind: TypeKind, _ typeName: String, _ configuration: DynamicValue) async throws -> Value {
    try await configure()
    let value = try await value(kind, typeName, configuration)
    try check(await provider.validateConfiguration(of: kind, named: typeName, value))
    return value
  }

  func configure() async throws {
    let isFirst = content.withLock { content in
      defer { content.isConfigured = true }
      return !content.isConfigured
    }
    guard isFirst else { return }
    let metadata = try await wrapped { () async throws(DiagnosticsError) in try await provider.metadata() }
    let value = try conformed(configuration, to: metadata.configuration.block)
    try check(await provider.validateProviderConfiguration(value).diagnostics)
    try check(
      await provider.configure(ConfigureRequest(terraformVersion: "1.11.4", configuration: value, capabilities: capabilities)))
  }

  func schema(_ kind: TypeKind, _ typeName: String) async throws -> Schema {
    guard let schema = try await wrapped({ () async throws(DiagnosticsError) in try await provider.schema(for: kind, named: typeName) }) else {
      throw ProviderMistake("there is nothing named \(typeName)")
    }
    return schema
  }

  func value(_ kind: TypeKind, _ typeName: String, _ configuration: DynamicValue) async throws -> Value {
    try conformed(configuration, to: try await schema(kind, typeName).block)
  }

  func stored(_ typeName: String, _ name: String) -> Stored? { content.withLock { $0.objects["\(typeName).\(name)"] } }
  func store(_ object: Stored?, _ typeName: String, _ name: String) { content.withLock { $0.objects["\(typeName).\(name)"] = object } }

  func upgraded(_ typeName: String, _ stored: Stored) async throws -> Value {
    let response = await provider.upgradeResourceState(
      UpgradeResourceStateRequest(typeName: typeName, version: stored.version, json: stored.json))
    try check(response.diagnostics)
    return try present(response.upgraded, "upgrading the state of \(typeName)")
  }

  // MARK: Checks

  /// Throws the errors among diagnostics, and remembers the warnings.
  func check(_ diagnostics: [Diagnostic]) throws {
    let problems = diagnostics.map(ProviderProblems.Problem.init)
    content.withLock { $0.warnings += problems.filter { !$0.isError } }
    if diagnostics.hasErrors { throw ProviderProblems(problems.filter(\.isError)) }
  }

  /// What hosts check of everything that is stored.
  func check(_ schema: Schema, _ object: Value, _ doing: String) throws {
    var problems = conformanceProblems(schema: schema.block, object).map(\.text)
    problems += writeOnlyPathsWithValues(schema: schema.block, object).map { "\($0) is write-only, and has a value" }
    problems += unknownPaths(in: object).map { "\($0) is unknown" }
    if !problems.isEmpty { throw ProviderMistake("\(doing): \(problems.joined(separator: "; "))") }
  }

  func present(_ value: Value?, _ doing: String) throws -> Value {
    guard let value else { throw ProviderMistake("\(doing) gave nothing, and no error") }
    return value
  }

  func wrapped<Result>(_ work: () async throws(DiagnosticsError) -> Result) async throws -> Result {
    do throws(DiagnosticsError) {
      return try await work()
    } catch {
      throw ProviderProblems(error.diagnostics.map(ProviderProblems.Problem.init))
    }
  }

  /// What a host makes of what is written: what is left out is null, or no block.
  private func conformed(_ configuration: DynamicValue, to block: BlockSchema) throws -> Value {
    let empty = block.emptyValue
    var members: [(String, Value)] = []
    if let stranger = configuration.keys.first(where: { block.impliedType.index(of: $0) == nil }) {
      throw ProviderProblems([
        .init(isError: true, summary: "Unsupported argument", detail: "There is no argument named \"\(stranger)\".", path: .root)
      ])
    }
    for (name, type) in zip(block.configurationType.names, block.configurationType.types) {
      let written = configuration.value.isKnown ? configuration.value.element(at: name) ?? .dynamicNull : .dynamicUnknown
      if written.isNull {
        if block.attribute(name)?.required == true, configuration.value.element(at: name) == nil {
          throw ProviderProblems([
            .init(isError: true, summary: "Missing required argument", detail: "The argument \"\(name)\" is required.", path: .root)
          ])
        }
        members.append((name, empty.attribute(name) ?? .dynamicNull))
      } else {
        members.append((name, try convert(block.block(name)?.filled(written) ?? written, to: type)))
      }
    }
    return .object(members)
  }
}

/// Errors that a provider reported.
public struct ProviderProblems: Error, Hashable, Sendable, CustomStringConvertible {
  public struct Problem: Hashable, Sendable, CustomStringConvertible {
    public var isError: Bool
    public var summary: String
    public var detail: String
    public var path: AttributePath

    init(isError: Bool, summary: String, detail: String, path: AttributePath) {
      self.isError = isError
      self.summary = summary
      self.detail = detail
      self.path = path
    }

    init(_ diagnostic: Diagnostic) {
      isError = diagnostic.severity == .error
      summary = diagnostic.summary
      detail = diagnostic.detail
      path = AttributePath(printed: diagnostic.attributePath ?? [])
    }

    public var description: String { "\(summary)\(path == .root ? "" : " (\(path))"): \(detail)" }
  }

  public var problems: [Problem]
  init(_ problems: [Problem]) { self.problems = problems }
  public var description: String { problems.map(\.description).joined(separator: "\n") }
}

/// Something that hosts would call a bug of the provider.
public struct ProviderMistake: Error, Hashable, Sendable, CustomStringConvertible {
  public let description: String
  init(_ description: String) { self.description = description }
}

/// The provider put something off.
public struct ProviderDeferral: Error, Hashable, Sendable {
  /// As hosts call it: `provider_config_unknown`, `resource_config_unknown`, `absent_prereq`.
  public let reason: String
  public init(reason: String) { self.reason = reason }
}

extension AttributePath {
  /// From the steps as diagnostics print them.
  fileprivate init(printed steps: [String]) {
    var path = Path.root
    for step in steps {
      if step.hasPrefix(".") {
        path = path.attribute(String(step.dropFirst()))
      } else if let index = Int(step.dropFirst().dropLast()) {
        path = path.index(index)
      } else {
        path = path.key(String(step.dropFirst(2).dropLast(2)))
      }
    }
    self.init(path)
  }
}
