extension ClusterFailure {
  /// What happened and what can be done about it.
  package var description: String {
    let head = action.isEmpty ? "" : "Could not \(action). "
    return head + explanation
  }

  private var explanation: String {
    switch kind {
    case .unreachable: "The cluster did not answer: \(sentence) Check that it runs, and that the address and the proxy are right."
    case .unauthorized:
      "The cluster does not accept the credentials: \(sentence) They may have expired, or belong to another cluster."
    case .forbidden: "The credentials do not allow it: \(sentence)"
    case .notFound: sentence
    case .kindMissing:
      "The cluster does not know this kind. Its CustomResourceDefinition must be there first, or another apiVersion be used. \(quoted)"
    case .namespaceMissing(let name): "The namespace \"\(name)\" does not exist. It must be made first."
    case .alreadyExists: "\(sentence) Import it, or give this one another name."
    case .conflict(let conflicts):
      "Other field managers own what was to be applied:\n\(Self.list(conflicts))\n"
        + "Leave these fields out of the manifest to leave them to their owners, or have conflicts forced to take them over."
    case .staleObject: "The object was changed or replaced meanwhile: \(sentence)"
    case .invalid(let causes) where !causes.isEmpty: "The object is not valid:\n\(Self.list(causes))"
    case .invalid: "The object is not valid: \(sentence)"
    case .typed(let causes) where !causes.isEmpty: "The object does not fit the schema of its kind:\n\(Self.list(causes))"
    case .typed: "The object does not fit the schema of its kind: \(sentence)"
    case .badRequest: "The cluster cannot read the request: \(sentence)"
    case .expired: "The cluster no longer knows where this goes on: \(sentence)"
    case .tooManyRequests: "The cluster had too many requests to answer this one, for as long as it was asked again: \(sentence)"
    case .namespaceTerminating(let name):
      "The namespace \(name.isEmpty ? "" : "\"\(name)\" ")is being deleted, and takes no new objects until it is gone and made anew."
    case .quota: "A quota of the namespace forbids it: \(sentence) Raise the quota, or ask for less."
    case .webhook(let name, refusesDryRuns: true):
      "The admission webhook \"\(name)\" cannot be asked in a dry run, so that the cluster cannot say beforehand what it would store."
    case .webhook(let name, _) where isTransient:
      "The admission webhook \"\(name)\" could not be asked: \(sentence) Check that its service runs."
    case .webhook(let name, _): "The admission webhook \"\(name)\" refused: \(sentence)"
    case .server(let status): status == 0 ? sentence : "The cluster answered with status \(status): \(sentence)"
    }
  }

  /// The message, with a full stop at its end.
  private var sentence: String {
    let text = message.trimmingBlanks
    if text.isEmpty { return "no reason was given." }
    return text.last.map { ".!?".contains($0) } ?? false ? text : text + "."
  }

  private var quoted: String { message.isEmpty ? "" : "(It said: \(message.trimmingBlanks))" }

  private static func list(_ items: [some CustomStringConvertible]) -> String { items.map { "  \($0.description)" }.joined(separator: "\n") }
}

extension StringProtocol {
  /// Without blanks and line breaks at both ends.
  package var trimmingBlanks: String {
    var text = self[...]
    while let first = text.first, first.isWhitespace { text = text.dropFirst() }
    while let last = text.last, last.isWhitespace { text = text.dropLast() }
    return String(text)
  }
}
