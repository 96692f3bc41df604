import Addresses
import State

/// Readings of one stack. Used by the read queue inside a read transaction, and by the writer inside its own.
enum Reader {
  /// What belongs to the workspace: its row's id, lineage, serial and check results; nil if it was never written to.
  struct Stack {
    var id: Int64
    var lineage: String
    var serial: UInt64
    var checkResults: [UInt8]?

    init(_ statement: Statement) {
      id = statement.integer(0)
      lineage = statement.text(1)
      serial = UInt64(bitPattern: statement.integer(2))
      checkResults = statement.optionalBytes(3)
    }
  }

  static func stack(_ connection: Connection, workspace: String) throws(StoreError) -> Stack? {
    let select = try connection.statement(.stack)
    select.bind(1, workspace)
    guard try select.step() else { return nil }
    defer { select.reset() }
    return Stack(select)
  }

  private static func stack(_ connection: Connection, id: Int64) throws(StoreError) -> Stack {
    let select = try connection.statement(.stackOfWriter)
    select.bind(1, id)
    guard try select.step() else { throw StoreError(.notFound, "The workspace was deleted by another command.") }
    defer { select.reset() }
    return Stack(select)
  }

  /// Objects, outputs and check results, without the journal.
  static func content(_ connection: Connection, stackID: Int64) throws(StoreError) -> StateSnapshot {
    let stack = try stack(connection, id: stackID)
    return StateSnapshot(
      lineage: stack.lineage, serial: stack.serial, objects: try objects(connection, stackID: stackID),
      outputs: try outputs(connection, stackID: stackID), checkResults: stack.checkResults)
  }

  static func snapshot(
    _ connection: Connection, _ stack: Stack, _ environment: StoreEnvironment
  ) throws(StoreError) -> StateSnapshot {
    let inFlight = try operations(connection, .operationsInFlight) { $0.bind(1, stack.id) }
    var runs: [Int64: Run] = [:]
    let now = environment.now()
    for operation in inFlight where runs[operation.runID] == nil {
      guard var row = try run(connection, operation.runID, stackID: stack.id) else { continue }
      if row.run.status == .running, row.isGone(environment, now: now) { row.run.status = .abandoned }
      runs[operation.runID] = row.run
    }
    return StateSnapshot(
      lineage: stack.lineage, serial: stack.serial, objects: try objects(connection, stackID: stack.id),
      outputs: try outputs(connection, stackID: stack.id), checkResults: stack.checkResults,
      operationsInFlight: inFlight, runs: runs)
  }

  private static func objects(_ connection: Connection, stackID: Int64) throws(StoreError) -> [StateObject] {
    var decoder = ObjectDecoder(path: connection.path)
    var objects: [StateObject] = []
    let select = try connection.statement(.objects)
    select.bind(1, stackID)
    defer { select.reset() }
    while try select.step() {
      guard let mode = ResourceMode(rawValue: select.text(1)) else {
        throw .corruptStore(connection.path, "there is no mode \"\(select.text(1))\"")
      }
      var address = ResourceInstance(
        module: try decoder.module(select.text(0)), Resource(mode, select.text(2), select.text(3)))
      if !select.isNull(4) {
        address.key = select.isInteger(4) ? .integer(Int(select.integer(4))) : .string(select.text(4))
      }
      let deposed = select.text(5)
      objects.append(
        try decoder.object(
          ObjectRow(select, from: 8), key: ObjectKey(address, deposedKey: deposed.isEmpty ? nil : deposed),
          version: select.integer(6), lastVerified: select.optionalText(7)))
    }
    return objects
  }

  static func outputs(_ connection: Connection, stackID: Int64) throws(StoreError) -> [String: OutputState] {
    var outputs: [String: OutputState] = [:]
    let select = try connection.statement(.outputs)
    select.bind(1, stackID)
    while try select.step() {
      outputs[select.text(0)] = OutputState(
        value: select.bytes(1), type: select.bytes(2), sensitive: select.bool(3))
    }
    return outputs
  }

  // MARK: Runs and operations

  static func run(_ connection: Connection, _ id: Int64, stackID: Int64) throws(StoreError) -> RunRow? {
    let select = try connection.statement(.run)
    select.bind(1, id)
    select.bind(2, stackID)
    guard try select.step() else { return nil }
    defer { select.reset() }
    return RunRow(select)
  }

  static func runs(_ connection: Connection, stackID: Int64) throws(StoreError) -> [Run] {
    var runs: [Run] = []
    let select = try connection.statement(.runs)
    select.bind(1, stackID)
    while try select.step() { runs.append(RunRow.run(select)) }
    return runs
  }

  static func operations(
    _ connection: Connection, _ query: Query, bind: (Statement) -> Void
  ) throws(StoreError) -> [Operation] {
    var decoder = ObjectDecoder(path: connection.path)
    var operations: [Operation] = []
    let select = try connection.statement(query)
    bind(select)
    defer { select.reset() }
    while try select.step() {
      operations.append(
        Operation(
          id: select.integer(0), runID: select.integer(1), key: try decoder.key(select.text(2), select.text(3)),
          action: select.text(4), planned: select.optionalBytes(5), provider: try decoder.provider(select.text(6)),
          startedAt: select.text(7), finishedAt: select.optionalText(8),
          status: Operation.Status(rawValue: select.text(9)) ?? .started, message: select.optionalText(10)))
    }
    return operations
  }

  // MARK: History

  static func history(
    _ connection: Connection, of address: ResourceInstance, stackID: Int64
  ) throws(StoreError) -> [HistoryEntry] {
    var decoder = ObjectDecoder(path: connection.path)
    var entries: [HistoryEntry] = []
    var current: [ObjectKey: StateObject] = [:]
    let select = try connection.statement(.history)
    select.bind(1, stackID)
    select.bind(2, address.description)
    defer { select.reset() }
    while try select.step() {
      let deposed = select.text(0)
      let key = ObjectKey(address, deposedKey: deposed.isEmpty ? nil : deposed)
      var after: StateObject?
      if !select.isNull(11) {
        after = try decoder.object(ObjectRow(select, from: 9), key: key, version: select.integer(1), lastVerified: nil)
      }
      let other = try select.optionalText(3).map { text throws(StoreError) in try decoder.key(text, select.text(4)) }
      entries.append(
        HistoryEntry(
          version: select.integer(1), key: key, change: HistoryEntry.Change(rawValue: select.text(2)) ?? .put,
          otherKey: other, runID: select.optionalInteger(5), operationID: select.optionalInteger(6),
          at: select.text(7), before: current[key], after: after))
      current[key] = after
    }
    return entries
  }

  static func snapshot(
    _ connection: Connection, afterRun id: Int64, _ stack: Stack
  ) throws(StoreError) -> StateSnapshot {
    guard let row = try run(connection, id, stackID: stack.id) else { throw .unknownRun(id) }
    let newest = try connection.statement(.newestVersion)
    let bound = try newest.step() ? newest.integer(0) : 0
    newest.reset()
    var decoder = ObjectDecoder(path: connection.path)
    var objects: [StateObject] = []
    let select = try connection.statement(.objectsAfter)
    select.bind(1, stack.id)
    select.bind(2, row.lastVersion ?? bound)
    defer { select.reset() }
    while try select.step() {
      // A row without attributes says that nothing remained under that name.
      if select.isNull(5) { continue }
      let key = try decoder.key(select.text(0), select.text(1))
      objects.append(
        try decoder.object(ObjectRow(select, from: 3), key: key, version: select.integer(2), lastVerified: nil))
    }
    return StateSnapshot(lineage: stack.lineage, serial: stack.serial, objects: objects)
  }
}
