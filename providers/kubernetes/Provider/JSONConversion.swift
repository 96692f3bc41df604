package import Kubernetes
package import ProviderKit
package import YAML

extension JSONValue {
  /// A value of a configuration. What is unknown must not be in it; it would be null.
  package init(_ value: DynamicValue) {
    switch value.content {
    case .null, .unknown: self = .null
    case .bool(let flag): self = .bool(flag)
    case .number(let number): self = number.int.map { .integer(Int64($0)) } ?? .float(number.double)
    case .string(let text): self = .string(text)
    case .sequence(let items): self = .array(items.map(JSONValue.init))
    case .object(let members): self = .object(members.mapValues(JSONValue.init))
    }
  }
}

extension DynamicValue {
  /// A value as states keep it: objects and sequences.
  package init(_ json: JSONValue) {
    switch json {
    case .null: self = .null
    case .bool(let flag): self = .bool(flag)
    case .integer(let number): self = .int(Int(number))
    case .float(let number): self = .double(number)
    case .string(let text): self = .string(text)
    case .array(let items): self = .sequence(items.map { DynamicValue($0) })
    case .object(let members): self = .object(members.mapValues { DynamicValue($0) })
    }
  }

  /// The same with other content. Where that is as before, the value stays as it is, with the types that it has.
  package func updated(to json: JSONValue) -> DynamicValue {
    if JSONValue(self).withoutNulls.isSame(as: json.withoutNulls) { return self }
    switch (content, json) {
    case (.object(let members), .object(let new)):
      var result = new.reduce(into: [String: DynamicValue]()) { result, member in
        result[member.key] = members[member.key]?.updated(to: member.value) ?? DynamicValue(member.value)
      }
      for (name, value) in members where value.isNull && result[name] == nil { result[name] = .null }
      return .object(result)
    case (.sequence(let items), .array(let new)) where items.count == new.count:
      return .sequence(zip(items, new).map { $0.updated(to: $1) })
    default: return DynamicValue(json)
    }
  }

  /// A planned value in which what was unknown is what came; what was planned stays. It has the same shape.
  package func filled(from json: JSONValue?) -> DynamicValue {
    switch content {
    case .unknown: json.map { DynamicValue($0) } ?? .null
    case .object(let members): .object(members.reduce(into: [:]) { $0[$1.key] = $1.value.filled(from: json?[$1.key]) })
    case .sequence(let items): .sequence(items.enumerated().map { $1.filled(from: json?[$0]) })
    default: self
    }
  }

  /// The same with an unknown value at each of the paths.
  package func unknown(at paths: [FieldPath]) -> DynamicValue {
    if paths.isEmpty { return self }
    if paths.contains(where: \.steps.isEmpty) { return .unknown }
    func below(_ step: FieldStep) -> [FieldPath] {
      paths.filter { $0.steps.first == step }.map { FieldPath(Array($0.steps.dropFirst())) }
    }
    switch content {
    case .object(let members): return .object(members.reduce(into: [:]) { $0[$1.key] = $1.value.unknown(at: below(.field($1.key))) })
    case .sequence(let items): return .sequence(items.enumerated().map { $1.unknown(at: below(.index($0))) })
    default: return self
    }
  }
}

extension Duration {
  /// Reads what configurations write: `90s`, `1h30m`, `1.5h`, `500ms`; nil for all else.
  package init?(_ text: String) {
    var total = 0.0
    var rest = text[...]
    while !rest.isEmpty {
      let digits = rest.prefix { $0.isASCII && $0.isNumber || $0 == "." }
      guard let number = Double(digits) else { return nil }
      rest = rest[digits.endIndex...]
      let unit = rest.prefix { $0.isLetter }
      guard let seconds = ["h": 3600.0, "m": 60, "s": 1, "ms": 0.001, "us": 0.000_001, "µs": 0.000_001, "ns": 0.000_000_001][String(unit)]
      else { return nil }
      total += number * seconds
      rest = rest[unit.endIndex...]
    }
    guard !text.isEmpty, total < 1_000_000_000 else { return nil }
    self = .seconds(total)
  }
}
