import Testing
import YAML

@testable import Charts

/// Charts: files, dependencies, values, hooks and order.
@Suite struct ChartTests {
  static let head = "apiVersion: v2\nname: web\nversion: 1.2.3\nappVersion: \"4.5\"\n"

  static func object(_ kind: String, _ name: String, _ rest: String = "") -> String {
    "apiVersion: v1\nkind: \(kind)\nmetadata:\n  name: \(name)\n\(rest)"
  }

  /// What a template of a chart makes of its context.
  static func text(_ expression: String, _ files: [String: String] = [:], values: String = "") throws -> String {
    var files = files
    files["Chart.yaml"] = files["Chart.yaml"] ?? head
    files["templates/out.yaml"] = object("ConfigMap", "out", "data:\n  x: {{ \(expression) | quote }}\n")
    let value = try chart(files).rendered(values).objects.first { $0.name == "out" }?.value[path: ["data", "x"]]
    return value?.asString ?? "none"
  }

  @Test(arguments: [
    (".Release.Name", "rel"), (".Release.Namespace", "default"), (".Release.Service", "Helm"), (".Release.IsInstall", "true"), (".Release.IsUpgrade", "false"), (".Release.Revision", "1"),
    (".Chart.Name", "web"), (".Chart.Version", "1.2.3"), (".Chart.AppVersion", "4.5"), (".Chart.IsRoot", "true"), (".Chart.APIVersion", "v2"), (".Chart.Type", ""), (".Template.Name", "web/templates/out.yaml"),
    (".Template.BasePath", "web/templates"), ("include (print $.Template.BasePath \"/other.yaml\") . | sha256sum | trunc 6", "ac8675"), (".Capabilities.HelmVersion.Version", "v4.3.0"), ("len .Subcharts", "0"),
  ])
  func objectsOfTemplates(expression: String, expected: String) throws {
    #expect(try Self.text(expression, ["templates/other.yaml": Self.object("Secret", "s")]) == expected)
  }

  @Test(arguments: [
    ("appVersion: 1.10", ".Chart.AppVersion", "1.1"), ("appVersion: 2000000000", ".Chart.AppVersion", "2000000000"),
    ("appVersion: true", ".Chart.AppVersion", "true"), ("annotations: {a: 1}\nkeywords: [8]", "print .Chart.Annotations.a .Chart.Keywords", "1[8]"),
    ("deprecated: true", ".Chart.Deprecated", "true"),
  ])
  func metadataMayHaveNumbers(metadata: String, expression: String, expected: String) throws {
    #expect(try Self.text(expression, ["Chart.yaml": "apiVersion: v2\nname: web\nversion: 1.2.3\n\(metadata)\n"]) == expected)
  }

  @Test func objectsInTheOrderOfInstallation() throws {
    let made = try chart([
      "Chart.yaml": Self.head, "templates/z.yaml": Self.object("Service", "z") + "---\n" + Self.object("Zebra", "q"),
      "templates/a.yaml": "---\n\n" + Self.object("Deployment", "d") + "\n---\n# nothing\n---\n" + Self.object("Apple", "p"),
      "templates/m.yaml": Self.object("Namespace", "space") + "---   \n" + Self.object("Service", "m"), "templates/_helper.tpl": "{{ fail \"never\" }}", "templates/NOTES.txt": "Hello {{ .Release.Name }}",
    ]).rendered()
    #expect(made.objects.map(\.name) == ["space", "m", "z", "d", "p", "q"])
    #expect(made.objects.map(\.index) == [0, 1, 0, 0, 2, 1])
    #expect(made.notes == "Hello rel")
    #expect(made.manifest.hasPrefix("---\n# Source: web/templates/m.yaml\napiVersion: v1\nkind: Namespace\n"))
  }

  @Test func documentsEndInALineBreak() throws {
    let text = Self.object("ConfigMap", "c", "data:\n  x: |\n    a")
    let made = try chart(["Chart.yaml": Self.head, "templates/c.yaml": text]).rendered()
    #expect(made.objects[0].value[path: ["data", "x"]] == "a\n")
  }

