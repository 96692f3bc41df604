import Addresses
import Engine
import Plans
import Testing
import Values

@testable import CLI

/// What `terraform` 1.11.4 shows in its console and after apply.
@Suite struct ValueTextTests {
  static let cases: [(Value, String)] = [
    ("str\"q", #""str\"q""#),
    ("${a}", #""${a}""#),
    (.int(3), "3"),
    (true, "true"),
    (.dynamicNull, "null"),
    (.null(.string), "tostring(null)"),
    (.null(.list(.string)), "tolist(null) /* of string */"),
    (.null(.object([("a", .string)])), "null /* object */"),
    (.unknown(.string), "(known after apply)"),
    (Value.string("s").marked(with: .sensitive), "(sensitive value)"),
    (Value.string("s").marked(with: .ephemeral), "(ephemeral value)"),
    (Value.string("tuple([\n    number,\n])").marked(with: .typeValue), "tuple([\n    number,\n])"),
    (.emptyTuple, "[]"),
    (.emptyObject, "{}"),
    (.list([], of: .string), "tolist([])"),
    (.map([:], of: .string), "tomap({})"),
    (.list(["a", "b"], of: .string), "tolist([\n  \"a\",\n  \"b\",\n])"),
    (.set(["b", "a"], of: .string), "toset([\n  \"a\",\n  \"b\",\n])"),
    (.map(["a": "b"], of: .string), "tomap({\n  \"a\" = \"b\"\n})"),
    ("a\nb", "<<EOT\na\nb\nEOT"),
    ("EOT\n", "<<EOT_\nEOT\n\nEOT_"),
    (
      .object([("k", "a\nb\n"), ("we ird", .tuple([.bool(true), .dynamicNull]))]),
      """
      {
        "k" = <<-EOT
        a
        b
        
        EOT
        "we ird" = [
          true,
          null,
        ]
      }
      """
    ),
  ]

  @Test(arguments: cases.indices) func console(index: Int) {
    let (value, text) = Self.cases[index]
    #expect(consoleText(value) == text)
  }

  @Test func outputs() {
    let values: [String: Value] = ["b": .string("x").marked(with: .sensitive), "a": .int(1)]
    #expect(outputsText(values, style: TextStyle()) == "Outputs:\n\na = 1\nb = <sensitive>\n")
    #expect(outputsText([:], style: TextStyle()) == "")
  }

  @Test func state() {
    let block = BlockSchema(
      attributes: [
        AttributeSchema(name: "id", type: .string, computed: true), AttributeSchema(name: "l", type: .list(.string)),
        AttributeSchema(name: "s", type: .string, sensitive: true), AttributeSchema(name: "t", type: .string),
        AttributeSchema(name: "nothing", type: .string),
      ],
      blocks: [
        NestedBlockSchema(
          name: "rule", nesting: .list, block: BlockSchema(attributes: [AttributeSchema(name: "port", type: .number)]))
      ])
    let source = ProviderSource(type: "fake")
    let resource = Resource(.managed, "fake_thing", "x")
    var schemas = SchemaTable()
    schemas.add(Schema(block: block), kind: ResourceMode.managed.typeKind, named: "fake_thing", from: source)
    var record = ObjectRecord(
      address: ResourceInstance(resource, key: .integer(0)), provider: ProviderConfigurationAddress(source: source),
      schemaVersion: 0,
      value: .object(
        type: block.impliedType,
        values: [
          "i", .list(["a"], of: .string), .null(.string),
          .list([.object([("port", .int(80))])], of: .object([("port", .number)])), "q", "a\nb\n",
        ]))
    let outputs: [String: Value] = ["m": .map(["a": "b"], of: .string), "s": .string("x").marked(with: .sensitive)]
    #expect(
      stateText([record], outputs: outputs, schemas: schemas, style: TextStyle()) == """
        # fake_thing.x[0]:
        resource "fake_thing" "x" {
            id = "i"
            l  = [
                "a",
            ]
            s  = (sensitive value)
            t  = <<-EOT
                a
                b
            EOT

            rule {
                port = 80
            }
        }


        Outputs:

        m = {
            "a" = "b"
        }
        s = (sensitive value)

        """)
    record.isTainted = true
    #expect(
      objectText(record, schema: Schema(block: BlockSchema()), style: TextStyle())
        == "# fake_thing.x[0]: (tainted)\nresource \"fake_thing\" \"x\" {}\n")
  }
}
