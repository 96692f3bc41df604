import YAML

extension Cluster {
  /// Answers an approved request. There is no key to sign with: what is issued has the form of a certificate, and proves nothing.
  func reconcileSigningRequest(_ request: JSONValue, _ reference: ObjectReference) {
    let conditions = request.items(at: ["status", "conditions"])
    func has(_ type: String) -> Bool { conditions.contains { $0["type"]?.asString == type && $0["status"]?.asString == "True" } }
    guard has("Approved"), !has("Denied"), request.string(at: ["status", "certificate"]) == nil else { return }
    guard agenda.isDue(reference, after: pace, now: now) else { return }
    let text = "-----BEGIN CERTIFICATE-----\n\(Base64.encode(Array(request.uid.utf8)))\n-----END CERTIFICATE-----\n"
    change(reference) { $0[["status", "certificate"]] = .string(Base64.encode(Array(text.utf8))) }
  }

  /// Gives a token of a service account, which nothing keeps and nobody accepts.
  func token(_ call: Call) throws(Failure) -> Answer {
    guard call.request.method == "POST" else { throw .methodNotAllowed }
    guard store.object(call.type.id, call.name) != nil else { throw .notFound(call.type, call.name.name) }
    var request = try body(of: call.request)
    request["apiVersion"] = "authentication.k8s.io/v1"
    request["kind"] = "TokenRequest"
    request[["metadata", "name"]] = .string(call.name.name)
    request[["metadata", "namespace"]] = .string(call.name.namespace)
    request[["metadata", "creationTimestamp"]] = .string(timestamp)
    request.fill(["spec", "audiences"], ["https://kubernetes.default.svc"])
    request.fill(["spec", "expirationSeconds"], 3600)
    let seconds = request.integer(at: ["spec", "expirationSeconds"]) ?? 3600
    guard seconds >= 600 else {
      throw .invalid(
        kind: "TokenRequest", group: "authentication.k8s.io", "",
        [.invalid("spec.expirationSeconds", .integer(seconds), "may not specify a duration less than 10 minutes")])
    }
    request["status"] = [
      "token": .string("lab.\(call.name.namespace).\(call.name.name).\(generator.suffix(20))"),
      "expirationTimestamp": .string(Timestamp.text(nanoseconds: now + min(seconds, 1 << 32) * 1_000_000_000)),
    ]
    return Answer(code: 201, request)
  }
}
