import Diagnostics
import ProviderInterface
import Values

/// The answer to a call, as a list of its fields. Values in it are decoded when they are asked for.
struct Reply {
  let message: ProtobufReader
  private let fields: [ProtobufField]

  init(_ bytes: [UInt8]) throws(ProtobufError) {
    message = ProtobufReader(bytes)
    var reader = message
    var fields: [ProtobufField] = []
    while let field = try reader.next() { fields.append(field) }
    self.fields = fields
  }

  /// An embedded message in the place of a reply.
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
    return switch reason {
    case 1: .resourceConfigUnknown
    case 2: .providerConfigUnknown
    case 3: .absentPrerequisite
    default: .unknown
    }
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
