import Testing

/// Formatted text, as terraform 1.11 answers.
struct FormatFunctionsTests {
  @Test func format() {
    check(
      ##"""
      format("%s", [1,2]) => error: unsupported value for "%s" at 0: string required
      format("%#v", "a<b") => "\"a\\u003cb\""
      format("%d", "abc") => error: unsupported value for "%d" at 0: a number is required
      format("%d", 1.5) => error: unsupported value for "%d" at 0: an integer is required
      format("%d") => error: not enough arguments for "%d" at 0: need index 1 but have 0 total
      format("%d", 1, 2) => args: too many arguments; only 1 used by format string
      format("%z", 1) => error: unsupported format verb 'z' in "%z" at offset 0
      format("%", 1) => error: invalid format string starting at offset 1
      format("abc%") => error: invalid format string starting at offset 4
      format("%[2]s %[1]s", "a", "b") => "b a"
      format("%[3]s", "a") => error: not enough arguments for "%[3]s" at 0: need index 3 but have 1 total
      format("%5.1f|%-8s|%08d|%+d|% d|%x|%X|%o|%b|%e|%g|%t|%q", 3.14159, "ab", 42, 7, 7, 255, 255, 8, 5, 12345.678, 0.000001, true, "x\"y") => "  3.1|ab      |00000042|+7| 7|ff|FF|10|101|1.234568e+04|1e-06|true|\"x\\\"y\""
      format("%t", "true") => "true"
      format("%t", "yes") => error: unsupported value for "%t" at 0: a bool is required
      format("%x", "hello") => error: unsupported value for "%x" at 0: a number is required
      format("%X", "hello") => error: unsupported value for "%X" at 0: a number is required
      format("%#x", 255) => "0xff"
      format("%10.3s|", "abcdef") => "       abc|"
      format("%05s|", "ab") => "000ab|"
      format("%-5d|", 3) => "3    |"
      format("%g", 100000000000000000000000) => "1e+23"
      format("%g", 1e21) => "1e+21"
      format("%e", 0) => "0.000000e+00"
      format("%.3g", 1234.5678) => "1.23e+03"
      format("%G", 1e-10) => "1E-10"
      format("%E", 1e10) => "1.000000E+10"
      format("%q", 12) => "\"12\""
      format("%s", true) => "true"
      format("%s", 1.50) => "1.5"
      format("%v", 1e100) => "1e+100"
      format("%d", 1e30) => "1000000000000000000000000000000"
      format("%s %s", "a") => error: not enough arguments for "%s" at 3: need index 2 but have 1 total
      format("%%") => "%"
      format("%s%%", "x") => "x%"
      format("%c", 65) => error: unsupported format verb 'c' in "%c" at offset 0
      format("%U", 65) => error: unsupported format verb 'U' in "%U" at offset 0
      format("%5t|", true) => "true|"
      format("%*d", 5, 1) => error: unrecognized format character '*' at offset 1
      format("%v", 1234567) => "1.234567e+06"
      format("%v", 0.1) => "0.1"
      format("%v", 1e21) => "1e+21"
      format("%v", 100) => "100"
      format("%v", 123456789012) => "1.23456789012e+11"
      format("%v", 1.5e-7) => "1.5e-07"
      format("%v", 1.5e-5) => "1.5e-05"
      format("%5v|", 1) => "    1|"
      format("%-5v|", [1]) => "[1]  |"
      format("%5v|", true) => " true|"
      format("%q", "a<bé\t😀\u0001\u200b'") => "\"a\\u003cbé\\t😀\\u0001​'\""
      format("%5q|", "a") => "  \"a\"|"
      format("%.1f", 0.35) => "0.3"
      format("%.1f", 0.25) => "0.2"
      format("%.0f", 2.5) => "2"
      format("%.0f", 0.5) => "0"
      format("%f", 1e30) => "1000000000000000000000000000000.000000"
      format("%f", 123456789.123456789) => "123456789.123457"
      format("%g", 1234567) => "1.234567e+06"
      format("%g", 123456) => "123456"
      format("%.3g", 100000) => "1e+05"
      format("%.10g", 100000) => "100000"
      format("%#g", 1.5) => "1.5"
      format("%#x %#o %#b %#X", 255, 8, 5, 255) => "0xff 010 0b101 0XFF"
      format("%+.2e", 12345.678) => "+1.23e+04"
      format("%08.2f|%+08.2f|%-8.2f|% .2f", 3.14159, 3.14159, 3.14159, 3.14159) => "00003.14|+0003.14|3.14    | 3.14"
      format("%x", -255) => "-ff"
      format("%.5d", 42) => "00042"
      format("%+05d|%-05d|", 42, 42) => "+0042|42   |"
      format("%v", {}) => "{}"
      format("%#v", 1) => "1"
      format("%v %v", true, "x") => "true x"
      format("%v", [null]) => "[null]"
      format("%-10s|%10s|", "é👨‍👩‍👧", "日本") => "é👨‍👩‍👧        |        日本|"
      format("%.2s", "👨‍👩‍👧bc") => "👨‍👩‍👧b"
      format("%d %[1]d %d", 1, 2) => "1 1 2"
      format("%[1]d %[1]d", 1) => "1 1"
      format("%[2]d", 1, 2) => "2"
      format("%[0]d", 1) => error: unrecognized format character '0' at offset 2
      format("%[x]d", 1) => error: unrecognized format character 'x' at offset 2
      format("%[1d", 1) => error: unrecognized format character 'd' at offset 3
      format("%!", 1) => error: unrecognized format character '!' at offset 1
      format("é%!", 1) => error: unrecognized format character '!' at offset 3
      format("%5%") => error: unrecognized format character '%' at offset 2
      format("%e", 123456) => "1.234560e+05"
      format("%E", 0.00001234) => "1.234000E-05"
      format("%f", -0.5) => "-0.500000"
      format("%d", "12") => "12"
      format("%s", 12) => "12"
      format("%f", "1.5") => "1.500000"
      format("%b", true) => error: unsupported value for "%b" at 0: number required
      format("%t", 1) => error: unsupported value for "%t" at 0: bool required
      format("", 1) => args: too many arguments; no verbs in format string
      format("x") => "x"
      format("%s", "%d") => "%d"
      format("%6.2f%%", 12.345) => " 12.34%"
      format("%03d", 7) => "007"
      format("%3d", 7) => "  7"
      format("%-3d|", 7) => "7  |"
      format("%'d", 7) => error: unrecognized format character '\'' at offset 1
      format("%00005d", 7) => "00007"
      format("%s and %s", "a", ["b"]) => error: unsupported value for "%s" at 7: string required
      """##)
  }

  @Test func formatlist() {
    check(
      ##"""
      formatlist("%s-%s", ["a","b"], ["c","d"]) => ["a-c","b-d"]
      formatlist("%s-%s", ["a","b"], "c") => ["a-c","b-c"]
      formatlist("%s-%s", ["a","b"], ["c"]) => args: argument 2 has length 1, which is inconsistent with argument 1 of length 2
      formatlist("%s", []) => []
      formatlist("%s", "a") => ["a"]
      formatlist("x") => ["x"]
      formatlist("%d", ["a"]) => error: error on format iteration 0: unsupported value for "%d" at 0: a number is required
      formatlist("%s", ["a", null]) => error: error on format iteration 1: unsupported value for "%s" at 0: null value cannot be formatted
      formatlist("%s", [["a"]]) => error: error on format iteration 0: unsupported value for "%s" at 0: string required
      formatlist("%v", [[1], [2]]) => ["[1]","[2]"]
      formatlist("%s %s", "a", "b") => ["a b"]
      formatlist("%s", [1, true]) => ["1","true"]
      formatlist("%s %s", [], ["a"]) => args: argument 2 has length 1, which is inconsistent with argument 1 of length 0
      formatlist("%s %s", "x", []) => []
      """##)
  }
}
