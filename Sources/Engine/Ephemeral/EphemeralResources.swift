import Addresses
import Diagnostics
import Expressions
import Modules
import Plans
import ProviderInterface
import Values

/// What is needed to open one ephemeral resource instance.
struct EphemeralOpening: Sendable {
  var address: ResourceInstance
  var provider: any Provider
  var providerName: String
  var schema: Schema
  /// Wholly known; its marks are put upon what comes back.
  var configuration: Value
  /// Where the block is written, for what its provider reports later.
  var body: DecodePlan
  var range: SourceRange
}

/// The ephemeral resource instances that a walk holds open. Plan and apply have one each: what the one opened is of no use to
/// the other. What is held is renewed when its provider asks for it, and closed at the end of the walk, the last first, however
/// the walk ends.
actor EphemeralResources {
  private struct Held {
    var address: ResourceInstance
    var provider: any Provider
    var body: DecodePlan
    var range: SourceRange
    var renewal: Task<Void, Never>?
  }
  private let context: EngineContext
  /// In the order of opening.
  private var held: [Held] = []
  private var problems: [Diagnostic] = []
  /// What each provider wants to be told again about an instance: what opening gave, or the last renewal.
  private var notes: [ResourceInstance: [UInt8]] = [:]

  init(context: EngineContext) { self.context = context }

  /// What came of opening an instance: its value, nothing if that failed, or the reason why its provider puts it off.
  enum Outcome: Sendable {
    case opened(Value)
    case deferred(DeferralReason)
    case failed
  }

  func open(_ opening: EphemeralOpening) async -> (Outcome, [Diagnostic]) {
    let (plain, marks) = opening.configuration.unmarkedDeep()
    let type = opening.address.resource.type
    var problems = await opening.provider.validateConfiguration(of: .ephemeralResource, named: type, plain)
    if problems.hasErrors { return (.failed, problems) }
    let start = began(opening.address, .open)
    let response = await opening.provider.openEphemeralResource(
      OpenEphemeralResourceRequest(typeName: type, configuration: plain))
    problems += response.diagnostics
    if let deferred = response.deferred {
      ended(opening.address, .open, since: start, failed: problems.hasErrors)
      return (problems.hasErrors ? .failed : .deferred(DeferralReason(rawValue: deferred.rawValue) ?? .unknown), problems)
    }
    if problems.hasErrors {
      ended(opening.address, .open, since: start, failed: true)
      return (.failed, problems)
    }
    // It is open now, whatever else is wrong with it, so it will be closed.
    held.append(
      Held(address: opening.address, provider: opening.provider, body: opening.body, range: opening.range))
    notes[opening.address] = response.private
    scheduleRenewal(at: held.count - 1, response.renewAtSeconds)
    let invalid = invalidResult(response.result, opening, plain)
    ended(opening.address, .open, since: start, failed: !invalid.isEmpty)
    guard let result = response.result, invalid.isEmpty else { return (.failed, problems + invalid) }
    // What the schema calls sensitive is not marked (observed with 1.11.4): marks of ephemeral values would be left over in state
    // as those of write-only arguments, of which nothing else is there.
    let value = result.markedDeep(with: marks).marked(with: .ephemeral)
    return (.opened(value), problems)
  }

  private func invalidResult(_ result: Value?, _ opening: EphemeralOpening, _ configuration: Value) -> [Diagnostic] {
    let schema = opening.schema.block
    let texts: [String]
    if let result, !result.isNull {
      let conformance = conformanceProblems(schema: schema, result)
      let null = Value.null(.object(schema.impliedType))
      texts =
        (conformance.isEmpty
        ? planValidityProblems(schema: schema, prior: null, configuration: configuration, planned: result) : conformance)
        .map(\.text)
    } else {
      texts = ["it gave no object"]
    }
    return texts.map {
      Diagnostic(
        .error, "Provider produced invalid ephemeral resource instance",
        "Provider \(opening.providerName) returned a result for \(opening.address) that does not fit: "
          + "\($0).\n\n\(providerMistake)",
        address: opening.address.description)
    }
  }

  /// Closes everything, and gives what went wrong since the last time that was asked.
  func closeAll() async -> [Diagnostic] {
    while let last = held.popLast() {
      last.renewal?.cancel()
      await last.renewal?.value
      await close(last)
    }
    defer { problems = [] }
    return problems
  }

  private func close(_ item: Held) async {
    let start = began(item.address, .close)
    let found = await item.provider.closeEphemeralResource(
      named: item.address.resource.type, private: notes.removeValue(forKey: item.address) ?? [])
    ended(item.address, .close, since: start, failed: found.hasErrors)
    problems += located(found, address: item.address, body: item.body, block: item.range)
  }

  // MARK: Renewing

  private func scheduleRenewal(at index: Int, _ seconds: Double?) {
    guard let seconds else { return }
    let item = held[index]
    held[index].renewal = Task { await self.keepRenewed(item, seconds) }
  }

  /// Renews an instance whenever its time has come, until it is closed or that fails. Failing stops nothing: what was got may well
  /// last long enough, and if not, those who use it say so.
  private func keepRenewed(_ item: Held, _ first: Double) async {
    var next: Double? = first
    var isFirst = true
    while let time = next {
      // A provider that is always late with its times must not be asked without end.
      let wait = max((time - context.now()) * 1000, isFirst ? 0 : 1000)
      try? await Task.sleep(for: .milliseconds(Int64(min(wait, 1e12))))
      if Task.isCancelled { return }
      isFirst = false
      let start = began(item.address, .renew)
      // In a task of its own: a renewal that is under way when the end comes is heard out, since closing needs what it gives.
      let response = await Task { [notes] in
        await item.provider.renewEphemeralResource(
          named: item.address.resource.type, private: notes[item.address] ?? [])
      }.value
      ended(item.address, .renew, since: start, failed: response.diagnostics.hasErrors)
      problems += located(response.diagnostics, address: item.address, body: item.body, block: item.range).map(\.asWarning)
      if response.diagnostics.hasErrors { return }
      // A provider that says nothing has nothing new to be told.
      if !response.private.isEmpty { notes[item.address] = response.private }
      next = response.renewAtSeconds
    }
  }

  // MARK: Events

  private func began(_ address: ResourceInstance, _ operation: EphemeralOperation) -> Int64 {
    context.events(.ephemeralStarted(address, operation))
    return context.uptimeMilliseconds()
  }

  private func ended(_ address: ResourceInstance, _ operation: EphemeralOperation, since start: Int64, failed: Bool) {
    let elapsed = context.uptimeMilliseconds() - start
    context.events(
      failed
        ? .ephemeralFailed(address, operation, milliseconds: elapsed)
        : .ephemeralFinished(address, operation, milliseconds: elapsed))
  }
}
