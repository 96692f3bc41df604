import Addresses
import Diagnostics
import Expressions
import HCL
import Modules
import Plans
import ProviderInterface
import State
import Values

extension Planner {
  // MARK: Statements

  /// What contradicts itself in the `moved` blocks, now that the instances of everything are known. If there is anything, the
  /// plan is not to be trusted, and nothing else is worth saying.
  func moveProblems() -> [Diagnostic] {
    let statements = MoveStatement.all(of: tree)
    var problems: [Diagnostic] = []
    var departures: [String: MoveStatement] = [:]
    var arrivals: [String: MoveStatement] = [:]
    for statement in statements {
      problems += packageProblems(statement)
      let (departure, arrival) = (statement.from.identity, statement.to.identity)
      if departure == arrival {
        problems.append(
          .error(
            "Redundant move statement",
            "\(statement.from) is moved to itself. Remove this block, or correct it.", at: statement.block.range))
        continue
      }
      if let place = declaration(of: statement.from) {
        problems.append(
          .error(
            "Moved object still exists",
            "\(statement.from) moves away by this block, but the \(statement.from.noun) is still declared at "
              + "\(tree.sources.place(of: place)).\n\nRename this \(statement.from.shortNoun) to \(statement.to) "
              + "there.", at: statement.block.range))
      }
      if let other = departures[departure] {
        if other.to.identity != arrival { problems.append(ambiguousDeparture(statement, other)) }
      } else {
        departures[departure] = statement
      }
      if let other = arrivals[arrival] {
        if other.from.identity != departure { problems.append(ambiguousArrival(statement, other)) }
      } else {
        arrivals[arrival] = statement
      }
    }
    return problems.isEmpty ? cycleProblems(statements) : problems
  }

  private func ambiguousDeparture(_ statement: MoveStatement, _ other: MoveStatement) -> Diagnostic {
    .error(
      "Ambiguous move statements",
      "The block at \(tree.sources.place(of: other.block.range)) moves \(other.from) to \(other.to), and this one to "
        + "\(statement.to).\n\nA \(statement.from.noun) can move to one \(statement.from.shortNoun) only. Remove one "
        + "of the two.", at: statement.block.range)
  }

  private func ambiguousArrival(_ statement: MoveStatement, _ other: MoveStatement) -> Diagnostic {
    .error(
      "Ambiguous move statements",
      "The block at \(tree.sources.place(of: other.block.range)) moves \(other.from) to \(other.to), and this one "
        + "moves \(statement.from) there too.\n\nA \(statement.to.noun) can come from one \(statement.to.shortNoun) "
        + "only. Remove one of the two.", at: statement.block.range)
  }

  private func cycleProblems(_ statements: [MoveStatement]) -> [Diagnostic] {
    MoveStatement.ordered(statements).cycles.map { cycle in
      let lines = cycle.map { "\n  - \(tree.sources.place(of: $0.block.range)): \($0.from) → \($0.to)" }
      return .error(
        "Cyclic dependency in move statements",
        "These moves lead round in a circle, so the objects never arrive:"
          + lines.joined() + "\n\nRemove one of them, so that the chain ends at an address of the configuration.")
    }
  }

  /// A module's author cannot know what others call the insides of his package, nor he theirs.
  private func packageProblems(_ statement: MoveStatement) -> [Diagnostic] {
    [(statement.from, statement.block.fromRange), (statement.to, statement.block.toRange)].compactMap { endpoint, range in
      var path = statement.module
      for step in endpoint.steps.dropFirst(statement.module.names.count) {
        // The call itself belongs to the caller; only what is within it does not.
        let isCallItself = endpoint.resource == nil && path.names.count == endpoint.steps.count - 1
        if let call = tree.module(at: path)?.moduleCalls[step.name], !isCallItself {
          if !ModuleSource.isLocal(call.source) {
            return .error(
              "Cross-package move statement",
              "This statement declares a move of an object within the external module package \"\(call.source)\". Move statements "
                + "can be only within a single module package.", at: range)
          }
        }
        path = path.child(step.name)
      }
      return nil
    }
  }

  /// Where an end of a move is declared; nil if it is not.
  private func declaration(of endpoint: MoveEndpoint) -> SourceRange? {
    if let end = endpoint.resource {
      guard let block = tree.module(at: endpoint.path)?.resources[end.resource] else { return nil }
      let nodes = evaluator.instances(of: endpoint.path).filter { endpoint.matched(by: $0.address.steps) != nil }
      if case .exactly(let key) = end.key {
        let isThere = nodes.contains { evaluator.repetition(of: block, in: $0).contains(key) }
        return isThere ? block.count?.range ?? block.forEach?.range ?? block.range : nil
      }
      return nodes.isEmpty ? nil : block.range
    }
    guard let name = endpoint.path.names.last, let parent = endpoint.path.parent,
      let call = tree.module(at: parent)?.moduleCalls[name]
    else { return nil }
    var holder = endpoint
    let last = holder.steps.removeLast()
    let nodes = evaluator.instances(of: parent).filter { holder.matched(by: $0.address.steps) != nil }
    if case .exactly(let key) = last.key {
      let isThere = nodes.contains { evaluator.children(name, of: $0)?.instance(key) != nil }
      return isThere ? call.count?.range ?? call.forEach?.range ?? call.range : nil
    }
    return nodes.isEmpty ? nil : call.range
  }

