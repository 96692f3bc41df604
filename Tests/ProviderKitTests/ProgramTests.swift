import Testing

@testable import ProviderKit

/// Programs of the machine, and those that tests play.
@Suite struct ProgramTests {
  @Test func programsReadPrintAndEnd() async throws {
    let script = "cat; echo \"$NAME\" >&2; exit 3"
    let result = try await Programs.real.run(Program("/bin/sh", ["-c", script], environment: ["NAME": "me"], input: Array("in".utf8)))
    #expect(result.exitCode == 3 && !result.isSuccess && result.ending == "exit code 3")
    #expect(String(decoding: result.standardOutput, as: UTF8.self) == "in")
    #expect(String(decoding: result.standardError, as: UTF8.self) == "me\n")
    let found = try await Programs.real.run(Program("sh", ["-c", "pwd"], environment: ["PATH": "/usr/bin:/bin"], workingDirectory: "/"))
    #expect(found.isSuccess && found.standardOutput == Array("/\n".utf8))
  }

  @Test func programsThatDoNotEndAreStopped() async throws {
    let result = try await Programs.real.run(Program("/bin/sh", ["-c", "sleep 60"], environment: ["PATH": "/bin"]), timeout: .milliseconds(50))
    #expect(result.exitCode == nil && result.ending == "no result in time")
    let running = Task { try await Programs.real.run(Program("/bin/sh", ["-c", "sleep 60"], environment: ["PATH": "/bin"])) }
    running.cancel()
    await #expect(throws: CancellationError.self) { try await running.value }
  }

  @Test func programsThatAreNotThere() async throws {
    for programs in [Programs.real, .none] {
      let error = await #expect(throws: ProgramError.self) { try await programs.run(Program("/none/at/all", environment: [:])) }
      #expect(error?.executable == "/none/at/all")
    }
  }

  @Test func programsCanBePlayed() async throws {
    let programs = Programs.scripted { ProgramResult(text: "\($0.executable) \($0.arguments)") }
    #expect(try await programs.run(Program("a", ["b"], environment: [:])).standardOutput == Array(#"a ["b"]"#.utf8))
  }

  @Test(arguments: [("", ""), ("a", "YQ=="), ("ab", "YWI="), ("abc", "YWJj"), ("\u{ff}\u{0}", "w78A")])
  func lettersForBytes(_ text: String, _ letters: String) {
    #expect(Base64.encode(Array(text.utf8)) == letters)
    #expect(Base64.decode(letters) == Array(text.utf8))
  }

  @Test func answersMayComePieceByPiece() async throws {
    let web = Web.streaming { request in
      if request.url.hasSuffix("/none") { return nil }
      let (body, pieces) = AsyncThrowingStream<[UInt8], any Error>.makeStream()
      for piece in ["one\ntw", "o\nthr"] { pieces.yield(Array(piece.utf8)) }
      pieces.finish(throwing: request.url.hasSuffix("/broken") ? FilesError(description: "broken") : nil)
      return StreamedResponse(WebResponse(status: 201), body: body)
    }
    let client = HTTPClient(web).secured(by: TLSSettings(verifiesServer: false))
    let whole = try await client.send(WebRequest("GET", "https://example.com/whole"))
    #expect(whole.status == 201 && whole.text == "one\ntwo\nthr")
    var lines: [String] = []
    for try await line in try await client.lines(WebRequest("GET", "https://example.com/whole")).lines { lines.append(line) }
    #expect(lines == ["one", "two", "thr"])
    let broken = await #expect(throws: WebError.self) { try await client.send(WebRequest("GET", "https://example.com/broken")) }
    #expect(broken?.code == .other)
    let nobody = await #expect(throws: WebError.self) { try await client.send(WebRequest("GET", "https://example.com/none")) }
    #expect(nobody?.code == .noConnection)
  }
}
