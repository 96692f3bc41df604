import Values

/// Dates and times. Timestamps are RFC 3339 texts.
func timeFunctions(_ environment: FunctionEnvironment) -> [Function] {
  [
    Function("timestamp", [], returns: .string) { _ in
      environment.isPlanning ? .unknownString : .string(environment.timestamp())
    },
    Function("plantimestamp", [], returns: .string) { _ in
      environment.planTimestamp.map { .string($0) } ?? .unknownString
    },
    Function("timeadd", [.string("timestamp"), .string("duration")], returns: .string, isNeverNull: false, call: addTime),
    Function("timecmp", [.string("timestamp_a"), .string("timestamp_b")], returns: .number) {
      (arguments) throws(FunctionError) in
      let left = try timestamp(arguments.text(0), argument: 0)
      let right = try timestamp(arguments.text(1), argument: 1)
      return .int(left.compared(to: right))
    },
    Function("formatdate", [.string("format"), .string("time")], returns: .string, call: formatDate),
  ]
}

private func timestamp(_ text: String, argument: Int?) throws(FunctionError) -> Timestamp {
  do throws(Timestamp.Malformed) {
    return try Timestamp(parsing: text)
  } catch {
    throw FunctionError("not a valid RFC3339 timestamp: \(error.reason)", argument: argument)
  }
}

private func addTime(_ arguments: [Value]) throws(FunctionError) -> Value {
  var time = try timestamp(arguments.text(0), argument: nil)
  time.add(try parseDuration(arguments.text(1)))
  return .string(time.text)
}

// MARK: Durations

private let units: [(name: String, nanoseconds: UInt64)] = [
  ("ns", 1), ("us", 1_000), ("µs", 1_000), ("μs", 1_000), ("ms", 1_000_000), ("s", 1_000_000_000),
  ("m", 60_000_000_000), ("h", 3_600_000_000_000),
]

/// Nanoseconds of a text such as `-1h30m5.5s` (Go's `time.ParseDuration`).
package func parseDuration(_ text: String) throws(FunctionError) -> Int64 {
  let quoted = JSONWriter.quoted(text, escapesHTML: false)
  let invalid = FunctionError("time: invalid duration \(quoted)")
  var rest = Substring(text).utf8
  var isNegative = false
  if let sign = rest.first, sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") {
    isNegative = sign == UInt8(ascii: "-")
    rest = rest.dropFirst()
  }
  if rest.elementsEqual("0".utf8) { return 0 }
  if rest.isEmpty { throw invalid }
  var total: UInt64 = 0
  while !rest.isEmpty {
    guard let (value, fraction) = durationNumber(&rest) else { throw invalid }
    let name = rest.prefix { $0 != UInt8(ascii: ".") && !isDigit($0) }
    rest = rest[name.endIndex...]
    if name.isEmpty { throw FunctionError("time: missing unit in duration \(quoted)") }
    let unitName = String(decoding: name, as: UTF8.self)
    guard let unit = units.first(where: { $0.name == unitName }) else {
      throw FunctionError("time: unknown unit \(JSONWriter.quoted(unitName, escapesHTML: false)) in duration \(quoted)")
    }
    let (product, isTooLarge) = value.multipliedReportingOverflow(by: unit.nanoseconds)
    let part = product.addingReportingOverflow(UInt64(fraction * Double(unit.nanoseconds)))
    let sum = total.addingReportingOverflow(part.partialValue)
    total = sum.partialValue
    if isTooLarge || part.overflow || sum.overflow || total > UInt64(Int64.max) + 1 { throw invalid }
  }
  if isNegative { return total == UInt64(Int64.max) + 1 ? .min : -Int64(total) }
  guard total <= UInt64(Int64.max) else { throw invalid }
  return Int64(total)
}

/// The whole part and the fraction of a number that has digits on at least one side of its point; nil when it has none
/// or is too large.
private func durationNumber(_ rest: inout Substring.UTF8View) -> (UInt64, Double)? {
  let whole = rest.prefix(while: isDigit)
  rest = rest[whole.endIndex...]
  var fraction: Double = 0
  var hasFraction = false
  if rest.first == UInt8(ascii: ".") {
    let digits = rest.dropFirst().prefix(while: isDigit)
    rest = rest[digits.endIndex...]
    hasFraction = !digits.isEmpty
    fraction = Double("0." + String(decoding: digits, as: UTF8.self)) ?? 0
  }
  if whole.isEmpty { return hasFraction ? (0, fraction) : nil }
  guard let number = UInt64(String(decoding: whole, as: UTF8.self)), number <= UInt64(Int64.max) + 1 else { return nil }
  return (number, fraction)
}

