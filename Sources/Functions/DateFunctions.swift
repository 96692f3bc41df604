import Values

/// Times: `timestamp`, `plantimestamp`, `formatdate`, `timeadd`, `timecmp`. All are RFC 3339 text.
func dateFunctions(_ environment: FunctionEnvironment) -> [Function] {
  [
    Function("timestamp", [], returns: .string) { _ in
      // The plan must not promise a time that apply cannot keep.
      environment.isPlanning ? .unknownString : .string(environment.timestamp())
    },
    Function("plantimestamp", [], returns: .string) { _ in
      environment.planTimestamp.map { .string($0) } ?? .unknownString
    },
    Function("formatdate", [.string("format"), .string("time")], returns: .string, call: formatDate),
    Function("timeadd", [.string("timestamp"), .string("duration")], returns: .string, call: timeAdd),
    Function("timecmp", [.string("timestamp_a"), .string("timestamp_b")], returns: .number, call: timeCompare),
  ]
}

private func instant(_ arguments: [Value], _ index: Int, blames: Bool = true) throws(FunctionError) -> Instant {
  do throws(Instant.ParseError) {
    return try Instant(parsing: arguments.text(index))
  } catch {
    throw FunctionError("not a valid RFC3339 timestamp: \(error.reason)", argument: blames ? index : nil)
  }
}

private func timeAdd(_ arguments: [Value]) throws(FunctionError) -> Value {
  let start = try instant(arguments, 0, blames: false)
  return .string(start.adding(nanoseconds: try Duration.nanoseconds(arguments.text(1))).text)
}

private func timeCompare(_ arguments: [Value]) throws(FunctionError) -> Value {
  let (left, right) = (try instant(arguments, 0), try instant(arguments, 1))
  let order = (left.seconds, left.nanosecond) < (right.seconds, right.nanosecond) ? -1 : 1
  return .int(left.seconds == right.seconds && left.nanosecond == right.nanosecond ? 0 : order)
}

/// A span such as `1h30m` or `-1.5s`: numbers with units from nanoseconds to hours (Go's `time.ParseDuration`).
private enum Duration {
  static func nanoseconds(_ text: String) throws(FunctionError) -> Int {
    let shown = JSONWriter.quoted(text, escapesHTML: false)
    let invalid = FunctionError("time: invalid duration \(shown)")
    var rest = Substring(text).unicodeScalars
    let isNegative = rest.first == "-"
    if isNegative || rest.first == "+" { rest.removeFirst() }
    if String(rest) == "0" { return 0 }
    if rest.isEmpty { throw invalid }
    var total = 0
    while let first = rest.first {
      guard first == "." || isDigit(first) else { throw invalid }
      let digits = rest.prefix(while: isDigit)
      rest.removeFirst(digits.count)
      var fraction = Substring.UnicodeScalarView()
      if rest.first == "." {
        rest.removeFirst()
        fraction = rest.prefix(while: isDigit)
        rest.removeFirst(fraction.count)
      }
      if digits.isEmpty && fraction.isEmpty { throw invalid }
      let name = String(rest.prefix { $0 != "." && !isDigit($0) })
      if name.isEmpty { throw FunctionError("time: missing unit in duration \(shown)") }
      guard let unit = units[name] else {
        throw FunctionError("time: unknown unit \(JSONWriter.quoted(name, escapesHTML: false)) in duration \(shown)")
      }
      rest.removeFirst(name.unicodeScalars.count)
      guard let whole = digits.isEmpty ? 0 : Int(String(digits)) else { throw invalid }
      let (product, overflow) = whole.multipliedReportingOverflow(by: unit)
      let part = Int((Double("0.\(String(fraction))0") ?? 0) * Double(unit))
      let (withPart, more) = product.addingReportingOverflow(part)
      let (sum, tooMuch) = total.addingReportingOverflow(withPart)
      if overflow || more || tooMuch { throw invalid }
      total = sum
    }
    return isNegative ? -total : total
  }

  private static func isDigit(_ scalar: Unicode.Scalar) -> Bool { scalar >= "0" && scalar <= "9" }

