import Charts
import ProviderKit
import YAML

/// What Helm knows of one revision of a release: a document in the form in which Helm stores it. What others wrote in it stays as it is.
struct ReleaseRecord: Hashable, Sendable {
  enum Status: String, Sendable {
    case unknown, deployed, uninstalled, superseded, failed, uninstalling
    case pendingInstall = "pending-install"
    case pendingUpgrade = "pending-upgrade"
    case pendingRollback = "pending-rollback"

    /// Whether somebody is, or was until he was stopped, in the middle of it.
    var isPending: Bool { [.uninstalling, .pendingInstall, .pendingUpgrade, .pendingRollback].contains(self) }
  }

  var json: JSONValue
  /// Labels beside those that Helm sets.
  var labels: [String: String] = [:]
  /// How the object that holds the record was found; empty for a new one.
  var resourceVersion = ""

  init(json: JSONValue) { self.json = json }

  /// A record of a release that is about to be made.
  ///
  /// It says that the release was applied by its clients: then Helm rolls back and upgrades by patches, which nobody refuses. Were it to
  /// apply on the server, under its own name, our ownership of the fields would be in its way.
  init(name: String, namespace: String, revision: Int, chart: JSONValue, values: [String: JSONValue]) {
    json = [
      "name": .string(name), "namespace": .string(namespace), "version": .integer(Int64(revision)), "chart": chart,
      "config": .object(values), "apply_method": "csa", "info": [:],
    ]
  }

  var name: String { json["name"]?.asString ?? "" }
  var namespace: String { json["namespace"]?.asString ?? "" }
  var revision: Int { json["version"]?.asInteger.map(Int.init) ?? 0 }
  /// The chart's name.
  var chart: String { json[path: ["chart", "metadata", "name"]]?.asString ?? "" }
  var chartVersion: String { json[path: ["chart", "metadata", "version"]]?.asString ?? "" }
  var appVersion: String { json[path: ["chart", "metadata", "appVersion"]]?.asString ?? "" }
  var values: [String: JSONValue] { json["config"]?.asObject ?? [:] }
  var firstDeployed: String? { info("first_deployed") }
  var lastDeployed: String? { info("last_deployed") }

  var manifest: String {
    get { json["manifest"]?.asString ?? "" }
    set { json["manifest"] = .string(newValue) }
  }

  var hooks: [JSONValue] {
    get { json["hooks"]?.asArray ?? [] }
    set { json["hooks"] = .array(newValue) }
  }

  var status: Status {
    get { info("status").flatMap(Status.init) ?? .unknown }
    set { setInfo("status", newValue.rawValue) }
  }

  var notes: String {
    get { info("notes") ?? "" }
    set { setInfo("notes", newValue) }
  }

  /// What was last done, in a few words.
  var description: String {
    get { info("description") ?? "" }
    set { setInfo("description", newValue) }
  }

  mutating func setDeployed(first: String, last: String) {
    setInfo("first_deployed", first)
    setInfo("last_deployed", last)
  }

  private func info(_ name: String) -> String? { json[path: ["info", name]]?.asString.flatMap { $0.isEmpty ? nil : $0 } }

  private mutating func setInfo(_ name: String, _ text: String) {
    var info = json["info"] ?? [:]
    info[name] = text.isEmpty ? nil : .string(text)
    json["info"] = info
  }
}

extension ReleaseRecord {
  /// What a release and its values may be together, compressed. The cluster takes no more.
  static let largestRecord = 1 << 20
  private static let largestDocument = 64 << 20

  /// As Helm stores it: JSON, compressed, in Base64.
  var encoded: String? { Gzip.deflated(json.json()).map(Base64.encode) }

  /// Reads what `encoded`, or Helm, wrote; nil for all else. Very old records are not compressed.
  init?(encoded text: String) {
    guard let bytes = Base64.decode(text) else { return nil }
    let document = bytes.starts(with: [0x1F, 0x8B, 0x08]) ? Gzip.inflated(bytes, largest: Self.largestDocument) : bytes
    guard let document, let json = try? JSONValue(json: document), case .object = json else { return nil }
    self.init(json: json)
  }
}

