import YAML

/// Helm's functions on spans of time: a duration's text, or a number of seconds.
enum DurationFunctions {
  static let all: [Function] = [
    Function("mustToDuration", .any) { call throws(TemplateError) in .object(DurationObject(try nanoseconds(call[0]))) },
    Function("durationNanoseconds", .any) { call in .int64(known(call[0])) },
    Function("durationMicroseconds", .any) { call in .int64(known(call[0]) / 1000) },
    Function("durationMilliseconds", .any) { call in .int64(known(call[0]) / 1_000_000) },
    Function("durationSeconds", .any) { call in .float(Double(known(call[0])) / second) },
    Function("durationMinutes", .any) { call in .float(Double(known(call[0])) / second / 60) },
    Function("durationHours", .any) { call in .float(Double(known(call[0])) / second / 3600) },
    Function("durationDays", .any) { call in .float(Double(known(call[0])) / second / 86_400) },
    Function("durationWeeks", .any) { call in .float(Double(known(call[0])) / second / 604_800) },
    Function("durationRoundTo", .any, .any) { call in fitted(call, rounds: true) },
    Function("durationTruncateTo", .any, .any) { call in fitted(call, rounds: false) },
  ]

  private static let second = 1e9

  /// Nothing for what is no duration.
  private static func known(_ value: Value) -> Int { (try? nanoseconds(value)) ?? 0 }

  private static func nanoseconds(_ value: Value) throws(TemplateError) -> Int {
    switch value {
    case .object(let object):
      if let duration = object as? DurationObject { return duration.nanoseconds }
    case .string(let text):
      let text = text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
      if text.isEmpty { throw TemplateError("empty duration") }
      if let duration = GoDuration.parse(text) { return duration }
      if let number = Double(text) { return try nanoseconds(.float(number)) }
      throw TemplateError("could not parse duration \"\(text)\"")
    case .int(let seconds), .int64(let seconds):
      let (product, overflows) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
      if overflows { throw TemplateError("duration seconds overflow: \(seconds)") }
      return product
    case .float(let seconds):
      guard let whole = Int(exactly: (seconds * second).rounded(.towardZero)) else {
        throw TemplateError("duration seconds overflow: \(FloatText.general(seconds))")
      }
      return whole
    case .null: throw TemplateError("invalid duration")
    default: break
    }
    throw TemplateError("unsupported duration type \(value.typeName)")
  }

  /// To a multiple of the second argument; halves away from zero.
  private static func fitted(_ call: Call, rounds: Bool) -> Value {
    guard let duration = try? nanoseconds(call[0]) else { return .object(DurationObject(0)) }
    guard let unit = try? nanoseconds(call[1]), unit > 0 else { return .object(DurationObject(duration)) }
    let rest = duration % unit
    if !rounds || rest == 0 { return .object(DurationObject(duration - rest)) }
    let isUp = rest.magnitude >= (unit - Int(rest.magnitude)).magnitude
    let step = isUp ? (duration < 0 ? -unit : unit) : 0
    return .object(DurationObject((duration - rest).addingReportingOverflow(step).partialValue))
  }
}

/// A span of time.
final class DurationObject: TemplateObject {
  let nanoseconds: Int

  init(_ nanoseconds: Int) { self.nanoseconds = nanoseconds }

  override var typeName: String { "time.Duration" }
  override var kind: String { "int64" }
  override var isTrue: Bool { nanoseconds != 0 }
  override var text: String { GoDuration.text(nanoseconds) }
  override var json: JSONValue { .integer(Int64(nanoseconds)) }
  override func equals(_ other: TemplateObject) -> Bool { (other as? DurationObject)?.nanoseconds == nanoseconds }

  override func call(_ name: String, _ arguments: [Value]) throws(TemplateError) -> Value? {
    switch name {
    case "Seconds": .float(Double(nanoseconds) / 1e9)
    case "Minutes": .float(Double(nanoseconds) / 6e10)
    case "Hours": .float(Double(nanoseconds) / 3.6e12)
    case "Milliseconds": .int64(nanoseconds / 1_000_000)
    case "Microseconds": .int64(nanoseconds / 1000)
    case "Nanoseconds": .int64(nanoseconds)
    case "String": .string(text)
    default: nil
    }
  }
}

/// Spans of time as Go reads and writes them, in nanoseconds.
enum GoDuration {
  private static let units: [(String, Double)] = [
    ("ns", 1), ("us", 1e3), ("µs", 1e3), ("μs", 1e3), ("ms", 1e6), ("s", 1e9), ("m", 6e10), ("h", 3.6e12),
  ]

  /// Numbers with units, as `1h15m30.918s`; nil for anything else.
  static func parse(_ text: String) -> Int? {
    var rest = Substring(text)
    let isNegative = rest.hasPrefix("-")
    if isNegative || rest.hasPrefix("+") { rest = rest.dropFirst() }
    if rest == "0" { return 0 }
    if rest.isEmpty { return nil }
    var total = 0.0
    while !rest.isEmpty {
      let number = rest.prefix { $0.isASCII && $0.isNumber || $0 == "." }
      rest = rest[number.endIndex...]
      let unit = rest.prefix { !($0.isASCII && $0.isNumber) && $0 != "." }
      rest = rest[unit.endIndex...]
      // A point may stand before the first digit or behind the last.
      guard number.contains(where: \.isNumber), let value = Double("0\(number)0") ?? Double("0\(number)"),
        let size = units.first(where: { $0.0 == unit })?.1
      else { return nil }
      total += (number.contains(".") ? value : Double(number) ?? 0) * size
    }
    guard let whole = Int(exactly: total.rounded()) else { return nil }
    return isNegative ? -whole : whole
  }

  static func text(_ nanoseconds: Int) -> String {
    if nanoseconds == 0 { return "0s" }
    let sign = nanoseconds < 0 ? "-" : ""
    let magnitude = nanoseconds.magnitude
    for (limit, unit, name) in [(1000, 1, "ns"), (1_000_000, 1000, "µs"), (1_000_000_000, 1_000_000, "ms")]
    where magnitude < UInt(limit) {
      return sign + fraction(magnitude, unit: UInt(unit)) + name
    }
    let seconds = magnitude / 1_000_000_000
    let last = fraction(magnitude % 60_000_000_000, unit: 1_000_000_000) + "s"
    if seconds < 60 { return sign + last }
    if seconds < 3600 { return sign + "\(seconds / 60)m" + last }
    return sign + "\(seconds / 3600)h\(seconds / 60 % 60)m" + last
  }

  private static func fraction(_ magnitude: UInt, unit: UInt) -> String {
    let rest = magnitude % unit
    if rest == 0 { return String(magnitude / unit) }
    var digits = String(rest + unit).dropFirst()
    while digits.last == "0" { digits.removeLast() }
    return "\(magnitude / unit).\(digits)"
  }
}
