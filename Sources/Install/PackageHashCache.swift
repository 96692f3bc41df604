import Host

/// Remembers the `h1:` hashes of unpacked packages, so that a run need not read hundreds of megabytes to know that
/// nothing changed. An entry holds as long as the package's fingerprint does.
struct PackageHashCache {
  private let path: String
  private let files: any FileTree
  /// Fingerprint and hash by the resolved directory.
  private var known: [String: (fingerprint: String, hash: String)] = [:]
  private var isChanged = false

  /// Reads the cache of a data directory; one that cannot be read is empty.
  init(dataDirectory: String, files: any FileTree) {
    path = dataDirectory + "/plumb/package-hashes"
    self.files = files
    let text = String(decoding: (try? files.read(path)) ?? [], as: UTF8.self)
    for line in text.split(separator: "\n") {
      let fields = line.split(separator: " ", maxSplits: 2)
      if fields.count == 3 { known[String(fields[2])] = (String(fields[0]), String(fields[1])) }
    }
  }

  /// The content hash of a package directory, which may be a link.
  mutating func contentHash(ofDirectory directory: String) throws(FileError) -> PackageHash {
    let resolved = try files.resolve(directory)
    let fingerprint = try PackageHashing.fingerprint(ofDirectory: resolved, files: files)
    if let entry = known[resolved], entry.fingerprint == fingerprint, let hash = PackageHash(parsing: entry.hash) {
      return hash
    }
    let hash = try PackageHashing.contentHash(ofDirectory: resolved, files: files)
    known[resolved] = (fingerprint, hash.description)
    isChanged = true
    return hash
  }

  /// Writes what was learned. A cache that cannot be written costs time, not correctness.
  mutating func save() {
    guard isChanged else { return }
    isChanged = false
    let lines = known.sorted { $0.key < $1.key }.map { "\($0.value.fingerprint) \($0.value.hash) \($0.key)\n" }
    if let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) { try? files.createDirectory(String(path[..<slash])) }
    try? files.write([UInt8](lines.joined().utf8), to: path)
  }
}
