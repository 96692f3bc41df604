import Testing

@testable import Values

/// What passes without a look into Unicode's tables.
@Suite struct NormalFormTests {
  /// A scalar that is its own composed form, is no mark, and does not join what stands before it.
  private func staysAsItIs(_ scalar: Unicode.Scalar) -> Bool {
    let text = "a\(scalar)가"
    return scalar.properties.canonicalCombiningClass == .notReordered
      && Array(Value.text(text + "\u{301}").asString?.unicodeScalars ?? String.UnicodeScalarView())
        == Array(text.unicodeScalars) + ["\u{301}"]
  }

  @Test func whatPassesNeedsNoNormalising() {
    var passed = 0
    for value in UInt32(0)...0x1FFFF {
      guard let scalar = Unicode.Scalar(value), NormalForm.certainlyHolds(Array(String(scalar).utf8)) else { continue }
      passed += 1
      // The mark at the end has the whole text go the long way.
      if !staysAsItIs(scalar) { Issue.record("U+\(String(value, radix: 16)) changes") }
    }
    #expect(passed > 29_000)
  }

  @Test(arguments: [
    ("e\u{301}", "\u{E9}"), ("\u{2001}", "\u{2003}"), ("\u{212B}", "\u{C5}"), ("\u{1100}\u{1161}", "\u{AC00}"), ("\u{340}", "\u{300}"),
    ("→ “a” – 中 😀", "→ “a” – 中 😀"), ("→e\u{301}", "→\u{E9}"), ("q\u{307}\u{323}", "q\u{323}\u{307}"), ("\u{F900}", "\u{8C48}"),
  ])
  func textsAreComposed(written: String, stored: String) {
    #expect(Array(Value.text(written).asString?.unicodeScalars ?? String.UnicodeScalarView()) == Array(stored.unicodeScalars))
  }
}
