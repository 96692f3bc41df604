import Testing

@testable import Plugin

/// Bytes in, fields out, and back: protobuf, gRPC framing, status messages, base64.
struct WireTests {
  @Test func aMessageReadsBackAsWritten() throws {
    var inner = ProtobufWriter()
    inner.string(1, "key")
    var writer = ProtobufWriter()
    writer.number(1, 300)
    writer.number(2, 0)
    writer.string(3, "héllo")
    writer.bytes(4, [])
    writer.message(5, inner.bytes)
    writer.message(6, [])
    writer.number(100, -1)
    // The first bytes as protobuf's own documentation gives them: field 1, varint 300.
    #expect(writer.bytes.starts(with: [0x08, 0xac, 0x02]))
    let reply = try ProtobufMessage(writer.bytes)
    #expect(reply.field(1)?.int64 == 300)
    #expect(reply.field(2) == nil)
    #expect(reply.string(3) == "héllo")
    #expect(reply.field(4) == nil)
    #expect(try ProtobufMessage(try #require(reply.all(5).first)).string(1) == "key")
    #expect(reply.all(6).count == 1)
    #expect(reply.field(100)?.int64 == -1)
  }

  @Test(
    arguments: [
      [0x0a],  // a length is missing
      [0x0a, 0x05, 1],  // five bytes promised, one there
      [0x08, 0x80],  // a number without its end
      [0x08, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1],  // a number too long
      [0x00, 0x00],  // field number 0
      [0x0b],  // a group
      [0x0a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f],  // a length beyond memory
    ] as [[UInt8]])
  func damagedMessagesAreErrors(bytes: [UInt8]) {
    #expect(throws: ProtobufError.self) { try ProtobufMessage(bytes) }
  }

  @Test func fixedFieldsAreSkipped() throws {
    let reply = try ProtobufMessage([0x09, 1, 2, 3, 4, 5, 6, 7, 8, 0x15, 1, 2, 3, 4, 0x18, 7])
    #expect(reply.field(3)?.int64 == 7)
  }

  @Test(arguments: [1, 2, 3, 7, 1000])
  func messagesAreCutFromDataOfAnySize(piece: Int) throws {
    let messages: [[UInt8]] = [[1, 2, 3], [], [UInt8](repeating: 9, count: 500), [4]]
    let stream = messages.flatMap(frameGRPCMessage)
    var reader = GRPCMessageReader(side: .host)
    var received: [[UInt8]] = []
    for start in stride(from: 0, to: stream.count, by: piece) {
      try Array(stream[start..<min(start + piece, stream.count)]).withUnsafeBufferPointer { data in
        try reader.append(data) { received.append($0) }
      }
    }
    #expect(received == messages)
    #expect(reader.isAtBoundary)
  }

  @Test(arguments: [[1, 0, 0, 0, 0], [0, 0xff, 0xff, 0xff, 0xff]] as [[UInt8]])
  func compressedAndOversizedMessagesAreRefused(bytes: [UInt8]) {
    var reader = GRPCMessageReader(side: .host)
    #expect(throws: GRPCError.self) {
      try bytes.withUnsafeBufferPointer { try reader.append($0) { _ in } }
    }
  }

  @Test(arguments: [
    ("plain", "plain"), ("a%20b", "a b"), ("100%", "100%"), ("%zz", "%zz"), ("caf%C3%A9", "café"), ("%4", "%4"),
  ])
  func statusMessagesAreUnescaped(encoded: String, text: String) {
    #expect(decodeGRPCStatusMessage(encoded.utf8) == text)
  }

  @Test(arguments: [
    ("", [] as [UInt8]?), ("AQ", [1]), ("AQ==", [1]), ("AQID", [1, 2, 3]), ("+/8", [251, 255]), ("A", nil), ("A*", nil),
    ("AQ==AQ", nil),
  ])
  func base64WithAndWithoutPadding(text: String, bytes: [UInt8]?) {
    #expect(decodeBase64(text.utf8) == bytes)
  }
}
