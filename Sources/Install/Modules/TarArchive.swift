import Host

/// A tar archive in memory: plain files and directories. A link becomes a copy of what it names, if that is in the archive, so
/// that nothing can be written or read through it outside of the package.
struct TarArchive {
  private enum Content {
    case file(mode: UInt32, ArraySlice<UInt8>)
    case directory
    case link(target: String)
  }

  private var entries: [(path: String, content: Content)] = []

  init(_ bytes: [UInt8]) throws(ArchiveFailure) {
    var rest = bytes[...]
    var longName: String?
    var longLink: String?
    while rest.count >= 512 {
      let header = rest.prefix(512)
      rest = rest.dropFirst(512)
      if header.allSatisfy({ $0 == 0 }) { break }
      let size = try Self.number(Self.field(header, 124, 12))
      guard size >= 0, size <= rest.count else { throw ArchiveFailure(message: "it is cut off") }
      let data = rest.prefix(size)
      rest = rest.dropFirst(size + (512 - size % 512) % 512)
      let kind = header[header.startIndex + 156]
      switch kind {
      case UInt8(ascii: "L"): longName = Self.text(data)
      case UInt8(ascii: "K"): longLink = Self.text(data)
      case UInt8(ascii: "x"):
        let records = Self.records(data)
        longName = records["path"] ?? longName
        longLink = records["linkpath"] ?? longLink
      case UInt8(ascii: "g"): break
      default:
        let name = longName ?? Self.name(header)
        let target = longLink ?? Self.text(Self.field(header, 157, 100))
        (longName, longLink) = (nil, nil)
        let mode = UInt32(truncatingIfNeeded: try Self.number(Self.field(header, 100, 8))) & 0o777
        try add(name, kind, mode, data, target)
      }
      if entries.count > ArchiveFormat.entryCountMax { throw ArchiveFailure(message: "it has too many entries") }
    }
    if entries.isEmpty { throw ArchiveFailure(message: "it is no tar archive or an empty one") }
  }

  private mutating func add(
    _ name: String, _ kind: UInt8, _ mode: UInt32, _ data: ArraySlice<UInt8>, _ target: String
  ) throws(ArchiveFailure) {
    guard let path = Self.inside(name) else {
      throw ArchiveFailure(message: "its entry \(name) would be written outside of the package")
    }
    // The archive's own directory.
    if path.isEmpty { return }
    switch kind {
    case 0, UInt8(ascii: "0"), UInt8(ascii: "7"): entries.append((path, .file(mode: mode, data)))
    case UInt8(ascii: "5"): entries.append((path, .directory))
    case UInt8(ascii: "1"): entries.append((path, .link(target: try link(target, from: "", in: name))))
    case UInt8(ascii: "2"):
      let parent = path.split(separator: "/").dropLast().joined(separator: "/")
      entries.append((path, .link(target: try link(target, from: parent, in: name))))
    default: break
    }
  }

  private func link(_ target: String, from parent: String, in name: String) throws(ArchiveFailure) -> String {
    guard !target.hasPrefix("/"), let path = Self.inside(parent.isEmpty ? target : "\(parent)/\(target)") else {
      throw ArchiveFailure(message: "its entry \(name) is a link that leads outside of the package")
    }
    return path
  }

  func unpack(to directory: String, files: any FileTree) throws {
    try files.createDirectory(directory)
    for (path, content) in entries {
      switch content {
      case .directory: try files.createDirectory("\(directory)/\(path)")
      case .file(let mode, let data):
        try prepare(path, in: directory, files)
        try files.write([UInt8](data), to: "\(directory)/\(path)", mode: mode == 0 ? 0o644 : mode | 0o200)
      case .link: break
      }
    }
    // Behind the files, which links may precede. One that names another link finds it only if that came first.
    for (path, content) in entries {
      guard case .link(let target) = content, files.exists("\(directory)/\(target)") else { continue }
      // A directory in itself would never end.
      if path == target || path.hasPrefix(target + "/") || target.isEmpty { continue }
      try prepare(path, in: directory, files)
      if !files.exists("\(directory)/\(path)") {
        try files.copyTree(from: "\(directory)/\(target)", to: "\(directory)/\(path)")
      }
    }
  }

  private func prepare(_ path: String, in directory: String, _ files: any FileTree) throws {
    let parent = path.split(separator: "/").dropLast()
    if !parent.isEmpty { try files.createDirectory("\(directory)/\(parent.joined(separator: "/"))") }
  }

  /// The path without `.` and `..`; nil when it leads out of the archive.
  private static func inside(_ name: String) -> String? {
    if name.hasPrefix("/") || name.utf8.contains(0) { return nil }
    var parts: [Substring] = []
    for part in name.split(separator: "/") where part != "." {
      if part == ".." {
        if parts.popLast() == nil { return nil }
      } else {
        parts.append(part)
      }
    }
    return parts.joined(separator: "/")
  }

  private static func field(_ header: ArraySlice<UInt8>, _ offset: Int, _ count: Int) -> ArraySlice<UInt8> {
    header.dropFirst(offset).prefix(count)
  }

  private static func text(_ bytes: ArraySlice<UInt8>) -> String {
    String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
  }

  private static func name(_ header: ArraySlice<UInt8>) -> String {
    let name = text(field(header, 0, 100))
    let isUstar = text(field(header, 257, 5)) == "ustar"
    let prefix = isUstar ? text(field(header, 345, 155)) : ""
    return prefix.isEmpty ? name : "\(prefix)/\(name)"
  }

  /// Octal digits, or, when the first bit is set, a binary number.
  private static func number(_ bytes: ArraySlice<UInt8>) throws(ArchiveFailure) -> Int {
    if let first = bytes.first, first & 0x80 != 0 {
      guard bytes.dropFirst().dropLast(7).allSatisfy({ $0 == 0 }) else {
        throw ArchiveFailure(message: "it has an entry of more than any size")
      }
      return bytes.suffix(7).reduce(0) { $0 << 8 | Int($1) }
    }
    let digits = text(bytes).split(separator: " ").first ?? ""
    if digits.isEmpty { return 0 }
    guard let number = Int(digits, radix: 8) else { throw ArchiveFailure(message: "it is no tar archive") }
    return number
  }

  /// Records of the form `LENGTH KEY=VALUE\n`.
  private static func records(_ data: ArraySlice<UInt8>) -> [String: String] {
    var result: [String: String] = [:]
    for line in String(decoding: data, as: UTF8.self).split(separator: "\n") {
      guard let space = line.firstIndex(of: " "), let equals = line.firstIndex(of: "="), space < equals else { continue }
      result[String(line[line.index(after: space)..<equals])] = String(line[line.index(after: equals)...])
    }
    return result
  }
}
