import Addresses
import Diagnostics
import Expressions
import HCL
import Modules
import Plans
import State
import Values

extension Applier {
  /// Whether anything runs after an object of the resource was created. Such an object is stored as tainted first, so that it is
  /// replaced when nobody lives to say that it was provisioned.
  func hasCreationProvisioners(_ change: ResourceChange) -> Bool {
    change.action != .update && graph.provisioners(of: change.address.configuration).contains { $0.block.when == .create }
  }

  /// Runs what is to run after the creation of an object, and takes its mark away if all went well.
  func provision(_ change: ResourceChange, in scope: EvaluationContext, schema: Schema) async -> Bool {
    let key = ObjectKey(change.address)
    let provisioners = graph.provisioners(of: change.address.configuration).filter { $0.block.when == .create }
    if provisioners.isEmpty { return true }
    guard await run(provisioners, for: change.address, in: scope), var record = objects[key] else { return false }
    record.isTainted = false
    do {
      try await put(record, version: record.rowVersion, schema: schema)
      return true
    } catch {
      diagnostics.append(error.diagnostic("Failed to save state"))
      return false
    }
  }

  /// Runs what is to run before the destruction of an object. What was set aside for its successor, or was never whole, has nothing
  /// to be run for.
  func provisionDestruction(of record: ObjectRecord) async -> Bool {
    let address = record.address
    guard record.deposedKey == nil, !record.isTainted else { return true }
    let provisioners = graph.destroyProvisioners(of: address.configuration)
    // The instance need not be part of the configuration any more, so that nothing of its module is evaluated.
    guard !provisioners.isEmpty, let module = tree.module(at: address.module.path) else { return true }
    let node = ModuleNode(module: module, address: address.module, parent: nil, repetition: RepetitionData())
    var data = RepetitionData()
    switch address.key {
    case .integer(let index)?: data.countIndex = .int(index)
    case .string(let name)?: data.eachKey = .text(name)
    case nil: break
    }
    return await run(provisioners, for: address, in: evaluator.context(in: node, repetition: data, selfValue: record.value))
  }

  /// One after the other, until one fails that may not.
  private func run(_ provisioners: [ProvisionerPlan], for address: ResourceInstance, in scope: EvaluationContext) async -> Bool {
    for provisioner in provisioners {
      guard let request = request(provisioner, for: address, in: scope) else { return false }
      let type = provisioner.block.type
      let (events, hidden) = (context.events, request.hidden)
      events(.provisionStarted(address, type))
      let problems = await context.provisioners.run(request.request) { line in
        events(.provisionProgressed(address, type, hidden ?? line))
      }
      events(problems.hasErrors ? .provisionFailed(address, type) : .provisionFinished(address, type))
      if problems.hasErrors && provisioner.block.onFailure == .continue { continue }
      diagnostics += located(problems, provisioner, address)
      if problems.hasErrors { return false }
    }
    return true
  }

  private func request(
    _ provisioner: ProvisionerPlan, for address: ResourceInstance, in scope: EvaluationContext
  ) -> (request: ProvisionerRequest, hidden: String?)? {
    var (configuration, problems) = provisioner.body.decode(in: scope)
    var connection: Value?
    if let plan = provisioner.connection, !problems.hasErrors {
      let (value, found) = plan.decode(in: scope)
      connection = value
      problems += found
    }
    problems += evaluator.takeDiagnostics()
    if !problems.hasErrors { problems += ProvisionerSchema.problems(of: provisioner.block.type, configuration.withoutMarks) }
    if !problems.hasErrors && !(configuration.isWhollyKnown && connection?.isWhollyKnown ?? true) {
      problems.append(
        .error(
          "Configuration contains unknown value",
          "The \(provisioner.block.type) provisioner of \(address) needs values that are not known although everything before it was done."))
    }
    diagnostics += located(problems, provisioner, address)
    if problems.hasErrors { return nil }
    let marks = [("sensitive", Marks.concealed), ("ephemeral", .ephemeral)].filter { mark in
      configuration.containsMark(mark.1) || connection?.containsMark(mark.1) == true
    }
    let hidden =
      marks.isEmpty ? nil : "(output suppressed due to \(marks.map(\.0).joined(separator: ", ")) value in config)"
    configuration = configuration.withoutMarks
    return (
      ProvisionerRequest(
        type: provisioner.block.type, configuration: configuration, connection: connection?.withoutMarks,
        isSecret: hidden != nil), hidden
    )
  }

  private func located(
    _ problems: [Diagnostic], _ provisioner: ProvisionerPlan, _ address: ResourceInstance
  ) -> [Diagnostic] {
    problems.map { problem in
      var problem = problem
      if problem.address == nil { problem.address = address.description }
      if problem.subject == nil { problem.subject = provisioner.block.body.missingItemRange }
      return problem
    }
  }
}
