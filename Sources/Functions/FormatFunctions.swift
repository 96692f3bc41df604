import Values

/// `format` and `formatlist`.
func formatFunctions() -> [Function] {
  let arguments = FunctionParameter("args", .dynamic, allowsNull: true, allowsUnknown: true)
  return [
    Function(
      "format", FunctionSignature([.string("format")], variadic: arguments),
      returns: { (_) throws(FunctionError) in .string }, call: format),
    Function(
      "formatlist", FunctionSignature([.string("format")], variadic: arguments),
      returns: { (_) throws(FunctionError) in .list(.string) }, call: formatList),
  ]
}

private func format(_ arguments: [Value]) throws(FunctionError) -> Value {
  // An element inside an argument may be unknown too: nothing shows before all is known.
  for argument in arguments.dropFirst() where !argument.isWhollyKnown {
    // What stands before the first verb is known.
    let prefix = String(arguments.text(0).prefix { $0 != "%" })
    return .unknown(.string, refined: Refinements(isNotNull: true, stringPrefix: safePrefix(prefix)))
  }
  let template = try FormatTemplate(arguments.text(0))
  return .text(try template.format(arguments.dropFirst()))
}

/// The part of a known beginning that stays as it is, whatever follows: its last character may yet become part of a
/// larger one. Of the ASCII characters these are the letters, the digits and four others.
private func safePrefix(_ text: String) -> String {
  guard let last = text.unicodeScalars.last else { return "" }
  switch last {
  case "a"..."z", "A"..."Z", "0"..."9", "<", "=", ">", "`": return String(text.dropLast())
  case " "..."~": return text
  default: return String(text.dropLast())
  }
}

private enum Column {
  case each([Value])
  case same(Value)
  case unknownList
}

/// Lists, sets and tuples give an element to each result; all else is the same for each.
private func formatList(_ arguments: [Value]) throws(FunctionError) -> Value {
  var columns: [Column] = []
  var count: Int?
  var first = 0
  for index in arguments.indices.dropFirst() {
    let argument = arguments[index]
    switch argument {
    case .list, .set, .tuple:
      if case .set = argument, !argument.isWhollyKnown, argument.count > 1 {
        columns.append(.unknownList)
        continue
      }
      if let count, argument.count != count {
        throw FunctionError(
          "argument \(index) has length \(argument.count), which is inconsistent with argument \(first) of length \(count)",
          argument: index)
      }
      if count == nil { first = index }
      count = argument.count
      columns.append(.each(argument.elements))
    case .unknown(let unknown):
      switch unknown.type {
      case .list, .set, .tuple, .dynamic: columns.append(.unknownList)
      default: columns.append(.same(argument))
      }
    default: columns.append(.same(argument))
    }
  }
  let template = try FormatTemplate(arguments.text(0))
  // Nothing to go through: the same as `format`.
  if columns.isEmpty { return .list([.text(try template.format([]))], of: .string) }
  for case .unknownList in columns { return .unknown(.list(.string), refined: .notNull) }
  var results: [Value] = []
  for row in 0..<(count ?? 1) {
    let values = columns.map { column in
      switch column {
      case .each(let elements): elements[row]
      case .same(let value): value
      case .unknownList: Value.dynamicUnknown
      }
    }
    if values.contains(where: { !$0.isWhollyKnown }) {
      results.append(.unknownString)
      continue
    }
    do throws(FunctionError) {
      results.append(.text(try template.format(values[...])))
    } catch {
      throw FunctionError("error on format iteration \(row): \(error.message)")
    }
  }
  return .list(results, of: .string)
}

/// A format string, taken apart once: literal pieces and verbs such as `%5.2f` or `%[1]s`.
struct FormatTemplate {
  struct Verb {
    /// As written, for messages.
    var text: String
    var offset: Int
    /// From 0.
    var argument: Int
    var mode: UInt8
    var hasPlus = false
    var hasMinus = false
    var hasSharp = false
    var hasZero = false
    var hasSpace = false
    var width: Int?
    var precision: Int?
  }

  private enum Part {
    case literal(String)
    case verb(Verb)
  }

  private var parts: [Part] = []
  /// The arguments that verbs ask for, counted from the first.
  private var highestArgument = 0

