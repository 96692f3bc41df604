package import YAML

/// Values that options set one by one, as `--set a.b[0]=c` does.
package enum SetOption: Hashable, Sendable {
  /// `--set`: several with commas between them; words that read as something else than text are that.
  case typed(String)
  /// `--set-string`: all are texts.
  case string(String)
  /// `--set-json`: the value is JSON.
  case json(String)
  /// `--set-literal`: all behind the first equals sign is the text, whatever it holds.
  case literal(String)
  /// `--set-file`: the value is the content of a file.
  case file(String, read: SetFileReader)

  /// Puts what it sets into the values.
  package func apply(to values: inout [String: JSONValue]) throws(ChartError) {
    if case .json(let text) = self, text.drop(while: \.isWhitespace).hasPrefix("{") {
      guard case .object(let members)? = try? JSONValue(json: text) else { throw .chart("\(text): the value is no JSON") }
      return values = ChartValues.merged(values, members)
    }
    var parser = SetParser(option: self)
    var root = JSONValue.object(values)
    try parser.apply(to: &root)
    values = root.asObject ?? [:]
  }

  fileprivate var text: String {
    switch self {
    case .typed(let text), .string(let text), .json(let text), .literal(let text), .file(let text, _): text
    }
  }

  fileprivate var isLiteral: Bool {
    if case .literal = self { true } else { false }
  }
}

/// How `--set-file` reads: a named function, so that options can be compared.
package struct SetFileReader: Hashable, Sendable {
  private let read: @Sendable (String) throws -> [UInt8]

  package init(_ read: @escaping @Sendable (_ path: String) throws -> [UInt8]) { self.read = read }

  func text(_ path: String) throws(ChartError) -> String {
    do {
      return String(decoding: try read(path), as: UTF8.self)
    } catch {
      throw .chart("\(path): \(error)")
    }
  }

  package static func == (one: SetFileReader, two: SetFileReader) -> Bool { true }
  package func hash(into hasher: inout Hasher) {}
}

/// The little language of keys and values in options.
private struct SetParser {
  let option: SetOption
  private let scalars: [Unicode.Scalar]
  private var index = 0

  private static let largestIndex = 65_536
  private static let deepestName = 30

  private enum Step {
    case name(String)
    case index(Int)
  }

  init(option: SetOption) {
    self.option = option
    scalars = Array(option.text.unicodeScalars)
  }

  private func failure(_ message: String) -> ChartError { .chart("failed parsing \"\(option.text)\": \(message)") }

  mutating func apply(to root: inout JSONValue) throws(ChartError) {
    while index < scalars.count {
      let path = try path()
      try set(try value(), at: path[...], in: &root)
    }
  }

  private static func text(_ scalars: ArraySlice<Unicode.Scalar>) -> String {
    var view = String.UnicodeScalarView()
    view.append(contentsOf: scalars)
    return String(view)
  }

  // MARK: Keys

  /// Characters up to one of the wanted, which is passed over; a backslash takes the next one as it is.
  private mutating func text(until stops: [Unicode.Scalar]) -> (text: String, stop: Unicode.Scalar?) {
    var text = String.UnicodeScalarView()
    while index < scalars.count {
      let scalar = scalars[index]
      index += 1
      if stops.contains(scalar) { return (String(text), scalar) }
      if scalar == "\\", !option.isLiteral, index < scalars.count {
        text.append(scalars[index])
        index += 1
      } else if scalar != "\\" || option.isLiteral {
        text.append(scalar)
      }
    }
    return (String(text), nil)
  }

  private mutating func path() throws(ChartError) -> [Step] {
    var path: [Step] = []
    var stop = try name(into: &path)
    while stop != "=" {
      if path.count > Self.deepestName { throw failure("names are nested more than \(Self.deepestName) deep") }
      if stop == "[" {
        path.append(.index(try number()))
        // Behind a bracket comes a dot, another bracket or the value.
        let (rest, next) = text(until: ["[", ".", "="])
        guard rest.isEmpty, let next else { throw failure("unexpected data at end of array index: \"\(rest)\"") }
        stop = next
      } else {
        stop = try name(into: &path)
      }
    }
    return path
  }

