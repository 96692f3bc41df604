import Glibc
import YAML

/// `printf` with Go's verbs and flags.
struct GoFormat {
  private let format: [UInt8]
  private let arguments: [Value]
  private var output: [UInt8] = []
  private var next = 0
  /// Whether arguments were chosen by number; then none counts as left over.
  private var isReordered = false

  static func formatted(_ format: [UInt8], _ arguments: [Value]) -> [UInt8] {
    var formatter = GoFormat(format: format, arguments: arguments)
    formatter.run()
    return formatter.output
  }

  private init(format: [UInt8], arguments: [Value]) {
    self.format = format
    self.arguments = arguments
  }

  /// What stands between the percent sign and the verb.
  struct Directive {
    var plus = false
    var minus = false
    var sharp = false
    var space = false
    var zero = false
    var width: Int?
    var precision: Int?
    var verb: Unicode.Scalar = "v"
  }

  private mutating func run() {
    var index = 0
    while index < format.count {
      guard format[index] == UInt8(ascii: "%") else {
        output.append(format[index])
        index += 1
        continue
      }
      index += 1
      var directive = Directive()
      guard let verb = parse(&index, &directive) else { return output += "%!(NOVERB)".utf8 }
      if verb == "%" {
        output.append(UInt8(ascii: "%"))
        continue
      }
      directive.verb = verb
      // With this verb the plus asks for names of fields, not for signs.
      if verb == "v" { directive.plus = false }
      guard arguments.indices.contains(next) else {
        output += isReordered ? "%!\(verb)(BADINDEX)".utf8 : "%!\(verb)(MISSING)".utf8
        continue
      }
      let value = arguments[next]
      next += 1
      GoFormatting(directive: directive).append(value, to: &output)
    }
    if !isReordered, next < arguments.count { reportExtra() }
  }

  private mutating func reportExtra() {
    output += "%!(EXTRA ".utf8
    for (position, value) in arguments[next...].enumerated() {
      if position > 0 { output += ", ".utf8 }
      if value.isNull {
        output += "<nil>".utf8
      } else {
        output += (value.typeName + "=").utf8
        GoPrinting.append(value, to: &output)
      }
    }
    output += ")".utf8
  }

  /// Flags, width, precision and argument numbers; gives the verb.
  private mutating func parse(_ index: inout Int, _ directive: inout Directive) -> Unicode.Scalar? {
    flags: while index < format.count {
      switch format[index] {
      case UInt8(ascii: "+"): directive.plus = true
      case UInt8(ascii: "-"): directive.minus = true
      case UInt8(ascii: "#"): directive.sharp = true
      case UInt8(ascii: " "): directive.space = true
      case UInt8(ascii: "0"): directive.zero = true
      default: break flags
      }
      index += 1
    }
    argumentNumber(&index)
    directive.width = size(&index)
    if let width = directive.width, width < 0 {
      directive.minus = true
      directive.width = -width
    }
    if index < format.count, format[index] == UInt8(ascii: ".") {
      index += 1
      argumentNumber(&index)
      directive.precision = max(0, size(&index) ?? 0)
    }
    argumentNumber(&index)
    guard index < format.count else { return nil }
    let (scalar, length) = GoQuoting.decode(format, at: index)
    index += length
    return scalar ?? "\u{FFFD}"
  }

  /// A number, or that of an argument behind a star. No more than a million.
  private mutating func size(_ index: inout Int) -> Int? {
    if index < format.count, format[index] == UInt8(ascii: "*") {
      index += 1
      guard arguments.indices.contains(next), case .int(let number) = arguments[next] else {
        output += "%!(BADWIDTH)".utf8
        next += 1
        return nil
      }
      next += 1
      return max(-1_000_000, min(number, 1_000_000))
    }
    var number: Int?
    while index < format.count, format[index] &- 48 < 10 {
      number = min((number ?? 0) * 10 + Int(format[index] &- 48), 1_000_000)
      index += 1
    }
    return number
  }

