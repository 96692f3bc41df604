// Host: files, processes and HTTP as three small protocols, each with the real one and its in-memory twin.
// This room knows nothing of the language, of providers or of state; it reports what the operating system said.

/// Files and directories by path. Relative paths start at the tree's working directory.
///
/// All functions are synchronous: they are short, and what calls them is pure otherwise. Both implementations,
/// `LocalFileTree` and `MemoryFileTree`, pass the same contract test.
package protocol FileTree: Sendable {
  /// The whole content of a file; symbolic links are followed.
  func read(_ path: String) throws(FileError) -> [UInt8]

  /// Up to `count` bytes starting at `offset`; fewer at the end of the file, none behind it.
  func read(_ path: String, from offset: Int, count: Int) throws(FileError) -> [UInt8]

  /// Replaces or creates a file in one step: a reader sees the old content or the new, never a part.
  ///
  /// The parent directory must exist. A symbolic link at `path` is replaced, not followed.
  /// - Parameter mode: permission bits of a new file, before the process's mask.
  func write(_ bytes: [UInt8], to path: String, mode: UInt32) throws(FileError)

  /// As `write(_:to:mode:)`, with content that is made piece by piece: `next` is called until it gives `nil`.
  /// When `next` throws, nothing has changed.
  func write(to path: String, mode: UInt32, next: () throws -> [UInt8]?) throws

  /// What is at the path, symbolic links followed.
  func status(_ path: String) throws(FileError) -> FileStatus

  /// What is at the path itself: a symbolic link is reported as such.
  func linkStatus(_ path: String) throws(FileError) -> FileStatus

  /// The names in a directory without `.` and `..`, sorted by their bytes.
  func list(_ directory: String) throws(FileError) -> [String]

  /// Creates a directory and those missing above it. An existing directory is fine.
  func createDirectory(_ path: String) throws(FileError)

  /// Creates a symbolic link at `path` with the text `target`, which need not exist.
  func createSymbolicLink(at path: String, to target: String) throws(FileError)

  /// The text of the symbolic link at `path`; code `invalidPath` when it is none.
  func readSymbolicLink(_ path: String) throws(FileError) -> String

  /// Removes a file, a symbolic link or an empty directory.
  func removeEntry(_ path: String) throws(FileError)

  /// Moves what is at `source` to `destination`, which is replaced when it is a file or an empty directory.
  func rename(_ source: String, to destination: String) throws(FileError)

  /// Sets the permission bits.
  func setMode(_ mode: UInt32, of path: String) throws(FileError)

  /// The absolute path without symbolic links, `.` and `..`; everything on it must exist.
  func resolve(_ path: String) throws(FileError) -> String
}

/// What the file system tells about one entry.
package struct FileStatus: Hashable, Sendable {
  package enum Kind: Hashable, Sendable {
    case file, directory, symbolicLink, other
  }

  package var kind: Kind
  /// In bytes.
  package var size: Int
  /// Last change of the content, in nanoseconds since 1970.
  package var modifiedNanoseconds: Int64
  package var inode: UInt64
  /// Permission bits only.
  package var mode: UInt32

  /// Whether anybody may execute it.
  package var isExecutable: Bool { mode & 0o111 != 0 }
}

extension FileTree {
  /// Writes a file that everybody may read.
  package func write(_ bytes: [UInt8], to path: String) throws(FileError) {
    try write(bytes, to: path, mode: 0o644)
  }

  /// Whether something is at the path, symbolic links followed.
  package func exists(_ path: String) -> Bool {
    (try? status(path)) != nil
  }

  /// Whether a directory is at the path, symbolic links followed.
  package func isDirectory(_ path: String) -> Bool {
    (try? status(path))?.kind == .directory
  }

  /// Whether a regular file is at the path, symbolic links followed.
  package func isFile(_ path: String) -> Bool {
    (try? status(path))?.kind == .file
  }

  /// Removes what is at the path with all that is in it; symbolic links are removed, not followed.
  package func remove(_ path: String) throws(FileError) {
    if try linkStatus(path).kind == .directory {
      for name in try list(path) { try remove(path + "/" + name) }
    }
    try removeEntry(path)
  }

  /// Copies a file, a symbolic link (as a link) or a directory with all that is in it, with permissions.
  ///
  /// `destination` must not exist, its parent must.
  package func copyTree(from source: String, to destination: String) throws(FileError) {
    let status = try linkStatus(source)
    switch status.kind {
    case .directory:
      if (try? linkStatus(destination)) != nil { throw FileError(.alreadyExists, path: destination) }
      try createDirectory(destination)
      for name in try list(source) { try copyTree(from: source + "/" + name, to: destination + "/" + name) }
      try setMode(status.mode, of: destination)
    case .symbolicLink:
      try createSymbolicLink(at: destination, to: try readSymbolicLink(source))
    case .file, .other:
      try copyFile(from: source, to: destination, mode: status.mode)
    }
  }

  private func copyFile(from source: String, to destination: String, mode: UInt32) throws(FileError) {
    var offset = 0
    do {
      try write(to: destination, mode: mode) {
        let piece = try read(source, from: offset, count: 1 << 20)
        offset += piece.count
        return piece.isEmpty ? nil : piece
      }
    } catch let error as FileError {
      throw error
    } catch {
      throw FileError(.other(0), path: destination)
    }
  }
}
