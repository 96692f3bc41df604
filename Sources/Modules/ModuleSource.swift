/// Where a module call takes its module from, as far as its text tells.
package enum ModuleSource: Hashable, Sendable {
  /// A directory relative to the calling module.
  case local(String)
  /// `[HOST/]NAMESPACE/NAME/SYSTEM[//SUBDIRECTORY]`.
  case registry(String)
  /// Anything else that names a place: Git, HTTP, S3, a path from the file system's root.
  case remote(String)
  /// Names nothing.
  case invalid(String)

  package init(_ text: String) {
    if text.isEmpty {
      self = .invalid(text)
    } else if text == "." || text == ".." || ["./", "../", ".\\", "..\\"].contains(where: text.hasPrefix) {
      self = .local(text)
    } else if Self.isRegistryAddress(text) {
      self = .registry(text)
    } else if Self.isRemote(text) {
      self = .remote(text)
    } else {
      self = .invalid(text)
    }
  }

  /// Three or four parts of letters, digits, dashes and underscores; the first of four is a host name with a dot.
  private static func isRegistryAddress(_ text: String) -> Bool {
    var package = text[...]
    if let double = text.range(ofDoubleSlash: ()) { package = text[..<double] }
    let parts = package.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 3 || parts.count == 4 else { return false }
    var names = parts
    if parts.count == 4 {
      guard parts[0].contains("."), !["github.com", "bitbucket.org", "gitlab.com"].contains(parts[0]) else {
        return false
      }
      names.removeFirst()
    } else if ["github.com", "bitbucket.org", "gitlab.com"].contains(parts[0]) {
      return false
    }
    return names.allSatisfy { part in
      guard let first = part.utf8.first, first != UInt8(ascii: "-"), first != UInt8(ascii: "_") else { return false }
      return part.utf8.allSatisfy { $0.isWordByte }
    }
  }

  private static func isRemote(_ text: String) -> Bool {
    if text.hasPrefix("/") || text.contains("://") || text.contains("::") { return true }
    if ["github.com/", "bitbucket.org/", "gitlab.com/", "git@"].contains(where: text.hasPrefix) { return true }
    // `user@host:path`, and hosts of object stores.
    if text.contains("@"), text.contains(":") { return true }
    return text.contains(".amazonaws.com/") || text.contains("www.googleapis.com/")
  }
}

extension UInt8 {
  fileprivate var isWordByte: Bool {
    switch self {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
      true
    default: false
    }
  }
}

extension String {
  /// Where `//` stands, other than in `://`.
  fileprivate func range(ofDoubleSlash: Void) -> Index? {
    var previous: Character?
    var index = startIndex
    while index < endIndex {
      let next = self.index(after: index)
      if self[index] == "/", next < endIndex, self[next] == "/", previous != ":" { return index }
      previous = self[index]
      index = next
    }
    return nil
  }
}
