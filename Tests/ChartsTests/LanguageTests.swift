import Testing

@testable import Charts

/// The template language itself.
@Suite struct LanguageTests {
  /// A source that its own definitions kept would stay for as long as its process runs.
  @Test func sourcesEndWithTheirLastUser() throws {
    let text = "{{ define \"a\" }}x{{ end }}{{ template \"a\" . }}"
    weak let source = try TemplateParser.parse(name: "t", text: Array(text.utf8))
    #expect(source == nil)
  }

  static let values = """
    name: web
    port: 8080
    big: 1000000
    empty: ""
    nothing: null
    list: [a, b, c]
    map: {b: 2, a: 1}
    deep: {x: {w: z}}
    flag: true
    """

  @Test(arguments: [
    // Text, trimming, comments.
    ("a {{ 1 }} b", "a 1 b"), ("a {{- 1 -}} b", "a1b"), ("a\n{{- /* c */ -}}\nb", "ab"), ("a {{/* c */}} b", "a  b"),
    ("{{-3}}", "-3"), ("{{- 3 -}}", "3"), ("{ {{ 1 }} }", "{ 1 }"), ("{{ 1 }}{{ 2 }}", "12"), ("{{`{{ raw }}`}}", "{{ raw }}"),
    ("{{ \"a\\tb\\u00e9\\x41\" }}", "a\tb\u{e9}A"), ("{{ 'a' }}", "97"), ("{{ '\\n' }}", "10"), ("{{ print\n 1 }}", "1"),
    // Numbers.
    ("{{ 0x1F }} {{ 0b11 }} {{ 0o17 }} {{ 017 }} {{ 1_000 }}", "31 3 15 15 1000"), ("{{ 1.5 }} {{ 1e3 }} {{ .5 }} {{ 1e6 }}", "1.5 1000 0.5 1e+06"),
    ("{{ 0x1p4 }}", "16"), ("{{ +5 }}", "5"),
    // Values and fields.
    ("{{ .Values.port }} {{ .Values.big }}", "8080 1e+06"), ("{{ .Values.map }} {{ .Values.list }}", "map[a:1 b:2] [a b c]"),
    ("{{ .Values.missing }}|{{ .Values.nothing }}", "|"), ("{{ (.Values.missing).a.b }}", ""), ("{{ .Values.deep.x.w }}", "z"),
    ("{{ (index .Values.list 1) }}", "b"), ("{{ $.Values.name }}", "web"), ("{{ $x := .Values }}{{ $x.deep.x.w }}", "z"),
    ("{{ true }} {{ false }}", "true false"), ("{{ default 1 nil }}", "1"),
    // Pipelines and parentheses.
    ("{{ .Values.name | upper | quote }}", "\"WEB\""), ("{{ printf \"%s-%d\" \"a\" 3 }}", "a-3"), ("{{ (dict \"a\" (dict \"b\" 1)).a.b }}", "1"),
    ("{{ 5 | add 2 }}", "7"), ("{{ .Values.list | join \",\" }}", "a,b,c"), ("{{ (list 1 2) | len }}", "2"), ("{{ ((3)) }}", "3"),
    ("{{ 5 | add 2 | }} {{ (list 1 | len |) }}", "7 1"),
    // Variables.
    ("{{ $x := 1 }}{{ $x }}{{ $x = 2 }}{{ $x }}", "12"), ("{{ $x := 1 }}{{ if true }}{{ $x := 2 }}{{ $x }}{{ end }}{{ $x }}", "21"),
    ("{{ $x := 1 }}{{ if true }}{{ $x = 2 }}{{ end }}{{ $x }}", "2"), ("{{ $x := 1 }}{{ $x := add $x 1 }}{{ $x }}", "2"),
    ("{{ if $x := .Values.name }}{{ $x }}{{ end }}", "web"), ("{{ with $x := .Values.name }}{{ $x }}{{ . }}{{ end }}", "webweb"),
    // What a block declares may be said behind `else`, where only what stands outside of both has a value.
    ("{{ if .Values.flag }}{{ $u := 1 }}{{ $u }}{{ else }}{{ $u }}{{ $u = 2 }}{{ end }}", "1"), ("{{ $u := 1 }}{{ if false }}{{ $u := 2 }}{{ else }}{{ $u }}{{ end }}", "1"),
    ("{{ if true }}{{ $u := 1 }}{{ $u }}{{ else if $u }}{{ else }}{{ $u }}{{ end }}", "1"), ("{{ range list 1 }}{{ $u := . }}{{ $u }}{{ else }}{{ $u }}{{ end }}", "1"),
    // Conditions.
    ("{{ if .Values.flag }}y{{ else }}n{{ end }}", "y"), ("{{ if .Values.empty }}y{{ else if .Values.port }}p{{ else }}n{{ end }}", "p"),
    ("{{ if 0 }}a{{ else if 0.0 }}b{{ else if \"\" }}c{{ else if .Values.nothing }}d{{ else if list }}e{{ else if dict }}f{{ else }}g{{ end }}", "g"),
    ("{{ with .Values.missing }}a{{ else }}b{{ end }}", "b"), ("{{ with .Values.missing }}a{{ else with .Values.name }}{{ . }}{{ else }}b{{ end }}", "web"),
    ("{{ and 1 0 fail }}", "0"), ("{{ or 0 \"x\" (fail \"no\") }}", "x"), ("{{ and 1 2 3 }}", "3"), ("{{ or 0 \"\" }}|", "|"),
    ("{{ not 0 }} {{ not 1 }}", "true false"),
    // Ranges.
    ("{{ range .Values.list }}{{ . }};{{ end }}", "a;b;c;"), ("{{ range $i, $x := .Values.list }}{{ $i }}{{ $x }}{{ end }}", "0a1b2c"),
    ("{{ range $k, $v := .Values.map }}{{ $k }}={{ $v }};{{ end }}", "a=1;b=2;"), ("{{ range .Values.missing }}a{{ else }}none{{ end }}", "none"),
    ("{{ range 3 }}{{ . }}{{ end }}", "012"), ("{{ range $i := 2 }}{{ $i }}{{ end }}", "01"), ("{{ range until 5 }}{{ if eq . 1 }}{{ continue }}{{ end }}{{ if eq . 3 }}{{ break }}{{ end }}{{ . }}{{ end }}", "02"),
    ("{{ range $x := list 1 2 }}{{ range list 3 4 }}{{ $x }}{{ . }};{{ end }}{{ end }}", "13;14;23;24;"),
    ("{{ $s := 0 }}{{ range list 1 2 3 }}{{ $s = add $s . }}{{ end }}{{ $s }}", "6"), ("{{ range list }}a{{ else }}b{{ end }}", "b"),
    // Named templates.
    ("{{ define \"t\" }}<{{ . }}>{{ end }}{{ template \"t\" 5 }}", "<5>"), ("{{ define \"t\" }}<{{ . }}>{{ end }}{{ include \"t\" 5 | quote }}", "\"<5>\""),
    ("{{ block \"t\" 3 }}[{{ . }}]{{ end }}", "[3]"), ("{{ define \"t\" }}{{ $ }}{{ end }}{{ template \"t\" \"x\" }}", "x"),
    ("{{ define \"t\" }}{{ .Values.missing }}{{ end }}{{ include \"t\" . | default \"d\" }}|", "|"),
    ("{{ tpl \"{{ .a }}\" (dict \"a\" 1) }}", "1"), ("{{ tpl `{{ define \"u\" }}U{{ end }}{{ include \"u\" . }}` . }}", "U"),
    ("{{ define \"t\" }}T{{ end }}{{ tpl `{{ include \"t\" . }}` . }}", "T"), ("{{ tpl \"plain\" . }}", "plain"),
    ("{{ define \"r\" }}{{ if gt . 0 }}{{ . }}{{ include \"r\" (int (sub . 1)) }}{{ end }}{{ end }}{{ include \"r\" 3 }}", "321"),
    ("<no value>", ""),
  ])
  func renders(template: String, expected: String) throws {
    #expect(try rendered(template, values: Self.values) == expected)
  }

