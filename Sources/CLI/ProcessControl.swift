import Glibc
import Host

/// Ends the process at once, with everything written that was written.
func exitProcess(_ code: Int32) -> Never { Glibc.exit(code) }

/// Leaves what is about to go out of use to the end of the process, which frees it at once. Freeing the objects of a large plan one
/// by one takes a twentieth of the run.
func keepUntilProcessEnds<Kept>(_ kept: Kept) { _ = unsafe Unmanaged.passRetained(KeptUntilProcessEnds(kept)) }

private final class KeptUntilProcessEnds<Kept> {
  let kept: Kept
  init(_ kept: Kept) { self.kept = kept }
}

/// Makes another directory the working directory, and gives its full path.
func changeDirectory(_ path: String) throws(FileError) -> String {
  guard unsafe chdir(path) == 0, let full = unsafe getcwd(nil, 0) else { throw FileError(errno: errno, path: path) }
  defer { unsafe free(full) }
  return unsafe String(cString: full)
}

/// Appends to a file that need not exist yet.
func appendToFile(_ path: String, _ bytes: [UInt8]) throws(FileAppendError) {
  let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
  guard descriptor >= 0 else { throw FileAppendError() }
  defer { close(descriptor) }
  var offset = 0
  while offset < bytes.count {
    let written = unsafe bytes.withUnsafeBytes { buffer in
      unsafe write(descriptor, buffer.baseAddress?.advanced(by: offset), bytes.count - offset)
    }
    guard written > 0 else { throw FileAppendError() }
    offset += written
  }
}

struct FileAppendError: Error {}
