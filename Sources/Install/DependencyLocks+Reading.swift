import Addresses
package import Diagnostics
import HCL
package import Host

extension DependencyLocks {
  /// Reads the lock file of a root module; a missing file has no locks.
  package static func read(
    directory: String, files: any FileTree, sources: inout SourceMap
  ) -> (DependencyLocks, [Diagnostic]) {
    let path = directory == "." || directory.isEmpty ? fileName : "\(directory)/\(fileName)"
    do throws(FileError) {
      let bytes = try files.read(path)
      return parse(bytes, file: sources.add(path: path, bytes: bytes))
    } catch {
      if error.code == .notFound { return (DependencyLocks(), []) }
      return (
        DependencyLocks(),
        [.error("Failed to read dependency lock file", "\(path) cannot be read: \(error.sentence).")]
      )
    }
  }

  /// Writes the lock file of a root module.
  package func write(directory: String, files: any FileTree) throws(FileError) {
    let name = DependencyLocks.fileName
    try files.write([UInt8](text.utf8), to: directory == "." || directory.isEmpty ? name : "\(directory)/\(name)")
  }

  /// Reads the text of a lock file. What could not be understood is left out and reported.
  package static func parse(_ bytes: [UInt8], file: SourceFileID) -> (DependencyLocks, [Diagnostic]) {
    let (body, syntax) = parseFile(bytes, file: file)
    let schema = ContentSchema(blocks: [
      BlockSpecification("provider", labelNames: ["source_addr"]), BlockSpecification("module", labelNames: ["path"]),
    ])
    let (content, unknown) = body.content(for: schema)
    var reader = LockReader(diagnostics: syntax + unknown)
    for block in content.blocks {
      if block.type == "provider" {
        reader.readProvider(block)
      } else {
        reader.diagnostics.append(
          .warning(
            "Modules cannot be locked; remove this block",
            "Only providers can be locked. This lock file may be meant for a later version.", at: block.typeRange))
      }
    }
    return (DependencyLocks(reader.locks), reader.diagnostics)
  }
}

private struct LockReader {
  var locks: [ProviderLock] = []
  var diagnostics: [Diagnostic]

  mutating func fail(_ summary: String, _ detail: String, _ range: SourceRange) {
    diagnostics.append(.error(summary, detail, at: range))
  }

  mutating func readProvider(_ block: Block) {
    guard let label = block.labels.first, let source = source(label) else { return }
    if locks.contains(where: { $0.source == source }) {
      fail(
        "Duplicate provider lock", "This lock file already has a lock for provider \(source).", block.definitionRange)
    }
    let schema = ContentSchema(attributes: [
      AttributeSpecification("version", required: true), AttributeSpecification("constraints"),
      AttributeSpecification("hashes"),
    ])
    let (content, problems) = block.body.content(for: schema)
    diagnostics += problems
    guard let selected = content.attributes["version"].flatMap({ version($0, of: source) }) else { return }
    locks.append(
      ProviderLock(
        source: source, version: selected,
        constraints: content.attributes["constraints"].map { constraints($0, of: source) } ?? VersionConstraints.any,
        hashes: content.attributes["hashes"].map { hashes($0) } ?? []))
  }

  private mutating func source(_ label: Label) -> ProviderSource? {
    let summary = "Invalid provider source address"
    // The namespace "-" stood for providers without one before sources existed.
    let parts = label.text.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    if parts.count == 3, parts[1].elementsEqual("-".utf8) {
      fail(summary, "The provider source address \(label.text) is of a kind that cannot be locked.", label.range)
      return nil
    }
    guard let source = ProviderSource(parsing: label.text) else {
      fail(
        summary,
        "A lock names its provider as \"hostname/namespace/type\".", label.range)
      return nil
    }
    if source.isBuiltin {
      fail(
        summary,
        "\(source) is part of this program and has its version; remove its lock.",
        label.range)
      return nil
    }
    if source.description != label.text {
      fail(
        "Non-normalized provider source address",
        "Write the source of this lock in full: \"\(source)\".",
        label.range)
      return nil
    }
    return source
  }

  private mutating func version(_ attribute: Attribute, of source: ProviderSource) -> SemanticVersion? {
    let summary = "Invalid provider version number"
    guard let text = literal(attribute.expression), let constraint = try? VersionConstraints(parsing: text),
      constraint.terms.count == 1, let term = constraint.terms.first, term.comparison == .equal
    else {
      fail(
        summary, "The selected version number of provider \(source) is invalid: it must be written like \"1.2.3\".",
        attribute.expression.range)
      return nil
    }
    if term.version.description != text {
      fail(
        summary,
        "Write the version of \(source) in its usual form: \"\(term.version)\".",
        attribute.expression.range)
    }
    return term.version
  }

  private mutating func constraints(_ attribute: Attribute, of source: ProviderSource) -> VersionConstraints {
    let summary = "Invalid provider version constraints"
    guard let text = literal(attribute.expression), let constraints = try? VersionConstraints(parsing: text) else {
      fail(
        summary, "The recorded version constraints of provider \(source) are invalid.", attribute.expression.range)
      return .any
    }
    if constraints.description != text {
      fail(
        summary,
        "Write the constraints of \(source) in their usual form: \"\(constraints)\".", attribute.expression.range)
    }
    return constraints
  }

  private mutating func hashes(_ attribute: Attribute) -> [PackageHash] {
    guard let elements = attribute.expression.asStaticList() else {
      fail("Invalid expression", "A static list expression is required.", attribute.expression.range)
      return []
    }
    if elements.isEmpty {
      fail(
        "Invalid provider hash set",
        "\"hashes\" must have at least one hash in it; remove it otherwise.",
        attribute.expression.range)
    }
    var hashes: [PackageHash] = []
    for element in elements {
      let text = literal(element)
      if let hash = text.flatMap(PackageHash.init(parsing:)) {
        hashes.append(hash)
      } else {
        fail(
          "Invalid provider hash string",
          "\"\(text ?? "")\" is no hash: it should begin with a scheme and a colon, as in \"h1:\".",
          element.range)
      }
    }
    return hashes
  }

  /// A constant that can be a string. Nothing else may stand in a lock file.
  private func literal(_ expression: Expression) -> String? {
    switch expression.kind {
    case .string(let text): text
    case .number(let number): number.text
    case .template(let parts) where parts.count == 1: literal(parts[0])
    case .template(let parts) where parts.isEmpty: ""
    default: nil
    }
  }
}
