/// What a scalar of YAML 1.1 stands for, by its tag, or by its form where it is plain and has none.
package enum YAMLScalar {
  private static let prefix = "tag:yaml.org,2002:"
  static let mergeTag = prefix + "merge"

  /// A value before JSON: whole numbers beyond 64 bits with a sign still have their own case.
  enum Resolved: Equatable {
    case null
    case bool(Bool)
    case integer(Int64)
    case unsigned(UInt64)
    case float(Double)
    case string
  }

  static func value(_ text: String, tag: String?, isPlain: Bool, line: Int) throws(YAMLError) -> JSONValue {
    switch try resolve(text, tag: tag, isPlain: isPlain, line: line) {
    case .null: return .null
    case .bool(let flag): return .bool(flag)
    case .integer(let number): return .integer(number)
    case .unsigned(let number): return .float(Double(number))
    case .float(let number):
      guard number.isFinite else { throw YAMLError(line: line, message: "\(text) has no counterpart in JSON") }
      // The way through JSON leaves no trace of a point or an exponent in whole numbers.
      return number.magnitude < 1e21 ? Int64(exactly: number).map { .integer($0) } ?? .float(number) : .float(number)
    case .string: return .string(tag == prefix + "binary" ? try binary(text, line) : text)
    }
  }

  /// Keys are strings in the end, as their values are written.
  static func key(_ text: String, tag: String?, isPlain: Bool, line: Int) throws(YAMLError) -> String {
    switch try resolve(text, tag: tag, isPlain: isPlain, line: line) {
    case .null: throw YAMLError(line: line, message: "a key may not be null")
    case .bool(let flag): return flag ? "true" : "false"
    case .integer(let number): return String(number)
    case .unsigned(let number): return String(number)
    case .float(let number):
      if number.isNaN { return ".nan" }
      if number.isInfinite { return number < 0 ? "-.inf" : ".inf" }
      return FloatText.general(Double(Float(number)).isFinite ? shortened(number) : number)
    case .string: return text
    }
  }

  /// Keys that are floats are written with the precision of 32 bits.
  private static func shortened(_ number: Double) -> Double { Double(Float(number).description) ?? number }

  private static func resolve(_ text: String, tag: String?, isPlain: Bool, line: Int) throws(YAMLError) -> Resolved {
    guard let tag, tag != "!" else { return isPlain ? implied(text) : .string }
    guard tag.hasPrefix(prefix) else { return .string }
    let kind = tag.dropFirst(prefix.count)
    let found = implied(text)
    switch (kind, found) {
    case ("str", _), ("binary", _), ("timestamp", _): return .string
    case ("null", .null), ("bool", .bool), ("int", .integer), ("int", .unsigned), ("float", .float): return found
    case ("float", .integer(let number)): return .float(Double(number))
    case ("float", .unsigned(let number)): return .float(Double(number))
    case ("null", _), ("bool", _), ("int", _), ("float", _):
      throw YAMLError(line: line, message: "cannot decode `\(text)` as a !!\(kind)")
    default: return .string
    }
  }

  private static func binary(_ text: String, _ line: Int) throws(YAMLError) -> String {
    guard let bytes = Base64Reading.decode(text) else {
      throw YAMLError(line: line, message: "!!binary value contains invalid base64 data")
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  // MARK: By form

  /// Whether a plain scalar with this text would be a string to every reader, also to those who know dates.
  static func isString(_ text: String) -> Bool { implied(text) == .string && !isTimestamp(text) }

  /// A date, or a date and a time, in the looser forms of YAML 1.1.
  private static func isTimestamp(_ text: String) -> Bool {
    let bytes = Array(text.utf8)
    guard bytes.count >= 8, bytes[4] == UInt8(ascii: "-"), bytes[..<4].allSatisfy(isDigit) else { return false }
    let date = bytes[5...].prefix { isDigit($0) || $0 == UInt8(ascii: "-") }
    let parts = date.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false).map { Int(String(decoding: $0, as: UTF8.self)) }
    guard parts.count == 2, date.count <= 5, let month = parts[0], let day = parts[1], (1...12).contains(month),
      (1...31).contains(day)
    else { return false }
    let rest = bytes[date.endIndex...]
    guard let separator = rest.first else { return true }
    let isSpace = separator == 0x20
    guard isSpace || separator | 0x20 == UInt8(ascii: "t") else { return false }
    return isTime(rest.dropFirst(), needsZone: !isSpace)
  }

  private static func isTime(_ bytes: ArraySlice<UInt8>, needsZone: Bool) -> Bool {
    let time = bytes.prefix { isDigit($0) || $0 == UInt8(ascii: ":") || $0 == UInt8(ascii: ".") }
    let zone = bytes[time.endIndex...]
    guard time.split(separator: UInt8(ascii: ":")).count == 3, time.first.map(isDigit) ?? false else { return false }
    guard needsZone else { return zone.isEmpty }
    if zone.elementsEqual([UInt8(ascii: "Z")]) { return true }
    return zone.count == 6 && (zone.first == UInt8(ascii: "+") || zone.first == UInt8(ascii: "-"))
      && zone.dropFirst().allSatisfy { isDigit($0) || $0 == UInt8(ascii: ":") }
  }

  private static func implied(_ text: String) -> Resolved {
    guard let first = text.utf8.first else { return .null }
    switch first {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "-"): return number(text)
    case UInt8(ascii: "."): return point(text)
    case UInt8(ascii: "~"): return text == "~" ? .null : .string
    case UInt8(ascii: "y"), UInt8(ascii: "Y"), UInt8(ascii: "n"), UInt8(ascii: "N"), UInt8(ascii: "t"),
      UInt8(ascii: "T"), UInt8(ascii: "f"), UInt8(ascii: "F"), UInt8(ascii: "o"), UInt8(ascii: "O"):
      return word(text)
    default: return .string
    }
  }

  private static func word(_ text: String) -> Resolved {
    guard text.utf8.count <= 5 else { return .string }
    switch text {
    case "y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON": return .bool(true)
    case "n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF": return .bool(false)
    case "null", "Null", "NULL": return .null
    default: return .string
    }
  }

  private static func point(_ text: String) -> Resolved {
    switch text {
    case ".nan", ".NaN", ".NAN": return .float(.nan)
    case ".inf", ".Inf", ".INF": return .float(.infinity)
    default: return isDecimal(Array(text.utf8)) ? float(text) : .string
    }
  }

  /// Whole numbers of base 2, 8 (also by a leading 0), 10 and 16, floats, and infinities with a sign; underscores do not count.
  /// What looks like a date is a string.
  private static func number(_ text: String) -> Resolved {
    switch text {
    case "+.inf", "+.Inf", "+.INF": return .float(.infinity)
    case "-.inf", "-.Inf", "-.INF": return .float(-.infinity)
    default: break
    }
    let plain = text.utf8.contains(UInt8(ascii: "_")) ? text.filter { $0 != "_" } : text
    let bytes = Array(plain.utf8)
    let isNegative = bytes.first == UInt8(ascii: "-")
    let sign = isNegative || bytes.first == UInt8(ascii: "+") ? 1 : 0
    if let whole = whole(bytes[sign...], isNegative: isNegative, hasSign: sign == 1) { return whole }
    return isDecimal(bytes) ? float(plain) : .string
  }

  private static func whole(_ digits: ArraySlice<UInt8>, isNegative: Bool, hasSign: Bool) -> Resolved? {
    var digits = digits
    var radix = 10
    if digits.first == UInt8(ascii: "0"), digits.count > 1 {
      digits = digits.dropFirst()
      radix = 8
      switch digits.first.map({ $0 | 0x20 }) {
      case UInt8(ascii: "x"): radix = 16
      case UInt8(ascii: "b"): radix = 2
      case UInt8(ascii: "o"): break
      default: return magnitude(digits, radix, isNegative, hasSign)
      }
      digits = digits.dropFirst()
    }
    return magnitude(digits, radix, isNegative, hasSign)
  }

  private static func magnitude(_ digits: ArraySlice<UInt8>, _ radix: Int, _ isNegative: Bool, _ hasSign: Bool) -> Resolved? {
    // The library's own parser would take another sign.
    guard let first = digits.first, first != UInt8(ascii: "+"), first != UInt8(ascii: "-"),
      let magnitude = UInt64(String(decoding: digits, as: UTF8.self), radix: radix)
    else { return nil }
    if isNegative {
      if magnitude == UInt64(Int64.max) + 1 { return .integer(.min) }
      return Int64(exactly: magnitude).map { .integer(-$0) }
    }
    if let number = Int64(exactly: magnitude) { return .integer(number) }
    return hasSign ? nil : .unsigned(magnitude)
  }

  private static func float(_ text: String) -> Resolved {
    guard let number = Double(text), number.isFinite else { return .string }
    return .float(number)
  }

  /// `[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?`
  package static func isDecimal(_ bytes: [UInt8]) -> Bool {
    var index = 0
    func digits() -> Int {
      let start = index
      while index < bytes.count, bytes[index] &- 48 < 10 { index += 1 }
      return index - start
    }
    func take(_ wanted: Unicode.Scalar, or other: Unicode.Scalar) -> Bool {
      guard index < bytes.count, bytes[index] == UInt8(ascii: wanted) || bytes[index] == UInt8(ascii: other) else {
        return false
      }
      index += 1
      return true
    }
    _ = take("+", or: "-")
    let whole = digits()
    let fraction = take(".", or: ".") ? digits() : 0
    guard whole > 0 || fraction > 0 else { return false }
    if take("e", or: "E") {
      _ = take("+", or: "-")
      guard digits() > 0 else { return false }
    }
    return index == bytes.count
  }

  /// Sexagesimal numbers of YAML 1.1: read as strings, but quoted for readers that still know them.
  static func isSexagesimal(_ text: String) -> Bool {
    let bytes = Array(text.utf8)
    guard bytes.contains(UInt8(ascii: ":")) else { return false }
    let unsigned = bytes.first == UInt8(ascii: "-") || bytes.first == UInt8(ascii: "+") ? bytes.dropFirst() : bytes[...]
    let parts = unsigned.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
    guard parts.count > 1, let head = parts.first, let first = head.first, isDigit(first),
      head.allSatisfy({ isDigit($0) || $0 == UInt8(ascii: "_") })
    else { return false }
    for (position, part) in parts.dropFirst().enumerated() {
      var whole = part
      if position == parts.count - 2, let point = part.firstIndex(of: UInt8(ascii: ".")) {
        guard part[(point + 1)...].allSatisfy({ isDigit($0) || $0 == UInt8(ascii: "_") }) else { return false }
        whole = part[..<point]
      }
      guard (1...2).contains(whole.count), whole.allSatisfy(isDigit) else { return false }
      if whole.count == 2, whole.first.map({ $0 > UInt8(ascii: "5") }) ?? true { return false }
    }
    return true
  }

  private static func isDigit(_ byte: UInt8) -> Bool { byte &- 48 < 10 }
}

