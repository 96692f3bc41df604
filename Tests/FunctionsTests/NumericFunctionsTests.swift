import Testing

/// Arithmetic, as terraform 1.11 answers.
struct NumericFunctionsTests {
  @Test func abs() {
    check(
      ##"""
      abs(-1.5) => 1.5
      abs("-3") => 3
      """##)
  }

  @Test func ceil() {
    check(
      ##"""
      ceil(1.5) => 2
      ceil(-1.5) => -1
      """##)
  }

  @Test func floor() {
    check(
      ##"""
      floor(-1.5) => -2
      floor(1e50) => 100000000000000000000000000000000000000000000000000
      """##)
  }

  @Test func log() {
    check(
      ##"""
      log(16, 2) => 4
      log(50, 10) => 1.6989700043360185
      log(8, 2) => 3
      """##)
  }

  @Test func max() {
    check(
      ##"""
      max() => error: must pass at least one number
      max(1, 2.5, -3) => 2.5
      max("a") => numbers: a number is required
      """##)
  }

  @Test func min() {
    check(
      ##"""
      min("3", 2) => 2
      """##)
  }

  @Test func parseint() {
    check(
      ##"""
      parseint(1, 10) => number: first argument must be a string, not number
      parseint("zz", 10) => number: cannot parse "zz" as a base 10 integer
      parseint("zz", 70) => base: base must be a whole number between 2 and 62 inclusive
      parseint("ff", 16) => 255
      parseint("-ff", 16) => -255
      parseint("z", 36) => 35
      parseint("aA", 62) => 656
      parseint("1_000", 10) => number: cannot parse "1_000" as a base 10 integer
      parseint("+5", 10) => 5
      parseint("", 10) => number: cannot parse "" as a base 10 integer
      parseint("10", 2.5) => base: value must be a whole number, between -9223372036854775808 and 9223372036854775807
      parseint("1.5", 10) => number: cannot parse "1.5" as a base 10 integer
      parseint("11111111111111111111111111", 10) => 11111111111111111111111111
      parseint("zz", "ten") => base: a number is required
      parseint(null, 10) => number: argument must not be null
      """##)
  }

  @Test func pow() {
    check(
      ##"""
      pow(2, 0.5) => 1.4142135623730951
      pow(2, 600) => 4149515568880993000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000
      pow(3, 2) => 9
      pow(4, 0.5) => 2
      pow(0, 0) => 1
      pow(2, -1) => 0.5
      """##)
  }

  @Test func signum() {
    check(
      ##"""
      signum(0.5) => error: value must be a whole number, between -9223372036854775808 and 9223372036854775807
      signum(-5) => -1
      signum(0) => 0
      """##)
  }

  @Test func sum() {
    check(
      ##"""
      sum([]) => list: cannot sum an empty list
      sum("a") => list: cannot sum noniterable
      sum(["a", 1]) => list: argument must be list, set, or tuple of number values
      sum(["1", 2]) => 3
      sum([null]) => list: argument must be list, set, or tuple of number values
      sum([1, null]) => list: argument must be list, set, or tuple of number values
      sum([1, 2.5]) => 3.5
      sum({}) => list: cannot sum an empty list
      sum(null) => list: argument must not be null
      sum([true]) => list: argument must be list, set, or tuple of number values
      sum([[1]]) => list: argument must be list, set, or tuple of number values
      """##)
  }
}
