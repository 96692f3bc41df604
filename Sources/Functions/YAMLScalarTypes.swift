import Host
import Values
import YAML

/// Which value a scalar of YAML stands for: by its tag, or by its form where there is none.
enum YAMLTag {
  struct Problem: Error {
    let message: String
  }

  private static let prefix = "tag:yaml.org,2002:"
  static let sequence = prefix + "seq"
  static let mapping = prefix + "map"

  /// Quoted scalars without a tag are strings, and quotes make a string of tagged ones too, but for binary data.
  static func resolve(_ text: String, tag: String?, isPlain: Bool) throws(Problem) -> Value {
    guard let tag else { return isPlain ? try implied(text) : .text(text) }
    guard tag.hasPrefix(prefix) else { throw Problem(message: "unsupported tag \(quoted(tag))") }
    let kind = String(tag.dropFirst(prefix.count))
    if kind == "binary" { return try binary(text, tag) }
    guard let value = try value(text, kind) else {
      throw Problem(message: "cannot parse \(quoted(text)) as \(tag)")
    }
    return isPlain ? value : .text(text)
  }

  /// Nil when the text has not the form of the kind.
  private static func value(_ text: String, _ kind: String) throws(Problem) -> Value? {
    switch kind {
    case "str": .text(text)
    case "null": .dynamicNull
    case "bool": bool(text).map { .bool($0) }
    case "int", "float": try number(text).map { .number($0) }
    case "timestamp": timestamp(text).map { .string($0) }
    default: throw Problem(message: "unsupported tag \(quoted(prefix + kind))")
    }
  }

  private static func quoted(_ text: String) -> String { JSONWriter.quoted(text, escapesHTML: false) }

  private static func binary(_ text: String, _ tag: String) throws(Problem) -> Value {
    guard let bytes = Base64Text.decode(text) else {
      throw Problem(message: "cannot parse \(quoted(text)) as \(tag): not valid base64")
    }
    return .string(Base64.encode(bytes))
  }

  private static func implied(_ text: String) throws(Problem) -> Value {
    guard let first = text.utf8.first else { return .dynamicNull }
    switch first {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."):
      if let number = try number(text) { return .number(number) }
      if let time = timestamp(text) { return .string(time) }
    case UInt8(ascii: "~"): if text == "~" { return .dynamicNull }
    default:
      if text == "null" || text == "Null" || text == "NULL" { return .dynamicNull }
      if let flag = bool(text) { return .bool(flag) }
    }
    return .text(text)
  }

  private static func bool(_ text: String) -> Bool? {
    switch text {
    case "true", "True", "TRUE", "yes", "Yes", "YES", "y", "Y", "on", "On", "ON": true
    case "false", "False", "FALSE", "no", "No", "NO", "n", "N", "off", "Off", "OFF": false
    default: nil
    }
  }

  // MARK: Numbers

  /// The numbers of YAML 1.2's core schema: decimal, `0o` octal, `0x` hexadecimal (of 64 bits) and infinities.
  private static func number(_ text: String) throws(Problem) -> Number? {
    switch text {
    case ".nan", ".NaN", ".NAN": throw Problem(message: "floating point NaN is not supported")
    case ".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF": return Number(Double.infinity)
    case "-.inf", "-.Inf", "-.INF": return Number(-Double.infinity)
    default: break
    }
    for (mark, base) in [("0x", 16), ("0o", 8)] where text.hasPrefix(mark) {
      let digits = text.dropFirst(2)
      guard !digits.isEmpty, digits.utf8.allSatisfy({ isDigit($0, base: base) }) else { return nil }
      guard let value = UInt64(digits, radix: base) else {
        throw Problem(message: "cannot parse \(quoted(text)) as \(prefix)int")
      }
      return Number(value)
    }
    return YAMLScalar.isDecimal(Array(text.utf8)) ? Number(parsing: text) : nil
  }

  private static func isDigit(_ byte: UInt8, base: Int) -> Bool {
    let digit = byte &- 48
    if Int(digit) < min(base, 10) { return true }
    return base == 16 && (byte | 0x20) &- 97 < 6
  }

  // MARK: Timestamps

  /// A date, or a date and time, in RFC 3339 form without fractions; nil for anything else.
  private static func timestamp(_ text: String) -> String? {
    var scanner = TimeScanner(Array(text.utf8))
    return scanner.timestamp().map(\.text)
  }
}

/// The looser forms that YAML has for times: one or two digits in each part, a space or a letter before the time.
private struct TimeScanner {
  private let bytes: [UInt8]
  private var index = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  private var current: UInt8? { index < bytes.count ? bytes[index] : nil }

  private mutating func take(_ wanted: Unicode.Scalar) -> Bool {
    guard current == UInt8(ascii: wanted) else { return false }
    index += 1
    return true
  }

  private mutating func number(_ lengths: ClosedRange<Int>) -> Int? {
    var value = 0
    var count = 0
    while count < lengths.upperBound, let byte = current, byte &- 48 < 10 {
      value = value * 10 + Int(byte - 48)
      index += 1
      count += 1
    }
    return lengths.contains(count) ? value : nil
  }

  mutating func timestamp() -> Timestamp? {
    guard let year = number(4...4), take("-"), let month = number(1...2), take("-"), let day = number(1...2),
      (1...12).contains(month), day >= 1, day <= Timestamp.days(inMonth: month, of: year)
    else { return nil }
    let midnight = Timestamp.day(year: Int64(year), month: month, day: day) * 86_400
    if current == nil { return Timestamp(seconds: midnight, nanoseconds: 0, offset: 0) }
    let isSpace = take(" ")
    guard isSpace || take("T") || take("t"), let time = timeOfDay() else { return nil }
    if isSpace || take("Z") {
      return current == nil ? Timestamp(seconds: midnight + time, nanoseconds: 0, offset: 0) : nil
    }
    guard let offset = offset(), current == nil else { return nil }
    return Timestamp(seconds: midnight + time - offset, nanoseconds: 0, offset: offset)
  }

  /// Seconds since midnight; a fraction is read but does not count.
  private mutating func timeOfDay() -> Int64? {
    guard let hour = number(1...2), take(":"), let minute = number(1...2), take(":"), let second = number(1...2),
      hour < 24, minute < 60, second < 60
    else { return nil }
    if take(".") {
      guard let byte = current, byte &- 48 < 10 else { return nil }
      while let byte = current, byte &- 48 < 10 { index += 1 }
    }
    return Int64(hour * 3600 + minute * 60 + second)
  }

  /// Seconds east of UTC.
  private mutating func offset() -> Int64? {
    let isNegative = take("-")
    guard isNegative || take("+"), let hours = number(2...2), take(":"), let minutes = number(2...2), hours < 24,
      minutes < 60
    else { return nil }
    return Int64((isNegative ? -1 : 1) * (hours * 3600 + minutes * 60))
  }
}
