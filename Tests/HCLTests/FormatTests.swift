import FoundationEssentials
import HCL
import Testing

/// Each fixture is a pair: what is written, and what the reference formatter makes of it.
@Suite struct FormatTests {
  static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures/format")

  @Test(arguments: ["alignment", "blocks", "brackets", "heredocs", "spaces", "templates", "types", "unwrapping"])
  func formats(_ name: String) throws {
    let source = try [UInt8](Data(contentsOf: Self.folder.appending(path: "\(name).in.tf")))
    let expected = try [UInt8](Data(contentsOf: Self.folder.appending(path: "\(name).out.tf")))
    let formatted = HCL.format(source)
    #expect(String(decoding: formatted, as: UTF8.self) == String(decoding: expected, as: UTF8.self))
    #expect(HCL.format(formatted) == formatted)
  }

  @Test(arguments: [
    ("a=1", "a = 1"), ("", ""), ("a = 1\n   ", "a = 1\n   "), ("\n\n a = 1", "\n\na = 1"), ("a=1\r\nbb=2\r\n", "a  = 1\r\nbb = 2\r\n"),
    // What does not parse stays.
    ("a  =  \n", "a  =  \n"), ("a {\nb=1\n", "a {\nb=1\n"),
  ])
  func formatsEdges(_ source: String, _ expected: String) {
    #expect(String(decoding: HCL.format(Array(source.utf8)), as: UTF8.self) == expected)
  }
}
