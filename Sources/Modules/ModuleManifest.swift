package import Host
import Values

/// The record of where each module call's code is: `modules/modules.json` in the data directory.
package struct ModuleManifest: Hashable, Sendable {
  package struct Entry: Hashable, Sendable {
    /// The names of the calls from the root, joined by dots; empty for the root module.
    package var key: String
    /// The call's source in its full form; empty for the root module.
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

  /// By key.
  private var table: [String: Entry]

  package init(_ entries: [Entry]) {
    table = Dictionary(entries.map { ($0.key, $0) }, uniquingKeysWith: { $1 })
  }

  /// Sorted by key.
  package var entries: [Entry] { table.values.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) } }

  package subscript(key: String) -> Entry? {
    get { table[key] }
    set { table[key] = newValue }
  }

  /// Forgets a call and all below it.
  package mutating func removeTree(_ key: String) {
    table = table.filter { $0.key != key && !$0.key.hasPrefix(key + ".") }
  }

  /// One line of JSON, in the form that Terraform writes.
  package var bytes: [UInt8] {
    var writer = JSONWriter(style: .compact)
    writer.beginObject()
    writer.key("Modules")
    writer.beginArray()
    for entry in entries {
      writer.beginObject()
      writer.member("Key", entry.key)
      writer.member("Source", entry.source)
      if let version = entry.version { writer.member("Version", version) }
      writer.member("Dir", entry.directory)
      writer.endObject()
    }
    writer.endArray()
    writer.endObject()
    return writer.bytes
  }

  package func write(dataDirectory: String, files: any FileTree) throws(FileError) {
    try files.createDirectory("\(dataDirectory)/modules")
    try files.write(bytes, to: "\(dataDirectory)/modules/modules.json")
  }

  /// The manifest of a data directory; one that is missing or unreadable is empty, since `init` writes it anew.
  package static func read(dataDirectory: String, files: any FileTree) -> ModuleManifest {
    guard let bytes = try? files.read("\(dataDirectory)/modules/modules.json"),
      let document = try? JSONNode(parsing: bytes)
    else { return ModuleManifest([]) }
    return ModuleManifest(
      (document["Modules"]?.array ?? []).compactMap { module in
        guard let key = module["Key"]?.string, let source = module["Source"]?.string,
          let directory = module["Dir"]?.string
        else { return nil }
        // Earlier versions wrote down what the call says.
        let fullSource = source.isEmpty ? source : (try? ModuleSource(parsing: source))?.description ?? source
        let version = module["Version"]?.string.flatMap { $0.isEmpty ? nil : $0 }
        return Entry(key: key, source: fullSource, version: version, directory: normalizedPath(".", directory))
      })
  }
}
