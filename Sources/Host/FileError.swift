import Glibc

/// Why a file operation failed: the kind, the path it was asked for, and the system's words.
package struct FileError: Error, Hashable, Sendable, CustomStringConvertible {
  /// Kinds that callers treat differently; the rest is `other` with its errno.
  package enum Code: Hashable, Sendable {
    case notFound
    case permissionDenied
    case alreadyExists
    case notDirectory
    case isDirectory
    case notEmpty
    case tooManyLinks
    case invalidPath
    case noSpace
    case readOnly
    case crossDevice
    case tooManyOpenFiles
    case other(Int32)
  }

  package var code: Code
  package var path: String

  package init(_ code: Code, path: String) {
    self.code = code
    self.path = path
  }

  /// From the `errno` of a failed call.
  package init(errno number: Int32, path: String) {
    self.init(FileError.codes.first { $0.number == number }?.code ?? .other(number), path: path)
  }

  /// One lower-case sentence without path and full stop, as the system words it.
  package var sentence: String {
    if case .other(let number) = code { return FileError.systemText(number) }
    return FileError.codes.first { $0.code == code }?.sentence ?? "input/output error"
  }

  /// The path and the sentence: `main.tf: no such file or directory`.
  package var description: String { "\(path): \(sentence)" }

  private static let codes: [(number: Int32, code: Code, sentence: String)] = [
    (ENOENT, .notFound, "no such file or directory"),
    (EACCES, .permissionDenied, "permission denied"),
    (EPERM, .permissionDenied, "permission denied"),
    (EEXIST, .alreadyExists, "file exists"),
    (ENOTDIR, .notDirectory, "not a directory"),
    (EISDIR, .isDirectory, "is a directory"),
    (ENOTEMPTY, .notEmpty, "directory not empty"),
    (ELOOP, .tooManyLinks, "too many levels of symbolic links"),
    (EINVAL, .invalidPath, "invalid argument"),
    (ENAMETOOLONG, .invalidPath, "invalid argument"),
    (ENOSPC, .noSpace, "no space left on device"),
    (EROFS, .readOnly, "read-only file system"),
    (EXDEV, .crossDevice, "invalid cross-device link"),
    (EMFILE, .tooManyOpenFiles, "too many open files"),
    (ENFILE, .tooManyOpenFiles, "too many open files"),
  ]

  private static func systemText(_ number: Int32) -> String {
    var buffer = [CChar](repeating: 0, count: 256)
    guard unsafe strerror_r(number, &buffer, buffer.count) == 0 else { return "input/output error" }
    let text = String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    return text.isEmpty || number == 0 ? "input/output error" : text.lowercased()
  }
}
