import Addresses
import Diagnostics
import ProviderInterface
import Synchronization
import Values

/// A small provider whose answers repeat what it was asked, so that what a wire loses on the way there or back shows.
final class Workshop: Provider {
  struct Record {
    var configured: ConfigureRequest?
    var upgraded: UpgradeResourceStateRequest?
    var read: ReadResourceRequest?
    var planned: PlanResourceChangeRequest?
    var applied: ApplyResourceChangeRequest?
    var imported: ImportResourceStateRequest?
    var moved: MoveResourceStateRequest?
    var catalog: ReadDataSourceRequest?
    var opened: OpenEphemeralResourceRequest?
    var closed: [UInt8]?
    var stops = 0
    var closes = 0
    /// Calls that sleep now, and calls that were woken by being cancelled.
    var sleeping = 0
    var cancelled = 0
  }
  let record = Mutex(Record())

  static let bench = Schema(
    version: 2,
    block: BlockSchema(
      attributes: [
        AttributeSchema(name: "id", type: .string, computed: true, description: "What it is known by."),
        AttributeSchema(name: "name", type: .string, required: true, description: "Its *name*.", descriptionKind: .markdown),
        AttributeSchema(name: "width", type: .number, optional: true, deprecated: true, deprecationMessage: "Measure it."),
        AttributeSchema(name: "tags", type: .map(.string), optional: true, computed: true),
        AttributeSchema(name: "anything", type: .dynamic, optional: true),
        AttributeSchema(name: "pin", type: .string, optional: true, sensitive: true, writeOnly: true),
        AttributeSchema(
          name: "parts",
          nestedType: NestedAttributeSchema(
            nesting: .list,
            attributes: [
              AttributeSchema(name: "kind", type: .string, required: true),
              AttributeSchema(name: "stamp", type: .string, optional: true, writeOnly: true),
            ]), optional: true),
      ],
      blocks: [
        NestedBlockSchema(
          name: "leg", nesting: .set,
          block: BlockSchema(attributes: [AttributeSchema(name: "length", type: .number, required: true)]), minItems: 1,
          maxItems: 4)
      ], description: "A bench.", deprecated: true))
  static let identity = Schema(
    version: 1,
    block: BlockSchema(attributes: [
      AttributeSchema(name: "hall", type: .string, optional: true),
      AttributeSchema(name: "number", type: .number, required: true, description: "Counted from the door."),
    ]))
  static let catalog = Schema(
    block: BlockSchema(attributes: [
      AttributeSchema(name: "query", type: .string, required: true),
      AttributeSchema(name: "found", type: .list(.string), computed: true),
    ]))
  static let key = Schema(
    block: BlockSchema(attributes: [
      AttributeSchema(name: "length", type: .number, optional: true),
      AttributeSchema(name: "key", type: .string, computed: true, sensitive: true),
    ]))
  static let shout = ProviderFunction(
    parameters: [.init(name: "text", type: .string, allowsNull: true, allowsUnknown: false, description: "What to shout.")],
    variadic: .init(name: "more", type: .number, allowsNull: false, allowsUnknown: true), returnType: .list(.string),
    summary: "Shouts", description: "Says it in a loud voice.")

  func metadata() async throws(DiagnosticsError) -> ProviderMetadata {
    ProviderMetadata(
      configuration: Schema(
        block: BlockSchema(attributes: [AttributeSchema(name: "token", type: .string, optional: true, sensitive: true)])),
      providerMeta: Schema(block: BlockSchema(attributes: [AttributeSchema(name: "note", type: .string, optional: true)])),
      capabilities: ServerCapabilities(planDestroy: true, moveResourceState: true))
  }

  func schema(for kind: TypeKind, named name: String) async throws(DiagnosticsError) -> Schema? {
    switch (kind, name) {
    case (.resource, "workshop_bench"): Self.bench
    case (.dataSource, "workshop_catalog"): Self.catalog
    case (.ephemeralResource, "workshop_key"): Self.key
    default: nil
    }
  }

  func typeNames(of kind: TypeKind) async throws(DiagnosticsError) -> [String] {
    switch kind {
    case .resource: ["workshop_bench"]
    case .dataSource: ["workshop_catalog"]
    case .ephemeralResource: ["workshop_key"]
    }
  }

  func functions() async throws(DiagnosticsError) -> [String: ProviderFunction] { ["shout": Self.shout] }
  func identitySchemas() async throws(DiagnosticsError) -> [String: Schema] { ["workshop_bench": Self.identity] }

  func validateProviderConfiguration(_ configuration: Value) async -> ValidateResponse {
    ValidateResponse(diagnostics: [Self.remark(configuration.attribute("token"), [".token"])])
  }

  func configure(_ request: ConfigureRequest) async -> [Diagnostic] {
    record.withLock { $0.configured = request }
    return [Self.remark(request.configuration.attribute("token"), nil)]
  }

  func validateConfiguration(of kind: TypeKind, named name: String, _ configuration: Value) async -> [Diagnostic] {
    [Self.remark(configuration.attribute(kind == .ephemeralResource ? "length" : "name"), [".tags", "[\"a\"]", "[3]"])]
  }

  /// A warning that tells what was seen.
  static func remark(_ value: Value?, _ path: [String]?) -> Diagnostic {
    Diagnostic(.warning, "Seen", "\(value.map { String(decoding: JSONValueCodec.encode($0), as: UTF8.self) } ?? "-")", attributePath: path)
  }

