import Addresses
import Diagnostics
import HCL
import Modules
import Plans
import ProviderInterface
import State
import Values

extension Planner {
  // MARK: Reading state

  /// The stored object in the form of the present schema; nil, with a diagnostic, if that cannot be had.
  func upgraded(
    _ entry: StoredObjects.Entry, provider: any Provider, schema: Schema, block: ResourceBlock? = nil
  ) async -> ObjectRecord? {
    if provider.answersAtOnce {
      let (part, place) = ahead.part(with: entry, of: provider, schemas)
      if let record = await part.value[place] {
        previous.insert(record, of: entry)
        return record
      }
    }
    let object = entry.object
    let address = object.address
    if object.schemaVersion > schema.version {
      diagnostics.append(
        Diagnostic(
          .error, "Resource instance managed by newer provider version",
          "\(address) was written by a newer version of the provider than this one. Upgrade provider "
            + "\(object.provider.source.type).", address: address.description))
      return nil
    }
    let response = await limited {
      await provider.upgradeResourceState(
        UpgradeResourceStateRequest(
          typeName: address.resource.type, version: object.schemaVersion, json: object.attributes))
    }
    diagnostics += located(
      response.diagnostics, address: address, body: block.flatMap { graph.plan(of: $0.address) }, block: block?.range)
    guard let value = response.upgraded, !response.diagnostics.hasErrors else { return nil }
    if !isUsable(value, schema) {
      diagnostics.append(
        Diagnostic(
          .error, "Invalid resource state upgrade",
          "The provider \"\(object.provider.source)\" upgraded the state for \(address) to a value that cannot be used: "
            + (conformanceProblems(schema: schema.block, value).first?.text ?? "it is null or not wholly known")
            + ".\n\n\(providerMistake)",
          address: address.description))
      return nil
    }
    let record = ObjectRecord(of: object, value: value, schema: schema)
    previous.insert(record, of: entry)
    return record
  }

  /// The stored value, read without asking the provider; nil if it does not fit the present schema.
  func decodeWithoutProvider(_ object: StateObject) -> Value? {
    guard let schema = schemas.schema(of: object.address.resource, from: object.provider.source),
      let value = try? JSONValueCodec.decode(object.attributes, type: .object(schema.block.impliedType))
    else { return nil }
    return value.markedSensitive(at: object.sensitivePaths)
  }

  // MARK: Refresh

  struct Refreshed {
    /// Nil if the object is gone.
    var record: ObjectRecord?
  }

  /// The object as it is now. Nil if it could not be read; a diagnostic says why.
  func refreshedRecord(
    _ record: ObjectRecord, entry: StoredObjects.Entry, planning: ResourcePlanning
  ) async -> Refreshed? {
    await refreshedRecord(
      record, entry: entry, provider: planning.provider, schema: planning.schema, block: planning.block,
      vertex: planning.vertex)
  }

  func refreshedRecord(
    _ record: ObjectRecord, entry: StoredObjects.Entry, provider: any Provider, schema: Schema, block: ResourceBlock?,
    vertex: Int?
  ) async -> Refreshed? {
    var record = record
    if options.refresh == .nothing {
      note(record, entry: entry)
      return Refreshed(record: record)
    }
    switch await read(record, provider: provider, schema: schema, block: block) {
    case .failed: return nil
    case .putOff:
      // What cannot be read yet stays as it was last seen.
      note(record, entry: entry)
      return Refreshed(record: record)
    case .gone:
      settle(entry.row)
      noteGone(record, entry: entry)
      return Refreshed(record: nil)
    case .found(let value, let bytes, let identity):
      settle(entry.row)
      record.value = value
      record.private = bytes
      record.identity = identity
      note(record, entry: entry)
      return Refreshed(record: record)
    }
  }

  /// What reading an object found.
  enum Reading {
    case found(Value, private: [UInt8], ResourceIdentity?)
    case gone
    /// The provider cannot read it yet.
    case putOff
    case failed
  }

