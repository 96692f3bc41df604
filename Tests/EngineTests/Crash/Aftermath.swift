import Addresses
import Diagnostics
import Plans
import State
import Values

@testable import Engine

/// What is left of a stage after a run ended somehow, and what people do about it.
struct Aftermath {
  let stage: Stage

  // MARK: The promise

  /// What breaks the promise that nothing is lost, in sentences.
  ///
  /// Every object at the provider is in the state or named by an operation in flight. An object of the state may be missing at the
  /// provider only if its deletion was begun, since nobody may have heard that it ended.
  func broken() async throws -> [String] {
    let snapshot = try await stage.snapshot()
    var stored: [String: ObjectKey] = [:]
    var problems: [String] = []
    for object in snapshot.objects where object.address.resource.mode == .managed {
      guard let id = object.id else {
        problems.append("\(object.key) has no id")
        continue
      }
      if let other = stored.updateValue(object.key, forKey: id) {
        problems.append("\(id) is both \(other) and \(object.key)")
      }
    }
    var inFlight = snapshot.interruptedOperations.filter { $0.action == "create" }.map(\.plannedName)
    for object in stage.cloud.objects where stored[object.id] == nil {
      if let index = inFlight.firstIndex(of: object.name) {
        inFlight.remove(at: index)
      } else {
        problems.append("\(object.id) exists, but neither the state nor the journal knows it")
      }
    }
    let deletions = try await begunDeletions()
    for (id, key) in stored where stage.cloud.object(id: id) == nil && !deletions.contains(key) {
      problems.append("\(id) is in the state as \(key), but does not exist")
    }
    return problems.sorted()
  }

  /// The names of objects whose deletion was begun, under any name that they had.
  private func begunDeletions() async throws -> Set<ObjectKey> {
    let store = stage.store()
    var keys: Set<ObjectKey> = []
    for run in try await store.runs() {
      for operation in try await store.operations(of: run.id) where operation.action == "delete" {
        keys.insert(operation.key)
      }
    }
    await store.close()
    return keys
  }

  // MARK: The operator

  /// Looks at the provider for every creation that was cut off: what exists is taken over, as an import does, and the
  /// journal is told.
  func resolve() async throws {
    let snapshot = try await stage.snapshot()
    let stored = Set(snapshot.objects.compactMap(\.id))
    let store = stage.store(process: 2)
    for operation in snapshot.interruptedOperations where operation.action == "create" {
      let type = operation.key.address.resource.type
      let found = stage.cloud.objects.filter {
        $0.typeName == type && $0.name == operation.plannedName && !stored.contains($0.id)
      }
      if let object = found.first, let schema = SimulatedSchemas.resources[type] {
        var changes: [ObjectChange] = []
        if let old = snapshot.object(operation.key) {
          changes.append(.depose(old.address, deposedKey: "0000d\(100 + operation.id)", expectedVersion: old.version))
        }
        let record = ObjectRecord(
          address: operation.key.address, provider: operation.provider, schemaVersion: schema.version,
          value: Engine.marked(object.value, schema: schema.block, with: []))
        changes.append(.put(record.row(schema: schema), expectedVersion: 0))
        _ = try await store.commit(changes, run: nil)
      }
      try await store.resolveOperation(operation.id, message: found.isEmpty ? "does not exist" : "taken over")
    }
    await store.close()
  }

  // MARK: Convergence

  /// Plans and applies until nothing is left, as the operator would. Gives what is wrong in the end.
  ///
  /// - Parameter roundsMax: how many plans with changes there may be.
  func converge(_ graph: ConfigurationGraph, names: [String], roundsMax: Int = 1) async throws -> [String] {
    for round in 0...roundsMax {
      let process = stage.process()
      let planned = try await process.plan(graph)
      guard let plan = planned.plan, !planned.diagnostics.hasErrors else {
        await process.end()
        return ["plan \(round): \(planned.diagnostics.errors)"]
      }
      if plan.isEmpty {
        // What a plan without actions found out is still to be written down.
        let outcome = await process.apply(plan, graph)
        await process.end()
        return outcome.diagnostics.errors + (try await settled(names: names))
      }
      if round == roundsMax {
        await process.end()
        return [
          "after \(round) applies there is still to be done: \(plan.actions) \(plan.deferrals) \(plan.drift.map(\.address)) \(plan.outputChanges.filter { $0.action != .noOp })"
        ]
      }
      let outcome = await process.apply(plan, graph)
      await process.end()
      if outcome.diagnostics.hasErrors { return ["apply \(round): \(outcome.diagnostics.errors)"] }
    }
    return []
  }

  /// What is wrong when nothing should be left to do: state and provider say the same, and each wanted object exists once.
  private func settled(names: [String]) async throws -> [String] {
    let snapshot = try await stage.snapshot()
    let objects = snapshot.objects.filter { $0.address.resource.mode == .managed }
    var problems = stage.cloud.violations(stored: Set(objects.compactMap(\.id)))
    for object in objects {
      guard let id = object.id, let real = stage.cloud.object(id: id) else { continue }
      if real.value != object.value {
        problems.append("\(object.key) is \(String(describing: object.value)), really \(real.value)")
      }
      if object.isTainted { problems.append("\(object.key) is tainted") }
      if object.deposedKey != nil { problems.append("\(object.key) is left") }
    }
    let existing = stage.cloud.objects.map(\.name).sorted()
    if existing != names.sorted() { problems.append("there are \(existing), not \(names.sorted())") }
    problems += snapshot.operationsInFlight.map { "in flight: \($0.action) \($0.key)" }
    return problems
  }
}

extension State.Operation {
  /// The `name` attribute of what was to be created: in these tests it says to which address an object belongs.
  var plannedName: String {
    planned.flatMap { try? JSONValueCodec.decode($0) }?.attribute("name")?.asString ?? "?"
  }
}
