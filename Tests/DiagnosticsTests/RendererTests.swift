import Diagnostics
import Testing

@Suite struct RendererTests {
  private func renderer(_ source: String, color: Bool = false) -> DiagnosticRenderer {
    var sources = SourceMap()
    _ = sources.add(path: "main.tf", bytes: Array(source.utf8))
    return DiagnosticRenderer(sources: sources, color: color) { _, _ in "locals" }
  }

  private func range(_ start: UInt32, _ end: UInt32) -> SourceRange {
    SourceRange(file: SourceFileID(index: 0), start: start, end: end)
  }

  @Test func plain() {
    var diagnostic = Diagnostic.error(
      "Invalid index", "The given key does not identify an element in this collection value: the collection has no elements.",
      at: range(16, 19))
    diagnostic.address = "aws_instance.web"
    diagnostic.values = [.init(traversal: "local.b", statement: "is 1"), .init(traversal: "local.a", statement: "is empty tuple")]
    #expect(
      renderer("locals {\n  b = x[0]\n}\n").text(diagnostic) == """

        Error: Invalid index

          with aws_instance.web,
          on main.tf line 2, in locals:
           2:   b = x[0]
                     ^^^
            ├────────────────
            │ local.a is empty tuple
            │ local.b is 1

        The given key does not identify an element in this collection value: the
        collection has no elements.

        """)
  }

  @Test func boxed() {
    var renderer = renderer("a = 1 2\n")
    renderer.isBoxed = true
    renderer.carets = false
    #expect(
      renderer.text(.warning("Odd", "First.\n\n  an example that is long but stays on one line however narrow the terminal is made", at: range(6, 7)))
        == """
        ╷
        │ Warning: Odd
        │
        │   on main.tf line 1, in locals:
        │    1: a = 1 2
        │
        │ First.
        │
        │   an example that is long but stays on one line however narrow the terminal is made
        ╵

        """)
  }

  @Test func coloured() {
    let text = renderer("a = 1 2\n", color: true).text(.error("Odd", at: range(6, 7)))
    let lines = text.split(separator: "\n").map { $0.replacing("\u{1B}", with: "^") }
    #expect(
      lines == [
        "^[31m╷^[0m^[0m", "^[31m│^[0m ^[0m^[1m^[31mError: ^[0m^[0m^[1mOdd^[0m", "^[31m│^[0m ^[0m",
        "^[31m│^[0m ^[0m^[0m  on main.tf line 1, in locals:", "^[31m│^[0m ^[0m   1: a = 1 ^[4m2^[0m^[0m", "^[31m│^[0m ^[0m",
        "^[31m╵^[0m^[0m",
      ])
  }

  @Test func json() {
    let diagnostic = Diagnostic.error("A <b>", "c\n\"d\"", at: range(13, 14), context: range(9, 14))
    let text = String(decoding: renderer("locals {\n é = 1 2\n}\n").json(diagnostic), as: UTF8.self)
    #expect(
      text == #"""
        {"severity":"error","summary":"A \u003cb\u003e","detail":"c\n\"d\"","range":{"filename":"main.tf","start":{"line":2,"column":4,"byte":13},"end":{"line":2,"column":5,"byte":14}},"snippet":{"context":"locals","code":" é = 1 2","start_line":2,"highlight_start_offset":4,"highlight_end_offset":5,"values":[]}}
        """#)
  }

  @Test func indentedJSON() {
    let text = String(decoding: renderer("").json(.warning("W"), indentation: 1), as: UTF8.self)
    #expect(text == "{\n    \"severity\": \"warning\",\n    \"summary\": \"W\",\n    \"detail\": \"\"\n  }")
  }

  /// Ranges of newlines and of nothing still point at a line.
  @Test(arguments: [
    (UInt32(3), UInt32(4), "a =\n1", 3..<4), (8, 8, "c = 2", 1..<2), (13, 13, "c = 2", 5..<5), (0, 13, "a =\n1\n\nc = 2", 0..<12),
  ])
  func snippets(_ start: UInt32, _ end: UInt32, _ code: String, _ highlight: Range<Int>) {
    let text = String(decoding: renderer("a =\n1\n\nc = 2").json(.error("x", at: range(start, end))), as: UTF8.self)
    let escaped = code.replacing("\n", with: "\\n")
    #expect(text.contains("\"code\":\"\(escaped)\""))
    #expect(
      text.contains("\"highlight_start_offset\":\(highlight.lowerBound),\"highlight_end_offset\":\(highlight.upperBound)"))
  }

  @Test func positionsCountGraphemes() {
    let file = SourceFile(path: "x", bytes: Array("é\n👨‍👩‍👧 = 1\n".utf8))
    #expect(file.position(of: 0) == SourcePosition(line: 1, column: 1, byte: 0))
    #expect(file.position(of: 2) == SourcePosition(line: 1, column: 2, byte: 2))
    #expect(file.position(of: 21) == SourcePosition(line: 2, column: 2, byte: 21))
  }

  @Test func ordersAndFolds() {
    var sources = SourceMap()
    let deep = sources.add(path: "a/b.tf", bytes: [])
    let flat = sources.add(path: "z.tf", bytes: [])
    func at(_ file: SourceFileID, _ start: UInt32) -> SourceRange { SourceRange(file: file, start: start, end: start) }
    let list: [Diagnostic] = [
      .error("e1", at: at(deep, 1)), .error("e2", at: at(flat, 9)), .warning("w", "First.", at: at(flat, 2)), .error("e3"),
      .warning("w", "Second.", at: at(flat, 3)),
    ]
    let sorted = list.sortedForDisplay(sources: sources)
    #expect(sorted.map(\.summary) == ["w", "w", "e3", "e2", "e1"])
    let folded = sorted.consolidatingWarnings()
    #expect(folded.map(\.summary) == ["w", "e3", "e2", "e1"])
    #expect(folded.first?.detail == "First.\n\n(and one more similar warning elsewhere)")
  }
}
