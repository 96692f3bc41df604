import Testing

/// Conversions, as terraform 1.11 answers.
struct TypeFunctionsTests {
  @Test func tobool() {
    check(
      ##"""
      tobool("true") => true
      tobool("yes") => v: cannot convert "yes" to bool; only the strings "true" or "false" are allowed
      tobool(1) => v: cannot convert number to bool
      tobool(null) => null
      tobool("TRUE") => v: cannot convert "TRUE" to bool; only the strings "true" or "false" are allowed
      """##)
  }

  @Test func tolist() {
    check(
      ##"""
      tolist("a") => v: cannot convert string to list of any single type
      tolist([1, "a"]) => ["1","a"]
      tolist([1, []]) => v: cannot convert tuple to list of any single type
      tolist([]) => []
      tolist(null) => null
      """##)
  }

  @Test func tomap() {
    check(
      ##"""
      tomap([]) => v: cannot convert tuple to map of any single type
      tomap("x") => v: cannot convert string to map of any single type
      tomap({}) => {}
      tomap(null) => null
      """##)
  }

  @Test func tonumber() {
    check(
      ##"""
      tonumber("a") => v: cannot convert "a" to number; given string must be a decimal representation of a number
      tonumber("1.5") => 1.5
      tonumber(true) => v: cannot convert bool to number
      tonumber("") => v: cannot convert "" to number; given string must be a decimal representation of a number
      tonumber([]) => v: cannot convert tuple to number
      """##)
  }

  @Test func toset() {
    check(
      ##"""
      toset([1, "1", 1]) => ["1"]
      toset("a") => v: cannot convert string to set of any single type
      toset([]) => []
      """##)
  }

  @Test func tostring() {
    check(
      ##"""
      tostring([]) => v: cannot convert tuple to string
      tostring({}) => v: cannot convert object to string
      tostring(null) => null
      tostring(1.50) => "1.5"
      """##)
  }

  @Test func nonsensitive() {
    check(
      ##"""
      nonsensitive(1) => 1
      """##)
  }

  @Test func issensitive() {
    check(
      ##"""
      issensitive(1) => false
      """##)
  }

  @Test func ephemeralasnull() {
    check(
      ##"""
      ephemeralasnull(1) => 1
      ephemeralasnull("x") => "x"
      """##)
  }

  @Test func list() {
    check(
      ##"""
      list("a") => error: "list" is no function any more; write a list as tolist([ ... ])
      """##)
  }

  @Test func map() {
    check(
      ##"""
      map("a", "b") => error: "map" is no function any more; write a map as tomap({ ... })
      """##)
  }
}
