import Diagnostics
import Glibc
import Host
import ProviderInterface
import Synchronization
import Testing
import Values

@testable import Plugin

/// Everything `PluginProvider` does that a real provider can show without an account: schemas, configuration, validation, plans, a crash.
@Suite(.enabled(if: RealProvider.path != nil, Comment(rawValue: RealProvider.skipReason)), .serialized)
struct RealProviderTests {
  let launcher = RecordingLauncher()

  func provider(
    security: PluginTransportSecurity = .privateSocket, cache: PluginSchemaCache? = nil
  ) -> PluginProvider {
    PluginProvider(launch: RealProvider.launch(security: security), with: launcher, schemaCache: cache)
  }

  /// A value of a block in which some attributes are set.
  func value(_ schema: Schema, _ set: [String: Value]) -> Value {
    let type = schema.block.impliedType
    guard case .object(let empty) = schema.block.emptyValue else { return .null(.object(type)) }
    return .object(type: type, values: zip(type.names, empty.values).map { set[$0] ?? $1 })
  }

  static let credentials: [String: Value] = [
    "region": .string("eu-west-1"), "access_key": .string("none"), "secret_key": .string("none"),
    "skip_credentials_validation": .true, "skip_requesting_account_id": .true,
    "skip_metadata_api_check": .string("true"),
    "skip_region_validation": .true,
  ]

  func configured(_ provider: PluginProvider) async throws {
    let schema = try await provider.metadata().configuration
    let configuration = value(schema, Self.credentials)
    let validation = await provider.validateProviderConfiguration(configuration)
    #expect(!validation.diagnostics.hasErrors, "\(validation.diagnostics)")
    let diagnostics = await provider.configure(
      ConfigureRequest(terraformVersion: "1.11.4", configuration: configuration))
    #expect(!diagnostics.hasErrors, "\(diagnostics)")
  }

  /// Plans the creation of one SSM parameter.
  func plan(_ provider: PluginProvider, name: Value) async throws -> PlanResourceChangeResponse {
    let schema = try #require(try await provider.schema(for: .resource, named: "aws_ssm_parameter"))
    let type = ValueType.object(schema.block.impliedType)
    let configuration = value(
      schema, ["name": name, "type": .string("String"), "value": .string("v")])
    var proposed: [String: Value] = ["name": name, "type": .string("String"), "value": .string("v")]
    for attribute in schema.block.attributes where attribute.computed && proposed[attribute.name] == nil {
      proposed[attribute.name] = .unknown(attribute.type)
    }
    return await provider.planResourceChange(
      PlanResourceChangeRequest(
        typeName: "aws_ssm_parameter", prior: .null(type), proposed: value(schema, proposed),
        configuration: configuration, priorPrivate: []))
  }

  @Test(arguments: [PluginTransportSecurity.privateSocket, .mutualTLS])
  func schemasConfigurationAndPlans(security: PluginTransportSecurity) async throws {
    let provider = provider(security: security)
    let names = try await provider.typeNames(of: .resource)
    #expect(names.count > 1000 && names.contains("aws_instance"))
    let metadata = try await provider.metadata()
    #expect(metadata.capabilities.planDestroy && metadata.capabilities.moveResourceState)
    #expect(try await provider.schema(for: .dataSource, named: "aws_region") != nil)
    #expect(try await provider.schema(for: .resource, named: "aws_nothing") == nil)
    #expect(try await provider.functions().keys.contains("arn_parse"))
    try await configured(provider)
    let plan = try await plan(provider, name: .string("/a/b"))
    #expect(!plan.diagnostics.hasErrors, "\(plan.diagnostics)")
    #expect(plan.planned?.attribute("name") == .string("/a/b"))
    #expect(plan.planned?.attribute("arn")?.isKnown == false)
    #expect(plan.legacyTypeSystem)
    let many = await withTaskGroup(of: Bool.self) { group in
      for number in 0..<100 {
        group.addTask { (try? await self.plan(provider, name: .string("/n/\(number)")))?.planned != nil }
      }
      return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
    }
    #expect(many == 100)
    let unknownName = try await self.plan(provider, name: .unknown(.string))
    #expect(unknownName.planned?.attribute("name")?.isKnown == false)
    await provider.close()
    #expect(await launcher.allEnded())
  }

