import Glibc
import Host
import Synchronization

/// A running plugin and the connection to it. Launched plugins end with this object at the latest; reattached ones stay.
final class PluginProcess: Sendable {
  let connection: GRPCConnection
  let protocolVersion: Int
  let log: PluginLog
  /// Nil for a plugin that somebody else started.
  private let process: (any RunningProcess)?
  private let directory: ProcessDirectory?
  private let shutdownTimeout: Duration

  private init(
    connection: GRPCConnection, protocolVersion: Int, log: PluginLog, process: (any RunningProcess)?,
    directory: ProcessDirectory?, shutdownTimeout: Duration
  ) {
    self.connection = connection
    self.protocolVersion = protocolVersion
    self.log = log
    self.process = process
    self.directory = directory
    self.shutdownTimeout = shutdownTimeout
    // What a plugin prints after the handshake goes into pipes that only this stream drains: unread, they would block it.
    connection.listen("/plugin.GRPCStdio/StreamStdio", []) { message in
      var reader = ProtobufReader(message)
      while let field = try? reader.next() {
        if field.number == 2 { log.append(reader.array(field)) }
      }
    }
  }

  deinit {
    connection.abandon()
    process?.kill(after: .zero)
  }

  /// Starts a plugin and connects to it. On any failure no child is left.
  static func start(_ launch: PluginLaunch, with launcher: any ProcessLauncher) async throws(PluginError)
    -> PluginProcess
  {
    let directory: ProcessDirectory
    do throws(ProcessError) {
      directory = try ProcessDirectory(in: launch.temporaryDirectory)
    } catch {
      throw PluginError(code: .notStarted, provider: launch.provider, message: error.message + ".", log: [])
    }
    var starter = PluginStarter(launch: launch, launcher: launcher, directory: directory)
    if let plugin = try await starter.attempt(mutualTLS: launch.security == .mutualTLS) { return plugin }
    // The plugin listens on TCP, where anybody may connect: once more, with certificates.
    guard let plugin = try await starter.attempt(mutualTLS: true) else {
      throw PluginError(
        code: .connection, provider: launch.provider,
        message: "it listens on a TCP port without protection, which is not accepted.", log: starter.log.tail)
    }
    return plugin
  }

  /// Connects to a plugin that is already running; it is not ended by this object. No TLS is used (the host that
  /// printed the address could not have known our certificate).
  static func attach(to entry: PluginReattachment, log sink: PluginLogSink?) async throws(PluginError) -> PluginProcess
  {
    do throws(GRPCError) {
      return PluginProcess(
        connection: try await GRPCConnection.open(Socket.connect(to: entry.address), tls: nil),
        protocolVersion: entry.protocolVersion, log: PluginLog(provider: entry.provider, sink: sink), process: nil,
        directory: nil, shutdownTimeout: .zero)
    } catch {
      throw PluginError(
        code: .connection, provider: entry.provider,
        message:
          "\(error.message). It is named in TF_REATTACH_PROVIDERS: is the process \(entry.processIdentifier) still running?",
        log: [])
    }
  }

  /// Asks the plugin to end, waits a bounded time, kills it otherwise, and removes what it left.
  func close() async {
    guard let process else { return await connection.close() }
    // The process usually ends before it answers: whatever comes back is as good.
    _ = try? await connection.call("/plugin.GRPCController/Shutdown", [], timeout: shutdownTimeout)
    await connection.close()
    process.kill(after: shutdownTimeout)
    _ = await process.waitForExit()
    directory?.remove()
  }

  /// What can be said after the connection broke: how the process ended. A process that lives on is of no use and is killed.
  func explainLoss() async -> String? {
    guard let process else { return nil }
    process.kill(after: .seconds(2))
    let exit = await process.waitForExit()
    return exit.overdue
      ? "The connection broke while the process went on running; it was killed."
      : "The process ended with \(exit.description)."
  }

