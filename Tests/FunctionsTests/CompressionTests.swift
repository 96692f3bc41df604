import Functions
import Testing
import Values

/// Compressed bytes are compared as they are: a change of them is a change of the attributes that hold them.
struct CompressionTests {
  @Test func base64gzip() {
    check(
      ##"""
      base64gzip("") => "H4sIAAAAAAAA/wAAAP//AQAA//8AAAAAAAAAAA=="
      base64gzip("hello") => "H4sIAAAAAAAA/8pIzcnJBwAAAP//AQAA//+GphA2BQAAAA=="
      base64gzip("abcdabcd") => "H4sIAAAAAAAA/0pMSk4BYQAAAAD//wEAAP//9JxeSwgAAAA="
      base64gzip("abcabcabcabc hello hello hello") => "H4sIAAAAAAAA/0pMSoYjhYzUnJx8ZBIAAAD//wEAAP//xTLcgh4AAAA="
      base64gzip("#!/bin/bash\necho hello world\necho hello world again\napt-get update\napt-get install -y nginx\n") => "H4sIAAAAAAAA/2TIMQ6FIAwG4J1T9OXNhDP9SANNmpZIjXp7NxfH7/v/ShUrFWsk3obTYFWn03dtnyB0iCXMyJ2DjtkQ/FJsBVQp32Rd7EoPAAAA//8BAAD//5viCF1cAAAA"
      """##)
  }

  /// Long enough for codes of its own.
  @Test func longTexts() throws {
    let text = (0..<1000).map { "\($0 * $0 * 7919);" }.joined()
    check("sha1(\"\(try compressed(text))\") => \"9cb1fcacf14cdb5162b694be6c4f9f18e551286b\"")
  }

  private func compressed(_ text: String) throws -> String {
    let table = FunctionTable(environment: .forTests())
    return try #require(try table.call("base64gzip", [.string(text)]).asString)
  }
}
