import Diagnostics
import HCL
import Testing
import Values

@testable import Expressions

/// Bodies decoded under one schema that has every kind of member.
@Suite struct DecodingTests {
  static let rule = BlockSchema(
    attributes: [
      AttributeSchema(name: "port", type: .number, required: true),
      AttributeSchema(name: "note", type: .string, optional: true),
    ])
  static let schema = BlockSchema(
    attributes: [
      AttributeSchema(name: "name", type: .string, required: true),
      AttributeSchema(name: "tags", type: .map(.string), optional: true),
      AttributeSchema(name: "id", type: .string, computed: true),
    ],
    blocks: [
      NestedBlockSchema(name: "rule", nesting: .list, block: rule, maxItems: 3),
      NestedBlockSchema(name: "peer", nesting: .set, block: rule),
      NestedBlockSchema(name: "timeouts", nesting: .single, block: rule),
      NestedBlockSchema(name: "zone", nesting: .map, block: rule),
    ])

  private func decode(_ source: String, _ schema: BlockSchema = schema, json: Bool = false) -> String {
    let bytes = Array(source.utf8)
    let file = SourceFileID(index: 0)
    let (body, parsing) = json ? parseJSONFile(bytes, file: file) : parseFile(bytes, file: file)
    let (value, found) = Expressions.decode(body, schema: schema, in: context())
    #expect(value.conforms(to: .object(schema.impliedType)))
    let errors = parsing + found
    if !errors.isEmpty { return errors.map { text($0, in: bytes) }.joined(separator: "\n") }
    // Members that nothing was said about would only make the expectations long.
    let shown = zip(value.keys, value.elements).filter {
      !$1.isNull && ($1.count > 0 || !$1.type.isCollection || !$1.isKnown)
    }
    return shown.map { "\($0) = \(text($1))" }.joined(separator: ", ")
  }

  @Test(arguments: [
    ("name = 5\ntags = { a = 1 }", "name = \"5\", tags = tomap({a = \"1\"})"),
    (
      "name = \"x\"\nrule { port = 1 }\nrule {\n port = \"2\"\n note = \"n\"\n}",
      "name = \"x\", rule = tolist([{note = null(string), port = 1}, {note = \"n\", port = 2}])"
    ),
    (
      "name = \"x\"\nzone \"b\" { port = 1 }\nzone \"a\" { port = 2 }",
      "name = \"x\", zone = tomap({a = {note = null(string), port = 2}, b = {note = null(string), port = 1}})"
    ),
    ("name = \"x\"\ntimeouts { port = 1 }", "name = \"x\", timeouts = {note = null(string), port = 1}"),
    (
      "name = \"x\"\ndynamic \"rule\" {\n for_each = [1, 2]\n content { port = rule.value + rule.key }\n}",
      "name = \"x\", rule = tolist([{note = null(string), port = 1}, {note = null(string), port = 3}])"
    ),
    (
      "name = \"x\"\ndynamic \"zone\" {\n for_each = { a = 1 }\n iterator = it\n labels = [it.key]\n content { port = it.value }\n}",
      "name = \"x\", zone = tomap({a = {note = null(string), port = 1}})"
    ),
    (
      "name = \"x\"\ndynamic \"rule\" {\n for_each = later.list\n content { port = rule.value }\n}",
      "name = \"x\", rule = unknown(list of object)"
    ),
    // Blocks that may not be there are not evaluated, and what stands behind them is not looked at.
    (
      "name = \"x\"\ndynamic \"rule\" {\n for_each = later.list\n content { port = nothing.there }\n}\nrule { prt = 1 }",
      "name = \"x\", rule = unknown(list of object)"
    ),
    (
      "name = \"x\"\ndynamic \"rule\" {\n for_each = [var.secret]\n content {\n  port = 1\n  note = rule.value\n }\n}",
      "name = \"x\", rule = tolist([{note = sensitive(\"s3cret\"), port = 1}])"
    ),
  ])
  func values(source: String, expected: String) { #expect(decode(source) == expected) }

  @Test(arguments: [
    ("", "Missing required argument: \"name\" is missing; add it to this block. @ "),
    (
      "name = []",
      "Incorrect attribute value type: Inappropriate value for attribute \"name\": string required. @ []"
    ),
    (
      "name = \"x\"\ntag = {}",
      "Unsupported argument: \"tag\" is no argument of this block. Did you mean \"tags\"? @ tag"
    ),
    ("name = \"x\"\nfoo {}", "Unsupported block type: \"foo\" is no block that can stand here. @ foo"),
    (
      "name = \"x\"\nrule { port = 1 }\nrule { port = 1 }\nrule { port = 1 }\nrule { port = 1 }",
      "Too many rule blocks: At most 3 blocks of type \"rule\" can be here @ rule"
    ),
    (
      "name = \"x\"\ntimeouts { port = 1 }\ntimeouts { port = 1 }",
      "Duplicate timeouts block: There can be one block of type \"timeouts\" only. @ timeouts"
    ),
    (
      "name = \"x\"\ndynamic \"rule\" {\n for_each = null\n content { port = 1 }\n}",
      "Invalid dynamic for_each value: for_each must not be null here. @ null"
    ),
    (
      "name = \"x\"\ndynamic \"rule\" {\n for_each = later.list\n content {\n  port = 1\n  weight = 1\n }\n}",
      "Unsupported argument: \"weight\" is no argument of this block. @ weight"
    ),
    (
      "name = \"x\"\ndynamic \"nope\" {\n for_each = []\n content {}\n}",
      "Unsupported block type: \"nope\" is no block that can stand here. @ \"nope\""
    ),
    (
      "name = \"x\"\ndynamic \"rule\" {\n for_each = []\n}",
      "Missing dynamic content block: A dynamic block needs a \"content\" block that says what each generated block "
        + "holds. @ "
    ),
  ])
  func errors(source: String, expected: String) {
    #expect(decode(source).hasPrefix(expected), "\(decode(source))")
  }

  @Test func legacyAttributesMayBeWrittenAsBlocks() {
    let object = ValueType.object([("from", .number), ("to", .number)])
    let schema = BlockSchema(attributes: [
      AttributeSchema(name: "ingress", type: .set(object), optional: true, computed: true)
    ])
    #expect(decode("ingress {\n from = 1\n}", schema) == "ingress = toset([{from = 1, to = null(number)}])")
    #expect(decode("ingress = []", schema) == "")
    #expect(decode("", schema) == "")
    #expect(
      decode("dynamic \"ingress\" {\n for_each = [1]\n content { from = ingress.value }\n}", schema)
        == "ingress = toset([{from = 1, to = null(number)}])")
  }

