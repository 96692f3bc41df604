/// What is wrong with a configuration, or with the world that it describes, and which attribute is to blame for it.
///
/// Any error may be thrown by a provider; this one is shown beside the attribute.
public struct AttributeError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What went wrong, as a headline; nil for one that says what was being done.
  public var summary: String?
  /// Sentences: what is wrong, what was seen, what to do.
  public var message: String
  /// The attribute; the root for the object as a whole.
  public var path: AttributePath

  public init(_ message: String, summary: String? = nil, at path: AttributePath = .root) {
    self.message = message
    self.summary = summary
    self.path = path
  }

  public var description: String { path == .root ? message : "\(path): \(message)" }
}

/// Several errors at once.
public struct AttributeErrors: Error, Hashable, Sendable, CustomStringConvertible {
  public var errors: [AttributeError]
  public init(_ errors: [AttributeError]) { self.errors = errors }
  public var description: String { errors.map(\.description).joined(separator: "\n") }
}