  /// Asks the provider how an object is now.
  func read(_ record: ObjectRecord, provider: any Provider, schema: Schema, block: ResourceBlock?) async -> Reading {
    let identity = ObjectRecord.identity(of: record.value)
    context.events(.refreshStarted(record.address, deposedKey: record.deposedKey, identity))
    let (plain, marks) = record.value.unmarkedDeep()
    let type = record.address.resource.type
    let request = ReadResourceRequest(typeName: type, current: plain, private: record.private, identity: record.identity)
    let response = await limited { await provider.readResource(request) }
    diagnostics += located(
      response.diagnostics, address: record.address, body: block.flatMap { graph.plan(of: $0.address) }, block: block?.range)
    guard let new = response.new, !response.diagnostics.hasErrors else { return .failed }
    if response.deferred != nil { return .putOff }
    let problems = new.isNull ? [] : conformanceProblems(schema: schema.block, new)
    if !problems.isEmpty || !new.isWhollyKnown || !writeOnlyPathsWithValues(schema: schema.block, new).isEmpty {
      diagnostics.append(
        Diagnostic(
          .error, "Provider produced invalid object",
          "Provider \"\(record.provider.source)\" made an impossible plan for \(record.address) in refreshing: "
            + (problems.first?.text ?? "unknown or write-only values must not be returned")
            + ".\n\n\(providerMistake)",
          subject: block?.range, address: record.address.description))
      return .failed
    }
    context.events(.refreshFinished(record.address, deposedKey: record.deposedKey, ObjectRecord.identity(of: new)))
    if new.isNull { return .gone }
    let normalized = normalizedObject(new, schema: schema.block)
    return .found(
      Engine.marked(normalized, schema: schema.block, with: marks), private: response.private,
      response.identity ?? record.identity)
  }

  /// Remembers an object as it is now; if its row says something else, the row is to be rewritten.
  func note(_ record: ObjectRecord, entry: StoredObjects.Entry) {
    current[record.key, entry] = record
    guard let before = previous[entry] else { return }
    let isSame =
      (record.isCopy(of: before) || record.value == before.value) && record.private == entry.object.private
      && record.schemaVersion == entry.object.schemaVersion && record.identity == entry.object.identity && !entry.isMoved
    if !isSame { refreshedRows[record.key] = refreshedRow(entry, record) }
  }

  private func noteGone(_ record: ObjectRecord, entry: StoredObjects.Entry) {
    current[record.key, entry] = nil
    refreshedRows[record.key] = refreshedRow(entry, nil)
  }

  func refreshedRow(_ entry: StoredObjects.Entry, _ record: ObjectRecord?) -> RefreshedRow {
    RefreshedRow(
      previousAddress: entry.row.address, previousDeposedKey: entry.row.deposedKey, previousVersion: entry.object.version,
      object: record)
  }

  /// An object without change of which what is stored besides its value is out of date.
  func noteRefreshed(_ record: ObjectRecord) {
    let entry = stored.entry(record.key)
    current[record.key, entry] = record
    if let entry {
      refreshedRows[record.key] = refreshedRow(entry, record)
    } else {
      refreshedRows[record.key]?.object = record
    }
  }

  // MARK: Removal

  /// Plans the end of an object that is not wanted any more: an orphan, or one deposed by an earlier run.
  func planRemoval(_ entry: StoredObjects.Entry, reason: ActionReason?, block: ResourceBlock?) async -> Bool {
    let object = entry.object
    // Nothing outside has to be done for a data source; it just is not read any more.
    if object.address.resource.mode == .data {
      refreshedRows[object.key] = refreshedRow(entry, nil)
      return true
    }
    if options.mode == .normal, skipsDestroy(object, block) {
      planForgetting(entry, reason: reason)
      return true
    }
    let providerAddress = object.provider
    guard let schema = schemas.schema(of: object.address.resource, from: providerAddress.source) else {
      diagnostics.append(unknownType(object.address.resource, providerAddress.source, graph.schemas, at: nil))
      return false
    }
    guard let real = await provider(for: providerAddress) else { return false }
    let provider = provider(real, of: providerAddress, for: object.address)
    guard let record = await upgraded(entry, provider: provider, schema: schema, block: block),
      let refreshed = await refreshedRecord(
        record, entry: entry, provider: provider, schema: schema, block: block, vertex: nil)
    else { return false }
    guard let existing = refreshed.record else {
      // A deposed object that is gone leaves a note that nothing has to be done.
      return true
    }
    if options.mode == .refreshOnly || options.mode == .destroy { return true }
    return await planDeletion(existing, entry: entry, provider: provider, schema: schema, reason: reason, block: block)
  }

