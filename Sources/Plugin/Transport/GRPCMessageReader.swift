/// Cuts the data of one stream into gRPC messages: a flag byte, four bytes of length, the message.
struct GRPCMessageReader {
  /// The largest message that is taken: no plugin needs more (providers themselves stop there).
  static let largestMessage = 256 << 20

  private var prefix: [UInt8] = []
  private var length = 0
  private var message: [UInt8] = []

  /// Takes more data and hands over each message that is whole now.
  mutating func append(
    _ data: UnsafeBufferPointer<UInt8>, onMessage: ([UInt8]) -> Void
  ) throws(GRPCError) {
    var offset = 0
    while offset < data.count {
      if prefix.count < 5 {
        unsafe prefix.append(data[offset])
        offset += 1
        guard prefix.count == 5 else { continue }
        guard prefix[0] == 0 else {
          throw GRPCError(.internal, "the plugin sent a compressed message, which was not agreed on")
        }
        length = prefix[1...].reduce(0) { $0 << 8 | Int($1) }
        guard length <= Self.largestMessage else {
          throw GRPCError(
            .resourceExhausted, "the plugin sent a message of \(length) bytes; the limit is \(Self.largestMessage)")
        }
        message.reserveCapacity(length)
      }
      let count = min(length - message.count, data.count - offset)
      if count > 0 {
        unsafe message.append(contentsOf: UnsafeBufferPointer(rebasing: data[offset..<offset + count]))
        offset += count
      }
      if message.count == length {
        onMessage(message)
        message = []
        prefix.removeAll(keepingCapacity: true)
      }
    }
  }

  /// Whether no message is begun and not ended.
  var isAtBoundary: Bool { prefix.isEmpty }
}

/// A message with its prefix, as it goes into DATA frames.
func frameGRPCMessage(_ message: [UInt8]) -> [UInt8] {
  var framed: [UInt8] = []
  framed.reserveCapacity(message.count + 5)
  framed.append(0)
  for shift in [24, 16, 8, 0] { framed.append(UInt8(truncatingIfNeeded: message.count >> shift)) }
  framed += message
  return framed
}

/// Undoes the percent-encoding of `grpc-message`. What is not well encoded stays as it is.
func decodeGRPCStatusMessage(_ bytes: some Collection<UInt8>) -> String {
  func digit(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - 48
    case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - 87
    case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - 55
    default: nil
    }
  }
  let source = Array(bytes)
  var result: [UInt8] = []
  var index = 0
  while index < source.count {
    if source[index] == UInt8(ascii: "%"), index + 2 < source.count, let high = digit(source[index + 1]),
      let low = digit(source[index + 2])
    {
      result.append(high << 4 | low)
      index += 3
    } else {
      result.append(source[index])
      index += 1
    }
  }
  return String(decoding: result, as: UTF8.self)
}