extension [ReleaseRecord] {
  /// Whether the release was ever deployed.
  var wasInstalled: Bool { contains { $0.status == .deployed || $0.status == .superseded } }
}

extension RenderedHook {
  /// As records have it.
  func record(lastRun: HookRun?) -> JSONValue {
    var record: [String: JSONValue] = [
      "name": .string(object.name), "kind": .string(object.kind), "path": .string(object.path), "manifest": .string(object.text),
      "events": .array(events.map { .string($0.rawValue) }),
      "delete_policies": .array(deletePolicies.map { .string($0.rawValue) }),
      "last_run": lastRun?.record ?? ["phase": ""],
    ]
    if weight != 0 { record["weight"] = .integer(Int64(weight)) }
    let logged = (object.annotation("helm.sh/hook-output-log-policy") ?? "").split(separator: ",").map { $0.filter { $0 != " " } }
    if !logged.isEmpty { record["output_log_policies"] = .array(logged.map { .string($0) }) }
    return .object(record)
  }
}

/// When a hook ran, and how that ended.
struct HookRun: Hashable, Sendable {
  var started: String
  var completed: String
  var isSuccess: Bool

  fileprivate var record: JSONValue {
    ["started_at": .string(started), "completed_at": .string(completed), "phase": isSuccess ? "Succeeded" : "Failed"]
  }
}

/// Times as records have them.
enum RecordTime {
  /// - Parameter seconds: since 1970.
  static func text(_ seconds: Double) -> String {
    let whole = Int(seconds.rounded(.down))
    let nanoseconds = Int((seconds - Double(whole)) * 1_000_000) * 1000
    let (days, rest) = whole.quotientAndRemainder(dividingBy: 86_400)
    let (year, month, day) = date(days)
    func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
    let fraction = nanoseconds == 0 ? "" : "." + String(String(1_000_000_000 + nanoseconds).dropFirst())
    return "\(year)-\(two(month))-\(two(day))T\(two(rest / 3600)):\(two(rest / 60 % 60)):\(two(rest % 60))\(fraction)Z"
  }

  /// The civil calendar, counted from March so that the leap day is the last of its year.
  private static func date(_ daysSince1970: Int) -> (year: Int, month: Int, day: Int) {
    let days = daysSince1970 + 719_468
    let era = days / 146_097
    let dayOfEra = days % 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shifted = (5 * dayOfYear + 2) / 153
    let month = shifted < 10 ? shifted + 3 : shifted - 9
    return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shifted + 2) / 5 + 1)
  }

  /// Whole seconds since 1970; nil for what is no such time.
  static func seconds(_ text: String) -> Int? {
    let bytes = Array(text.utf8)
    guard bytes.count >= 20, bytes[4] == UInt8(ascii: "-"), bytes[10] == UInt8(ascii: "T") else { return nil }
    func number(_ range: Range<Int>) -> Int? { Int(String(decoding: bytes[range], as: UTF8.self)) }
    guard let year = number(0..<4), let month = number(5..<7), let day = number(8..<10), let hour = number(11..<13),
      let minute = number(14..<16), let second = number(17..<19), (1...12).contains(month)
    else { return nil }
    let (y, m) = month < 3 ? (year - 1, month + 9) : (year, month - 3)
    let days = 365 * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day - 1 - 719_468
    var offset = 0
    if let sign = bytes.last(where: { $0 == UInt8(ascii: "+") || $0 == UInt8(ascii: "-") }), bytes.last != UInt8(ascii: "Z"),
      bytes.count >= 25, let hours = number((bytes.count - 5)..<(bytes.count - 3)), let minutes = number((bytes.count - 2)..<bytes.count)
    {
      offset = (hours * 3600 + minutes * 60) * (sign == UInt8(ascii: "-") ? -1 : 1)
    }
    return days * 86_400 + hour * 3600 + minute * 60 + second - offset
  }
}
