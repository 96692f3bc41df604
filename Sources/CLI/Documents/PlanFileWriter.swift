import Addresses
import Graphs
import Plans
import Values

/// Writes the body of a plan file: first the tables of what is shared, then the plan, which names their rows by number.
struct PlanFileWriter {
  private let file: PlanFile
  private var writer = MessagePackWriter()
  private var strings = SharedTable<String>()
  private var modules = SharedTable<ModuleInstance>()
  private var resources = SharedTable<Resource>()
  private var providers = SharedTable<ProviderConfigurationAddress>()
  private var types = SharedTable<ValueType>()
  private var values = MessagePackWriter()
  private var valueCount = 0
  /// Where a boxed value was written before. The plan keeps the boxes alive.
  private var valueByBox: [ObjectIdentifier: Int] = [:]

  init(_ file: PlanFile) {
    self.file = file
    let count = max(file.plan.changes.count, file.plan.priorObjects.count)
    resources.reserveCapacity(count)
    valueByBox.reserveCapacity(count)
  }

  /// The body in pieces that follow each other: no large one is copied to join them.
  consuming func parts() -> [[UInt8]] {
    writePlan(file.plan)
    writer.arrayHeader(file.configuration.count)
    for (path, bytes) in file.configuration {
      writer.string(path)
      writer.binary(bytes)
    }
    if let lockFile = file.lockFile { writer.binary(lockFile) } else { writer.null() }
    writer.string(file.workspace)
    return [tables(), values.bytes, writer.bytes]
  }

  /// All before the values.
  private func tables() -> [UInt8] {
    var head = MessagePackWriter()
    head.arrayHeader(strings.rows.count)
    for text in strings.rows { head.string(text) }
    head.arrayHeader(modules.rows.count)
    for module in modules.rows { head.string(module.description) }
    head.arrayHeader(resources.rows.count)
    for resource in resources.rows {
      head.string(resource.mode.rawValue)
      head.string(resource.type)
      head.string(resource.name)
    }
    head.arrayHeader(providers.rows.count)
    for provider in providers.rows { head.string(provider.description) }
    head.arrayHeader(types.rows.count)
    for type in types.rows { head.binary(JSONValueCodec.encodeType(type)) }
    head.arrayHeader(valueCount)
    return head.bytes
  }

  // MARK: Plan

  private mutating func writePlan(_ plan: Plan) {
    writer.string(plan.mode.rawValue)
    writer.string(plan.basis.lineage)
    // As text, because a serial may be larger than a signed number.
    writer.string(String(plan.basis.serial))
    writer.string(plan.timestamp)
    write(plan.variables)
    write(plan.givenVariables)
    list(plan.ephemeralVariables) { $0.writer.string($1) }
    list(plan.targets) { $0.writer.string($1.description) }
    list(plan.excludes) { $0.writer.string($1.description) }
    list(plan.forcedReplacements) { $0.write($1) }
    list(plan.changes) { $0.write($1) }
    list(plan.drift) { $0.write($1) }
    list(plan.deferred) { this, deferred in
      this.writer.string(deferred.reason.rawValue)
      this.writer.string(deferred.explanation)
      this.writer.bool(deferred.hasUnknownKeys)
      this.write(deferred.change)
    }
    list(plan.outputChanges) { this, change in
      this.writer.string(change.name)
      this.write(change.action)
      this.writer.bool(change.isSensitive)
      this.write(change.before)
      this.write(change.after)
    }
    list(plan.relevantAttributes) { this, relevant in
      this.write(relevant.resource)
      this.write(relevant.path)
    }
    list(plan.checks) { $0.write($1) }
    list(plan.priorObjects) { $0.write($1) }
    list(plan.refreshedRows) { this, row in
      this.optional(row.previousAddress) { $0.write($1) }
      this.optional(row.previousDeposedKey) { $0.writer.string($1) }
      this.writer.integer(row.previousVersion)
      this.optional(row.object) { $0.write($1) }
    }
    write(plan.priorOutputs)
    write(plan.execution)
    writer.bool(plan.isComplete)
    writer.bool(plan.isApplyable)
    writer.bool(plan.isErrored)
  }

  private mutating func write(_ change: ResourceChange) {
    write(change.address)
    optional(change.isMove ? change.previousAddress : nil) { $0.write($1) }
    optional(change.deposedKey) { $0.writer.string($1) }
    write(change.provider)
    writer.integer(change.schemaVersion)
    write(change.action)
    optional(change.reason) { $0.share($1.rawValue) }
    write(change.before)
    // What does not change is mostly not the same box, but stored once all the same.
    let isSame = change.action == .noOp && change.after.isIdentical(to: change.before)
    writer.bool(isSame)
    if !isSame { write(change.after) }
    writer.binary(change.plannedPrivate)
    list(change.replacePaths) { $0.write($1) }
    write(change.plannedIdentity)
    optional(change.importID) { $0.writer.string($1) }
    write(change.importIdentity)
    optional(change.generatedConfiguration) { $0.writer.string($1) }
    optional(change.newDeposedKey) { $0.writer.string($1) }
    write(change.dependencies)
    writer.bool(change.createBeforeDestroy)
    writer.bool(change.skipDestroy)
    writer.integer(change.rowVersion)
    writer.bool(change.isConfigurationKnown)
  }

  private mutating func write(_ object: ObjectRecord) {
    write(object.address)
    optional(object.deposedKey) { $0.writer.string($1) }
    write(object.provider)
    writer.integer(object.schemaVersion)
    write(object.value)
    writer.binary(object.private)
    writer.bool(object.isTainted)
    write(object.dependencies)
    writer.bool(object.createBeforeDestroy)
    writer.bool(object.skipDestroy)
    write(object.identity)
    writer.integer(object.rowVersion)
  }

