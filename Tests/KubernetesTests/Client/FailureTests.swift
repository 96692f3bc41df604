import Kubernetes
import ProviderKit
import Testing
import YAML

@testable import Kubernetes

/// What answers of a server are taken for.
@Suite struct FailureTests {
  private func failure(_ code: Int, _ body: String, headers: [WebHeader] = []) -> ClusterFailure {
    ClusterFailure(WebResponse(status: code, text: body, headers: headers), action: "apply v1 ConfigMap default/a")
  }

  private func status(_ code: Int, _ reason: String, _ message: String, _ details: JSONValue = [:]) -> ClusterFailure {
    let status: JSONValue = [
      "kind": "Status", "apiVersion": "v1", "status": "Failure", "reason": .string(reason), "message": .string(message),
      "code": .integer(Int64(code)), "details": details,
    ]
    return failure(code, status.jsonText())
  }

  @Test func conflictsNameManagerSubresourceVersionAndField() {
    let failure = status(
      409, "Conflict", "Apply failed with 2 conflicts",
      [
        "causes": [
          ["reason": "FieldManagerConflict", "message": #"conflict with "kube-controller-manager" with subresource "scale" using autoscaling/v1"#, "field": ".spec.replicas"],
          ["reason": "FieldManagerConflict", "message": #"conflict with "kubectl-edit" using apps/v1 at 2026-01-02T03:04:05Z"#, "field": #".spec.template.spec.containers[name="main"].image"#],
          ["reason": "FieldManagerConflict", "message": #"conflict with "argocd""#, "field": ".metadata.labels.a"],
        ]
      ])
    guard case .conflict(let conflicts) = failure.kind else {
      Issue.record("\(failure.kind)")
      return
    }
    #expect(
      conflicts == [
        FieldConflict(field: ".spec.replicas", manager: "kube-controller-manager", operation: "Update", subresource: "scale", apiVersion: "autoscaling/v1"),
        FieldConflict(
          field: #".spec.template.spec.containers[name="main"].image"#, manager: "kubectl-edit", operation: "Update", apiVersion: "apps/v1",
          time: "2026-01-02T03:04:05Z"),
        FieldConflict(field: ".metadata.labels.a", manager: "argocd"),
      ])
    for part in ["\"kube-controller-manager\"", "scale", "autoscaling/v1", ".spec.replicas", "forced", "apply v1 ConfigMap default/a"] {
      #expect(failure.description.contains(part))
    }
    #expect(failure.retryAdvice == .giveUp)
  }

  @Test func whatIsInvalidHasItsCauses() {
    let failure = status(
      422, "Invalid", "Deployment.apps \"web\" is invalid: spec.selector: Invalid value: …: field is immutable",
      ["causes": [["reason": "FieldValueInvalid", "message": "Invalid value: {}: field is immutable", "field": "spec.selector"]]])
    #expect(
      failure.kind
        == .invalid([FieldCause(field: "spec.selector", reason: "FieldValueInvalid", message: "Invalid value: {}: field is immutable")]))
    #expect(failure.description.contains("spec.selector: Invalid value: {}: field is immutable"))
  }

  /// Servers say 500 to some of what is the user's to mend; none of it is tried again.
  @Test(arguments: [
    ("failed to create typed patch object (default/web; apps/v1, Kind=Deployment): .spec.foo: field not declared in schema", [FieldCause(field: ".spec.foo", message: "field not declared in schema")]),
    (
      "failed to create typed patch object (default/web; apps/v1, Kind=Deployment): errors:\n  .spec.foo: field not declared in schema\n  .spec.replicas: expected numeric (int or float), got string",
      [
        FieldCause(field: ".spec.foo", message: "field not declared in schema"),
        FieldCause(field: ".spec.replicas", message: "expected numeric (int or float), got string"),
      ]
    ),
    (
      #"failed to create typed patch object (default/web; apps/v1, Kind=Deployment): .spec.template.spec.containers[name="main"].env: duplicate entries for key [name="A"]"#,
      [FieldCause(field: #".spec.template.spec.containers[name="main"].env"#, message: #"duplicate entries for key [name="A"]"#)]
    ),
  ])
  func someFailuresOfServersAreTheUsers(_ message: String, _ causes: [FieldCause]) {
    let failure = status(500, "", message)
    #expect(failure.kind == .typed(causes))
    #expect(failure.retryAdvice == .giveUp)
    #expect(failure.description.contains(causes[0].field))
  }

  @Test func absencesAreToldApart() {
    #expect(failure(404, "404 page not found\n").kind == .kindMissing)
    #expect(status(404, "NotFound", "the server could not find the requested resource").kind == .kindMissing)
    #expect(status(404, "NotFound", "namespaces \"a\" not found", ["name": "a", "kind": "namespaces"]).kind == .namespaceMissing("a"))
    #expect(status(404, "NotFound", "configmaps \"a\" not found", ["name": "a", "kind": "configmaps"]).kind == .notFound)
  }

  @Test func refusalsAreToldApart() {
    let terminating = status(
      403, "Forbidden", "configmaps \"a\" is forbidden: unable to create new content in namespace x because it is being terminated",
      ["causes": [["reason": "NamespaceTerminating", "message": "namespace x is being terminated", "field": "metadata.namespace"]]])
    #expect(terminating.kind == .namespaceTerminating("x"))
    #expect(status(403, "Forbidden", "pods \"a\" is forbidden: exceeded quota: q, requested: pods=1, used: pods=1, limited: pods=1").kind == .quota)
    #expect(status(403, "Forbidden", "pods \"a\" is forbidden: User \"u\" cannot create resource").kind == .forbidden)
    #expect(status(401, "Unauthorized", "Unauthorized").kind == .unauthorized)
    #expect(status(409, "AlreadyExists", "configmaps \"a\" already exists").kind == .alreadyExists)
    #expect(status(409, "Conflict", "Operation cannot be fulfilled on configmaps \"a\": the object has been modified").kind == .staleObject)
    #expect(status(410, "Expired", "too old resource version").kind == .expired)
    #expect(status(400, "BadRequest", "strict decoding error: unknown field").kind == .badRequest)
    let denied = status(403, "Forbidden", "admission webhook \"policy.example.com\" denied the request: no latest tags")
    #expect(denied.kind == .webhook(name: "policy.example.com", refusesDryRuns: false))
    #expect(denied.retryAdvice == .giveUp)
    #expect(denied.description.contains("no latest tags"))
    #expect(
      status(400, "BadRequest", "admission webhook \"w.example.com\" does not support dry run").kind
        == .webhook(name: "w.example.com", refusesDryRuns: true))
    let unanswered = status(
      500, "InternalError", "Internal error occurred: failed calling webhook \"w.example.com\": failed to call webhook: no endpoints available")
    #expect(unanswered.kind == .webhook(name: "w.example.com", refusesDryRuns: false))
    #expect(unanswered.retryAdvice == .tryAgain)
  }

  @Test func whatPassesByItselfIsTriedAgain() {
    #expect(failure(429, "slow down", headers: [WebHeader("Retry-After", "7")]).retryAdvice == .tryAgainAfter(.seconds(7)))
    #expect(status(429, "TooManyRequests", "later", ["retryAfterSeconds": 3]).retryAdvice == .tryAgainAfter(.seconds(3)))
    #expect(status(500, "InternalError", "etcd is not there").retryAdvice == .tryAgain)
    #expect(failure(503, "<html>").kind == .server(503))
    #expect(failure(503, "<html>").retryAdvice == .tryAgain)
    #expect(failure(501, "no").retryAdvice == .giveUp)
    #expect(!failure(429, "").isAmbiguous && failure(502, "").isAmbiguous)
  }

  @Test(arguments: [
    (#"299 - "a is deprecated""#, ["a is deprecated"]), (#"299 - "say \"x\", and \\""#, [#"say "x", and \"#]),
    (#"299 - "one", 299 - "two" "Sun, 06 Nov 1994 08:49:37 GMT""#, ["one", "two"]), ("nothing", []), (#"299 - "open"#, ["open"]),
  ])
  func warnings(_ value: String, _ texts: [String]) { #expect(WarningHeader.texts([WebHeader("warning", value)]) == texts) }

  @Test(arguments: [
    ("a", "a"), ("a b+c", "a%20b%2Bc"), ("ä", "%C3%A4"), ("a=b,c in (d)", "a%3Db%2Cc%20in%20%28d%29"), ("x.y-z_~", "x.y-z_~"),
  ])
  func textsInURLs(_ text: String, _ escaped: String) { #expect(RequestPath.escaped(text) == escaped) }

  @Test(arguments: [
    ("1970-01-01T00:00:00Z", 0), ("2024-02-29T12:00:00Z", 1_709_208_000), ("2024-02-29T13:30:00.25+01:30", 1_709_208_000.25),
    ("2024-02-29T12:00:00", nil), ("2024-13-29T12:00:00Z", nil), ("tomorrow at about noon", nil), ("2024-02-29t12:00:00z", 1_709_208_000),
  ] as [(String, Double?)])
  func times(_ text: String, _ seconds: Double?) { #expect(Timestamp.seconds(text) == seconds) }
}
