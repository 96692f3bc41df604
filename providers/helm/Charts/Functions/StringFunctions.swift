/// Cutting, joining, searching and quoting strings. Counts are of bytes, as in Go.
enum StringFunctions {
  static let all: [Function] = [
    Function("abbrev", .int, .string) { call in .text(abbreviated(call.bytes(1), from: 0, width: call.int(0))) },
    Function("abbrevboth", .int, .int, .string, body: abbreviateBoth),
    Function("trunc", .int, .string, body: truncate),
    Function("trim", .string, body: trim),
    Function("trimall", .string, .string, body: trimAll),
    Function("trimAll", .string, .string, body: trimAll),
    Function("trimSuffix", .string, .string, body: trimSuffix),
    Function("trimPrefix", .string, .string, body: trimPrefix),
    Function("nospace", .string, body: withoutSpace),
    Function("substr", .int, .int, .string, body: substring),
    Function("repeat", .int, .string, body: repeated),
    Function("contains", .string, .string, body: contains),
    Function("hasPrefix", .string, .string, body: hasPrefix),
    Function("hasSuffix", .string, .string, body: hasSuffix),
    Function("replace", .string, .string, .string, body: replace),
    Function("plural", .string, .string, .int, body: plural),
    Function("indent", .int, .string, body: indent),
    Function("nindent", .int, .string, body: indentOnNewLine),
    Function("quote", rest: .any, body: quote),
    Function("squote", rest: .any, body: singleQuote),
    Function("cat", rest: .any, body: concatenate),
    Function("initials", .string, body: initials),
    Function("wrap", .int, .string, body: wrap),
    Function("wrapWith", .int, .string, .string, body: wrapWith),
    Function("split", .string, .string, body: split),
    Function("splitn", .string, .int, .string, body: splitLimited),
    Function("splitList", .string, .string, body: splitList),
    Function("join", .string, .any, body: join),
    Function("toString", .any, body: toString),
    Function("toStrings", .any, body: toStrings),
    Function("hello", body: hello),
  ]

  /// No string grows beyond this by one call.
  static let largestText = 1 << 28

  private static func hello(_ call: Call) throws(TemplateError) -> Value { .string("Hello!") }

  // MARK: Shortening

  private static func abbreviateBoth(_ call: Call) throws(TemplateError) -> Value {
    let left = call.int(0)
    let right = call.int(1)
    if right < 4 || left > 0 && right < 7 { return call[2] }
    return .text(abbreviated(call.bytes(2), from: left, width: right))
  }

  /// At most `width` bytes with dots for what is left out at the end, and at the beginning when `from` lies behind the dots.
  private static func abbreviated(_ text: [UInt8], from offset: Int, width: Int) -> [UInt8] {
    guard width >= 4, text.count > width else { return text }
    let dots = Array("...".utf8)
    let kept = width - 3
    let start = min(max(offset, 0), text.count, max(0, text.count - kept))
    if start <= 4 { return text.prefix(kept) + dots }
    if start + kept < text.count { return dots + abbreviated(Array(text[start...]), from: 0, width: kept) }
    return dots + text.suffix(kept)
  }

  private static func truncate(_ call: Call) throws(TemplateError) -> Value {
    let count = call.int(0)
    let bytes = call.bytes(1)
    if count >= 0 { return bytes.count > count ? .text(Array(bytes.prefix(count))) : call[1] }
    return bytes.count + count > 0 ? .text(Array(bytes.suffix(-count))) : call[1]
  }

  private static func trim(_ call: Call) throws(TemplateError) -> Value {
    .string(trimmed(call.text(0)) { $0.properties.isWhitespace })
  }

  private static func trimmed(_ text: String, _ isCut: (Unicode.Scalar) -> Bool) -> String {
    let scalars = text.unicodeScalars
    guard let start = scalars.firstIndex(where: { !isCut($0) }), let end = scalars.lastIndex(where: { !isCut($0) }) else { return "" }
    return String(scalars[start...end])
  }

  private static func trimAll(_ call: Call) throws(TemplateError) -> Value {
    let cut = Set(call.text(0).unicodeScalars)
    return .string(trimmed(call.text(1)) { cut.contains($0) })
  }

  private static func trimSuffix(_ call: Call) throws(TemplateError) -> Value {
    let suffix = call.bytes(0)
    let text = call.bytes(1)
    return text.count >= suffix.count && text.suffix(suffix.count).elementsEqual(suffix)
      ? .text(Array(text.dropLast(suffix.count))) : call[1]
  }

