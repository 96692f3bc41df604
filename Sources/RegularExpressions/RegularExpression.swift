// RegularExpressions: patterns in RE2, whose dialect is that of Go, and replacements.

import CRE2
import Synchronization

/// A regular expression in Go's dialect, which is RE2's: that of the language and that of charts. Compiled once for each pattern while
/// it stays in use.
@safe package final class RegularExpression: Sendable {
  /// One match: byte offsets of the whole and of each group, nil for groups that took no part.
  package struct Match: Sendable {
    package let whole: Range<Int>
    package let groups: [Range<Int>?]
  }

  /// What is wrong with a pattern, in the words that users of Go's know, and the piece of it that is meant.
  package struct PatternError: Error, CustomStringConvertible {
    package let reason: String
    package internal(set) var piece: String

    package var description: String { "error parsing regexp: \(reason): `\(piece)`" }
  }

  // RE2 objects may be used from many threads at once.
  private nonisolated(unsafe) let pattern: OpaquePointer
  /// The name of each group, nil for unnamed ones.
  package let groupNames: [String?]

  private init(compiling text: String) throws(PatternError) {
    var source = try RegularExpression.translated(text)
    let created = source.withUTF8 { bytes in
      unsafe bytes.withMemoryRebound(to: CChar.self) { unsafe CRE2CreatePattern($0.baseAddress, $0.count) }
    }
    guard let created = unsafe created else { throw PatternError(reason: "expression too large", piece: text) }
    if var error = unsafe RegularExpression.error(of: created) {
      unsafe CRE2FreePattern(created)
      if source.utf8.count != text.utf8.count && error.piece.hasPrefix("(?P<") && !text.contains("(?P<") {
        error.piece.replaceSubrange(
          error.piece.startIndex..<error.piece.index(error.piece.startIndex, offsetBy: 4), with: "(?<")
      }
      throw error
    }
    unsafe pattern = unsafe created
    groupNames = unsafe (0..<CRE2GroupCount(created)).map { index in
      unsafe CRE2GroupName(created, index + 1).map { unsafe String(cString: $0) }
    }
  }

  deinit { unsafe CRE2FreePattern(pattern) }

  /// The compiled form of a pattern; the ones used last are kept.
  package static func compiled(_ text: String) throws(PatternError) -> RegularExpression {
    if let known = cache.withLock({ $0[text] }) { return known }
    let expression = try RegularExpression(compiling: text)
    cache.withLock { kept in
      if kept.count >= 64 { kept.removeAll() }
      kept[text] = expression
    }
    return expression
  }

  private static let cache = Mutex<[String: RegularExpression]>([:])

  /// The leftmost match at or after a byte offset.
  package func firstMatch(in text: [UInt8], from start: Int) -> Match? {
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

  /// The matches that do not overlap, one after the other, so that a long text needs no list of them; an empty match right behind
  /// the last one does not count.
  package func matches(in text: [UInt8]) -> Matches { Matches(expression: self, text: text) }

  package struct Matches: Sequence, IteratorProtocol {
    let expression: RegularExpression
    let text: [UInt8]
    private var position = 0
    private var previousEnd = -1

    init(expression: RegularExpression, text: [UInt8]) {
      self.expression = expression
      self.text = text
    }

    package mutating func next() -> Match? {
      while position <= text.count, let match = expression.firstMatch(in: text, from: position) {
        let isEmpty = match.whole.isEmpty
        let counts = !isEmpty || match.whole.lowerBound != previousEnd
        previousEnd = match.whole.upperBound
        position = isEmpty ? RegularExpression.nextScalar(in: text, after: previousEnd) : previousEnd
        if counts { return match }
      }
      return nil
    }
  }

  private static func nextScalar(in text: [UInt8], after offset: Int) -> Int {
    var next = offset + 1
    while next < text.count && text[next] & 0xC0 == 0x80 { next += 1 }
    return next
  }

  // MARK: Patterns

  private static func error(of pattern: OpaquePointer) -> PatternError? {
    let code = unsafe Int(CRE2ErrorCode(pattern))
    if code == 0 { return nil }
    var length = 0
    let bytes = unsafe CRE2ErrorArgument(pattern, &length)
    let piece = unsafe String(
      decoding: UnsafeRawBufferPointer(start: bytes, count: length), as: UTF8.self)
    return PatternError(reason: reasons.indices.contains(code) ? reasons[code] : "internal error", piece: piece)
  }

  /// By RE2's error codes.
  private static let reasons = [
    "", "internal error", "invalid escape sequence", "invalid character class", "invalid character class range",
    "missing closing ]", "missing closing )", "unexpected )", "trailing backslash at end of expression",
    "missing argument to repetition operator", "invalid repeat count", "invalid nested repetition operator",
    "invalid or unsupported Perl syntax", "invalid UTF-8", "invalid named capture", "expression too large",
  ]

  /// Where Go's dialect and libre2's differ: `(?<name>…)` is another way to write `(?P<name>…)`, and there is
  /// no `\C`.
  private static func translated(_ text: String) throws(PatternError) -> String {
    guard text.utf8.contains(UInt8(ascii: "\\")) || text.utf8.contains(UInt8(ascii: "<")) else { return text }
    let bytes = Array(text.utf8)
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count + 8)
    var index = 0
    var isInClass = false
    func at(_ offset: Int) -> UInt8? { index + offset < bytes.count ? bytes[index + offset] : nil }
    while index < bytes.count {
      let byte = bytes[index]
      switch byte {
      case UInt8(ascii: "\\"):
        if at(1) == UInt8(ascii: "C") { throw PatternError(reason: "invalid escape sequence", piece: "\\C") }
        let end =
          at(1) == UInt8(ascii: "Q") && !isInClass ? endOfQuote(bytes, from: index) : min(index + 2, bytes.count)
        result += bytes[index..<end]
        index = end
        continue
      case UInt8(ascii: "["):
        if !isInClass {
          isInClass = true
          result.append(byte)
          index += 1
          // A bracket that comes first in a class stands for itself.
          if at(0) == UInt8(ascii: "^") {
            result.append(bytes[index])
            index += 1
          }
          if at(0) == UInt8(ascii: "]") {
            result.append(bytes[index])
            index += 1
          }
          continue
        }
        if at(1) == UInt8(ascii: ":"), let end = endOfNamedClass(bytes, from: index) {
          result += bytes[index..<end]
          index = end
          continue
        }
      case UInt8(ascii: "]"): isInClass = false
      case UInt8(ascii: "(") where !isInClass && at(1) == UInt8(ascii: "?") && at(2) == UInt8(ascii: "<"):
        if at(3) == UInt8(ascii: "=") || at(3) == UInt8(ascii: "!") {
          throw PatternError(reason: "invalid named capture", piece: String(decoding: bytes[index...], as: UTF8.self))
        }
        result += "(?P<".utf8
        index += 3
        continue
      default: break
      }
      result.append(byte)
      index += 1
    }
    return String(decoding: result, as: UTF8.self)
  }

  private static func endOfQuote(_ bytes: [UInt8], from start: Int) -> Int {
    var index = start + 2
    while index + 1 < bytes.count {
      if bytes[index] == UInt8(ascii: "\\") && bytes[index + 1] == UInt8(ascii: "E") { return index + 2 }
      index += 1
    }
    return bytes.count
  }

  private static func endOfNamedClass(_ bytes: [UInt8], from start: Int) -> Int? {
    var index = start + 2
    while index + 1 < bytes.count {
      if bytes[index] == UInt8(ascii: ":") && bytes[index + 1] == UInt8(ascii: "]") { return index + 2 }
      index += 1
    }
    return nil
  }
}
