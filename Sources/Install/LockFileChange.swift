package import Diagnostics

/// What becomes of the lock file after a successful installation.
package enum LockFileChange: Sendable {
  case unchanged
  case created
  case updated
  /// The file is read-only and would have other providers: an error.
  case refused(Diagnostic)
  /// The file is read-only and would have other versions or hashes: a warning, and nothing is written.
  case notSaved(Diagnostic)

  /// - Parameter isReadOnly: as `-lockfile=readonly`.
  package init(from previous: DependencyLocks, to next: DependencyLocks, isReadOnly: Bool) {
    if previous.selectsSame(as: next) {
      self = .unchanged
    } else if !isReadOnly {
      self = previous.providers.isEmpty ? .created : .updated
    } else if previous.providers.keys != next.providers.keys {
      self = .refused(
        .error(
          "Provider dependency changes detected",
          "The configuration needs other providers than the lock file has. Run \"plumb init\" without "
            + "-lockfile=readonly to change it."))
    } else {
      self = .notSaved(
        .warning(
          "Provider lock file not updated",
          "Something was chosen that the lock file does not have. Run \"plumb init\" without -lockfile=readonly to "
            + "write it down."))
    }
  }
}
