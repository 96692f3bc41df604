import Diagnostics
import HCL
import Testing

@Suite struct ExpressionTests {
  @Test(arguments: [
    // Literals.
    ("1", "1"), ("1.50", "1.50"), ("1e3", "1e3"), ("99999999999999999999", "99999999999999999999"),
    ("true", "true"), ("null", "null"), (#""a""#, "'a'"), (#""""#, "''"),
    (#""\n\t\"\\\u00e9\U0001F600""#, "'\\n\\t\"\\é😀'"), (#""$${a} %%{b} $$ %""#, "'${a} %{b} $$ %'"),
    // Precedence and association.
    ("1 + 2 * 3", "(+ 1 (* 2 3))"), ("1 - 2 - 3", "(- (- 1 2) 3)"), ("a || b && c", "(|| a (&& b c))"),
    ("a == b != c", "(!= (== a b) c)"), ("1 < 2 == 3 >= 4", "(== (< 1 2) (>= 3 4))"), ("-a + b", "(+ (- a) b)"),
    ("!a.b", "(! a.b)"), ("- - 1", "(- (- 1))"), ("(1 + 2) * 3", "(* (paren (+ 1 2)) 3)"), ("7 % 2 / 1", "(/ (% 7 2) 1)"),
    ("a ? b : c ? d : e", "(? a b (? c d e))"),
    // References.
    ("a.b.c", "a.b.c"), ("a[0]", "a[0]"), (#"a["x"].b"#, "a['x'].b"), ("a[b.c].d", "(get (index a b.c) .d)"),
    ("a.0.b", "a[0].b"), ("a[-1]", "(index a (- 1))"), ("f(x).a[0]", "(get (call f x) .a[0])"), ("é-1", "é-1"),
    // Splats.
    ("a[*].b[0].c", "([*] a (get @ .b[0].c))"), ("a.*.b[0]", "(get (.* a (get @ .b)) [0])"), ("a[*]", "([*] a @)"),
    ("a[*].b[*].c", "([*] a ([*] (get @ .b) (get @ .c)))"), ("a.*.b.0", "(.* a (get @ .b[0]))"),
    // Calls.
    ("f()", "(call f)"), ("f(1, b,)", "(call f 1 b)"), ("f(a...)", "(call f a...)"),
    ("provider::aws::arn_parse(x)", "(call provider::aws::arn_parse x)"), ("f(\n1,\n2\n)", "(call f 1 2)"),
    // Collections.
    ("[1, 2,]", "[1 2]"), ("[\n1,\n2\n]", "[1 2]"), ("{}", "{}"), ("{a = 1, b : 2}", "{a=1 b=2}"),
    ("{\na = 1\n\nb = 2\n}", "{a=1 b=2}"), ("{(a) = 1}", "{(paren a)=1}"), (#"{"a.b" = 1}"#, "{'a.b'=1}"),
    ("{a.b = 1}", "{a.b=1}"), ("{for = 1}", "invalid"), ("[ # c\n1, // d\n/* e */ 2]", "[1 2]"),
    // For.
    ("[for x in y : x.z if x.ok]", "(for x in y : x.z if x.ok)"),
    ("{for k, v in m : k => v...}", "(for k,v in m : k => v...)"),
    ("[\nfor x in y :\nx\n]", "(for x in y : x)"),
  ])
  func parses(_ source: String, _ tree: String) {
    #expect(expression(source).0 == tree)
  }

  @Test(arguments: [
    ("a.b", ["a.b"]), ("a + f(b[c.d])", ["a", "b", "c.d"]), ("[for x in a : x + y]", ["a", "y"]),
    ("{for k, v in a.b : k => v if c}", ["a.b", "c"]), ("{x = y, (z) = 1}", ["y", "z"]), ("a[*].b[c]", ["a", "c"]),
    (#""${a}-%{ if b }${c}%{ endif }""#, ["a", "b", "c"]), (#""%{ for i in l }${i}${o}%{ endfor }""#, ["l", "o"]),
    ("[for x in [for y in x : y] : x]", ["x"]),
  ])
  func findsFreeReferences(_ source: String, _ names: [String]) {
    let (tree, _) = parseExpression(Array(source.utf8), file: testFile)
    #expect(tree.variables.map(dump) == names)
  }

  @Test func staticViews() {
    func tree(_ source: String) -> Expression { parseExpression(Array(source.utf8), file: testFile).0 }
    #expect(tree("a.b[0]").asTraversal().map(dump) == "a.b[0]")
    #expect(tree("a[b]").asTraversal() == nil)
    #expect(tree("\"a\"").asTraversal() == nil)
    #expect(tree("any").keyword() == "any")
    #expect(tree("null").keyword() == "null")
    #expect(tree("a.b").keyword() == nil)
    #expect(tree("[a, b]").asStaticList()?.map(dump) == ["a", "b"])
    #expect(tree("{aws = aws.x}").asStaticMap()?.first?.keyName == "aws")
    #expect(tree("{aws.a = aws.x}").asStaticMap()?.first?.isAmbiguous == true)
    let call = tree("list(string)").staticCall()
    #expect(call?.name == "list")
    #expect(call?.arguments.map(dump) == ["string"])
  }

  @Test(arguments: [
    ("a.b[0]", "a.b[0]"), (#"a["k"]"#, "a['k']"), ("a.b[*].c", "a.b[*].c"), ("a.*.c", "a[*].c"), ("a[b]", nil), ("1", nil),
    ("a.", nil), ("a.0", nil),
  ] as [(String, String?)])
  func parsesTraversals(_ source: String, _ steps: String?) {
    let (traversal, diagnostics) = parseTraversal(Array(source.utf8), file: testFile, allowsSplat: true)
    #expect(traversal.map(dump) == steps)
    #expect(diagnostics.hasErrors == (steps == nil))
  }
}
