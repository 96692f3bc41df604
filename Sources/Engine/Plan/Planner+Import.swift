package import Addresses
import Diagnostics
import HCL
import Modules
import Plans
import ProviderInterface
import State
import Values

/// An object to adopt that the command line names.
package struct ImportRequest: Sendable {
  package var address: ResourceInstance
  package var id: String
  package init(address: ResourceInstance, id: String) {
    self.address = address
    self.id = id
  }
}

extension Planner {
  // MARK: Which objects

  /// The objects that are to be adopted as instances of a resource; nil, with a diagnostic, if that cannot be told.
  ///
  /// Blocks count in a normal plan only; what the command line asks for counts always.
  func importTargets(of block: ResourceBlock) -> [ResourceInstance: ImportTarget]? {
    var targets: [ResourceInstance: ImportTarget] = [:]
    for request in options.imports where request.address.configuration == block.address {
      targets[request.address] = ImportTarget(address: request.address, id: request.id)
    }
    guard options.mode == .normal else { return targets }
    var problems: [Diagnostic] = []
    for importBlock in tree.root.imports where importBlock.resource == block.address && !problems.hasErrors {
      var evaluation = ImportEvaluation(importBlock, declared: block, isPlanning: true) { [evaluator] data in
        evaluator.context(in: evaluator.root, repetition: data)
      }
      for target in evaluation.targets() { targets[target.address] = target }
      problems += evaluation.diagnostics + evaluator.takeDiagnostics()
    }
    diagnostics += problems
    return problems.hasErrors ? nil : targets
  }

  /// Whether the configuration makes every instance that is to be adopted. What is in the state already is left alone.
  func areConfigured(_ targets: [ResourceInstance: ImportTarget], wanted: Set<ResourceInstance>, isComplete: Bool) -> Bool {
    var succeeded = true
    for address in targets.keys.sorted() where !wanted.contains(address) && isComplete {
      if stored.entry(ObjectKey(address)) != nil && options.imports.isEmpty { continue }
      if let targeting, !targeting.includes(address) { continue }
      succeeded = false
      diagnostics.append(
        .error(
          "Configuration for import target does not exist",
          "\(address) is not in the configuration. Write its resource block before the import."))
      break
    }
    return succeeded
  }

  /// Reports import blocks whose resource has no configuration. Gives false if nothing can be planned with them.
  func checkUnconfiguredImports() -> Bool {
    guard options.mode == .normal else { return true }
    var succeeded = true
    for block in unconfiguredImports {
      guard let detail = block.generationProblem else { continue }
      succeeded = false
      diagnostics.append(.error("Configuration for import target does not exist", detail, at: block.to.range))
    }
    return succeeded
  }

  /// Reports the rest of them once everything else is planned.
  func reportUnconfiguredImports() {
    guard options.mode == .normal else { return }
    for block in unconfiguredImports {
      // An object that is in the state needs no import, and goes as any other without configuration does.
      guard let address = block.instance, stored.entry(ObjectKey(address)) == nil, targeting?.selects(address) ?? true else {
        continue
      }
      diagnostics.append(
        .error(
          "Configuration for import target does not exist",
          "\(address) is not in the configuration. Write a resource block for it, or have one written:\n\n  plumb "
            + "plan -generate-config-out=generated.tf", at: block.to.range))
    }
  }

  /// Import blocks whose target has no configuration.
  var unconfiguredImports: [ImportBlock] {
    tree.root.imports.filter { tree.module(at: $0.resource.module)?.resources[$0.resource.resource] == nil }
  }

  // MARK: Adopting

  /// Reads an object that is to be adopted. It plays the part of the prior object from then on. Nil, with a diagnostic, if it
  /// cannot be had.
  func importedRecord(_ target: ImportTarget, planning: ResourcePlanning) async -> ObjectRecord? {
    let record: ObjectRecord
    if let known = options.imported[target.address] {
      record = known
    } else {
      guard
        let read = await readImported(
          target, providerAddress: planning.providerAddress, provider: planning.provider, schema: planning.schema,
          block: planning.block)
      else { return nil }
      record = read
    }
    adopt(record)
    return record
  }

  private func adopt(_ record: ObjectRecord) {
    adoptedCreations.insert(record.key)
    current[record.key, nil] = record
    refreshedRows[record.key] = RefreshedRow(
      previousAddress: nil, previousDeposedKey: nil, previousVersion: 0, object: record)
  }

