import Addresses
import State

/// What requests can do to the database. All of it happens inside the write queue's transaction.
final class WriteTransaction {
  private let writer: Writer
  let connection: Connection
  let stackID: Int64
  let environment: StoreEnvironment
  /// The time of all that happens in one transaction.
  let now: Int64
  let nowText: String

  init(_ writer: Writer, _ environment: StoreEnvironment) {
    self.writer = writer
    connection = writer.connection
    stackID = writer.stackID
    self.environment = environment
    now = environment.now()
    nowText = Timestamp.text(now)
  }

  // MARK: Runs

  func beginRun(command: String) throws(StoreError) -> Run {
    try endRunsThatAreGone()
    try writer.reserveSpace()
    let insert = try connection.statement(.insertRun)
    insert.bind(1, stackID)
    insert.bind(2, command)
    insert.bind(3, nowText)
    insert.bind(4, environment.host)
    insert.bind(5, Int64(environment.processID))
    insert.bind(6, environment.user)
    try insert.run()
    return Run(
      id: connection.lastInsertedRow, command: command, startedAt: nowText, host: environment.host,
      processID: environment.processID, user: environment.user)
  }

  private func endRunsThatAreGone() throws(StoreError) {
    var ids: [Int64] = []
    let running = try connection.statement(.runningRuns)
    running.bind(1, stackID)
    while try running.step() { ids.append(running.integer(0)) }
    for id in ids {
      if let row = try run(id), row.isGone(environment, now: now) { try end(id, .abandoned) }
    }
  }

  func finishRun(_ id: Int64, _ status: Run.Status) throws(StoreError) {
    guard let row = try run(id) else { throw .unknownRun(id) }
    if row.run.status == .running { try end(id, status) }
    writer.releaseSpace()
  }

  private func end(_ id: Int64, _ status: Run.Status) throws(StoreError) {
    let update = try connection.statement(.endRun)
    update.bind(1, id)
    update.bind(2, status.rawValue)
    update.bind(3, nowText)
    try update.run()
    let release = try connection.statement(.releaseLeases)
    release.bind(1, id)
    try release.run()
  }

  func run(_ id: Int64) throws(StoreError) -> RunRow? { try Reader.run(connection, id, stackID: stackID) }

  private func requireRunning(_ run: Run) throws(StoreError) {
    guard let row = try self.run(run.id) else { throw .unknownRun(run.id) }
    if row.run.status != .running { throw .abandoned(row.run) }
  }

  // MARK: Leases

  func lease(_ keys: [ObjectKey], for run: Run) throws(StoreError) {
    try requireRunning(run)
    for key in keys {
      let address = key.address.description
      if try insertLease(address, run) { continue }
      if let other = try otherHolder(of: address, than: run.id) { throw .leased(key.address, by: other) }
      // The holder is this run, or was gone and has just lost its leases.
      _ = try insertLease(address, run)
    }
  }

  private func insertLease(_ address: String, _ run: Run) throws(StoreError) -> Bool {
    let insert = try connection.statement(.lease)
    insert.bind(1, stackID)
    insert.bind(2, address)
    insert.bind(3, run.id)
    insert.bind(4, nowText)
    try insert.run()
    return connection.changedRows > 0
  }

  /// The rows must have these versions. Gives the operations in flight on the instances of the keys.
  func verify(_ versions: [ObjectKey: Int64]) throws(StoreError) -> [Operation] {
    let writer = ObjectWriter(self, runID: nil, operationID: nil)
    for (key, version) in versions.sorted(by: { $0.key < $1.key }) { try writer.require(version, of: key) }
    let instances = Set(versions.keys.map(\.address))
    let stackID = stackID
    return try Reader.operations(connection, .operationsInFlight) { $0.bind(1, stackID) }
      .filter { instances.contains($0.key.address) }
  }

  func renewLeases(of run: Run) throws(StoreError) {
    try requireRunning(run)
    let update = try connection.statement(.renewRun)
    update.bind(1, nowText)
    update.bind(2, run.id)
    try update.run()
  }

  private func holder(of address: String) throws(StoreError) -> Int64? {
    let select = try connection.statement(.leaseHolder)
    select.bind(1, stackID)
    select.bind(2, address)
    guard try select.step() else { return nil }
    defer { select.reset() }
    return select.integer(0)
  }

