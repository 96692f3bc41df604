import Synchronization
import Testing

@testable import ProviderKit

struct Refused: TransientError, Equatable {
  var retryAdvice: RetryAdvice
}

/// Counts how many are in at once.
final class Crowd: Sendable {
  private let counts = Mutex((now: 0, most: 0))
  var most: Int { counts.withLock { $0.most } }

  func stay() async {
    counts.withLock { counts in
      counts.now += 1
      counts.most = max(counts.most, counts.now)
    }
    await Task.yield()
    counts.withLock { $0.now -= 1 }
  }
}

/// Retries, HTTP, and the rest of what providers are given.
@Suite struct ServicesTests {
  private func attempts(
    _ policy: RetryPolicy, failing count: Int, advice: RetryAdvice = .tryAgain
  ) async -> (made: Int, sleeps: [Duration], result: Result<Int, any Error>) {
    let clock = TestClock()
    let made = Mutex(0)
    let result: Result<Int, any Error>
    do {
      result = .success(
        try await policy.run(clock: clock, random: RandomSource(seed: 1), log: .silent) {
          let attempt = made.withLock { made in
            made += 1
            return made
          }
          if attempt <= count { throw Refused(retryAdvice: advice) }
          return attempt
        })
    } catch {
      result = .failure(error)
    }
    return (made.withLock { $0 }, clock.sleeps, result)
  }

  @Test func delaysDoubleUpToTheLongest() async throws {
    let policy = RetryPolicy(attemptCountMax: 6, firstDelay: .seconds(1), delayMax: .seconds(5), jitter: 0)
    let outcome = await attempts(policy, failing: 5)
    #expect(outcome.sleeps == [.seconds(1), .seconds(2), .seconds(4), .seconds(5), .seconds(5)])
    #expect(try outcome.result.get() == 6)
  }

  @Test func chanceShortensDelays() async {
    let policy = RetryPolicy(attemptCountMax: 20, firstDelay: .seconds(8), delayMax: .seconds(8), jitter: 0.5)
    let sleeps = await attempts(policy, failing: 19).sleeps
    #expect(sleeps.count == 19)
    #expect(sleeps.allSatisfy { (.seconds(4)...(.seconds(8))).contains($0) })
    #expect(Set(sleeps).count > 10)
  }

  @Test func attemptsHaveAnEnd() async {
    let outcome = await attempts(RetryPolicy(attemptCountMax: 3), failing: 9)
    #expect(outcome.made == 3)
    #expect(throws: Refused(retryAdvice: .tryAgain)) { try outcome.result.get() }
  }

  @Test func whatDoesNotPassIsNotTriedAgain() async {
    #expect(await attempts(RetryPolicy(), failing: 1, advice: .giveUp).made == 1)
  }

  @Test func whatTheOtherSideSaidIsKept() async {
    #expect(await attempts(RetryPolicy(), failing: 2, advice: .tryAgainAfter(.seconds(77))).sleeps == [.seconds(77), .seconds(77)])
    #expect(await attempts(RetryPolicy(), failing: 2, advice: .tryAgainAfter(.seconds(301))).made == 1, "nobody waits for ever")
  }

  @Test(arguments: [
    ("7", nil, .seconds(7)), ("x", nil, nil), ("Sun, 06 Nov 1994 08:49:37 GMT", nil, nil),
    ("Sun, 06 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 08:49:07 GMT", .seconds(30)),
    ("Sun, 06 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 09:49:37 GMT", .zero),
  ] as [(String, String?, Duration?)])
  func retryAfter(_ said: String, _ date: String?, _ wanted: Duration?) {
    let headers = [WebHeader("retry-after", said)] + (date.map { [WebHeader("Date", $0)] } ?? [])
    #expect(WebResponse(status: 429, headers: headers).retryAfter == wanted)
  }