  @Test func validationSpeaksWithPathsAndFunctionsAnswer() async throws {
    let provider = provider()
    let schema = try #require(try await provider.schema(for: .resource, named: "aws_ssm_parameter"))
    let diagnostics = await provider.validateConfiguration(
      of: .resource, named: "aws_ssm_parameter",
      value(schema, ["name": .string("x"), "type": .string("Nonsense"), "value": .string("v")]))
    #expect(diagnostics.hasErrors)
    #expect(diagnostics.contains { $0.attributePath == [".type"] }, "\(diagnostics)")
    let call = try await provider.functionCaller()
    let parsed = call(
      "arn_parse", [.string("arn:aws:iam::444455556666:role/example")])
    #expect(parsed.result?.attribute("account_id") == .string("444455556666"))
    let wrong = call("arn_parse", [.string("nonsense")])
    #expect(wrong.error?.text.contains("invalid") == true, "\(wrong)")
    let unknown = await provider.planResourceChange(
      PlanResourceChangeRequest(
        typeName: "aws_nothing", prior: .dynamicNull, proposed: .dynamicNull, configuration: .dynamicNull,
        priorPrivate: []))
    #expect(unknown.diagnostics.hasErrors)
    await provider.close()
  }

  @Test func storedStateIsUpgraded() async throws {
    let provider = provider()
    let schema = try #require(try await provider.schema(for: .resource, named: "aws_ssm_parameter"))
    let response = await provider.upgradeResourceState(
      UpgradeResourceStateRequest(
        typeName: "aws_ssm_parameter", version: schema.version,
        json: Array(#"{"id":"/a","name":"/a","type":"String","value":"v","removed_long_ago":true}"#.utf8)))
    #expect(!response.diagnostics.hasErrors, "\(response.diagnostics)")
    #expect(response.upgraded?.attribute("name") == .string("/a"))
    await provider.close()
  }

  @Test func aSecondRunTakesItsSchemasFromDisk() async throws {
    let directory = try ProcessDirectory(in: "/tmp")
    let cache = PluginSchemaCache(directory: directory.path, files: LocalFileTree())
    let first = provider(cache: cache)
    _ = try await first.metadata()
    await first.close()
    let second = PluginProvider(
      launch: RealProvider.launch(), with: launcher, schemaCache: cache, startsNow: false)
    #expect(try await second.schema(for: .resource, named: "aws_ssm_parameter") != nil)
    #expect(launcher.count == 1)
    try await configured(second)
    #expect(launcher.count == 2)
    let plan = try await plan(second, name: .string("/a/b"))
    #expect(plan.planned != nil, "\(plan.diagnostics)")
    await second.close()
  }

  @Test func aKilledProviderIsADiagnosticAndSoAreLaterCalls() async throws {
    let provider = provider()
    try await configured(provider)
    async let planning = withTaskGroup(of: PlanResourceChangeResponse?.self) { group in
      for _ in 0..<20 { group.addTask { try? await plan(provider, name: .string("/a/b")) } }
      var responses: [PlanResourceChangeResponse] = []
      for await response in group { if let response { responses.append(response) } }
      return responses
    }
    launcher.killAll()
    let failed = await planning.filter { $0.diagnostics.hasErrors }
    let later = try await plan(provider, name: .string("/a/b"))
    let diagnostic = try #require(later.diagnostics.first)
    #expect(diagnostic.summary == "Plugin did not respond")
    #expect(diagnostic.detail.contains("failed to answer PlanResourceChange"))
    #expect(diagnostic.detail.contains("The process ended with signal 9"))
    for response in failed { #expect(response.planned == nil) }
    await provider.close()
    #expect(await launcher.allEnded())
  }

  @Test func deadlinesAndCancellationEndACallAlone() async throws {
    let plugin = try await PluginProcess.start(RealProvider.launch(), with: launcher)
    let schemaPath = PluginMethod.getSchema.path(in: plugin.protocolVersion)
    let late = await #expect(throws: GRPCError.self) {
      try await plugin.connection.call(schemaPath, [], timeout: .milliseconds(1))
    }
    #expect(late?.code == .deadlineExceeded)
    let task = Task { try await plugin.connection.call(schemaPath, []) }
    try await Task.sleep(for: .milliseconds(5))
    task.cancel()
    let cancelled = await #expect(throws: GRPCError.self) { try await task.value }
    #expect(cancelled?.code == .cancelled)
    let missing = await #expect(throws: GRPCError.self) {
      try await plugin.connection.call("/tfplugin\(plugin.protocolVersion).Provider/NoSuchCall", [])
    }
    #expect(missing?.code == .unimplemented)
    #expect(try await plugin.connection.call("/grpc.health.v1.Health/Check", TransportTests.healthRequest) == [8, 1])
    await plugin.close()
    let closed = await #expect(throws: GRPCError.self) { try await plugin.connection.call(schemaPath, []) }
    #expect(closed?.code == .unavailable)
  }

  @Test func aRunningProviderIsJoinedAndLeftRunning() async throws {
    let directory = try ProcessDirectory(in: "/tmp")
    let launch = RealProvider.launch()
    let lines = Mutex<[UInt8]>([])
    let process = try await launcher.launch(
      ProcessRequest(
        executable: launch.executable,
        environment: launch.childEnvironment(socketDirectory: directory.path, clientCertificate: nil))
    ) { channel, bytes in if channel == .standardOutput { lines.withLock { $0 += bytes } } }
    while !lines.withLock({ $0.contains(10) }) { try await Task.sleep(for: .milliseconds(10)) }
    let handshake = try Handshake(line: String(decoding: lines.withLock { $0 }.dropLast(), as: UTF8.self))
    guard case .unix(let path) = handshake.address else { return }
    let entries = try PluginReattachment.parse(
      """
      {"hashicorp/aws":{"Protocol":"grpc","ProtocolVersion":\(handshake.protocolVersion),"Pid":\(process.identifier),
       "Test":true,"Addr":{"Network":"unix","String":"\(path)"}}}
      """)
    for entry in entries + entries {
      let provider = PluginProvider(reattachment: entry)
      #expect(try await provider.schema(for: .resource, named: "aws_instance") != nil)
      await provider.close()
    }
    #expect(kill(process.identifier, 0) == 0)
    process.kill(after: .zero)
    _ = await process.waitForExit()
    let gone = PluginProvider(reattachment: try #require(entries.first))
    let error = await #expect(throws: PluginError.self) { try await gone.waitUntilStarted() }
    #expect(error?.message.contains("TF_REATTACH_PROVIDERS") == true)
  }
}

/// The real launcher, with a list of what it started.
final class RecordingLauncher: ProcessLauncher {
  private let processes = Mutex<[any RunningProcess]>([])

  func launch(
    _ request: ProcessRequest, onOutput: @escaping @Sendable (ProcessOutput, [UInt8]) -> Void,
    onExit: @escaping @Sendable (ProcessExit) -> Void
  ) async throws(ProcessError) -> any RunningProcess {
    let process = try await SystemProcessLauncher().launch(request, onOutput: onOutput, onExit: onExit)
    processes.withLock { $0.append(process) }
    return process
  }

  var count: Int { processes.withLock { $0.count } }

  func killAll() {
    for process in processes.withLock({ $0 }) { process.send(signal: SIGKILL) }
  }

  /// Whether no process is left: each was reaped, so that its number is free.
  func allEnded() async -> Bool {
    for process in processes.withLock({ $0 }) { _ = await process.waitForExit() }
    return true
  }
}
