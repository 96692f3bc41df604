package import ProviderInterface
import Addresses
import Diagnostics
import Values

extension ServedProvider {
  package func planResourceChange(_ request: PlanResourceChangeRequest) async -> PlanResourceChangeResponse {
    await running.run { request.proposed.isNull ? await self.planDeletion(request) : await self.plan(request) }
  }

  /// What is deleted is not planned, but there may be something to say of it.
  private func planDeletion(_ request: PlanResourceChangeRequest) async -> PlanResourceChangeResponse {
    let name = request.typeName
    var said: [Diagnostic] = []
    do {
      let (resource, _) = try resource(name)
      let context = try context(PrivateState(request.priorPrivate), request.capabilities)
      defer { said = context.record.diagnostics }
      try await resource.planDeletion(DynamicValue(request.prior), context)
    } catch is Deferral {
      // Without a configuration there is nobody to ask; the deletion itself will say so.
    } catch {
      return PlanResourceChangeResponse(planned: nil, diagnostics: said + diagnostics(of: error, summary: "Planning to delete \(name) failed"))
    }
    return PlanResourceChangeResponse(planned: request.proposed, private: request.priorPrivate, diagnostics: said)
  }

  private func plan(_ request: PlanResourceChangeRequest) async -> PlanResourceChangeResponse {
    let name = request.typeName
    let notes = PrivateState(request.priorPrivate)
    do {
      let (resource, entry) = try resource(name)
      let proposed = entry.rules.planned(prior: request.prior, proposed: request.proposed, configuration: request.configuration)
      var change = DynamicChange(
        prior: request.prior.isNull ? nil : DynamicValue(request.prior), planned: DynamicValue(proposed),
        configuration: DynamicValue(entry.rules.withDefaults(request.configuration)))
      var said: [Diagnostic] = []
      do {
        let context = try context(notes, request.capabilities)
        defer { said = context.record.diagnostics }
        try await resource.plan(&change, context)
      } catch let deferral as Deferral where request.capabilities.deferralAllowed {
        return PlanResourceChangeResponse(planned: proposed, private: request.priorPrivate, deferred: deferral.hostReason, diagnostics: deferral.diagnostics)
      }
      let planned = entry.rules.withoutWriteOnly(try entry.completed(change.planned, name))
      let problems = planProblems(entry, request, planned)
      if !problems.isEmpty {
        return PlanResourceChangeResponse(planned: nil, diagnostics: said + entry.mistake(name, problems))
      }
      let replacements = entry.rules.replacements(prior: request.prior, planned: planned, isUpdatable: entry.isUpdatable)
      return PlanResourceChangeResponse(
        planned: planned, requiresReplace: replacements + change.replacements.map(\.path), private: notes.encoded,
        diagnostics: said, plannedIdentity: entry.identity(of: planned).map { ResourceIdentity(json: $0) })
    } catch {
      return PlanResourceChangeResponse(planned: nil, diagnostics: diagnostics(of: error, summary: "Planning \(name) failed"))
    }
  }

  /// What hosts would object to.
  private func planProblems(
    _ entry: TypeCatalog<Owner>.Entry, _ request: PlanResourceChangeRequest, _ planned: Value
  ) -> [ObjectProblem] {
    if planned.isNull { return [ObjectProblem(.root, "nothing was planned for what the configuration asks for")] }
    let conformance = conformanceProblems(schema: entry.block, planned)
    if !conformance.isEmpty { return conformance }
    return planValidityProblems(
      schema: entry.block, prior: request.prior, configuration: request.configuration, planned: planned)
  }
}
