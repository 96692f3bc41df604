import Host
import Synchronization
import Testing

/// What the servers of both transports answer.
@Sendable private func answer(_ request: HTTPRequest) -> HTTPResponse {
  switch "/" + (request.url.split(separator: "/").dropFirst(2).first ?? "") {
  case "/json":
    return HTTPResponse(
      status: 200, headers: [HTTPHeader("Content-Type", "application/json")], body: [UInt8]("{}".utf8))
  case "/moved": return HTTPResponse(status: 302, headers: [HTTPHeader("Location", "json")], body: [UInt8]("gone".utf8))
  case "/loop": return HTTPResponse(status: 302, headers: [HTTPHeader("Location", "/loop")])
  case "/echo":
    let token = request.headers.first { $0.name.lowercased() == "authorization" }?.value ?? "none"
    let text = "\(request.method) \(token) \(String(decoding: request.body ?? [], as: UTF8.self))"
    return HTTPResponse(status: 201, body: [UInt8](text.utf8))
  case "/big": return HTTPResponse(status: 200, body: [UInt8](repeating: 65, count: 300_000))
  default: return HTTPResponse(status: 404, body: [UInt8]("no".utf8))
  }
}

struct TransportUnderTest: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let make: @Sendable () throws -> (any HTTPTransport, String, LoopbackServer?)

  static let all = [
    TransportUnderTest(testDescription: "memory") { (MemoryTransport { answer($0) }, "http://localhost:1", nil) },
    TransportUnderTest(testDescription: "curl") {
      let server = try LoopbackServer(answer)
      return (CurlTransport(userAgent: "test"), "http://127.0.0.1:\(server.port)", server)
    },
  ]
}

@Suite struct HTTPContractTests {
  @Test(arguments: TransportUnderTest.all) func exchanges(_ subject: TransportUnderTest) async throws {
    let (transport, base, server) = try subject.make()
    defer { server?.stop() }

    let json = try await transport.send(HTTPRequest("GET", base + "/json"))
    #expect(json.status == 200 && json.body == [UInt8]("{}".utf8) && json.header("content-type") == "application/json")
    #expect(json.finalURL == base + "/json")

    let moved = try await transport.send(HTTPRequest("GET", base + "/moved"))
    #expect(moved.status == 200 && moved.body == [UInt8]("{}".utf8) && moved.finalURL == base + "/json")

    let echo = try await transport.send(
      HTTPRequest("POST", base + "/echo", headers: [HTTPHeader("Authorization", "Bearer t")], body: [UInt8]("hi".utf8)))
    #expect(echo.status == 201 && String(decoding: echo.body, as: UTF8.self) == "POST Bearer t hi")

    #expect(try await transport.send(HTTPRequest("GET", base + "/none")).status == 404)
    #expect(try await transport.send(HTTPRequest("GET", base + "/big")).body.count == 300_000)
  }

  @Test(arguments: TransportUnderTest.all) func fails(_ subject: TransportUnderTest) async throws {
    let (transport, base, server) = try subject.make()
    defer { server?.stop() }
    func code(_ request: HTTPRequest) async -> HTTPError.Code? {
      do throws(HTTPError) {
        _ = try await transport.send(request)
        return nil
      } catch {
        return error.code
      }
    }
    #expect(await code(HTTPRequest("GET", base + "/big", bodySizeMax: 1000)) == .tooLarge)
    #expect(await code(HTTPRequest("GET", base + "/loop", redirectCountMax: 3)) == .tooManyRedirects)
    #expect(await code(HTTPRequest("GET", "ftp://x/")) == .invalidURL)
  }