  @Test func hooks() throws {
    func hook(_ name: String, _ annotations: String) -> String {
      "apiVersion: batch/v1\nkind: Job\nmetadata:\n  name: \(name)\n  annotations:\n    \(annotations)\n"
    }
    let made = try chart([
      "Chart.yaml": Self.head,
      "templates/h.yaml": [
        hook("b", "helm.sh/hook: pre-install, post-upgrade\n    helm.sh/hook-weight: \"5\""), hook("a", "helm.sh/hook: pre-install\n    helm.sh/hook-weight: \"5\""),
        hook("c", "helm.sh/hook: test-success\n    helm.sh/hook-weight: x\n    helm.sh/hook-delete-policy: hook-succeeded,hook-failed"), hook("d", "helm.sh/hook: pre-install,whenever"), hook("e", "other: x"),
      ].joined(separator: "---\n"),
    ]).rendered()
    #expect(made.hooks.map(\.object.name) == ["c", "a", "b"])
    #expect(made.hooks.map(\.weight) == [0, 5, 5])
    #expect(made.hooks[0].events == [.test] && made.hooks[2].events == [.preInstall, .postUpgrade])
    #expect(made.hooks[0].deletePolicies == [.hookSucceeded, .hookFailed] && made.hooks[1].deletePolicies == [.beforeHookCreation])
    #expect(made.objects.map(\.name) == ["e"])
  }

  // MARK: Values

