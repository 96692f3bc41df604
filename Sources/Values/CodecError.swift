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

extension ValueType {
  /// Says what is wrong with elements of a collection that brought types of their own, where its type says `dynamic`: all must be of
  /// one type. Nil if nothing is.
  func problem(of elements: [Value]) -> String? {
    guard self == .dynamic else { return nil }
    let types = Set(elements.lazy.map(\.type).filter { $0 != .dynamic })
    return types.count > 1 ? "all elements of a collection must be of the same type" : nil
  }
}
