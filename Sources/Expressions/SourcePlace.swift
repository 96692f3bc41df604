package import Diagnostics

extension SourceMap {
  /// A range as messages mention it: `main.tf:3,1-13`.
  package func place(of range: SourceRange) -> String { self[range.file]?.place(of: range) ?? "the configuration" }
}

extension SourceFile {
  /// A range in this file as messages mention it: lines and columns from 1, columns in grapheme clusters.
  package func place(of range: SourceRange) -> String {
    let start = position(of: Int(range.start))
    let end = position(of: Int(range.end))
    if start.line == end.line { return "\(path):\(start.line),\(start.column)-\(end.column)" }
    return "\(path):\(start.line),\(start.column)-\(end.line),\(end.column)"
  }

  private func position(of offset: Int) -> (line: Int, column: Int) {
    let before = bytes.prefix(min(max(0, offset), bytes.count))
    var line = 1
    var lineStart = 0
    for (index, byte) in before.enumerated() where byte == UInt8(ascii: "\n") {
      line += 1
      lineStart = index + 1
    }
    return (line, String(decoding: bytes[lineStart..<before.endIndex], as: UTF8.self).count + 1)
  }
}
