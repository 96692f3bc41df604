import Testing
import YAML

@testable import Charts

/// What is wrong is said with its place, the way there, and the cause.
@Suite struct FailureTests {
  @Test(arguments: [
    // Parsing.
    ("a\n  {{ nofunc 1 }}", "chart/templates/test.yaml:2:6: function \"nofunc\" not defined"),
    ("{{ if true }}", "chart/templates/test.yaml:1:14: unexpected end of text: an {{end}} is missing"), ("{{ end }}", "chart/templates/test.yaml:1:8: unexpected {{end}}"),
    ("{{ else }}", "chart/templates/test.yaml:1:9: unexpected {{else}}"), ("{{ 1", "chart/templates/test.yaml:1:5: unclosed action"), ("{{ }}", "chart/templates/test.yaml:1:4: missing value for command"),
    ("{{ $x }}", "chart/templates/test.yaml:1:4: undefined variable \"$x\""), ("{{ $x = 1 }}", "chart/templates/test.yaml:1:7: undefined variable \"$x\""), ("{{ (1 }}", "chart/templates/test.yaml:1:4: unclosed left paren"),
    ("{{ if true }}{{ $x := 1 }}{{ else }}{{ end }}{{ $x }}", "chart/templates/test.yaml:1:49: undefined variable \"$x\""),
    ("{{ 1) }}", "chart/templates/test.yaml:1:5: unexpected \")\" in command"), ("{{ \"a }}", "chart/templates/test.yaml:1:4: unterminated quoted string"), ("{{ `a }}", "chart/templates/test.yaml:1:4: unterminated raw quoted string"),
    ("{{ 1 | 2 }}", "chart/templates/test.yaml:1:8: non executable command in pipeline stage 2"), ("{{ break }}", "chart/templates/test.yaml:1:4: {{break}} outside {{range}}"), ("{{ /* x }}", "chart/templates/test.yaml:1:4: unclosed comment"),
    ("{{ 1x }}", "chart/templates/test.yaml:1:4: bad number syntax: \"1x\""), ("{{ 0xZ }}", "chart/templates/test.yaml:1:4: bad number syntax: \"0xZ\""), ("{{ 99999999999999999999 }}", "chart/templates/test.yaml:1:4: integer overflow: 99999999999999999999"),
    ("{{ if true }}{{ define \"x\" }}{{ end }}{{ end }}", "chart/templates/test.yaml:1:17: unexpected {{define}}: definitions stand outside of all blocks"), ("{{ template x }}", "chart/templates/test.yaml:1:13: unexpected \"x\" in template clause"),
    ("{{ define \"x\" }}a{{ end }}{{ define \"x\" }}b{{ end }}", "chart/templates/test.yaml:1:51: multiple definition of template \"x\""), ("{{ if }}{{ end }}", "chart/templates/test.yaml:1:7: missing value for if"),
    ("{{ range $a, $b, $c := list }}{{ end }}", "chart/templates/test.yaml:1:16: too many declarations in range"), ("{{ .a..b }}", "chart/templates/test.yaml:1:6: unexpected \".\" in operand"), ("{{ a.b }}", "chart/templates/test.yaml:1:4: function \"a\" not defined"),
    ("{{ \"a\"\"b\" }}", "chart/templates/test.yaml:1:7: unexpected \"\"b\"\" in operand"), ("{{ if 1 }}{{ else with 2 }}{{ end }}", "chart/templates/test.yaml:1:19: unexpected {{else with}} in {{if}}"), ("{{ 'ab' }}", "chart/templates/test.yaml:1:4: malformed character constant"),
    ("{{ env \"HOME\" }}", "chart/templates/test.yaml:1:4: function \"env\" not defined"), ("{{ % }}", "chart/templates/test.yaml:1:4: unexpected \"%\" in command"),
    // Fields and kinds.
    ("{{ .Values.a.b }}", "chart/templates/test.yaml:1:4: at <.Values.a.b>: nil pointer evaluating interface {}.b: there is no a"),
    ("{{ .Values.s.x }}", "chart/templates/test.yaml:1:4: at <.Values.s.x>: can't evaluate field x in type string"), ("{{ .Values.s 1 }}", "chart/templates/test.yaml:1:4: at <.Values.s>: s is not a method but has arguments"),
    ("{{ range .Values.num }}{{ end }}", "chart/templates/test.yaml:1:10: at <.Values.num>: range can't iterate over 3"), ("{{ 1 2 }}", "chart/templates/test.yaml:1:4: at <1>: can't give argument to non-function 1"),
    ("{{ eq .Values.num 3 }}", "chart/templates/test.yaml:1:4: at <eq .Values.num 3>: incompatible types for comparison: float64 and int"), ("{{ lt nil 1 }}", "chart/templates/test.yaml:1:4: at <lt nil 1>: invalid type for comparison: interface {}"),
    ("{{ eq (dict) (dict) }}", "chart/templates/test.yaml:1:4: at <eq (dict) (dict)>: non-comparable type map[]: map[string]interface {}"),
    ("{{ trunc 3 .Values.none }}", "chart/templates/test.yaml:1:4: at <trunc 3 .Values.none>: wrong type for value; expected string; got interface {}"), ("{{ trunc .Values.num \"x\" }}", "chart/templates/test.yaml:1:4: at <trunc .Values.num \"x\">: wrong type for value; expected int; got float64"),
    ("{{ hasKey .Values.s \"x\" }}", "chart/templates/test.yaml:1:4: at <hasKey .Values.s \"x\">: wrong type for value; expected map[string]interface {}; got string"), ("{{ upper }}", "chart/templates/test.yaml:1:4: at <upper>: wrong number of args for upper: want 1 got 0"),
    ("{{ index (list 1) 5 }}", "chart/templates/test.yaml:1:4: at <index (list 1) 5>: index out of range: 5"), ("{{ dig \"a\" 1 .Values }}", "chart/templates/test.yaml:1:4: at <dig \"a\" 1 .Values>: dig needs a plain map as its last argument, got common.Values"),
    ("{{ div 1 0 }}", "chart/templates/test.yaml:1:4: at <div 1 0>: integer divide by zero"), ("{{ first 3 }}", "chart/templates/test.yaml:1:4: at <first 3>: Cannot find first on type int"), ("{{ semver \"x\" }}", "chart/templates/test.yaml:1:4: at <semver \"x\">: invalid semantic version: \"x\""),
    ("{{ if nil }}{{ end }}", "chart/templates/test.yaml:1:7: at <nil>: nil is not a command"), ("{{ default 1 (nil) }}", "chart/templates/test.yaml:1:15: at <nil>: nil is not a command"),
    ("{{ if false }}{{ $x := 1 }}{{ else }}{{ $x }}{{ end }}", "chart/templates/test.yaml:1:41: at <$x>: undefined variable: $x"), ("{{ set (fromJson `null`) `a` 1 }}", "chart/templates/test.yaml:1:4: at <set (fromJson `null`) `a` 1>: assignment to entry in nil map"),
    ("{{ regexFind \"(\" \"x\" }}", "chart/templates/test.yaml:1:4: at <regexFind \"(\" \"x\">: error parsing regexp: missing closing ): `(`"), ("{{ len 3 }}", "chart/templates/test.yaml:1:4: at <len 3>: len of type int"), ("{{ call nil }}", "chart/templates/test.yaml:1:4: at <call nil>: call of nil"),
    ("{{ template \"none\" }}", "chart/templates/test.yaml:1:4: at <template \"none\">: template \"none\" not defined"), ("{{ include \"none\" . }}", "chart/templates/test.yaml:1:4: at <include \"none\" .>: no template \"none\" is defined in the chart"),
    // The author's own words, and the way there.
    ("{{ fail \"set a.b\" }}", "chart/templates/test.yaml:1:4: set a.b"), ("x\n{{ required \"name is needed\" .Values.none }}", "chart/templates/test.yaml:2:4: name is needed"),
    ("{{ define \"t\" }}\n{{ .x.y.z }}{{ end }}{{ include \"t\" (dict \"x\" (dict)) }}", "chart/templates/test.yaml:2:4: in \"t\": at <.x.y.z>: nil pointer evaluating interface {}.z: there is no y\n  called from chart/templates/test.yaml:2:25 at <include \"t\" (dict \"x\" (dict))>"),
    ("{{ define \"t\" }}{{ fail \"no\" }}{{ end }}{{ include \"t\" . }}", "chart/templates/test.yaml:1:20: no"),
    ("{{ tpl \"{{ .a.b.c }}\" (dict \"a\" (dict)) }}", "tpl:1:4: at <.a.b.c>: nil pointer evaluating interface {}.c: there is no b\n  called from chart/templates/test.yaml:1:4 at <tpl \"{{ .a.b.c }}\" (dict \"a\" (dict))>"),
    ("{{ tpl \"{{ if }}\" . }}", "tpl:1:7: missing value for if\n  called from chart/templates/test.yaml:1:4 at <tpl \"{{ if }}\" .>"),
  ])
  func says(template: String, message: String) {
    #expect(failure(template, values: "s: text\nnum: 3\n") == message)
  }

