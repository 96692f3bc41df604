import Diagnostics
import Glibc
import Host
import ProviderInterface
import Synchronization
import Testing
import Values

@testable import Plugin

/// The end that answers: many calls, large ones, abandoned ones, and peers that are no hosts.
struct ServerTransportTests {
  private static let health = "/grpc.health.v1.Health/Check"

  @Test(arguments: [false, true])
  func aThousandCallsFiftyAtOnce(usesTLS: Bool) async throws {
    let client = usesTLS ? try TLSIdentity() : nil
    let served = try Served(for: client)
    let connection = try await served.connect(as: client)
    let good = await withTaskGroup(of: Int.self) { group in
      for _ in 0..<50 {
        group.addTask {
          var good = 0
          for _ in 0..<20 where (try? await connection.call(Self.health, TransportTests.healthRequest)) == [8, 1] { good += 1 }
          return good
        }
      }
      return await group.reduce(0, +)
    }
    #expect(good == 1000)
    await connection.close()
    await served.close()
  }

  @Test(arguments: [false, true])
  func twentyMegabytesThereAndBack(usesTLS: Bool) async throws {
    let client = usesTLS ? try TLSIdentity() : nil
    let served = try Served(for: client)
    let connection = try await served.connect(as: client)
    let name = String(repeating: "bench ", count: 20 << 20 / 6)
    let type = ValueType.object(Workshop.bench.block.impliedType)
    let value = Workshop.bench.block.emptyValue.setting(at: Path.root.attribute("name"), to: .text(name))
    var request = ProtobufWriter()
    request.string(1, "workshop_bench")
    request.message(2, try DynamicValue.encode(value, as: type))
    let reply = try ProtobufMessage(try await connection.call(PluginMethod.readResource.path(in: 6), request.bytes))
    #expect(try reply.value(1, as: type) == value)
    await connection.close()
  }