  /// Go prints values as programmers know them.
  @Test(arguments: [
    ("{{ printf \"%d|%5d|%-5d|%05d|%+d|%x|%X|%o|%b|%c|%q|%U\" 42 42 42 42 42 42 42 42 5 65 65 9731 }}", "42|   42|42   |00042|+42|2a|2A|52|101|A|'A'|U+2603"),
    ("{{ printf \"%s|%q|%x|%5s|%-5s|%.2s|%v\" \"abc\" \"a\\\"b\" \"ab\" \"a\" \"a\" \"abc\" \"v\" }}", "abc|\"a\\\"b\"|6162|    a|a    |ab|v"),
    ("{{ printf \"%f|%.2f|%e|%g|%v|%8.3f|%g\" 1.5 1.005 1500.0 1e21 1e6 3.14159 0.0001 }}", "1.500000|1.00|1.500000e+03|1e+21|1e+06|   3.142|0.0001"),
    ("{{ printf \"%t|%v|%T|%T|%T|%T\" true nil 1 1.5 \"s\" (list 1) }}", "true|<nil>|int|float64|string|[]interface {}"),
    ("{{ printf \"%d\" .Values.port }}", "%!d(float64=8080)"), ("{{ printf \"%d\" \"x\" }}", "%!d(string=x)"), ("{{ printf \"%s\" nil }}", "%!s(<nil>)"),
    ("{{ printf \"%d %d\" 1 }}", "1 %!d(MISSING)"), ("{{ printf \"%d\" 1 2 }}", "1%!(EXTRA int=2)"), ("{{ printf \"%\" }}", "%!(NOVERB)"), ("{{ printf \"100%%\" }}", "100%"),
    ("{{ printf \"%[2]d %[1]d\" 1 2 }}", "2 1"), ("{{ printf \"%*d\" 5 1 }}", "    1"), ("{{ printf \"%v %s\" (list \"a\" 1) (list \"a\") }}", "[a 1] [a]"),
    ("{{ printf \"%v\" (dict \"b\" nil \"a\" (list 1)) }}", "map[a:[1] b:<nil>]"), ("{{ printf \"%s\" 5 }}", "%!s(int=5)"), ("{{ printf \"%z\" 5 }}", "%!z(int=5)"),
    ("{{ printf \"%+v %+v\" 1 (dict \"a\" 1) }}", "1 map[a:1]"),
    ("{{ printf \"%06.2f|%+.1f|% d\" 3.14159 2.0 7 }}", "003.14|+2.0| 7"), ("{{ printf \"%#x|%#o|%#q\" 255 8 \"a\" }}", "0xff|010|\"a\""),
    ("{{ print 1 2 }}|{{ print \"a\" 1 2 \"b\" }}|{{ print nil }}", "1 2|a1 2b|<nil>"), ("{{ println \"a\" 1 }}", "a 1\n"),
    ("{{ 123456789.0 }} {{ 0.00001 }} {{ 1234567.5 }} {{ 100000.0 }}", "1.23456789e+08 1e-05 1.2345675e+06 100000"),
  ])
  func prints(template: String, expected: String) throws {
    #expect(try rendered(template, values: Self.values) == expected)
  }

