import Testing

/// Expressions and their values, as `terraform console` 1.11.4 gives them.
@Suite struct EvaluationTests {
  @Test(arguments: [
    ("1 + 2 * 3 - 4 / 2", "5"), ("7 % 4", "3"), ("-5", "-5"), ("5 % 0", "5"), ("1e3", "1000"), ("0.1 + 0.2", "0.3"),
    ("1 < 2 && 2 <= 2 || false", "true"), ("!true", "false"), ("1 == \"1\"", "false"), ("null == null", "true"),
    ("[] == []", "true"), ("\"1\" + 1", "2"), ("1 != 2", "true"),
  ])
  func operators(source: String, expected: String) { #expect(run(source) == expected) }

  @Test(arguments: [
    ("true ? 1 : \"a\"", "\"1\""), ("true ? null : 1", "null(number)"),
    ("false ? {a = 1} : {a = 1, b = 2}", "tomap({a = 1, b = 2})"),
    ("true ? [1] : [1, 2]", "tolist([1])"), ("var.secret == \"x\" ? 1 : 2", "sensitive(2)"),
    ("true ? 1 : var.nope", "1"),
    ("later.flag ? 1 : 2", "unknown(number)! 1...2"), ("later.flag ? \"a\" : null", "unknown(string)"),
    ("later.flag ? [1] : [1, 2]", "unknown(list of number)!"),
    ("later.flag ? var.secret : \"x\"", "sensitive(unknown(string)!)"),
  ])
  func conditionals(source: String, expected: String) { #expect(run(source) == expected) }

  @Test(arguments: [
    ("\"a${1}b${true}\"", "\"a1btrue\""), ("\"${[1]}\"", "[1]"), ("\"x${var.secret}\"", "sensitive(\"xs3cret\")"),
    ("\"foo-${later.text}\"", "unknown(string)! from foo-"), ("\"foo${later.text}\"", "unknown(string)! from fo"),
    ("\"%{ for x in [1, 2] }${x},%{ endfor }\"", "\"1,2,\""), ("\"%{ if true }yes%{ else }no%{ endif }\"", "\"yes\""),
    ("\"$${a} %%{b}\"", "\"${a} %{b}\""), ("<<EOT\n  a\n  EOT\n", "\"  a\n\""),
  ])
  func templates(source: String, expected: String) { #expect(run(source) == expected) }

  @Test(arguments: [
    ("[for x in [1, 2, 3] : x * 2 if x > 1]", "[4, 6]"), ("[for i, x in var.list : \"${i}${x}\"]", "[\"0a\", \"1b\"]"),
    ("{for k, v in {a = 1, b = 2} : v => k}", "{1 = \"a\", 2 = \"b\"}"),
    ("{for x in [\"a\", \"a\"] : x => 1...}", "{a = [1, 1]}"),
    ("[for x in [1] : [for y in [2] : x + y]]", "[[3]]"), ("[for x in later.list : x]", "unknown(dynamic)"),
    ("{for x in [\"a\"] : (later.text) => x}", "unknown(dynamic)"),
    ("[for x in [1] : x if later.flag]", "unknown(dynamic)"),
    ("[for x in [var.secret] : 1 if x == \"\"]", "sensitive([])"),
    ("[{a = 1}, {a = 2}][*].a", "[1, 2]"), ("[{a = 1}].*.a", "[1]"), ("null[*]", "[]"), ("\"a\"[*]", "[\"a\"]"),
    ("var.list[*]", "tolist([\"a\", \"b\"])"), ("later.list[*]", "unknown(list of string)!"),
    ("later.any[*].x", "unknown(dynamic)"),
  ])
  func iteration(source: String, expected: String) { #expect(run(source) == expected) }

  @Test(arguments: [
    ("var.object.tags[\"env\"]", "\"test\""), ("var.object.tags.env", "\"test\""), ("var[\"list\"][1]", "\"b\""),
    ("var.list[\"0\"]", "\"a\""), ("[1, 2][later.number]", "unknown(dynamic)"), ("later.list[0]", "unknown(string)"),
    ("later.any.a.b[0]", "unknown(dynamic)"), ("{a = {b = [1, 2]}}.a.b[1]", "2"), ("{\"a b\" = 1}[\"a b\"]", "1"),
    ("{(var.secret) = 1}", "sensitive({s3cret = 1})"), ("{a = 1, a = 2}", "{a = 2}"), ("{null = 1}", "{null = 1}"),
    ("[var.secret]", "[sensitive(\"s3cret\")]"),
  ])
  func access(source: String, expected: String) { #expect(run(source) == expected) }

  @Test(arguments: [
    ("upper(\"a\")", "\"A\""), ("core::upper(\"a\")", "\"A\""), ("upper([1]...)", "\"1\""),
    ("upper(later.text)", "unknown(string)!"), ("join(\"-\", [\"a\"], [\"b\", \"c\"])", "\"a-b-c\""),
    ("upper(var.secret)", "sensitive(\"S3CRET\")"), ("upper(later.list...)", "unknown(dynamic)"),
    ("try(var.nope, 1)", "1"), ("try(later.any.x, 1)", "unknown(dynamic)"), ("can(var.nope)", "false"),
    ("can(var.list)", "true"), ("can(later.list[0])", "unknown(bool)"), ("type(1)", "type(\"number\")"),
    ("templatefile(\"/a.tpl\", {name = \"x\"})", "\"hello x\n\""),
    ("templatefile(\"/a.tpl\", {name = later.text})", "unknown(string)! from hello "),
    ("templatestring(var.object.name, {})", "\"web\""),
  ])
  func calls(source: String, expected: String) {
    #expect(run(source, files: ["/a.tpl": "hello ${name}\n"]) == expected)
  }

  @Test func deepNestingEndsInAValueOrADiagnostic() {
    let source = String(repeating: "[", count: 200) + String(repeating: "]", count: 200)
    #expect(run(source).hasPrefix("[[["))
  }
}
