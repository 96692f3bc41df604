import CRE2

/// A compiled regular expression.
@safe final class Pattern {
  /// One match: byte offsets of the whole and of each group, nil for groups that took no part.
  struct Match {
    let whole: Range<Int>
    let groups: [Range<Int>?]
  }

  private let pattern: OpaquePointer
  private let groupNames: [String?]

  init(_ text: String) throws(TemplateError) {
    let source = Array(text.replacing("(?<", with: "(?P<").replacing("(?P<=", with: "(?<=").replacing("(?P<!", with: "(?<!").utf8)
    let created = unsafe source.withUnsafeBytes { bytes in
      unsafe CRE2CreatePattern(bytes.baseAddress?.assumingMemoryBound(to: CChar.self), bytes.count)
    }
    guard let created = unsafe created else { throw TemplateError("the pattern is too large") }
    if unsafe CRE2ErrorCode(created) != 0 {
      var length = 0
      let bytes = unsafe CRE2ErrorArgument(created, &length)
      let piece = unsafe String(decoding: UnsafeRawBufferPointer(start: bytes, count: length), as: UTF8.self)
      unsafe CRE2FreePattern(created)
      throw TemplateError("error parsing regexp `\(text)`: at `\(piece)`")
    }
    unsafe pattern = unsafe created
    groupNames = unsafe (0..<CRE2GroupCount(created)).map { index in
      unsafe CRE2GroupName(created, index + 1).map { unsafe String(cString: $0) }
    }
  }

  deinit { unsafe CRE2FreePattern(pattern) }

  /// The leftmost match at or after a byte offset.
  func firstMatch(in text: [UInt8], from start: Int) -> Match? {
    var offsets = [Int64](repeating: -1, count: 2 * (groupNames.count + 1))
    let found = unsafe text.withUnsafeBytes { bytes in
      unsafe offsets.withUnsafeMutableBufferPointer { places in
        unsafe CRE2Match(
          pattern, bytes.baseAddress?.assumingMemoryBound(to: CChar.self), bytes.count, start, places.baseAddress)
      }
    }
    guard found else { return nil }
    func range(_ group: Int) -> Range<Int>? {
      offsets[2 * group] < 0 ? nil : Int(offsets[2 * group])..<Int(offsets[2 * group + 1])
    }
    return range(0).map { Match(whole: $0, groups: (0..<groupNames.count).map { range($0 + 1) }) }
  }

  /// The matches that do not overlap; an empty one right behind another does not count. All when the limit is negative.
  func matches(in text: [UInt8], limit: Int) -> [Match] {
    var matches: [Match] = []
    var position = 0
    var previousEnd = -1
    while position <= text.count, limit < 0 || matches.count < limit, let match = firstMatch(in: text, from: position) {
      if !match.whole.isEmpty || match.whole.lowerBound != previousEnd { matches.append(match) }
      previousEnd = match.whole.upperBound
      position = previousEnd
      if match.whole.isEmpty {
        position += 1
        while position < text.count, text[position] & 0xC0 == 0x80 { position += 1 }
      }
    }
    return matches
  }

  func replacing(in text: [UInt8], with replacement: (Match) -> [UInt8]) -> [UInt8] {
    var output: [UInt8] = []
    var position = 0
    for match in matches(in: text, limit: -1) {
      output += text[position..<match.whole.lowerBound]
      output += replacement(match)
      position = match.whole.upperBound
    }
    return output + text[position...]
  }

  /// A replacement with `$1`, `${1}` and `$name` filled in, and `$$` as a dollar sign.
  func expanded(_ template: [UInt8], _ match: Match, in text: [UInt8]) -> [UInt8] {
    var output: [UInt8] = []
    var index = 0
    while index < template.count {
      guard template[index] == UInt8(ascii: "$") else {
        output.append(template[index])
        index += 1
        continue
      }
      index += 1
      guard index < template.count else { return output + [UInt8(ascii: "$")] }
      if template[index] == UInt8(ascii: "$") {
        output.append(template[index])
        index += 1
      } else if let (name, end) = groupName(template, from: index) {
        if let range = range(of: name, match) { output += text[range] }
        index = end
      } else {
        output.append(UInt8(ascii: "$"))
      }
    }
    return output
  }

  private func groupName(_ template: [UInt8], from start: Int) -> (name: String, end: Int)? {
    let isBraced = template[start] == UInt8(ascii: "{")
    let first = isBraced ? start + 1 : start
    let name = template[first...].prefix { ($0 | 0x20) &- 97 < 26 || $0 &- 48 < 10 || $0 == UInt8(ascii: "_") }
    guard !name.isEmpty else { return nil }
    if isBraced {
      guard name.endIndex < template.count, template[name.endIndex] == UInt8(ascii: "}") else { return nil }
    }
    return (String(decoding: name, as: UTF8.self), name.endIndex + (isBraced ? 1 : 0))
  }

  private func range(of name: String, _ match: Match) -> Range<Int>? {
    if let number = Int(name) {
      if number == 0 { return match.whole }
      return match.groups.indices.contains(number - 1) ? match.groups[number - 1] : nil
    }
    return groupNames.firstIndex(of: name).flatMap { match.groups[$0] }
  }
}
