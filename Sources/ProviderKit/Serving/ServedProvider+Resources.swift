package import ProviderInterface
import Addresses
import Diagnostics
import Values

extension ServedProvider {
  func resource(_ name: String) throws -> (any DynamicResource<Owner>, TypeCatalog<Owner>.Entry) {
    let entry = try required(.resource, name)
    guard let resource = catalog.resources[name] else {
      throw AttributeError("The provider \(Owner.name) has nothing named \(name).", summary: "Unknown type")
    }
    return (resource, entry)
  }

  // MARK: Read

  package func readResource(_ request: ReadResourceRequest) async -> ReadResourceResponse {
    await running.run { await self.read(request) }
  }

  private func read(_ request: ReadResourceRequest) async -> ReadResourceResponse {
    let name = request.typeName
    let notes = PrivateState(request.private)
    do {
      let (resource, entry) = try resource(name)
      let context: Context<Owner>
      let found: DynamicValue?
      do {
        context = try self.context(notes, request.capabilities)
        found = try await resource.read(DynamicValue(request.current), context)
      } catch let deferral as Deferral where request.capabilities.deferralAllowed {
        return ReadResourceResponse(
          new: request.current, private: request.private, deferred: deferral.hostReason, identity: request.identity)
      }
      let said = context.record.diagnostics
      guard let found else { return ReadResourceResponse(new: .null(entry.type), private: notes.encoded, diagnostics: said) }
      var open: [Path] = []
      let new = entry.rules.settled(
        entry.rules.keeping(request.current, in: entry.rules.withoutWriteOnly(try entry.completed(found, name))), &open)
      let problems = open.map { ObjectProblem($0, "read left it without a value") }
      if !problems.isEmpty { return ReadResourceResponse(new: nil, diagnostics: said + entry.mistake(name, problems)) }
      return ReadResourceResponse(
        new: new, private: notes.encoded, diagnostics: said,
        identity: entry.identity(of: new).map { ResourceIdentity(json: $0) })
    } catch {
      return ReadResourceResponse(new: nil, diagnostics: diagnostics(of: error, summary: "Reading \(name) failed"))
    }
  }

  // MARK: Apply

  package func applyResourceChange(_ request: ApplyResourceChangeRequest) async -> ApplyResourceChangeResponse {
    await running.run { await self.apply(request) }
  }

  private func apply(_ request: ApplyResourceChangeRequest) async -> ApplyResourceChangeResponse {
    let name = request.typeName
    let notes = PrivateState(request.plannedPrivate)
    do {
      let (resource, entry) = try resource(name)
      let context = try context(notes, nil)
      if request.planned.isNull {
        try await resource.delete(DynamicValue(request.prior), context)
        return ApplyResourceChangeResponse(new: .null(entry.type), diagnostics: context.record.diagnostics)
      }
      let change = DynamicChange(
        prior: request.prior.isNull ? nil : DynamicValue(request.prior),
        planned: DynamicValue(entry.rules.withWriteOnly(request.planned, from: request.configuration)),
        configuration: DynamicValue(entry.rules.withDefaults(request.configuration)))
      do {
        let made = try await change.isCreation ? resource.create(change, context) : resource.update(change, context)
        return applied(try entry.completed(made, name), entry, request, notes, context.record)
      } catch {
        return failed(error, entry, request, notes, context.record)
      }
    } catch {
      let verb = request.planned.isNull ? "Deleting" : request.prior.isNull ? "Creating" : "Updating"
      return ApplyResourceChangeResponse(
        new: request.prior, private: request.plannedPrivate, diagnostics: diagnostics(of: error, summary: "\(verb) \(name) failed"))
    }
  }

  /// The answer for what was made, with what the author got wrong of it.
  private func applied(
    _ made: Value, _ entry: TypeCatalog<Owner>.Entry, _ request: ApplyResourceChangeRequest, _ notes: PrivateState, _ record: CallRecord
  ) -> ApplyResourceChangeResponse {
    var open: [Path] = []
    let settled = entry.rules.settled(entry.rules.keeping(request.planned, in: entry.rules.withoutWriteOnly(made)), &open)
    var problems = open.map { ObjectProblem($0, "it was made without giving it a value") }
    if problems.isEmpty { problems = compatibilityProblems(schema: entry.block, planned: request.planned, actual: settled) }
    let new = settled.withUnknownsAsNull
    return ApplyResourceChangeResponse(
      new: new, private: notes.encoded,
      diagnostics: record.diagnostics + entry.mistake(request.typeName, problems),
      identity: entry.identity(of: new).map { ResourceIdentity(json: $0) })
  }

  /// The answer for what failed: the object as the author saved it, or else as it was.
  private func failed(
    _ error: any Error, _ entry: TypeCatalog<Owner>.Entry, _ request: ApplyResourceChangeRequest, _ notes: PrivateState,
    _ record: CallRecord
  ) -> ApplyResourceChangeResponse {
    let verb = request.prior.isNull ? "Creating" : "Updating"
    var new = request.prior
    if let saved = record.saved, let object = try? entry.completed(saved, request.typeName) {
      new = entry.rules.withoutWriteOnly(object).withUnknownsAsNull
    }
    return ApplyResourceChangeResponse(
      new: new, private: notes.encoded,
      diagnostics: record.diagnostics + diagnostics(of: error, summary: "\(verb) \(request.typeName) failed"),
      identity: entry.identity(of: new).map { ResourceIdentity(json: $0) })
  }