private func isDigit(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") }

// MARK: Formatting

private let months = [
  "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
  "December",
]
private let weekdays = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"]

private func formatDate(_ arguments: [Value]) throws(FunctionError) -> Value {
  let time = try timestamp(arguments.text(1), argument: 1)
  let fields = time.fields
  let format = Array(arguments.text(0).unicodeScalars)
  var result = String.UnicodeScalarView()
  var index = 0
  while index < format.count {
    let scalar = format[index]
    if scalar == "'" {
      index = try appendLiteral(format, from: index, to: &result)
    } else if isLetter(scalar) {
      var end = index
      while end < format.count && format[end] == scalar { end += 1 }
      result.append(contentsOf: try verb(scalar, count: end - index, time, fields).unicodeScalars)
      index = end
    } else {
      result.append(scalar)
      index += 1
    }
  }
  return .text(String(result))
}

private func isLetter(_ scalar: Unicode.Scalar) -> Bool {
  ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar)
}

/// Text between quotes, or a quote that is written twice. Gives where the format goes on.
private func appendLiteral(
  _ format: [Unicode.Scalar], from start: Int, to result: inout String.UnicodeScalarView
) throws(FunctionError) -> Int {
  func isQuote(_ index: Int) -> Bool { index < format.count && format[index] == "'" }
  if isQuote(start + 1) {
    result.append("'")
    return start + 2
  }
  var index = start + 1
  while index < format.count {
    if isQuote(index) {
      guard isQuote(index + 1) else { return index + 1 }
      index += 1
    }
    result.append(format[index])
    index += 1
  }
  throw FunctionError("unterminated literal '", argument: 0)
}

private func verb(
  _ letter: Unicode.Scalar, count: Int, _ time: Timestamp, _ fields: Timestamp.Fields
) throws(FunctionError) -> String {
  func number(_ value: Int, _ name: String) throws(FunctionError) -> String {
    switch count {
    case 1: return String(value)
    case 2: return Timestamp.padded(value)
    default: throw invalid("\(name) must either be \"\(letter)\" or \"\(letter)\(letter)\"")
    }
  }
  func invalid(_ reason: String?) -> FunctionError {
    let verb = String(repeating: String(letter), count: count)
    return FunctionError("invalid date format verb \"\(verb)\"" + (reason.map { ": " + $0 } ?? ""), argument: 0)
  }
  switch letter {
  case "Y":
    if count == 4 { return Timestamp.padded(fields.year, 4) }
    if count == 2 { return Timestamp.padded(fields.year % 100, 2) }
    throw invalid("year must either be \"YY\" or \"YYYY\"")
  case "M":
    switch count {
    case 1, 2: return try number(fields.month, "month")
    case 3: return String(months[fields.month - 1].prefix(3))
    case 4: return months[fields.month - 1]
    default: throw invalid("month must be \"M\", \"MM\", \"MMM\", or \"MMMM\"")
    }
  case "D": return try number(fields.day, "day of month")
  case "E":
    if count == 3 { return String(weekdays[fields.weekday].prefix(3)) }
    if count == 4 { return weekdays[fields.weekday] }
    throw invalid("day of week must either be \"EEE\" or \"EEEE\"")
  case "h": return try number(fields.hour, "24-hour")
  case "H": return try number(fields.hour % 12 == 0 ? 12 : fields.hour % 12, "12-hour")
  case "A":
    if count == 2 { return fields.hour < 12 ? "AM" : "PM" }
    throw invalid("must be \"AA\"")
  case "a":
    if count == 2 { return fields.hour < 12 ? "am" : "pm" }
    throw invalid("must be \"aa\"")
  case "m": return try number(fields.minute, "minute")
  case "s": return try number(fields.second, "second")
  case "Z":
    switch count {
    case 1: return time.offset == 0 ? "Z" : time.offsetText(separator: ":")
    case 3: return time.offset == 0 ? "UTC" : time.offsetText(separator: "")
    case 4: return time.offsetText(separator: "")
    case 5: return time.offsetText(separator: ":")
    default: throw invalid("timezone must be Z, ZZZZ, or ZZZZZ")
    }
  default: throw invalid(nil)
  }
}