  @Test func endlessInclusionEnds() {
    let message = failure("{{ define \"r\" }}{{ include \"r\" . }}{{ end }}{{ include \"r\" . }}")
    #expect(message.contains("template \"r\" includes itself more than 1000 times deep"))
    #expect(message.split(separator: "\n").count <= 20)
  }

  /// On an ordinary thread's stack there would be no room for this.
  @Test func deepTemplatesEnd() throws {
    let nested = String(repeating: "(", count: 3000) + "1" + String(repeating: ")", count: 3000)
    let files = ["Chart.yaml": "name: c\nversion: 1.0.0\napiVersion: v2\n", "templates/a.yaml": "{{ \(nested) }}"]
    #expect { try chart(files).rendered() } throws: { "\($0)".contains("nested too deeply") }
    let mutual = ["Chart.yaml": files["Chart.yaml"] ?? "", "templates/a.yaml": "{{ define \"a\" }}{{ template \"b\" . }}{{ end }}{{ define \"b\" }}{{ template \"a\" . }}{{ end }}{{ template \"a\" . }}"]
    #expect { try chart(mutual).rendered() } throws: { "\($0)".contains("nested too deeply") }
    let own = ["Chart.yaml": files["Chart.yaml"] ?? "", "templates/a.yaml": "{{ $_ := set .Values \"me\" .Values }}{{ toYaml .Values }}{{ mustToJson .Values }}"]
    #expect { try chart(own).rendered() } throws: { "\($0)".contains("in itself") }
  }