  func upgradeResourceState(_ request: UpgradeResourceStateRequest) async -> UpgradeResourceStateResponse {
    record.withLock { $0.upgraded = request }
    guard let value = try? JSONValueCodec.decode(request.json, type: .object(Self.bench.block.impliedType)) else {
      return UpgradeResourceStateResponse(upgraded: nil, diagnostics: [.error("Not a bench", "Look at it.")])
    }
    return UpgradeResourceStateResponse(upgraded: value)
  }

  func upgradeResourceIdentity(_ request: UpgradeResourceIdentityRequest) async -> UpgradeResourceIdentityResponse {
    UpgradeResourceIdentityResponse(
      identity: ResourceIdentity(schemaVersion: 1, json: Array(#"{"hall":null,"number":\#(request.version + 40)}"#.utf8)))
  }

  func readResource(_ request: ReadResourceRequest) async -> ReadResourceResponse {
    record.withLock { $0.read = request }
    return ReadResourceResponse(
      new: request.current, private: request.private.reversed(), deferred: .absentPrerequisite,
      diagnostics: [Self.remark(request.providerMeta?.attribute("note"), [])], identity: request.identity)
  }

  func planResourceChange(_ request: PlanResourceChangeRequest) async -> PlanResourceChangeResponse {
    record.withLock { $0.planned = request }
    if request.proposed.attribute("name")?.asString == "slow" { await sleep() }
    if request.proposed.isNull { return PlanResourceChangeResponse(planned: request.proposed) }
    let planned = request.proposed.setting(at: Path.root.attribute("id"), to: .unknown(.string).refinedNotNull)
    return PlanResourceChangeResponse(
      planned: planned,
      requiresReplace: [
        Path.root.attribute("name"), Path.root.attribute("parts").index(0).attribute("kind"), Path.root.attribute("tags").key(""),
      ], private: request.priorPrivate + [1], legacyTypeSystem: true, deferred: .resourceConfigUnknown,
      diagnostics: [Self.remark(request.providerMeta?.attribute("note"), [".parts", "[0]", ".kind"])],
      plannedIdentity: request.priorIdentity)
  }

  private func sleep() async {
    record.withLock { $0.sleeping += 1 }
    do {
      try await Task.sleep(for: .seconds(30))
    } catch {
      record.withLock { $0.cancelled += 1 }
    }
    record.withLock { $0.sleeping -= 1 }
  }

  func applyResourceChange(_ request: ApplyResourceChangeRequest) async -> ApplyResourceChangeResponse {
    record.withLock { $0.applied = request }
    switch request.planned.attribute("name")?.asString {
    case "broken":
      return ApplyResourceChangeResponse(new: request.prior, private: [9], diagnostics: [.error("It broke", "Glue it.")])
    case "senseless": return ApplyResourceChangeResponse(new: .object([("name", .list([], of: .string))]))
    default:
      return ApplyResourceChangeResponse(
        new: request.planned.setting(at: Path.root.attribute("id"), to: "made"), private: request.plannedPrivate + [2],
        legacyTypeSystem: true, identity: request.plannedIdentity)
    }
  }

  func importResourceState(_ request: ImportResourceStateRequest) async -> ImportResourceStateResponse {
    record.withLock { $0.imported = request }
    let state = Self.bench.block.emptyValue.setting(at: Path.root.attribute("id"), to: .text(request.id))
    return ImportResourceStateResponse(
      imported: [.init(typeName: request.typeName, state: state, private: [7], identity: request.identity)],
      deferred: .providerConfigUnknown)
  }

  func moveResourceState(_ request: MoveResourceStateRequest) async -> MoveResourceStateResponse {
    record.withLock { $0.moved = request }
    return MoveResourceStateResponse(
      target: Self.bench.block.emptyValue, private: request.sourcePrivate,
      identity: ResourceIdentity(schemaVersion: 1, json: Array(#"{"hall":"b","number":7}"#.utf8)))
  }

  func readDataSource(_ request: ReadDataSourceRequest) async -> ReadDataSourceResponse {
    record.withLock { $0.catalog = request }
    let query = request.configuration.attribute("query") ?? .null(.string)
    return ReadDataSourceResponse(
      state: .object([("found", .list([query, "more"], of: .string)), ("query", query)]), deferred: .unknown)
  }

  func openEphemeralResource(_ request: OpenEphemeralResourceRequest) async -> OpenEphemeralResourceResponse {
    record.withLock { $0.opened = request }
    return OpenEphemeralResourceResponse(
      result: request.configuration.setting(at: Path.root.attribute("key"), to: "k"), renewAtSeconds: 1_700_000_000.5,
      private: [1, 2, 3], deferred: .unknown)
  }

  func renewEphemeralResource(named name: String, private notes: [UInt8]) async -> RenewEphemeralResourceResponse {
    RenewEphemeralResourceResponse(renewAtSeconds: 12.25, private: notes + [4])
  }

  func closeEphemeralResource(named name: String, private notes: [UInt8]) async -> [Diagnostic] {
    record.withLock { $0.closed = notes }
    return []
  }

  func functionCaller() async throws(DiagnosticsError) -> ProviderFunctionCaller {
    { _, arguments in
      guard let text = arguments.first?.asString, !text.isEmpty else {
        return CallFunctionResponse(result: nil, error: ("nothing to shout", 0))
      }
      return CallFunctionResponse(
        result: .list([.text(text.uppercased())] + arguments.dropFirst().map { .text("\($0.asInt ?? 0)") }, of: .string))
    }
  }

  func stop() async { record.withLock { $0.stops += 1 } }
  func close() async { record.withLock { $0.closes += 1 } }
}
