import Host

/// A directory in which names may be patterns with `*` and `?`, as registries use for archives with one directory of unknown name.
struct DirectoryPattern {
  private let parts: [Substring]

  init(_ text: String) { parts = text.split(separator: "/") }

  func matches(below root: String, files: any FileTree) -> [String] {
    parts.reduce([root]) { directories, part in
      directories.flatMap { directory -> [String] in
        guard part.contains(where: { "*?".contains($0) }) else {
          let path = "\(directory)/\(part)"
          return files.isDirectory(path) ? [path] : []
        }
        let names = ((try? files.list(directory)) ?? []).filter { !$0.hasPrefix(".") && matches($0[...], part) }
        return names.map { "\(directory)/\($0)" }.filter(files.isDirectory)
      }
    }
  }

  private func matches(_ name: Substring, _ pattern: Substring) -> Bool {
    guard let first = pattern.first else { return name.isEmpty }
    if first == "*" {
      return matches(name, pattern.dropFirst()) || (!name.isEmpty && matches(name.dropFirst(), pattern))
    }
    guard let character = name.first, first == "?" || first == character else { return false }
    return matches(name.dropFirst(), pattern.dropFirst())
  }
}
