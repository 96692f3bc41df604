import CLinux
import Glibc

/// A fresh directory that only this user may enter (mode 0700), deleted with all it holds when the value goes or `remove` is called.
package final class ProcessDirectory: Sendable {
  package let path: String

  /// Makes a directory with a random name in `parent`. Throws `ProcessError` with the system's reason.
  package init(in parent: String, prefix: String = "plumb-") throws(ProcessError) {
    var template = Array((parent.hasSuffix("/") ? parent : parent + "/").utf8CString.dropLast())
    template += "\(prefix)XXXXXX".utf8CString
    guard unsafe mkdtemp(&template) != nil else {
      let failure = errno
      throw ProcessError(
        .system, executable: "", message: "could not make a directory in \(parent): \(systemMessage(failure))")
    }
    path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// Deletes the directory. Harmless when it is gone already.
  package func remove() {
    _ = unsafe plumb_remove_tree(path)
  }

  deinit { remove() }
}

/// The system's words for an error number.
func systemMessage(_ number: Int32) -> String {
  var buffer = [CChar](repeating: 0, count: 256)
  // The POSIX form of this call fills the buffer; whatever it returns, the buffer holds a text.
  _ = unsafe strerror_r(number, &buffer, buffer.count)
  let text = buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
  return text.isEmpty ? "error \(number)" : String(decoding: text, as: UTF8.self)
}
