import Testing

@testable import Values

struct SchemaTests {
  static let inner = BlockSchema(attributes: [AttributeSchema(name: "x", type: .string, sensitive: true)])
  static let open = BlockSchema(attributes: [AttributeSchema(name: "x", type: .dynamic)])

  static let schema = BlockSchema(
    attributes: [
      AttributeSchema(name: "name", type: .string, required: true),
      AttributeSchema(
        name: "nested",
        nestedType: NestedAttributeSchema(
          nesting: .list,
          attributes: [
            AttributeSchema(name: "b", type: .bool, optional: true),
            AttributeSchema(name: "a", type: .number, required: true),
          ]), optional: true),
    ],
    blocks: [
      NestedBlockSchema(name: "single", nesting: .single, block: inner),
      NestedBlockSchema(name: "group", nesting: .group, block: inner),
      NestedBlockSchema(name: "list", nesting: .list, block: inner),
      NestedBlockSchema(name: "set", nesting: .set, block: inner),
      NestedBlockSchema(name: "map", nesting: .map, block: inner),
      NestedBlockSchema(name: "tuple", nesting: .list, block: open),
      NestedBlockSchema(name: "object", nesting: .map, block: open),
    ])

  static let innerType = ValueType.object([("x", .string)])

  @Test(arguments: [
    ("name", ValueType.string, Value.null(.string)), ("single", innerType, .null(innerType)),
    ("group", innerType, .object([("x", .null(.string))])),
    ("list", .list(innerType), .list([], of: innerType)), ("set", .set(innerType), .set([], of: innerType)),
    ("map", .map(innerType), .map([:], of: innerType)), ("tuple", .dynamic, .emptyTuple),
    ("object", .dynamic, .emptyObject),
    ("nested", .list(.object([("a", .number), ("b", .bool)])), .null(.list(.object([("a", .number), ("b", .bool)])))),
  ])
  func implies(_ name: String, _ type: ValueType, _ empty: Value) {
    #expect(Self.schema.impliedType.type(of: name) == type)
    #expect(Self.schema.emptyValue.attribute(name) == empty)
  }

  @Test func knowsItsParts() throws {
    #expect(Self.schema.containsSensitive)
    #expect(!Self.open.containsSensitive)
    #expect(Self.schema.attribute("name")?.required == true)
    #expect(Self.schema.block("list")?.nesting == .list)
    #expect(Self.schema.attributes.map(\.name) == ["name", "nested"])
    let nested = try #require(Self.schema.configurationType.type(of: "nested")?.elementType?.objectType)
    #expect(nested.optional == ["b"])
  }
}
