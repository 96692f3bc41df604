import Host
import Synchronization

/// How a server proves who it is, and the client too. Certificates and keys are PEM.
public struct TLSSettings: Hashable, Sendable {
  /// Those that are trusted instead of the system's.
  public var authorities: [UInt8]?
  public var clientCertificate: [UInt8]?
  public var clientKey: [UInt8]?
  /// Whether the server must prove who it is.
  public var verifiesServer: Bool
  /// The name that the server's certificate must have, where it is not the one in the URL.
  public var serverName: String?

  public init(
    authorities: [UInt8]? = nil, clientCertificate: [UInt8]? = nil, clientKey: [UInt8]? = nil, verifiesServer: Bool = true,
    serverName: String? = nil
  ) {
    self.authorities = authorities
    self.clientCertificate = clientCertificate
    self.clientKey = clientKey
    self.verifiesServer = verifiesServer
    self.serverName = serverName
  }
}

/// Sends requests to one service, so many at once and no more; its connections stay open for those to come.
public struct HTTPClient: Sendable {
  private let web: Web
  private let tls: TLSSettings
  private let proxy: String?
  private let headers: [WebHeader]
  private let gate: Gate

  /// - Parameters:
  ///   - proxy: nil is as everywhere on the system.
  ///   - headers: sent with each request that does not have its own of that name.
  ///   - concurrencyMax: how many requests are under way at once, those for lines not counted.
  public init(
    _ web: Web, tls: TLSSettings = TLSSettings(), proxy: String? = nil, headers: [WebHeader] = [], concurrencyMax: Int = 8
  ) {
    self.web = web
    self.tls = tls
    self.proxy = proxy
    self.headers = headers
    gate = Gate(countMax: max(concurrencyMax, 1))
  }

  private init(_ other: HTTPClient, tls: TLSSettings) {
    web = other.web
    self.tls = tls
    proxy = other.proxy
    headers = other.headers
    gate = other.gate
  }

  /// The same client with other settings of TLS, as certificates are renewed. Both count what is under way together.
  public func secured(by tls: TLSSettings) -> HTTPClient { HTTPClient(self, tls: tls) }

  /// The response, whatever its status; throws a `WebError` when none came.
  public func send(_ request: WebRequest) async throws -> WebResponse {
    let request = hosted(request)
    return try await gate.through {
      do {
        return WebResponse(try await web.transport.send(request))
      } catch let error as HTTPError {
        throw Self.error(error)
      }
    }
  }

  /// The response as it comes: its head at once, then its body line by line, for as long as the server sends and somebody reads.
  /// - Parameter waitingCountMax: when more lines than this have come and were not read, the stream ends with an error.
  public func lines(_ request: WebRequest, waitingCountMax: Int = 100_000) async throws -> WebLines {
    let request = hosted(request)
    let (lines, continuation) = AsyncThrowingStream<String, any Error>.makeStream(
      bufferingPolicy: .bufferingOldest(max(waitingCountMax, 1)))
    let splitter = LineSplitter(continuation)
    let heads = AsyncStream<WebResponse>.makeStream(bufferingPolicy: .bufferingNewest(1))
    let transport = web.transport
    let task = Task {
      do {
        _ = try await transport.stream(request) { part in
          switch part {
          case .head(let head):
            heads.continuation.yield(WebResponse(head))
            return true
          case .piece(let bytes): return splitter.receive(bytes)
          }
        }
        splitter.finish(throwing: nil)
      } catch {
        splitter.finish(throwing: (error as? HTTPError).map(Self.error) ?? error)
      }
      heads.continuation.finish()
    }
    continuation.onTermination = { _ in task.cancel() }
    return try await withTaskCancellationHandler {
      for await head in heads.stream { return WebLines(response: head, lines: lines) }
      // No head came: the stream knows why.
      for try await _ in lines {}
      throw CancellationError()
    } onCancel: {
      task.cancel()
    }
  }

  private static func error(_ error: HTTPError) -> any Error { error.code == .cancelled ? CancellationError() : WebError(error) }

