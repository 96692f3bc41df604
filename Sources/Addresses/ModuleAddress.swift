/// The key of one instance of a resource or module. Sorts as none < integers < strings.
package enum InstanceKey: Hashable, Sendable, Comparable, CustomStringConvertible {
  case integer(Int)
  case string(String)

  /// With brackets, strings quoted as the language quotes them: `[0]`, `["a"]`.
  package var description: String {
    switch self {
    case .integer(let index): return "[\(index)]"
    case .string(let key): return "[\(quoted(key))]"
    }
  }

  package static func < (left: Self, right: Self) -> Bool {
    switch (left, right) {
    case (.integer(let a), .integer(let b)): return a < b
    case (.string(let a), .string(let b)): return a < b
    case (.integer, .string): return true
    case (.string, .integer): return false
    }
  }
}

extension Optional where Wrapped == InstanceKey {
  /// No key first, then integers by value, then strings by bytes.
  package static func isOrdered(_ left: InstanceKey?, _ right: InstanceKey?) -> Bool {
    switch (left, right) {
    case (nil, nil): return false
    case (nil, _): return true
    case (_, nil): return false
    case (let a?, let b?): return a < b
    }
  }

  package var suffix: String { map(\.description) ?? "" }
}

/// A module in the configuration, without instance keys: `module.a.module.b`.
package struct ModulePath: Hashable, Sendable, Comparable, CustomStringConvertible {
  package var names: [String]
  package static let root = ModulePath([])

  package init(_ names: [String]) { self.names = names }

  /// Parses `module.a.module.b`; the empty text is the root.
  package init?(parsing text: String) {
    guard let instance = ModuleInstance(parsing: text), instance.steps.allSatisfy({ $0.key == nil }) else { return nil }
    self.init(instance.steps.map(\.name))
  }

  package var isRoot: Bool { names.isEmpty }
  package var parent: ModulePath? { names.isEmpty ? nil : ModulePath(Array(names.dropLast())) }
  package func child(_ name: String) -> ModulePath { ModulePath(names + [name]) }
  package var description: String { names.map { "module.\($0)" }.joined(separator: ".") }
  package static func < (left: Self, right: Self) -> Bool { left.names.lexicographicallyPrecedes(right.names) }
}

/// One instance of a module: `module.a["x"].module.b[0]`.
package struct ModuleInstance: Hashable, Sendable, Comparable, CustomStringConvertible {
  package struct Step: Hashable, Sendable {
    package var name: String
    package var key: InstanceKey?
    package init(_ name: String, key: InstanceKey? = nil) {
      self.name = name
      self.key = key
    }
  }

  package var steps: [Step]
  package static let root = ModuleInstance([])

  package init(_ steps: [Step]) { self.steps = steps }

  /// Parses what `description` prints; the empty text is the root.
  package init?(parsing text: String) {
    if text.isEmpty {
      self.init([])
      return
    }
    var parser = AddressParser(text)
    guard let steps = parser.moduleSteps(), parser.isAtEnd, !steps.isEmpty else { return nil }
    self.init(steps)
  }

  package var isRoot: Bool { steps.isEmpty }
  package var path: ModulePath { ModulePath(steps.map(\.name)) }
  package func child(_ name: String, key: InstanceKey? = nil) -> ModuleInstance {
    ModuleInstance(steps + [Step(name, key: key)])
  }
  package var parent: ModuleInstance? { steps.isEmpty ? nil : ModuleInstance(Array(steps.dropLast())) }
  package var description: String {
    steps.map { "module.\($0.name)\($0.key.suffix)" }.joined(separator: ".")
  }
  /// Modules nearer to the root come first; then by name and key, step by step.
  package static func < (left: Self, right: Self) -> Bool {
    if left.steps.count != right.steps.count { return left.steps.count < right.steps.count }
    for (a, b) in zip(left.steps, right.steps) where a != b {
      if a.name != b.name { return a.name < b.name }
      return InstanceKey?.isOrdered(a.key, b.key)
    }
    return false
  }
}

/// Text in double quotes with the language's escapes, template introducers included.
package func quoted(_ text: String) -> String {
  var result = "\""
  let scalars = Array(text.unicodeScalars)
  for (index, scalar) in scalars.enumerated() {
    switch scalar {
    case "\"": result += "\\\""
    case "\\": result += "\\\\"
    case "\n": result += "\\n"
    case "\r": result += "\\r"
    case "\t": result += "\\t"
    case "$", "%":
      result.unicodeScalars.append(scalar)
      if index + 1 < scalars.count, scalars[index + 1] == "{" { result.unicodeScalars.append(scalar) }
    default: result.unicodeScalars.append(scalar)
    }
  }
  return result + "\""
}
