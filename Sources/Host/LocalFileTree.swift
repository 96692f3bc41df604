import Glibc

/// The file system of this machine; relative paths start at the process's working directory.
package struct LocalFileTree: FileTree {
  package init() {}

  package func read(_ path: String) throws(FileError) -> [UInt8] {
    let file = try OpenFile(path, O_RDONLY)
    let status = try file.status()
    if status.kind == .directory { throw FileError(.isDirectory, path: path) }
    var content: [UInt8] = []
    // Files of /proc and pipes tell no size: read until nothing comes.
    var piece = try file.readPiece(at: nil, count: max(status.size, 4096))
    while !piece.isEmpty {
      if content.isEmpty { content = piece } else { content += piece }
      if content.count >= status.size, status.size > 0 { break }
      piece = try file.readPiece(at: nil, count: max(status.size - content.count, 65536))
    }
    return content
  }

  package func read(_ path: String, from offset: Int, count: Int) throws(FileError) -> [UInt8] {
    guard offset >= 0, count >= 0 else { throw FileError(.invalidPath, path: path) }
    let file = try OpenFile(path, O_RDONLY)
    if try file.status().kind == .directory { throw FileError(.isDirectory, path: path) }
    var content: [UInt8] = []
    while content.count < count {
      let piece = try file.readPiece(at: offset + content.count, count: count - content.count)
      if piece.isEmpty { break }
      if content.isEmpty { content = piece } else { content += piece }
    }
    return content
  }

  package func write(_ bytes: [UInt8], to path: String, mode: UInt32) throws(FileError) {
    let temporary = temporaryName(for: path)
    do {
      try OpenFile(temporary, O_WRONLY | O_CREAT | O_EXCL, mode: mode).write(bytes)
      try rename(temporary, to: path)
    } catch {
      _ = unsafe unlink(temporary)
      throw FileError(error.code, path: path)
    }
  }

  package func write(to path: String, mode: UInt32, next: () throws -> [UInt8]?) throws {
    let temporary = temporaryName(for: path)
    do {
      try writePieces(to: temporary, mode: mode, next: next)
      try rename(temporary, to: path)
    } catch {
      _ = unsafe unlink(temporary)
      if let failure = error as? FileError, failure.path == temporary { throw FileError(failure.code, path: path) }
      throw error
    }
  }

  private func writePieces(to path: String, mode: UInt32, next: () throws -> [UInt8]?) throws {
    let file = try OpenFile(path, O_WRONLY | O_CREAT | O_EXCL, mode: mode)
    while let piece = try next() { try file.write(piece) }
  }

  package func status(_ path: String) throws(FileError) -> FileStatus {
    var raw = stat()
    guard unsafe stat(path, &raw) == 0 else { throw FileError(errno: errno, path: path) }
    return FileStatus(raw)
  }

  package func linkStatus(_ path: String) throws(FileError) -> FileStatus {
    var raw = stat()
    guard unsafe lstat(path, &raw) == 0 else { throw FileError(errno: errno, path: path) }
    return FileStatus(raw)
  }

  package func list(_ directory: String) throws(FileError) -> [String] {
    guard let handle = unsafe opendir(directory) else { throw FileError(errno: errno, path: directory) }
    defer { unsafe closedir(handle) }
    var names: [String] = []
    while true {
      errno = 0
      guard let entry = unsafe readdir(handle) else { break }
      let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        unsafe pointer.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
      }
      if name != ".", name != ".." { names.append(name) }
    }
    if errno != 0 { throw FileError(errno: errno, path: directory) }
    return names.sortedByBytes()
  }

  package func createDirectory(_ path: String) throws(FileError) {
    if unsafe mkdir(path, 0o755) == 0 { return }
    let number = errno
    if number == ENOENT, let parent = parentPath(path) {
      try createDirectory(parent)
      if unsafe mkdir(path, 0o755) == 0 { return }
      if errno == EEXIST, isDirectory(path) { return }
      throw FileError(errno: errno, path: path)
    }
    // Another process may have been faster, and an existing directory is what was asked for.
    if isDirectory(path) { return }
    throw FileError(errno: number, path: path)
  }

  package func createSymbolicLink(at path: String, to target: String) throws(FileError) {
    guard unsafe symlink(target, path) == 0 else { throw FileError(errno: errno, path: path) }
  }

  package func readSymbolicLink(_ path: String) throws(FileError) -> String {
    var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
    let count = unsafe readlink(path, &buffer, buffer.count)
    guard count >= 0 else { throw FileError(errno: errno, path: path) }
    return String(decoding: buffer.prefix(count).map(UInt8.init(bitPattern:)), as: UTF8.self)
  }

  package func removeEntry(_ path: String) throws(FileError) {
    guard unsafe Glibc.remove(path) == 0 else { throw FileError(errno: errno, path: path) }
  }

  package func rename(_ source: String, to destination: String) throws(FileError) {
    guard unsafe Glibc.rename(source, destination) == 0 else { throw FileError(errno: errno, path: source) }
  }

  package func setMode(_ mode: UInt32, of path: String) throws(FileError) {
    guard unsafe chmod(path, mode) == 0 else { throw FileError(errno: errno, path: path) }
  }

  package func resolve(_ path: String) throws(FileError) -> String {
    guard let resolved = unsafe realpath(path, nil) else { throw FileError(errno: errno, path: path) }
    defer { unsafe free(resolved) }
    return unsafe String(cString: resolved)
  }

  /// Beside the target, so that the final rename stays on one file system.
  private func temporaryName(for path: String) -> String {
    "\(path).\(String(UInt64.random(in: .min ... .max), radix: 36)).tmp"
  }
}

