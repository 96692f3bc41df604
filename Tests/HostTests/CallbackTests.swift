import Host
import Testing

@Suite struct CallbackTests {
  @Test(.timeLimit(.minutes(1))) func browserIsWaitedFor() async throws {
    let listener = try #require(LoopbackCallbacks().open(20_000...40_000))
    async let target = listener.wait(forPath: "/login", page: "<p>done</p>")
    let transport = CurlTransport(userAgent: "test")
    #expect(try await transport.send(HTTPRequest("GET", "http://127.0.0.1:\(listener.port)/favicon.ico")).status == 404)
    let response = try await transport.send(HTTPRequest("GET", "http://127.0.0.1:\(listener.port)/login?code=1&state=2"))
    #expect(response.status == 200)
    #expect(response.body == Array("<p>done</p>".utf8))
    #expect(await target == "/login?code=1&state=2")
  }

  @Test(.timeLimit(.minutes(1))) func closedListenerGivesNothing() async throws {
    let listener = try #require(LoopbackCallbacks().open(20_000...40_000))
    async let target = listener.wait(forPath: "/login", page: "")
    listener.close()
    #expect(await target == nil)
    // The port is taken as long as somebody listens on it.
    #expect(LoopbackCallbacks().open(listener.port...listener.port) == nil)
  }
}