  // MARK: Consequences

  /// Says which moves found something in their way.
  func warnOfBlockedMoves(_ blocked: [BlockedMove]) {
    if blocked.isEmpty { return }
    diagnostics.append(
      .warning(
        "Unresolved resource instance address changes",
        "These objects were to move, but others are at their new addresses already:"
          + blocked.map { "\n  - \($0.from) could not move to \($0.to)" }.joined()
          + "\n\nThe plan destroys those that could not move. To keep one, free its new address with \"plumb state "
            + "mv\" or \"plumb state rm\", then plan again."))
  }

  /// An object that moves must be planned under both its names. Gives an error if targets leave one of them out.
  func movesOutsideTargets() -> Diagnostic? {
    guard let targeting else { return nil }
    var missing: Set<ResourceInstance> = []
    for entry in stored.all where entry.isMoved {
      for address in [entry.row.address, entry.object.address] where !targeting.selects(address) { missing.insert(address) }
    }
    if missing.isEmpty { return nil }
    func list(_ option: String) -> String { missing.sorted().map { "\n  -\(option)=\(quoted("\($0)"))" }.joined() }
    let reason =
      "Moved objects have to be planned together with what they move to, but your "
    if !options.excludes.isEmpty {
      return .error(
        "Moved resource instances excluded by targeting",
        reason + "-exclude options leave some of them out.\n\nPlan without these options, or do not exclude:"
          + list("exclude")
          + "\n\nWhat these objects depend on comes into the plan with them.")
    }
    return .error(
      "Moved resource instances excluded by targeting",
      reason + "-target options leave some of them out.\n\nPlan without these options, or add:" + list("target")
        + "\n\nWhat these objects depend on comes into the plan with them.")
  }

  // MARK: Across types

  /// An object that a move brought from another resource type or provider, in the form of its new type. Nil, with a diagnostic,
  /// if its provider cannot make that of it.
  func converted(
    _ entry: StoredObjects.Entry, provider: any Provider, address providerAddress: ProviderConfigurationAddress, schema: Schema
  ) async -> ObjectRecord? {
    let object = entry.object
    let address = object.address
    guard schemas.capabilities(of: providerAddress.source).moveResourceState else {
      return refuseConversion(
        entry, "Unsupported `moved` across resource types",
        "Provider \"\(providerAddress.source)\" cannot make objects of other types or providers its own, so "
          + "\(entry.row.address) cannot become \(address).")
    }
    let request = MoveResourceStateRequest(
      sourceProvider: object.provider.source.description, sourceTypeName: entry.row.address.resource.type,
      sourceSchemaVersion: object.schemaVersion, sourceJSON: object.attributes, sourcePrivate: object.private,
      targetTypeName: address.resource.type, sourceIdentity: object.identity)
    let response = await limited { await provider.moveResourceState(request) }
    diagnostics += addressed(response.diagnostics, address)
    if response.diagnostics.hasErrors { return nil }
    let problems = response.target.map { conformanceProblems(schema: schema.block, $0) } ?? []
    guard let value = response.target, problems.isEmpty, value.isWhollyKnown, !value.isNull,
      writeOnlyPathsWithValues(schema: schema.block, value).isEmpty
    else {
      return refuseConversion(
        entry, "Provider returned invalid value",
        "The provider \"\(providerAddress.source)\" moved \(entry.row.address) to \(address) with a value that cannot be used: "
          + (problems.first?.text ?? "it is null, not wholly known or has write-only attributes")
          + ".\n\n\(providerMistake)")
    }
    var record = ObjectRecord(of: object, value: value, schema: schema)
    record.provider = providerAddress
    // What was sensitive in the old type says nothing of the new one.
    record.value = Engine.marked(value, schema: schema.block, with: [])
    record.private = response.private
    record.identity = response.identity
    previous.insert(record, of: entry)
    return record
  }

  private func refuseConversion(_ entry: StoredObjects.Entry, _ summary: String, _ detail: String) -> ObjectRecord? {
    let (from, to) = (entry.row.address, entry.object.address)
    // Behind a chain of moves none alone leads from the one to the other.
    let statement = MoveStatement.all(of: tree).last { $0.destination(of: from) == to }
    diagnostics.append(Diagnostic(.error, summary, detail, subject: statement?.block.range, address: to.description))
    return nil
  }
}