  func planDeletion(
    _ existing: ObjectRecord, entry: StoredObjects.Entry?, provider: any Provider, schema: Schema, reason: ActionReason?,
    block: ResourceBlock?
  ) async -> Bool {
    let null = Value.null(.object(schema.block.impliedType))
    var change = ResourceChange(
      address: existing.address, previousAddress: entry?.row.address, deposedKey: existing.deposedKey,
      provider: existing.provider, schemaVersion: schema.version, action: .delete, reason: reason, before: existing.value,
      after: null, plannedPrivate: existing.private, dependencies: existing.dependencies,
      // What its resource's replacements must wait for, an instance that goes for good must not be waited for.
      createBeforeDestroy: existing.createBeforeDestroy
        || block.map { $0.createBeforeDestroy ?? false || forcedCreateBeforeDestroy.contains($0.address) } ?? false,
      rowVersion: existing.rowVersion)
    if entry?.isMoved == true, reason == .deleteBecauseNoResourceConfig { change.reason = .deleteBecauseNoMoveTarget }
    if schemas.capabilities(of: existing.provider.source).planDestroy {
      let type = existing.address.resource.type
      let prior = existing.value.withoutMarks
      let request = PlanResourceChangeRequest(
        typeName: type, prior: prior, proposed: null, configuration: null, priorPrivate: existing.private,
        priorIdentity: existing.identity)
      let response = await limited { await provider.planResourceChange(request) }
      diagnostics += addressed(response.diagnostics, existing.address)
      if response.diagnostics.hasErrors { return false }
      if let planned = response.planned, !planned.isNull {
        diagnostics.append(
          Diagnostic(
            .error, "Provider produced invalid plan",
            "Provider \"\(existing.provider.source)\" planned that something is left of \(existing.address) after its "
              + "destruction.\n\n\(providerMistake)",
            address: existing.address.description))
        return false
      }
      change.plannedPrivate = response.private
    }
    record(change)
    if existing.deposedKey == nil, let block, preventsDestroy(block, existing.address) { return false }
    return true
  }

  /// Objects in the state whose resource is in no module of the configuration.
  func planOrphans() async {
    // Where every object was looked at already, each has its block.
    if previous.count == stored.count { return }
    let orphans = stored.resources.filter { tree.module(at: $0.module)?.resources[$0.resource] == nil }.sorted()
    var entries: [StoredObjects.Entry] = []
    for resource in orphans {
      for entry in stored.entries(of: resource)?.sorted ?? [] where targeting?.selects(entry.object.address) ?? true {
        entries.append(entry)
      }
    }
    let width = context.parallelism * 2
    await withTaskGroup(of: Void.self) { group in
      for (index, entry) in entries.enumerated() {
        if index >= width { await group.next() }
        if context.interrupt.isRequested { break }
        let reason: ActionReason? =
          entry.object.deposedKey != nil ? nil : .deleteBecauseNoResourceConfig
        if options.mode == .normal, forgets(entry.object) {
          planForgetting(entry, reason: .deleteBecauseNoResourceConfig)
          continue
        }
        group.addTask {
          if await self.isProviderPresent(for: entry) {
            _ = await self.planRemoval(entry, reason: reason, block: nil)
          }
        }
      }
    }
  }

  /// An orphan can only be destroyed by the provider configuration that it was made with.
  private func isProviderPresent(for entry: StoredObjects.Entry) -> Bool {
    let address = entry.object.provider
    if entry.object.address.resource.mode == .data || tree.providerBlock(at: address) != nil { return true }
    if address.module.isRoot && address.alias == nil { return true }
    diagnostics.append(.missingConfiguration(address, of: "\(entry.object.address)"))
    return false
  }

  /// `-destroy`: every object that the refresh found is deleted.
  func planDestruction() async {
    await visitRemaining()
    let records = current.all.filter { $0.address.resource.mode == .managed }.sorted { $0.key < $1.key }
    let condemned = targeting == nil ? records : targetedForDestruction(records)
    let isProtected = { (record: ObjectRecord) in self.block(of: record)?.preventDestroy != nil }
    var kept: [ObjectRecord] = []
    for record in condemned where isProtected(record) {
      if await !planDestruction(of: record) { kept.append(record) }
    }
    // What these need is not reached, and nothing is said of it.
    let needed = resources(neededBy: kept, among: condemned)
    for record in condemned where !isProtected(record) && !needed.contains(record.address.configuration) {
      _ = await planDestruction(of: record)
    }
  }

