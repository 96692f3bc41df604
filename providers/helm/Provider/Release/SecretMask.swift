import ProviderKit
import YAML

/// Hides what must not be shown, in such a way that changes of it are seen: a text in its place that differs when it does.
struct SecretMask: Sendable {
  /// Makes the marks of one release different from those of all others, so that nobody can look up what they stand for.
  var salt: String
  var secrets: Set<String>
  /// Whether marks are left open, because the host plans again when it applies, and would get others then.
  var isOpen = false
  /// Stands for an open mark.
  fileprivate static let open = "\u{F8FF}open\u{F8FF}"
  /// Shorter secrets are hidden only where they are the whole text.
  private static let shortestPart = 4

  init(salt: String, secrets: Set<String>, isOpen: Bool = false) {
    self.salt = salt
    self.secrets = secrets.filter { !$0.isEmpty }
    self.isOpen = isOpen
  }

  /// Whether a text that was masked has an open mark in it.
  static func isOpen(_ text: String) -> Bool { text.contains(open) }

  func mark(_ text: String) -> String { isOpen ? Self.open : "(sensitive, \(Checksum.sha256("\(salt):\(text)").prefix(12)))" }

  func masked(_ text: String) -> String {
    let isSecret = secrets.contains { text == $0 || $0.utf8.count >= Self.shortestPart && text.contains($0) }
    return isSecret ? mark(text) : text
  }

  /// A text for people without the secrets in it.
  func redacted(_ text: String) -> String {
    secrets.filter { $0.utf8.count >= Self.shortestPart }.sorted { $0.utf8.count > $1.utf8.count }.reduce(text) {
      $0.replacing($1, with: "(sensitive)")
    }
  }

  /// The same error, in other words if it names secrets.
  func redacted(_ error: any Error) -> any Error {
    switch error {
    case let error as AttributeError: return AttributeError(redacted(error.message), summary: error.summary.map(redacted), at: error.path)
    case let errors as AttributeErrors: return AttributeErrors(errors.errors.compactMap { redacted($0) as? AttributeError })
    default:
      let text = redacted("\(error)")
      return text == "\(error)" ? error : AttributeError(text)
    }
  }

  func masked(_ value: JSONValue) -> JSONValue {
    switch value {
    case .string(let text): .string(masked(text))
    case .array(let items): .array(items.map { masked($0) })
    case .object(let members): .object(members.mapValues { masked($0) })
    case .integer, .float, .bool, .null: value.jsonText().utf8.count >= Self.shortestPart && secrets.contains(value.jsonText()) ? .string(mark(value.jsonText())) : value
    }
  }

  /// Of an object of the cluster also what its kind makes secret. Schemas of kinds are shown by their checksum: they are too long to read.
  func masked(object: JSONValue) -> JSONValue {
    var result = masked(object)
    switch (object["apiVersion"]?.asString, object["kind"]?.asString) {
    case ("v1", "Secret"):
      for name in ["data", "stringData"] {
        guard let members = object[name]?.asObject else { continue }
        result[name] = .object(members.mapValues { .string(mark($0.asString ?? $0.jsonText())) })
      }
    case (_, "CustomResourceDefinition"):
      guard let versions = result[path: ["spec", "versions"]]?.asArray else { break }
      var spec = result["spec"] ?? [:]
      spec["versions"] = .array(
        versions.map { version in
          var version = version
          if let schema = version["schema"] { version["schema"] = .string("(schema, \(Checksum.sha256(schema.jsonText()).prefix(12)))") }
          return version
        })
      result["spec"] = spec
    default: break
    }
    return result
  }
}

extension DynamicValue {
  /// A value of the language for one of the cluster. Open marks are unknown.
  init(json value: JSONValue) {
    switch value {
    case .null: self = .null
    case .bool(let flag): self = .bool(flag)
    case .integer(let number): self = .int(Int(number))
    case .float(let number): self = .double(number)
    case .string(let text): self = SecretMask.isOpen(text) ? .unknown : .string(text)
    case .array(let items): self = .sequence(items.map { DynamicValue(json: $0) })
    case .object(let members): self = .object(members.mapValues { DynamicValue(json: $0) })
    }
  }
}
