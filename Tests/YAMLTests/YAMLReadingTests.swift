import Testing

@testable import YAML

@Suite struct YAMLReadingTests {
  /// Scalars of YAML 1.1 as they come out as JSON.
  @Test(arguments: [
    ("yes", "true"), ("y", "true"), ("On", "true"), ("TRUE", "true"), ("no", "false"), ("N", "false"), ("off", "false"),
    ("yEs", "\"yEs\""), ("~", "null"), ("null", "null"), ("Null", "null"), ("nULL", "\"nULL\""), ("", "null"),
    ("0755", "493"), ("0o755", "493"), ("0x1F", "31"), ("0b101", "5"), ("-0x10", "-16"), ("08", "8"), ("1_000", "1000"),
    ("1e3", "1000"), ("1.0", "1"), ("1.5", "1.5"), (".5", "0.5"), ("-.5", "-0.5"), ("1e-7", "1e-7"), ("+12", "12"),
    ("9223372036854775807", "9223372036854775807"), ("-9223372036854775808", "-9223372036854775808"),
    ("123456789012", "123456789012"), ("1.2.3", "\"1.2.3\""), ("2024-01-02", "\"2024-01-02\""), ("12:30", "\"12:30\""),
    ("'yes'", "\"yes\""), ("\"12\"", "\"12\""), ("!!str 12", "\"12\""), ("!!float 3", "3"), ("!!int \"7\"", "7"),
    ("!!binary aGk=", "\"hi\""), ("!mine x", "\"x\""), ("v1", "\"v1\""), ("1h", "\"1h\""), ("-", "[null]"), ("--a", "\"--a\""),
    ("|\n  a\n  b\n", "\"a\\nb\\n\""), (">-\n  a\n  b\n", "\"a b\""), ("\"\\u00e9\"", "\"é\""), ("0x", "\"0x\""),
  ])
  func scalars(text: String, json: String) throws {
    #expect(try YAML.value(text).jsonText() == json)
  }

  @Test(arguments: [
    ("{y: 2}", #"{"true":2}"#), ("{1: a, 1.5: b}", #"{"1":"a","1.5":"b"}"#), ("{a: 1, a: 2}", #"{"a":2}"#),
    ("a: &x {b: 1}\nc: *x\n", #"{"a":{"b":1},"c":{"b":1}}"#),
    ("a: &x {b: 1, d: 1}\nc: {<<: *x, d: 2}\n", #"{"a":{"b":1,"d":1},"c":{"b":1,"d":2}}"#),
    ("c:\n  <<: [{a: 1}, {a: 2, b: 2}]\n", #"{"c":{"a":1,"b":2}}"#),
    ("a: &k key\n*k : v\n", #"{"a":"key","key":"v"}"#),
    ("- - 1\n  - 2\n- {}\n- []\n", "[[1,2],{},[]]"),
  ])
  func collections(text: String, json: String) throws {
    #expect(try YAML.value(text).jsonText() == json)
  }

  @Test func documentsOfAStream() throws {
    #expect(try YAML.documents(Array("a: 1\n---\n---\nb: 2\n...\n".utf8)) == [["a": 1], nil, ["b": 2]])
    #expect(try YAML.documents(Array("# only a remark\n".utf8)) == [])
    #expect(try YAML.documents([]) == [])
  }

  @Test(arguments: [
    ("a: b: c\n", "yaml: line 1: mapping values are not allowed in this context"),
    ("a: 1\nb:\n  - x\n y: 2\n", "yaml: line 4: did not find expected key"),
    ("a:\n\t- b\n", "yaml: line 2: found character that cannot start any token"),
    ("a: *nobody\n", "yaml: line 1: unknown anchor 'nobody' referenced"),
    ("a: &x\n  b: *x\n", "yaml: line 2: anchor 'x' value contains itself"),
    ("{[1]: 2}", "yaml: line 1: a key may not be a mapping or a sequence"),
    ("{~: 2}", "yaml: line 1: a key may not be null"),
    ("a: .inf", "yaml: line 1: .inf has no counterpart in JSON"),
    ("a: !!int x", "yaml: line 1: cannot decode `x` as a !!int"),
    ("<<: 3", "yaml: line 1: map merge requires map or sequence of maps as the value"),
  ])
  func refusals(text: String, message: String) {
    #expect { try YAML.documents(Array(text.utf8)) } throws: { "\($0)" == message }
  }

  @Test func strictReadingRefusesAKeyTwice() {
    #expect { try YAML.value(Array("a: 1\nb: 2\na: 3\n".utf8), duplicateKeys: .refused) } throws: {
      "\($0)" == "yaml: line 3: key \"a\" already set in map"
    }
  }

  @Test func referencesToReferencesAreBounded() {
    var text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
    for level in 1...9 {
      text += "a\(level): &a\(level) [" + Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ", ") + "]\n"
    }
    #expect { try YAML.value(text) } throws: { "\($0)".contains("excessive aliasing") }
  }

  @Test func nestingIsBounded() {
    let deep = String(repeating: "[", count: 100_000)
    #expect { try YAML.value(deep) } throws: { "\($0)".contains("exceeded max depth") }
    #expect { try JSONValue(json: deep) } throws: { "\($0)".contains("nested too deeply") }
  }

  /// Bytes of all kinds: an answer or an error, and never anything else.
  @Test func strangeBytesAreAnswered() {
    let pieces = ["a: ", "- ", "[", "]", "{", "}", "&x ", "*x", "!!str ", "\n", "  ", "\t", "\"", "'", "|", ">", "---\n", "...", "? ", ": ", "#", "\u{0}", "é", "<<: ", "%", "@", "0x", "~"]
    var state: UInt64 = 7
    for _ in 0..<3000 {
      var text: [UInt8] = []
      for _ in 0..<12 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        let number = Int(state >> 33)
        if number % 19 == 0 { text.append(UInt8(truncatingIfNeeded: number >> 7)) } else { text += pieces[number % pieces.count].utf8 }
      }
      if let values = try? YAML.documents(text) {
        for value in values { #expect((try? YAML.value(YAML.text(value))) == value, "\(String(decoding: text, as: UTF8.self))") }
      }
      _ = try? JSONValue(json: text)
    }
  }
}
