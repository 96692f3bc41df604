import Host

/// The files of the machine, or some in memory that behave like them. Paths that are not absolute start at the working directory.
public struct Files: Sendable {
  let tree: any FileTree

  init(_ tree: any FileTree) { self.tree = tree }

  /// Those of the machine.
  public static var real: Files { Files(LocalFileTree()) }

  /// Files that only this value knows. Copies share them.
  public static func inMemory() -> Files { Files(MemoryFileTree()) }

  /// Nil if there is none.
  public func read(_ path: String) throws -> [UInt8]? {
    try absent { () throws(FileError) in try tree.read(path) }
  }

  /// The content as text, in which bytes that are none became replacement characters; nil if there is no such file.
  public func readText(_ path: String) throws -> String? {
    try read(path).map { String(decoding: $0, as: UTF8.self) }
  }

  /// Writes a whole file in one step, so that nobody ever sees a part of it. Directories that are missing above it are made.
  /// - Parameter mode: its permissions; an existing file gets them too.
  public func write(_ bytes: [UInt8], to path: String, mode: UInt32 = 0o644) throws {
    if let end = path.lastIndex(of: "/"), end > path.startIndex { try wrapped { () throws(FileError) in try tree.createDirectory(String(path[..<end])) } }
    try wrapped { () throws(FileError) in
      try tree.write(bytes, to: path, mode: mode)
      try tree.setMode(mode, of: path)
    }
  }

  /// Nil if nothing is there.
  public func status(_ path: String) throws -> FileInformation? {
    guard let status = try absent({ () throws(FileError) in try tree.status(path) }) else { return nil }
    return FileInformation(isDirectory: status.kind == .directory, isFile: status.kind == .file, size: status.size, mode: status.mode)
  }

  public func setMode(_ mode: UInt32, of path: String) throws { try wrapped { () throws(FileError) in try tree.setMode(mode, of: path) } }

  /// Removes a file or an empty directory. What is not there is no error.
  public func remove(_ path: String) throws { _ = try absent { () throws(FileError) in try tree.removeEntry(path) } }

  /// The names in a directory, sorted; nil if there is none.
  public func list(_ path: String) throws -> [String]? { try absent { () throws(FileError) in try tree.list(path) } }

  private func absent<Result>(_ work: () throws(FileError) -> Result) throws -> Result? {
    do throws(FileError) {
      return try work()
    } catch {
      if error.code == .notFound { return nil }
      throw FilesError(description: error.description)
    }
  }

  private func wrapped(_ work: () throws(FileError) -> Void) throws {
    do throws(FileError) {
      try work()
    } catch {
      throw FilesError(description: error.description)
    }
  }
}

/// What is at a path.
public struct FileInformation: Hashable, Sendable {
  public var isDirectory: Bool
  public var isFile: Bool
  /// In bytes.
  public var size: Int
  /// Permission bits.
  public var mode: UInt32
}

/// The operating system refused something.
public struct FilesError: Error, Hashable, Sendable, CustomStringConvertible {
  public let description: String
}

/// Checksums of bytes.
public enum Checksum {
  /// SHA-256 as 64 hexadecimal digits.
  public static func sha256(_ bytes: [UInt8]) -> String { Hexadecimal.encode(SHA256Digest.of(bytes)) }
  public static func sha256(_ text: String) -> String { sha256(Array(text.utf8)) }
}
