import Testing

@testable import YAML

@Suite struct YAMLWritingTests {
  @Test(arguments: [
    ("yes", #""yes""#), ("012", #""012""#), ("2024-01-02", "\"2024-01-02\""), ("1.5", #""1.5""#), ("", #""""#), ("~", #""~""#),
    ("null", #""null""#), ("a: b", "'a: b'"), ("a #b", "'a #b'"), ("a#b", "a#b"), ("- a", "'- a'"), ("-a", "-a"), ("*a", "'*a'"),
    ("it's", "it's"), ("'it'", "'''it'''"), ("<a&b>", "<a&b>"), ("a\tb", #""a\tb""#), (" a", "' a'"), ("a ", "'a '"),
    ("{{ x }}", "'{{ x }}'"), ("12:30", #""12:30""#), ("12:75", "12:75"), ("a:b", "a:b"), ("http://x/y", "http://x/y"), ("é", "é"),
    ("💥", #""\U0001F4A5""#), ("\u{7f}", #""\x7F""#), ("@x", "'@x'"), ("%x", "'%x'"), ("?", "'?'"), (":", "':'"), ("?a", "?a"),
    ("---", "'---'"), ("0x1G", "0x1G"), ("1e3", #""1e3""#), ("1_000", #""1_000""#), ("y", #""y""#), ("true", #""true""#),
    (".inf", #"".inf""#), ("=", "="), ("a,b", "a,b"), ("[a", "'[a'"), ("a]", "a]"), ("v1", "v1"), ("0o7", #""0o7""#),
  ])
  func strings(text: String, expected: String) {
    #expect(YAML.text(.string(text)) == expected + "\n")
  }

  @Test(arguments: [
    ("a\nb\n", "|\n  a\n  b\n"), ("a\nb", "|-\n  a\n  b\n"), ("a\n\n", "|+\n  a\n\n"), (" a\nb", "|2-\n   a\n  b\n"),
    ("a \nb", "\"a \\nb\"\n"), ("a\tb\nc", "\"a\\tb\\nc\"\n"), ("\n", "|2+\n\n"), ("a\n\n  b\n", "|\n  a\n\n    b\n"),
  ])
  func lines(text: String, expected: String) {
    #expect(YAML.text(.string(text)) == expected)
  }

  @Test func numbers() {
    let value: JSONValue = ["a": 1_000_000, "b": .float(1_000_000), "c": 1.5, "d": .float(1_234_567.5), "e": .float(1e21), "f": .float(1e-7), "g": .float(1e19)]
    #expect(YAML.text(value) == "a: 1000000\nb: 1000000\nc: 1.5\nd: 1.2345675e+06\ne: 1e+21\nf: 1e-07\ng: 10000000000000000000\n")
  }

  @Test func layout() {
    let value: JSONValue = [
      "list": [1, ["x": 1, "y": [2, 3]], [4, 5], [], [:]], "map": ["b": nil, "a": true], "text": "l1\nl2\n",
    ]
    #expect(
      YAML.text(value) == """
        list:
        - 1
        - x: 1
          "y":
          - 2
          - 3
        - - 4
          - 5
        - []
        - {}
        map:
          a: true
          b: null
        text: |
          l1
          l2

        """)
    #expect(YAML.text(["a": [1, ["b": [2]]]], layout: .indented) == "a:\n  - 1\n  - b:\n      - 2\n")
    #expect(YAML.text([]) == "[]\n")
  }

  @Test func longLinesAreFolded() {
    let words = Array(repeating: "word", count: 20).joined(separator: " ")
    #expect(
      YAML.text(["a": ["k": .string(words)]])
        == "a:\n  k: word word word word word word word word word word word word word word word word\n    word word word word\n")
    #expect(
      YAML.text([.string("'" + words)])
        == "- '''word word word word word word word word word word word word word word word word\n  word word word word'\n")
    #expect(YAML.text(.string(words), layout: .indented) == words + "\n")
  }

  @Test func keysInTheOrderPeopleExpect() {
    let value: JSONValue = ["a10": 1, "a2": 1, "a": 1, "B": 1, "_x": 1, "1": 1, "a-b": 1, "ab": 1]
    #expect(YAML.text(value) == "_x: 1\n\"1\": 1\nB: 1\na: 1\na-b: 1\na2: 1\na10: 1\nab: 1\n")
  }

  @Test func longKeysAreMarked() {
    let key = String(repeating: "k", count: 130)
    #expect(YAML.text(.object([key: 1])) == "? \(key)\n: 1\n")
    #expect(YAML.text(.object(["a\nb": 1])) == "? |-\n  a\n  b\n: 1\n")
  }
}
