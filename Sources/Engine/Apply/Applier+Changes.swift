import Addresses
import Diagnostics
import Expressions
import HCL
import Modules
import Plans
import ProviderInterface
import State
import Values

extension Applier {
  /// What a step works with, besides its change.
  private struct Target {
    var block: ResourceBlock
    var node: ModuleNode
    var data: RepetitionData
    var provider: any Provider
    var schema: Schema
    var body: DecodePlan
  }

  private func target(_ change: ResourceChange) async -> Target? {
    let address = change.address
    guard let block = tree.module(at: address.module.path)?.resources[address.resource],
      let node = evaluator.node(at: address.module),
      let data = evaluator.repetition(of: block, in: node).data(for: address.key),
      let schema = schemas.schema(of: address.resource, from: change.provider.source),
      let body = graph.plan(of: block.address)
    else {
      diagnostics += evaluator.takeDiagnostics()
      diagnostics.append(
        inconsistent(address, "the instance is not part of the configuration any more, now that all values are known."))
      return nil
    }
    guard let provider = await provider(for: change.provider, of: address) else { return nil }
    return Target(block: block, node: node, data: data, provider: provider, schema: schema, body: body)
  }

  private func inconsistent(_ address: ResourceInstance, _ detail: String) -> Diagnostic {
    Diagnostic(
      .error, "Provider produced inconsistent final plan",
      "\(address) was planned again with the values known by now, and \(detail)",
      address: address.description)
  }

  // MARK: Reading

  /// Reads a data source whose configuration or prerequisites were not known while planning.
  func read(_ change: ResourceChange) async -> Bool {
    guard let target = await target(change) else { return false }
    let address = change.address
    context.events(.applyStarted(address, deposedKey: nil, .read, nil))
    let start = context.uptimeMilliseconds()
    var (configuration, problems) = target.body.decode(
      in: evaluator.context(in: target.node, repetition: target.data))
    problems += evaluator.takeDiagnostics()
    var value: Value?
    if !problems.hasErrors {
      let (result, found, _) = await limited {
        [configuration, provider = target.provider, schema = target.schema] in
        await readDataSource(
          provider: provider, providerName: change.provider.source.description, address: address, schema: schema,
          configuration: configuration)
      }
      value = result
      problems += found
    }
    let found = located(problems, address: address, body: target.body, block: target.block.range)
    if let check = target.block.check, problems.hasErrors {
      noteUnreadable(check, in: target.node, found)
      let planned = plannedDataObject(schema: target.schema.block, configuration: configuration.withoutMarks)
      value = planned.withoutUnknowns
      problems = []
    } else {
      diagnostics += found
    }
    configuration = .dynamicNull
    guard let value, !problems.hasErrors else {
      context.events(.applyFailed(address, deposedKey: nil, .read, milliseconds: context.uptimeMilliseconds() - start))
      return false
    }
    let record = ObjectRecord(
      address: address, provider: change.provider, schemaVersion: target.schema.version, value: value,
      dependencies: change.dependencies, rowVersion: change.rowVersion)
    do {
      try await put(record, version: objects[record.key]?.rowVersion ?? change.rowVersion, schema: target.schema)
    } catch {
      diagnostics.append(error.diagnostic("Failed to save state"))
      return false
    }
    context.events(
      .applyFinished(
        address, deposedKey: nil, .read, ObjectRecord.identity(of: value),
        milliseconds: context.uptimeMilliseconds() - start))
    return conditionsHold(target.block.postconditions, of: change.address, node: target.node, data: target.data, value: value)
  }

  private func noteUnreadable(_ check: String, in node: ModuleNode, _ problems: [Diagnostic]) {
    let name = "check.\(check)"
    let instance = CheckResult.Instance(
      address: node.address.isRoot ? name : "\(node.address).\(name)",
      module: node.address.isRoot ? nil : node.address.description, status: .pass, failures: [])
    unreadableChecks.insert(instance.address)
    diagnostics += problems.asWarnings(of: instance.address)
    let path = node.module.path
    checks.record(.check, path.isRoot ? name : "\(path).\(name)", instance.unreadable(problems))
  }

  /// - Parameter version: of the row that a reading of an earlier run left; 0 for none.
  func put(_ record: ObjectRecord, version: Int64, schema: Schema) async throws(StoreError) {
    let versions = try await store.commit(
      [.put(record.row(schema: schema, verifiedAt: context.timestamp), expectedVersion: version)], run: run)
    var stored = record
    stored.rowVersion = versions.first ?? 0
    remember(stored)
  }