  @Test func anotherCertificateIsRefused() async throws {
    let served = try Served(for: try TLSIdentity())
    await #expect(throws: GRPCError.self) {
      // With TLS 1.3 the client believes in the connection until the server has looked at its certificate.
      let connection = try await served.connect(as: try TLSIdentity())
      _ = try await connection.call(Self.health, [], timeout: .seconds(10))
    }
    // Without TLS nothing is to be had either.
    await #expect(throws: GRPCError.self) {
      let connection = try await served.connect()
      _ = try await connection.call(Self.health, [], timeout: .seconds(10))
    }
  }

  @Test func aCancelledCallIsCancelledThere() async throws {
    let served = try Served()
    let remote = try served.provider
    let bench = Workshop.bench.block.emptyValue.setting(at: Path.root.attribute("name"), to: "slow")
    let call = Task {
      await remote.planResourceChange(
        PlanResourceChangeRequest(
          typeName: "workshop_bench", prior: bench, proposed: bench, configuration: bench, priorPrivate: []))
    }
    try await wait { served.workshop.record.withLock { $0.sleeping } == 1 }
    call.cancel()
    #expect(await call.value.diagnostics.map(\.summary) == ["Request cancelled"])
    try await wait { served.workshop.record.withLock { $0.cancelled == 1 && $0.sleeping == 0 } }
  }

  /// The request of a call that does not end by itself.
  private static func slowRequest() throws -> [UInt8] {
    let bench = Workshop.bench.block.emptyValue.setting(at: Path.root.attribute("name"), to: "slow")
    let value = try DynamicValue.encode(bench, as: .object(Workshop.bench.block.impliedType))
    var request = ProtobufWriter()
    request.string(1, "workshop_bench")
    for field in 2...4 { request.message(field, value) }
    return request.bytes
  }

  @Test func aLostConnectionCancelsItsCalls() async throws {
    let served = try Served()
    let connection = try await served.connect()
    let request = try Self.slowRequest()
    let call = Task { try await connection.call(PluginMethod.planResourceChange.path(in: 6), request) }
    try await wait { served.workshop.record.withLock { $0.sleeping } == 1 }
    await connection.close()
    await #expect(throws: GRPCError.self) { try await call.value }
    try await wait { served.workshop.record.withLock { $0.cancelled } == 1 }
  }

  /// The deadline is kept by the server too: here the client says one and does not watch it.
  @Test func aDeadlineEndsTheWork() async throws {
    let served = try Served()
    let connection = try await served.connect()
    let error = await #expect(throws: GRPCError.self) {
      try await connection.call(
        PluginMethod.planResourceChange.path(in: 6), try Self.slowRequest(), timeout: .milliseconds(200))
    }
    #expect(error?.code == .deadlineExceeded)
    try await wait { served.workshop.record.withLock { $0.cancelled } == 1 }
    await connection.close()
  }

  @Test func whatIsNotKnownOrNotWholeIsSaid() async throws {
    let served = try Served()
    let connection = try await served.connect()
    for path in ["/tfplugin6.Provider/Dance", "/tfplugin5.Provider/GetSchema", "/plugin.GRPCStdio/StreamStdio", ""] {
      let error = await #expect(throws: GRPCError.self) { try await connection.call(path, []) }
      #expect(error?.code == .unimplemented || path.isEmpty, "\(path): \(String(describing: error))")
    }
    let error = await #expect(throws: GRPCError.self) {
      try await connection.call(PluginMethod.readResource.path(in: 6), [0xFF, 0xFF, 0xFF])
    }
    #expect(error?.code == .invalidArgument)
    #expect(try await connection.call(Self.health, []) == [8, 1])
    await connection.close()
  }

  @Test func garbageEndsTheConnectionAndNothingElse() async throws {
    let served = try Served()
    let address = try served.handshake.address
    var generator = SystemRandomNumberGenerator()
    for round in 0..<50 {
      let socket = try Socket.connect(to: address)
      var bytes = (0..<(1 + round * 40)).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
      // Half of them begin as a host would.
      if round % 2 == 0 { bytes = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8) + bytes }
      _ = send(socket.descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL))
    }
    let connection = try await served.connect()
    #expect(try await connection.call(Self.health, []) == [8, 1])
    await connection.close()
    await served.close()
  }

  @Test func shutdownIsAnsweredAndEndsTheService() async throws {
    let served = try Served()
    let connection = try await served.connect()
    #expect(try await connection.call("/plugin.GRPCController/Shutdown", []) == [])
    await served.end.wait()
    await served.close()
    guard case .unix(let path) = try served.handshake.address else { return }
    #expect(access(path, F_OK) != 0, "the socket is gone")
    let error = await #expect(throws: GRPCError.self) { try await connection.call(Self.health, []) }
    #expect(error?.code == .unavailable)
    await connection.close()
  }

  @Test func theHandshakeTellsAllThatIsNeeded() async throws {
    #expect(try Served().handshake.certificate == nil)
    let served = try Served(for: try TLSIdentity())
    let handshake = try served.handshake
    #expect(handshake.protocolVersion == 6)
    #expect((handshake.certificate?.count ?? 0) > 200)
  }

  @Test(arguments: [
    ("1H", Duration.seconds(3600)), ("5M", .seconds(300)), ("99999999S", .seconds(99_999_999)), ("20m", .milliseconds(20)),
    ("7u", .microseconds(7)), ("7n", .nanoseconds(7)), ("", nil), ("7", nil), ("x7S", nil), ("-7S", nil), ("123456789S", nil),
  ] as [(String, Duration?)])
  func timeouts(text: String, duration: Duration?) {
    #expect(GRPCTimeout.duration(text) == duration)
  }

  @Test func statusMessagesSurvive() {
    let text = "100 % of “it”\nfailed"
    let encoded = encodeGRPCStatusMessage(text)
    #expect(encoded.utf8.allSatisfy { (0x20...0x7E).contains($0) })
    #expect(decodeGRPCStatusMessage(Array(encoded.utf8)) == text)
  }

  @Test(arguments: [[], [0], [1, 2], [255, 254, 253], [0, 16, 131, 16]] as [[UInt8]])
  func base64(bytes: [UInt8]) {
    #expect(decodeBase64(encodeBase64(bytes).utf8) == bytes)
  }
}

/// Looks again and again until something holds, for at most ten seconds.
func wait(until condition: () -> Bool) async throws {
  for _ in 0..<2000 {
    if condition() { return }
    try await Task.sleep(for: .milliseconds(5))
  }
  Issue.record("it did not come to pass")
}