/// Base64 with its padding; line breaks and blanks do not count.
enum Base64Reading {
  static func decode(_ text: String) -> [UInt8]? {
    var output: [UInt8] = []
    var bits: UInt32 = 0
    var count = 0
    var padding = 0
    for byte in text.utf8 {
      if byte == 0x0A || byte == 0x0D || byte == 0x20 { continue }
      if byte == UInt8(ascii: "=") {
        padding += 1
        continue
      }
      guard padding == 0, let digit = digit(byte) else { return nil }
      bits = bits << 6 | UInt32(digit)
      count += 1
      if count % 4 == 0 { output += [UInt8(truncatingIfNeeded: bits >> 16), UInt8(truncatingIfNeeded: bits >> 8), UInt8(truncatingIfNeeded: bits)] }
    }
    switch (count % 4, padding) {
    case (0, 0): break
    case (2, 2): output.append(UInt8(truncatingIfNeeded: bits >> 4))
    case (3, 1): output += [UInt8(truncatingIfNeeded: bits >> 10), UInt8(truncatingIfNeeded: bits >> 2)]
    default: return nil
    }
    return output
  }

  private static func digit(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"): byte - 65
    case UInt8(ascii: "a")...UInt8(ascii: "z"): byte - 71
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte + 4
    case UInt8(ascii: "+"): 62
    case UInt8(ascii: "/"): 63
    default: nil
    }
  }
}
