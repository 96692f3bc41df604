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

    var lines: [Line] = []
    var next: Int? = file.line(around: shown.lowerBound).lowerBound
    while let lineStart = next, lines.isEmpty || lineStart <= shown.upperBound {
      let line = file.line(around: lineStart)
      // A range that ends with a newline shows also the line that begins there, unless nothing is in it.
      let isLast = lineStart == shown.upperBound || lineStart == file.bytes.count
      if !lines.isEmpty, isLast, line.isEmpty { break }
      lines.append(Line(line, around: marked, in: file.bytes))
      next = file.nextLine(after: lineStart)
    }
    code = lines.map { $0.text(in: file.bytes) }.joined(separator: "\n")
    startLine = file.position(of: UInt32(shown.lowerBound)).line
    highlight = Self.offset(of: marked.lowerBound, in: lines)..<Self.offset(of: marked.upperBound, in: lines)
  }

  /// Where a byte of the file is in the joined lines; the nearest place when it is in none.
  private static func offset(of byte: Int, in lines: [Line]) -> Int {
    var offset = 0
    for (index, line) in lines.enumerated() {
      let isLast = index == lines.count - 1
      if byte <= line.shown.upperBound || isLast || byte < lines[index + 1].shown.lowerBound {
        let lead = line.isCutAtStart ? Line.ellipsis.utf8.count : 0
        return offset + lead + min(max(byte, line.shown.lowerBound), line.shown.upperBound) - line.shown.lowerBound
      }
      offset += line.length + 1
    }
    return offset
  }
}

/// One line of a snippet. Of a line that nobody could read, only the surroundings of the place at fault are shown.
private struct Line {
  static let ellipsis = "…"
  /// Bytes of a line that is still shown whole, and of the part and its beginning that are shown of a longer one.
  private static let longest = 4096
  private static let width = 512
  private static let lead = 128

  var shown: Range<Int>
  var isCutAtStart = false
  var isCutAtEnd = false

  init(_ line: Range<Int>, around marked: Range<Int>, in bytes: [UInt8]) {
    shown = line
    if line.count <= Self.longest { return }
    // Cut between characters: bytes that continue one begin with the bits 10.
    func boundary(_ index: Int) -> Int {
      var index = index
      while index < line.upperBound, bytes[index] & 0xC0 == 0x80 { index += 1 }
      return index
    }
    let start = boundary(min(max(line.lowerBound, marked.lowerBound - Self.lead), line.upperBound))
    let end = boundary(min(start + Self.width, line.upperBound))
    isCutAtStart = start > line.lowerBound
    isCutAtEnd = end < line.upperBound
    shown = start..<end
  }

  /// In bytes, as `text` gives it.
  var length: Int { shown.count + (isCutAtStart ? Self.ellipsis.utf8.count : 0) + (isCutAtEnd ? Self.ellipsis.utf8.count : 0) }

  func text(in bytes: [UInt8]) -> String {
    (isCutAtStart ? Self.ellipsis : "") + String(decoding: bytes[shown], as: UTF8.self) + (isCutAtEnd ? Self.ellipsis : "")
  }
}