  private static func trimPrefix(_ call: Call) throws(TemplateError) -> Value {
    let prefix = call.bytes(0)
    let text = call.bytes(1)
    return text.starts(with: prefix) ? .text(Array(text.dropFirst(prefix.count))) : call[1]
  }

  private static func withoutSpace(_ call: Call) throws(TemplateError) -> Value {
    var scalars = call.text(0).unicodeScalars
    scalars.removeAll { $0.properties.isWhitespace }
    return .string(String(scalars))
  }

  private static func substring(_ call: Call) throws(TemplateError) -> Value {
    let text = call.bytes(2)
    var start = call.int(0)
    var end = call.int(1)
    if start < 0 { start = 0 } else if end < 0 || end > text.count { end = text.count }
    guard start <= end, (0...text.count).contains(start), end <= text.count else {
      throw TemplateError("substr \(call.int(0)) \(call.int(1)) lies outside a string of \(text.count) bytes")
    }
    return .text(Array(text[start..<end]))
  }

  private static func repeated(_ call: Call) throws(TemplateError) -> Value {
    let count = call.int(0)
    let text = call.bytes(1)
    guard count >= 0 else { throw TemplateError("negative repeat count") }
    let (size, overflows) = count.multipliedReportingOverflow(by: text.count)
    guard !overflows, size <= largestText else { throw TemplateError("repeat: the result is too long") }
    return .text(Array(repeatElement(text, count: count).joined()))
  }

  // MARK: Searching

  static func range(of part: [UInt8], in text: [UInt8], from start: Int = 0) -> Range<Int>? {
    guard let first = part.first else { return start..<start }
    var index = start
    while index + part.count <= text.count {
      if text[index] == first, text[index..<(index + part.count)].elementsEqual(part) { return index..<(index + part.count) }
      index += 1
    }
    return nil
  }

  private static func contains(_ call: Call) throws(TemplateError) -> Value {
    .bool(range(of: call.bytes(0), in: call.bytes(1)) != nil)
  }

  private static func hasPrefix(_ call: Call) throws(TemplateError) -> Value {
    .bool(call.bytes(1).starts(with: call.bytes(0)))
  }

  private static func hasSuffix(_ call: Call) throws(TemplateError) -> Value {
    let suffix = call.bytes(0)
    return .bool(call.bytes(1).suffix(suffix.count).elementsEqual(suffix))
  }

  private static func replace(_ call: Call) throws(TemplateError) -> Value {
    let old = call.bytes(0)
    let new = call.bytes(1)
    let text = call.bytes(2)
    guard !old.isEmpty else { return .text(interleaved(text, with: new)) }
    var output: [UInt8] = []
    var position = 0
    while let found = range(of: old, in: text, from: position) {
      output += text[position..<found.lowerBound]
      output += new
      position = found.upperBound
    }
    return position == 0 ? call[2] : .text(output + text[position...])
  }

  /// An empty string is found before each character and at the end.
  private static func interleaved(_ text: [UInt8], with piece: [UInt8]) -> [UInt8] {
    var output = piece
    for scalar in String(decoding: text, as: UTF8.self).unicodeScalars { output += Array(String(Character(scalar)).utf8) + piece }
    return output
  }

  private static func plural(_ call: Call) throws(TemplateError) -> Value { call.int(2) == 1 ? call[0] : call[1] }

  // MARK: Indenting and wrapping

  private static func indent(_ call: Call) throws(TemplateError) -> Value {
    .text(try indented(call, startingWith: []))
  }

  private static func indentOnNewLine(_ call: Call) throws(TemplateError) -> Value {
    .text(try indented(call, startingWith: [0x0A]))
  }

  private static func indented(_ call: Call, startingWith start: [UInt8]) throws(TemplateError) -> [UInt8] {
    let count = call.int(0)
    guard (0...1_000_000).contains(count) else { throw TemplateError("cannot indent by \(count) spaces") }
    let text = call.bytes(1)
    let lines = text.count { $0 == 0x0A } + 1
    guard lines * count + text.count <= largestText else { throw TemplateError("\(call.function.name): the result is too long") }
    let pad = Array(repeating: UInt8(0x20), count: count)
    var output = start
    output.reserveCapacity(text.count + lines * count + 1)
    output += pad
    for byte in text {
      output.append(byte)
      if byte == 0x0A { output += pad }
    }
    return output
  }

  private static func wrap(_ call: Call) throws(TemplateError) -> Value {
    .text(wrapped(call.bytes(1), width: call.int(0), separator: [0x0A], cutsWords: false))
  }

  private static func wrapWith(_ call: Call) throws(TemplateError) -> Value {
    let separator = call.bytes(1)
    return .text(
      wrapped(call.bytes(2), width: call.int(0), separator: separator.isEmpty ? [0x0A] : separator, cutsWords: true))
  }

