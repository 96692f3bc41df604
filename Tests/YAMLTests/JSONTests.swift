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
