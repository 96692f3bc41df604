import Testing

@testable import Values

struct CodecTests {
  static func hexadecimal(_ bytes: [UInt8]) -> String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined(separator: " ")
  }

  static let object = ValueType.object([("a", .number), ("b", .string)])

  static let packed: [(Value, ValueType, String)] = [
    (.object([("a", 1), ("b", .null(.string))]), object, "82 a1 61 01 a1 62 c0"),
    (.list(["a", "b"], of: .string), .list(.string), "92 a1 61 a1 62"), (-1, .number, "ff"), (128, .number, "cc 80"),
    (300, .number, "cd 01 2c"), (70000, .number, "ce 00 01 11 70"), (-33, .number, "d0 df"),
    (-200, .number, "d1 ff 38"),
    (.number(Number(parsing: "0.5") ?? Number(0)), .number, "cb 3f e0 00 00 00 00 00 00"),
    (.number(Number(parsing: "0.1") ?? Number(0)), .number, "a3 30 2e 31"), (.unknown(.string), .string, "d4 00 00"),
    (.unknown(.string, refined: .notNull), .string, "c7 03 0c 81 01 c2"),
    (
      .unknown(.string, refined: Refinements(isNotNull: true, stringPrefix: "arn:")), .string,
      "c7 09 0c 82 01 c2 02 a4 61 72 6e 3a"
    ),
    (
      .unknown(.string, refined: Refinements(isNotNull: true, stringPrefix: "arn")), .string,
      "d7 0c 82 01 c2 02 a3 61 72 6e"
    ),
    (
      .unknown(.number, refined: Refinements(lowerBound: .init(Number(0), isInclusive: true))), .number,
      "c7 05 0c 81 03 92 00 c3"
    ),
    (
      .unknown(.list(.string), refined: Refinements(isNotNull: true, minimumLength: 1, maximumLength: 3)),
      .list(.string),
      "c7 07 0c 83 01 c2 05 01 06 03"
    ),
    ("x", .dynamic, "92 c4 08 22 73 74 72 69 6e 67 22 a1 78"),
    (.unknown(.string), .dynamic, "92 c4 08 22 73 74 72 69 6e 67 22 d4 00 00"),
    (.dynamicUnknown, .dynamic, "d4 00 00"), (.dynamicNull, .dynamic, "c0"),
    (.null(.string), .dynamic, "92 c4 08 22 73 74 72 69 6e 67 22 c0"),
    (.map(["k": .true], of: .bool), .map(.bool), "81 a1 6b c3"),
  ]

  @Test(arguments: packed.indices)
  func packs(_ index: Int) throws {
    let (value, type, bytes) = Self.packed[index]
    let written = MessagePackCodec.encode(value, type: type)
    #expect(Self.hexadecimal(written) == bytes)
    #expect(try MessagePackCodec.decode(written, type: type) == value)
  }

  @Test func unpacksKeysInAnyOrder() throws {
    let bytes: [UInt8] = [0x82, 0xA1, 0x62, 0xA1, 0x78, 0xA1, 0x61, 0x01]
    #expect(try MessagePackCodec.decode(bytes, type: Self.object) == .object([("a", 1), ("b", "x")]))
    #expect(
      try MessagePackCodec.decode([0x80], type: Self.object) == .object([("a", .null(.number)), ("b", .null(.string))]))
  }

  @Test(
    arguments: [
      [], [0x81, 0xA1, 0x61, 0x01], [0x82, 0xA1, 0x61, 0x01, 0xA1, 0x61, 0x01], [0xDF, 0xFF, 0xFF, 0xFF, 0xFF],
      [0x82, 0xDB, 0xFF], [0x80, 0x80], [0xC1],
      [0x92, 0x01, 0x02],
    ] as [[UInt8]])
  func refusesToUnpack(_ bytes: [UInt8]) {
    #expect(throws: CodecError.self) { try MessagePackCodec.decode(bytes, type: Self.object) }
  }

  @Test(arguments: [ValueType.list(.dynamic), .set(.dynamic), .map(.dynamic)])
  func refusesElementsOfSeveralTypes(_ type: ValueType) throws {
    let isMap = type == .map(.dynamic)
    func packed(_ second: String, _ value: [UInt8]) -> [UInt8] {
      let elements: [[UInt8]] = [
        [0x92, 0xC4, 0x08] + Array(#""string""#.utf8) + [0xA1, 0x78],
        [0x92, 0xC4, UInt8(second.utf8.count)] + Array(second.utf8) + value,
      ]
      return [isMap ? 0x82 : 0x92] + (isMap ? [0xA1, 0x61] + elements[0] + [0xA1, 0x62] + elements[1] : elements.flatMap(\.self))
    }
    func written(_ second: String) -> [UInt8] {
      let first = #"{"value":"x","type":"string"}"#
      return Array((isMap ? "{\"a\":\(first),\"b\":\(second)}" : "[\(first),\(second)]").utf8)
    }
    #expect(throws: CodecError.self) { try MessagePackCodec.decode(packed(#""number""#, [0x01]), type: type) }
    #expect(try MessagePackCodec.decode(packed(#""string""#, [0xA1, 0x79]), type: type).elements.count == 2)
    #expect(throws: CodecError.self) { try JSONValueCodec.decode(written(#"{"value":1,"type":"number"}"#), type: type) }
    #expect(try JSONValueCodec.decode(written(#"{"value":"y","type":"string"}"#), type: type).elements.count == 2)
  }

  @Test func toleratesLaterExtensions() throws {
    #expect(try MessagePackCodec.decode([0xD5, 0x0D, 1, 2], type: .string) == .unknown(.string))
  }

  static let written: [(Value, ValueType, String)] = [
    (.object([("a", 1), ("b", "<x>&\u{2028}\"é\n")]), object, #"{"a":1,"b":"\u003cx\u003e\u0026\u2028\"é\n"}"#),
    (.null(.string), .string, "null"), (.set([2, 1], of: .number), .set(.number), "[1,2]"),
    (.tuple([1, true]), .tuple([.number, .bool]), "[1,true]"),
    (.map(["b": "x", "a": "y"], of: .string), .map(.string), #"{"a":"y","b":"x"}"#),
    (.object([("x", 1)]), .dynamic, #"{"value":{"x":1},"type":["object",{"x":"number"}]}"#),
    (.dynamicNull, .dynamic, "null"),
    (.number(Number(parsing: "1e30") ?? Number(0)), .number, "1" + String(repeating: "0", count: 30)),
  ]

  @Test(arguments: written.indices)
  func writesJSON(_ index: Int) throws {
    let (value, type, json) = Self.written[index]
    #expect(String(decoding: JSONValueCodec.encode(value, type: type), as: UTF8.self) == json)
    #expect(try JSONValueCodec.decode(Array(json.utf8), type: type) == value)
  }

  static let read: [(String, ValueType, Value)] = [
    (#" { "b" : "x" } "#, object, .object([("a", .null(.number)), ("b", "x")])), (#""12""#, .number, 12),
    ("12.50", .string, "12.5"),
    ("true", .string, "true"), (#""1""#, .bool, .true), (#"{"type":"number","value":1}"#, .dynamic, 1),
    (#""\u00e9\ud83d\ude00\ud800x\/""#, .string, "é😀\u{FFFD}x/"),
  ]

  @Test(arguments: read.indices)
  func readsJSON(_ index: Int) throws {
    let (json, type, value) = Self.read[index]
    #expect(try JSONValueCodec.decode(Array(json.utf8), type: type) == value)
  }

  @Test(arguments: [
    (#"{"c":1}"#, "unsupported attribute \"c\""), (#"{"a":"x"}"#, ".a: a number is required"),
    ("[]", "an object is required"),
    (#"{"a":1"#, "unexpected end of JSON input"), (#"{"a":1} x"#, "invalid character 'x' after top-level value"),
    (#"{"a":01}"#, "invalid character '1' after object key:value pair"),
    (#"{"a":1,}"#, "invalid character '}' looking for beginning of object key string"),
  ])
  func explainsJSON(_ json: String, _ message: String) {
    let error = #expect(throws: CodecError.self) { try JSONValueCodec.decode(Array(json.utf8), type: Self.object) }
    #expect(error?.description == message)
  }

  @Test func impliesTypes() throws {
    let value = try JSONValueCodec.decode(Array(#"{"a":[1,"x",null,{}],"b":1.0}"#.utf8))
    #expect(value == .object([("a", .tuple([1, "x", .dynamicNull, .emptyObject])), ("b", 1)]))
    #expect(String(decoding: JSONValueCodec.encode(value), as: UTF8.self) == #"{"a":[1,"x",null,{}],"b":1}"#)
  }

  @Test(arguments: [
    #""string""#, #"["list",["object",{"cidr":"string","ports":["set","number"]}]]"#, #"["tuple",["bool","dynamic"]]"#,
    #"["object",{"a":"bool","b":["map","string"]},["b"]]"#,
  ])
  func describesTypes(_ json: String) throws {
    let type = try JSONValueCodec.decodeType(Array(json.utf8))
    #expect(String(decoding: JSONValueCodec.encodeType(type), as: UTF8.self) == json)
  }

  @Test func laysOutDocuments() throws {
    var writer = JSONWriter(style: .indented("  "))
    writer.beginObject()
    writer.member("version", 4)
    writer.key("list")
    writer.beginArray()
    writer.text("a")
    writer.beginObject()
    writer.endObject()
    writer.endArray()
    writer.key("empty")
    writer.beginArray()
    writer.endArray()
    writer.key("raw")
    writer.raw(Array(#"{"n":1.50}"#.utf8))
    writer.endObject()
    #expect(
      writer.string == """
        {
          "version": 4,
          "list": [
            "a",
            {}
          ],
          "empty": [],
          "raw": {
            "n": 1.50
          }
        }
        """)
    let node = try JSONNode(parsing: writer.bytes)
    #expect(
      String(decoding: node.bytes, as: UTF8.self) == #"{"version":4,"list":["a",{}],"empty":[],"raw":{"n":1.50}}"#)
    #expect(node["raw"]?["n"] == .number("1.50"))
  }

  @Test func survivesDeepNesting() {
    let bytes = Array(repeating: UInt8(ascii: "["), count: 200_000)
    #expect(throws: JSONError.self) { try JSONNode(parsing: bytes) }
  }
}