  @Test(arguments: [
    ("a: 1\nm: {x: 1, z: 2}\n", "m: {x: 5}\n", "toJson .Values", #"{"a":1,"m":{"x":5,"z":2}}"#), ("l: [1, 2]\n", "l: [3]\n", ".Values.l", "[3]"),
    // A null that is given takes the default away; one among the defaults counts for nothing.
    ("a: 1\nm: {x: 1, z: 2}\n", "a: null\nm: {x: null}\n", "toJson .Values", #"{"m":{"z":2}}"#), ("a: null\nm: {x: null, z: 1}\n", "", "toJson .Values", #"{"m":{"z":1}}"#),
    ("a: {b: 1}\n", "a: 5\n", "toJson .Values", #"{"a":5}"#), ("a: 5\n", "a: {b: 1}\n", "toJson .Values", #"{"a":{"b":1}}"#), ("a: 1\n---\nb: 2\na: 3\n", "", "toJson .Values", #"{"a":3,"b":2}"#),
  ])
  func valuesAreMerged(defaults: String, given: String, expression: String, expected: String) throws {
    #expect(try Self.text(expression, ["values.yaml": defaults], values: given) == expected)
  }

  @Test func subchartsGetTheirValues() throws {
    let files = [
      "values.yaml": "global: {g: top}\nsub: {own: parent, other: null}\n", "charts/sub/Chart.yaml": "apiVersion: v2\nname: sub\nversion: 0.1.0\n", "charts/sub/values.yaml": "own: child\nkept: yes\nother: 1\nglobal: {g: child, h: 1}\n",
      "charts/sub/templates/s.yaml": Self.object("Secret", "s", "stringData:\n  v: {{ toJson .Values | quote }}\n  w: {{ .Chart.Name }} {{ .Chart.IsRoot }} {{ .Template.Name }}\n"),
    ]
    let made = try chart(files.merging(["Chart.yaml": Self.head]) { $1 }).rendered()
    #expect(made.objects[0].value[path: ["stringData", "v"]] == #"{"global":{"g":"top","h":1},"kept":true,"other":1,"own":"parent"}"#)
    #expect(made.objects[0].value[path: ["stringData", "w"]] == "sub false web/charts/sub/templates/s.yaml")
    #expect(try Self.text("toJson .Subcharts.sub.Values.own", files) == "\"parent\"")
    #expect(try Self.text("print .Values.sub.kept .Subcharts.sub.Chart.Name", files) == "truesub")
  }

  /// Which of two subcharts are rendered, by what the dependencies and the values say.
  @Test(arguments: [
    ("- {name: one, version: 1.x.x, repository: \"\", condition: one.enabled}\n- {name: two, version: \"*\"}", "one: {enabled: false}", ["two"]), ("- {name: one, version: ^1.0.0, condition: \"one.none,one.enabled\"}", "one: {enabled: false}", ["two"]),
    ("- {name: one, version: ~1.0, tags: [a]}\n- {name: two, version: \">=0\", tags: [a, b]}", "tags: {a: false, b: true}", ["two"]), ("- {name: one, version: 1.0.0, tags: [a], condition: one.enabled}", "tags: {a: false}\none: {enabled: true}", ["one", "two"]),
    ("- {name: one, version: 1.0.0, alias: uno}\n- {name: one, version: 1.0.0, alias: due}", "due: {x: 1}", ["due", "two", "uno"]), ("- {name: one, version: \">2\"}", "", ["one", "two"]),
  ])
  func dependencies(list: String, values: String, expected: [String]) throws {
    let dependencies = list.split(separator: "\n").map { "  \($0)" }.joined(separator: "\n")
    var files = ["Chart.yaml": Self.head + "dependencies:\n\(dependencies)\n"]
    for name in ["one", "two"] {
      files["charts/\(name)/Chart.yaml"] = "apiVersion: v2\nname: \(name)\nversion: 1.0.0\n"
      files["charts/\(name)/templates/x.yaml"] = Self.object("Secret", "{{ .Chart.Name }}")
    }
    #expect(try chart(files).rendered(values).objects.map(\.name).sorted() == expected)
  }

  @Test func valuesAreImported() throws {
    let files = [
      "Chart.yaml": Self.head + "dependencies:\n- name: sub\n  version: 0.1.0\n  import-values:\n  - data\n  - {child: inner.deep, parent: mine.here}\n", "values.yaml": "port: 1\n", "charts/sub/Chart.yaml": "apiVersion: v2\nname: sub\nversion: 0.1.0\n",
      "charts/sub/values.yaml": "exports: {data: {port: 2, host: h}}\ninner: {deep: {a: 1}}\n",
    ]
    #expect(try Self.text("print .Values.port .Values.host .Values.mine.here.a", files) == "1h1")
  }

  /// A table that two imports meet in is the child's own, as it is in Helm.
  @Test func importsMeetInTheChildsTable() throws {
    let files = [
      "Chart.yaml": Self.head + "dependencies:\n- name: sub\n  version: 0.1.0\n  import-values:\n  - data\n  - {child: inner, parent: t.more}\n", "charts/sub/Chart.yaml": "apiVersion: v2\nname: sub\nversion: 0.1.0\n",
      "charts/sub/values.yaml": "exports: {data: {t: {one: 1}}}\ninner: {two: 2}\n",
    ]
    #expect(try Self.text("print .Values.t.one .Values.t.more.two .Values.sub.exports", files) == "1 2 map[data:map[t:map[more:map[two:2] one:1]]]")
  }

  @Test func oldChartsHaveRequirements() throws {
    let files = [
      "Chart.yaml": "name: old\nversion: 1.0.0\n", "requirements.yaml": "dependencies:\n- {name: sub, version: 0.1.0, condition: sub.enabled}\n", "charts/sub/Chart.yaml": "name: sub\nversion: 0.1.0\n",
      "charts/sub/templates/x.yaml": Self.object("Secret", "s"),
    ]
    #expect(try chart(files).rendered("sub: {enabled: false}").objects.isEmpty)
    #expect(try chart(files).rendered().objects.count == 1)
  }

  // MARK: Templates of several charts

  @Test func libraryChartsAndOverriding() throws {
    let files = [
      "Chart.yaml": Self.head, "templates/_h.tpl": "{{ define \"who\" }}parent{{ end }}", "charts/lib/Chart.yaml": "apiVersion: v2\nname: lib\nversion: 1.0.0\ntype: library\n",
      "charts/lib/templates/_l.tpl": "{{ define \"lib.x\" }}L{{ end }}{{ define \"who\" }}lib{{ end }}", "charts/lib/templates/never.yaml": Self.object("Secret", "never"),
    ]
    #expect(try Self.text("print (include \"lib.x\" .) (include \"who\" .)", files) == "Lparent")
    #expect { try chart(["Chart.yaml": Self.head + "type: library\n"]).rendered() } throws: { "\($0)".contains("library chart") }
  }

  @Test func definitionsOfCustomResources() throws {
    let made = try chart([
      "Chart.yaml": Self.head, "crds/b.yaml": Self.object("CustomResourceDefinition", "b"), "crds/a.yaml": "# {{ not a template }}\n" + Self.object("CustomResourceDefinition", "a1") + "---\n" + Self.object("CustomResourceDefinition", "a2"),
      "crds/README.md": "x", "charts/sub/Chart.yaml": "name: sub\nversion: 1.0.0\n", "charts/sub/crds/c.json": #"{"apiVersion": "v1", "kind": "CustomResourceDefinition", "metadata": {"name": "c"}}"#,
    ]).rendered()
    #expect(made.customResourceDefinitions.map(\.name) == ["a1", "a2", "b", "c"])
    #expect(made.customResourceDefinitions[3].path == "web/charts/sub/crds/c.json")
  }

  @Test func filesAreIgnored() throws {
    let files = [
      "Chart.yaml": Self.head, ".helmignore": "# remark\n*.bak\n/secret/\ntmp/\ndocs/*.md\n", "a.bak": "", "x/b.bak": "", "secret/s": "", "x/secret/s": "", "x/tmp/t": "", "tmp": "", "docs/a.md": "", "docs/sub/a.md": "", "ok.txt": "", "templates/.hidden.yaml": "{{ nofunc }}",
    ]
    let template = ["templates/o.yaml": Self.object("Secret", "s", "data:\n  x: {{ range $p, $_ := .Files.Glob \"**\" }}{{ $p }} {{ end }}\n")]
    let seen = try chart(files.merging(template) { $1 }).rendered().objects[0].value[path: ["data", "x"]]
    #expect(seen == ".helmignore docs/sub/a.md ok.txt tmp x/secret/s")
    #expect { try chart(["Chart.yaml": Self.head, ".helmignore": "a/**\n"]) } throws: { "\($0)" == ".helmignore:1: double-star (**) syntax is not supported" }
  }

  // MARK: What varies

  @Test func resultsThatVaryAreKept() throws {
    let files = [
      "Chart.yaml": Self.head, "templates/a.yaml": Self.object("Secret", "a", "data:\n  p: {{ randAlphaNum 12 }}\n  q: {{ randAlphaNum 12 }}\n  c: {{ (genCA \"x\" 10).Cert | sha256sum }}\n  t: {{ now | unixEpoch | quote }}\n  b: {{ htpasswd \"u\" \"p\" }}\n"),
      "templates/b.yaml": Self.object("Secret", "b"), "templates/c.yaml": Self.object("Secret", "c", "data:\n  l: {{ lookup \"v1\" \"Secret\" \"\" \"x\" | toJson | quote }}\n"),
    ]
    func world(_ seed: Int, _ kept: [KeptResult] = []) -> RenderingWorld {
      RenderingWorld(clock: { (Int64(seed), 0) }, randomBytes: { count in (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ seed &* 7) } }, kept: kept)
    }
    let made = try chart(files).rendered(values: [:], release: ReleaseDescription(name: "r", namespace: "n"), world: world(1_700_000_000))
    let other = try chart(files).rendered(values: [:], release: ReleaseDescription(name: "r", namespace: "n"), world: world(1_800_000_001))
    let again = try chart(files).rendered(values: [:], release: ReleaseDescription(name: "r", namespace: "n"), world: world(1_800_000_001, made.kept))
    #expect(made.objects[0].value != other.objects[0].value)
    #expect(made.objects[0].value == again.objects[0].value)
    #expect(made.kept == again.kept && made.kept.count == 5)
    #expect(made.objects.map(\.varying) == [["randAlphaNum", "genCA", "now", "htpasswd"], [], ["lookup"]])
  }

  @Test func certificates() throws {
    let template = """
      {{ $ca := genCA "my-ca" 365 }}{{ $c := genSignedCert "web" (list "10.0.0.1") (list "web.local" "*.x") 30 $ca }}
      {{ $s := genSelfSignedCert "self" nil nil 1 }}{{ $k := genPrivateKey "ecdsa" }}{{ $w := genSelfSignedCertWithKey "k" nil (list "a") 1 $k }}
      {{ $b := buildCustomCert ($c.Cert | b64enc) ($c.Key | b64enc) }}{{ eq $b.Cert $c.Cert }} {{ regexFind "BEGIN [A-Z ]+" $ca.Key }} {{ regexFind "BEGIN [A-Z ]+" $k }} {{ regexFind "BEGIN [A-Z ]+" (genPrivateKey "ed25519") }}
      {{ regexFind "BEGIN [A-Z]+" $s.Cert }} {{ eq $w.Key $k }} {{ genPrivateKey "none" }} {{ derivePassword 1 "long" "password" "user" "example.com" }} {{ decryptAES "k" (encryptAES "k" "plain") }}
      """
    #expect(try rendered(template).split(whereSeparator: \.isNewline).joined(separator: "|") == "true BEGIN RSA PRIVATE KEY BEGIN EC PRIVATE KEY BEGIN PRIVATE KEY|BEGIN CERTIFICATE true Unknown type none ZedaFaxcZaso9* plain")
  }

  @Test func randomTextIsOfItsKind() throws {
    let made = try rendered("{{ regexMatch \"^[0-9]{8}$\" (randNumeric 8) }} {{ regexMatch \"^[A-Za-z]{8}$\" (randAlpha 8) }} {{ len (randAscii 5) }} {{ len (b64dec (randBytes 9)) }} {{ regexMatch \"^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$\" uuidv4 }} {{ lt (randInt 3 5) 5 }} {{ len (shuffle \"hello\") }} {{ hasPrefix \"$2a$10$\" (bcrypt \"x\") }} {{ htpasswd \"u\" \"p\" \"sha\" }}")
    #expect(made == "true true 5 9 true true 5 true u:{SHA}UWuXg/ylF+7L0dBk2i0WUxCxl1k=")
  }
}