  func remember(_ record: ObjectRecord) {
    objects[record.key] = record
    if record.deposedKey == nil { evaluator.setValue(record.value, of: record.address) }
  }

  func forgetObject(_ key: ObjectKey) {
    objects[key] = nil
  }

  // MARK: Creating and updating

  /// Creates or updates an object, or does the creating half of a replacement.
  func create(_ change: ResourceChange) async -> Bool {
    guard let target = await target(change) else { return false }
    let address = change.address
    if !conditionsHold(target.block.preconditions, of: change.address, node: target.node, data: target.data, value: nil) {
      return false
    }
    var (configuration, problems) = target.body.decode(
      in: evaluator.context(in: target.node, repetition: target.data))
    problems += evaluator.takeDiagnostics()
    diagnostics += problems
    if problems.hasErrors { return false }
    if !configuration.isWhollyKnown {
      diagnostics.append(
        Diagnostic(
          .error, "Configuration contains unknown value",
          "The configuration of \(address) still contains unknown values while it is being applied: "
            + unknownPaths(in: configuration.withoutMarks).map(\.description).joined(separator: ", ") + ".",
          subject: target.block.range, address: address.description))
      return false
    }
    // A replacement's old object is gone, or about to be set aside: what is created starts from nothing.
    let prior = change.action == .update ? objects[ObjectKey(address)] : nil
    guard let planned = await finalPlan(change, target, configuration: configuration, prior: prior) else { return false }
    if planned.action == .noOp {
      if let prior { remember(prior) }
      return conditionsHold(
        target.block.postconditions, of: change.address, node: target.node, data: target.data, value: planned.after)
    }
    configuration = configuration.withoutMarks
    return await carryOut(change, target, planned: planned, configuration: configuration, prior: prior)
  }

  /// The change with everything known. The provider is asked again only if the plan had unknown parts, since otherwise it was
  /// asked exactly this before.
  private func finalPlan(
    _ change: ResourceChange, _ target: Target, configuration: Value, prior: ObjectRecord?
  ) async -> PlannedChange? {
    if change.isConfigurationKnown {
      return PlannedChange(
        action: change.action == .update ? .update : .create, reason: change.reason, before: prior?.value ?? change.nullValue,
        after: change.after, plannedPrivate: change.plannedPrivate, plannedIdentity: change.plannedIdentity, replacePaths: [])
    }
    let (ignored, _) = ignoredChanges(target.block, schema: target.schema)
    var usable = prior
    usable?.isTainted = false
    let request = ChangeRequest(
      address: change.address, provider: target.provider, source: change.provider.source,
      schema: target.schema, prior: usable, configuration: configuration, ignoredChanges: ignored, forcedReplacement: nil,
      createBeforeDestroy: change.createBeforeDestroy, capabilities: ClientCapabilities(deferralAllowed: false))
    let (result, problems) = await limited { await planChange(request) }
    diagnostics += located(
      problems, address: change.address, body: target.body, block: target.block.range)
    guard case .planned(let actual) = result else { return nil }
    let wanted: Action = change.action == .update ? .update : .create
    if actual.action != wanted && !(wanted == .update && actual.action == .noOp) {
      diagnostics.append(
        inconsistent(
          change.address,
          "provider \"\(change.provider.source)\" wants to \(actual.action.rawValue) where it planned to "
            + "\(wanted.jsonNames[0]).\n\n\(providerMistake)"))
      return nil
    }
    let differences = compatibilityProblems(
      schema: target.schema.block, planned: change.after.withoutMarks, actual: actual.after.withoutMarks)
    if !differences.isEmpty {
      diagnostics += differences.map {
        inconsistent(
          change.address,
          "provider \"\(change.provider.source)\" planned an invalid value of \($0.text).\n\n\(providerMistake)")
      }
      return nil
    }
    return actual
  }

