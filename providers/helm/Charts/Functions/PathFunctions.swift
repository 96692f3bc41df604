/// Paths with slashes; those of this system are the same.
enum PathFunctions {
  static let all: [Function] = [
    Function("base", .string) { call in .string(base(call.text(0))) },
    Function("osBase", .string) { call in .string(base(call.text(0))) },
    Function("dir", .string) { call in .string(directory(call.text(0))) },
    Function("osDir", .string) { call in .string(directory(call.text(0))) },
    Function("clean", .string) { call in .string(cleaned(call.text(0))) },
    Function("osClean", .string) { call in .string(cleaned(call.text(0))) },
    Function("ext", .string) { call in .string(fileExtension(call.text(0))) },
    Function("osExt", .string) { call in .string(fileExtension(call.text(0))) },
    Function("isAbs", .string) { call in .bool(call.text(0).hasPrefix("/")) },
    Function("osIsAbs", .string) { call in .bool(call.text(0).hasPrefix("/")) },
  ]

  static func base(_ path: String) -> String {
    if path.isEmpty { return "." }
    return path.split(separator: "/").last.map(String.init) ?? "/"
  }

  static func directory(_ path: String) -> String {
    cleaned(String(path[..<(path.lastIndex(of: "/").map { path.index(after: $0) } ?? path.startIndex)]))
  }

  static func fileExtension(_ path: String) -> String {
    let name = path[(path.lastIndex(of: "/").map { path.index(after: $0) } ?? path.startIndex)...]
    return name.lastIndex(of: ".").map { String(name[$0...]) } ?? ""
  }

  /// Without doubled slashes, `.` and, where something stands before them, `..`.
  static func cleaned(_ path: String) -> String {
    let isAbsolute = path.hasPrefix("/")
    var parts: [Substring] = []
    for part in path.split(separator: "/") where part != "." {
      if part != ".." {
        parts.append(part)
      } else if let last = parts.last, last != ".." {
        parts.removeLast()
      } else if !isAbsolute {
        parts.append(part)
      }
    }
    let joined = parts.joined(separator: "/")
    return isAbsolute ? "/" + joined : joined.isEmpty ? "." : joined
  }
}
