/// Times in the form that an example shows: January 2, 15:04:05, 2006, in time zone seven hours west.
extension GoTime {
  private enum Element {
    case literal(String)
    case longMonth, month, numberMonth, zeroMonth
    case longWeekday, weekday
    case day, spaceDay, zeroDay, dayOfYear
    case hour, hour12, zeroHour12, minute, zeroMinute, second, zeroSecond
    case longYear, year
    case upperHalf, lowerHalf
    case zoneName
    /// Hours, minutes and seconds of the offset, with colons or without, and with a Z for UTC or without.
    case offset(parts: Int, hasColons: Bool, hasZ: Bool)
    /// Digits of a fraction; trailing zeros may be missing.
    case fraction(digits: Int, mark: String, isOptional: Bool)
  }

  /// Longer names come before those that they begin with.
  private static let names: [(String, Element)] = [
    ("January", .longMonth), ("Jan", .month), ("Monday", .longWeekday), ("Mon", .weekday), ("MST", .zoneName),
    ("2006", .longYear), ("__2", .dayOfYear), ("002", .dayOfYear), ("_2", .spaceDay),
    ("Z07:00:00", .offset(parts: 3, hasColons: true, hasZ: true)), ("Z070000", .offset(parts: 3, hasColons: false, hasZ: true)),
    ("Z07:00", .offset(parts: 2, hasColons: true, hasZ: true)), ("Z0700", .offset(parts: 2, hasColons: false, hasZ: true)),
    ("Z07", .offset(parts: 1, hasColons: false, hasZ: true)),
    ("-07:00:00", .offset(parts: 3, hasColons: true, hasZ: false)), ("-070000", .offset(parts: 3, hasColons: false, hasZ: false)),
    ("-07:00", .offset(parts: 2, hasColons: true, hasZ: false)), ("-0700", .offset(parts: 2, hasColons: false, hasZ: false)),
    ("-07", .offset(parts: 1, hasColons: false, hasZ: false)),
    ("01", .zeroMonth), ("02", .zeroDay), ("03", .zeroHour12), ("04", .zeroMinute), ("05", .zeroSecond), ("06", .year),
    ("15", .hour), ("PM", .upperHalf), ("pm", .lowerHalf), ("1", .numberMonth), ("2", .day), ("3", .hour12), ("4", .minute),
    ("5", .second),
  ]

  private static func elements(_ layout: String) -> [Element] {
    var elements: [Element] = []
    var literal = ""
    var rest = Substring(layout)
    while let first = rest.first {
      var found: (Element, Int)?
      if first == "." || first == "," { found = fraction(rest) }
      if found == nil {
        for (name, element) in names where rest.hasPrefix(name) {
          // A short month is none when it begins another word.
          if name == "Jan" || name == "Mon", rest.dropFirst(3).first?.isLowercase ?? false { continue }
          found = (element, name.count)
          break
        }
      }
      if let (element, count) = found {
        if !literal.isEmpty { elements.append(.literal(literal)) }
        literal = ""
        elements.append(element)
        rest = rest.dropFirst(count)
      } else {
        literal.append(first)
        rest = rest.dropFirst()
      }
    }
    if !literal.isEmpty { elements.append(.literal(literal)) }
    return elements
  }

  private static func fraction(_ rest: Substring) -> (Element, Int)? {
    guard let digit = rest.dropFirst().first, digit == "0" || digit == "9" else { return nil }
    let run = rest.dropFirst().prefix { $0 == digit }
    guard !(rest[run.endIndex...].first?.isNumber ?? false) else { return nil }
    return (.fraction(digits: run.count, mark: String(rest.prefix(1)), isOptional: digit == "9"), run.count + 1)
  }

  // MARK: Writing

  func formatted(_ layout: String) -> String {
    let date = date
    return Self.elements(layout).map { text($0, date) }.joined()
  }

  private static func padded(_ number: Int, _ width: Int, with pad: String = "0") -> String {
    let text = String(number)
    return String(repeating: pad, count: max(0, width - text.utf8.count)) + text
  }