  private func carryOut(
    _ change: ResourceChange, _ target: Target, planned: PlannedChange, configuration: Value, prior: ObjectRecord?
  ) async -> Bool {
    let address = change.address
    let key = ObjectKey(address)
    let shown: Action = change.action == .update ? .update : .create
    let (priorValue, _) = planned.before.unmarkedDeep()
    let (plannedValue, marks) = planned.after.unmarkedDeep()
    context.events(.applyStarted(address, deposedKey: nil, shown, prior.flatMap { ObjectRecord.identity(of: $0.value) }))
    let start = context.uptimeMilliseconds()
    let operation: Int64
    do {
      operation = try await store.beginOperation(
        run: run, key: key, action: shown.rawValue, planned: knownJSON(plannedValue), provider: change.provider)
    } catch {
      stopBeginning(error)
      return false
    }
    let response: ApplyResourceChangeResponse
    if priorValue == plannedValue && change.action == .update {
      // Only what may be shown changes; there is nothing for the provider to do.
      response = ApplyResourceChangeResponse(new: plannedValue, private: prior?.private ?? [])
    } else {
      let provider = target.provider
      response = await limited {
        await provider.applyResourceChange(
          ApplyResourceChangeRequest(
            typeName: address.resource.type, prior: priorValue, planned: plannedValue, configuration: configuration,
            plannedPrivate: planned.plannedPrivate, plannedIdentity: planned.plannedIdentity))
      }
    }
    var result = AppliedResult(
      response, change: change, planned: plannedValue, schema: target.schema.block, prior: prior, address: address)
    result.check()
    diagnostics += located(
      result.diagnostics, address: address, body: target.body, block: target.block.range)
    let saved = await save(
      result, operation: operation, change: change, marks: marks, schema: target.schema, prior: prior)
    var isDone = saved && !result.diagnostics.hasErrors
    if isDone, change.action != .update, let object = objects[key] {
      let scope = evaluator.context(in: target.node, repetition: target.data, selfValue: object.value)
      isDone = await provision(change, in: scope, schema: target.schema)
    }
    let elapsed = context.uptimeMilliseconds() - start
    guard isDone else {
      context.events(.applyFailed(address, deposedKey: nil, shown, milliseconds: elapsed))
      return false
    }
    if change.action == .update { counts.updates += 1 } else { counts.additions += 1 }
    if change.action == .forgetThenCreate { counts.forgets += 1 }
    let value = objects[key]?.value ?? planned.after
    context.events(
      .applyFinished(address, deposedKey: nil, shown, ObjectRecord.identity(of: value), milliseconds: elapsed))
    return conditionsHold(
      target.block.postconditions, of: change.address, node: target.node, data: target.data, value: value)
  }

  /// Closes the journal entry and writes the object, in one transaction.
  private func save(
    _ result: AppliedResult, operation: Int64, change: ResourceChange, marks: [PathMarks], schema: Schema,
    prior: ObjectRecord?
  ) async -> Bool {
    let key = ObjectKey(change.address)
    // A provider that fell silent may have done its work: the entry stays open, and the next run names the object.
    if result.isSilent && result.diagnostics.hasErrors { return true }
    var changes: [ObjectChange] = []
    var record: ObjectRecord?
    if let new = result.new, !new.isNull {
      if let deposedKey = change.newDeposedKey, let old = objects[key] {
        changes.append(.depose(change.address, deposedKey: deposedKey, expectedVersion: old.rowVersion))
      }
      var object = ObjectRecord(
        address: change.address, provider: change.provider, schemaVersion: schema.version,
        value: Engine.marked(new, schema: schema.block, with: marks), private: result.private,
        dependencies: change.dependencies, createBeforeDestroy: change.createBeforeDestroy)
      object.skipDestroy = change.skipDestroy
      // An update leaves the object the same one.
      object.identity = result.identity ?? (change.action == .update ? prior?.identity : nil)
      object.isTainted =
        result.diagnostics.hasErrors
        ? change.action != .update || prior?.isTainted == true : hasCreationProvisioners(change)
      record = object
      // What is forgotten gives its row to what takes its place.
      let keepsRow = change.action == .update || change.action == .forgetThenCreate
      let expected = keepsRow ? objects[key]?.rowVersion ?? 0 : 0
      changes.append(.put(object.row(schema: schema, verifiedAt: context.timestamp), expectedVersion: expected))
    } else if change.action == .update, result.new != nil, !result.diagnostics.hasErrors {
      changes.append(.remove(key, expectedVersion: objects[key]?.rowVersion ?? 0))
    }
    do {
      let versions = try await store.finishOperation(
        operation, changes: changes, succeeded: !result.diagnostics.hasErrors,
        message: result.diagnostics.first { $0.severity == .error }?.summary)
      if var record {
        if changes.count == 2, let deposedKey = change.newDeposedKey, var old = objects[key] {
          old.deposedKey = deposedKey
          old.rowVersion = versions.first ?? 0
          objects[old.key] = old
        }
        record.rowVersion = versions.last ?? 0
        remember(record)
      }
      return true
    } catch {
      diagnostics.append(error.diagnostic("Failed to save state"))
      return false
    }
  }

  // MARK: Destroying

