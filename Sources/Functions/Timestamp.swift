/// An instant with the offset that it was written with (RFC 3339).
struct Timestamp {
  /// Since the start of 1970 in UTC.
  var seconds: Int64
  var nanoseconds: Int64
  /// East of UTC, in seconds.
  let offset: Int64

  /// Why a text is no timestamp, as what follows `not a valid RFC3339 timestamp: `.
  struct Malformed: Error {
    let reason: String
  }

  /// Calendar fields in the timestamp's own offset.
  struct Fields {
    let year: Int64
    let month: Int
    let day: Int
    let hour: Int
    let minute: Int
    let second: Int
    /// 0 is Sunday.
    let weekday: Int
  }

  var fields: Fields {
    let local = seconds &+ offset
    let days = Timestamp.floorDivide(local, 86_400)
    let rest = Int(local &- days &* 86_400)
    let (year, month, day) = Timestamp.date(ofDay: days)
    let weekday = Int(((days % 7) + 11) % 7)
    return Fields(
      year: year, month: month, day: day, hour: rest / 3600, minute: rest / 60 % 60, second: rest % 60, weekday: weekday)
  }

  /// Without fractions of a second.
  var text: String {
    let parts = fields
    return
      "\(Timestamp.padded(parts.year, 4))-\(Timestamp.padded(parts.month))-\(Timestamp.padded(parts.day))"
      + "T\(Timestamp.padded(parts.hour)):\(Timestamp.padded(parts.minute)):\(Timestamp.padded(parts.second))"
      + (offset == 0 ? "Z" : offsetText(separator: ":"))
  }

  func offsetText(separator: String) -> String {
    let minutes = offset.magnitude / 60
    return (offset < 0 ? "-" : "+") + Timestamp.padded(Int(minutes / 60)) + separator + Timestamp.padded(Int(minutes % 60))
  }

  static func padded(_ number: Int) -> String { number < 10 ? "0\(number)" : String(number) }

  static func padded(_ number: Int64, _ width: Int) -> String {
    let digits = String(number.magnitude)
    return (number < 0 ? "-" : "") + String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
  }

  /// Adds nanoseconds.
  mutating func add(_ duration: Int64) {
    let total = nanoseconds + duration % 1_000_000_000
    let carry = Timestamp.floorDivide(total, 1_000_000_000)
    nanoseconds = total - carry * 1_000_000_000
    seconds += duration / 1_000_000_000 + carry
  }

  /// -1, 0 or 1 as this instant is before, at or after the other.
  func compared(to other: Timestamp) -> Int {
    let (left, right) = ((seconds, nanoseconds), (other.seconds, other.nanoseconds))
    return left < right ? -1 : left > right ? 1 : 0
  }

  // MARK: Calendar

  private static func floorDivide(_ value: Int64, _ divisor: Int64) -> Int64 {
    let quotient = value / divisor
    return value % divisor < 0 ? quotient - 1 : quotient
  }

  /// Days since 1970-01-01 in the proleptic Gregorian calendar, counted in years that begin in March.
  static func day(year: Int64, month: Int, day: Int) -> Int64 {
    let shifted = month <= 2 ? year - 1 : year
    let era = floorDivide(shifted, 400)
    let yearOfEra = shifted - era * 400
    let dayOfYear = Int64((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1)
    return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
  }

  private static func date(ofDay days: Int64) -> (year: Int64, month: Int, day: Int) {
    let shifted = days + 719_468
    let era = floorDivide(shifted, 146_097)
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let month = Int((5 * dayOfYear + 2) / 153)
    let day = Int(dayOfYear) - (153 * month + 2) / 5 + 1
    let year = yearOfEra + era * 400 + (month >= 10 ? 1 : 0)
    return (year, month < 10 ? month + 3 : month - 9, day)
  }

  static func days(inMonth month: Int, of year: Int) -> Int {
    switch month {
    case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }
}