/// A file descriptor that is closed when its owner goes.
private struct OpenFile: ~Copyable {
  private let descriptor: Int32
  private let path: String

  init(_ path: String, _ flags: Int32, mode: UInt32 = 0) throws(FileError) {
    var result: Int32
    repeat { result = unsafe open(path, flags | O_CLOEXEC, mode) } while result < 0 && errno == EINTR
    guard result >= 0 else { throw FileError(errno: errno, path: path) }
    descriptor = result
    self.path = path
  }

  deinit { close(descriptor) }

  func status() throws(FileError) -> FileStatus {
    var raw = stat()
    guard unsafe fstat(descriptor, &raw) == 0 else { throw FileError(errno: errno, path: path) }
    return FileStatus(raw)
  }

  /// One read of at most `count` bytes, at an offset or at the file's position; empty at the end.
  func readPiece(at offset: Int?, count: Int) throws(FileError) -> [UInt8] {
    var number: Int32 = 0
    let bytes = unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      var result: Int
      repeat {
        result =
          unsafe offset.map { unsafe pread(descriptor, buffer.baseAddress, count, $0) }
          ?? Glibc.read(descriptor, buffer.baseAddress, count)
      } while result < 0 && errno == EINTR
      if result < 0 { number = errno }
      filled = max(result, 0)
    }
    if number != 0 { throw FileError(errno: number, path: path) }
    return bytes
  }

  func write(_ bytes: [UInt8]) throws(FileError) {
    var number: Int32 = 0
    unsafe bytes.withUnsafeBytes { buffer in
      var written = 0
      while written < buffer.count {
        let result = unsafe Glibc.write(descriptor, buffer.baseAddress?.advanced(by: written), buffer.count - written)
        if result >= 0 {
          written += result
        } else if errno != EINTR {
          number = errno
          return
        }
      }
    }
    if number != 0 { throw FileError(errno: number, path: path) }
  }
}

extension FileStatus {
  fileprivate init(_ raw: stat) {
    let kind: Kind =
      switch raw.st_mode & S_IFMT {
      case S_IFREG: .file
      case S_IFDIR: .directory
      case S_IFLNK: .symbolicLink
      default: .other
      }
    self.init(
      kind: kind, size: Int(raw.st_size),
      modifiedNanoseconds: Int64(raw.st_mtim.tv_sec) &* 1_000_000_000 &+ Int64(raw.st_mtim.tv_nsec),
      inode: UInt64(raw.st_ino), mode: UInt32(raw.st_mode) & 0o7777)
  }
}

/// The path of the directory that contains the last component; `nil` when the path has only one component.
func parentPath(_ path: String) -> String? {
  var bytes = path.utf8[...]
  while bytes.count > 1, bytes.last == UInt8(ascii: "/") { bytes = bytes.dropLast() }
  guard let slash = bytes.lastIndex(of: UInt8(ascii: "/")) else { return nil }
  let parent = bytes[..<slash]
  if parent.isEmpty { return bytes.count > 1 ? "/" : nil }
  return String(Substring(parent))
}

extension [String] {
  /// In the order of their bytes, which is the same on every machine and in every locale.
  func sortedByBytes() -> [String] {
    sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }
}