  fileprivate static func make(
    connection: GRPCConnection, handshake: Handshake, log: PluginLog, process: any RunningProcess,
    directory: ProcessDirectory, launch: PluginLaunch
  ) -> PluginProcess {
    PluginProcess(
      connection: connection, protocolVersion: handshake.protocolVersion, log: log, process: process,
      directory: directory, shutdownTimeout: launch.shutdownTimeout)
  }
}

/// The way from a program to a connected plugin.
private struct PluginStarter {
  let launch: PluginLaunch
  let launcher: any ProcessLauncher
  let directory: ProcessDirectory
  private(set) var log: PluginLog

  init(launch: PluginLaunch, launcher: any ProcessLauncher, directory: ProcessDirectory) {
    self.launch = launch
    self.launcher = launcher
    self.directory = directory
    log = PluginLog(provider: launch.provider, sink: launch.log)
  }

  /// One launch. Nil, with the child ended, when the plugin has to be launched again with mutual TLS.
  mutating func attempt(mutualTLS: Bool) async throws(PluginError) -> PluginProcess? {
    log = PluginLog(provider: launch.provider, sink: launch.log)
    let identity: TLSIdentity?
    do throws(GRPCError) {
      identity = mutualTLS ? try TLSIdentity() : nil
    } catch {
      throw failure(.connection, error.message + ".")
    }
    let waiter = HandshakeWaiter()
    let process = try await spawn(identity, waiter)
    do throws(PluginError) {
      let handshake = try await greet(process, waiter)
      if case .tcp = handshake.address, handshake.certificate == nil, !mutualTLS {
        await end(process)
        return nil
      }
      let connection = try await connect(process, handshake, identity, mutualTLS: mutualTLS)
      return PluginProcess.make(
        connection: connection, handshake: handshake, log: log, process: process, directory: directory, launch: launch)
    } catch {
      await end(process)
      // Now that the process has ended, all it wrote has arrived.
      throw PluginError(code: error.code, provider: error.provider, message: error.message, log: log.tail)
    }
  }

  private func spawn(_ identity: TLSIdentity?, _ waiter: HandshakeWaiter) async throws(PluginError)
    -> any RunningProcess
  {
    let request = ProcessRequest(
      executable: launch.executable, arguments: launch.arguments,
      environment: launch.childEnvironment(
        socketDirectory: directory.path, clientCertificate: identity?.certificatePEM),
      input: .inherited)
    let log = log
    do throws(ProcessError) {
      return try await launcher.launch(request) { channel, bytes in
        switch channel {
        case .standardOutput: waiter.receive(bytes)
        case .standardError: log.append(bytes)
        }
      } onExit: { exit in
        waiter.finish(.exited(exit))
      }
    } catch {
      throw failure(.notStarted, "\(launch.executable) could not be executed: \(error.message).")
    }
  }

  private func greet(_ process: any RunningProcess, _ waiter: HandshakeWaiter) async throws(PluginError) -> Handshake {
    process.kill(after: launch.handshakeTimeout)
    let outcome = await withTaskCancellationHandler {
      await waiter.wait()
    } onCancel: {
      waiter.finish(.cancelled)
    }
    process.kill(after: nil)
    switch outcome {
    case .line(let line):
      do throws(HandshakeError) {
        return try Handshake(line: line)
      } catch {
        throw failure(error.code, error.message)
      }
    case .exited(let exit) where exit.overdue:
      throw failure(
        .handshakeTimeout,
        "it did not say within \(launch.handshakeTimeout.components.seconds) seconds where it listens, and was killed.")
    case .exited(let exit):
      throw failure(
        .exitedBeforeHandshake, "it ended with \(exit.description) before a connection could be made.")
    case .cancelled:
      throw failure(.cancelled, "the start was cancelled.")
    }
  }