  /// `[n]`
  private mutating func argumentNumber(_ index: inout Int) {
    guard index < format.count, format[index] == UInt8(ascii: "["),
      let end = format[index...].firstIndex(of: UInt8(ascii: "]"))
    else { return }
    isReordered = true
    next = (Int(String(decoding: format[(index + 1)..<end], as: UTF8.self)) ?? 0) - 1
    index = end + 1
  }
}

/// One value by one directive.
struct GoFormatting {
  let directive: GoFormat.Directive

  func append(_ value: Value, to output: inout [UInt8], depth: Int = 0) {
    switch directive.verb {
    case "T": return pad(Array(value.typeName.utf8), &output)
    case "p": return wrong(value, &output)
    default: break
    }
    switch value {
    case .null: directive.verb == "v" ? pad(Array("<nil>".utf8), &output) : wrong(value, &output)
    case .bool(let flag):
      if directive.verb == "t" || directive.verb == "v" { pad(Array((flag ? "true" : "false").utf8), &output) } else { wrong(value, &output) }
    case .int(let number), .int64(let number): integer(number, value, &output)
    case .float(let number): float(number, value, &output)
    case .string, .rawString: string(value.stringBytes ?? [], value, &output)
    case .list(let list):
      if let bytes = list.bytes, ["s", "q", "x", "X"].contains(directive.verb) { return string(bytes, value, &output) }
      sequence(list.elements, depth, &output)
    case .map(let map): mapping(map, depth, &output)
    case .object(let object):
      if let mapping = object.mapping { return self.mapping(mapping, depth, &output) }
      string(Array(object.text.utf8), value, &output)
    }
  }

  private func sequence(_ elements: [Value], _ depth: Int, _ output: inout [UInt8]) {
    if depth > JSONValue.deepestNesting { return output += "...".utf8 }
    output.append(UInt8(ascii: "["))
    for (index, element) in elements.enumerated() {
      if index > 0 { output.append(0x20) }
      append(element, to: &output, depth: depth + 1)
    }
    output.append(UInt8(ascii: "]"))
  }

  private func mapping(_ map: MapValue, _ depth: Int, _ output: inout [UInt8]) {
    if depth > JSONValue.deepestNesting { return output += "...".utf8 }
    output += "map[".utf8
    for (index, key) in map.sortedKeys.enumerated() {
      if index > 0 { output.append(0x20) }
      append(.string(key), to: &output, depth: depth + 1)
      output.append(UInt8(ascii: ":"))
      append(map.entries[key] ?? .null, to: &output, depth: depth + 1)
    }
    output.append(UInt8(ascii: "]"))
  }

  /// `%!verb(type=value)`
  private func wrong(_ value: Value, _ output: inout [UInt8]) {
    output += "%!\(directive.verb)(".utf8
    if value.isNull {
      output += "<nil>".utf8
    } else {
      output += (value.typeName + "=").utf8
      GoPrinting.append(value, to: &output)
    }
    output += ")".utf8
  }

