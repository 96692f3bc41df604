import Host

/// File names by pattern: `*`, `?`, `[a-z]`, `{a,b}` within one part of a path, `**` for any number of directories.
/// Names with a leading dot are like any other, and links to directories are followed.
struct FilePattern {
  /// The pattern has an unfinished class, alternative or escape. Found only when a name is compared with that part.
  struct Malformed: Error {}

  let files: any FileTree
  /// What relative patterns start from.
  let base: String

  func paths(matching pattern: String) throws(Malformed) -> [String] {
    var found: [String] = []
    let isAbsolute = FilePath.isAbsolute(pattern)
    var parts = pattern.utf8.split(separator: UInt8(ascii: "/")).map(Array.init)
    if parts.isEmpty { parts = [Array(".".utf8)] }
    try collect(isAbsolute ? "/" : "", parts[...], into: &found)
    return found
  }

  private func actual(_ path: String) -> String {
    if FilePath.isAbsolute(path) || base.isEmpty { return path.isEmpty ? "." : path }
    return path.isEmpty ? base : "\(base)/\(path)"
  }

  private func appending(_ directory: String, _ name: String) -> String {
    directory.isEmpty ? name : directory == "/" ? "/" + name : "\(directory)/\(name)"
  }

  private func collect(_ directory: String, _ parts: ArraySlice<[UInt8]>, into found: inout [String]) throws(Malformed) {
    guard let part = parts.first else { return }
    let isLast = parts.count == 1
    let rest = parts.dropFirst()
    if part.elementsEqual("**".utf8) {
      for name in names(in: directory) {
        let path = appending(directory, name)
        let isDirectory = files.isDirectory(actual(path))
        // A link that leads nowhere is left out here.
        if isLast && (isDirectory || files.exists(actual(path))) { found.append(path) }
        if isDirectory { try collect(path, parts, into: &found) }
      }
      if !isLast { try collect(directory, rest, into: &found) }
      return
    }
    if let name = FilePattern.literal(part) {
      let path = appending(directory, name)
      if isLast {
        if (try? files.linkStatus(actual(path))) != nil { found.append(path) }
      } else if files.isDirectory(actual(path)) {
        try collect(path, rest, into: &found)
      }
      return
    }
    for name in names(in: directory) where try FilePattern.matches(part, name) {
      let path = appending(directory, name)
      if isLast {
        found.append(path)
      } else if files.isDirectory(actual(path)) {
        try collect(path, rest, into: &found)
      }
    }
  }

  private func names(in directory: String) -> [String] { (try? files.list(actual(directory))) ?? [] }

  /// The name that a part without special characters stands for.
  private static func literal(_ part: [UInt8]) -> String? {
    let special = "*?[{\\".utf8
    return part.contains { special.contains($0) } ? nil : String(decoding: part, as: UTF8.self)
  }

  // MARK: One part

  private static func matches(_ pattern: [UInt8], _ name: String) throws(Malformed) -> Bool {
    let scalars = Array(String(decoding: pattern, as: UTF8.self).unicodeScalars)
    return try matches(scalars[...], Array(name.unicodeScalars)[...])
  }

  private static func matches(
    _ wholePattern: ArraySlice<Unicode.Scalar>, _ wholeName: ArraySlice<Unicode.Scalar>
  ) throws(Malformed) -> Bool {
    var pattern = wholePattern
    var name = wholeName
    while let next = pattern.first, let scalar = name.first {
      switch next {
      case "*":
        let rest = pattern.drop { $0 == "*" }
        if rest.isEmpty { return true }
        while !name.isEmpty {
          if try matches(rest, name) { return true }
          name = name.dropFirst()
        }
        return false
      case "?": pattern = pattern.dropFirst()
      case "[":
        let (isIn, rest) = try matchClass(pattern.dropFirst(), scalar)
        if !isIn { return false }
        pattern = rest
      case "{": return try matchChoices(pattern.dropFirst(), name)
      case "\\":
        guard let escaped = pattern.dropFirst().first else { throw Malformed() }
        if escaped != scalar { return false }
        pattern = pattern.dropFirst(2)
      default:
        if next != scalar { return false }
        pattern = pattern.dropFirst()
      }
      name = name.dropFirst()
    }
    return name.isEmpty && pattern.allSatisfy { $0 == "*" }
  }

  /// Whether the character is in the class that begins here, and what follows the class.
  private static func matchClass(
    _ pattern: ArraySlice<Unicode.Scalar>, _ scalar: Unicode.Scalar
  ) throws(Malformed) -> (Bool, ArraySlice<Unicode.Scalar>) {
    guard let end = index(of: "]", in: pattern), end > pattern.startIndex else { throw Malformed() }
    let rest = pattern[(end + 1)...]
    var members = pattern[..<end]
    let isNegated = members.first == "^"
    if isNegated { members = members.dropFirst() }
    var isIn = false
    func take() throws(Malformed) -> Unicode.Scalar {
      if members.first == "\\" { members = members.dropFirst() }
      guard let member = members.first else { throw Malformed() }
      members = members.dropFirst()
      return member
    }
    while let first = members.first {
      if first == "-" { throw Malformed() }
      let low = try take()
      guard members.first == "-" else {
        if low == scalar { isIn = true }
        continue
      }
      members = members.dropFirst()
      let high = try take()
      if low.value <= scalar.value && scalar.value <= high.value { isIn = true }
    }
    return (isIn != isNegated, rest)
  }

  private static func matchChoices(
    _ pattern: ArraySlice<Unicode.Scalar>, _ name: ArraySlice<Unicode.Scalar>
  ) throws(Malformed) -> Bool {
    var choices: [[Unicode.Scalar]] = [[]]
    var depth = 1
    var index = pattern.startIndex
    while index < pattern.endIndex {
      let scalar = pattern[index]
      index += 1
      switch scalar {
      case "\\" where index < pattern.endIndex:
        choices[choices.count - 1] += [scalar, pattern[index]]
        index += 1
        continue
      case "{": depth += 1
      case "}": depth -= 1
      case "," where depth == 1:
        choices.append([])
        continue
      default: break
      }
      if depth == 0 {
        for choice in choices where try matches((choice + pattern[index...])[...], name) { return true }
        return false
      }
      choices[choices.count - 1].append(scalar)
    }
    throw Malformed()
  }

  /// The first place of a character that no backslash stands before.
  private static func index(of wanted: Unicode.Scalar, in pattern: ArraySlice<Unicode.Scalar>) -> Int? {
    var index = pattern.startIndex
    while index < pattern.endIndex {
      if pattern[index] == "\\" {
        index += 2
        continue
      }
      if pattern[index] == wanted { return index }
      index += 1
    }
    return nil
  }
}
