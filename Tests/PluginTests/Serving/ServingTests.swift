import Addresses
import Diagnostics
import ProviderInterface
import Synchronization
import Testing
import Values

@testable import Plugin

/// Each call from our own client to our own server: what a provider is asked, and what comes back, is what was sent.
struct ServingTests {
  let served: Served
  let remote: PluginProvider

  init() throws {
    served = try Served()
    remote = try served.provider
  }

  static let type = Workshop.bench.block.impliedType
  static let bench = Value.object([
    ("anything", .tuple([1, "two"])), ("id", .unknown(.string)), ("leg", .set([.object([("length", 70)])], of: .object([("length", .number)]))),
    ("name", "b"), ("parts", .list([.object([("kind", "k"), ("stamp", .null(.string))])], of: .object([("kind", .string), ("stamp", .string)]))),
    ("pin", .null(.string)), ("tags", .map(["": "x", "a": "1"], of: .string)), ("width", .null(.number)),
  ])
  static let identity = ResourceIdentity(schemaVersion: 1, json: Array(#"{"hall":"a","number":3}"#.utf8))
  static let note = Value.object([("note", "n")])

  @Test func schemasArriveWhole() async throws {
    let metadata = try await remote.metadata()
    #expect(metadata.configuration.block.attribute("token")?.sensitive == true)
    #expect(metadata.providerMeta?.block.attribute("note")?.type == .string)
    #expect(
      metadata.capabilities
        == ServerCapabilities(planDestroy: true, getProviderSchemaOptional: true, moveResourceState: true))
    let bench = try #require(try await remote.schema(for: .resource, named: "workshop_bench"))
    // The encoder's own output is compared: what the decoder kept of it must give the same bytes again.
    #expect(SchemaEncoder.schema(bench) == SchemaEncoder.schema(Workshop.bench))
    #expect(bench.version == 2 && bench.block.impliedType == Self.type)
    #expect(bench.block.attribute("name")?.descriptionKind == .markdown)
    #expect(bench.block.attribute("width")?.deprecationMessage == "Measure it.")
    #expect(bench.block.attribute("parts")?.nestedType?.attribute("stamp")?.writeOnly == true)
    #expect(bench.block.block("leg").map { [$0.minItems, $0.maxItems] } == [1, 4])
    #expect(try await remote.typeNames(of: .resource) == ["workshop_bench"])
    #expect(try await remote.typeNames(of: .ephemeralResource) == ["workshop_key"])
    #expect(try await remote.schema(for: .dataSource, named: "workshop_catalog")?.block.attribute("found")?.computed == true)
    let shout = try #require(try await remote.functions()["shout"])
    #expect(SchemaEncoder.function(shout) == SchemaEncoder.function(Workshop.shout))
    #expect(shout.parameters[0].allowsNull && shout.variadic?.allowsUnknown == true && shout.returnType == .list(.string))
    let identity = try #require(try await remote.identitySchemas()["workshop_bench"])
    #expect(SchemaEncoder.identity(identity) == SchemaEncoder.identity(Workshop.identity))
    #expect(identity.block.attribute("number")?.required == true)
  }

  @Test func metadataListsAllNames() async throws {
    let connection = try await served.connect()
    let reply = try ProtobufMessage(try await connection.call(PluginMethod.getMetadata.path(in: 6), []))
    for (field, name) in [(3, "workshop_catalog"), (4, "workshop_bench"), (5, "shout"), (6, "workshop_key")] {
      #expect(try reply.all(field).map { try ProtobufMessage($0).string(1) } == [name])
    }
    let functions = try ProtobufMessage(try await connection.call(PluginMethod.getFunctions.path(in: 6), []))
    #expect(try functions.all(1).map { try ProtobufMessage($0).string(1) } == ["shout"])
    await connection.close()
  }

  @Test func configurationIsValidatedAndGiven() async throws {
    let configuration = Value.object([("token", "t")])
    #expect(
      await remote.validateProviderConfiguration(configuration).diagnostics == [Workshop.remark("t", [".token"])])
    let diagnostics = await remote.configure(
      ConfigureRequest(
        terraformVersion: "1.11.4", configuration: configuration, capabilities: ClientCapabilities(deferralAllowed: false)))
    #expect(diagnostics == [Workshop.remark("t", [])] || diagnostics == [Workshop.remark("t", nil)])
    let request = try #require(served.workshop.record.withLock { $0.configured })
    #expect(request.terraformVersion == "1.11.4" && request.configuration == configuration)
    #expect(!request.capabilities.deferralAllowed && request.capabilities.writeOnlyAttributesAllowed)
    #expect(
      await remote.validateConfiguration(of: .resource, named: "workshop_bench", Self.bench)
        == [Workshop.remark("b", [".tags", "[\"a\"]", "[3]"])])
    #expect(
      await remote.validateConfiguration(
        of: .ephemeralResource, named: "workshop_key", .object([("key", .null(.string)), ("length", 3)]))
        == [Workshop.remark(3, [".tags", "[\"a\"]", "[3]"])])
    #expect(
      await remote.validateConfiguration(
        of: .dataSource, named: "workshop_catalog", .object([("found", .null(.list(.string))), ("query", "q")])).count == 1)
  }

  @Test func objectsAreReadAndUpgraded() async throws {
    let read = await remote.readResource(
      ReadResourceRequest(
        typeName: "workshop_bench", current: Self.bench, private: [1, 2], providerMeta: Self.note, identity: Self.identity))
    #expect(read.new == Self.bench && read.private == [2, 1] && read.deferred == .absentPrerequisite)
    #expect(read.identity == Self.identity && read.diagnostics == [Workshop.remark("n", [])])
    #expect(served.workshop.record.withLock { $0.read?.providerMeta } == Self.note)
    let json = JSONValueCodec.encode(Workshop.bench.block.emptyValue, type: .object(Self.type))
    let upgraded = await remote.upgradeResourceState(
      UpgradeResourceStateRequest(typeName: "workshop_bench", version: 1, json: json))
    #expect(upgraded.upgraded == Workshop.bench.block.emptyValue && upgraded.diagnostics.isEmpty)
    #expect(served.workshop.record.withLock { $0.upgraded?.version } == 1)
    let refused = await remote.upgradeResourceState(
      UpgradeResourceStateRequest(typeName: "workshop_bench", version: 1, json: Array("[]".utf8)))
    #expect(refused.diagnostics.map(\.summary) == ["Not a bench"])
    let identity = await remote.upgradeResourceIdentity(
      UpgradeResourceIdentityRequest(typeName: "workshop_bench", version: 0, json: Array(#"{"old":1}"#.utf8)))
    #expect(identity.identity?.json == Array(#"{"hall":null,"number":40}"#.utf8))
  }

  @Test func changesArePlannedAndApplied() async throws {
    let none = Value.null(.object(Self.type))
    let plan = await remote.planResourceChange(
      PlanResourceChangeRequest(
        typeName: "workshop_bench", prior: none, proposed: Self.bench, configuration: Self.bench, priorPrivate: [5],
        providerMeta: Self.note, priorIdentity: Self.identity))
    #expect(plan.planned?.attribute("id")?.unknownDetails?.refinements.isNotNull == true)
    #expect(plan.planned?.attribute("anything") == .tuple([1, "two"]))
    #expect(plan.requiresReplace.map(\.description) == [".name", ".parts[0].kind", ".tags[\"\"]"])
    #expect(plan.private == [5, 1] && plan.legacyTypeSystem && plan.deferred == .resourceConfigUnknown)
    #expect(plan.plannedIdentity == Self.identity)
    #expect(plan.diagnostics == [Workshop.remark("n", [".parts", "[0]", ".kind"])])
    let asked = try #require(served.workshop.record.withLock { $0.planned })
    #expect(asked.prior.isNull && asked.proposed == Self.bench && asked.configuration == Self.bench)
    let applied = await remote.applyResourceChange(
      ApplyResourceChangeRequest(
        typeName: "workshop_bench", prior: none, planned: plan.planned ?? none, configuration: Self.bench,
        plannedPrivate: plan.private, plannedIdentity: Self.identity))
    #expect(applied.new?.attribute("id") == "made" && applied.private == [5, 1, 2] && applied.identity == Self.identity)
    let destroyed = await remote.planResourceChange(
      PlanResourceChangeRequest(
        typeName: "workshop_bench", prior: Self.bench, proposed: none, configuration: none, priorPrivate: []))
    #expect(destroyed.planned?.isNull == true)
  }

  /// What is there already is not lost when a provider fails, or answers with something that is no object of the type.
  @Test(arguments: [("broken", "It broke"), ("senseless", "Provider produced invalid object")])
  func failedChangesKeepWhatWas(name: String, summary: String) async throws {
    let prior = Self.bench.setting(at: Path.root.attribute("id"), to: "there")
    let planned = prior.setting(at: Path.root.attribute("name"), to: .text(name))
    let applied = await remote.applyResourceChange(
      ApplyResourceChangeRequest(
        typeName: "workshop_bench", prior: prior, planned: planned, configuration: planned, plannedPrivate: []))
    #expect(applied.diagnostics.map(\.summary) == [summary])
    #expect(applied.new == prior)
  }

  @Test func objectsAreImportedAndMoved() async throws {
    let byID = await remote.importResourceState(ImportResourceStateRequest(typeName: "workshop_bench", id: "x"))
    #expect(byID.imported.map(\.typeName) == ["workshop_bench"] && byID.imported.first?.private == [7])
    #expect(byID.imported.first?.state.attribute("id") == "x" && byID.deferred == .providerConfigUnknown)
    let byIdentity = await remote.importResourceState(
      ImportResourceStateRequest(typeName: "workshop_bench", id: "", identity: Self.identity))
    #expect(byIdentity.imported.first?.identity == Self.identity)
    let moved = await remote.moveResourceState(
      MoveResourceStateRequest(
        sourceProvider: "example.com/a/b", sourceTypeName: "b_bench", sourceSchemaVersion: 4, sourceJSON: Array("{}".utf8),
        sourcePrivate: [3], targetTypeName: "workshop_bench", sourceIdentity: ResourceIdentity(schemaVersion: 2, json: Array("{}".utf8))))
    #expect(moved.target == Workshop.bench.block.emptyValue && moved.private == [3])
    #expect(moved.identity?.json == Array(#"{"hall":"b","number":7}"#.utf8))
    let asked = try #require(served.workshop.record.withLock { $0.moved })
    #expect(asked.sourceProvider == "example.com/a/b" && asked.sourceTypeName == "b_bench" && asked.sourceSchemaVersion == 4)
    #expect(asked.sourceIdentity?.schemaVersion == 2)
  }

  @Test func dataAndEphemeralResources() async throws {
    let data = await remote.readDataSource(
      ReadDataSourceRequest(
        typeName: "workshop_catalog", configuration: .object([("found", .null(.list(.string))), ("query", "q")])))
    #expect(data.state?.attribute("found") == .list(["q", "more"], of: .string) && data.deferred == .unknown)
    let opened = await remote.openEphemeralResource(
      OpenEphemeralResourceRequest(
        typeName: "workshop_key", configuration: .object([("key", .null(.string)), ("length", 3)])))
    #expect(opened.result?.attribute("key") == "k" && opened.private == [1, 2, 3])
    #expect(opened.renewAtSeconds == 1_700_000_000.5 && opened.deferred == .unknown)
    let renewed = await remote.renewEphemeralResource(named: "workshop_key", private: [1])
    #expect(renewed.renewAtSeconds == 12.25 && renewed.private == [1, 4])
    #expect(await remote.closeEphemeralResource(named: "workshop_key", private: [8]).isEmpty)
    #expect(served.workshop.record.withLock { $0.closed } == [8])
    await remote.stop()
    #expect(served.workshop.record.withLock { $0.stops } == 1)
  }

  @Test func functionsAreCalled() async throws {
    let call = try await remote.functionCaller()
    #expect(call("shout", ["ho", 1, 2]).result == .list(["HO", "1", "2"], of: .string))
    let refused = call("shout", [""])
    #expect(refused.error?.text == "nothing to shout" && refused.error?.argument == 0)
    #expect(call("shout", [.null(.string)]).error?.argument == 0)
  }

  // MARK: Requests that make no sense

  /// The diagnostics of a reply to bytes of our own making.
  private func diagnostics(_ method: PluginMethod, _ build: (inout ProtobufWriter) -> Void) async throws -> [String] {
    let connection = try await served.connect()
    var request = ProtobufWriter()
    build(&request)
    let reply = try ProtobufMessage(try await connection.call(method.path(in: 6), request.bytes))
    await connection.close()
    return try reply.diagnostics(try #require(method.diagnosticsField)).map(\.summary)
  }

  @Test func unknownTypesAreDiagnostics() async throws {
    let table: [(PluginMethod, String)] = [
      (.validateResource, "Unknown resource type"), (.readResource, "Unknown resource type"),
      (.planResourceChange, "Unknown resource type"), (.applyResourceChange, "Unknown resource type"),
      (.upgradeResourceState, "Unknown resource type"), (.importResourceState, "Unknown resource type"),
      (.validateDataSource, "Unknown data source"), (.readDataSource, "Unknown data source"),
      (.openEphemeralResource, "Unknown ephemeral resource type"), (.closeEphemeralResource, "Unknown ephemeral resource type"),
    ]
    for (method, summary) in table {
      #expect(try await diagnostics(method) { $0.string(1, "workshop_saw") } == [summary], "\(method)")
      // An empty request has no name at all.
      #expect(try await diagnostics(method) { _ in } == [summary], "\(method)")
    }
  }

  @Test func valuesThatDoNotFitAreDiagnostics() async throws {
    var damaged = ProtobufWriter()
    damaged.bytes(1, [0xC1, 0xFF])
    var flat = ProtobufWriter()
    flat.message(2, SchemaEncoder.entry("id", Array("x".utf8)))
    let invalid = ["Invalid request to the provider"]
    for method in [PluginMethod.validateResource, .readResource, .planResourceChange, .applyResourceChange] {
      #expect(
        try await diagnostics(method) {
          $0.string(1, "workshop_bench")
          $0.message(2, damaged.bytes)
        } == invalid)
    }
    #expect(try await diagnostics(.validateResource) { $0.string(1, "workshop_bench") } == invalid)
    #expect(try await diagnostics(.configure) { $0.string(1, "1.11.4") } == invalid)
    #expect(try await diagnostics(.upgradeResourceState) { $0.string(1, "workshop_bench") } == invalid)
    #expect(
      try await diagnostics(.upgradeResourceState) {
        $0.string(1, "workshop_bench")
        $0.message(3, flat.bytes)
      } == ["State is too old"])
  }

  /// A host that says nothing of write-only arguments would store them.
  @Test func writeOnlyArgumentsNeedAHostThatKnowsThem() async throws {
    let secret = Self.bench.setting(at: Path.root.attribute("pin"), to: "1234")
      .setting(at: Path.root.attribute("parts").index(0).attribute("stamp"), to: "s")
    let encoded = try DynamicValue.encode(secret, as: .object(Self.type))
    let refused = "Write-only argument not supported"
    #expect(
      try await diagnostics(.validateResource) {
        $0.string(1, "workshop_bench")
        $0.message(2, encoded)
      } == [refused, refused, "Seen"])
    #expect(
      await remote.validateConfiguration(of: .resource, named: "workshop_bench", secret).map(\.summary) == ["Seen"])
  }
}
