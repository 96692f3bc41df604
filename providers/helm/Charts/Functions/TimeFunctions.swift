import YAML

/// Dates and times. The local zone is UTC, so that a chart renders alike everywhere.
enum TimeFunctions {
  static let all: [Function] = [
    Function("now") { call in .object(TimeObject(call.execution.world.now())) }.varying,
    Function("date", .string, .any) { call throws(TemplateError) in formatted(call, layout: call.text(0), call[1], zone: "UTC") },
    Function("dateInZone", .string, .any, .string, body: dateInZone),
    Function("date_in_zone", .string, .any, .string, body: dateInZone),
    Function("htmlDate", .any) { call throws(TemplateError) in formatted(call, layout: "2006-01-02", call[0], zone: "UTC") },
    Function("htmlDateInZone", .any, .string) { call throws(TemplateError) in
      formatted(call, layout: "2006-01-02", call[0], zone: call.text(1))
    },
    Function("dateModify", .string, .any, body: modify),
    Function("date_modify", .string, .any, body: modify),
    Function("mustDateModify", .string, .any, body: mustModify),
    Function("must_date_modify", .string, .any, body: mustModify),
    Function("toDate", .string, .string) { call in
      .object(TimeObject(GoTime.parse(call.text(1), layout: call.text(0)) ?? GoTime.zero))
    },
    Function("mustToDate", .string, .string, body: mustToDate),
    Function("unixEpoch", .any, body: unixEpoch),
    Function("ago", .any, body: ago).varying,
    Function("duration", .any, body: duration),
    Function("durationRound", .any, body: durationRound),
  ]

  private static func dateInZone(_ call: Call) throws(TemplateError) -> Value {
    formatted(call, layout: call.text(0), call[1], zone: call.text(2))
  }

  /// A time, seconds since 1970, or anything else for now. An unknown zone counts as UTC.
  private static func formatted(_ call: Call, layout: String, _ value: Value, zone: String) -> Value {
    let time = time(value) ?? call.execution.world.now()
    let data = zone == "UTC" || zone == "Local" || zone.isEmpty ? nil : call.execution.world.timeZone(zone)
    let local = data.flatMap(TimeZoneData.init)?.period(at: time.seconds) ?? (offset: 0, name: "UTC")
    return .string(time.with(offset: local.offset, zone: local.name).formatted(layout))
  }

  static func time(_ value: Value) -> GoTime? {
    switch value {
    case .object(let object): (object as? TimeObject)?.time
    case .int(let seconds), .int64(let seconds): GoTime(seconds: GoTime.clamped(Int64(seconds)))
    default: nil
    }
  }

  private static func required(_ value: Value) throws(TemplateError) -> GoTime {
    guard case .object(let object) = value, let time = (object as? TimeObject)?.time else {
      throw TemplateError("wrong type for value; expected time.Time; got \(value.typeNameInMessages)")
    }
    return time
  }

  private static func modify(_ call: Call) throws(TemplateError) -> Value {
    let time = try required(call[1])
    return .object(TimeObject(GoDuration.parse(call.text(0)).map(time.adding) ?? time))
  }

  private static func mustModify(_ call: Call) throws(TemplateError) -> Value {
    let time = try required(call[1])
    guard let duration = GoDuration.parse(call.text(0)) else {
      throw TemplateError("time: invalid duration \"\(call.text(0))\"")
    }
    return .object(TimeObject(time.adding(duration)))
  }

  private static func mustToDate(_ call: Call) throws(TemplateError) -> Value {
    guard let time = GoTime.parse(call.text(1), layout: call.text(0)) else {
      throw TemplateError("parsing time \"\(call.text(1))\" as \"\(call.text(0))\": it has not that form")
    }
    return .object(TimeObject(time))
  }

  private static func unixEpoch(_ call: Call) throws(TemplateError) -> Value { .string(String(try required(call[0]).seconds)) }

  private static func ago(_ call: Call) throws(TemplateError) -> Value {
    let now = call.execution.world.now()
    let then = time(call[0]) ?? now
    // To whole seconds; the longest spans have no half second left to add.
    let span = min(now.nanoseconds(since: then), Int.max - 500_000_000)
    return .string(GoDuration.text((span + 500_000_000) / 1_000_000_000 * 1_000_000_000))
  }

  private static func duration(_ call: Call) throws(TemplateError) -> Value {
    let seconds: Int
    switch call[0] {
    case .string(let text): seconds = Int(text) ?? 0
    case .int64(let number): seconds = number
    default: seconds = 0
    }
    return .string(GoDuration.text(seconds.multipliedReportingOverflow(by: 1_000_000_000).partialValue))
  }

