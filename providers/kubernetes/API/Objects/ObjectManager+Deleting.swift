package import YAML

extension ObjectManager {
  /// Deletes an object, and waits until it is gone. One that is gone already, or whose name another one has, is no error.
  package func delete(
    _ applied: AppliedObject, options: DeletionOptions = DeletionOptions(), progress: @Sendable (String) -> Void = { _ in }
  ) async throws {
    let reference = applied.reference
    do {
      // Of a job the server would otherwise leave the pods.
      guard try await client.delete(reference, propagation: options.propagation ?? .background, uid: applied.uid, dryRun: false) else {
        return
      }
    } catch let failure as ClusterFailure {
      if case .kindMissing = failure.kind { return }
      guard failure.maySpeakOfAnotherObject else { throw failure }
      // Refused: it is another object, or is being deleted already.
      guard let live = try await client.get(reference), applied.uid == nil || live.uid == applied.uid else { return }
      guard live.isBeingDeleted else { throw failure }
    }
    guard options.waits else { return }
    try await awaitGone(reference, uid: applied.uid, timeout: options.timeout ?? owner.timeouts.delete, progress)
  }

  /// Makes an object anew whose change cannot be had otherwise: deletes it with all that belongs to it, and applies the manifest when it
  /// is gone.
  /// - Parameter keepsDependents: whether what belongs to it stays for the new one: a stateful set's pods, for example.
  package func replace(
    _ manifest: JSONValue, prior: AppliedObject, keepsDependents: Bool = false, progress: @Sendable (String) -> Void = { _ in }
  ) async throws -> ApplyResult {
    try await delete(prior, options: DeletionOptions(propagation: keepsDependents ? .orphan : .foreground), progress: progress)
    return try await apply(manifest, prior: nil, progress: progress)
  }

  /// Waits until an object is gone.
  /// - Throws: `ObjectError` when it takes longer than that, with what holds the object.
  func awaitGone(
    _ reference: ObjectReference, uid: String?, timeout: Duration, _ progress: @Sendable (String) -> Void
  ) async throws {
    let elapsed = stopwatch(clock)
    var delay = Duration.milliseconds(100)
    var told = Duration.zero
    while true {
      guard let live = try await found(reference), uid == nil || live.uid == uid else { return }
      let reasons = live.json.reasonsForStaying
      if elapsed() >= timeout {
        throw ObjectError(
          "\(reference.title) is still there",
          "It is being deleted since \(live.json[path: ["metadata", "deletionTimestamp"]]?.asString ?? "a while"), and was not gone after \(timeout.text)."
            + (reasons.isEmpty ? "" : " \(reasons.joined(separator: " "))")
            + " Finalizers are taken away by the controllers that set them: look whether these still run. The next run goes on waiting.")
      }
      if elapsed() >= told {
        progress("waiting for \(reference.title) to go\(reasons.isEmpty ? "" : ": \(reasons.joined(separator: " "))")")
        told = elapsed() + .seconds(10)
      }
      try await clock.sleep(for: min(delay, max(timeout - elapsed(), .milliseconds(10))))
      delay = min(delay * 2, .seconds(2))
    }
  }

  /// Nil also where the kind itself has gone.
  private func found(_ reference: ObjectReference) async throws -> KubernetesObject? {
    do {
      return try await client.get(reference)
    } catch let failure as ClusterFailure {
      if case .kindMissing = failure.kind { return nil }
      throw failure
    }
  }
}

extension JSONValue {
  /// Why an object that is being deleted is still there, as sentences.
  package var reasonsForStaying: [String] {
    var reasons: [String] = []
    let finalizers = (self[path: ["metadata", "finalizers"]]?.asArray ?? []).compactMap(\.asString)
    if !finalizers.isEmpty { reasons.append("Its finalizers are \(finalizers.joined(separator: ", ")).") }
    if finalizers.contains("foregroundDeletion") { reasons.append("What belongs to it is deleted first.") }
    for condition in self[path: ["status", "conditions"]]?.asArray ?? [] where condition["status"] == "True" {
      let type = condition["type"]?.asString ?? ""
      let tells = type.hasPrefix("Namespace") || type == "Terminating"
      if tells, let message = condition["message"]?.asString, !message.isEmpty {
        reasons.append("\(type): \(message)\(message.hasSuffix(".") ? "" : ".")")
      }
    }
    return reasons
  }
}

extension Duration {
  /// For people: `10m`, `1m30s`, `500ms`.
  package var text: String {
    let (whole, rest) = components
    if whole == 0 { return "\(rest / 1_000_000_000_000_000)ms" }
    let parts = [(whole / 3600, "h"), (whole / 60 % 60, "m"), (whole % 60, "s")]
    return parts.filter { $0.0 > 0 }.map { "\($0.0)\($0.1)" }.joined()
  }
}
