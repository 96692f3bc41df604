import Diagnostics
import HCL
import Testing

/// What is said about broken source, and where. Inside of `locals { … }` unless a case says otherwise.
@Suite struct MessageTests {
  @Test(arguments: [
    ("a = ", ["Invalid expression @ \\n"]),
    ("a = [1 2]", ["Missing item separator @ 2"]),
    ("a = f(1 2)", ["Missing argument separator @ 2"]),
    ("a = f(1... 2)", ["Missing closing parenthesis @ ..."]),
    ("a = {b}", ["Missing key/value separator @ }"]),
    ("a = {b\n}", ["Missing attribute value @ \\n"]),
    ("a = {b = 1 c = 2}", ["Missing attribute separator @ c"]),
    ("a = (1 2)", ["Unbalanced parentheses @ 2"]),
    ("a = 1 ? 2", ["Missing false expression in conditional @ \\n"]),
    ("a = b.", ["Invalid attribute name @ \\n"]),
    ("a = b.0.1", ["Invalid legacy index syntax @ 0.1"]),
    ("a = b.*.*", ["Nested splat expression not allowed @ *"]),
    ("a = [for in x : y]", ["Invalid 'for' expression @ x"]),
    ("a = [for x y]", ["Invalid 'for' expression @ y"]),
    ("a = [for x in y : z => 1]", ["Invalid 'for' expression @ z"]),
    ("a = {for x in y : z}", ["Invalid 'for' expression @ z"]),
    ("a = [for x in y : z...]", ["Invalid 'for' expression @ ..."]),
    (#"a = "${b c}""#, ["Extra characters after interpolation expression @ c"]),
    (#"a = "%{ foo }""#, ["Invalid template control keyword @ foo"]),
    (#"a = "%{ if x }""#, [#"Unexpected end of template @ ""#]),
    (#"a = "%{ endif }""#, ["Unexpected endif directive @ %{ endif }"]),
    (#"a = "%{ if x }%{ else }%{ else }%{ endif }""#, [
      "Unexpected else directive @ %{ else }", "Unexpected endif directive @ %{ endif }",
    ]),
    ("a = \"x\ny\"", ["Invalid multi-line string @ \\n", "Unterminated template string @ \\n"]),
    (#"a = "\q""#, [#"Invalid escape sequence @ \q"#]), (#"a = "\u12""#, [#"Invalid escape sequence @ \u12"#]),
    ("a 1", ["Argument or block definition required @ a"]),
    ("a", ["Argument or block definition required @ a"]),
    ("\"a\" = 1", ["Invalid argument name @ \""]),
    ("a = 1, b = 2", ["Unexpected comma after argument @ ,"]),
    ("a = 1 b = 2", ["Missing newline after argument @ b"]),
    ("a = 1\na = 2", ["Attribute redefined @ a"]),
    ("a { b = 1, c = 2 }", ["Invalid single-argument block definition @ ,"]),
    ("a { b = 1\n }", ["Invalid single-argument block definition @ \\n"]),
    ("a { b { } }", ["Argument definition required @ b {"]),
    ("a {} b", ["Missing newline after block definition @ b"]),
    ("a \"b${c}\" {\n}", ["Invalid string literal @ ${"]),
    ("a b\n", ["Invalid block definition @ \\n"]),
    ("a b = {\n}", ["Invalid block definition @ ="]),
    ("a = b::c", ["Missing open parenthesis @ \\n"]),
    ("a = 1 & 2", ["Unsupported operator @ &", "Missing newline after argument @ &"]),
    ("a = 'x'", ["Invalid character @ '", "Invalid expression @ '"]),
    ("a = “x”", ["Invalid character @ “", "Invalid character @ ”", "Invalid expression @ “"]),
    // Only the first mistake of a kind that others may follow from is told.
    ("a = \nb = \nc = )", ["Invalid expression @ \\n"]),
  ])
  func tells(_ item: String, _ messages: [String]) {
    let source = "locals {\n\(item)\n}\n"
    let (_, diagnostics) = parseFile(Array(source.utf8), file: testFile)
    #expect(diagnostics.map { describe($0, in: source) } == messages)
  }

  @Test(arguments: [
    ("a {\n", ["Unclosed configuration block @ {"]), ("a { b = 1", ["Unclosed configuration block @ {"]),
    ("a {\n}\n}\n", ["Argument or block definition required @ }"]), ("a = f(1", ["Unterminated function call @ f("]),
    ("a = [1", ["Unterminated tuple constructor expression @ ["]), ("a = {b = 1", ["Unterminated object constructor expression @ {"]),
    ("a = <<E\nx\nE", ["Unterminated template string @ "]), ("a = \"${b\n", ["Unclosed template interpolation sequence @ ${"]),
  ])
  func tellsAboutFiles(_ source: String, _ messages: [String]) {
    let (_, diagnostics) = parseFile(Array(source.utf8), file: testFile)
    #expect(diagnostics.map { describe($0, in: source) } == messages)
  }

  @Test func namesTheOtherPlace() {
    let source = Array("a = 1\na = 2\n".utf8)
    let (_, diagnostics) = parseFile(source, file: testFile, path: "main.tf")
    #expect(
      diagnostics.map(\.detail) == [#""a" is already set at main.tf:1,1-2. Keep one of the two."#])
  }

  @Test func refusesBytesThatAreNoText() {
    let (_, diagnostics) = parseFile(Array("a = \"".utf8) + [0xFF, 0xFE] + Array("\"\n".utf8), file: testFile)
    #expect(diagnostics.map(\.summary) == ["Invalid character encoding", "Unterminated template string"])
  }

  @Test func skipsAByteOrderMark() {
    let (body, diagnostics) = parseFile([0xEF, 0xBB, 0xBF] + Array("a = 1\n".utf8), file: testFile)
    #expect(diagnostics.isEmpty)
    #expect(body.justAttributes().0.map(\.nameRange.start) == [3])
  }

  @Test(arguments: ["[", "(", "{a=", "f(", "-", "\"${", "1+", "1?1:", "x[", "[for x in "])
  func refusesDepth(_ piece: String) {
    let source = Array(("a = " + String(repeating: piece, count: 100_000)).utf8)
    let (_, diagnostics) = parseFile(source, file: testFile)
    #expect(diagnostics.contains { $0.summary == "Nesting too deep" })
  }

  @Test func refusesDepthOfStepsBlocksAndDirectives() {
    for source in [
      "a = b" + String(repeating: "[*]", count: 100_000) + "\n", "a = b" + String(repeating: "[c]", count: 100_000) + "\n",
      String(repeating: "a {\n", count: 100_000), "a = \"" + String(repeating: "%{ if x }", count: 10_000) + "\"\n",
    ] {
      let (_, diagnostics) = parseFile(Array(source.utf8), file: testFile)
      #expect(diagnostics.contains { $0.summary == "Nesting too deep" })
    }
    let chain = Array(("a = b" + String(repeating: ".c", count: 100_000) + "\n").utf8)
    #expect(parseFile(chain, file: testFile).1.isEmpty)
  }
}
