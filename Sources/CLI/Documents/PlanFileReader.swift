import Addresses
import Graphs
import Plans
import Values

/// Reads the body of a plan file. Every number that names a row or a step is checked, so that no file can bring the program down.
struct PlanFileReader: ~Copyable {
  private var reader: MessagePackReader
  private var strings: [String] = []
  private var modules: [ModuleInstance] = []
  private var resources: [Resource] = []
  private var providers: [ProviderConfigurationAddress] = []
  private var types: [ValueType] = []
  private var values: [Value] = []

  init(_ bytes: [UInt8]) throws(CodecError) {
    reader = MessagePackReader(bytes)
    strings = try Self.list(&reader) { reader throws(CodecError) in try reader.readString() }
    modules = try Self.list(&reader) { reader throws(CodecError) in
      guard let module = ModuleInstance(parsing: try reader.readString()) else { throw Self.damaged }
      return module
    }
    resources = try Self.list(&reader) { reader throws(CodecError) in
      guard let mode = ResourceMode(rawValue: try reader.readString()) else { throw Self.damaged }
      return Resource(mode, try reader.readString(), try reader.readString())
    }
    providers = try Self.list(&reader) { reader throws(CodecError) in
      guard let provider = ProviderConfigurationAddress(parsing: try reader.readString()) else { throw Self.damaged }
      return provider
    }
    types = try Self.list(&reader) { reader throws(CodecError) in
      try JSONValueCodec.decodeType(try reader.readBinary())
    }
    try readValues()
  }

  private static var damaged: CodecError { CodecError(message: "not a saved plan") }

  private static func list<Item>(
    _ reader: inout MessagePackReader, _ read: (inout MessagePackReader) throws(CodecError) -> Item
  ) throws(CodecError) -> [Item] {
    var items: [Item] = []
    for _ in 0..<(try reader.readArrayHeader()) { items.append(try read(&reader)) }
    return items
  }

  private mutating func readValues() throws(CodecError) {
    for _ in 0..<(try reader.readArrayHeader()) {
      let type = try row(of: types)
      let plain = try MessagePackCodec.decode(try reader.readBinary(), type: type)
      var marks: [PathMarks] = []
      for _ in 0..<(try reader.readArrayHeader()) {
        guard let raw = UInt16(exactly: try reader.readInteger()) else { throw Self.damaged }
        var path = Path()
        for _ in 0..<(try reader.readArrayHeader()) {
          if try reader.peek() == .string {
            path.steps.append(.attribute(try reader.readString()))
          } else {
            path.steps.append(.index(try MessagePackCodec.decode(try reader.readBinary(), type: .dynamic)))
          }
        }
        marks.append(PathMarks(path: path, marks: Marks(rawValue: raw)))
      }
      values.append(plain.markedDeep(with: marks))
    }
  }

  /// The file; to be called once.
  mutating func file() throws(CodecError) -> PlanFile {
    let plan = try self.plan()
    var configuration: [(path: String, bytes: [UInt8])] = []
    for _ in 0..<(try reader.readArrayHeader()) {
      configuration.append((try reader.readString(), try reader.readBinary()))
    }
    let lockFile = try reader.readNull() ? nil : try reader.readBinary()
    let workspace = try reader.readString()
    guard reader.isAtEnd else { throw Self.damaged }
    return PlanFile(plan: plan, configuration: configuration, lockFile: lockFile, workspace: workspace)
  }

  // MARK: Plan

  private mutating func targets() throws(CodecError) -> [TargetAddress] {
    try list { this throws(CodecError) in
      guard let target = TargetAddress(parsing: try this.reader.readString()) else { throw Self.damaged }
      return target
    }
  }

