import Diagnostics

/// The canonical layout of a native source file, byte for byte as `terraform fmt` writes it: indentation by brackets,
/// one space between tokens, equals signs and comments of neighbouring lines aligned, and a few outdated spellings
/// brought up to date. Source that does not parse is returned as it is.
package func format(_ bytes: [UInt8]) -> [UInt8] {
  let file = SourceFileID(index: 0)
  var parser = Parser(bytes, from: .expression, file: file)
  let body = parser.parseFileBody()
  if parser.diagnostics.hasErrors { return bytes }
  var rewriting = SpellingRewrite(bytes: bytes, tokens: parser.tokens)
  rewriting.visit(body, enclosing: [])
  var layout = Layout(tokens: rewriting.rewritten())
  return layout.run()
}

/// A token with the spaces before it, which is all that layout changes.
struct FormatToken {
  var kind: TokenKind
  var text: ArraySlice<UInt8>
  var spaces = 0

  init(_ kind: TokenKind, _ text: ArraySlice<UInt8>) {
    self.kind = kind
    self.text = text
  }

  init(_ kind: TokenKind, _ text: String) { self.init(kind, Array(text.utf8)[...]) }

  /// Whether a line ends with this token. A comment to the end of the line holds its newline.
  var endsLine: Bool { kind == .newline || (kind == .comment && text.last == ASCII.newline) }

  func isWord(_ word: String) -> Bool { kind == .identifier && text.elementsEqual(word.utf8) }

  /// Columns with the spaces before it, counted in grapheme clusters.
  var columns: Int {
    if text.allSatisfy({ $0 < 0x80 && $0 != ASCII.carriageReturn }) { return spaces + text.count }
    return spaces + String(decoding: text, as: UTF8.self).count
  }
}