  @Test func legacyAttributesAreUnsetWhenTheirDynamicBlocksStandForNone() {
    let schema = BlockSchema(attributes: [
      AttributeSchema(name: "ingress", type: .set(.object([("from", .number)])), optional: true, computed: true)
    ])
    let source = "dynamic \"ingress\" {\n for_each = []\n content { from = 1 }\n}"
    let (body, _) = parseFile(Array(source.utf8), file: SourceFileID(index: 0))
    let (value, problems) = Expressions.decode(body, schema: schema, in: context())
    #expect(problems.isEmpty)
    #expect(value.elements.map(\.isNull) == [true])
  }

  @Test func nestedAttributesMayBeLeftOut() {
    let nested = NestedAttributeSchema(
      nesting: .list,
      attributes: [
        AttributeSchema(name: "a", type: .string, required: true),
        AttributeSchema(name: "b", type: .number, optional: true),
      ])
    let schema = BlockSchema(attributes: [AttributeSchema(name: "items", nestedType: nested, optional: true)])
    #expect(decode("items = [{ a = 1 }]", schema) == "items = tolist([{a = \"1\", b = null(number)}])")
    #expect(decode("items = [{}]", schema).hasPrefix("Incorrect attribute value type"))
  }

  @Test func jsonBodiesDecodeAlike() {
    #expect(
      decode(#"{"name": "${upper(\"x\")}", "rule": [{"port": 1}, {"port": 2}]}"#, json: true)
        == "name = \"X\", rule = tolist([{note = null(string), port = 1}, {note = null(string), port = 2}])")
    #expect(
      decode(
        #"{"name": "x", "dynamic": {"rule": {"for_each": [1], "content": {"port": "${rule.value}"}}}}"#, json: true)
        == "name = \"x\", rule = tolist([{note = null(string), port = 1}])")
  }

  @Test func referencesLeaveIteratorsOut() {
    let source = """
      name = "${var.a}-${[for x in local.b : x][0]}"
      dynamic "rule" {
        for_each = local.c
        content { port = rule.value + each.key }
      }
      """
    let (body, _) = parseFile(Array(source.utf8), file: SourceFileID(index: 0))
    #expect(references(in: body, schema: Self.schema).map(\.text) == ["var.a", "local.b", "local.c", "each.key"])
  }

  /// A body of literals is decoded once; whatever depends on its surroundings is evaluated each time.
  @Test(arguments: [
    "name = v", "name = \"${v}\"", "name = upper(v)", "name = \"x\"\nrule {\n port = 1\n note = v\n}",
    "name = \"x\"\ndynamic \"rule\" {\n for_each = [v]\n content {\n port = 1\n note = rule.value\n }\n}",
  ])
  func eachDecodingEvaluates(source: String) {
    let plan = DecodePlan(parseFile(Array(source.utf8), file: SourceFileID(index: 0)).0, schema: Self.schema)
    let values = ["a", "b"].map { word in
      plan.decode(in: EvaluationContext(scope: ValuesScope(["v": .text(word)]), functions: standard([:]))).0
    }
    #expect(values[0] != values[1])
  }

  @Test func aFaultyLiteralIsToldEachTime() {
    let source = Array("name = \"x\"\nrule { port = \"no\" }".utf8)
    let plan = DecodePlan(parseFile(source, file: SourceFileID(index: 0)).0, schema: Self.schema)
    for _ in 1...2 { #expect(plan.decode(in: context()).1.count == 1) }
  }

  @Test func placesOfPaths() {
    let source = "name = \"x\"\ntags = { a = 1 }\nrule { port = 1 }\nrule { port = 22 }\n"
    let bytes = Array(source.utf8)
    let (body, _) = parseFile(bytes, file: SourceFileID(index: 0))
    let plan = DecodePlan(body, schema: Self.schema)
    func place(_ path: Path) -> String {
      let range = plan.sourceRange(of: path)
      return String(decoding: bytes[Int(range.start)..<Int(range.end)], as: UTF8.self)
    }
    #expect(place(Path().attribute("name")) == "\"x\"")
    #expect(place(Path().attribute("tags").key("a")) == "1")
    #expect(place(Path().attribute("rule").index(1).attribute("port")) == "22")
    #expect(place(Path().attribute("rule").index(0).attribute("note")) == "rule")
  }
}
