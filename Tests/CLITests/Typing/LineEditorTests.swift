import Testing

@testable import CLI

@Suite struct LineEditorTests {
  /// What keys come to; `|` in the text shows where the cursor is, as the drawing says it.
  private func typed(_ keys: String, history: [String] = []) -> (result: TypedLine?, drawing: String) {
    var editor = LineEditor(history: history)
    var result: TypedLine?
    for byte in keys.utf8 { result = editor.type(byte) }
    return (result, editor.drawing(prompt: "> ", columns: 20))
  }

  @Test(arguments: [
    ("abc\n", "abc"), ("ab\u{7F}c\n", "ac"), ("bc\u{1}a\n", "abc"), ("ac\u{1B}[Db\n", "abc"), ("ac\u{2}b\u{5}d\n", "abcd"),
    ("one two\u{17}2\n", "one 2"), ("one two\u{15}x\n", "x"), ("abc\u{1}\u{B}x\n", "x"), ("abc\u{1B}[H\u{1B}[3~\n", "bc"),
    ("one two\u{1B}b1\n", "one 1two"), ("one two\u{1}\u{1B}[1;5C1\n", "one1 two"), ("né\u{301}x\u{7F}\u{7F}o\n", "no"),
    ("日本\u{1B}[D語\n", "日語本"), ("a\u{4}b\n", "ab"), ("ab\u{2}\u{4}\n", "a"), ("\u{1B}[99xa\n", "a"), ("tab\there\n", "tab\there"),
  ]) func edits(_ keys: String, _ line: String) { #expect(typed(keys).result == .line(line)) }

  @Test func remembersLines() {
    let history = ["first", "second"]
    #expect(typed("\u{1B}[A\n", history: history).result == .line("second"))
    #expect(typed("\u{10}\u{10}\u{10}\n", history: history).result == .line("first"))
    #expect(typed("draft\u{1B}[A\u{1B}[A\u{1B}[B\u{1B}[B!\n", history: history).result == .line("draft!"))
    #expect(typed("\u{1B}OA\u{7F}\n", history: history).result == .line("secon"))
  }

  @Test func ends() {
    #expect(typed("\u{4}").result == .end)
    #expect(typed("ab\u{3}").result == .interrupted("ab"))
    #expect(typed("\u{3}").result == .interrupted(""))
  }

  @Test func drawsAroundTheCursor() {
    #expect(typed("日本").drawing == "\r> 日本\u{1B}[K")
    #expect(typed("日本\u{2}").drawing == "\r> 日本\u{1B}[K\u{1B}[2D")
    #expect(typed("0123456789abcdefghijklmn").drawing == "\r> 789abcdefghijklmn\u{1B}[K")
    #expect(typed("0123456789abcdefghijklmn\u{1}").drawing == "\r> 0123456789abcdefg\u{1B}[K\u{1B}[17D")
  }

  /// Whatever keys come, the cursor stays within the text and the line can be ended.
  @Test func holdsForAnyBytes() {
    var random = SystemRandomNumberGenerator()
    for _ in 0..<300 {
      var editor = LineEditor(history: ["one", "日本語", ""])
      for _ in 0..<60 {
        let byte = Bool.random(using: &random) ? UInt8.random(in: 0...255, using: &random) : [0x1B, 0x5B, 0x41, 0x44, 0x7F, 0xE6].randomElement(using: &random) ?? 0
        if byte != 0x03 { _ = editor.type(byte) }
        #expect(!editor.drawing(prompt: "> ", columns: 20).isEmpty)
      }
    }
  }
}
