import Testing

/// Regular expressions, as terraform 1.11 answers.
struct RegexFunctionsTests {
  @Test func regex() {
    check(
      ##"""
      regex("a(b)?(c)", "ac") => [null,"c"]
      regex("a(?P<x>b)?", "ac") => {"x":null}
      regex("(a)(?P<x>b)", "ab") => pattern: invalid regexp pattern: cannot mix both named and unnamed capture groups
      regex("x", "ab") => error: pattern did not match any part of the given string
      regex("[", "ab") => pattern: invalid regexp pattern: missing closing ] in [
      regex("a{1001}", "ab") => pattern: invalid regexp pattern: invalid repeat count in {1001}
      regex("(?=a)", "ab") => pattern: invalid regexp pattern: invalid or unsupported Perl syntax in (?=
      regex("a**", "ab") => pattern: invalid regexp pattern: invalid nested repetition operator in **
      regex("\\q", "ab") => pattern: invalid regexp pattern: invalid escape sequence in \q
      regex("(?<x>b)", "ab") => {"x":"b"}
      regex("(", "ab") => pattern: invalid regexp pattern: missing closing ) in (
      regex(")", "ab") => pattern: invalid regexp pattern: unexpected ) in )
      regex("*", "ab") => pattern: invalid regexp pattern: missing argument to repetition operator in *
      regex("\\", "ab") => pattern: invalid regexp pattern: trailing backslash at end of expression in 
      regex("[b-a]", "ab") => pattern: invalid regexp pattern: invalid character class range in b-a
      regex("[[:foo:]]", "ab") => pattern: invalid regexp pattern: invalid character class range in [:foo:]
      regex("\\pX", "ab") => pattern: invalid regexp pattern: invalid character class range in \pX
      regex("(?P<n>a)(?P<n>b)", "ab") => {"n":"b"}
      regex("^(?:(?P<scheme>[^:/?#]+):)?(?://(?P<authority>[^/?#]*))?", "https://terraform.io/docs") => {"authority":"terraform.io","scheme":"https"}
      regex("[[:alpha:]]+", "12abc") => "abc"
      regex("(?i)ABC", "xabc") => "abc"
      regex("a.c", "a\nc") => error: pattern did not match any part of the given string
      regex("(?s)a.c", "a\nc") => "a\nc"
      regex("^b", "a\nb") => error: pattern did not match any part of the given string
      regex("(?m)^b", "a\nb") => "b"
      regex("\\d{4}-(\\d\\d)", "on 2024-05-06") => ["05"]
      regex("()", "a") => [""]
      regex("\\z", "a") => ""
      regex("\\Z", "a") => pattern: invalid regexp pattern: invalid escape sequence in \Z
      regex("\\C", "a") => pattern: invalid regexp pattern: invalid escape sequence in \C
      regex("\\pL+", "été") => "été"
      regex("[\\w-]+", "a-b") => "a-b"
      regex("x{2,1}", "xx") => pattern: invalid regexp pattern: invalid repeat count in {2,1}
      regex("x{,2}", "x{,2}") => "x{,2}"
      regex("a{0}", "a") => ""
      regex("(?P<1>a)", "a") => {"1":"a"}
      regex("(?P<a-b>a)", "a") => pattern: invalid regexp pattern: invalid named capture in (?P<a-b>
      regex("(?P=n)", "a") => pattern: invalid regexp pattern: invalid or unsupported Perl syntax in (?P
      regex("(?P<n", "a") => pattern: invalid regexp pattern: invalid named capture in (?P<n
      regex("(?<n", "a") => pattern: invalid regexp pattern: invalid named capture in (?<n
      regex("(?<=a)b", "ab") => pattern: invalid regexp pattern: invalid named capture in (?<=a)b
      regex("(?'n'a)", "ab") => pattern: invalid regexp pattern: invalid or unsupported Perl syntax in (?'
      regex("[a", "ab") => pattern: invalid regexp pattern: missing closing ] in [a
      regex("a++", "ab") => pattern: invalid regexp pattern: invalid nested repetition operator in ++
      regex("a?+", "ab") => pattern: invalid regexp pattern: invalid nested repetition operator in ?+
      regex("(?z)", "ab") => pattern: invalid regexp pattern: invalid or unsupported Perl syntax in (?z
      regex("\\8", "ab") => pattern: invalid regexp pattern: invalid escape sequence in \8
      regex("\\Qa.b\\E", "a.b") => "a.b"
      regex("\\x{110000}", "a") => pattern: invalid regexp pattern: invalid escape sequence in \x{110000
      regex("[[:word:]]", "_") => "_"
      regex("(((((((((((a)))))))))))", "a") => ["a","a","a","a","a","a","a","a","a","a","a"]
      regex("\\p{Greek}", "α") => "α"
      regex("\\p{Foo}", "α") => pattern: invalid regexp pattern: invalid character class range in \p{Foo}
      regex("[z-\\d]", "α") => pattern: invalid regexp pattern: invalid escape sequence in \d
      regex("(a){1000}{1000}", "α") => pattern: invalid regexp pattern: invalid nested repetition operator in {1000}{1000}
      """##)
  }

  @Test func regexall() {
    check(
      ##"""
      regexall("a*", "baac") => ["","aa",""]
      regexall("(a)(b)?", "abaa") => [["a","b"],["a",null],["a",null]]
      regexall("(?P<k>a)", "aba") => [{"k":"a"},{"k":"a"}]
      regexall("x", "aba") => []
      regexall("\\b", "ab cd") => ["","","",""]
      regexall("", "ab") => ["","",""]
      regexall("", "日本") => ["","",""]
      regexall(".", "日本") => ["日","本"]
      """##)
  }

  @Test func replace() {
    check(
      ##"""
      replace("hello", "l", "L") => "heLLo"
      replace("hello", "", "-") => "-h-e-l-l-o-"
      replace("hello", "/(l+)/", "<$1>") => "he<ll>o"
      replace("hello", "/[/", "x") => error: error parsing regexp: missing closing ]: `[`
      replace("abc", "/x*/", "-") => "-a-b-c-"
      replace("hello", "/", "x") => "hello"
      replace("aXbX", "/X/", "$$") => "a$b$"
      replace("abc", "/b/", "$z") => "ac"
      replace("abc", "/b/", "$") => "a$c"
      replace("abc", "/b/", "\\$1") => "a\\c"
      replace("日本", "", "-") => "-日-本-"
      replace("aaa", "aa", "b") => "ba"
      replace("a/b/c", "/", "-") => "a-b-c"
      replace("a//b", "//", "-") => "-a-/-/-b-"
      replace("日本", "/x*/", "-") => "-日-本-"
      replace("x", "/(/", "y") => error: error parsing regexp: missing closing ): `(`
      """##)
  }
}