  private func block(of record: ObjectRecord) -> ResourceBlock? {
    tree.module(at: record.address.configuration.module)?.resources[record.address.resource]
  }

  /// Gives false if the object may not be destroyed.
  private func planDestruction(of record: ObjectRecord) async -> Bool {
    guard let schema = schemas.schema(of: record.address.resource, from: record.provider.source),
      let real = await provider(for: record.provider)
    else { return true }
    let provider = provider(real, of: record.provider, for: record.address)
    let block = block(of: record)
    if let entry = stored.entry(record.key), skipsDestroy(entry.object, block) {
      planForgetting(entry, reason: nil)
      return true
    }
    return await planDeletion(
      record, entry: stored.entry(record.key), provider: provider, schema: schema, reason: nil, block: block)
  }

  private func resources(
    neededBy kept: [ObjectRecord], among records: [ObjectRecord]
  ) -> Set<ConfigurationResource> {
    let dependencies = Dictionary(
      records.map { ($0.address.configuration, $0.dependencies) }, uniquingKeysWith: { first, _ in first })
    var pending = kept.map(\.address.configuration)
    var needed: Set<ConfigurationResource> = []
    while let resource = pending.popLast() {
      for dependency in dependencies[resource] ?? [] where needed.insert(dependency).inserted { pending.append(dependency) }
    }
    return needed
  }

  /// Reads what the walk passed by, since its number of instances or what it needs is not known: it is to be destroyed as well.
  private func visitRemaining() async {
    for entry in stored.all.sorted(by: { $0.object.key < $1.object.key }) {
      let object = entry.object
      guard object.address.resource.mode == .managed, previous[entry] == nil, current[object.key, entry] == nil,
        targeting?.includes(object.address) ?? true
      else { continue }
      let block = tree.module(at: object.address.module.path)?.resources[object.address.resource]
      _ = await planRemoval(entry, reason: nil, block: block)
    }
  }

  /// The targets, and whatever depends on them: it could not go on without them. Or else all but what is excluded and what that needs.
  private func targetedForDestruction(_ records: [ObjectRecord]) -> [ObjectRecord] {
    guard let targeting else { return records }
    let isExclusion = !options.excludes.isEmpty
    var neighbours: [ConfigurationResource: Set<ConfigurationResource>] = [:]
    for record in records {
      let resource = record.address.configuration
      for dependency in record.dependencies {
        if isExclusion {
          neighbours[resource, default: []].insert(dependency)
        } else {
          neighbours[dependency, default: []].insert(resource)
        }
      }
    }
    var seen = Set(records.filter { targeting.selects($0.address) != isExclusion }.map(\.address.configuration))
    var pending = Array(seen)
    var behind: Set<ConfigurationResource> = []
    while let resource = pending.popLast() {
      for neighbour in neighbours[resource] ?? [] where seen.insert(neighbour).inserted {
        behind.insert(neighbour)
        pending.append(neighbour)
      }
    }
    return records.filter { record in
      let isSelected = targeting.selects(record.address)
      let isBehind = behind.contains(record.address.configuration)
      return isExclusion ? isSelected && !isBehind : isSelected || isBehind
    }
  }
}

extension ObjectRecord {
  /// - Parameter value: the object in the form of the schema, unmarked.
  init(of object: StateObject, value: Value, schema: Schema) {
    let stored = object.sensitivePaths.map { PathMarks(path: $0, marks: .sensitive) }
    self.init(
      address: object.key.address, deposedKey: object.key.deposedKey, provider: object.provider, schemaVersion: schema.version,
      value: Engine.marked(value, schema: schema.block, with: stored), private: object.private,
      isTainted: object.isTainted, dependencies: object.dependencies,
      createBeforeDestroy: object.createBeforeDestroy, rowVersion: object.version)
    if object.skipDestroy { skipDestroy = true }
    if let known = object.identity { identity = known }
  }
}
