/// Points in time as the store writes them: RFC 3339 in UTC with milliseconds, so that text order is time order.
package enum Timestamp {
  /// - Parameter milliseconds: since 1970 in UTC.
  package static func text(_ milliseconds: Int64) -> String {
    let dayLength: Int64 = 86_400_000
    let remainder = milliseconds % dayLength
    let inDay = remainder < 0 ? remainder + dayLength : remainder
    let (year, month, day) = date(daysSince1970: (milliseconds - inDay) / dayLength)
    var bytes: [UInt8] = []
    bytes.reserveCapacity(24)
    func append(_ number: Int64, width: Int, then separator: Character) {
      var digits = [UInt8](repeating: UInt8(ascii: "0"), count: width)
      var rest = number
      for index in digits.indices.reversed() {
        digits[index] += UInt8(truncatingIfNeeded: rest % 10)
        rest /= 10
      }
      bytes += digits
      bytes += separator.utf8
    }
    append(year, width: 4, then: "-")
    append(month, width: 2, then: "-")
    append(day, width: 2, then: "T")
    append(inDay / 3_600_000, width: 2, then: ":")
    append(inDay / 60_000 % 60, width: 2, then: ":")
    append(inDay / 1000 % 60, width: 2, then: ".")
    append(inDay % 1000, width: 3, then: "Z")
    return String(decoding: bytes, as: UTF8.self)
  }

  /// The Gregorian date, counted in eras of 400 years that begin on the first of March.
  private static func date(daysSince1970 days: Int64) -> (year: Int64, month: Int64, day: Int64) {
    // Years outside 0...9999 have no RFC 3339 form.
    let shifted = min(max(days, -719_528), 2_932_896) + 719_468
    let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * dayOfYear + 2) / 153
    let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
    return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
  }
}
