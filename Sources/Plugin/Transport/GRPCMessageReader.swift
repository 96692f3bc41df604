/// Cuts the data of one stream into gRPC messages: a flag byte, four bytes of length, the message.
struct GRPCMessageReader {
  /// The largest message that is taken: nobody needs more (providers made with Go stop there too).
  static let largestMessage = 256 << 20

  private let side: ConnectionSide
  private var prefix: [UInt8] = []
  private var length = 0
  private var message: [UInt8] = []

  init(side: ConnectionSide) { self.side = side }

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
          throw GRPCError(.internal, "\(side.peer) sent a compressed message, which was not agreed on")
        }
        length = prefix[1...].reduce(0) { $0 << 8 | Int($1) }
        guard length <= Self.largestMessage else {
          throw GRPCError(
            .resourceExhausted, "\(side.peer) sent a message of \(length) bytes; the limit is \(Self.largestMessage)")
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
