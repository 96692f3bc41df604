/// Why the store could not do what was asked. The message says what to do about it.
package struct StoreError: Error, Sendable, Equatable, CustomStringConvertible {
  package enum Code: Sendable, Hashable {
    /// Somebody else changed or leased the object: that run, if one is known.
    case conflict(run: Run?)
    /// The file was written by a newer program.
    case newerVersion
    /// The file is damaged, or no store at all.
    case corrupt
    /// Another process kept the store locked for too long.
    case busy
    case readOnly
    case diskFull
    case permissionDenied
    /// There is no such run, operation or object.
    case notFound
    /// The request contradicts the store's rules; a mistake of the caller.
    case invalidRequest
    /// The state file cannot be used: bad JSON, unknown format, different lineage or an older serial.
    case invalidStateFile
    case inputOutput
    case closed
  }

  package var code: Code
  /// Whole sentences, ready to show.
  package var message: String

  package init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }

  package var description: String { message }
}
