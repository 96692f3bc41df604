/// Builds one message. Fields with default values are left out, as proto3 has it.
struct ProtobufWriter {
  private(set) var bytes: [UInt8] = []

  mutating func number(_ field: Int, _ value: Int64) {
    if value != 0 { presentNumber(field, value) }
  }

  /// A number of explicit presence (`optional`), which is written even when it is zero.
  mutating func presentNumber(_ field: Int, _ value: Int64) {
    tag(field, 0)
    varint(UInt64(bitPattern: value))
  }

  mutating func bool(_ field: Int, _ value: Bool) {
    number(field, value ? 1 : 0)
  }

  mutating func string(_ field: Int, _ value: String) {
    guard !value.isEmpty else { return }
    message(field, Array(value.utf8))
  }

  mutating func bytes(_ field: Int, _ value: [UInt8]) {
    guard !value.isEmpty else { return }
    message(field, value)
  }

  /// A length-delimited field that is written even when it is empty: a message, or one of several entries.
  mutating func message(_ field: Int, _ value: [UInt8]) {
    tag(field, 2)
    varint(UInt64(value.count))
    bytes += value
  }

  private mutating func tag(_ field: Int, _ wireType: UInt64) {
    varint(UInt64(field) << 3 | wireType)
  }

  private mutating func varint(_ value: UInt64) {
    var rest = value
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }
}
