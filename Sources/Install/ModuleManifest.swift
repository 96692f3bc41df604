package import Host

/// The record of where each module call's code is: `modules/modules.json` in the data directory.
package struct ModuleManifest: Hashable, Sendable {
  package struct Entry: Hashable, Sendable {
    /// The names of the calls from the root, joined by dots; empty for the root module.
    package var key: String
    /// The call's `source` argument as written; empty for the root module.
    package var source: String
    /// The selected version of a module from a registry.
    package var version: String?
    /// Where the code is, relative to the working directory.
    package var directory: String

    package init(key: String, source: String, version: String? = nil, directory: String) {
      self.key = key
      self.source = source
      self.version = version
      self.directory = directory
    }
  }

  /// Sorted by key.
  package private(set) var entries: [Entry]

  package init(_ entries: [Entry]) {
    self.entries = entries.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
  }

  /// The entry of a call, if its source is still the one that was recorded.
  package func entry(_ key: String, source: String) -> Entry? {
    entries.first { $0.key == key && $0.source == source }
  }

  /// One line of JSON, in the form that Terraform writes.
  package var text: String {
    let objects = entries.map { entry in
      let version = entry.version.map { ",\"Version\":\(Self.quoted($0))" } ?? ""
      return "{\"Key\":\(Self.quoted(entry.key)),\"Source\":\(Self.quoted(entry.source))\(version),"
        + "\"Dir\":\(Self.quoted(entry.directory))}"
    }
    return "{\"Modules\":[\(objects.joined(separator: ","))]}"
  }

  package func write(dataDirectory: String, files: any FileTree) throws(FileError) {
    try files.createDirectory("\(dataDirectory)/modules")
    try files.write([UInt8](text.utf8), to: "\(dataDirectory)/modules/modules.json")
  }

  /// The manifest of a data directory; one that is missing or unreadable is empty, since `init` writes it anew.
  package static func read(dataDirectory: String, files: any FileTree) -> ModuleManifest {
    guard let bytes = try? files.read("\(dataDirectory)/modules/modules.json"),
      let document = try? PlainData(json: bytes)
    else { return ModuleManifest([]) }
    return ModuleManifest(
      (document["Modules"]?.elements ?? []).compactMap { module in
        guard let key = module["Key"]?.text, let source = module["Source"]?.text, let directory = module["Dir"]?.text
        else { return nil }
        let version = module["Version"]?.text.flatMap { $0.isEmpty ? nil : $0 }
        return Entry(key: key, source: source, version: version, directory: directory)
      })
  }

  /// A JSON string, escaped as Go's encoder does it.
  private static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      case "\u{8}": result += "\\b"
      case "\u{c}": result += "\\f"
      case "<", ">", "&", "\u{2028}", "\u{2029}", "\0"..."\u{1f}":
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.utf8.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}
