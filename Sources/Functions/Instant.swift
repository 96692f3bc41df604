/// A point in time as RFC 3339 writes it: date and time of day somewhere, and how far that place is from UTC.
struct Instant: Equatable {
  var year: Int
  var month: Int
  var day: Int
  var hour = 0
  var minute = 0
  var second = 0
  var nanosecond = 0
  /// Minutes east of UTC.
  var offset = 0

  init(year: Int, month: Int, day: Int) {
    self.year = year
    self.month = month
    self.day = day
  }

  /// Why a text is no time.
  struct ParseError: Error {
    let reason: String
  }

  // MARK: Calendar

  static func isLeap(_ year: Int) -> Bool {
    year.isMultiple(of: 4) && (!year.isMultiple(of: 100) || year.isMultiple(of: 400))
  }

  static func days(in month: Int, of year: Int) -> Int {
    switch month {
    case 2: isLeap(year) ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }

  /// Days since 1970-01-01 of the date at the place (proleptic Gregorian calendar).
  private var dayNumber: Int {
    let shifted = month <= 2 ? year - 1 : year
    let era = (shifted >= 0 ? shifted : shifted - 399) / 400
    let yearOfEra = shifted - era * 400
    let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
    return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
  }

  /// From Monday, 0, to Sunday, 6.
  var weekday: Int { ((dayNumber + 3) % 7 + 7) % 7 }

  /// Seconds since 1970 in UTC.
  var seconds: Int { dayNumber * 86_400 + hour * 3600 + minute * 60 + second - offset * 60 }

  /// The same place, some time later.
  func adding(nanoseconds: Int) -> Instant {
    let (seconds, fraction) = nanoseconds.quotientAndRemainder(dividingBy: 1_000_000_000)
    var local = self.seconds + offset * 60 + seconds
    var nano = nanosecond + fraction
    if nano < 0 {
      nano += 1_000_000_000
      local -= 1
    } else if nano >= 1_000_000_000 {
      nano -= 1_000_000_000
      local += 1
    }
    var result = Instant(localSeconds: local)
    result.nanosecond = nano
    result.offset = offset
    return result
  }

  private init(localSeconds: Int) {
    let days = Int((Double(localSeconds) / 86_400).rounded(.down))
    let rest = localSeconds - days * 86_400
    let shifted = days + 719_468
    let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let monthIndex = (5 * dayOfYear + 2) / 153
    month = monthIndex < 10 ? monthIndex + 3 : monthIndex - 9
    day = dayOfYear - (153 * monthIndex + 2) / 5 + 1
    year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    (hour, minute, second) = (rest / 3600, rest / 60 % 60, rest % 60)
  }

  // MARK: Text

  /// RFC 3339 without fractions of a second.
  var text: String {
    let date = "\(Instant.padded(year, 4))-\(Instant.padded(month))-\(Instant.padded(day))"
    let time = "\(Instant.padded(hour)):\(Instant.padded(minute)):\(Instant.padded(second))"
    return "\(date)T\(time)\(offset == 0 ? "Z" : offsetText(separator: ":"))"
  }

  func offsetText(separator: String) -> String {
    let minutes = abs(offset)
    return "\(offset < 0 ? "-" : "+")\(Instant.padded(minutes / 60))\(separator)\(Instant.padded(minutes % 60))"
  }

  static func padded(_ number: Int, _ width: Int = 2) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
  }

  /// Reads `2006-01-02T15:04:05Z` with an optional fraction, and an offset instead of the `Z`.
  init(parsing text: String) throws(ParseError) {
    var reader = Reader(bytes: Array(text.utf8))
    let year = try reader.digits(4, "year")
    try reader.literal("-", behind: "year")
    let month = try reader.digits(2, "month")
    try reader.literal("-", behind: "month")
    let day = try reader.digits(2, "day")
    guard reader.take(UInt8(ascii: "T")) else { throw ParseError(reason: "missing required time introducer 'T'") }
    self.init(year: year, month: month, day: day)
    hour = try reader.digits(2, "hour")
    if hour > 23 { throw ParseError(reason: "hour must be between 0 and 23 inclusive") }
    try reader.literal(":", behind: "hour")
    minute = try reader.digits(2, "minute")
    if minute > 59 { throw ParseError(reason: "minute must have exactly two digits") }
    try reader.literal(":", behind: "minute")
    second = try reader.digits(2, "second")
    if second > 59 { throw ParseError(reason: "second must be between 0 and 59 inclusive") }
    if reader.take(UInt8(ascii: ".")) { nanosecond = try reader.fraction() }
    offset = try reader.offset()
    if !(1...12).contains(month) { throw ParseError(reason: "month out of range") }
    if !(1...Instant.days(in: month, of: year)).contains(day) { throw ParseError(reason: "day out of range") }
  }

  private struct Reader {
    let bytes: [UInt8]
    var index = 0

    private var rest: String { String(decoding: bytes[index...], as: UTF8.self) }
    private var isAtEnd: Bool { index >= bytes.count }

    private func cannotUse(_ name: String) -> ParseError {
      isAtEnd
        ? ParseError(reason: "end of string before \(name)")
        : ParseError(reason: "cannot use \"\(rest)\" as \(name)")
    }

    mutating func take(_ byte: UInt8) -> Bool {
      guard !isAtEnd, bytes[index] == byte else { return false }
      index += 1
      return true
    }

    mutating func digits(_ count: Int, _ name: String) throws(ParseError) -> Int {
      guard index + count <= bytes.count, bytes[index..<index + count].allSatisfy({ $0 &- 48 < 10 }) else {
        throw cannotUse(name)
      }
      let value = bytes[index..<index + count].reduce(0) { $0 * 10 + Int($1 - 48) }
      index += count
      return value
    }

    mutating func literal(_ wanted: Unicode.Scalar, behind name: String) throws(ParseError) {
      if take(UInt8(ascii: wanted)) { return }
      if isAtEnd { throw ParseError(reason: "end of string where \"\(wanted)\" is expected") }
      throw ParseError(reason: "found \"\(rest)\" where \"\(wanted)\" is expected")
    }

    mutating func fraction() throws(ParseError) -> Int {
      var value = 0
      var count = 0
      while !isAtEnd, bytes[index] &- 48 < 10 {
        if count < 9 { value = value * 10 + Int(bytes[index] - 48) }
        count += 1
        index += 1
      }
      if count == 0 { throw cannotUse("fractional second") }
      for _ in min(count, 9)..<9 { value *= 10 }
      return value
    }

    mutating func offset() throws(ParseError) -> Int {
      if take(UInt8(ascii: "Z")) {
        if !isAtEnd { throw ParseError(reason: "cannot use \"\(rest)\" as timestamp segment") }
        return 0
      }
      if isAtEnd { throw ParseError(reason: "end of string before UTC offset") }
      let isNegative = bytes[index] == UInt8(ascii: "-")
      guard isNegative || bytes[index] == UInt8(ascii: "+") else { throw cannotUse("UTC offset") }
      let start = index
      index += 1
      guard let hours = try? digits(2, "UTC offset"), take(UInt8(ascii: ":")),
        let minutes = try? digits(2, "UTC offset"), hours < 25, minutes < 60, isAtEnd
      else {
        index = start
        throw cannotUse("UTC offset")
      }
      return (isNegative ? -1 : 1) * (hours * 60 + minutes)
    }
  }
}