  /// Appends a name; gives what stands behind it.
  private mutating func name(into path: inout [Step]) throws(ChartError) -> Unicode.Scalar {
    let (name, stop) = text(until: option.isLiteral ? ["=", "[", "."] : ["=", "[", ",", "."])
    path.append(.name(name))
    guard let stop, stop != "," else {
      throw failure("key \"\(name)\" has no value" + (stop == nil ? "" : " (cannot end with ,)"))
    }
    return stop
  }

  private mutating func number() throws(ChartError) -> Int {
    let (digits, stop) = text(until: ["]"])
    guard stop != nil, let number = Int(digits) else { throw failure("error parsing index: \"\(digits)\" is no number") }
    guard (0...Self.largestIndex).contains(number) else { throw failure("index \(number) is not between 0 and \(Self.largestIndex)") }
    return number
  }

  // MARK: Values

  private mutating func value() throws(ChartError) -> JSONValue {
    switch option {
    case .literal:
      let rest = Self.text(scalars[index...])
      index = scalars.count
      return .string(rest)
    case .json: return try jsonValue()
    default: break
    }
    guard index < scalars.count, scalars[index] == "{" else { return try scalar(text(until: [","]).text) }
    index += 1
    var items: [JSONValue] = []
    while true {
      let (item, stop) = text(until: [",", "}"])
      guard let stop else { throw failure("list must terminate with '}'") }
      if stop == "," || !item.isEmpty || !items.isEmpty { items.append(try scalar(item)) }
      guard stop == "}" else { continue }
      if index < scalars.count, scalars[index] == "," { index += 1 }
      return .array(items)
    }
  }

  private func scalar(_ text: String) throws(ChartError) -> JSONValue {
    switch option {
    case .file(_, let read): return .string(try read.text(text))
    case .typed: break
    default: return .string(text)
    }
    switch text.lowercased() {
    case "true": return .bool(true)
    case "false": return .bool(false)
    case "null": return .null
    case "0": return .integer(0)
    default: return !text.hasPrefix("0") ? Int64(text).map { .integer($0) } ?? .string(text) : .string(text)
    }
  }

  /// JSON up to a comma outside of it.
  private mutating func jsonValue() throws(ChartError) -> JSONValue {
    let start = index
    var depth = 0
    var isInString = false
    while index < scalars.count {
      let scalar = scalars[index]
      if isInString {
        if scalar == "\\" { index += 1 } else if scalar == "\"" { isInString = false }
      } else if scalar == "\"" {
        isInString = true
      } else if scalar == "{" || scalar == "[" {
        depth += 1
      } else if scalar == "}" || scalar == "]" {
        depth -= 1
      } else if scalar == ",", depth <= 0 {
        break
      }
      index += 1
    }
    let text = Self.text(scalars[start..<min(index, scalars.count)])
    index += 1
    if text.allSatisfy(\.isWhitespace) { return .null }
    do throws(JSONError) {
      return ChartValues.withFloats(try JSONValue(json: text))
    } catch {
      throw failure("\(error)")
    }
  }

  // MARK: Setting

  private func set(_ value: JSONValue, at path: ArraySlice<Step>, in target: inout JSONValue) throws(ChartError) {
    guard let step = path.first else {
      target = value
      return
    }
    switch step {
    case .name(let name):
      if target.isNull { target = [:] }
      guard case .object = target else { throw failure("\(name) cannot be set in what is \(target.typeName)") }
      if name.isEmpty { return }
      var inner = target[name] ?? .null
      try set(value, at: path.dropFirst(), in: &inner)
      target[name] = inner
    case .index(let position):
      if target.isNull { target = [] }
      guard case .array(var items) = target else { throw failure("item \(position) cannot be set in what is \(target.typeName)") }
      while items.count <= position { items.append(.null) }
      try set(value, at: path.dropFirst(), in: &items[position])
      target = .array(items)
    }
  }
}
