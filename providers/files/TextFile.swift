import ProviderKit

/// `files_text`: a text file that is there, with this content and these permissions.
struct TextFile: UpdatableResource {
  static let name = "text"
  static let description = "A text file. One that exists already is imported, not overwritten."

  @Attribute("Where it stands.", .requiresReplacement, .identity, .length(1...))
  var path: String
  @Attribute("What it holds.", .exactlyOne(with: "content_wo"))
  var content: String?
  @Attribute("What it holds, of which nothing is stored. It is written when the version changes.", .writeOnly, .requires("content_wo_version"))
  var contentWo: String?
  @Attribute("The version of what only is written.", .requires("content_wo"))
  var contentWoVersion: Int?
  @Attribute(
    "Its permissions in octal digits.", .matches("0?[0-7]{3}", "three octal digits, as in 0644"),
    .equivalent { Permissions.bits($0) == Permissions.bits($1) })
  var mode = "0644"
  @Attribute("The SHA-256 of the content.", .computed)
  var sha256: String
  @Attribute("Its size in bytes.", .computed)
  var size: Int

  /// Under which key is kept what was written last, to tell whether somebody else wrote since.
  private static let written = "written"

  mutating func plan(_ change: inout PlannedChange<TextFile>, _ context: Context<LocalFiles>) async throws {
    if let content = $content.known {
      describe(content)
    } else if let prior = change.prior, let written = context.privateState[Self.written], prior.sha256 != written {
      // Of what only is written nothing can be compared but the checksum.
      $sha256.makeUnknown()
      $size.makeUnknown()
    }
  }

  mutating func create(_ context: Context<LocalFiles>) async throws {
    if try context.files.status(context.provider.absolute(path)) != nil {
      throw $path.error("There is a file at this path already. Import it, or remove it first.", summary: "File exists")
    }
    try write(context)
  }

  mutating func read(_ context: Context<LocalFiles>) async throws -> Existence {
    let place = context.provider.absolute(path)
    guard let status = try context.files.status(place), let text = try context.files.readText(place) else { return .gone }
    mode = Permissions.text(status.mode)
    if contentWoVersion == nil { content = text }
    describe(text)
    return .exists
  }

  mutating func update(from prior: TextFile, _ context: Context<LocalFiles>) async throws { try write(context) }

  func delete(_ context: Context<LocalFiles>) async throws { try context.files.remove(context.provider.absolute(path)) }

  private mutating func write(_ context: Context<LocalFiles>) throws {
    let text = content ?? contentWo ?? ""
    try context.files.write(Array(text.utf8), to: context.provider.absolute(path), mode: Permissions.bits(mode))
    describe(text)
    context.privateState[Self.written] = sha256
  }

  private mutating func describe(_ text: String) {
    sha256 = Checksum.sha256(text)
    size = text.utf8.count
  }
}

/// `data.files_text`: a text file that somebody else keeps.
struct TextFileContent: DataSource {
  static let name = "text"
  static let description = "A text file that is read."

  @Attribute("Where it stands.", .length(1...)) var path: String
  @Attribute("What it holds.", .computed) var content: String
  @Attribute("Its permissions in octal digits.", .computed) var mode: String
  @Attribute("The SHA-256 of the content.", .computed) var sha256: String

  mutating func read(_ context: Context<LocalFiles>) async throws {
    let place = context.provider.absolute(path)
    guard let status = try context.files.status(place), let text = try context.files.readText(place) else {
      throw $path.error("There is no file at this path.", summary: "File not found")
    }
    content = text
    mode = Permissions.text(status.mode)
    sha256 = Checksum.sha256(text)
  }
}