  private func pad(_ text: [UInt8], _ output: inout [UInt8], withZeros: Bool = false) {
    let count = String(decoding: text, as: UTF8.self).unicodeScalars.count
    let missing = max(0, (directive.width ?? 0) - count)
    if missing == 0 { return output += text }
    if directive.minus {
      output += text
      output.append(contentsOf: repeatElement(0x20, count: missing))
    } else if withZeros || directive.zero {
      let sign = text.first.map { $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "+") } ?? false && withZeros ? 1 : 0
      output += text.prefix(sign)
      output.append(contentsOf: repeatElement(UInt8(ascii: "0"), count: missing))
      output += text.dropFirst(sign)
    } else {
      output.append(contentsOf: repeatElement(0x20, count: missing))
      output += text
    }
  }

  // MARK: Strings

  private func string(_ bytes: [UInt8], _ value: Value, _ output: inout [UInt8]) {
    switch directive.verb {
    case "s": pad(truncated(bytes), &output)
    case "v" where !directive.sharp: pad(truncated(bytes), &output)
    case "v", "q": pad(GoQuoting.quoted(truncated(bytes), asciiOnly: directive.plus), &output)
    case "x", "X":
      let digits = truncatedBytes(bytes).map { byte in
        let text = String(byte, radix: 16, uppercase: directive.verb == "X")
        return text.utf8.count == 1 ? "0" + text : text
      }
      pad(Array(digits.joined(separator: directive.space ? " " : "").utf8), &output)
    default: wrong(value, &output)
    }
  }

  private func truncated(_ bytes: [UInt8]) -> [UInt8] {
    guard let precision = directive.precision else { return bytes }
    var text = String.UnicodeScalarView()
    text.append(contentsOf: String(decoding: bytes, as: UTF8.self).unicodeScalars.prefix(precision))
    return Array(String(text).utf8)
  }

  private func truncatedBytes(_ bytes: [UInt8]) -> [UInt8] { Array(bytes.prefix(directive.precision ?? bytes.count)) }

  // MARK: Numbers

  private func integer(_ number: Int, _ value: Value, _ output: inout [UInt8]) {
    let prefix: String
    let radix: Int
    switch directive.verb {
    case "d", "v": (radix, prefix) = (10, "")
    case "b": (radix, prefix) = (2, directive.sharp ? "0b" : "")
    case "o": (radix, prefix) = (8, directive.sharp ? "0" : "")
    case "O": (radix, prefix) = (8, "0o")
    case "x": (radix, prefix) = (16, directive.sharp ? "0x" : "")
    case "X": (radix, prefix) = (16, directive.sharp ? "0X" : "")
    case "c": return pad(Array(character(number).utf8), &output)
    case "q": return pad(GoQuoting.quoted(character: number, asciiOnly: directive.plus), &output)
    case "U":
      let digits = String(number.magnitude, radix: 16, uppercase: true)
      let text = "U+" + String(repeating: "0", count: max(0, 4 - digits.utf8.count)) + digits
      return pad(Array((directive.sharp ? "\(text) '\(character(number))'" : text).utf8), &output)
    default: return wrong(value, &output)
    }
    var digits = String(number.magnitude, radix: radix, uppercase: directive.verb == "X")
    if directive.precision == 0, number == 0 { digits = "" }
    let sign = number < 0 ? "-" : directive.plus ? "+" : directive.space ? " " : ""
    var least = directive.precision ?? 0
    if directive.precision == nil, directive.zero, !directive.minus, let width = directive.width {
      least = width - sign.utf8.count - prefix.utf8.count
    }
    digits = String(repeating: "0", count: max(0, least - digits.utf8.count)) + digits
    var plain = directive
    plain.zero = false
    GoFormatting(directive: plain).pad(Array((sign + prefix + digits).utf8), &output)
  }

  private func character(_ number: Int) -> String {
    String(Character(UInt32(exactly: number).flatMap(Unicode.Scalar.init) ?? "\u{FFFD}"))
  }

  private func float(_ number: Double, _ value: Value, _ output: inout [UInt8]) {
    let verb = directive.verb == "v" ? "g" : directive.verb == "F" ? "f" : directive.verb
    guard ["e", "E", "f", "g", "G"].contains(verb) else { return wrong(value, &output) }
    var text: String
    if !number.isFinite {
      text = FloatText.general(number)
    } else if verb == "g" || verb == "G", directive.precision == nil {
      text = FloatText.general(number)
      if verb == "G" { text = text.uppercased() }
    } else {
      text = Self.fixed(number, verb, directive.precision ?? 6)
    }
    if text.hasPrefix("+"), !directive.plus { text.removeFirst() }
    if directive.plus, !text.hasPrefix("-"), !text.hasPrefix("+") { text = "+" + text }
    if directive.space, !directive.plus, !text.hasPrefix("-") { text = " " + text }
    pad(Array(text.utf8), &output, withZeros: directive.zero && number.isFinite)
  }

  /// By the C library, which rounds as exactly as Go does.
  static func fixed(_ number: Double, _ verb: Unicode.Scalar, _ precision: Int) -> String {
    let format = "%.\(min(precision, 1000))\(verb)"
    var buffer = [CChar](repeating: 0, count: 1500)
    let count = unsafe withVaList([number]) { list in unsafe vsnprintf(&buffer, buffer.count, format, list) }
    return String(decoding: buffer.prefix(Int(count)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}
