import Values

/// Text: case, trimming, cutting, joining. Positions and lengths count what a reader sees as one character (grapheme
/// clusters).
func stringFunctions() -> [Function] {
  let text: [FunctionParameter] = [.string("str")]
  return [
    Function("upper", text, returns: .string) { arguments in
      .text(mapScalars(arguments.text(0), ascii: { $0 &- 97 < 26 ? $0 - 32 : $0 }, uppercased))
    },
    Function("lower", text, returns: .string) { arguments in
      .text(mapScalars(arguments.text(0), ascii: { $0 &- 65 < 26 ? $0 + 32 : $0 }, lowercased))
    },
    Function("title", text, returns: .string) { arguments in .text(titlecased(arguments.text(0))) },
    Function("strrev", text, returns: .string) { arguments in .text(String(arguments.text(0).reversed())) },
    Function("chomp", text, returns: .string) { arguments in .text(withoutNewlines(arguments.text(0))) },
    Function("trimspace", text, returns: .string) { arguments in
      .text(trimmed(arguments.text(0)) { $0.properties.isWhitespace })
    },
    Function("trim", text + [.string("cutset")], returns: .string) { arguments in
      let cut = Set(arguments.text(1).unicodeScalars)
      return .text(trimmed(arguments.text(0)) { cut.contains($0) })
    },
    Function("trimprefix", text + [.string("prefix")], returns: .string) { arguments in
      let (string, prefix) = (arguments.text(0), arguments.text(1))
      guard string.utf8.starts(with: prefix.utf8) else { return arguments[0] }
      return .text(String(decoding: string.utf8.dropFirst(prefix.utf8.count), as: UTF8.self))
    },
    Function("trimsuffix", text + [.string("suffix")], returns: .string) { arguments in
      let (string, suffix) = (arguments.text(0), arguments.text(1))
      guard string.utf8.reversed().starts(with: suffix.utf8.reversed()) else { return arguments[0] }
      return .text(String(decoding: string.utf8.dropLast(suffix.utf8.count), as: UTF8.self))
    },
    Function("substr", text + [.number("offset"), .number("length")], returns: .string, call: substring),
    Function("indent", [.number("spaces"), .string("str")], returns: .string, call: indent),
    Function(
      "startswith", [FunctionParameter("str", .string, allowsUnknown: true), .string("prefix")], returns: .bool,
      call: startsWith),
    Function("endswith", text + [.string("suffix")], returns: .bool) { arguments in
      .bool(arguments.text(0).utf8.reversed().starts(with: arguments.text(1).utf8.reversed()))
    },
    Function("strcontains", text + [.string("substr")], returns: .bool, isNeverNull: false) { arguments in
      .bool(contains(Array(arguments.text(0).utf8), Array(arguments.text(1).utf8)))
    },
    Function(
      "join", [.string("separator")], variadic: FunctionParameter("lists", .list(.string)), returns: .string, call: join
    ),
    Function("split", [.string("separator"), .string("str")], returns: .list(.string)) { arguments in
      .list(split(arguments.text(1), by: arguments.text(0)), of: .string)
    },
  ]
}

// MARK: Case

/// One scalar for one scalar, as Unicode's simple case mappings have it.
private func mapScalars(
  _ text: String, ascii: (UInt8) -> UInt8, _ map: (Unicode.Scalar) -> Unicode.Scalar
) -> String {
  if text.utf8.allSatisfy({ $0 < 0x80 }) { return String(decoding: text.utf8.map(ascii), as: UTF8.self) }
  return String(String.UnicodeScalarView(text.unicodeScalars.map(map)))
}

private func single(_ text: String) -> Unicode.Scalar? {
  text.unicodeScalars.count == 1 ? text.unicodeScalars.first : nil
}

private func uppercased(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
  single(scalar.properties.uppercaseMapping) ?? single(scalar.properties.titlecaseMapping) ?? scalar
}

private func lowercased(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
  // The only scalar whose full mapping is longer than its simple one.
  scalar == "\u{130}" ? "i" : single(scalar.properties.lowercaseMapping) ?? scalar
}

/// The first letter of each word in title case. Words end at spaces and at ASCII punctuation but the underscore.
private func titlecased(_ text: String) -> String {
  var result = String.UnicodeScalarView()
  var isStart = true
  for scalar in text.unicodeScalars {
    result.append(isStart ? single(scalar.properties.titlecaseMapping) ?? scalar : scalar)
    isStart = isSeparator(scalar)
  }
  return String(result)
}

