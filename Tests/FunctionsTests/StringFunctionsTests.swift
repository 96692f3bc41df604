import Testing

/// Text, as terraform 1.11 answers.
struct StringFunctionsTests {
  @Test func chomp() {
    check(
      ##"""
      chomp("hello\r\n\n\r") => "hello"
      chomp("") => ""
      chomp("\n\n") => ""
      chomp("a\nb\n") => "a\nb"
      """##)
  }

  @Test func endswith() {
    check(
      ##"""
      endswith("abc", "bc") => true
      """##)
  }

  @Test func indent() {
    check(
      ##"""
      indent(2, "a\nb") => "a\n  b"
      indent(0, "a\nb") => "a\nb"
      """##)
  }

  @Test func join() {
    check(
      ##"""
      join(",", ["a", null]) => lists: element 1 is null; cannot concatenate null values
      join(",") => error: at least one list is required
      join(",", [], ["a"], ["b", "c"]) => "a,b,c"
      join(",", [1, true]) => "1,true"
      join(",", "a") => lists: list of string required
      join("", ["a", "b"]) => "ab"
      """##)
  }

  @Test func lower() {
    check(
      ##"""
      lower("ÀÉİ ΑΣ") => "àéi ασ"
      """##)
  }

  @Test func split() {
    check(
      ##"""
      split("", "abc") => ["a","b","c"]
      split(",", "") => [""]
      split("", "") => []
      split(",", "a,b,,c") => ["a","b","","c"]
      split("日", "a日b") => ["a","b"]
      split(",", 12) => ["12"]
      """##)
  }

  @Test func startswith() {
    check(
      ##"""
      startswith("abc", "ab") => true
      startswith("", "") => true
      """##)
  }

  @Test func strcontains() {
    check(
      ##"""
      strcontains("abc", "b") => true
      """##)
  }

  @Test func strrev() {
    check(
      ##"""
      strrev("abc😀é👨‍👩‍👧") => "👨‍👩‍👧é😀cba"
      strrev("é") => "é"
      strrev("a\r\nb") => "b\r\na"
      """##)
  }

  @Test func substr() {
    check(
      ##"""
      substr("hello", -3, 0) => "llo"
      substr("a", 0.5, 1) => error: value must be a whole number, between -9223372036854775808 and 9223372036854775807
      substr("hello", -9, 2) => "he"
      substr("hello world", 1, 4) => "ello"
      substr("🤔🤷", 0, 1) => "🤔"
      substr("hello", -3, -1) => "llo"
      substr("hello", -3, 2) => "ll"
      substr("hello", 10, 2) => ""
      substr("hello", 5, 1) => ""
      substr("hello", 4, 10) => "o"
      substr("", -1, 1) => ""
      substr("", 0, 1) => ""
      substr("hello", 2, 0) => ""
      substr("hello", 0, -1) => "hello"
      substr("hello", 0, -5) => "hello"
      """##)
  }

  @Test func title() {
    check(
      ##"""
      title("hello wOrld foo-bar foo_bar it's é été ǆx") => "Hello WOrld Foo-Bar Foo_bar It'S É Été ǅx"
      title("ǆungla ßa 1a 'a \u00a0x a.b") => "ǅungla ßa 1a 'A  X A.B"
      title("o'neil mc-donald x_y a1b") => "O'Neil Mc-Donald X_y A1b"
      """##)
  }

  @Test func trim() {
    check(
      ##"""
      trim("  xx ", " ") => "xx"
      trim("?!hello?!", "!?") => "hello"
      trim("éaé", "é") => "a"
      trim("", "x") => ""
      trim("x", "") => "x"
      """##)
  }

  @Test func trimprefix() {
    check(
      ##"""
      trimprefix("helloworld", "hello") => "world"
      """##)
  }

  @Test func trimspace() {
    check(
      ##"""
      trimspace("\u00a0\u2003 a \n\t") => "a"
      trimspace("\u200b a \u0085") => "​ a"
      """##)
  }

  @Test func trimsuffix() {
    check(
      ##"""
      trimsuffix("helloworld", "world") => "hello"
      """##)
  }

  @Test func upper() {
    check(
      ##"""
      upper("straße ŉ ᾳ ﬁ") => "STRAßE ŉ ᾼ ﬁ"
      upper(null) => str: argument must not be null
      upper([]) => str: string required
      upper(true) => "TRUE"
      """##)
  }
}
