import Testing

@testable import Diagnostics

@Suite struct DisplayWidthTests {
  @Test(arguments: [
    ("", 0), ("abc", 3), ("日本", 4), ("é", 1), ("e\u{301}", 1), ("👩‍👩‍👧", 2), ("🇩🇪", 2), ("❤\u{FE0F}", 2), ("한글", 4), ("→", 1), ("\u{200B}", 0),
    ("ｆｕｌｌ", 8), ("ﾊﾝ", 2),
  ]) func width(_ text: String, _ columns: Int) { #expect(text.displayWidth == columns) }

  @Test func caretStandsUnderWideLetters() {
    var sources = SourceMap()
    let text = "\ta = \"日本\" + bogus"
    let file = sources.add(path: "main.tf", bytes: Array(text.utf8))
    func drawn(_ part: String) -> Substring? {
      guard let range = text.firstRange(of: part) else { return nil }
      let start = UInt32(text.utf8.distance(from: text.startIndex, to: range.lowerBound))
      let subject = SourceRange(file: file, start: start, end: start + UInt32(part.utf8.count))
      let drawing = DiagnosticRenderer(sources: sources, color: false).text(.error("Wrong", at: subject))
      return drawing.split(separator: "\n").first { $0.contains("^") }
    }
    #expect(drawn("bogus") == "      \t             ^^^^^")
    #expect(drawn("\"日本\"") == "      \t    ^^^^^^")
  }
}
