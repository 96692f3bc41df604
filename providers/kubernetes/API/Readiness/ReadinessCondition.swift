import YAML

/// When an object counts as ready: when everything that is said here is true.
package struct ReadinessCondition: Hashable, Sendable {
  /// Whether what is usual for its kind must be so.
  package var usesRuleOfKind: Bool
  /// Conditions of its status that must have these statuses.
  package var conditions: [StatusCondition]
  /// Fields that must have such values.
  package var fields: [FieldExpectation]

  package struct StatusCondition: Hashable, Sendable {
    package var type: String
    package var status: String

    package init(type: String, status: String = "True") {
      self.type = type
      self.status = status
    }
  }

  package init(usesRuleOfKind: Bool = false, conditions: [StatusCondition] = [], fields: [FieldExpectation] = []) {
    self.usesRuleOfKind = usesRuleOfKind
    self.conditions = conditions
    self.fields = fields
  }

  /// What is usual for the kind.
  package static let ofKind = ReadinessCondition(usesRuleOfKind: true)

  /// Whether there is nothing to wait for.
  package var isEmpty: Bool { !usesRuleOfKind && conditions.isEmpty && fields.isEmpty }
}

/// A value that a field must have.
package struct FieldExpectation: Hashable, Sendable {
  /// As it was written: `status.conditions[0].type`, `metadata.annotations["a/b"]`.
  package let text: String
  /// A regular expression that the value must match somewhere; `*` for any value.
  package let pattern: String
  private let path: FieldPath

  package init(_ text: String, matches pattern: String) throws(ObjectError) {
    guard let path = FieldPath(expression: text) else {
      throw ObjectError(
        "\"\(text)\" is no path to a field", "Write names with points between them, and keys and places in brackets: status.conditions[0].type, data[\"key\"].")
    }
    if pattern != "*", (try? Regex<AnyRegexOutput>(pattern)) == nil {
      throw ObjectError("The pattern for \(text) is no regular expression", "It is: \(pattern)")
    }
    self.text = text
    self.pattern = pattern
    self.path = path
  }

  /// Why the field is not as it must be; nil if it is.
  func objection(_ object: JSONValue) -> String? {
    guard let value = object.value(at: path), !value.isNull else { return "\(text) is not there yet" }
    if pattern == "*" { return nil }
    let shown = value.asString ?? value.jsonText()
    // An expression cannot be shared between tasks, so that each look makes its own.
    guard let expression = try? Regex<AnyRegexOutput>(pattern), (try? expression.firstMatch(in: shown)) != nil else {
      return "\(text) is \"\(shown)\", and is to match \"\(pattern)\""
    }
    return nil
  }
}

extension FieldPath {
  /// Reads `status.containers[0].name` and `data["a.b"]`; nil for all else.
  package init?(expression text: String) {
    var steps: [FieldStep] = []
    var rest = text[...]
    var isFirst = true
    while let next = rest.first {
      if next == "[" {
        guard let (step, end) = Self.bracket(rest) else { return nil }
        steps.append(step)
        rest = end
      } else {
        if !isFirst {
          guard next == "." else { return nil }
          rest = rest.dropFirst()
        }
        let name = rest.prefix { $0 != "." && $0 != "[" }
        if name.isEmpty || name.contains("]") { return nil }
        steps.append(.field(String(name)))
        rest = rest[name.endIndex...]
      }
      isFirst = false
    }
    if steps.isEmpty { return nil }
    self.steps = steps
  }

  /// `["key"]` or `[0]` at the beginning.
  private static func bracket(_ text: Substring) -> (FieldStep, Substring)? {
    let inner = text.dropFirst()
    if inner.first == "\"" {
      guard let end = inner.firstRange(of: "\"]"), let name = (try? JSONValue(json: String(inner[..<end.upperBound].dropLast())))?.asString
      else { return nil }
      return (Int(name).map(FieldStep.index) ?? .field(name), inner[end.upperBound...])
    }
    guard let end = inner.firstIndex(of: "]"), let index = Int(inner[..<end]), index >= 0 else { return nil }
    return (.index(index), inner[inner.index(after: end)...])
  }
}

/// How an object stands.
package enum Readiness: Hashable, Sendable {
  case ready
  /// Not yet, and why: a sentence without a full stop.
  case waiting(String)
  /// It will not become ready by itself, and why.
  case failed(String)
}

extension ReadinessCondition {
  /// What the object itself says.
  package func readiness(_ object: KubernetesObject) -> Readiness {
    if object.isBeingDeleted { return .waiting("it is being deleted") }
    if usesRuleOfKind {
      let readiness = object.readinessOfKind
      if readiness != .ready { return readiness }
    }
    for wanted in conditions {
      guard let condition = object.condition(wanted.type) else { return .waiting("it has no condition \(wanted.type) yet") }
      if condition["status"]?.asString != wanted.status {
        return .waiting("\(condition.conditionText), and is to be \(wanted.status)")
      }
    }
    if let objection = fields.lazy.compactMap({ $0.objection(object.json) }).first { return .waiting(objection) }
    return .ready
  }
}

extension KubernetesObject {
  /// Whether it is over some time, and may then be deleted by whoever runs it.
  var runsToAnEnd: Bool { ["Job", "Pod"].contains(kind) }

  /// As it was before somebody deleted it.
  var beforeItsDeletion: KubernetesObject {
    var object = self
    object.json.remove(FieldPath(fields: "metadata", "deletionTimestamp"))
    return object
  }
}

extension JSONValue {
  /// A condition for people: `Available=False (MinimumReplicasUnavailable): Deployment does not have minimum availability.`
  package var conditionText: String {
    var text = "\(self["type"]?.asString ?? "")=\(self["status"]?.asString ?? "")"
    if let reason = self["reason"]?.asString, !reason.isEmpty { text += " (\(reason))" }
    if let message = self["message"]?.asString, !message.isEmpty { text += ": \(message)" }
    return text
  }
}
