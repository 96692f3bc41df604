import Testing
import YAML

@testable import Charts

/// Options, schemas, archives, and files that are not as they should be.
@Suite struct ReadingTests {
  private static func set(_ options: [SetOption], on values: String = "{}") throws -> String {
    var values = try ChartValues.read(Array(values.utf8), path: "v")
    for option in options { try option.apply(to: &values) }
    return JSONValue.object(values).jsonText()
  }

  @Test(arguments: [
    ("a=1,b.c=x,d=true,e=null,f=", #"{"a":1,"b":{"c":"x"},"d":true,"e":null,"f":""}"#), ("a={x,y,3}", #"{"a":["x","y",3]}"#), ("a={}", #"{"a":[]}"#), ("a[1]=x", #"{"a":[null,"x"]}"#), ("a[0].b=1,a[0].c=2", #"{"a":[{"b":1,"c":2}]}"#),
    ("a[0][1]=x", #"{"a":[[null,"x"]]}"#), ("a\\.b=c\\,d", #"{"a.b":"c,d"}"#), ("a=01,b=0,c=1.5,d=-3", #"{"a":"01","b":0,"c":"1.5","d":-3}"#), ("a.b=1", #"{"a":{"b":1}}"#), ("a=TRUE", #"{"a":true}"#), ("a={x},b=2", #"{"a":["x"],"b":2}"#),
  ])
  func typed(text: String, json: String) throws { #expect(try Self.set([.typed(text)]) == json) }

  @Test func otherKindsOfOptions() throws {
    #expect(try Self.set([.string("a=1,b=true")]) == #"{"a":"1","b":"true"}"#)
    #expect(try Self.set([.json("a={\"x\":[1,2]},b=\"y,z\",c=")]) == #"{"a":{"x":[1,2]},"b":"y,z","c":null}"#)
    #expect(try Self.set([.json("{\"a\":{\"y\":2}}")], on: "a: {x: 1}") == #"{"a":{"x":1,"y":2}}"#)
    #expect(try Self.set([.literal("a.b=x,y=z{\\")]) == #"{"a":{"b":"x,y=z{\\"}}"#)
    #expect(try Self.set([.file("a.b=path", read: SetFileReader { path in Array("content of \(path)".utf8) })]) == #"{"a":{"b":"content of path"}}"#)
    #expect(try Self.set([.typed("m.x=5"), .string("l[1]=c")], on: "m: {x: 1, z: 2}\nl: [a, b]") == #"{"l":["a","c"],"m":{"x":5,"z":2}}"#)
  }

  @Test(arguments: [
    ("a", "failed parsing \"a\": key \"a\" has no value"), ("a,b=1", "failed parsing \"a,b=1\": key \"a\" has no value (cannot end with ,)"), ("a={x", "failed parsing \"a={x\": list must terminate with '}'"), ("a[x]=1", "failed parsing \"a[x]=1\": error parsing index: \"x\" is no number"),
    ("a[-1]=1", "failed parsing \"a[-1]=1\": index -1 is not between 0 and 65536"), ("a[0]b=1", "failed parsing \"a[0]b=1\": unexpected data at end of array index: \"b\""), ("s.x=1", "failed parsing \"s.x=1\": x cannot be set in what is string"), ("a[99999999]=1", "failed parsing \"a[99999999]=1\": index 99999999 is not between 0 and 65536"),
  ])
  func refusedOptions(text: String, message: String) {
    #expect { try Self.set([.typed(text)], on: "s: t") } throws: { "\($0)" == message }
  }

  /// A schema, values, and what is wrong with them.
  private static let schemaCases: [(String, String, [String])] = [
    (##"{"properties":{"a":{"type":"integer"}}}"##, "a: x", ["web: a: must be integer, got string"]), (##"{"properties":{"a":{"type":["integer","null"]}}}"##, "a: 1", []), (##"{"required":["b"],"properties":{"a":{"type":"number"}}}"##, "a: 1.5", ["web: the values: b is required"]),
    (##"{"additionalProperties":false,"properties":{"a":{}}}"##, "b: 1", ["web: the values: b is not allowed"]), (##"{"properties":{"a":{"enum":["x",2]}}}"##, "a: y2", [#"web: a: must be one of "x", 2, got "y2""#]), (##"{"properties":{"a":{"const":2}}}"##, "a: 2", []),
    (##"{"properties":{"a":{"items":{"type":"string","minLength":2,"pattern":"^x"}}}}"##, "a: [xy, q]", ["web: a.1: must have at least 2 characters, has 1", "web: a.1: must match ^x, got \"q\""]), (##"{"properties":{"a":{"minimum":2,"maximum":3,"multipleOf":2}}}"##, "a: 5", ["web: a: must be at most 3, got 5", "web: a: must be a multiple of 2, got 5"]),
    (##"{"definitions":{"p":{"type":"integer"}},"properties":{"a":{"$ref":"#/definitions/p"}}}"##, "a: true", ["web: a: must be integer, got boolean"]), (##"{"$defs":{"p":{"$anchor":"q","type":"integer"}},"properties":{"a":{"$ref":"#q"}}}"##, "a: x", ["web: a: must be integer, got string"]),
    (##"{"properties":{"a":{"$ref":"https://example.com/s.json"}}}"##, "a: 1", ["web: a: its schema refers to https://example.com/s.json, which would have to be fetched; only references within the file are followed"]), (##"{"properties":{"a":{"$ref":"#/none"}}}"##, "a: 1", ["web: the values: values.schema.json is no schema: #/none is not in the file at /properties/a/$ref"]),
    (##"{"properties":{"a":{"anyOf":[{"type":"string"},{"type":"integer","minimum":5}]}}}"##, "a: 3", ["web: a: must be string, got integer"]), (##"{"properties":{"a":{"oneOf":[{"type":"number"},{"type":"integer"}]}}}"##, "a: 3", ["web: a: fits 2 of the schemas of which it must fit exactly one"]),
    (##"{"properties":{"a":{"not":{"type":"string"}}}}"##, "a: x", ["web: a: must not have the form that it has"]), (##"{"if":{"properties":{"k":{"const":"A"}}},"then":{"required":["b"]},"else":{"required":["c"]}}"##, "k: A", ["web: the values: b is required"]),
    (##"{"patternProperties":{"^x-":{"type":"string"}},"additionalProperties":{"type":"integer"}}"##, "x-a: 1\nb: s", ["web: b: must be integer, got string", "web: x-a: must be string, got integer"]), (##"{"dependentRequired":{"a":["b"]},"dependencies":{"a":{"required":["c"]}}}"##, "a: 1", ["web: the values: c is required", "web: the values: b is required when there is a"]),
    (##"{"properties":{"a":{"prefixItems":[{"type":"string"}],"items":{"type":"integer"},"uniqueItems":true,"maxItems":2}}}"##, "a: [1, x, 2]", ["web: a: must have at most 2 items, has 3", "web: a.0: must be string, got integer", "web: a.1: must be integer, got string"]),
    (##"{"properties":{"a":{"contains":{"type":"string"}},"m":{"minProperties":2,"propertyNames":{"maxLength":1}}}}"##, "a: [1]\nm: {xx: 1}", ["web: a: must contain at least 1 fitting items, has 0", "web: m: must have at least 2 members, has 1", "web: m.xx: must have at most 1 characters, has 2"]),
    // What no keyword has looked at, and what drafts do not know.
    (##"{"properties":{"a":{}},"unevaluatedProperties":false}"##, "a: 1\nb: 2", ["web: the values: b is not allowed"]), (##"{"allOf":[{"properties":{"a":{}}}],"if":{"properties":{"b":{"const":1}},"required":["b"]},"then":{"properties":{"c":{}}},"unevaluatedProperties":{"type":"string"}}"##, "a: 1\nb: 1\nc: 1\nd: 1", ["web: d: must be string, got integer"]),
    (##"{"anyOf":[{"properties":{"a":{"type":"integer"}}},{"properties":{"b":{"type":"integer"}}}],"unevaluatedProperties":false}"##, "a: 1\nb: x", ["web: the values: b is not allowed"]), (##"{"$defs":{"d":{"properties":{"a":{}}}},"$ref":"#/$defs/d","unevaluatedProperties":false}"##, "a: 1\nc: 1", ["web: the values: c is not allowed"]),
    (##"{"properties":{"a":{"prefixItems":[{}],"contains":{"const":2},"unevaluatedItems":false}}}"##, "a: [1, 2, 3]", ["web: a.2: is not allowed"]), (##"{\##(seven)"unevaluatedProperties":false,"dependentRequired":{"a":["b"]}}"##, "a: 1", []),
    (##"{\##(seven)"definitions":{"p":{"type":"integer"}},"properties":{"a":{"$ref":"#/definitions/p","maximum":3}}}"##, "a: 5", []), (##"{"$defs":{"p":{"type":"integer"}},"properties":{"a":{"$ref":"#/$defs/p","maximum":3}}}"##, "a: 5", ["web: a: must be at most 3, got 5"]),
    (##"{\##(seven)"properties":{"a":{"items":[{"type":"string"}],"additionalItems":false}}}"##, "a: [x, y]", ["web: a.1: is not allowed"]), (##"{"properties":{"a":{"multipleOf":0.1},"b":{"multipleOf":0.01,"type":"integer"}}}"##, "a: 0.3\nb: 1e30", []),
    (##"{"properties":{"a":{"uniqueItems":true}}}"##, "a: [1, 1.0]", ["web: a.1: is there twice"]), (##"{"properties":{"a":{"$ref":"urn:x:y"}}}"##, "a: 1", []),
    // Names inside of the file.
    (##"{"$id":"https://example.com/s/root.json","$defs":{"x":{"$id":"x/one.json","$defs":{"n":{"type":"integer"}},"properties":{"b":{"$ref":"#/$defs/n"}}}},"properties":{"a":{"$ref":"x/one.json"},"c":{"$ref":"/s/x/../x/one.json#/$defs/n"}}}"##, "a: {b: x}\nc: x", ["web: a.b: must be integer, got string", "web: c: must be integer, got string"]),
    (##"{"$id":"https://example.com/tree","$dynamicAnchor":"node","unevaluatedProperties":false,"$ref":"base","$defs":{"base":{"$id":"base","$dynamicAnchor":"node","properties":{"next":{"$dynamicRef":"#node"}}}}}"##, "next: {next: {x: 1}}", ["web: next.next: x is not allowed"]),
    // Schemas that are none.
    (##"{"properties":{"a":{"type":"text"}}}"##, "", ["web: the values: values.schema.json is no schema: must be one of array, boolean, integer, null, number, object, string, or a list of these at /properties/a/type"]), (##"{"properties":{"a":{"required":true}}}"##, "", ["web: the values: values.schema.json is no schema: must be a list of different strings at /properties/a/required"]),
    (##"{"properties":{"a":{"pattern":"("}}}"##, "", ["web: the values: values.schema.json is no schema: must be a regular expression at /properties/a/pattern"]), (##"{"$schema":"https://example.com/s","items":1}"##, "", ["web: the values: values.schema.json is no schema: $schema https://example.com/s is no known draft"]), (##"{"items":[{}]}"##, "", ["web: the values: values.schema.json is no schema: must be a schema, got array at /items"]),
    (##"{"properties":{"a":{"exclusiveMinimum":1}},"allOf":[{"required":["z"]}]}"##, "a: 1", ["web: the values: z is required", "web: a: must be above 1, got 1"]), ("{", "", ["web: the values: values.schema.json is no JSON: line 1, column 2: unexpected end of JSON input"]), (##"{"$ref":"#"}"##, "", ["web: the values: the schema refers to itself without end"]), ("false", "", ["web: the values: is not allowed"]),
  ]

  private static let seven = "\"$schema\":\"http://json-schema.org/draft-07/schema#\","

  /// Formats count up to draft 7: what fits, and what does not.
  @Test(arguments: [
    ("ipv4", ["1.2.3.4"], ["1.2.3", "1.2.3.04", "1.2.3.256"]), ("ipv6", ["::1", "::", "1:2:3:4:5:6:7:8", "::ffff:1.2.3.4", "1::"], ["1.2.3.4", "1:2:3:4:5:6:7", "1::2::3", "12345::", "::1%eth0", "1:2:3:4:5:6:7::8", ":1"]),
    ("hostname", ["a.b-c.d", "a."], ["-a", "a..b", "a_b", ""]), ("email", ["a@b.c", "a.b+c@[1.2.3.4]", "\"a b\"@c"], ["a", ".a@b", "a..b@c", "a b@c", "a@[1.2.3]"]),
    ("date", ["2024-02-29"], ["2023-02-29", "2024-1-01"]), ("time", ["10:20:30Z", "10:20:30.5+01:00", "23:59:60Z"], ["10:20:30", "24:00:00Z", "12:00:60Z", "10:20:30+1:00"]),
    ("date-time", ["2024-02-29T10:20:30Z", "2024-02-29t10:20:30z"], ["2024-02-29 10:20:30Z", "2024-02-30T10:20:30Z"]), ("duration", ["P1D", "PT1H30M", "P2W", "P1Y2M3DT4H"], ["P", "1D", "PT", "P1H", "PT1M1H", "P1"]),
    ("period", ["2024-02-29T10:20:30Z/P1D"], ["P1D/P1D", "P1D"]), ("uri", ["https://a.b/c?d#e", "urn:x:y", "http://[::1]:80/"], ["/a", "::", "http://a b/", "http://a:x/", "http://[1]/"]),
    ("uri-reference", ["/a/b#c", "a", ""], ["a\\b", "a:b:%zz#%", ":a"]), ("uri-template", ["/a/{b}", "a"], ["/{a", "/{a/b}"]), ("uuid", ["2EB8AA08-aa98-11ea-b4aa-73b441d16380"], ["2eb8aa08aa9811eab4aa73b441d16380", "x"]),
    ("regex", ["^a+$"], ["("]), ("json-pointer", ["", "/a~0b/c~1"], ["a", "/a~", "/~2"]), ("relative-json-pointer", ["0#", "1/a"], ["01/a", "/a", "1a"]), ("semver", ["1.2.3-rc.1+b.2"], ["1.2", "01.2.3", "1.2.3-01", "1.2.3+"]), ("unknown", ["x"], []),
  ] as [(String, [String], [String])])
  func formats(name: String, fitting: [String], others: [String]) {
    func violations(_ text: String, _ draft: String) -> [SchemaViolation] {
      ValuesSchema.violations(of: ["a": .string(text)], chart: "web", schema: Array("{\(draft)\"properties\":{\"a\":{\"format\":\"\(name)\"}}}".utf8))
    }
    for text in fitting { #expect(violations(text, Self.seven) == [], "\(text)") }
    for text in others {
      #expect(violations(text, Self.seven).count == 1, "\(text)")
      #expect(violations(text, "") == [], "\(text)")
    }
  }

  @Test(arguments: schemaCases)
  func schemas(schema: String, values: String, violations: [String]) throws {
    let read = try ChartValues.read(Array(values.utf8), path: "v")
    #expect(ValuesSchema.violations(of: .object(read), chart: "web", schema: Array(schema.utf8)).map(\.description) == violations)
  }

  @Test func schemasOfSubcharts() throws {
    let files = [
      "Chart.yaml": ChartTests.head, "charts/sub/Chart.yaml": "name: sub\nversion: 1.0.0\n", "charts/sub/values.schema.json": #"{"properties":{"port":{"type":"integer"}}}"#,
    ]
    #expect { try chart(files).rendered("sub: {port: x}") } throws: { "\($0)" == "values do not fit the schema:\n- sub: port: must be integer, got string" }
  }

  // MARK: Charts that are not as they should be

  private static let broken: [([String: String], String)] = [
    (["values.yaml": "a: 1"], "Chart.yaml file is missing"), (["Chart.yaml": "name: x\n"], "Chart.yaml: version is required"), (["Chart.yaml": "version: 1.0.0\n"], "Chart.yaml: name is required"), (["Chart.yaml": "name: x\nversion: abc\n"], "Chart.yaml: version \"abc\" is no semantic version"),
    (["Chart.yaml": "name: x\nversion: 1.0.0\nappVersion: [1]\n"], "Chart.yaml: appVersion must be a string, got array"), (["Chart.yaml": "name: x\nversion: 1.0.0\ntype: other\n"], "Chart.yaml: type must be application or library"), (["Chart.yaml": "a: b: c"], "Chart.yaml:1: mapping values are not allowed in this context"),
    (["Chart.yaml": ChartTests.head, "values.yaml": "a:\n  - b\n c: 1\n"], "web/values.yaml:3: did not find expected key"), (["Chart.yaml": ChartTests.head, "values.yaml": "- a\n"], "web/values.yaml: values must be a mapping, got array"), (["Chart.yaml": ChartTests.head, "charts/sub/x": ""], "subchart sub of web: Chart.yaml file is missing"),
    (["Chart.yaml": ChartTests.head + "kubeVersion: \">=1.99.0\"\n"], "chart web requires kubeVersion >=1.99.0, which is incompatible with Kubernetes v1.36.0"), (["Chart.yaml": ChartTests.head + "dependencies:\n- {version: 1.0.0}\n"], "Chart.yaml: each dependency must have a name"),
    (["Chart.yaml": ChartTests.head + "dependencies:\n- {name: redis, version: 1.0.0}\n"], "chart web needs charts that are not in its charts/ directory: redis"),
    (["Chart.yaml": ChartTests.head, "templates/a.yaml": "apiVersion: v1\nkind: Pod\nmetadata:\n  name: {{ \"a: b: c\" }}\n"], "web/templates/a.yaml: line 4 of its output: mapping values are not allowed in this context\n  4 |   name: a: b: c"),
    (["Chart.yaml": ChartTests.head, "templates/a.yaml": "\n---\nkind: Pod\n"], "web/templates/a.yaml: line 3 of its output: the object has no apiVersion\n  3 | kind: Pod"), (["Chart.yaml": ChartTests.head, "templates/a.yaml": "just text"], "web/templates/a.yaml: line 1 of its output: a manifest must be a mapping, got string\n  1 | just text"),
    (["Chart.yaml": ChartTests.head, "templates/_h.tpl": "{{ define \"x\" }}\n{{ nofunc }}{{ end }}"], "web/templates/_h.tpl:2:4: function \"nofunc\" not defined"), (["Chart.yaml": ChartTests.head, "values.yaml": "sub: 5\n", "charts/sub/Chart.yaml": "name: sub\nversion: 1.0.0\n"], "the values of web must have a mapping for the subchart sub, got integer"),
  ]

  @Test(arguments: broken)
  func brokenCharts(files: [String: String], message: String) {
    #expect { try chart(files).rendered().checkObjects() } throws: { "\($0)" == message }
  }

  // MARK: Archives

  /// A tar archive of one entry after the other.
  private static func archive(_ files: [(String, String)]) -> [UInt8] {
    var bytes: [UInt8] = []
    for (path, text) in files {
      var header = [UInt8](repeating: 0, count: 512)
      func put(_ text: String, at offset: Int) { for (index, byte) in text.utf8.enumerated() { header[offset + index] = byte } }
      put(path, at: 0)
      put(String(text.utf8.count, radix: 8), at: 124)
      put("0", at: 156)
      bytes += header + Array(text.utf8) + Array(repeating: 0, count: (512 - text.utf8.count % 512) % 512)
    }
    return bytes + Array(repeating: 0, count: 1024)
  }

  @Test func archivesAreRead() throws {
    let inner = Self.archive([("sub/Chart.yaml", "name: sub\nversion: 1.0.0\n"), ("sub/templates/a.yaml", ChartTests.object("Secret", "s"))])
    var files = [ChartFile(path: "Chart.yaml", text: ChartTests.head)]
    files.append(ChartFile(path: "charts/sub-1.0.0.tgz", bytes: inner))
    #expect(try Chart(directory: files).rendered().objects.map(\.name) == ["s"])
    let made = try Chart(archive: Self.archive([("web/Chart.yaml", ChartTests.head), ("web/.helmignore", "x"), ("web/x", "1")]))
    #expect(made.name == "web" && made.subcharts.isEmpty)
    // 1f 8b: one stored block.
    let plain = Self.archive([("web/Chart.yaml", ChartTests.head)])
    var packed: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3, 1]
    packed += [UInt8(truncatingIfNeeded: plain.count), UInt8(plain.count >> 8), UInt8(truncatingIfNeeded: ~plain.count), UInt8(truncatingIfNeeded: ~plain.count >> 8)] + plain
    #expect { try Chart(archive: packed) } throws: { "\($0)".contains("damaged") }
    #expect { try Chart(archive: Array("no archive at all".utf8)) } throws: { "\($0)".contains("holds no files") }
    #expect { try Chart(archive: Self.archive([("web/../../etc/x", "")])) } throws: { "\($0)".contains("leads out") }
  }
}
