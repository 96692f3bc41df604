import Values

extension Timestamp {
  init(parsing text: String) throws(Malformed) {
    var reader = Reader(Array(text.utf8))
    self = try reader.timestamp()
  }

  /// Reads from left to right and says what it missed where.
  private struct Reader {
    private let bytes: [UInt8]
    private var position = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    mutating func timestamp() throws(Malformed) -> Timestamp {
      let year = try year()
      try separator("-")
      let month = try twoDigits("month")
      if !(1...12).contains(month) { throw unusable("month") }
      try separator("-")
      let day = try twoDigits("day of month")
      guard at(0) == UInt8(ascii: "T") else { throw Malformed(reason: "missing required time introducer 'T'") }
      position += 1
      let hourStart = position
      let hour = try hour()
      let isShortHour = position - hourStart == 1
      try separator(":")
      guard let minute = digits(), minute < 60 else {
        throw rest.isEmpty ? unusable("minute") : Malformed(reason: "minute must have exactly two digits")
      }
      try separator(":")
      let second = try twoDigits("second")
      if second >= 60 { throw unusable("second") }
      let isComma = at(0) == UInt8(ascii: ",")
      let nanoseconds = fraction()
      let offset = try offset()
      if !rest.isEmpty { throw unusable("timestamp segment") }
      guard day >= 1, day <= Timestamp.days(inMonth: month, of: year) else { throw Malformed(reason: "day out of range") }
      if isShortHour { throw Malformed(reason: "hour must have exactly two digits") }
      if isComma { throw Malformed(reason: "cannot use \",\" as timestamp segment") }
      try checkOffset()
      let days = Timestamp.day(year: Int64(year), month: month, day: day)
      let local = days * 86_400 + Int64(hour * 3600 + minute * 60 + second)
      return Timestamp(seconds: local - offset, nanoseconds: nanoseconds, offset: offset)
    }

    private var rest: String { String(decoding: bytes[position...], as: UTF8.self) }

    private func at(_ distance: Int) -> UInt8? {
      position + distance < bytes.count ? bytes[position + distance] : nil
    }

    private func digit(_ distance: Int) -> Int? {
      guard let byte = at(distance), byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { return nil }
      return Int(byte - UInt8(ascii: "0"))
    }

    private func unusable(_ what: String) -> Malformed {
      Malformed(
        reason: rest.isEmpty
          ? "end of string before \(what)" : "cannot use \(JSONWriter.quoted(rest, escapesHTML: false)) as \(what)")
    }

    private mutating func separator(_ mark: Character) throws(Malformed) {
      guard at(0) == mark.asciiValue else {
        throw Malformed(
          reason: rest.isEmpty
            ? "end of string where \"\(mark)\" is expected"
            : "found \(JSONWriter.quoted(rest, escapesHTML: false)) where \"\(mark)\" is expected")
      }
      position += 1
    }

    private mutating func year() throws(Malformed) -> Int {
      guard let first = digit(0), let second = digit(1), let third = digit(2), let fourth = digit(3) else {
        throw unusable("year")
      }
      position += 4
      return first * 1000 + second * 100 + third * 10 + fourth
    }

    /// Two digits, after which the position stands; nil and no move when there are none.
    private mutating func digits() -> Int? {
      guard let first = digit(0), let second = digit(1) else { return nil }
      position += 2
      return first * 10 + second
    }

    private mutating func twoDigits(_ what: String) throws(Malformed) -> Int {
      guard let number = digits() else { throw unusable(what) }
      return number
    }

    /// One digit is read too, and refused only when all the rest is right.
    private mutating func hour() throws(Malformed) -> Int {
      var hour = digits()
      if hour == nil, let short = digit(0) {
        position += 1
        hour = short
      }
      if let hour, hour < 24 { return hour }
      throw rest.isEmpty ? unusable("hour") : Malformed(reason: "hour must be between 0 and 23 inclusive")
    }

    /// Nanoseconds; digits beyond these do not count.
    private mutating func fraction() -> Int64 {
      guard at(0) == UInt8(ascii: ".") || at(0) == UInt8(ascii: ","), digit(1) != nil else { return 0 }
      position += 1
      var value: Int64 = 0
      var scale: Int64 = 100_000_000
      while let next = digit(0) {
        value += Int64(next) * scale
        scale /= 10
        position += 1
      }
      return value
    }

    private mutating func offset() throws(Malformed) -> Int64 {
      if at(0) == UInt8(ascii: "Z") {
        position += 1
        return 0
      }
      guard let sign = at(0), sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-"), at(3) == UInt8(ascii: ":"),
        let hourTens = digit(1), let hourOnes = digit(2), let minuteTens = digit(4), let minuteOnes = digit(5)
      else { throw unusable("UTC offset") }
      position += 6
      let (hours, minutes) = (hourTens * 10 + hourOnes, minuteTens * 10 + minuteOnes)
      if hours > 24 || minutes > 60 { throw unusable("UTC offset") }
      let seconds = Int64(hours * 3600 + minutes * 60)
      return sign == UInt8(ascii: "-") ? -seconds : seconds
    }

    /// The last hour and minute that can be written are refused at the very end.
    private func checkOffset() throws(Malformed) {
      guard bytes.last != UInt8(ascii: "Z") else { return }
      let text = String(decoding: bytes.suffix(6), as: UTF8.self)
      if text.dropFirst().hasPrefix("24") || text.hasSuffix("60") {
        throw Malformed(reason: "cannot use \"\(text)\" as UTC offset")
      }
    }
  }
}