  @Test(arguments: [
    ("Thu, 01 Jan 1970 00:00:00 GMT", 0), ("Sun, 06 Nov 1994 08:49:37 GMT", 784_111_777), ("Thu, 29 Feb 2024 12:00:00 GMT", 1_709_208_000),
    ("Fri, 31 Dec 1999 23:59:60 GMT", 946_684_800), ("tomorrow", nil), ("Sun, 06 Nov 1994 25:49:37 GMT", nil),
  ] as [(String, Int?)])
  func dates(_ text: String, _ seconds: Int?) { #expect(HTTPDate.seconds(text) == seconds) }

  @Test func statusesSayWhetherTheyPass() {
    func advice(_ status: Int, _ headers: [WebHeader] = []) -> RetryAdvice? {
      do {
        _ = try WebResponse(status: status, headers: headers).requireSuccess()
        return nil
      } catch {
        return (error as? WebStatusError)?.retryAdvice
      }
    }
    #expect(advice(200) == nil)
    #expect(advice(404) == .giveUp)
    #expect(advice(503) == .tryAgain)
    #expect(advice(429, [WebHeader("Retry-After", "3")]) == .tryAgainAfter(.seconds(3)))
  }

  @Test func requestsAreTriedAgainWhenTheServerSaysSo() async throws {
    let count = Mutex(0)
    let web = Web.scripted { _ in
      switch count.withLock({ $0 += 1; return $0 }) {
      case 1: nil
      case 2: WebResponse(status: 429, headers: [WebHeader("Retry-After", "9")])
      case 3: WebResponse(status: 503)
      default: WebResponse(text: "at last")
      }
    }
    let client = HTTPClient(web)
    let clock = TestClock()
    let policy = RetryPolicy(firstDelay: .seconds(1), jitter: 0)
    let response = try await policy.run(clock: clock, random: RandomSource(seed: 0), log: .silent) {
      try await client.send(WebRequest("GET", "https://example.com/")).requireSuccess()
    }
    #expect(response.text == "at last")
    #expect(clock.sleeps == [.seconds(1), .seconds(9), .seconds(4)])
  }

  @Test func requestsCarryHeadersAndBodies() async throws {
    let asked = Mutex<[WebRequest]>([])
    let web = Web.scripted { request in
      asked.withLock { $0.append(request) }
      return WebResponse(text: #"{"ok":true}"#)
    }
    let client = HTTPClient(web, headers: [WebHeader("Authorization", "Bearer t"), WebHeader("Accept", "a/b")])
    let response = try await client.send(WebRequest("POST", "https://example.com/x", json: ["a": 1], headers: [WebHeader("accept", "c/d")]))
    #expect(try response.json()["ok"] == true)
    let request = try #require(asked.withLock { $0 }.first)
    #expect(request.header("Authorization") == "Bearer t")
    #expect(request.headers.filter { $0.name.lowercased() == "accept" }.map(\.value) == ["c/d"])
    #expect(request.body == Array(#"{"a":1}"#.utf8))
    await #expect(throws: WebError.self) { try await HTTPClient(.none).send(WebRequest("GET", "https://nowhere.example")) }
  }

  @Test func linesComeOneByOne() async throws {
    let web = Web.scripted { _ in WebResponse(text: "one\r\ntwo\n\nlast") }
    let answer = try await HTTPClient(web).lines(WebRequest("GET", "https://example.com/watch"))
    #expect(answer.response.status == 200)
    var lines: [String] = []
    for try await line in answer.lines { lines.append(line) }
    #expect(lines == ["one", "two", "", "last"])
    await #expect(throws: WebError.self) { _ = try await HTTPClient(.none).lines(WebRequest("GET", "https://nowhere.example")) }
  }

  @Test func onlySoManyGoThroughAtOnce() async throws {
    let gate = Gate(countMax: 3)
    let crowd = Crowd()
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<50 { group.addTask { try await gate.through { await crowd.stay() } } }
      try await group.waitForAll()
    }
    #expect(crowd.most == 3)
  }

  @Test func whoIsCancelledDoesNotWaitAtTheGate() async throws {
    let gate = Gate(countMax: 1)
    try await gate.through {
      let waiting = Task { try await gate.through { 1 } }
      waiting.cancel()
      await #expect(throws: CancellationError.self) { try await waiting.value }
    }
    #expect(try await gate.through { 2 } == 2)
  }

  @Test func logsHaveLevelsAndFields() async throws {
    let entries = Mutex<[Log.Entry]>([])
    let log = Log { entry in entries.withLock { $0.append(entry) } }
    log.warning("careful", ["id": "x"])
    #expect(entries.withLock { $0 } == [Log.Entry(level: .warning, message: "careful", fields: ["id": "x"])])
  }

  @Test func checksums() {
    #expect(Checksum.sha256("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
  }
}
