import Testing

@testable import YAML

@Suite struct JSONTests {
  @Test(arguments: [
    #"{"a":[1,2.5,-3.5,true,null,"x"],"b":{}}"#, "[]", "\"\"", "0", "[[[]]]", #""\"\\\n\t""#,
  ])
  func whatIsReadIsWritten(text: String) throws {
    let value = try JSONValue(json: text)
    #expect(try JSONValue(json: value.json()) == value)
  }

  @Test func wholeNumbersStayWhole() throws {
    #expect(try JSONValue(json: "9007199254740993") == .integer(9_007_199_254_740_993))
    #expect(try JSONValue(json: "1.0") == .float(1))
    #expect(try JSONValue(json: "18446744073709551615") == .float(18_446_744_073_709_551_616))
    #expect(JSONValue.float(1e21).jsonText() == "1e+21")
    #expect(JSONValue.float(1e-7).jsonText() == "1e-7")
    #expect(JSONValue.float(100).jsonText() == "100")
  }

  @Test func escapes() throws {
    #expect(try JSONValue(json: #""\u00e9\ud83d\ude00\ud83d\/""#) == "é😀\u{FFFD}/")
    #expect(JSONValue.string("<a&\u{2028}\u{01}>").jsonText(escapesHTML: true) == #""\u003ca\u0026\u2028\u0001\u003e""#)
    #expect(JSONValue.string("<a>").jsonText() == "\"<a>\"")
  }

  @Test func signsOfSeveralBytes() throws {
    let text = "\u{2028}\u{2029}\u{A8}\u{28}ä\u{2027}\u{1F600}\u{7F}©"
    #expect(JSONValue.string(text).jsonText() == "\"\\u2028\\u2029\u{A8}(ä\u{2027}\u{1F600}\u{7F}©\"")
    #expect(try JSONValue(json: JSONValue.string(text).json()) == .string(text))
  }

  /// Twice as much takes twice as long, no more: copying the collection at each item would take minutes.
  @Test func largeCollectionsAreReadAtOnce() throws {
    let clock = ContinuousClock()
    let items = JSONValue.array((0..<50_000).map { .integer($0) })
    let members = JSONValue.object(Dictionary(uniqueKeysWithValues: (0..<50_000).map { ("name\($0)", .string("value")) }))
    let text = JSONValue.array([items, members]).json()
    var value = JSONValue.null
    let duration = try clock.measure { value = try JSONValue(json: text) }
    #expect(value == [items, members])
    #expect(duration < .seconds(15))
  }

  @Test func pretty() {
    #expect(JSONValue(dictionaryLiteral: ("b", [1]), ("a", [:])).jsonText(pretty: true) == "{\n  \"a\": {},\n  \"b\": [\n    1\n  ]\n}")
  }

  @Test(arguments: [
    ("", "line 1, column 1: unexpected end of JSON input"),
    ("{\"a\":1,}", "line 1, column 8: invalid character '}' looking for the beginning of a member's name"),
    ("[1\n 2]", "line 2, column 2: invalid character '2' after an item of an array"),
    ("01", "line 1, column 2: unexpected text after the value"),
    ("nul", "line 1, column 4: unexpected end of JSON input"),
    ("'a'", "line 1, column 1: invalid character ''' looking for the beginning of a value"),
    ("\"\u{01}\"", "line 1, column 2: invalid character byte 1 in a string"),
    ("1.", "line 1, column 3: unexpected end of JSON input"),
    ("1e999", "line 1, column 6: the number 1e999 is too large"),
  ])
  func refusals(text: String, message: String) {
    #expect { try JSONValue(json: text) } throws: { "\($0)" == message }
  }

  @Test func members() {
    var value: JSONValue = ["a": ["b": 1]]
    #expect(value[path: ["a", "b"]] == 1)
    value["c"] = [1, 2]
    #expect(value["c"]?[1] == 2)
    value["a"] = nil
    #expect(value == ["c": [1, 2]])
  }
}