  /// The largest and smallest numbers, and nothing, as every argument of every function: an answer or an error.
  @Test func extremeArgumentsAreAnswered() {
    let extremes = ["9223372036854775807", "-9223372036854775808", "0", "-1", "\"\"", "\"x\"", "nil", "1e308", "(list)", "(dict)", "(list 1 \"a\" nil)", "(dict \"a\" 1)", "true", "now", "(int64 -9223372036854775808)", "(mustToDuration \"1h\")", "(semver \"1.2.3\")", "(b64dec \"//4=\")"]
    let slow: Set = ["genPrivateKey", "genCA", "genSelfSignedCert", "genSignedCert", "derivePassword", "bcrypt", "htpasswd", "until", "untilStep", "seq"]
    for function in FunctionTable.functions where !slow.contains(function.name) {
      for count in 1...3 {
        for (index, first) in extremes.enumerated() {
          let arguments = (0..<count).map { $0 == index % count ? first : extremes[(index * 7 + $0 * 5) % extremes.count] }
          _ = try? rendered("{{ \(function.name) \(arguments.joined(separator: " ")) }}")
        }
      }
    }
    #expect(failure("{{ until 9223372036854775807 }}").contains("a list of more than"))
    #expect((try? rendered("{{ untilStep 9223372036854775800 9223372036854775807 5 }}")) == "[9223372036854775800 9223372036854775805]")
    #expect(failure("{{ repeat 9223372036854775807 \"ab\" }}").contains("the result is too long"))
  }

  /// Pieces of templates in all orders: an answer or an error, and never anything else.
  @Test func strangeTemplatesAreAnswered() {
    let pieces = [
      "{{", "}}", "{{-", "-}}", " ", "if ", "else", "end", "range ", "with ", "define \"a\"", "template \"a\" ", ".", ".a", "$", "$x ", ":= ", "= ", "|", "(", ")", "\"s\"", "`r`", "'c'",
      "1", "1.5", "-", "include \"a\" . ", "tpl \"{{.}}\" . ", "dict ", "list ", "toYaml ", "index ", "printf \"%v\" ", "/*", "*/", "\n", ",", "\"", "`", "'", "0x", "nil", "true", "break", "continue", "block \"b\" ", "\u{0}", "é",
    ]
    var state: UInt64 = 99
    for _ in 0..<4000 {
      var text = ""
      for _ in 0..<14 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        text += pieces[Int(state >> 33) % pieces.count]
      }
      _ = try? rendered("{{ " + text)
      _ = try? rendered(text)
    }
  }
}
