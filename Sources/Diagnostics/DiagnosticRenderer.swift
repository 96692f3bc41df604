/// Finds the header of the block around a byte of a file, as `resource "aws_instance" "web"`. Given from outside,
/// because this room knows no syntax.
package typealias EnclosingBlock = @Sendable (SourceFile, UInt32) -> String?

/// Draws diagnostics as text for people and as JSON for programs, both as users of the language know them.
package struct DiagnosticRenderer: Sendable {
  package var sources: SourceMap
  /// Columns of the terminal; 78 where there is none. Zero or less: no wrapping.
  package var width: Int
  /// With terminal colours.
  package var color: Bool
  /// With a rule on the left. By default where there is colour.
  package var isBoxed: Bool
  /// With `^` under the place at fault, where no colour can underline it.
  package var carets: Bool
  package var enclosingBlock: EnclosingBlock

  package init(
    sources: SourceMap, width: Int = 78, color: Bool, carets: Bool = true,
    enclosingBlock: @escaping EnclosingBlock = { _, _ in nil }
  ) {
    self.sources = sources
    self.width = width
    self.color = color
    isBoxed = color
    self.carets = carets
    self.enclosingBlock = enclosingBlock
  }

  /// One diagnostic as text, ending with a newline.
  package func text(_ diagnostic: Diagnostic) -> String {
    let snippet = Snippet(diagnostic, sources: sources, enclosingBlock: enclosingBlock)
    var drawing = Drawing(color: color, carets: carets)
    drawing.title(diagnostic)
    drawing.place(diagnostic, snippet)
    drawing.detail(diagnostic.detail, width: isBoxed ? width - 3 : width - 1)
    return isBoxed ? drawing.boxed(diagnostic.severity) : "\n" + drawing.text
  }

  /// A line for the summary and one for the place, as lists of warnings have them.
  package func compactText(_ diagnostic: Diagnostic) -> String {
    guard let snippet = Snippet(diagnostic, sources: sources, enclosingBlock: enclosingBlock) else {
      return "- \(diagnostic.summary)\n"
    }
    return "- \(diagnostic.summary)\n  on \(snippet.path) line \(snippet.start.line)\n"
  }

  /// Several diagnostics as text, in the order given.
  package func text(_ diagnostics: [Diagnostic]) -> String {
    diagnostics.map(text).joined()
  }
}

/// The text of one diagnostic while it is put together.
private struct Drawing {
  let color: Bool
  let carets: Bool
  private(set) var text = ""

  init(color: Bool, carets: Bool) {
    self.color = color
    self.carets = carets
  }

  private enum Style: String {
    case reset = "\u{1B}[0m"
    case bold = "\u{1B}[1m"
    case underline = "\u{1B}[4m"
    case red = "\u{1B}[31m"
    case yellow = "\u{1B}[33m"
    case gray = "\u{1B}[90m"
  }

  private func style(_ styles: Style...) -> String { color ? styles.map(\.rawValue).joined() : "" }

  mutating func title(_ diagnostic: Diagnostic) {
    let (word, tone): (String, Style) = diagnostic.severity == .error ? ("Error: ", .red) : ("Warning: ", .yellow)
    text += style(.bold, tone) + word + style(.reset, .reset)
    text += style(.bold) + diagnostic.summary + style(.reset) + "\n\n" + style(.reset)
  }

  // MARK: Place

  mutating func place(_ diagnostic: Diagnostic, _ snippet: Snippet?) {
    if let address = diagnostic.address { text += "  with \(address),\n" }
    guard let snippet else { return }
    let context = snippet.context.map { ", in \($0)" } ?? ""
    text += "  on \(snippet.path) line \(snippet.start.line)\(context):\n"
    lines(snippet)
    values(diagnostic)
    text += "\n"
  }

  private mutating func lines(_ snippet: Snippet) {
    var bytes = Array(snippet.code.utf8)[...]
    let marked = snippet.highlight.clamped(to: 0..<bytes.count)
    var offset = 0
    var number = snippet.startLine
    var hasCaret = !carets || color
    while true {
      let line = bytes.prefix { $0 != 0x0A }
      let range = offset..<offset + line.count
      text += number < 1000 ? String(repeating: " ", count: 4 - "\(number)".count) : ""
      text += "\(number): \(underlined(line, range, marked))\n"
      if !hasCaret, marked.lowerBound <= range.upperBound {
        hasCaret = true
        caret(line, marked.lowerBound - offset, marked.upperBound - offset)
      }
      guard range.upperBound < offset + bytes.count else { break }
      bytes = bytes.dropFirst(line.count + 1)
      offset = range.upperBound + 1
      number += 1
    }
    // The colours end with the code, whatever was underlined.
    if color { text = String(text.dropLast()) + Style.reset.rawValue + "\n" }
  }