  init(_ text: String) throws(FunctionError) {
    let bytes = Array(text.utf8)
    var next = 0
    var start = 0
    var index = 0
    while index < bytes.count {
      guard bytes[index] == UInt8(ascii: "%") else {
        index += 1
        continue
      }
      appendLiteral(bytes[start..<index])
      if index + 1 < bytes.count, bytes[index + 1] == UInt8(ascii: "%") {
        appendLiteral([UInt8(ascii: "%")])
        index += 2
      } else {
        var scanner = VerbScanner(bytes: bytes, start: index, position: index + 1)
        let verb = try scanner.scan(next: &next)
        highestArgument = max(highestArgument, verb.argument + 1)
        parts.append(.verb(verb))
        index = scanner.position
      }
      start = index
    }
    appendLiteral(bytes[start...])
  }

  private mutating func appendLiteral(_ bytes: ArraySlice<UInt8>) {
    if !bytes.isEmpty { parts.append(.literal(String(decoding: bytes, as: UTF8.self))) }
  }

  /// All arguments must be wholly known.
  func format(_ arguments: ArraySlice<Value>) throws(FunctionError) -> String {
    var result = ""
    for part in parts {
      switch part {
      case .literal(let text): result += text
      case .verb(let verb):
        guard verb.argument < arguments.count else {
          throw FunctionError(
            "not enough arguments for \(JSONWriter.quoted(verb.text, escapesHTML: false)) at \(verb.offset): need index "
              + "\(verb.argument + 1) but have \(arguments.count) total")
        }
        result += try verb.format(arguments[arguments.startIndex + verb.argument])
      }
    }
    if highestArgument < arguments.count {
      throw FunctionError(
        highestArgument == 0
          ? "too many arguments; no verbs in format string"
          : "too many arguments; only \(highestArgument) used by format string", argument: highestArgument + 1)
    }
    return result
  }
}

/// Reads one verb: `%`, flags, width, precision, index, mode.
private struct VerbScanner {
  let bytes: [UInt8]
  let start: Int
  var position: Int

  private var current: UInt8? { position < bytes.count ? bytes[position] : nil }

  private func unrecognized() -> FunctionError {
    guard position < bytes.count else {
      return FunctionError("invalid format string starting at offset \(position)")
    }
    let scalar = String(decoding: bytes[position...].prefix(4), as: UTF8.self).unicodeScalars.first ?? "?"
    let shown = scalar == "'" ? "\\'" : String(Character(scalar))
    return FunctionError("unrecognized format character '\(shown)' at offset \(position)")
  }

  private mutating func digits() throws(FunctionError) -> Int? {
    var value: Int?
    while let byte = current, byte &- 48 < 10 {
      let next = (value ?? 0) * 10 + Int(byte - 48)
      if next > 100_000 { throw FunctionError("the number at offset \(position) of the format string is too large") }
      value = next
      position += 1
    }
    return value
  }

  mutating func scan(next: inout Int) throws(FunctionError) -> FormatTemplate.Verb {
    var verb = FormatTemplate.Verb(text: "", offset: start, argument: next, mode: 0)
    flags: while let byte = current {
      switch byte {
      case UInt8(ascii: "+"): verb.hasPlus = true
      case UInt8(ascii: "-"): verb.hasMinus = true
      case UInt8(ascii: "#"): verb.hasSharp = true
      case UInt8(ascii: "0"): verb.hasZero = true
      case UInt8(ascii: " "): verb.hasSpace = true
      default: break flags
      }
      position += 1
    }
    verb.width = try digits()
    if current == UInt8(ascii: ".") {
      position += 1
      verb.precision = try digits() ?? 0
    }
    if current == UInt8(ascii: "[") {
      position += 1
      if current == UInt8(ascii: "0") { throw unrecognized() }
      guard let number = try digits(), current == UInt8(ascii: "]") else { throw unrecognized() }
      verb.argument = number - 1
      position += 1
    }
    guard let mode = current, (mode | 0x20) &- 97 < 26 else { throw unrecognized() }
    position += 1
    verb.mode = mode
    verb.text = String(decoding: bytes[start..<position], as: UTF8.self)
    next = verb.argument + 1
    return verb
  }
}