  // MARK: Import

  package func importResourceState(_ request: ImportResourceStateRequest) async -> ImportResourceStateResponse {
    await running.run { await self.importState(request) }
  }

  private func importState(_ request: ImportResourceStateRequest) async -> ImportResourceStateResponse {
    let name = request.typeName
    let notes = PrivateState()
    do {
      let (resource, entry) = try resource(name)
      let object: DynamicValue
      do {
        let context = try context(notes, request.capabilities)
        if let identity = request.identity {
          object = try identified(identity, entry)
        } else {
          object = try await resource.importObject(id: request.id, context)
        }
      } catch let deferral as Deferral where request.capabilities.deferralAllowed {
        return ImportResourceStateResponse(
          imported: [.init(typeName: name, state: .null(entry.type), private: [])], deferred: deferral.hostReason)
      }
      let state = entry.rules.withoutWriteOnly(try entry.completed(object, name).withUnknownsAsNull)
      return ImportResourceStateResponse(imported: [
        .init(
          typeName: name, state: state, private: notes.encoded, identity: entry.identity(of: state).map { ResourceIdentity(json: $0) })
      ])
    } catch {
      return ImportResourceStateResponse(imported: [], diagnostics: diagnostics(of: error, summary: "Importing \(name) failed"))
    }
  }

  /// The attributes that an identity names; `read` finds the rest.
  private func identified(_ identity: ResourceIdentity, _ entry: TypeCatalog<Owner>.Entry) throws -> DynamicValue {
    guard entry.definition.identity != nil else {
      throw AttributeError("Objects of this type have no identity; import them by their id.", summary: "Import is not possible")
    }
    let value = try DynamicValue(json: String(decoding: identity.json, as: UTF8.self))
    if let own = entry.definition.ownIdentity { return try own.object(value) }
    return .object((value.attributes ?? [:]).filter { !$0.value.isNull })
  }

  // MARK: Upgrades and moves

  package func upgradeResourceState(_ request: UpgradeResourceStateRequest) async -> UpgradeResourceStateResponse {
    let name = request.typeName
    do {
      let (resource, entry) = try resource(name)
      let current = entry.schema.version
      guard (0...current).contains(request.version) else {
        throw AttributeError(
          "Its state has version \(request.version), and this provider knows versions up to \(current). Upgrade the provider.",
          summary: "The state of \(name) is of a newer provider")
      }
      var node = try JSONNode(parsing: request.json)
      if request.version < current {
        var state = try DynamicValue(json: String(decoding: request.json, as: UTF8.self))
        for version in request.version..<current { try resource.upgrade(&state, from: Int(version)) }
        node = try JSONNode(parsing: Array(state.json.utf8))
      }
      return UpgradeResourceStateResponse(upgraded: try storedObject(node, entry))
    } catch {
      return UpgradeResourceStateResponse(
        upgraded: nil, diagnostics: diagnostics(of: error, summary: "Upgrading the state of \(name) failed"))
    }
  }

  /// Stored attributes as an object of today's schema.
  private func storedObject(_ node: JSONNode, _ entry: TypeCatalog<Owner>.Entry) throws -> Value {
    let value = try JSONValueCodec.decode(fitted(node, to: entry.type).bytes, type: entry.type)
    return entry.rules.withoutWriteOnly(normalizedObject(value, schema: entry.block))
  }

  package func moveResourceState(_ request: MoveResourceStateRequest) async -> MoveResourceStateResponse {
    let name = request.targetTypeName
    do {
      let (resource, entry) = try resource(name)
      let source = MovedObject(
        typeName: request.sourceTypeName, provider: request.sourceProvider, version: Int(request.sourceSchemaVersion),
        state: try DynamicValue(json: String(decoding: request.sourceJSON, as: UTF8.self)))
      guard let moved = try resource.move(source) else {
        throw AttributeError(
          "An object of the type \(request.sourceTypeName) of \(request.sourceProvider) cannot become one of the type \(name).",
          summary: "Move is not possible")
      }
      let object = entry.rules.withoutWriteOnly(try entry.completed(moved, name).withUnknownsAsNull)
      return MoveResourceStateResponse(target: object, identity: entry.identity(of: object).map { ResourceIdentity(json: $0) })
    } catch {
      return MoveResourceStateResponse(target: nil, diagnostics: diagnostics(of: error, summary: "Moving to \(name) failed"))
    }
  }
}

/// A stored value with the attributes of a type and no others. A value where anything may stand brings its type with it in states; one
/// that does not, as upgrades make them, gets its own.
func fitted(_ node: JSONNode, to type: ValueType) -> JSONNode {
  switch (node, type) {
  case (.null, _): return .null
  case (.object, .object(let object)):
    return .object(zip(object.names, object.types).map { JSONNode.Member(key: $0, value: fitted(node[$0] ?? .null, to: $1)) })
  case (.array(let elements), .list(let element)), (.array(let elements), .set(let element)):
    return .array(elements.map { fitted($0, to: element) })
  case (.object(let members), .map(let element)):
    return .object(members.map { JSONNode.Member(key: $0.key, value: fitted($0.value, to: element)) })
  case (_, .dynamic):
    if let members = node.members, Set(members.map(\.key)) == ["type", "value"] { return node }
    guard let value = try? JSONValueCodec.decode(node.bytes),
      let wrapped = try? JSONNode(parsing: JSONValueCodec.encode(value, type: .dynamic))
    else { return .null }
    return wrapped
  default: return node
  }
}