  @Test(arguments: [
    ("{{ eq 1 1 }} {{ eq 1 2 3 1 }} {{ eq \"a\" \"b\" }} {{ eq nil nil }} {{ eq nil 1 }} {{ eq 1 (int64 1) }}", "true true false true false true"),
    ("{{ ne 1 2 }} {{ lt 1 2 }} {{ le 2 2 }} {{ gt \"b\" \"a\" }} {{ ge 1.5 1.5 }}", "true true true true true"),
    ("{{ index (dict \"a\" (list 1 2)) \"a\" 1 }} {{ index \"abc\" 0 }} {{ index (dict) \"x\" }}|", "2 97 |"), ("{{ len \"é\" }} {{ len (dict \"a\" 1) }}", "2 1"),
    ("{{ html \"<a href='x'>&\\\"\" }}", "&lt;a href=&#39;x&#39;&gt;&amp;&#34;"), ("{{ js \"it's <b>\\n\" }}", "it\\'s \\u003Cb\\u003E\\u000A"), ("{{ urlquery \"a b&c\" }}", "a+b%26c"),
  ])
  func builtins(template: String, expected: String) throws {
    #expect(try rendered(template, values: Self.values) == expected)
  }

  @Test func filesAndCapabilities() throws {
    let files = ["conf/a.txt": "1\n2\n", "conf/b.yaml": "x: 1\n", "conf/sub/c.txt": "c", "README.md": "r"]
    for (template, expected) in [
      ("{{ .Files.Get \"conf/a.txt\" }}", "1\n2\n"), ("{{ .Files.Get \"none\" }}|", "|"), ("{{ range .Files.Lines \"conf/a.txt\" }}<{{ . }}>{{ end }}", "<1><2>"),
      ("{{ range $p, $_ := .Files.Glob \"conf/*\" }}{{ $p }};{{ end }}", "conf/a.txt;conf/b.yaml;"),
      ("{{ range $p, $_ := .Files.Glob \"**.txt\" }}{{ $p }};{{ end }}", "conf/a.txt;conf/sub/c.txt;"),
      ("{{ range $p, $_ := .Files.Glob \"conf/{a,b}.*\" }}{{ $p }};{{ end }}", "conf/a.txt;conf/b.yaml;"),
      ("{{ (.Files.Glob \"conf/*\").AsConfig }}", "a.txt: |\n  1\n  2\nb.yaml: |\n  x: 1"), ("{{ (.Files.Glob \"conf/a*\").AsSecrets }}", "a.txt: MQoyCg=="),
      ("{{ len (.Files.GetBytes \"conf/a.txt\") }}", "4"), ("{{ .Files.GetBytes \"README.md\" | toString }}", "r"),
      ("{{ .Capabilities.APIVersions.Has \"apps/v1\" }} {{ .Capabilities.APIVersions.Has \"apps/v1/Deployment\" }}", "true false"),
      ("{{ .Capabilities.KubeVersion }} {{ .Capabilities.KubeVersion.Major }}.{{ .Capabilities.KubeVersion.Minor }} {{ .Capabilities.KubeVersion.GitVersion }}", "v1.36.0 1.36 v1.36.0"),
    ] {
      #expect(try rendered(template, files: files) == expected, "\(template)")
    }
  }
}