  private func text(_ element: Element, _ date: Date) -> String {
    let hour12 = date.hour % 12 == 0 ? 12 : date.hour % 12
    switch element {
    case .literal(let text): return text
    case .longMonth: return Self.months[date.month - 1]
    case .month: return String(Self.months[date.month - 1].prefix(3))
    case .numberMonth: return String(date.month)
    case .zeroMonth: return Self.padded(date.month, 2)
    case .longWeekday: return Self.weekdays[weekday]
    case .weekday: return String(Self.weekdays[weekday].prefix(3))
    case .day: return String(date.day)
    case .spaceDay: return Self.padded(date.day, 2, with: " ")
    case .zeroDay: return Self.padded(date.day, 2)
    case .dayOfYear: return Self.padded(dayOfYear, 3)
    case .hour: return Self.padded(date.hour, 2)
    case .hour12: return String(hour12)
    case .zeroHour12: return Self.padded(hour12, 2)
    case .minute: return String(date.minute)
    case .zeroMinute: return Self.padded(date.minute, 2)
    case .second: return String(date.second)
    case .zeroSecond: return Self.padded(date.second, 2)
    case .longYear: return Self.padded(date.year, 4)
    case .year: return Self.padded(date.year % 100, 2)
    case .upperHalf: return date.hour < 12 ? "AM" : "PM"
    case .lowerHalf: return date.hour < 12 ? "am" : "pm"
    case .zoneName: return zone
    case .offset(let parts, let hasColons, let hasZ): return offsetText(parts, hasColons, hasZ)
    case .fraction(let digits, let mark, let isOptional): return fractionText(digits, mark, isOptional)
    }
  }

  private func offsetText(_ parts: Int, _ hasColons: Bool, _ hasZ: Bool) -> String {
    if hasZ, offset == 0 { return "Z" }
    let magnitude = abs(offset)
    let numbers = [magnitude / 3600, magnitude / 60 % 60, magnitude % 60].prefix(parts)
    return (offset < 0 ? "-" : "+") + numbers.map { Self.padded($0, 2) }.joined(separator: hasColons ? ":" : "")
  }

  private func fractionText(_ digits: Int, _ mark: String, _ isOptional: Bool) -> String {
    var text = Self.padded(nanoseconds, 9).prefix(digits) + String(repeating: "0", count: max(0, digits - 9))
    if isOptional {
      while text.last == "0" { text.removeLast() }
      if text.isEmpty { return "" }
    }
    return mark + text
  }

  // MARK: Reading

  /// Nil when the text has not the layout's form.
  static func parse(_ text: String, layout: String) -> GoTime? {
    var reader = Reader(rest: Substring(text))
    for element in elements(layout) {
      guard reader.read(element) else { return nil }
    }
    return reader.rest.isEmpty ? reader.time : nil
  }

  private struct Reader {
    var rest: Substring
    private var year = 0
    private var month = 1
    private var day = 1
    private var hour = 0
    private var isAfternoon: Bool?
    private var minute = 0
    private var second = 0
    private var nanoseconds = 0
    private var offset = 0
    private var zone = "UTC"

    init(rest: Substring) { self.rest = rest }

    var time: GoTime? {
      var hour = hour
      if let isAfternoon { hour = hour % 12 + (isAfternoon ? 12 : 0) }
      guard (1...12).contains(month), day >= 1, day <= GoTime.length(ofMonth: month, year: year), hour < 24, minute < 60,
        second < 60
      else { return nil }
      let seconds = GoTime.days(year: year, month: month, day: day) * 86_400 + hour * 3600 + minute * 60 + second - offset
      return GoTime(seconds: Int64(seconds), nanoseconds: nanoseconds, offset: offset, zone: zone)
    }

    private mutating func number(_ lengths: ClosedRange<Int>) -> Int? {
      let digits = rest.prefix(lengths.upperBound).prefix { $0.isASCII && $0.isNumber }
      guard lengths.contains(digits.count) else { return nil }
      rest = rest[digits.endIndex...]
      return Int(digits)
    }

