import Diagnostics
import Engine
import Host
import Values

extension SystemProvisioners {
  /// Brings scripts to another machine and runs them there, one after the other.
  func runRemotely(
    _ request: ProvisionerRequest, output: @escaping @Sendable (String) -> Void
  ) async -> [Diagnostic] {
    let scripts: [[UInt8]]
    do throws(RemoteError) {
      scripts = try self.scripts(request.configuration)
    } catch {
      return [Self.failure(request.type, error.message)]
    }
    return await withConnection(request, output: output) { (session, settings) throws(RemoteError) in
      for script in scripts { try await run(script, session, settings, output: output) }
    }
  }

  private func scripts(_ arguments: Value) throws(RemoteError) -> [[UInt8]] {
    if let inline = arguments.attribute("inline"), !inline.isNull {
      var text = ""
      for line in inline.elements {
        guard let line = line.asString else { throw RemoteError(.invalid, "Error parsing \"inline\": null value in list") }
        text += line + "\n"
      }
      return [Array(text.utf8)]
    }
    let paths = arguments.text("script").map { [$0] } ?? arguments.texts("scripts") ?? []
    return try paths.map { path throws(RemoteError) in
      if path.isEmpty { throw RemoteError(.invalid, "invalid empty string in 'scripts'") }
      do {
        return try files.read(path)
      } catch {
        throw RemoteError(.invalid, "Script '\(path)' cannot be opened: \(error)")
      }
    }
  }

  private func run(
    _ script: [UInt8], _ session: any RemoteSession, _ settings: ConnectionSettings, output: @escaping @Sendable (String) -> Void
  ) async throws(RemoteError) {
    let path = settings.scriptPath.replacing("%RAND%", with: String(randomNumber()))
    var content = script
    // A script that names no interpreter is one for the shell.
    if !settings.isWindows && !script.starts(with: Array("#!".utf8)) { content = Array("#!/bin/sh\n".utf8) + script }
    do throws(RemoteError) {
      try await session.write(content, to: path, mode: settings.isWindows ? 0o644 : 0o777)
    } catch {
      throw RemoteError(error.code, "Failed to upload script: \(error.message)")
    }
    let lines = OutputLines(output)
    let status: Int32
    do throws(RemoteError) {
      status = try await session.run(path) { lines.append($0) }
    } catch {
      lines.end()
      throw error
    }
    lines.end()
    // What the script did counts, not whether it can be cleaned up after.
    try? await session.remove(path)
    if status != 0 { throw RemoteError(.invalid, "error executing \"\(path)\": Process exited with status \(status)") }
  }
}
