import Diagnostics
import HCL
import Testing

@Suite struct TemplateTests {
  @Test(arguments: [
    (#""${a}""#, "(wrap a)"), (#""x${a}y""#, "(template 'x' a 'y')"), (#""${a}${b}""#, "(template a b)"),
    (#""${"${a}"}""#, "(wrap (wrap a))"), (#""${{a = 1}.a}""#, "(wrap (get {a=1} .a))"),
    (#""$$${a}""#, "'$${a}'"), (#""${\#na\#n}""#, "(wrap a)"),
    // Strip markers.
    (#""a ${~ b ~} c""#, "(template 'a' b 'c')"), (#""a ${~ b } c""#, "(template 'a' b ' c')"),
    // Directives.
    (#""%{ if a }x%{ else }y%{ endif }""#, "(template (? a 'x' 'y'))"),
    (#""%{ if a }${b}%{ endif }""#, "(template (? a (template b) ''))"),
    (#""%{ for k, v in m }${k}=${v},%{ endfor }""#, "(template (join (for k,v in m : (template k '=' v ','))))"),
    (#""%{ if a ~} x %{~ endif }.""#, "(template (? a 'x' '') '.')"),
    // Heredocs.
    ("<<E\na\n  b\nE\n", "'a\\n  b\\n'"), ("<<E\nE\n", "''"), ("<<E\n\\n $${a}\nE\n", "'\\n ${a}\\n'"),
    ("<<E\na ${b}\nc\nE\n", "(template 'a ' b '\\nc\\n')"), ("<<E\nEX\n E\n", "'EX\\n'"),
    ("<<-E\n    a\n      b\n\n   \n    c\n    E\n", "'a\\n  b\\n\\n   \\nc\\n'"), ("<<-E\n\ta\n\t\tb\nE\n", "'a\\n\\tb\\n'"),
    ("<<-E\n  ${a}\n    b\n  E\n", "(template '' a '\\n  b\\n')"), ("<<-E\n${a}\n    b\n  E\n", "(template a '\\n    b\\n')"),
    ("<<E\na\r\nE\r\n", "'a\\r\\n'"),
  ])
  func parses(_ source: String, _ tree: String) {
    let (found, diagnostics) = expression(source)
    #expect(found == tree)
    #expect(diagnostics.isEmpty)
  }

  @Test func readsFilesOfTemplates() {
    func tree(_ source: String) -> String { dump(parseTemplate(Array(source.utf8), file: testFile).0) }
    #expect(tree("a \"b\" \\n ${c}\n") == "(template 'a \"b\" \\n ' c '\\n')")
    #expect(tree("${c}") == "(wrap c)")
    #expect(tree("") == "''")
    #expect(
      tree("%{ for x in y ~}\n- ${x}\n%{ endfor ~}\n") == "(template (join (for x in y : (template '- ' x '\\n'))) '')")
  }
}
