import CLinux
import Glibc
import State

/// Room on the disk that nobody else can take: given back when a write finds no other, so that the results of what a run has
/// in flight can still be written.
///
/// An unnamed file beside the database holds it, so that it vanishes with the process however that ends.
struct SpaceReserve: ~Copyable {
  /// Bytes; the rows and journal entries of a few dozen calls in flight, with their log, are far smaller.
  private static let size: off_t = 4 << 20

  private let descriptor: Int32

  /// Throws `diskFull` where there is not as much; nil where the file system cannot say.
  static func take(beside path: String) throws(StoreError) -> SpaceReserve? {
    let directory = path.lastIndex(of: "/").map { String(path[...$0]) } ?? "."
    let descriptor = unsafe plumb_reserve_space(directory, size)
    if descriptor >= 0 { return SpaceReserve(descriptor: descriptor) }
    guard errno == ENOSPC || errno == EDQUOT else { return nil }
    throw StoreError(
      .diskFull,
      "There is too little space left for \(path): a run needs \(size >> 20) MiB free beside it, so that nothing it makes is lost. "
        + "Free some space and try again.")
  }

  private init(descriptor: Int32) { self.descriptor = descriptor }

  deinit { close(descriptor) }
}
