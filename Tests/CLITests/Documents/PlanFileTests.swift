import Addresses
import Graphs
import Host
import Plans
import Testing
import Values

@testable import CLI

/// Everything in a value as text, fields that are added later included, so that none can be forgotten in the file.
private func described(_ value: Any) -> String {
  switch value {
  case let value as Value:
    let (plain, marks) = value.unmarkedDeep()
    let places = marks.map { "\($0.path):\($0.marks.rawValue)" }.joined(separator: ",")
    return "\(plain.type) \(MessagePackCodec.encode(plain, type: plain.type)) \(places)"
  case let path as Path: return path.description
  case let dictionary as [String: Value]:
    return dictionary.sorted { $0.key < $1.key }.map { "\($0.key)=\(described($0.value))" }.joined(separator: ";")
  case let graph as ExecutionGraph:
    let dependencies = graph.graph.dependencies
    return graph.steps.indices.map { "\(graph.steps[$0])<-\(Array(dependencies[$0]))" }.joined(separator: ";")
  default:
    let mirror = Mirror(reflecting: value)
    if mirror.children.isEmpty { return "\(value)" }
    return "{" + mirror.children.map { "\($0.label ?? ""):\(described($0.value))" }.joined(separator: ",") + "}"
  }
}

private let provider = ProviderConfigurationAddress(
  module: ModulePath(["m"]), source: ProviderSource(type: "aws"), alias: "west")
private let secret = Value.string("s").marked(with: .sensitive)

private func object(_ attributes: [(String, Value)]) -> Value { .object(attributes) }

private func address(_ text: String) -> ResourceInstance {
  ResourceInstance(parsing: text) ?? ResourceInstance(Resource(.managed, "invalid", "address"))
}

/// A plan in which every field has something to say.
private func fullPlan() -> Plan {
  var plan = Plan(
    mode: .refreshOnly, basis: PlanBasis(lineage: "line", serial: .max), timestamp: "2026-01-02T03:04:05Z")
  let before = object([
    ("id", "i-1"), ("list", .list(["a", "b"], of: .string)), ("map", .map(["k": secret, "l": "x"], of: .string)),
    ("none", .null(.list(.number))), ("set", .set([1, 2], of: .number)),
    ("tuple", Value.tuple([.int(1), .null(.dynamic), .bool(true)]).marked(with: .sensitive)),
  ])
  let after = object([
    ("id", .unknown(.string, refined: Refinements(isNotNull: true, stringPrefix: "arn:"))),
    ("any", .dynamicUnknown), ("big", .number(Number(parsing: "12345678901234567890.5") ?? Number(0))),
    ("map", .map(["k": .unknown(.number)], of: .number)), ("object", object([("inner", secret.marked(with: .ephemeral))])),
    ("set", .set([object([("x", 1)])], of: .object([("x", .number)]))),
  ])
  var change = ResourceChange(
    address: address("module.m[\"a.b\"].aws_x.y[3]"), previousAddress: address("module.m.aws_x.old[\"é${x}\"]"),
    deposedKey: "12345678", provider: provider, schemaVersion: 4, action: .createThenDelete,
    reason: .replaceBecauseCannotUpdate, before: before, after: after, plannedPrivate: [0, 255, 1],
    replacePaths: [
      Path().attribute("a").index(0).key("k"), Path().attribute("set").index(object([("x", 1)])), Path(),
    ], importID: "id", generatedConfiguration: "resource {}", newDeposedKey: "87654321",
    dependencies: [ConfigurationResource(module: ModulePath(["m"]), Resource(.data, "aws_ami", "d"))],
    createBeforeDestroy: true, rowVersion: 77)
  change.isConfigurationKnown = true
  let same = ResourceChange(
    address: address("aws_x.same"), provider: ProviderConfigurationAddress(source: .builtin), schemaVersion: 0,
    action: .noOp, before: before, after: object(zip(before.keys, before.elements).map { ($0, $1) }))
  let record = ObjectRecord(
    address: address("data.aws_x.z"), deposedKey: "aa", provider: provider, schemaVersion: 2, value: before, private: [9],
    isTainted: true, dependencies: [ConfigurationResource(Resource(.managed, "aws_x", "same"))], createBeforeDestroy: true,
    rowVersion: 5)
  plan.variables = ["v": secret, "w": .null(.dynamic), "x": .tuple([.list([], of: .dynamic)])]
  plan.ephemeralVariables = ["token"]
  plan.targets = [.resource(address("aws_x.y[0]"))] + [TargetAddress(parsing: "module.m[1]")].compactMap { $0 }
  plan.forcedReplacements = [address("aws_x.y")]
  plan.changes = [change, same]
  plan.drift = [same]
  plan.deferred = [DeferredChange(reason: .providerConfigUnknown, explanation: "There is no cluster.", change: change, hasUnknownKeys: true)]
  plan.outputChanges = [
    OutputChange(name: "o", action: .update, before: "a", after: .unknown(.string), isSensitive: true)
  ]
  plan.relevantAttributes = [RelevantAttribute(resource: address("aws_x.y"), path: Path().attribute("id"))]
  plan.checks = [
    CheckResult(
      kind: .variable, address: "var.v", status: .fail,
      instances: [
        .init(address: "module.m[0].var.v", module: "module.m[0]", key: .string("k"), status: .error, failures: ["no", ""]),
        .init(address: "var.v", status: .unknown, failures: []),
      ])
  ]
  plan.priorObjects = [record]
  plan.refreshedRows = [
    RefreshedRow(
      previousAddress: address("aws_x.y"), previousDeposedKey: "bb", previousVersion: .max, object: record),
    RefreshedRow(previousAddress: nil, previousDeposedKey: nil, previousVersion: 0, object: nil),
  ]
  plan.priorOutputs = ["p": secret]
  let steps = [ExecutionGraph.Step.destroy(change: 0), .join, .apply(change: 0), .forget(change: 1), .verify(change: 1)]
    .map { plan.execution.add($0) }
  plan.execution.order(steps[2], after: steps[1])
  plan.execution.order(steps[1], after: steps[0])
  plan.isComplete = false
  plan.isApplyable = true
  plan.isErrored = true
  return plan
}

