import Diagnostics
import HCL
import Testing

@Suite struct BodyTests {
  let schema = ContentSchema(
    attributes: [AttributeSpecification("name", required: true), AttributeSpecification("description")],
    blocks: [BlockSpecification("resource", labelNames: ["type", "name"]), BlockSpecification("lifecycle")])

  @Test func readsContent() throws {
    let source = """
      name = "x"
      resource "a" b {
        c = 1
      }
      lifecycle { d = 2 }
      """
    let (content, diagnostics) = body(source).content(for: schema)
    #expect(diagnostics.isEmpty)
    #expect(content.attributes["name"].map { dump($0.expression) } == "'x'")
    #expect(content.blocks.map(\.type) == ["resource", "lifecycle"])
    let block = try #require(content.blocks.first)
    #expect(block.labels.map(\.text) == ["a", "b"])
    #expect(block.body.justAttributes().0.map(\.name) == ["c"])
    let header = Array(source.utf8)[Int(block.definitionRange.start)..<Int(block.definitionRange.end)]
    #expect(String(decoding: header, as: UTF8.self) == #"resource "a" b"#)
  }

  @Test(arguments: [
    ("", ["Missing required argument @ "]),
    ("name = 1\nfoo = 2\n", ["Unsupported argument @ foo"]),
    ("name = 1\nfoo {\n}\n", ["Unsupported block type @ foo"]),
    ("name = 1\nresource \"a\" {\n}\n", ["Missing name for resource @ {"]),
    ("name = 1\nresource \"a\" \"b\" \"c\" {\n}\n", ["Extraneous label for resource @ \"c\""]),
    ("name = 1\nlifecycle \"a\" {\n}\n", ["Extraneous label for lifecycle @ \"a\""]),
  ])
  func checksContent(_ source: String, _ messages: [String]) {
    let (_, diagnostics) = body(source).content(for: schema)
    #expect(diagnostics.map { describe($0, in: source) } == messages)
  }

  @Test(arguments: [
    ("naem = 1", #""naem" is no argument of this block. Did you mean "name"?"#),
    ("lifecycle = 1", #""lifecycle" is no argument of this block. It is a block: write "lifecycle {" without an equals sign."#),
    ("lifecycel {\n}", #""lifecycel" is no block that can stand here. Did you mean "lifecycle"?"#),
    (
      "description {\n}",
      #""description" is no block that can stand here. It is an argument: write "description =" and its value."#
    ),
  ])
  func suggests(_ item: String, _ detail: String) {
    let optional = ContentSchema(attributes: schema.attributes.map { AttributeSpecification($0.name) }, blocks: schema.blocks)
    let (_, diagnostics) = body(item + "\n").content(for: optional)
    #expect(diagnostics.map(\.detail) == [detail])
  }

  @Test(arguments: [
    "name = 1\nother = 2\nlifecycle {\n}\nmore {\n}\n",
    #"{"name": 1, "other": 2, "lifecycle": {}, "more": {}, "//": "a comment"}"#,
  ])
  func leavesTheRest(_ source: String) {
    let whole = source.hasPrefix("{") ? jsonBody(source) : body(source)
    let (content, rest, diagnostics) = whole.partialContent(for: schema)
    #expect(diagnostics.isEmpty)
    #expect(content.attributes.keys.sorted() == ["name"])
    let second = ContentSchema(attributes: [AttributeSpecification("other")], blocks: [BlockSpecification("more")])
    let (remaining, errors) = rest.content(for: second)
    #expect(errors.isEmpty)
    #expect(remaining.attributes.keys.sorted() == ["other"])
    #expect(remaining.blocks.map(\.type) == ["more"])
  }

  @Test func refusesBlocksAmongAttributes() {
    let source = "a = 1\nb {\n}\n"
    let (attributes, diagnostics) = body(source).justAttributes()
    #expect(attributes.map(\.name) == ["a"])
    #expect(diagnostics.map { describe($0, in: source) } == ["Unexpected \"b\" block @ b"])
  }
}