private func isSeparator(_ scalar: Unicode.Scalar) -> Bool {
  switch scalar {
  case "a"..."z", "A"..."Z", "0"..."9", "_": return false
  case "\0"..."\u{7F}": return true
  default:
    switch scalar.properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .decimalNumber:
      return false
    default: return scalar.properties.isWhitespace
    }
  }
}

// MARK: Ends

private func trimmed(_ text: String, _ isCut: (Unicode.Scalar) -> Bool) -> String {
  let scalars = text.unicodeScalars
  guard let start = scalars.firstIndex(where: { !isCut($0) }), let last = scalars.lastIndex(where: { !isCut($0) })
  else {
    return ""
  }
  return String(scalars[start...last])
}

private func withoutNewlines(_ text: String) -> String {
  let bytes = text.utf8
  guard let last = bytes.lastIndex(where: { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") }) else { return "" }
  return String(text.utf8[...last]) ?? text
}

// MARK: Parts

private func substring(_ arguments: [Value]) throws(FunctionError) -> Value {
  let text = arguments.text(0)
  var offset = try arguments.integer(1)
  let length = try arguments.integer(2)
  if offset < 0 {
    // From the end. An offset before the beginning counts as the beginning, and a length of 0 then means all the rest.
    let count = text.count
    if count == 0 { return .string("") }
    offset = max(0, offset + count)
    let rest = text.dropFirst(offset)
    return .text(String(length <= 0 ? rest : rest.prefix(length)))
  }
  if length == 0 { return .string("") }
  let rest = text.dropFirst(offset)
  return .text(String(length < 0 ? rest : rest.prefix(length)))
}

private func indent(_ arguments: [Value]) throws(FunctionError) -> Value {
  let spaces = try arguments.integer(0)
  guard (0...100_000).contains(spaces) else {
    throw FunctionError("the number of spaces must be between 0 and 100000", argument: 0)
  }
  let padding = [UInt8](repeating: UInt8(ascii: " "), count: spaces)
  var result: [UInt8] = []
  for byte in arguments.text(1).utf8 {
    result.append(byte)
    if byte == UInt8(ascii: "\n") {
      result += padding
      try FunctionError.checkSize(ofText: result.count)
    }
  }
  return .string(String(decoding: result, as: UTF8.self))
}

/// What an unknown text is known to begin with may decide.
private func startsWith(_ arguments: [Value]) -> Value {
  let prefix = arguments.text(1).utf8
  guard let unknown = arguments[0].unknownDetails else { return .bool(arguments.text(0).utf8.starts(with: prefix)) }
  let known = unknown.refinements.stringPrefix.utf8
  if prefix.isEmpty || (known.count >= prefix.count && known.starts(with: prefix)) { return .true }
  let common = min(known.count, prefix.count)
  return known.prefix(common).elementsEqual(prefix.prefix(common)) ? .unknownBool : .false
}

func contains(_ text: [UInt8], _ part: [UInt8]) -> Bool {
  guard let first = part.first else { return true }
  guard text.count >= part.count else { return false }
  for index in 0...(text.count - part.count)
  where text[index] == first && text[index..<index + part.count].elementsEqual(part) {
    return true
  }
  return false
}

// MARK: Lists of texts

private func join(_ arguments: [Value]) throws(FunctionError) -> Value {
  guard arguments.count > 1 else { throw FunctionError("at least one list is required") }
  let separator = arguments.text(0)
  for index in 1..<arguments.count where !arguments[index].isWhollyKnown { return .unknownString }
  var result = ""
  var isFirst = true
  for index in 1..<arguments.count {
    for (position, element) in arguments[index].elements.enumerated() {
      guard let text = element.asString else {
        throw FunctionError("element \(position) is null; cannot concatenate null values", argument: index)
      }
      if !isFirst { result += separator }
      result += text
      try FunctionError.checkSize(ofText: result.utf8.count)
      isFirst = false
    }
  }
  return .text(result)
}

private func split(_ text: String, by separator: String) -> [Value] {
  let mark = Array(separator.utf8)
  guard let first = mark.first else { return text.unicodeScalars.map { .string(String($0)) } }
  let bytes = Array(text.utf8)
  var parts: [Value] = []
  var start = 0
  var index = 0
  while index + mark.count <= bytes.count {
    if bytes[index] == first && bytes[index..<index + mark.count].elementsEqual(mark) {
      parts.append(.text(String(decoding: bytes[start..<index], as: UTF8.self)))
      index += mark.count
      start = index
    } else {
      index += 1
    }
  }
  parts.append(.text(String(decoding: bytes[start...], as: UTF8.self)))
  return parts
}
