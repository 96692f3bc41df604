import Testing

/// Sets, as terraform 1.11 answers.
struct SetFunctionsTests {
  @Test func setintersection() {
    check(
      ##"""
      setintersection(["a","b"], ["b"]) => ["b"]
      setintersection([]) => []
      setintersection(["a"], [1]) => []
      setintersection([1], ["1"]) => ["1"]
      setintersection([1, 2], []) => []
      """##)
  }

  @Test func setproduct() {
    check(
      ##"""
      setproduct(["a","b"], [1,2]) => [["a",1],["a",2],["b",1],["b",2]]
      setproduct(["a"], []) => []
      setproduct(["a"]) => error: at least two arguments are required
      setproduct() => error: at least two arguments are required
      setproduct(["a", 1], ["b", true]) => [["a","b"],["a","true"],["1","b"],["1","true"]]
      setproduct("a", ["b"]) => sets: a set or a list is required
      setproduct([], []) => []
      """##)
  }

  @Test func setsubtract() {
    check(
      ##"""
      setsubtract(["a","b"], ["b"]) => ["a"]
      setsubtract([1], ["1"]) => []
      setsubtract(["a"], []) => ["a"]
      setsubtract([], ["a"]) => []
      setsubtract([[1]], ["a"]) => error: given sets must all have compatible element types
      """##)
  }

  @Test func setunion() {
    check(
      ##"""
      setunion(["a"], ["b"], [1]) => ["1","a","b"]
      setunion([], []) => []
      setunion(["a"], [[1]]) => error: given sets must all have compatible element types
      """##)
  }
}
