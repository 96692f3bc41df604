/// Why bytes are no value of the type that was asked for.
package struct CodecError: Error, Hashable, Sendable, CustomStringConvertible {
  /// Where in the value.
  package var path: Path
  /// A sentence without capital and full stop.
  package var message: String

  package init(path: Path = .root, message: String) {
    self.path = path
    self.message = message
  }

  package var description: String { path.isEmpty ? message : "\(path): \(message)" }
}
