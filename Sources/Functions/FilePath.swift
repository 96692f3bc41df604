/// Slash-separated paths as text; nothing here looks at files.
enum FilePath {
  /// Without `.`, doubled slashes and every `..` that can be resolved; `.` for nothing (Go's `path.Clean`).
  static func cleaned(_ path: String) -> String {
    let isAbsolute = path.utf8.first == slash
    var parts: [Substring] = []
    for part in Substring(path).utf8.split(separator: slash) where !part.elementsEqual(".".utf8) {
      guard part.elementsEqual("..".utf8) else {
        parts.append(Substring(part))
        continue
      }
      if let last = parts.last, last != ".." {
        parts.removeLast()
      } else if !isAbsolute {
        parts.append("..")
      }
    }
    let joined = parts.joined(separator: "/")
    if isAbsolute { return "/" + joined }
    return joined.isEmpty ? "." : joined
  }

  static func joined(_ directory: String, _ path: String) -> String {
    directory.isEmpty ? cleaned(path) : cleaned("\(directory)/\(path)")
  }

  static func isAbsolute(_ path: String) -> Bool { path.utf8.first == slash }

  /// All but the last part, `.` when nothing is left.
  static func directory(of path: String) -> String {
    guard let last = path.utf8.lastIndex(of: slash) else { return "." }
    return cleaned(String(path[...last]))
  }

  /// The last part without slashes behind it.
  static func name(of path: String) -> String {
    if path.isEmpty { return "." }
    return path.split(separator: "/").last.map(String.init) ?? "/"
  }

  /// The way from a directory to what is in it or beside it; both cleaned, and both absolute or both relative.
  static func relative(_ path: String, to directory: String) -> String {
    let target = path == "." ? [] : path.split(separator: "/")
    let base = directory == "." ? [] : directory.split(separator: "/")
    var common = 0
    while common < target.count, common < base.count, target[common] == base[common] { common += 1 }
    let steps = Array(repeating: Substring(".."), count: base.count - common) + target[common...]
    return steps.isEmpty ? "." : steps.joined(separator: "/")
  }

  private static let slash = UInt8(ascii: "/")
}