  private mutating func write(_ identity: ResourceIdentity?) {
    optional(identity) { this, identity in
      this.writer.integer(identity.schemaVersion)
      this.writer.binary(identity.json)
    }
  }

  private mutating func write(_ result: CheckResult) {
    writer.string(result.kind.rawValue)
    writer.string(result.address)
    writer.string(result.status.rawValue)
    list(result.instances) { this, instance in
      this.writer.string(instance.address)
      this.optional(instance.module) { $0.writer.string($1) }
      this.write(instance.key)
      this.writer.string(instance.status.rawValue)
      this.list(instance.failures) { $0.writer.string($1) }
    }
  }

  private mutating func write(_ execution: ExecutionGraph) {
    let dependencies = execution.graph.dependencies
    list(Array(execution.steps.indices)) { this, index in
      let (kind, change) = execution.steps[index].parts
      this.writer.integer(Int64(kind))
      this.writer.integer(Int64(change))
      this.list(Array(dependencies[index])) { $0.writer.integer(Int64($1)) }
    }
  }

  // MARK: Parts

  private mutating func list<Item>(_ items: [Item], _ write: (inout Self, Item) -> Void) {
    writer.arrayHeader(items.count)
    for item in items { write(&self, item) }
  }

  /// Null, or an array of one: null alone may be a value of its own.
  private mutating func optional<Item>(_ item: Item?, _ write: (inout Self, Item) -> Void) {
    guard let item else { return writer.null() }
    writer.arrayHeader(1)
    write(&self, item)
  }

  private mutating func share(_ text: String) { writer.integer(Int64(strings.row(text))) }
  private mutating func write(_ action: Action) { share(action.rawValue) }

  private mutating func write(_ address: ResourceInstance) {
    writer.integer(Int64(modules.row(address.module)))
    writer.integer(Int64(resources.row(address.resource)))
    write(address.key)
  }

  private mutating func write(_ key: InstanceKey?) {
    switch key {
    case nil: writer.null()
    case .integer(let number): writer.integer(Int64(number))
    case .string(let text): writer.string(text)
    }
  }

  private mutating func write(_ provider: ProviderConfigurationAddress) { writer.integer(Int64(providers.row(provider))) }

  private mutating func write(_ dependencies: [ConfigurationResource]) {
    list(dependencies) { this, dependency in
      let module = ModuleInstance(dependency.module.names.map { ModuleInstance.Step($0) })
      this.writer.integer(Int64(this.modules.row(module)))
      this.writer.integer(Int64(this.resources.row(dependency.resource)))
    }
  }

  private mutating func write(_ path: Path) {
    list(path.steps) { this, step in
      switch step {
      case .attribute(let name): this.writer.string(name)
      case .index(let key):
        // A key that is no name stands in an array, so that it cannot be taken for one.
        this.writer.arrayHeader(1)
        this.write(key)
      }
    }
  }

  private mutating func write(_ values: [String: Value]) {
    list(values.sorted { $0.key < $1.key }) { this, entry in
      this.writer.string(entry.key)
      this.write(entry.value)
    }
  }

  /// The number of the value's row. Rows hold the type, the value, and the places of its marks.
  private mutating func write(_ value: Value) {
    if let box = value.box, let row = valueByBox[box] { return writer.integer(Int64(row)) }
    let (plain, marks) = value.unmarkedDeep()
    let type = plain.type
    values.integer(Int64(types.row(type)))
    values.binary(MessagePackCodec.encode(plain, type: type))
    values.arrayHeader(marks.count)
    for entry in marks {
      values.integer(Int64(entry.marks.rawValue))
      values.arrayHeader(entry.path.steps.count)
      for step in entry.path.steps {
        switch step {
        case .attribute(let name): values.string(name)
        case .index(let key): values.binary(MessagePackCodec.encode(key, type: .dynamic))
        }
      }
    }
    if let box = value.box { valueByBox[box] = valueCount }
    writer.integer(Int64(valueCount))
    valueCount += 1
  }
}

/// Rows without repetition, numbered in the order in which they came up.
private struct SharedTable<Row: Hashable> {
  private(set) var rows: [Row] = []
  private var numbers: [Row: Int] = [:]
  private var last: (row: Row, number: Int)?

  mutating func row(_ row: Row) -> Int {
    if let last, last.row == row { return last.number }
    let number = numbers[row] ?? add(row)
    last = (row, number)
    return number
  }

  mutating func reserveCapacity(_ count: Int) {
    rows.reserveCapacity(count)
    numbers.reserveCapacity(count)
  }

  private mutating func add(_ row: Row) -> Int {
    let number = rows.count
    rows.append(row)
    numbers[row] = number
    return number
  }
}

extension Value {
  /// The identity of an object's storage.
  fileprivate var box: ObjectIdentifier? {
    switch self {
    case .object(let object): ObjectIdentifier(object)
    case .marked(let node): ObjectIdentifier(node)
    default: nil
    }
  }
}

extension ExecutionGraph.Step {
  /// A number for the kind, and the change; -1 where there is none.
  fileprivate var parts: (kind: Int, change: Int) {
    switch self {
    case .apply(let change): (0, change)
    case .destroy(let change): (1, change)
    case .forget(let change): (2, change)
    case .verify(let change): (3, change)
    case .join: (4, -1)
    }
  }

  init?(kind: Int, change: Int) {
    switch kind {
    case 0: self = .apply(change: change)
    case 1: self = .destroy(change: change)
    case 2: self = .forget(change: change)
    case 3: self = .verify(change: change)
    case 4: self = .join
    default: return nil
    }
  }
}