  private func hosted(_ request: WebRequest) -> HTTPRequest {
    let own = Set(request.headers.map { $0.name.lowercased() })
    let all = request.headers + headers.filter { !own.contains($0.name.lowercased()) }
    return HTTPRequest(
      request.method, request.url, headers: all.map { HTTPHeader($0.name, $0.value) }, body: request.body,
      timeoutSeconds: request.timeout.map(Self.seconds), silenceSecondsMax: request.silenceLimit.map(Self.seconds),
      security: HTTPSecurity(
        authorities: tls.authorities, clientCertificate: tls.clientCertificate, clientKey: tls.clientKey,
        verifiesServer: tls.verifiesServer, serverName: tls.serverName),
      proxy: proxy)
  }

  /// Whole seconds, rounded up.
  private static func seconds(_ duration: Duration) -> Int {
    let (seconds, attoseconds) = duration.components
    return max(1, Int(seconds) + (attoseconds > 0 ? 1 : 0))
  }
}

/// A response that is read line by line.
public struct WebLines: Sendable {
  /// Status and headers.
  public let response: WebResponse
  /// Without their line feeds; a carriage return before one goes with it. Who stops reading ends the request.
  public let lines: AsyncThrowingStream<String, any Error>
}

/// Cuts what comes into lines. Only the connection's thread calls `receive`, and `finish` is called after it.
private final class LineSplitter: Sendable {
  private let rest = Mutex<[UInt8]>([])
  private let continuation: AsyncThrowingStream<String, any Error>.Continuation

  init(_ continuation: AsyncThrowingStream<String, any Error>.Continuation) { self.continuation = continuation }

  /// Whether more is wanted.
  func receive(_ bytes: [UInt8]) -> Bool {
    let lines = rest.withLock { rest in
      rest += bytes
      guard let end = rest.lastIndex(of: UInt8(ascii: "\n")) else { return [ArraySlice<UInt8>]() }
      let whole = rest[..<end].split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
      rest = Array(rest[(end + 1)...])
      return whole
    }
    return lines.allSatisfy { yield($0) }
  }

  private func yield(_ line: ArraySlice<UInt8>) -> Bool {
    let text = String(decoding: line.last == UInt8(ascii: "\r") ? line.dropLast() : line, as: UTF8.self)
    switch continuation.yield(text) {
    case .enqueued: return true
    case .dropped:
      continuation.finish(throwing: TooManyLinesError())
      return false
    case .terminated: return false
    @unknown default: return false
    }
  }

  func finish(throwing error: (any Error)?) {
    let last = rest.withLock { $0 }
    if error == nil, !last.isEmpty { _ = yield(last[...]) }
    continuation.finish(throwing: error)
  }
}

/// More lines came than anybody read.
public struct TooManyLinesError: Error, Hashable, Sendable, CustomStringConvertible {
  public var description: String { "The server sends faster than its answer is read." }
}

/// Lets so many through at once.
final class Gate: Sendable {
  private struct State {
    var free: Int
    var next = 0
    var waiting: [(number: Int, continuation: CheckedContinuation<Bool, Never>)] = []
    var cancelled: Set<Int> = []
  }
  private let state: Mutex<State>

  init(countMax: Int) { state = Mutex(State(free: countMax)) }

  func through<Result: Sendable>(_ work: () async throws -> Result) async throws -> Result {
    guard await enter() else { throw CancellationError() }
    defer { leave() }
    return try await work()
  }

  /// Whether it was let in; not when the task was cancelled before.
  private func enter() async -> Bool {
    let number = state.withLock { state in
      state.next += 1
      return state.next
    }
    return await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let answer: Bool? = state.withLock { state in
          if state.cancelled.remove(number) != nil { return false }
          if state.free > 0 {
            state.free -= 1
            return true
          }
          state.waiting.append((number, continuation))
          return nil
        }
        if let answer { continuation.resume(returning: answer) }
      }
    } onCancel: {
      let continuation = state.withLock { state -> CheckedContinuation<Bool, Never>? in
        guard let index = state.waiting.firstIndex(where: { $0.number == number }) else {
          // It has not begun to wait, or is in already.
          state.cancelled.insert(number)
          return nil
        }
        return state.waiting.remove(at: index).continuation
      }
      continuation?.resume(returning: false)
    }
  }

  private func leave() {
    let next = state.withLock { state -> CheckedContinuation<Bool, Never>? in
      if state.waiting.isEmpty {
        state.free += 1
        return nil
      }
      return state.waiting.removeFirst().continuation
    }
    next?.resume(returning: true)
  }
}