  private func connect(
    _ process: any RunningProcess, _ handshake: Handshake, _ identity: TLSIdentity?, mutualTLS: Bool
  ) async throws(PluginError) -> GRPCConnection {
    do throws(GRPCError) {
      guard handshake.certificate != nil || !mutualTLS else {
        throw GRPCError(.unauthenticated, "it does not offer TLS, which is demanded for it")
      }
      let socket = try Socket.connect(to: handshake.address)
      if case .unix = handshake.address, handshake.certificate == nil {
        guard let peer = socket.peer, peer.user == geteuid(), isProcess(peer.process, within: process.identifier) else {
          throw GRPCError(.unauthenticated, "its socket is served by a process that was not started for it")
        }
      }
      var parameters: TLSParameters?
      if let certificate = handshake.certificate {
        // A plugin that insists on TLS unasked may still ask for a certificate: show one.
        let shown = if let identity { identity } else { try TLSIdentity() }
        parameters = TLSParameters(identity: shown, pinnedCertificate: certificate)
      }
      return try await GRPCConnection.open(socket, tls: parameters)
    } catch {
      throw failure(.connection, "\(error.message).")
    }
  }

  private func end(_ process: any RunningProcess) async {
    process.kill(after: .zero)
    _ = await process.waitForExit()
  }

  private func failure(_ code: PluginError.Code, _ message: String) -> PluginError {
    PluginError(code: code, provider: launch.provider, message: message, log: log.tail)
  }
}

/// Waits for the first line of a plugin's output, or for what comes in its place. The first outcome counts.
private final class HandshakeWaiter: Sendable {
  enum Outcome: Sendable {
    case line(String)
    case exited(ProcessExit)
    case cancelled
  }
  private struct State {
    var line: [UInt8] = []
    var outcome: Outcome?
    var continuation: CheckedContinuation<Outcome, Never>?
  }
  /// No handshake is longer; a certificate has about a thousand bytes.
  private static let longestLine = 64 << 10
  private let state = Mutex(State())

  /// Takes standard output; what follows the first line is dropped.
  func receive(_ bytes: [UInt8]) {
    let line = state.withLock { state -> String? in
      guard state.outcome == nil else { return nil }
      if let end = bytes.firstIndex(of: UInt8(ascii: "\n")) {
        return String(decoding: state.line + bytes[..<end], as: UTF8.self)
      }
      state.line += bytes
      return state.line.count > Self.longestLine ? String(decoding: state.line, as: UTF8.self) : nil
    }
    if let line { finish(.line(line)) }
  }

  func finish(_ outcome: Outcome) {
    let continuation = state.withLock { state -> CheckedContinuation<Outcome, Never>? in
      guard state.outcome == nil else { return nil }
      // A program that prints something and ends without a line feed has said what it is.
      if case .exited = outcome, state.line.contains(where: { $0 > 32 }) {
        state.outcome = .line(String(decoding: state.line, as: UTF8.self))
      } else {
        state.outcome = outcome
      }
      defer { state.continuation = nil }
      return state.continuation
    }
    continuation?.resume(returning: state.withLock { $0.outcome } ?? outcome)
  }

  func wait() async -> Outcome {
    await withCheckedContinuation { continuation in
      let outcome = state.withLock { state -> Outcome? in
        if state.outcome == nil { state.continuation = continuation }
        return state.outcome
      }
      if let outcome { continuation.resume(returning: outcome) }
    }
  }
}

/// Whether a process is another one or descends from it: a plugin may be started through a script.
private func isProcess(_ process: Int32, within ancestor: Int32) -> Bool {
  var current = process
  for _ in 0..<32 {
    if current == ancestor { return true }
    guard current > 1, let parent = parentProcess(of: current) else { return false }
    current = parent
  }
  return false
}

/// The fourth field of `/proc/PID/stat`, after the name in parentheses.
private func parentProcess(of process: Int32) -> Int32? {
  let descriptor = unsafe open("/proc/\(process)/stat", O_RDONLY | O_CLOEXEC)
  guard descriptor >= 0 else { return nil }
  defer { close(descriptor) }
  var buffer = [UInt8](repeating: 0, count: 512)
  let count = unsafe read(descriptor, &buffer, buffer.count)
  guard count > 0, let nameEnd = buffer[..<count].lastIndex(of: UInt8(ascii: ")")) else { return nil }
  let fields = String(decoding: buffer[(nameEnd + 1)..<count], as: UTF8.self).split(separator: " ")
  return fields.count > 1 ? Int32(fields[1]) : nil
}