  /// Deletes an object, or does the destroying half of a replacement. Its provider gets the private data of the plan, in which new
  /// settings such as timeouts are, unless the object was replaced before: then the plan's is that of the other object.
  func destroy(_ change: ResourceChange) async -> Bool {
    let address = change.address
    let key = ObjectKey(address, deposedKey: change.deposedKey ?? change.newDeposedKey)
    guard let record = objects[key] else { return true }
    guard let schema = schemas.schema(of: address.resource, from: record.provider.source),
      let provider = await provider(for: record.provider, of: address)
    else { return false }
    context.events(.applyStarted(address, deposedKey: key.deposedKey, .delete, ObjectRecord.identity(of: record.value)))
    let start = context.uptimeMilliseconds()
    guard await provisionDestruction(of: record) else {
      let elapsed = context.uptimeMilliseconds() - start
      context.events(.applyFailed(address, deposedKey: key.deposedKey, .delete, milliseconds: elapsed))
      return false
    }
    let operation: Int64
    do {
      operation = try await store.beginOperation(
        run: run, key: key, action: Action.delete.rawValue, planned: nil, provider: record.provider)
    } catch {
      stopBeginning(error)
      return false
    }
    let null = Value.null(.object(schema.block.impliedType))
    let prior = record.value.withoutMarks
    let response = await limited {
      await provider.applyResourceChange(
        ApplyResourceChangeRequest(
          typeName: address.resource.type, prior: prior, planned: null, configuration: null,
          plannedPrivate: change.action == .createThenDelete ? record.private : change.plannedPrivate,
          plannedIdentity: record.identity))
    }
    let block = tree.module(at: address.module.path)?.resources[address.resource]
    var problems = located(
      response.diagnostics, address: address, body: block.flatMap { graph.plan(of: $0.address) }, block: block?.range)
    if let new = response.new, !new.isNull, !problems.hasErrors {
      problems.append(
        Diagnostic(
          .error, "Provider returned invalid result object after apply",
          "The provider returned an object after it was asked to destroy \(address); it should have returned "
            + "null.\n\n\(providerMistake)", address: address.description))
    }
    diagnostics += problems
    let saved = await saveDestroyed(record, response, schema: schema, operation: operation, problems: problems)
    let elapsed = context.uptimeMilliseconds() - start
    guard saved, !problems.hasErrors else {
      context.events(.applyFailed(address, deposedKey: key.deposedKey, .delete, milliseconds: elapsed))
      return false
    }
    counts.removals += 1
    context.events(.applyFinished(address, deposedKey: key.deposedKey, .delete, nil, milliseconds: elapsed))
    return true
  }

  private func saveDestroyed(
    _ record: ObjectRecord, _ response: ApplyResourceChangeResponse, schema: Schema, operation: Int64,
    problems: [Diagnostic]
  ) async -> Bool {
    var changes: [ObjectChange] = []
    let version = objects[record.key]?.rowVersion ?? record.rowVersion
    var kept: ObjectRecord?
    if !problems.hasErrors {
      changes = [.remove(record.key, expectedVersion: version)]
    } else if let new = response.new, !new.isNull {
      var changed = record
      changed.value = Engine.marked(new, schema: schema.block, with: record.value.unmarkedDeep().1)
      changed.private = response.private
      kept = changed
      changes = [.put(changed.row(schema: schema), expectedVersion: version)]
    }
    do {
      let versions = try await store.finishOperation(
        operation, changes: changes, succeeded: !problems.hasErrors,
        message: problems.first { $0.severity == .error }?.summary)
      if var kept {
        kept.rowVersion = versions.last ?? 0
        objects[kept.key] = kept
      } else if !problems.hasErrors {
        forgetObject(record.key)
      }
      return true
    } catch {
      diagnostics.append(error.diagnostic("Failed to save state"))
      return false
    }
  }

  /// Drops an object from state without touching it.
  func forget(_ change: ResourceChange) async -> Bool {
    let moved = ObjectKey(change.address, deposedKey: change.deposedKey)
    // An object that could not be read under the present schema was not moved before either.
    let key = objects[moved] == nil ? ObjectKey(change.previousAddress, deposedKey: change.deposedKey) : moved
    do {
      _ = try await store.commit([.remove(key, expectedVersion: objects[key]?.rowVersion ?? change.rowVersion)], run: run)
      forgetObject(key)
      counts.forgets += 1
      return true
    } catch {
      diagnostics.append(error.diagnostic("Failed to save state"))
      return false
    }
  }

  /// What is known of a planned object, as JSON for the journal.
  private func knownJSON(_ value: Value) -> [UInt8] {
    var writer = JSONWriter()
    writer.knownParts(of: value)
    return writer.bytes
  }
}