  private mutating func plan() throws(CodecError) -> Plan {
    let mode: PlanMode = try word()
    let lineage = try reader.readString()
    guard let serial = UInt64(try reader.readString()) else { throw Self.damaged }
    var plan = Plan(mode: mode, basis: PlanBasis(lineage: lineage, serial: serial), timestamp: try reader.readString())
    plan.variables = try namedValues()
    plan.givenVariables = try namedValues()
    plan.ephemeralVariables = try list { this throws(CodecError) in try this.reader.readString() }
    plan.targets = try targets()
    plan.excludes = try targets()
    plan.forcedReplacements = try list { this throws(CodecError) in try this.address() }
    plan.changes = try list { this throws(CodecError) in try this.change() }
    plan.drift = try list { this throws(CodecError) in try this.change() }
    plan.deferred = try list { this throws(CodecError) in
      let reason: DeferralReason = try this.word()
      let explanation = try this.reader.readString()
      let hasUnknownKeys = try this.reader.readBool()
      return DeferredChange(reason: reason, explanation: explanation, change: try this.change(), hasUnknownKeys: hasUnknownKeys)
    }
    plan.outputChanges = try list { this throws(CodecError) in try this.outputChange() }
    plan.relevantAttributes = try list { this throws(CodecError) in
      RelevantAttribute(resource: try this.address(), path: try this.path())
    }
    plan.checks = try list { this throws(CodecError) in try this.check() }
    plan.priorObjects = try list { this throws(CodecError) in try this.object() }
    plan.refreshedRows = try list { this throws(CodecError) in
      RefreshedRow(
        previousAddress: try this.optional { this throws(CodecError) in try this.address() },
        previousDeposedKey: try this.optionalText(), previousVersion: try this.integer(),
        object: try this.optional { this throws(CodecError) in try this.object() })
    }
    plan.priorOutputs = try namedValues()
    plan.execution = try execution(changeCount: plan.changes.count)
    plan.isComplete = try reader.readBool()
    plan.isApplyable = try reader.readBool()
    plan.isErrored = try reader.readBool()
    return plan
  }

  private mutating func change() throws(CodecError) -> ResourceChange {
    let address = try self.address()
    let previous = try optional { this throws(CodecError) in try this.address() }
    let deposedKey = try optionalText()
    let provider = try row(of: providers)
    let schemaVersion = try integer()
    let action = try self.action()
    let reason = try optional { this throws(CodecError) in
      guard let reason = ActionReason(rawValue: try this.row(of: this.strings)) else { throw Self.damaged }
      return reason
    }
    let before = try value()
    let isSame = try reader.readBool()
    var change = ResourceChange(
      address: address, previousAddress: previous, deposedKey: deposedKey, provider: provider,
      schemaVersion: schemaVersion, action: action, reason: reason, before: before,
      after: isSame ? before : try value())
    change.plannedPrivate = try reader.readBinary()
    change.replacePaths = try list { this throws(CodecError) in try this.path() }
    change.plannedIdentity = try identity()
    change.importID = try optionalText()
    change.importIdentity = try identity()
    change.generatedConfiguration = try optionalText()
    change.newDeposedKey = try optionalText()
    change.dependencies = try dependencies()
    change.createBeforeDestroy = try reader.readBool()
    change.skipDestroy = try reader.readBool()
    change.rowVersion = try integer()
    change.isConfigurationKnown = try reader.readBool()
    return change
  }

  private mutating func outputChange() throws(CodecError) -> OutputChange {
    let name = try reader.readString()
    let action = try self.action()
    let isSensitive = try reader.readBool()
    let before = try value()
    return OutputChange(name: name, action: action, before: before, after: try value(), isSensitive: isSensitive)
  }

  private mutating func object() throws(CodecError) -> ObjectRecord {
    let address = try self.address()
    let deposedKey = try optionalText()
    let provider = try row(of: providers)
    let schemaVersion = try integer()
    var object = ObjectRecord(
      address: address, deposedKey: deposedKey, provider: provider, schemaVersion: schemaVersion, value: try value())
    object.private = try reader.readBinary()
    object.isTainted = try reader.readBool()
    object.dependencies = try dependencies()
    object.createBeforeDestroy = try reader.readBool()
    object.skipDestroy = try reader.readBool()
    object.identity = try identity()
    object.rowVersion = try integer()
    return object
  }

  private mutating func identity() throws(CodecError) -> ResourceIdentity? {
    try optional { this throws(CodecError) in
      ResourceIdentity(schemaVersion: try this.integer(), json: try this.reader.readBinary())
    }
  }

