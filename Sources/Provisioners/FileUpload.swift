import Diagnostics
import Engine
import Host
import Values

extension SystemProvisioners {
  /// Copies a file, a directory or a text to another machine.
  func copyFiles(
    _ request: ProvisionerRequest, output: @escaping @Sendable (String) -> Void
  ) async -> [Diagnostic] {
    let arguments = request.configuration
    guard let destination = arguments.text("destination"), !destination.isEmpty else {
      return [Self.failure(request.type, "The destination must not be empty.")]
    }
    let source = arguments.text("source")
    if let source, !files.exists(source) {
      return [Self.failure(request.type, "Upload failed: there is no file or directory \(source).")]
    }
    return await withConnection(request, output: { _ in }) { (session, _) throws(RemoteError) in
      do throws(RemoteError) {
        if let content = arguments.text("content") {
          try await session.write(Array(content.utf8), to: destination, mode: 0o644)
        } else if let source, files.isDirectory(source) {
          try await copyDirectory(source, to: destination, session)
        } else if let source {
          try await copyFile(source, to: destination, session)
        }
      } catch {
        throw RemoteError(error.code, "Upload failed: \(error.message)")
      }
    }
  }

  /// With a slash at the end of the source its content goes into the destination, without one the directory itself does.
  private func copyDirectory(
    _ source: String, to destination: String, _ session: any RemoteSession
  ) async throws(RemoteError) {
    var target = destination
    while target.count > 1 && target.hasSuffix("/") { target.removeLast() }
    if !source.hasSuffix("/"), try await session.isDirectory(target) {
      let name = source.split(separator: "/").last.map(String.init) ?? ""
      if name != "." && name != ".." { target += "/\(name)" }
    }
    var directories = [(source: source, target: target)]
    while let (source, target) = directories.popLast() {
      try await session.createDirectory(target)
      for name in try listing(source) {
        let path = source.hasSuffix("/") ? source + name : "\(source)/\(name)"
        if files.isDirectory(path) {
          directories.append((path, "\(target)/\(name)"))
        } else {
          try await copyFile(path, to: "\(target)/\(name)", session)
        }
      }
    }
  }

  private func listing(_ directory: String) throws(RemoteError) -> [String] {
    do {
      return try files.list(directory)
    } catch {
      throw RemoteError(.file, "\(error)")
    }
  }

  private func copyFile(_ source: String, to target: String, _ session: any RemoteSession) async throws(RemoteError) {
    let bytes: [UInt8]
    let mode: UInt32
    do {
      bytes = try files.read(source)
      mode = try files.status(source).mode
    } catch {
      throw RemoteError(.file, "\(error)")
    }
    try await session.write(bytes, to: target, mode: mode)
  }
}