  /// Lines of at most `width` bytes, broken at blanks. A longer word is cut, or stands in a line of its own.
  private static func wrapped(_ text: [UInt8], width: Int, separator: [UInt8], cutsWords: Bool) -> [UInt8] {
    let width = max(1, min(width, text.count))
    var output: [UInt8] = []
    var start = 0
    while text.count - start > width {
      if text[start] == 0x20 {
        start += 1
        continue
      }
      let window = text[start..<min(text.count, start + width + 1)]
      if let blank = window.lastIndex(of: 0x20) {
        output += text[start..<blank] + separator
        start = blank + 1
      } else if cutsWords {
        output += text[start..<(start + width)] + separator
        start += width
      } else if let blank = text[(start + width)...].firstIndex(of: 0x20) {
        output += text[start..<blank] + separator
        start = blank + 1
      } else {
        output += text[start...]
        start = text.count
      }
    }
    return output + text[start...]
  }

  private static func initials(_ call: Call) throws(TemplateError) -> Value {
    .string(String(call.text(0).split(whereSeparator: \.isWhitespace).compactMap(\.first)))
  }

  // MARK: Quoting

  private static func quote(_ call: Call) throws(TemplateError) -> Value {
    let parts = call.arguments.filter { !$0.isNull }.map { GoQuoting.quoted(GoPrinting.string($0)) }
    return .text(Array(parts.joined(separator: [0x20])))
  }

  private static func singleQuote(_ call: Call) throws(TemplateError) -> Value {
    let mark = [UInt8(ascii: "'")]
    let parts = call.arguments.filter { !$0.isNull }.map { value in
      var text = mark
      GoPrinting.append(value, to: &text)
      return text + mark
    }
    return .text(Array(parts.joined(separator: [0x20])))
  }

  private static func concatenate(_ call: Call) throws(TemplateError) -> Value {
    let parts = call.arguments.filter { !$0.isNull }.map { value in
      var text: [UInt8] = []
      GoPrinting.append(value, to: &text)
      return text
    }
    return .text(Array(parts.joined(separator: [0x20])))
  }

  // MARK: Splitting and joining

  static func pieces(_ text: [UInt8], separator: [UInt8], limit: Int = -1) -> [Value] {
    if limit == 0 { return [] }
    var parts: [Value] = []
    if separator.isEmpty {
      let scalars = Array(String(decoding: text, as: UTF8.self).unicodeScalars)
      let count = limit > 0 ? min(limit, scalars.count) : scalars.count
      for index in 0..<count {
        var piece = String.UnicodeScalarView()
        piece.append(contentsOf: index == count - 1 ? scalars[index...] : scalars[index...index])
        parts.append(.string(String(piece)))
      }
      return parts
    }
    var position = 0
    while limit < 0 || parts.count < limit - 1, let found = range(of: separator, in: text, from: position) {
      parts.append(.text(Array(text[position..<found.lowerBound])))
      position = found.upperBound
    }
    return parts + [.text(Array(text[position...]))]
  }

  private static func numbered(_ parts: [Value]) -> Value {
    var entries: [String: Value] = [:]
    for (index, part) in parts.enumerated() { entries["_\(index)"] = part }
    return .map(MapValue(entries, kind: .strings))
  }

  private static func split(_ call: Call) throws(TemplateError) -> Value {
    numbered(pieces(call.bytes(1), separator: call.bytes(0)))
  }

  private static func splitLimited(_ call: Call) throws(TemplateError) -> Value {
    numbered(pieces(call.bytes(2), separator: call.bytes(0), limit: call.int(1)))
  }

  private static func splitList(_ call: Call) throws(TemplateError) -> Value {
    .list(ListValue(pieces(call.bytes(1), separator: call.bytes(0)), of: .string))
  }

  /// The elements of a list as strings, without the nil ones; anything else is a list of itself.
  static func strings(_ value: Value) -> [[UInt8]] {
    switch value {
    case .null: []
    case .list(let list): list.elements.filter { !$0.isNull }.map(GoPrinting.string)
    default: [GoPrinting.string(value)]
    }
  }

  private static func join(_ call: Call) throws(TemplateError) -> Value {
    .text(Array(strings(call[1]).joined(separator: call.bytes(0))))
  }

  private static func toString(_ call: Call) throws(TemplateError) -> Value {
    call[0].stringBytes == nil ? .text(GoPrinting.string(call[0])) : call[0]
  }

  private static func toStrings(_ call: Call) throws(TemplateError) -> Value {
    .list(ListValue(strings(call[0]).map { .text($0) }, of: .string))
  }
}