  private mutating func check() throws(CodecError) -> CheckResult {
    let kind: CheckableKind = try word()
    let address = try reader.readString()
    let status: CheckStatus = try word()
    let instances = try list { this throws(CodecError) in
      let address = try this.reader.readString()
      let module = try this.optionalText()
      let key = try this.key()
      let status: CheckStatus = try this.word()
      let failures = try this.list { this throws(CodecError) in try this.reader.readString() }
      return CheckResult.Instance(address: address, module: module, key: key, status: status, failures: failures)
    }
    return CheckResult(kind: kind, address: address, status: status, instances: instances)
  }

  private mutating func execution(changeCount: Int) throws(CodecError) -> ExecutionGraph {
    var graph = ExecutionGraph()
    var edges: [(Int, Int)] = []
    let count = try reader.readArrayHeader()
    for index in 0..<count {
      let kind = try reader.readInteger()
      let change = try reader.readInteger()
      guard let step = ExecutionGraph.Step(kind: kind, change: change), step == .join || (0..<changeCount).contains(change)
      else { throw Self.damaged }
      _ = graph.add(step)
      for _ in 0..<(try reader.readArrayHeader()) {
        let other = try reader.readInteger()
        guard (0..<count).contains(other) else { throw Self.damaged }
        edges.append((index, other))
      }
    }
    for (step, other) in edges { graph.order(step, after: other) }
    return graph
  }

  // MARK: Parts

  private mutating func list<Item>(
    _ read: (inout Self) throws(CodecError) -> Item
  ) throws(CodecError) -> [Item] {
    var items: [Item] = []
    for _ in 0..<(try reader.readArrayHeader()) { items.append(try read(&self)) }
    return items
  }

  private mutating func optional<Item>(
    _ read: (inout Self) throws(CodecError) -> Item
  ) throws(CodecError) -> Item? {
    if try reader.readNull() { return nil }
    guard try reader.readArrayHeader() == 1 else { throw Self.damaged }
    return try read(&self)
  }

  private mutating func optionalText() throws(CodecError) -> String? {
    try optional { this throws(CodecError) in try this.reader.readString() }
  }

  private mutating func row<Row>(of rows: [Row]) throws(CodecError) -> Row {
    let number = try reader.readInteger()
    guard rows.indices.contains(number) else { throw Self.damaged }
    return rows[number]
  }

  private mutating func value() throws(CodecError) -> Value { try row(of: values) }
  private mutating func integer() throws(CodecError) -> Int64 { Int64(try reader.readInteger()) }

  private mutating func word<Word: RawRepresentable<String>>() throws(CodecError) -> Word {
    guard let word = Word(rawValue: try reader.readString()) else { throw Self.damaged }
    return word
  }

  private mutating func action() throws(CodecError) -> Action {
    guard let action = Action(rawValue: try row(of: strings)) else { throw Self.damaged }
    return action
  }

  private mutating func address() throws(CodecError) -> ResourceInstance {
    let module = try row(of: modules)
    let resource = try row(of: resources)
    return ResourceInstance(module: module, resource, key: try key())
  }

  private mutating func key() throws(CodecError) -> InstanceKey? {
    switch try reader.peek() {
    case .null:
      _ = try reader.readNull()
      return nil
    case .string: return .string(try reader.readString())
    default: return .integer(try reader.readInteger())
    }
  }

  private mutating func dependencies() throws(CodecError) -> [ConfigurationResource] {
    try list { this throws(CodecError) in
      let module = try this.row(of: this.modules)
      return ConfigurationResource(module: module.path, try this.row(of: this.resources))
    }
  }

  private mutating func path() throws(CodecError) -> Path {
    Path(
      try list { this throws(CodecError) in
        if try this.reader.peek() == .string { return Path.Step.attribute(try this.reader.readString()) }
        guard try this.reader.readArrayHeader() == 1 else { throw Self.damaged }
        return .index(try this.value())
      })
  }

  private mutating func namedValues() throws(CodecError) -> [String: Value] {
    var result: [String: Value] = [:]
    for _ in 0..<(try reader.readArrayHeader()) {
      let name = try reader.readString()
      result[name] = try value()
    }
    return result
  }
}