  /// Only the largest unit.
  private static func durationRound(_ call: Call) throws(TemplateError) -> Value {
    let nanoseconds: Int
    switch call[0] {
    case .string(let text): nanoseconds = GoDuration.parse(text) ?? 0
    case .int64(let number): nanoseconds = number
    case .object(let object): nanoseconds = (object as? TimeObject).map { call.execution.world.now().nanoseconds(since: $0.time) } ?? 0
    default: nanoseconds = 0
    }
    let magnitude = nanoseconds.magnitude
    let hour: UInt = 3_600_000_000_000
    let units: [(UInt, String)] = [
      (hour * 24 * 365, "y"), (hour * 24 * 30, "mo"), (hour * 24, "d"), (hour, "h"), (hour / 60, "m"), (hour / 3600, "s"),
    ]
    for (unit, name) in units where magnitude > unit { return .string("\(magnitude / unit)\(name)") }
    return .string("0s")
  }
}

/// A point in time with the methods that templates use.
final class TimeObject: TemplateObject {
  let time: GoTime

  init(_ time: GoTime) { self.time = time }

  override var typeName: String { "time.Time" }
  override var text: String { time.formatted("2006-01-02 15:04:05.999999999 -0700 MST") }
  override var json: JSONValue { .string(time.formatted("2006-01-02T15:04:05.999999999Z07:00")) }
  override func equals(_ other: TemplateObject) -> Bool { (other as? TimeObject)?.time == time }

  override func call(_ name: String, _ arguments: [Value]) throws(TemplateError) -> Value? {
    switch name {
    case "Format": return .string(time.formatted(try string(arguments, of: name)))
    case "Unix": return .int64(Int(time.seconds))
    case "UnixNano": return .int64(Int(time.seconds) &* 1_000_000_000 &+ time.nanoseconds)
    case "UnixMilli": return .int64(Int(time.seconds) &* 1000 &+ time.nanoseconds / 1_000_000)
    case "Nanosecond": return .int(time.nanoseconds)
    case "UTC", "Local": return .object(TimeObject(time.with(offset: 0, zone: "UTC")))
    case "String": return .string(text)
    case "IsZero": return .bool(time == GoTime.zero)
    case "AddDate": return .object(TimeObject(try addingDate(arguments)))
    case "Add": return .object(TimeObject(time.adding(try duration(arguments))))
    case "Sub": return .object(DurationObject(time.nanoseconds(since: try other(arguments, name))))
    case "Before": return .bool(time < (try other(arguments, name)))
    case "After": return .bool(try other(arguments, name) < time)
    case "Equal": return .bool(time == (try other(arguments, name)))
    default: return part(name)
    }
  }

  private func part(_ name: String) -> Value? {
    let date = time.date
    switch name {
    case "Year": return .int(date.year)
    case "Month": return .object(NamedNumber(date.month, GoTime.months[date.month - 1], type: "time.Month"))
    case "Day": return .int(date.day)
    case "Hour": return .int(date.hour)
    case "Minute": return .int(date.minute)
    case "Second": return .int(date.second)
    case "YearDay": return .int(time.dayOfYear)
    case "Weekday": return .object(NamedNumber(time.weekday, GoTime.weekdays[time.weekday], type: "time.Weekday"))
    default: return nil
    }
  }

  private func other(_ arguments: [Value], _ method: String) throws(TemplateError) -> GoTime {
    try expect(1, arguments, of: method)
    guard case .object(let object) = arguments[0], let other = object as? TimeObject else {
      throw TemplateError("wrong type for value; expected time.Time; got \(arguments[0].typeNameInMessages)")
    }
    return other.time
  }

  private func duration(_ arguments: [Value]) throws(TemplateError) -> Int {
    try expect(1, arguments, of: "Add")
    guard case .object(let object) = arguments[0], let duration = object as? DurationObject else {
      throw TemplateError("wrong type for value; expected time.Duration; got \(arguments[0].typeNameInMessages)")
    }
    return duration.nanoseconds
  }

  private func addingDate(_ arguments: [Value]) throws(TemplateError) -> GoTime {
    try expect(3, arguments, of: "AddDate")
    var numbers: [Int] = []
    for argument in arguments {
      guard case .int(let number) = argument, number.magnitude < 1_000_000 else {
        throw TemplateError("wrong type for value; expected int; got \(argument.typeNameInMessages)")
      }
      numbers.append(number)
    }
    return time.adding(years: numbers[0], months: numbers[1], days: numbers[2])
  }
}

/// A number that prints as its name: a month or a day of the week.
final class NamedNumber: TemplateObject {
  let number: Int
  private let name: String
  private let type: String

  init(_ number: Int, _ name: String, type: String) {
    (self.number, self.name, self.type) = (number, name, type)
  }

  override var typeName: String { type }
  override var kind: String { "int" }
  override var text: String { name }
  override var json: JSONValue { .integer(Int64(number)) }
  override func equals(_ other: TemplateObject) -> Bool { (other as? NamedNumber).map { $0.number == number && $0.type == type } ?? false }
}
