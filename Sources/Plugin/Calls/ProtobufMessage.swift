import Diagnostics
import ProviderInterface
import Values

/// A request, an answer or a message in one of them, as a list of its fields. Values in it are decoded when they are asked for.
struct ProtobufMessage {
  let message: ProtobufReader
  private let fields: [ProtobufField]

  init(_ bytes: [UInt8]) throws(ProtobufError) {
    message = ProtobufReader(bytes)
    var reader = message
    var fields: [ProtobufField] = []
    while let field = try reader.next() { fields.append(field) }
    self.fields = fields
  }

  /// A message in another one.
  init(_ message: ProtobufReader) throws(ProtobufError) {
    self.message = message
    var reader = message
    var fields: [ProtobufField] = []
    while let field = try reader.next() { fields.append(field) }
    self.fields = fields
  }

  /// Of several fields with one number the last counts, as in protobuf.
  func field(_ number: Int) -> ProtobufField? { fields.last { $0.number == number } }

  /// The messages in the fields of a number; what has another shape is an unknown field, as for any reader of protobuf.
  func all(_ number: Int) -> [ProtobufReader] {
    fields.compactMap { field in
      guard field.number == number, case .bytes = field.content else { return nil }
      return message.message(field)
    }
  }

  func number(_ number: Int) -> Int64 { field(number)?.int64 ?? 0 }
  func bool(_ number: Int) -> Bool { field(number)?.bool ?? false }
  func bytes(_ number: Int) -> [UInt8] { field(number).map { message.array($0) } ?? [] }
  func string(_ number: Int) -> String { field(number).map { message.string($0) } ?? "" }

  /// A `DynamicValue`; null of the type when it is absent.
  func value(_ number: Int, as type: ValueType) throws(DynamicValueError) -> Value {
    guard let field = field(number) else { return .null(type) }
    return try DynamicValue.decode(message.message(field), as: type)
  }

  func diagnostics(_ number: Int) throws(ProtobufError) -> [Diagnostic] {
    var result: [Diagnostic] = []
    for message in all(number) { result.append(try decodeDiagnostic(message)) }
    return result
  }

  func paths(_ number: Int) throws(ProtobufError) -> [Path] {
    var result: [Path] = []
    for message in all(number) { result.append(try decodePath(message)) }
    return result
  }

  /// Message `Deferred`: nil when absent.
  func deferred(_ number: Int) throws(ProtobufError) -> DeferredReason? {
    guard let field = field(number) else { return nil }
    var reader = message.message(field)
    var reason: Int64 = 0
    while let field = try reader.next() {
      if field.number == 1 { reason = field.int64 }
    }
    return DeferredReason.numbered.first { $0.number == reason }?.reason ?? .unknown
  }

  /// A `google.protobuf.Timestamp` in seconds since 1970; nil when absent.
  func timestamp(_ number: Int) throws(ProtobufError) -> Double? {
    guard let field = field(number) else { return nil }
    var reader = message.message(field)
    var seconds: Int64 = 0
    var nanoseconds: Int64 = 0
    while let field = try reader.next() {
      switch field.number {
      case 1: seconds = field.int64
      case 2: nanoseconds = field.int64
      default: break
      }
    }
    return Double(seconds) + Double(nanoseconds) / 1e9
  }
}

extension DeferredReason {
  /// Enumeration `Deferred.Reason`.
  static let numbered: [(number: Int64, reason: DeferredReason)] = [
    (0, .unknown), (1, .resourceConfigUnknown), (2, .providerConfigUnknown), (3, .absentPrerequisite),
  ]
}

extension ProtobufWriter {
  mutating func diagnostics(_ field: Int, _ diagnostics: [Diagnostic]) {
    for diagnostic in diagnostics { message(field, encodeDiagnostic(diagnostic)) }
  }

  /// Message `Deferred`, if there is a reason.
  mutating func deferred(_ field: Int, _ reason: DeferredReason?) {
    guard let reason else { return }
    var writer = ProtobufWriter()
    writer.number(1, DeferredReason.numbered.first { $0.reason == reason }?.number ?? 0)
    message(field, writer.bytes)
  }

  /// A `google.protobuf.Timestamp`, if there is a time, in seconds since 1970. Times that no clock will show are left out.
  mutating func timestamp(_ field: Int, _ seconds: Double?) {
    guard let seconds, seconds.isFinite, abs(seconds) < 1e11 else { return }
    var writer = ProtobufWriter()
    writer.number(1, Int64(seconds.rounded(.down)))
    writer.number(2, Int64((seconds - seconds.rounded(.down)) * 1e9))
    message(field, writer.bytes)
  }
}
