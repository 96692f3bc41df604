/// A point in time, and the zone it is shown in.
struct GoTime: Sendable, Equatable, Comparable {
  /// Since 1970.
  var seconds: Int64
  var nanoseconds = 0
  /// Seconds east of UTC.
  var offset = 0
  var zone = "UTC"

  /// The first day of year 1.
  static let zero = GoTime(seconds: -62_135_596_800)

  /// Within some millions of years, so that sums of times do not overflow.
  static func clamped(_ seconds: Int64) -> Int64 { max(-1 << 48, min(seconds, 1 << 48)) }

  static func == (one: GoTime, two: GoTime) -> Bool { one.seconds == two.seconds && one.nanoseconds == two.nanoseconds }
  static func < (one: GoTime, two: GoTime) -> Bool { (one.seconds, one.nanoseconds) < (two.seconds, two.nanoseconds) }

  static let months = [
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December",
  ]
  static let weekdays = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"]

  struct Date {
    var year: Int
    var month: Int
    var day: Int
    var hour: Int
    var minute: Int
    var second: Int
  }

  private var localDays: Int { Int((seconds + Int64(offset)).floorDivided(by: 86_400)) }

  var date: Date {
    let second = Int(seconds + Int64(offset)) - localDays * 86_400
    let civil = Self.civil(days: localDays)
    return Date(
      year: civil.year, month: civil.month, day: civil.day, hour: second / 3600, minute: second / 60 % 60,
      second: second % 60)
  }

  var weekday: Int { (localDays % 7 + 11) % 7 }
  var dayOfYear: Int { localDays - Self.days(year: date.year, month: 1, day: 1) + 1 }

  func with(offset: Int, zone: String) -> GoTime {
    var copy = self
    (copy.offset, copy.zone) = (offset, zone)
    return copy
  }

  func adding(_ duration: Int) -> GoTime {
    var copy = self
    let nanoseconds = self.nanoseconds + duration % 1_000_000_000
    copy.seconds = Self.clamped(seconds + Int64(duration / 1_000_000_000 + nanoseconds.floorDivided(by: 1_000_000_000)))
    copy.nanoseconds = nanoseconds - nanoseconds.floorDivided(by: 1_000_000_000) * 1_000_000_000
    return copy
  }

  func adding(years: Int, months: Int, days: Int) -> GoTime {
    let date = date
    let month = date.month - 1 + months
    let year = date.year + years + month.floorDivided(by: 12)
    let first = Self.days(year: year, month: month - month.floorDivided(by: 12) * 12 + 1, day: 1)
    var copy = self
    copy.seconds = Self.clamped(seconds + Int64((first + date.day - 1 + days - localDays) * 86_400))
    return copy
  }

  /// Clamped to what 64 bits of nanoseconds hold.
  func nanoseconds(since other: GoTime) -> Int {
    let (product, overflows) = Int(seconds - other.seconds).multipliedReportingOverflow(by: 1_000_000_000)
    if overflows { return seconds < other.seconds ? .min : .max }
    let (sum, overflowsToo) = product.addingReportingOverflow(nanoseconds - other.nanoseconds)
    return overflowsToo ? (product < 0 ? .min : .max) : sum
  }

  // MARK: Days (the calendar in eras of 400 years, which all have the same number of days)

  static func days(year: Int, month: Int, day: Int) -> Int {
    let year = month <= 2 ? year - 1 : year
    let era = year.floorDivided(by: 400)
    let yearOfEra = year - era * 400
    let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
    return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
  }

  private static func civil(days: Int) -> (year: Int, month: Int, day: Int) {
    let shifted = days + 719_468
    let era = shifted.floorDivided(by: 146_097)
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * dayOfYear + 2) / 153
    let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
    return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
  }

  static func length(ofMonth month: Int, year: Int) -> Int {
    month == 12 ? 31 : days(year: year, month: month + 1, day: 1) - days(year: year, month: month, day: 1)
  }
}

extension BinaryInteger {
  func floorDivided(by divisor: Self) -> Self {
    let quotient = self / divisor
    return self % divisor != 0 && (self < 0) != (divisor < 0) ? quotient - 1 : quotient
  }
}

/// The rules of a time zone in the form of the zone database (RFC 8536).
struct TimeZoneData {
  private var transitions: [(from: Int64, period: Int)] = []
  private var periods: [(offset: Int, name: String)] = []

  /// Nil for bytes that are no such file. Reads the second part, with 64-bit times, where there is one.
  init?(_ bytes: [UInt8]) {
    guard let first = Header(bytes, at: 0) else { return nil }
    if first.version >= UInt8(ascii: "2"), let second = Header(bytes, at: 44 + first.size(ofTime: 4)) {
      read(bytes, second, ofTime: 8)
    } else {
      read(bytes, first, ofTime: 4)
    }
    if periods.isEmpty { return nil }
  }

  func period(at seconds: Int64) -> (offset: Int, name: String) {
    guard let last = transitions.last(where: { $0.from <= seconds }), periods.indices.contains(last.period) else { return periods[0] }
    return periods[last.period]
  }

  private struct Header {
    var start: Int
    var version: UInt8
    var counts: [Int]

    init?(_ bytes: [UInt8], at start: Int) {
      guard bytes.count >= start + 44, bytes[start..<(start + 4)].elementsEqual("TZif".utf8) else { return nil }
      self.start = start + 44
      version = bytes[start + 4]
      counts = (0..<6).map { Int(TimeZoneData.number(bytes, start + 20 + 4 * $0, 4)) }
      guard counts.allSatisfy({ (0..<100_000).contains($0) }), bytes.count >= self.start + size(ofTime: 4) else { return nil }
    }

    /// Counts of: UT indicators, standard indicators, leap seconds, times, types, name bytes.
    func size(ofTime width: Int) -> Int {
      counts[3] * (width + 1) + counts[4] * 6 + counts[5] + counts[2] * (width + 4) + counts[1] + counts[0]
    }
  }

  private static func number(_ bytes: [UInt8], _ start: Int, _ width: Int) -> Int64 {
    let value = bytes[start..<(start + width)].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    return width == 4 ? Int64(Int32(truncatingIfNeeded: value)) : Int64(bitPattern: value)
  }

  private mutating func read(_ bytes: [UInt8], _ header: Header, ofTime width: Int) {
    guard bytes.count >= header.start + header.size(ofTime: width) else { return }
    let indices = header.start + header.counts[3] * width
    let types = indices + header.counts[3]
    let names = types + header.counts[4] * 6
    for index in 0..<header.counts[3] {
      transitions.append((Self.number(bytes, header.start + index * width, width), Int(bytes[indices + index])))
    }
    for index in 0..<header.counts[4] {
      let entry = types + 6 * index
      let name = bytes[min(names + Int(bytes[entry + 5]), names + header.counts[5])...].prefix { $0 != 0 }
      periods.append((Int(Self.number(bytes, entry, 4)), String(decoding: name, as: UTF8.self)))
    }
  }
}
