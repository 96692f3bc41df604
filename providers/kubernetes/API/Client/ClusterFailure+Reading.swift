import ProviderKit
import YAML

extension ClusterFailure {
  /// Reads an answer that is no success.
  init(_ response: WebResponse, action: String) {
    let status = StatusObject(response.body)
    let text = status.map(\.message) ?? response.text
    self.init(
      Self.kind(response.status, status, text), status?.message ?? String(text.trimmingBlanks.prefix(1000)), reason: status?.reason ?? "",
      status: response.status, action: action, retryAfter: response.retryAfter ?? status?.retryAfter)
    isTransient = passesByItself
    // Servers say 429 before they begin; of everything else nobody knows how far it went.
    isAmbiguous = isTransient && kind != .tooManyRequests
  }

  /// No answer came.
  init(_ error: WebError, action: String) {
    self.init(.unreachable, "\(error.url): \(error.message)", action: action)
    isTransient = error.retryAdvice != .giveUp
    // Without a connection nothing was asked.
    isAmbiguous = isTransient && ![.noConnection, .unknownHost].contains(error.code)
    isSilence = [.noConnection, .unknownHost, .timeout].contains(error.code)
  }

  /// What stands in a watch instead of an object.
  init(status json: JSONValue, action: String) {
    let status = StatusObject(json)
    let code = status?.code ?? 500
    let kind = Self.kind(code, status, status?.message ?? "")
    self.init(kind, status?.message ?? "", reason: status?.reason ?? "", status: code, action: action, retryAfter: status?.retryAfter)
    isTransient = passesByItself
  }

  private var passesByItself: Bool {
    switch kind {
    case .tooManyRequests: true
    case .webhook: status >= 500
    case .server(let code): [408, 500, 502, 503, 504].contains(code)
    default: false
    }
  }

  // MARK: What kind of failure

  private static func kind(_ code: Int, _ status: StatusObject?, _ text: String) -> Kind {
    if let name = webhook(in: text) {
      return .webhook(name: name, refusesDryRuns: code == 400 && text.contains("does not support dry run"))
    }
    switch code {
    case 400: return .badRequest
    case 401: return .unauthorized
    case 403: return forbidden(status, text)
    case 404: return notFound(status, text)
    case 409: return conflict(status)
    case 410: return .expired
    case 422: return .invalid(status?.causes.map(\.asFieldCause) ?? [])
    case 429: return .tooManyRequests
    case 500: return typed(text).map(Kind.typed) ?? .server(code)
    default: return .server(code)
    }
  }

  private static func forbidden(_ status: StatusObject?, _ text: String) -> Kind {
    if let cause = status?.causes.first(where: { $0.reason == "NamespaceTerminating" }) {
      return .namespaceTerminating(words(between: "namespace ", and: " is being terminated", in: cause.message) ?? "")
    }
    if text.contains("exceeded quota:") || text.contains("failed quota:") { return .quota }
    return .forbidden
  }

  private static func notFound(_ status: StatusObject?, _ text: String) -> Kind {
    guard let status, !status.message.hasPrefix("the server could not find the requested resource") else { return .kindMissing }
    if status.kind == "namespaces", let name = words(between: "namespaces \"", and: "\" not found", in: text) { return .namespaceMissing(name) }
    return .notFound
  }

  private static func conflict(_ status: StatusObject?) -> Kind {
    if status?.reason == "AlreadyExists" { return .alreadyExists }
    let conflicts = status?.causes.filter { $0.reason == "FieldManagerConflict" }.map { FieldConflict(field: $0.field, message: $0.message) } ?? []
    return conflicts.isEmpty ? .staleObject : .conflict(conflicts)
  }

  /// The webhook that an answer is about.
  private static func webhook(in text: String) -> String? {
    words(between: "admission webhook \"", and: "\" ", in: text) ?? words(between: "failed calling webhook \"", and: "\"", in: text)
  }

  /// What does not fit the schema, of answers with status 500 that say so; nil for all others.
  private static func typed(_ text: String) -> [FieldCause]? {
    let marks = ["failed to create typed patch object", "field not declared in schema", "duplicate entries for key"]
    guard marks.contains(where: text.contains) else { return nil }
    var body = text[...]
    // The object that it is about stands in parentheses before the first place.
    if let end = text.firstRange(of: "): ") { body = text[end.upperBound...] }
    return body.split(separator: "\n").compactMap { line in
      let line = line.trimmingBlanks
      if line.isEmpty || line == "errors:" { return nil }
      guard line.hasPrefix("."), let end = line.firstRange(of: ": ") else { return FieldCause(field: "", message: line) }
      return FieldCause(field: String(line[..<end.lowerBound]), message: String(line[end.upperBound...]))
    }
  }
}

/// What stands between two texts.
private func words(between start: String, and end: String, in text: String) -> String? {
  guard let first = text.firstRange(of: start), let last = text[first.upperBound...].firstRange(of: end) else { return nil }
  return String(text[first.upperBound..<last.lowerBound])
}

/// The object with which a server says how a request went.
private struct StatusObject {
  struct Cause {
    var reason: String
    var message: String
    var field: String
    var asFieldCause: FieldCause { FieldCause(field: field, reason: reason, message: message) }
  }

  var message: String
  var reason: String
  var code: Int
  /// The plural of what it is about.
  var kind: String
  var causes: [Cause]
  var retryAfter: Duration?

  /// Nil for everything else, such as the text of a proxy.
  init?(_ body: [UInt8]) {
    guard let json = try? JSONValue(json: body) else { return nil }
    self.init(json)
  }

  init?(_ json: JSONValue) {
    guard json["kind"]?.asString == "Status" else { return nil }
    let details = json["details"]
    message = json["message"]?.asString ?? ""
    reason = json["reason"]?.asString ?? ""
    code = json["code"]?.asInteger.flatMap { Int(exactly: $0) } ?? 500
    kind = details?["kind"]?.asString ?? ""
    causes = (details?["causes"]?.asArray ?? []).map {
      Cause(reason: $0["reason"]?.asString ?? "", message: $0["message"]?.asString ?? "", field: $0["field"]?.asString ?? "")
    }
    retryAfter = details?["retryAfterSeconds"]?.asInteger.flatMap { $0 > 0 && $0 < 1_000_000 ? .seconds($0) : nil }
  }
}

extension FieldConflict {
  /// Reads `conflict with "kubectl" with subresource "scale" using apps/v1 at 2026-01-01T00:00:00Z`, of which all but the first may be absent.
  fileprivate init(field: String, message: String) {
    self.init(field: field, manager: words(between: "conflict with \"", and: "\"", in: message) ?? message)
    guard let first = message.firstRange(of: "\""), let last = message[first.upperBound...].firstRange(of: "\"") else { return }
    var rest = message[last.upperBound...]
    if rest.hasPrefix(" with subresource \""), let name = words(between: "\"", and: "\"", in: String(rest)) {
      subresource = name
      rest = rest.dropFirst(" with subresource \"\"".count + name.count)
    }
    // Only of what came about by an update the server says more.
    guard rest.hasPrefix(" using ") else { return }
    operation = "Update"
    let halves = rest.dropFirst(" using ".count).split(separator: " ")
    apiVersion = halves.first.map(String.init) ?? ""
    if halves.count == 3, halves[1] == "at" { time = String(halves[2]) }
  }
}
