import ProviderKit

/// `ephemeral.files_temporary`: a file that is there while a run needs it.
struct TemporaryFile: EphemeralResource {
  static let name = "temporary"
  static let description = "A file that only its owner can read, and that is removed when the run needs it no more."

  @Attribute("What it holds.", .sensitive) var content = ""
  @Attribute("What its name begins with.", .matches("[A-Za-z0-9._-]*", "letters, digits, points, dashes and underscores")) var prefix = "plumb-"
  @Attribute("Where it stands.", .computed) var path: String

  mutating func open(_ context: Context<LocalFiles>) async throws -> EphemeralLifetime {
    let directory = context.environment["TMPDIR"] ?? "/tmp"
    let number = UInt64(context.surroundings.random.next() * 1e15)
    path = "\(directory)/\(prefix)\(String(number, radix: 36))"
    try context.files.write(Array(content.utf8), to: path, mode: 0o600)
    return .untilClosed
  }

  func close(_ context: Context<LocalFiles>) async throws { try context.files.remove(path) }
}

/// `provider::files::join("a", "b")`: a path of its parts.
struct JoinPath: Function {
  static let name = "join"
  static let summary = "Joins the parts of a path."
  static let description = "Puts one slash between the parts. Only the first may begin with one."

  @Parameter("The first part.") var first: String
  @Parameter("The parts that follow.", variadic: true) var rest: [String]

  func call() throws -> String {
    try rest.reduce(first) { path, part in
      if part.hasPrefix("/") { throw $rest.error("\"\(part)\" is absolute, and only the first part of a path can be.") }
      return part.isEmpty ? path : path.isEmpty || path.hasSuffix("/") ? path + part : "\(path)/\(part)"
    }
  }
}
