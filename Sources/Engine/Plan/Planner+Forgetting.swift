import Addresses
import Diagnostics
import Modules
import Plans
import State
import Values

extension Planner {
  /// Whether an object that is in no resource of the configuration is only forgotten, as a `removed` block says, or else as its
  /// configuration said when it still had one. A block of an outer module counts before one further in, and an earlier one before
  /// a later.
  func forgets(_ object: StateObject) -> Bool {
    let resource = object.address.configuration
    for depth in 0...resource.module.names.count {
      let path = ModulePath(Array(resource.module.names.prefix(depth)))
      for block in tree.module(at: path)?.removed ?? [] where block.concerns(resource, in: path) { return !block.destroy }
    }
    return object.skipDestroy
  }

  /// Whether an object that is not wanted any more stays outside, and is only forgotten.
  func skipsDestroy(_ object: StateObject, _ block: ResourceBlock?) -> Bool {
    // To destroy everything is to destroy also what a removed block would let go of.
    guard let block else { return forgets(object) && (options.mode == .normal || object.skipDestroy) }
    return block.destroys == false || object.skipDestroy
  }

  /// What removed blocks say is gone and the configuration still has.
  func removedProblems() -> [Diagnostic] {
    tree.modules.flatMap { module in
      module.removed.compactMap { block -> Diagnostic? in
        switch block.from {
        case .resource(let inner):
          let resource = ConfigurationResource(module: ModulePath(module.path.names + inner.module.names), inner.resource)
          guard let place = tree.module(at: resource.module)?.resources[resource.resource] else { return nil }
          return .error(
            "Removed resource still exists",
            "This block says that \(resource) was removed, but the configuration still has it. Remove one of the two.",
            at: place.range)
        case .module(let inner):
          let path = ModulePath(module.path.names + inner.names)
          guard let name = path.names.last, let parent = path.parent, let call = tree.module(at: parent)?.moduleCalls[name] else {
            return nil
          }
          return .error(
            "Removed module still exists",
            "This block says that \(path) was removed, but the configuration still calls it. Remove one of the two.",
            at: call.range)
        }
      }
    }
  }

  /// Plans that an object is dropped from the state. Nobody asks its provider, so that it need not be there any more.
  func planForgetting(_ entry: StoredObjects.Entry, reason: ActionReason?) {
    let object = entry.object
    if object.address.resource.mode == .data {
      refreshedRows[object.key] = refreshedRow(entry, nil)
      return
    }
    guard let schema = schemas.schema(of: object.address.resource, from: object.provider.source) else {
      diagnostics.append(unknownType(object.address.resource, object.provider.source, graph.schemas, at: nil))
      return
    }
    // An object in the form of another schema cannot be shown, and need not be.
    let null = Value.null(.object(schema.block.impliedType))
    let cause = entry.isMoved && reason == .deleteBecauseNoResourceConfig ? .deleteBecauseNoMoveTarget : reason
    let value = decodeWithoutProvider(object) ?? null
    if !value.isNull, current[object.key, entry] == nil {
      let existing = ObjectRecord(of: object, value: value.withoutMarks, schema: schema)
      current[object.key, entry] = existing
      if entry.isMoved { refreshedRows[object.key] = refreshedRow(entry, existing) }
    }
    record(
      ResourceChange(
        address: object.address, previousAddress: entry.row.address, deposedKey: object.deposedKey, provider: object.provider,
        schemaVersion: schema.version, action: .forget, reason: object.deposedKey == nil ? cause : nil, before: value, after: null,
        dependencies: object.dependencies, createBeforeDestroy: object.createBeforeDestroy, rowVersion: object.version))
  }

  /// Says which objects the plan lets go of.
  func warnOfForgotten(_ plan: Plan) {
    let forgotten = plan.changes.filter { $0.action == .forget || $0.action == .forgetThenCreate }
    if forgotten.isEmpty { return }
    let names = forgotten.map { change in
      "\n - \(change.address)" + (change.deposedKey.map { " (deposed object \($0))" } ?? "")
    }
    diagnostics.append(
      .warning(
        "Some objects will no longer be managed by Terraform",
        "Applying this plan makes Plumb forget these objects. They stay as they are:" + names.joined()
          + "\n\nTo manage one of them again, import it."))
  }
}

extension RemovedBlock {
  /// Whether the block, in a module of that path, is about the resource.
  func concerns(_ resource: ConfigurationResource, in path: ModulePath) -> Bool {
    switch from {
    case .resource(let inner):
      return resource.resource == inner.resource && resource.module.names == path.names + inner.module.names
    case .module(let inner): return resource.module.names.starts(with: path.names + inner.names)
    }
  }
}
