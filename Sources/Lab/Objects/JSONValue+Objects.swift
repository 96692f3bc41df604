import YAML

extension JSONValue {
  /// No value, where the word nil could also mean null.
  static let absent: JSONValue? = nil

  subscript(_ path: [String]) -> JSONValue? {
    get { self[path: path] }
    set {
      guard let first = path.first else {
        if let newValue { self = newValue }
        return
      }
      if path.count == 1 {
        self[first] = newValue
        return
      }
      if newValue == nil, self[first] == nil { return }
      var below = self[first] ?? .object([:])
      self[first] = nil
      below[Array(path.dropFirst())] = newValue
      self[first] = below
    }
  }

  /// Takes out what is at a path.
  mutating func remove(_ path: [String]) { self[path] = nil }

  /// Sets what is at a path if nothing is there.
  mutating func fill(_ path: [String], _ value: JSONValue) {
    if self[path] ?? .null == .null { self[path] = value }
  }

  var isEmptyContainer: Bool {
    switch self {
    case .object(let members): members.isEmpty
    case .array(let items): items.isEmpty
    default: false
    }
  }

  // MARK: What all objects have

  var name: String { self["metadata"]?["name"]?.asString ?? "" }
  var namespace: String { self["metadata"]?["namespace"]?.asString ?? "" }
  var uid: String { self["metadata"]?["uid"]?.asString ?? "" }
  var resourceVersion: String { self["metadata"]?["resourceVersion"]?.asString ?? "" }
  var generation: Int64 { self["metadata"]?["generation"]?.asInteger ?? 0 }
  var isBeingDeleted: Bool { self["metadata"]?["deletionTimestamp"]?.asString != nil }

  var labels: [String: String] { strings(at: ["metadata", "labels"]) }
  var annotations: [String: String] { strings(at: ["metadata", "annotations"]) }

  var finalizers: [String] {
    get { (self[path: ["metadata", "finalizers"]]?.asArray ?? []).compactMap(\.asString) }
    set { self[["metadata", "finalizers"]] = newValue.isEmpty ? JSONValue.absent : .array(newValue.map { .string($0) }) }
  }

  var ownerReferences: [JSONValue] { self[path: ["metadata", "ownerReferences"]]?.asArray ?? [] }
  /// The owner that manages the object.
  var controller: JSONValue? { ownerReferences.first { $0["controller"]?.asBool == true } }

  func string(at path: [String]) -> String? { self[path: path]?.asString }
  func integer(at path: [String]) -> Int64? { self[path: path]?.asInteger }
  func items(at path: [String]) -> [JSONValue] { self[path: path]?.asArray ?? [] }

  /// The members of an object that are strings.
  func strings(at path: [String]) -> [String: String] { (self[path: path]?.asObject ?? [:]).compactMapValues(\.asString) }

  /// A condition of the status, by its type.
  func condition(_ type: String) -> JSONValue? { items(at: ["status", "conditions"]).first { $0["type"]?.asString == type } }

  /// Sets a condition of the status; its time changes only with its status.
  mutating func setCondition(_ type: String, _ status: Bool, reason: String, message: String = "", at time: String, updated: Bool = false) {
    var conditions = items(at: ["status", "conditions"])
    let text = status ? "True" : "False"
    let index = conditions.firstIndex { $0["type"]?.asString == type }
    let before = index.map { conditions[$0] }
    let isSame = before?["status"]?.asString == text
    var condition: JSONValue = [
      "type": .string(type), "status": .string(text), "reason": .string(reason), "message": .string(message),
      "lastTransitionTime": isSame ? before?["lastTransitionTime"] ?? .string(time) : .string(time),
    ]
    if updated {
      let isUnchanged = isSame && before?["reason"]?.asString == reason && before?["message"]?.asString == message
      condition["lastUpdateTime"] = isUnchanged ? before?["lastUpdateTime"] ?? .string(time) : .string(time)
    }
    if let index { conditions[index] = condition } else { conditions.append(condition) }
    self[["status", "conditions"]] = .array(conditions)
  }
}

/// Points in time as the API writes them: seconds, UTC.
enum Timestamp {
  static func text(nanoseconds: Int64, isMicro: Bool = false) -> String {
    let total = nanoseconds / 1_000_000_000
    let (days, second) = total.quotientAndRemainder(dividingBy: 86_400)
    // Days since 0000-03-01, in eras of 400 years.
    let shifted = days + 719_468
    let (era, dayOfEra) = shifted.quotientAndRemainder(dividingBy: 146_097)
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let month = (5 * dayOfYear + 2) / 153
    let day = dayOfYear - (153 * month + 2) / 5 + 1
    let monthOfYear = month < 10 ? month + 3 : month - 9
    let year = yearOfEra + era * 400 + (monthOfYear <= 2 ? 1 : 0)
    let date = "\(padded(year, 4))-\(padded(monthOfYear, 2))-\(padded(day, 2))"
    let time = "\(padded(second / 3600, 2)):\(padded(second / 60 % 60, 2)):\(padded(second % 60, 2))"
    return "\(date)T\(time)" + (isMicro ? "." + padded(nanoseconds / 1000 % 1_000_000, 6) : "") + "Z"
  }

  private static func padded(_ number: Int64, _ width: Int) -> String {
    let text = String(number)
    return String(repeating: "0", count: max(0, width - text.utf8.count)) + text
  }

  /// Seconds since 1970 of a text that this type wrote; nil for any other form.
  static func seconds(_ text: String) -> Int64? {
    let digits = text.utf8.split { $0 < 48 || $0 > 57 }.compactMap { Int64(String(decoding: $0, as: UTF8.self)) }
    guard digits.count >= 6, digits.allSatisfy({ $0 < 1_000_000_000 }), digits[0] < 10_000 else { return nil }
    let year = digits[1] <= 2 ? digits[0] - 1 : digits[0]
    let monthIndex = digits[1] > 2 ? digits[1] - 3 : digits[1] + 9
    let era = year / 400
    let yearOfEra = year - era * 400
    let dayOfYear = (153 * monthIndex + 2) / 5 + digits[2] - 1
    let days = era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    return days * 86_400 + digits[3] * 3600 + digits[4] * 60 + digits[5]
  }
}

/// Random numbers that a seed decides.
struct SeededGenerator: RandomNumberGenerator, Sendable {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  /// Letters and digits that cannot be taken for words.
  mutating func suffix(_ count: Int = 5) -> String {
    let letters = Array("bcdfghjklmnpqrstvwxz2456789")
    return String((0..<count).map { _ in letters[Int(next() % UInt64(letters.count))] })
  }

  mutating func uuid() -> String {
    func hexadecimal(_ number: UInt64, _ width: Int) -> String {
      let text = String(number, radix: 16)
      return String(repeating: "0", count: max(0, width - text.utf8.count)) + text
    }
    let first = next()
    let second = next()
    return [
      hexadecimal(first >> 32, 8), hexadecimal(first >> 16 & 0xFFFF, 4), "4" + hexadecimal(first & 0xFFF, 3),
      hexadecimal(second >> 48 & 0x3FFF | 0x8000, 4), hexadecimal(second & 0xFFFF_FFFF_FFFF, 12),
    ].joined(separator: "-")
  }
}

/// The same number for the same bytes, always.
func stableHash(_ bytes: some Sequence<UInt8>) -> UInt64 {
  bytes.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
}
