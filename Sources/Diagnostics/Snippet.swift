/// The source lines that a diagnostic is drawn with. Offsets are UTF-8 bytes in `code`.
struct Snippet {
  /// The place at fault, never empty.
  var path: String
  var start: SourcePosition
  var end: SourcePosition
  /// The header of the enclosing block.
  var context: String?
  /// Whole lines, joined by newlines, without one at the end.
  var code: String
  var startLine: Int
  var highlight: Range<Int>

  /// Nil when the diagnostic has no place or its file is not known.
  init?(_ diagnostic: Diagnostic, sources: SourceMap, enclosingBlock: EnclosingBlock) {
    guard let subject = diagnostic.subject, let file = sources[subject.file] else { return nil }
    let marked = Int(subject.start)..<max(Int(subject.end), Int(subject.start) + 1)
    var shown = marked
    if let context = diagnostic.context, context.file == subject.file {
      shown = min(shown.lowerBound, Int(context.start))..<max(shown.upperBound, Int(context.end))
    }
    path = file.path
    start = file.position(of: subject.start)
    end = file.position(of: subject.end)
    if subject.end <= subject.start {
      end = start
      end.column += 1
      end.byte += 1
    }
    context = subject.start == 0 ? nil : enclosingBlock(file, subject.start - 1)

    var lines: [Range<Int>] = []
    var next: Int? = file.line(around: shown.lowerBound).lowerBound
    while let lineStart = next, lines.isEmpty || lineStart <= shown.upperBound {
      let line = file.line(around: lineStart)
      // A range that ends with a newline shows also the line that begins there, unless nothing is in it.
      let isLast = lineStart == shown.upperBound || lineStart == file.bytes.count
      if !lines.isEmpty, isLast, line.isEmpty { break }
      lines.append(line)
      next = file.nextLine(after: lineStart)
    }
    code = lines.map { String(decoding: file.bytes[$0], as: UTF8.self) }.joined(separator: "\n")
    startLine = file.position(of: UInt32(shown.lowerBound)).line
    highlight = Self.offset(of: marked.lowerBound, in: lines)..<Self.offset(of: marked.upperBound, in: lines)
  }

  /// Where a byte of the file is in the joined lines; the nearest place when it is in none.
  private static func offset(of byte: Int, in lines: [Range<Int>]) -> Int {
    var offset = 0
    for (index, line) in lines.enumerated() {
      let isLast = index == lines.count - 1
      if byte <= line.upperBound || isLast || byte < lines[index + 1].lowerBound {
        return offset + min(max(byte, line.lowerBound), line.upperBound) - line.lowerBound
      }
      offset += line.count + 1
    }
    return offset
  }
}