  /// Asks the provider for the object with an id, then reads it.
  func readImported(
    _ target: ImportTarget, providerAddress: ProviderConfigurationAddress, provider: any Provider, schema: Schema,
    block: ResourceBlock?
  ) async -> ObjectRecord? {
    let address = target.address
    let type = address.resource.type
    if !options.imports.isEmpty && unknownProviders.contains(providerAddress) {
      diagnostics.append(
        Diagnostic(
          .error, "Invalid provider configuration",
          "The configuration of \(providerAddress) depends on values that are known only after apply, so the provider "
            + "cannot be asked for objects.", subject: tree.providerBlock(at: providerAddress)?.range,
          address: address.description))
      return nil
    }
    context.events(.importStarted(address, id: target.subject))
    let request = ImportResourceStateRequest(
      typeName: type, id: target.id, capabilities: ClientCapabilities(deferralAllowed: false), identity: target.identity)
    let response = await limited { await provider.importResourceState(request) }
    diagnostics += located(response.diagnostics, address: address, body: nil, block: target.range ?? block?.range)
    if response.diagnostics.hasErrors { return nil }
    guard let imported = onlyObject(response, target, providerAddress, schema) else { return nil }
    context.events(.importPrepared(address))
    var record = ObjectRecord(
      address: address, provider: providerAddress, schemaVersion: schema.version,
      value: Engine.marked(imported.state, schema: schema.block, with: []), private: imported.private)
    record.identity = imported.identity
    switch await read(record, provider: provider, schema: schema, block: block) {
    case .failed: return nil
    case .putOff: return record
    case .gone:
      diagnostics.append(
        Diagnostic(
          .error, "Cannot import non-existent remote object",
          "The provider found no object for \(address) with this ID. Check the ID and the provider's region or "
            + "endpoint; if the object is yet to be created, remove the import.",
          subject: target.range, address: address.description))
      return nil
    case .found(let value, let bytes, let identity):
      record.value = value
      record.private = bytes
      record.identity = identity
      return record
    }
  }

  /// The object of a reply that has exactly one, of the type asked for.
  private func onlyObject(
    _ response: ImportResourceStateResponse, _ target: ImportTarget, _ provider: ProviderConfigurationAddress, _ schema: Schema
  ) -> ImportResourceStateResponse.Imported? {
    func fail(_ summary: String, _ detail: String) -> ImportResourceStateResponse.Imported? {
      diagnostics.append(
        Diagnostic(.error, summary, detail, address: target.address.description))
      return nil
    }
    guard let imported = response.imported.first else {
      return fail(
        "Import returned no resources",
        "The provider found nothing to import with the ID \(goQuoted(target.subject)).")
    }
    if response.imported.count > 1 {
      return fail(
        "Multiple import states not supported",
        "The provider found several objects with the ID \(goQuoted(target.subject)), and only one can be imported "
          + "here.")
    }
    if imported.typeName != target.address.resource.type || imported.state.isNull {
      return fail(
        imported.state.isNull ? "Import returned null resource" : "Invalid import result",
        "Asked to import \(goQuoted(target.subject)), the provider \(provider.source) returned "
          + (imported.state.isNull ? "no object." : "an object of the type \(imported.typeName)."))
    }
    if let path = writeOnlyPathsWithValues(schema: schema.block, imported.state).first {
      return fail(
        "Import returned a non-null value for a write-only attribute",
        "Asked to import \(goQuoted(target.subject)), the provider \(provider.source) returned "
          + "\(target.address)\(path) with a value, although it is write-only.")
    }
    return imported
  }
}

/// The message for an import that would put one object in the place of another.
func alreadyManaged(_ address: ResourceInstance) -> Diagnostic {
  Diagnostic(
    .error, "Resource already managed by Terraform",
    "\(address) is in the state already. Remove the import, or take the object out of the state first.",
    address: address.description)
}

extension ImportBlock {
  /// Why no configuration can be generated for the target; nil if it can.
  var generationProblem: String? {
    if forEach == nil, let instance, instance.key == nil { return nil }
    return "No configuration can be written for imports with for_each, or of resources with for_each or count. Write "
      + "the resource block yourself."
  }
}