  /// A line with the codes that start and end the underlining, if they belong to it.
  private func underlined(_ line: ArraySlice<UInt8>, _ range: Range<Int>, _ marked: Range<Int>) -> String {
    guard color else { return String(decoding: line, as: UTF8.self) }
    let cuts = [(marked.lowerBound, Style.underline), (marked.upperBound, .reset)].filter {
      range.contains($0.0) || $0.0 == range.upperBound
    }
    var output = ""
    var rest = line
    var position = range.lowerBound
    for (cut, style) in cuts {
      output += String(decoding: rest.prefix(cut - position), as: UTF8.self) + style.rawValue
      rest = rest.dropFirst(cut - position)
      position = cut
    }
    return output + String(decoding: rest, as: UTF8.self)
  }

  /// Marks the part of a line, by the columns that its letters take; tabs before it stay tabs so that both lines move alike.
  private mutating func caret(_ line: ArraySlice<UInt8>, _ start: Int, _ end: Int) {
    let before = String(decoding: line.prefix(start), as: UTF8.self)
    let part = String(decoding: line.dropFirst(start).prefix(max(0, end - start)), as: UTF8.self)
    text += "      " + before.map { $0 == "\t" ? "\t" : String(repeating: " ", count: $0.displayWidth) }.joined()
    text += String(repeating: "^", count: max(1, part.displayWidth)) + "\n"
  }

  private mutating func values(_ diagnostic: Diagnostic) {
    let call = diagnostic.functionCall.flatMap { call in call.signature.map { (call.calledAs, $0) } }
    if diagnostic.values.isEmpty, call == nil { return }
    text += "    " + style(.gray) + "├────────────────" + style(.reset) + "\n" + style(.reset)
    let rule = "    " + style(.gray) + "│" + style(.reset)
    if let (name, signature) = call {
      text += rule + " while calling " + style(.bold) + name + style(.reset) + "(" + style(.reset) + "\(signature.parameterList))\n"
    }
    for value in diagnostic.values.sorted(by: { Array($0.traversal.utf8).lexicographicallyPrecedes(Array($1.traversal.utf8)) }) {
      text += rule + " " + style(.bold) + value.traversal + style(.reset) + " \(Self.shortened(value.statement))\n" + style(.reset)
    }
  }

  // MARK: Detail

  mutating func detail(_ detail: String, width: Int) {
    if detail.isEmpty { return }
    for line in Self.shortened(detail).split(separator: "\n", omittingEmptySubsequences: false) {
      // Indented lines are examples and stay as they are.
      text += width > 0 && !line.hasPrefix(" ") ? wrapped(line, width) : String(line)
      text += "\n"
    }
  }

  /// A text as far as somebody may read it: values that messages quote can be of any size.
  private static func shortened(_ text: String) -> String {
    let longest = 40_000
    return text.utf8.count <= longest ? text : String(decoding: text.utf8.prefix(longest), as: UTF8.self) + "…"
  }

  /// Breaks a line at spaces so that it fits, as far as its words do.
  private func wrapped(_ line: Substring, _ width: Int) -> String {
    var output = ""
    var column = 0
    var spaces = ""
    for word in words(line) {
      if word.first == " " || word.first == "\t" {
        spaces = String(word)
        continue
      }
      let length = word.displayWidth
      if column + spaces.count + length > width, length < width, column > 0 {
        output += "\n"
        column = 0
      } else {
        output += spaces
        column += spaces.count
      }
      output += word
      column += length
      spaces = ""
    }
    return output + spaces
  }

  /// The words of a line and the spaces between them.
  private func words(_ line: Substring) -> [Substring] {
    var parts: [Substring] = []
    var rest = line
    while let first = rest.first {
      let isSpace = first == " " || first == "\t"
      let part = rest.prefix { ($0 == " " || $0 == "\t") == isSpace }
      parts.append(part)
      rest = rest[part.endIndex...]
    }
    return parts
  }

  /// All lines behind a rule.
  func boxed(_ severity: Severity) -> String {
    let tone: Style = severity == .error ? .red : .yellow
    func rule(_ corner: String) -> String { style(tone) + corner + style(.reset) }
    var output = rule("╷") + style(.reset) + "\n"
    for line in text.split(separator: "\n", omittingEmptySubsequences: false).dropLast() {
      let space = line.isEmpty && !color ? "" : " "
      output += rule("│") + space + style(.reset) + line + "\n"
    }
    return output + rule("╵") + style(.reset) + "\n"
  }
}
