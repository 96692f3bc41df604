package import ProviderInterface
package import Diagnostics
import Values

extension ServedProvider {
  package func readDataSource(_ request: ReadDataSourceRequest) async -> ReadDataSourceResponse {
    await running.run { await self.read(request) }
  }

  private func read(_ request: ReadDataSourceRequest) async -> ReadDataSourceResponse {
    let name = request.typeName
    do {
      let entry = try required(.dataSource, name)
      let opened = entry.rules.opened(request.configuration)
      let context: Context<Owner>
      let found: DynamicValue?
      do {
        context = try self.context(PrivateState(), request.capabilities)
        found = try await catalog.dataSources[name]?.read(DynamicValue(opened), context)
      } catch let deferral as Deferral where request.capabilities.deferralAllowed {
        return ReadDataSourceResponse(state: opened, deferred: deferral.hostReason, diagnostics: deferral.diagnostics)
      }
      let (state, problems) = try result(found ?? .null, entry, name, asked: opened, "read left it without a value")
      return ReadDataSourceResponse(
        state: problems.isEmpty ? state : nil,
        diagnostics: context.record.diagnostics + entry.mistake(name, problems))
    } catch {
      return ReadDataSourceResponse(state: nil, diagnostics: diagnostics(of: error, summary: "Reading \(name) failed"))
    }
  }

  /// What was read or opened, in the schema's form, and what is wrong with it.
  private func result(
    _ found: DynamicValue, _ entry: TypeCatalog<Owner>.Entry, _ name: String, asked: Value, _ complaint: String
  ) throws -> (Value, [ObjectProblem]) {
    var open: [Path] = []
    let object = entry.rules.settled(entry.rules.keeping(asked, in: try entry.completed(found, name)), &open)
    if object.isNull { return (object, [ObjectProblem(.root, "nothing was given")]) }
    let problems = open.map { ObjectProblem($0, complaint) }
    return (object, problems.isEmpty ? compatibilityProblems(schema: entry.block, planned: asked, actual: object) : problems)
  }

  // MARK: Ephemeral resources

  package func openEphemeralResource(_ request: OpenEphemeralResourceRequest) async -> OpenEphemeralResourceResponse {
    await running.run { await self.open(request) }
  }

  private func open(_ request: OpenEphemeralResourceRequest) async -> OpenEphemeralResourceResponse {
    let name = request.typeName
    let notes = PrivateState()
    do {
      let entry = try required(.ephemeralResource, name)
      let opened = entry.rules.opened(request.configuration)
      let context: Context<Owner>
      let found: (DynamicValue, EphemeralLifetime)
      do {
        context = try self.context(notes, request.capabilities)
        found = try await ephemeralResource(name).open(DynamicValue(opened), context)
      } catch let deferral as Deferral where request.capabilities.deferralAllowed {
        return OpenEphemeralResourceResponse(result: opened, deferred: deferral.hostReason)
      }
      let (object, problems) = try result(found.0, entry, name, asked: opened, "open left it without a value")
      return OpenEphemeralResourceResponse(
        result: problems.isEmpty ? object : nil, renewAtSeconds: renewal(found.1),
        private: Self.kept(object, entry, notes),
        diagnostics: context.record.diagnostics + entry.mistake(name, problems))
    } catch {
      return OpenEphemeralResourceResponse(result: nil, diagnostics: diagnostics(of: error, summary: "Opening \(name) failed"))
    }
  }

  package func renewEphemeralResource(named name: String, private bytes: [UInt8]) async -> RenewEphemeralResourceResponse {
    await running.run {
      do {
        let entry = try self.required(.ephemeralResource, name)
        let (object, notes) = try Self.read(kept: bytes, entry)
        let context = try self.context(notes, nil)
        let (renewed, lifetime) = try await self.ephemeralResource(name).renew(object, context)
        return RenewEphemeralResourceResponse(
          renewAtSeconds: self.renewal(lifetime),
          private: Self.kept(try entry.completed(renewed, name).withUnknownsAsNull, entry, notes),
          diagnostics: context.record.diagnostics)
      } catch {
        return RenewEphemeralResourceResponse(private: bytes, diagnostics: diagnostics(of: error, summary: "Renewing \(name) failed"))
      }
    }
  }

  package func closeEphemeralResource(named name: String, private bytes: [UInt8]) async -> [Diagnostic] {
    await running.run {
      do {
        let entry = try self.required(.ephemeralResource, name)
        let (object, notes) = try Self.read(kept: bytes, entry)
        let context = try self.context(notes, nil)
        try await self.ephemeralResource(name).close(object, context)
        return context.record.diagnostics
      } catch {
        return diagnostics(of: error, summary: "Closing \(name) failed")
      }
    }
  }

  private func ephemeralResource(_ name: String) throws -> any AnyEphemeralResource<Owner> {
    guard let found = catalog.ephemeralResources[name] else {
      throw AttributeError("The provider \(Owner.name) has nothing named \(name).", summary: "Unknown type")
    }
    return found
  }

  private func renewal(_ lifetime: EphemeralLifetime) -> Double? {
    switch lifetime {
    case .untilClosed: return nil
    case .renewed(let after):
      let (seconds, attoseconds) = after.components
      return surroundings.now() + Double(seconds) + Double(attoseconds) / 1e18
    }
  }

  /// Hosts keep bytes between open and close: the object, so that whoever closes it knows it, and the private state.
  private static func kept(_ object: Value, _ entry: TypeCatalog<Owner>.Entry, _ notes: PrivateState) -> [UInt8] {
    var writer = JSONWriter(escapesHTML: false)
    writer.beginObject()
    writer.key("object")
    writer.raw(JSONValueCodec.encode(object, type: entry.type))
    writer.member("private", String(decoding: notes.encoded, as: UTF8.self))
    writer.endObject()
    return writer.bytes
  }

  private static func read(kept bytes: [UInt8], _ entry: TypeCatalog<Owner>.Entry) throws -> (DynamicValue, PrivateState) {
    let node = try JSONNode(parsing: bytes)
    let object = try JSONValueCodec.decode(fitted(node["object"] ?? .null, to: entry.type).bytes, type: entry.type)
    return (DynamicValue(object), PrivateState(Array((node["private"]?.string ?? "").utf8)))
  }
}
