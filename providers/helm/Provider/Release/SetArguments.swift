import Charts
import ProviderKit
import YAML

/// How a value that is set by its name is read.
enum SetKind: String {
  /// Words that read as something else than text are that; lists and several values are possible, as in `helm --set`.
  case auto
  case string
  /// The text as it is, whatever it holds.
  case literal

  init(_ text: String?) { self = SetKind(rawValue: text ?? "") ?? .auto }

  func option(_ name: String, _ value: String) -> SetOption {
    switch self {
    case .auto: .typed("\(name)=\(value)")
    case .string: .string("\(name)=\(value)")
    case .literal: .literal("\(name)=\(value)")
    }
  }
}

/// `set`
struct SetArguments: NestedObject {
  @Attribute("The value's name, with points between its parts: `image.tag`. A backslash before a point makes it one of the name.") var name: String
  @Attribute("The value.") var value: String?
  @Attribute("How it is read: auto (the default), string or literal.", .oneOf("", "auto", "string", "literal")) var type = ""
}

/// `set_list`
struct SetListArguments: NestedObject {
  @Attribute("The value's name, as in `set`.") var name: String
  @Attribute("The items.") var value: [String]
}

/// `set_sensitive`
struct SetSensitiveArguments: NestedObject {
  @Attribute("The value's name, as in `set`.") var name: String
  @Attribute("The value.", .sensitive) var value: String
  @Attribute("How it is read: auto (the default), string or literal.", .oneOf("auto", "string", "literal")) var type: String?
}

/// `set_wo`
struct SetWriteOnlyArguments: NestedObject {
  @Attribute("The value's name, as in `set`.") var name: String
  @Attribute("The value.") var value: String
  @Attribute("How it is read: auto (the default) or string.", .oneOf("auto", "string")) var type: String?
}

/// `postrender`
struct PostRenderArguments: NestedObject {
  @Attribute("The program. It reads what was rendered, and writes what is to be applied.") var binaryPath: String
  @Attribute("Its arguments.") var args: [String]?
}

/// All that is given to a chart, in Helm's order: documents, and what is set by name.
struct GivenValues: Sendable {
  var values: [String: JSONValue] = [:]
  /// Texts that must not be shown.
  var secrets: Set<String> = []

  mutating func merge(_ documents: [String], at path: AttributePath) throws {
    for (index, document) in documents.enumerated() {
      do throws(ChartError) {
        values = ChartValues.merged(values, try ChartValues.read(Array(document.utf8), path: "values[\(index)]"))
      } catch {
        throw AttributeError(Self.text(error), summary: "The values cannot be read", at: path.element(index))
      }
    }
  }

  private static func text(_ error: ChartError) -> String {
    guard case .file(_, let line, let message) = error else { return "\(error)." }
    return line == 0 ? "\(message)." : "Line \(line): \(message)."
  }

  mutating func apply(_ option: SetOption, at path: AttributePath, isSecret: Bool = false) throws {
    do throws(ChartError) {
      try option.apply(to: &values)
    } catch {
      throw AttributeError(
        isSecret ? "The name of the value cannot be read, or the value has commas or braces that mean something: put backslashes before them." : "\(error).",
        summary: "The value cannot be set", at: path)
    }
  }

  mutating func set(_ arguments: [SetArguments], at path: AttributePath) throws {
    for (index, item) in arguments.enumerated() {
      try apply(SetKind(item.type).option(item.name, item.value ?? ""), at: path.element(index))
    }
  }

  mutating func set(_ arguments: [SetListArguments], at path: AttributePath) throws {
    for (index, item) in arguments.enumerated() {
      try apply(.typed("\(item.name)={\(item.value.joined(separator: ","))}"), at: path.element(index))
    }
  }

  mutating func set(_ arguments: [SetSensitiveArguments], at path: AttributePath) throws {
    for (index, item) in arguments.enumerated() {
      try apply(SetKind(item.type).option(item.name, item.value), at: path.element(index), isSecret: true)
      secrets.insert(item.value)
    }
  }

  /// - Parameter stored: the values that the release has, if those count instead of the ones that are written: nobody said that they
  ///   changed.
  mutating func set(_ arguments: [SetWriteOnlyArguments], stored: JSONValue?, at path: AttributePath) throws {
    var given = GivenValues()
    for (index, item) in arguments.enumerated() {
      try given.apply(SetKind(item.type).option(item.name, item.value), at: path.element(index), isSecret: true)
      given.secrets.insert(item.value)
    }
    var written = JSONValue.object(given.values)
    if let stored {
      written = written.leavesReplaced(from: stored)
      for text in written.texts { given.secrets.insert(text) }
    }
    values = ChartValues.merged(values, written.asObject ?? [:])
    secrets.formUnion(given.secrets)
  }
}

extension JSONValue {
  /// What stands at the places of these values in another one, where something does.
  fileprivate func leavesReplaced(from other: JSONValue) -> JSONValue {
    guard case .object(let members) = self, case .object(let others) = other else { return other }
    return .object(members.reduce(into: [:]) { result, member in
      result[member.key] = others[member.key].map { member.value.leavesReplaced(from: $0) } ?? member.value
    })
  }

  /// All texts in it.
  var texts: [String] {
    switch self {
    case .string(let text): [text]
    case .array(let items): items.flatMap(\.texts)
    case .object(let members): members.values.flatMap(\.texts)
    default: []
    }
  }
}
