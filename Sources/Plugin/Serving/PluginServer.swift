import Dispatch
import Glibc
import Host
package import ProviderInterface
import Synchronization
import Values

/// A `Provider` as a plugin process: prints the handshake, answers the host's calls, and ends when it is told to.
package enum PluginServer {
  /// How long calls in flight may take once the host has asked for the end.
  private static let patience = Duration.seconds(2)

  /// Serves until the host asks for the end, or is gone. Gives the code that the process is to exit with.
  ///
  /// With the argument `-debug` the provider serves without a host that started it: it prints what `TF_REATTACH_PROVIDERS` is to be
  /// set to, and ends with the interrupt key.
  /// - Parameter source: the provider's address, as configurations name it.
  package static func serve(
    provider: any Provider, source: String, arguments: [String], environment: [String: String]
  ) async -> Int32 {
    let isDebugged = arguments.contains { $0 == "-debug" || $0 == "--debug" }
    guard isDebugged || environment[PluginProtocol.magicCookieKey] == PluginProtocol.magicCookieValue else {
      writeAll(Array(explanation(source).utf8), to: STDERR_FILENO)
      return 1
    }
    let log = ProviderLog(module: "plugin", environment: environment)
    let end = EndOfService()
    signal(SIGPIPE, SIG_IGN)
    do throws(GRPCError) {
      let session = try PluginSession(provider, environment: environment, isDebugged: isDebugged, log: log, end: end)
      let watch = isDebugged ? end.byInterrupt() : end.withParent()
      writeAll(Array((isDebugged ? session.reattachment(source) : session.handshake + "\n").utf8), to: STDOUT_FILENO)
      await end.wait()
      watch.cancel()
      await session.server.close(within: patience)
      await provider.close()
      return 0
    } catch {
      writeAll(Array("The provider \(source) cannot be served: \(error.message).\n".utf8), to: STDERR_FILENO)
      return 1
    }
  }

  /// This process's environment.
  package static var processEnvironment: [String: String] {
    var result: [String: String] = [:]
    var entry = unsafe environ
    while let text = unsafe entry.pointee {
      let pair = unsafe String(cString: text)
      if let separator = pair.utf8.firstIndex(of: UInt8(ascii: "=")) {
        result[String(pair[..<separator])] = String(pair[pair.utf8.index(after: separator)...])
      }
      unsafe entry += 1
    }
    return result
  }

  private static func explanation(_ source: String) -> String {
    """
    This program is a plugin: the provider \(source).
    It is started by plumb or terraform when a configuration uses the provider, and does nothing when started by hand.
    To run it under a debugger, give it the argument -debug.

    """
  }
}

/// What a served process consists of: the socket, the certificate if the host wants one, and the services.
struct PluginSession {
  let server: GRPCServer
  /// The line for the host, without its line feed: `CORE|APP|NETWORK|ADDRESS|PROTOCOL|SERVERCERT`.
  let handshake: String
  private let path: String

  /// Returns when it listens.
  init(
    _ provider: any Provider, environment: [String: String], isDebugged: Bool = false, log: ProviderLog, end: EndOfService
  ) throws(GRPCError) {
    var tls: TLSParameters?
    if !isDebugged, let text = environment["PLUGIN_CLIENT_CERT"], !text.isEmpty {
      guard let pinned = decodeCertificate(pem: text) else {
        throw GRPCError(.unauthenticated, "PLUGIN_CLIENT_CERT holds no certificate")
      }
      tls = TLSParameters(identity: try TLSIdentity(), pinnedCertificate: pinned)
    }
    let directory = ["PLUGIN_UNIX_SOCKET_DIR", "TMPDIR"].compactMap { environment[$0] }.first { !$0.isEmpty } ?? "/tmp"
    path = "\(directory)/plugin\(UInt64.random(in: 100_000_000...999_999_999))"
    server = try GRPCServer.start(at: path, tls: tls, handler: Self.handler(provider, isDebugged, end)) { reason in
      log(reason.code == .unauthenticated ? .warn : .debug, "a connection ended", ["reason": reason.message])
    }
    let certificate = tls.map { encodeBase64($0.identity.encoded) } ?? ""
    handshake = "1|\(ProviderService.protocolVersion)|unix|\(path)|grpc|\(certificate)"
  }

  /// The provider's service and those of every plugin (go-plugin's `docs/internals.md`).
  private static func handler(_ provider: any Provider, _ isDebugged: Bool, _ end: EndOfService) -> GRPCHandler {
    let service = ProviderService(provider: provider)
    return { path, message async throws(GRPCError) in
      switch path {
      case "/grpc.health.v1.Health/Check":
        // Message `HealthCheckResponse`, SERVING.
        return [8, 1]
      case "/plugin.GRPCController/Shutdown":
        // One that serves under a debugger is ended by whoever started it.
        if !isDebugged { end.come() }
        return []
      default: return try await service.answer(path, message)
      }
    }
  }

  /// What somebody who debugs a provider sets before he runs the engine.
  func reattachment(_ source: String) -> String {
    var writer = JSONWriter(escapesHTML: false)
    writer.beginObject()
    writer.key(source)
    writer.beginObject()
    writer.member("Protocol", "grpc")
    writer.member("ProtocolVersion", ProviderService.protocolVersion)
    writer.member("Pid", Int(getpid()))
    writer.member("Test", true)
    writer.key("Addr")
    writer.beginObject()
    writer.member("Network", "unix")
    writer.member("String", path)
    writer.endObject()
    writer.endObject()
    writer.endObject()
    return """
      The provider is served. To use it, set this variable in the shell that runs plumb or terraform:

      \tTF_REATTACH_PROVIDERS='\(writer.string)'

      It ends with the interrupt key.

      """
  }
}

/// The one event that ends a served process.
final class EndOfService: Sendable {
  private struct State {
    var hasCome = false
    var waiting: [CheckedContinuation<Void, Never>] = []
  }
  private let state = Mutex(State())

  func come() {
    let waiting = state.withLock { state in
      state.hasCome = true
      defer { state.waiting = [] }
      return state.waiting
    }
    for continuation in waiting { continuation.resume() }
  }

  func wait() async {
    await withCheckedContinuation { continuation in
      let hasCome = state.withLock { state in
        if !state.hasCome { state.waiting.append(continuation) }
        return state.hasCome
      }
      if hasCome { continuation.resume() }
    }
  }

  /// Ends it with the interrupt key or a request to terminate.
  func byInterrupt() -> Task<Void, Never> {
    let sources = [SIGINT, SIGTERM].map { number in
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
      source.setEventHandler { self.come() }
      source.activate()
      return source
    }
    return Task {
      await wait()
      for source in sources { source.cancel() }
    }
  }

  /// Ends it when the process that started it is gone. The interrupt key is the host's affair: it says by a call what is to be done.
  func withParent() -> Task<Void, Never> {
    signal(SIGINT, SIG_IGN)
    let parent = getppid()
    return Task {
      while !Task.isCancelled {
        try? await Task.sleep(for: .seconds(5))
        if getppid() != parent { come() }
      }
    }
  }
}
