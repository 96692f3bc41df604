/// A place in a file as people count: lines and columns from 1, columns in grapheme clusters; bytes from 0.
package struct SourcePosition: Hashable, Sendable {
  package var line: Int
  package var column: Int
  package var byte: Int

  package init(line: Int, column: Int, byte: Int) {
    self.line = line
    self.column = column
    self.byte = byte
  }
}

extension SourceFile {
  /// The place of a byte offset. Offsets behind the end count as the end.
  package func position(of offset: UInt32) -> SourcePosition {
    let end = min(Int(offset), bytes.count)
    var line = 1
    var lineStart = 0
    for index in 0..<end where bytes[index] == newline {
      line += 1
      lineStart = index + 1
    }
    let column = String(decoding: bytes[lineStart..<end], as: UTF8.self).count + 1
    return SourcePosition(line: line, column: column, byte: Int(offset))
  }

  /// The indices of the line around an offset, without its line ending.
  func line(around offset: Int) -> Range<Int> {
    let offset = min(offset, bytes.count)
    var start = offset
    while start > 0, bytes[start - 1] != newline { start -= 1 }
    var end = offset
    while end < bytes.count, bytes[end] != newline { end += 1 }
    return start..<max(start, bytes[start..<end].last == carriageReturn ? end - 1 : end)
  }

  /// The index behind the line ending of the line around an offset; nil when that line is the last one.
  func nextLine(after offset: Int) -> Int? {
    guard offset <= bytes.count, let end = bytes[offset...].firstIndex(of: newline) else { return nil }
    return end + 1
  }
}

private let newline: UInt8 = 0x0A
private let carriageReturn: UInt8 = 0x0D

extension SourceMap {
  /// A range as messages write it: `main.tf:3,5-9`, or `main.tf:3,5-4,2` over several lines.
  package func describe(_ range: SourceRange) -> String {
    guard let file = self[range.file] else { return "unknown file" }
    let start = file.position(of: range.start)
    let end = file.position(of: range.end)
    let tail = start.line == end.line ? "\(end.column)" : "\(end.line),\(end.column)"
    return "\(file.path):\(start.line),\(start.column)-\(tail)"
  }
}