private func fullFile() -> PlanFile {
  PlanFile(
    plan: fullPlan(), configuration: [("main.tf", Array("# a".utf8)), (".terraform/modules/modules.json", [])],
    lockFile: [1, 2], workspace: "prod")
}

@Suite struct PlanFileTests {
  @Test func everythingComesBack() throws {
    let file = fullFile()
    let read = try PlanFile(reading: file.encode())
    #expect(described(read.plan) == described(file.plan))
    #expect(described(read) == described(file))
    #expect(read.encode() == file.encode())
  }

  @Test func emptyPlanComesBack() throws {
    let plan = Plan(mode: .normal, basis: PlanBasis(lineage: "", serial: 0), timestamp: "")
    let file = PlanFile(plan: plan, configuration: [], lockFile: nil, workspace: "default")
    #expect(described(try PlanFile(reading: file.encode())) == described(file))
  }

  @Test func valuesAreStoredOnce() {
    var plan = Plan(mode: .normal, basis: PlanBasis(lineage: "", serial: 0), timestamp: "")
    let value = object([("text", .string(String(repeating: "x", count: 10_000)))])
    for index in 0..<10 {
      let resource = ResourceInstance(Resource(.managed, "a", "b"), key: .integer(index))
      plan.changes.append(
        ResourceChange(address: resource, provider: provider, schemaVersion: 0, action: .noOp, before: value, after: value))
      plan.priorObjects.append(ObjectRecord(address: resource, provider: provider, schemaVersion: 0, value: value))
    }
    #expect(PlanFile(plan: plan, configuration: [], lockFile: nil, workspace: "default").encode().count < 12_000)
  }

  @Test func otherFilesAreNamed() {
    func code(_ bytes: [UInt8]) -> PlanFileError.Code? {
      do throws(PlanFileError) {
        _ = try PlanFile(reading: bytes)
        return nil
      } catch {
        return error.code
      }
    }
    let bytes = fullFile().encode()
    #expect(code(bytes) == nil)
    #expect(code([]) == .noPlan)
    #expect(code(Array(#"{"version":4}"#.utf8)) == .noPlan)
    #expect(code([0x50, 0x4B, 3, 4, 0, 0]) == .foreign)
    #expect(code(Array("plumb plan 9\n...".utf8)) == .otherVersion)
    #expect(code(Array("plumb plan ".utf8)) == .damaged)
    #expect(code(Array("plumb plan 99999999999999999999999\n".utf8)) == .damaged)
    #expect(PlanFile.isPlan(bytes) && !PlanFile.isPlan(Array("{}".utf8)))
  }

  @Test func damageIsNoticed() {
    let bytes = fullFile().encode()
    for count in stride(from: 0, to: bytes.count, by: 7) {
      #expect(throws: PlanFileError.self) { try PlanFile(reading: Array(bytes.prefix(count))) }
    }
    for index in stride(from: 13, to: bytes.count, by: 11) {
      var damaged = bytes
      damaged[index] ^= 0x55
      #expect(throws: PlanFileError.self) { try PlanFile(reading: damaged) }
    }
  }

  /// The digest keeps accidents out; what is inside must not be trusted all the same.
  @Test func wrongContentNeverTraps() {
    let start = Array("plumb plan 1\n".utf8).count + 32
    let bytes = fullFile().encode()
    let body = Array(bytes[start...])
    for index in body.indices {
      for change: UInt8 in [0x01, 0x80, 0xFF] {
        var wrong = body
        wrong[index] ^= change
        _ = try? PlanFile(reading: Array("plumb plan 1\n".utf8) + SHA256Digest.of(wrong) + wrong)
      }
    }
  }
}