  /// The living run other than `own` that has a lease on the instance. A run that is gone is ended here.
  private func otherHolder(of address: String, than own: Int64?) throws(StoreError) -> Run? {
    guard let holder = try holder(of: address), holder != own else { return nil }
    return try livingRun(holder, stackID: stackID)
  }

  private func livingRun(_ id: Int64, stackID: Int64) throws(StoreError) -> Run? {
    guard let row = try Reader.run(connection, id, stackID: stackID) else { return nil }
    if row.isGone(environment, now: now) {
      try end(id, .abandoned)
      return nil
    }
    return row.run
  }

  func requireNoOtherLease(on keys: [ObjectKey], than own: Int64?) throws(StoreError) {
    for key in keys {
      if let other = try otherHolder(of: key.address.description, than: own) { throw .leased(key.address, by: other) }
    }
  }

  /// Throws if any other living run works on the stack, which is this one unless another is named.
  func requireNoOtherLease(than own: Int64?, stackID: Int64? = nil) throws(StoreError) {
    let stackID = stackID ?? self.stackID
    var holders: [Int64] = []
    let select = try connection.statement(.leaseHolders)
    select.bind(1, stackID)
    while try select.step() { holders.append(select.integer(0)) }
    for holder in holders where holder != own {
      if let run = try livingRun(holder, stackID: stackID) {
        throw StoreError(
          .conflict(run: run),
          "The state is being changed by \(run.displayName). Wait until that run has finished, then try again.")
      }
    }
  }

  // MARK: Journal

  func beginOperation(_ operation: Operation) throws(StoreError) -> Int64 {
    if writer.isOutOfSpace {
      throw StoreError(
        .diskFull, "There is no space left for \(connection.path). Nothing more was begun; free some space and run again.")
    }
    let address = operation.key.address.description
    if try holder(of: address) != operation.runID {
      guard let row = try run(operation.runID) else { throw .unknownRun(operation.runID) }
      if row.run.status != .running { throw .abandoned(row.run) }
      throw .notLeased(operation.key, run: row.run)
    }
    let insert = try connection.statement(.insertOperation)
    insert.bind(1, stackID)
    insert.bind(2, operation.runID)
    insert.bind(3, address)
    insert.bind(4, operation.key.deposedKey ?? "")
    insert.bind(5, operation.action)
    insert.bindText(6, operation.planned)
    insert.bind(7, operation.provider.description)
    insert.bind(8, nowText)
    try insert.run()
    return connection.lastInsertedRow
  }

  func finishOperation(
    _ id: Int64, _ changes: [ObjectChange], succeeded: Bool, message: String?
  ) throws(StoreError) -> [Int64] {
    let (runID, status) = try operation(id)
    guard status == .started || status == .resolved else { throw .finishedOperation(id, status: status) }
    let writer = ObjectWriter(self, runID: runID, operationID: id)
    let versions = try writer.apply(changes)
    try closeOperation(id, succeeded ? .succeeded : .failed, message)
    if writer.hasChanged { try countChange() }
    return versions
  }

  func resolveOperation(_ id: Int64, message: String) throws(StoreError) {
    let (_, status) = try operation(id)
    guard status == .started else { throw .finishedOperation(id, status: status) }
    try closeOperation(id, .resolved, message)
  }

  private func operation(_ id: Int64) throws(StoreError) -> (runID: Int64, status: Operation.Status) {
    let select = try connection.statement(.operation)
    select.bind(1, id)
    select.bind(2, stackID)
    guard try select.step() else { throw .unknownOperation(id) }
    defer { select.reset() }
    return (select.integer(0), Operation.Status(rawValue: select.text(1)) ?? .started)
  }

  private func closeOperation(_ id: Int64, _ status: Operation.Status, _ message: String?) throws(StoreError) {
    let update = try connection.statement(.closeOperation)
    update.bind(1, status.rawValue)
    update.bind(2, message)
    update.bind(3, nowText)
    update.bind(4, id)
    try update.run()
  }

  func countChange() throws(StoreError) {
    let update = try connection.statement(.countChange)
    update.bind(1, stackID)
    try update.run()
  }
}