    private mutating func set(_ part: WritableKeyPath<Reader, Int>, _ number: Int?) -> Bool {
      guard let number else { return false }
      self[keyPath: part] = number
      return true
    }

    private mutating func name(_ names: [String], length: Int?) -> Int? {
      for (index, name) in names.enumerated() {
        let name = length.map { String(name.prefix($0)) } ?? name
        if rest.lowercased().hasPrefix(name.lowercased()) {
          rest = rest.dropFirst(name.count)
          return index
        }
      }
      return nil
    }

    mutating func read(_ element: Element) -> Bool {
      switch element {
      case .literal(let text):
        guard rest.hasPrefix(text) else { return false }
        rest = rest.dropFirst(text.count)
        return true
      case .longMonth: return set(\.month, name(GoTime.months, length: nil).map { $0 + 1 })
      case .month: return set(\.month, name(GoTime.months, length: 3).map { $0 + 1 })
      case .longWeekday: return name(GoTime.weekdays, length: nil) != nil
      case .weekday: return name(GoTime.weekdays, length: 3) != nil
      case .numberMonth: return set(\.month, number(1...2))
      case .zeroMonth: return set(\.month, number(2...2))
      case .day: return set(\.day, number(1...2))
      case .spaceDay:
        if rest.hasPrefix(" ") { rest = rest.dropFirst() }
        return set(\.day, number(1...2))
      case .zeroDay: return set(\.day, number(2...2))
      case .dayOfYear: return set(\.day, number(3...3))
      case .hour: return set(\.hour, number(2...2))
      case .hour12: return set(\.hour, number(1...2))
      case .zeroHour12: return set(\.hour, number(2...2))
      case .minute: return set(\.minute, number(1...2))
      case .zeroMinute: return set(\.minute, number(2...2))
      case .second: return set(\.second, number(1...2)) && readFraction()
      case .zeroSecond: return set(\.second, number(2...2)) && readFraction()
      case .longYear: return set(\.year, number(4...4))
      case .year: return set(\.year, number(2...2).map { $0 + ($0 >= 69 ? 1900 : 2000) })
      case .upperHalf, .lowerHalf: return readHalf()
      case .zoneName: return readZone()
      case .offset(let parts, let hasColons, let hasZ): return readOffset(parts, hasColons, hasZ)
      case .fraction(_, _, let isOptional): return readFraction() || isOptional
      }
    }

    /// A fraction may follow seconds also where the layout has none.
    private mutating func readFraction() -> Bool {
      guard rest.hasPrefix(".") || rest.hasPrefix(",") else { return true }
      let digits = rest.dropFirst().prefix { $0.isASCII && $0.isNumber }
      guard !digits.isEmpty else { return true }
      nanoseconds = Int((digits + "000000000").prefix(9)) ?? 0
      rest = rest[digits.endIndex...]
      return true
    }

    private mutating func readHalf() -> Bool {
      let half = rest.prefix(2).uppercased()
      guard half == "AM" || half == "PM" else { return false }
      isAfternoon = half == "PM"
      rest = rest.dropFirst(2)
      return true
    }

    private mutating func readZone() -> Bool {
      let name = rest.prefix { $0.isASCII && $0.isLetter }
      guard (3...5).contains(name.count) else { return false }
      zone = String(name)
      rest = rest[name.endIndex...]
      return true
    }

    private mutating func readOffset(_ parts: Int, _ hasColons: Bool, _ hasZ: Bool) -> Bool {
      if hasZ, rest.hasPrefix("Z") {
        rest = rest.dropFirst()
        return true
      }
      guard let sign = rest.first, sign == "+" || sign == "-" else { return false }
      rest = rest.dropFirst()
      var seconds = 0
      for (index, unit) in [3600, 60, 1].prefix(parts).enumerated() {
        if index > 0, hasColons {
          guard rest.hasPrefix(":") else { return false }
          rest = rest.dropFirst()
        }
        guard let part = number(2...2) else { return false }
        seconds += part * unit
      }
      offset = sign == "-" ? -seconds : seconds
      zone = offset == 0 ? "UTC" : ""
      return true
    }
  }
}