  @Test(arguments: TransportUnderTest.all) func streams(_ subject: TransportUnderTest) async throws {
    let (transport, base, server) = try subject.make()
    defer { server?.stop() }
    let parts = Mutex<[HTTPStreamPart]>([])
    func stream(_ path: String, pieces: Int = .max) async throws -> (head: HTTPResponse?, heads: Int, body: [UInt8], last: HTTPResponse) {
      parts.withLock { $0 = [] }
      let last = try await transport.stream(HTTPRequest("GET", base + path)) { part in
        parts.withLock { parts in
          parts.append(part)
          return parts.count <= pieces
        }
      }
      var (heads, body): ([HTTPResponse], [UInt8]) = ([], [])
      for part in parts.withLock({ $0 }) {
        switch part {
        case .head(let head): heads.append(head)
        case .piece(let bytes): body += bytes
        }
      }
      if case .head? = parts.withLock({ $0.first }) {} else { Issue.record("the head does not come first") }
      return (heads.first, heads.count, body, last)
    }
    let json = try await stream("/json")
    #expect(json.head?.status == 200 && json.head?.header("content-type") == "application/json")
    #expect(json.body == [UInt8]("{}".utf8) && json.last.body == [] && json.heads == 1)
    let moved = try await stream("/moved")
    #expect(moved.head?.status == 200 && moved.body == [UInt8]("{}".utf8) && moved.heads == 1)
    #expect(try await stream("/none").head?.status == 404)
    #expect(try await stream("/big").body.count == 300_000)
    let left = try await stream("/big", pieces: 0)
    #expect(left.last.status == 200 && left.body == [], "who wants no more gets no more, and that is no error")
  }

  @Test func connectionsAreKept() async throws {
    let connections = Mutex<Set<String>>([])
    let server = try LoopbackServer(keepsConnections: true) { request in
      let number = request.headers.first { $0.name == "X-Connection" }?.value ?? ""
      connections.withLock { _ = $0.insert(number) }
      return HTTPResponse(status: 200)
    }
    defer { server.stop() }
    let url = "http://127.0.0.1:\(server.port)/"
    let keeping = CurlTransport(userAgent: "test", idleConnectionCountMax: 1)
    for _ in 0..<5 { #expect(try await keeping.send(HTTPRequest("GET", url)).status == 200) }
    #expect(connections.withLock { $0.count } == 1)
    #expect(try await keeping.send(HTTPRequest("POST", url, body: [1, 2, 3])).status == 200, "what one request set the next does not have")
    #expect(try await keeping.send(HTTPRequest("GET", url)).status == 200)
  }

  @Test func curlReportsAClosedPort() async throws {
    let server = try LoopbackServer(answer)
    let port = server.port
    server.stop()
    await #expect(throws: HTTPError.self) {
      _ = try await CurlTransport(userAgent: "test").send(HTTPRequest("GET", "http://127.0.0.1:\(port)/"))
    }
  }

  @Test(arguments: [
    ("https://a.example/b/c.json", "d.zip", "https://a.example/b/d.zip"),
    ("https://a.example/b/c.json", "/d.zip", "https://a.example/d.zip"),
    ("https://a.example/b/c.json", "../d.zip?x=1", "https://a.example/d.zip?x=1"),
    ("https://a.example/b/", "http://other:81/e", "http://other:81/e"),
    ("https://a.example/b/", "//cdn.example/e", "https://cdn.example/e"),
  ]) func resolvesReferences(base: String, reference: String, expected: String) {
    #expect(WebAddress.resolve(reference, against: base) == expected)
  }

  @Test func readsParts() {
    #expect(WebAddress.scheme(of: "HTTPS://a.example/") == "https")
    #expect(WebAddress.scheme(of: "not a url") == nil)
    #expect(WebAddress.hostAndPort(of: "http://localhost:8080/x") == "localhost:8080")
    #expect(WebAddress.hostAndPort(of: "http://localhost/x") == "localhost")
  }
}

@Suite struct DigestTests {
  @Test func hashes() throws {
    let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    #expect(Hexadecimal.encode(SHA256Digest.of([])) == empty)
    let tree = MemoryFileTree(["/a": "abc"])
    let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    #expect(Hexadecimal.encode(try SHA256Digest.ofFile("/a", in: tree)) == abc)
    #expect(Hexadecimal.decode(abc) == SHA256Digest.of([UInt8]("abc".utf8)))
    #expect(Hexadecimal.decode("abc") == nil)
    #expect(Hexadecimal.decode("zz") == nil)
  }

  @Test(arguments: [
    ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="),
  ])
  func encodesBase64(plain: String, encoded: String) {
    #expect(Base64.encode([UInt8](plain.utf8)) == encoded)
  }
}
