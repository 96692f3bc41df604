import Diagnostics
import Engine
import Host
import Values

extension SystemProvisioners {
  private static let longestPause: Int64 = 20_000

  /// Connects, does what is to be done, and disconnects; what goes wrong becomes a message.
  func withConnection(
    _ request: ProvisionerRequest, output: @escaping @Sendable (String) -> Void,
    _ body: (any RemoteSession, ConnectionSettings) async throws(RemoteError) -> Void
  ) async -> [Diagnostic] {
    do throws(RemoteError) {
      let settings = try ConnectionSettings(request.connection, environment: environment, readKey: keyText)
      let session = try await connect(settings, output: output)
      do throws(RemoteError) {
        try await whileRunning(endingWith: { session.interrupt() }) { () throws(RemoteError) in
          if isStopped { throw RemoteError(.interrupted, "interrupted") }
          try await body(session, settings)
        }
        await session.close()
      } catch {
        await session.close()
        throw error
      }
      return []
    } catch {
      if error.code == .interrupted { return [Self.interrupted(request.type)] }
      return [Self.failure(request.type, error.message)]
    }
  }

  /// Tries until the time is over: a machine that was just made needs a while before it answers, and another before it knows its users.
  private func connect(
    _ settings: ConnectionSettings, output: @escaping @Sendable (String) -> Void
  ) async throws(RemoteError) -> any RemoteSession {
    let end = uptimeMilliseconds() + Int64(settings.timeoutSeconds) * 1000
    var wait: Int64 = 1000
    while true {
      for line in settings.announcement { output(line) }
      let left = max(1, (end - uptimeMilliseconds()) / 1000)
      do throws(RemoteError) {
        let session = try await connector.connect(
          to: settings.endpoint, through: settings.bastion, timeoutSeconds: Int(min(left, 30)))
        output("Connected!")
        return session
      } catch {
        if isStopped { throw RemoteError(.interrupted, "interrupted") }
        if error.code == .invalid { throw error }
        let remaining = end - uptimeMilliseconds()
        if remaining <= 0 { throw RemoteError(error.code, "timeout - last error: \(error.message)") }
        await pauseUnlessStopped(min(wait, remaining))
        if isStopped { throw RemoteError(.interrupted, "interrupted") }
        wait = min(wait * 2, Self.longestPause)
      }
    }
  }

  /// In short pieces, so that an interrupt is not kept waiting.
  private func pauseUnlessStopped(_ milliseconds: Int64) async {
    var left = milliseconds
    while left > 0 && !isStopped {
      let piece = min(left, 200)
      await pause(.milliseconds(piece))
      left -= piece
    }
  }

  /// Keys are given as text, or as the path of a file that holds it.
  private func keyText(_ given: String) -> String {
    if given.contains("\n") || given.utf8.count > 4096 { return given }
    var path = given
    if path.hasPrefix("~/"), let home = environment["HOME"] { path = home + path.dropFirst(1) }
    guard files.isFile(path), let bytes = try? files.read(path) else { return given }
    return String(decoding: bytes, as: UTF8.self)
  }
}