  private static let units = [
    "ns": 1, "us": 1000, "\u{B5}s": 1000, "\u{3BC}s": 1000, "ms": 1_000_000, "s": 1_000_000_000,
    "m": 60_000_000_000, "h": 3_600_000_000_000,
  ]
}

// MARK: formatdate

private let months = [
  "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
  "December",
]
private let weekdays = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]

/// Runs of one letter are verbs, text between apostrophes stands for itself, and so does all that is no letter.
private func formatDate(_ arguments: [Value]) throws(FunctionError) -> Value {
  let scalars = Array(arguments.text(0).unicodeScalars)
  let time = try instant(arguments, 1)
  var result = ""
  var index = 0
  while index < scalars.count {
    let scalar = scalars[index]
    if scalar == "'" {
      let (text, end) = try literal(scalars, from: index)
      result += text
      index = end
      continue
    }
    var end = index + 1
    guard isLetter(scalar) else {
      result.unicodeScalars.append(scalar)
      index = end
      continue
    }
    while end < scalars.count && scalars[end] == scalar { end += 1 }
    result += try formatted(scalar, count: end - index, time)
    index = end
  }
  return .text(result)
}

private func isLetter(_ scalar: Unicode.Scalar) -> Bool {
  switch scalar {
  case "a"..."z", "A"..."Z": true
  default: false
  }
}

private func literal(_ scalars: [Unicode.Scalar], from start: Int) throws(FunctionError) -> (String, Int) {
  var text = String.UnicodeScalarView()
  var index = start + 1
  while index < scalars.count {
    if scalars[index] == "'" {
      // Two of them inside stand for one.
      guard index + 1 < scalars.count, scalars[index + 1] == "'" else { return (String(text), index + 1) }
      index += 1
    }
    text.append(scalars[index])
    index += 1
  }
  throw FunctionError("unterminated literal '", argument: 0)
}

private func formatted(_ letter: Unicode.Scalar, count: Int, _ time: Instant) throws(FunctionError) -> String {
  func number(_ value: Int, _ name: String, _ short: String, _ long: String) throws(FunctionError) -> String {
    switch count {
    case 1: return String(value)
    case 2: return Instant.padded(value)
    default: throw invalid("\(name) must either be \"\(short)\" or \"\(long)\"")
    }
  }
  func invalid(_ reason: String) -> FunctionError {
    let verb = String(repeating: String(letter), count: count)
    return FunctionError("invalid date format verb \"\(verb)\"\(reason.isEmpty ? "" : ": \(reason)")", argument: 0)
  }
  switch letter {
  case "Y":
    if count == 4 { return Instant.padded(time.year, 4) }
    if count == 2 { return Instant.padded(time.year % 100) }
    throw invalid("year must either be \"YY\" or \"YYYY\"")
  case "M":
    switch count {
    case 1: return String(time.month)
    case 2: return Instant.padded(time.month)
    case 3: return String(months[time.month - 1].prefix(3))
    case 4: return months[time.month - 1]
    default: throw invalid("month must be \"M\", \"MM\", \"MMM\", or \"MMMM\"")
    }
  case "D": return try number(time.day, "day of month", "D", "DD")
  case "E":
    if count == 3 { return String(weekdays[time.weekday].prefix(3)) }
    if count == 4 { return weekdays[time.weekday] }
    throw invalid("day of week must either be \"EEE\" or \"EEEE\"")
  case "h": return try number(time.hour, "24-hour", "h", "hh")
  case "H": return try number((time.hour + 11) % 12 + 1, "12-hour", "H", "HH")
  case "m": return try number(time.minute, "minute", "m", "mm")
  case "s": return try number(time.second, "second", "s", "ss")
  case "A", "a":
    if count != 2 { throw invalid("must be \"\(letter)\(letter)\"") }
    let text = time.hour < 12 ? "am" : "pm"
    return letter == "A" ? text.uppercased() : text
  case "Z":
    switch count {
    case 1: return time.offset == 0 ? "Z" : time.offsetText(separator: ":")
    case 3: return time.offset == 0 ? "UTC" : time.offsetText(separator: "")
    case 4: return time.offsetText(separator: "")
    case 5: return time.offsetText(separator: ":")
    default: throw invalid("timezone must be Z, ZZZZ, or ZZZZZ")
    }
  default: throw invalid("")
  }
}
