import ProviderInterface
import Testing
import Values

@testable import ProviderKit

/// Every Swift type as an attribute.
@Suite struct TypesTests {
  let stage = ProviderTest(Sample.self)
  static let least: DynamicValue = [
    "text": "t", "flag": true, "whole": 3, "real": 1.5, "exact": 2, "anything": ["x": [1, .null]],
  ]

  @Test func everyTypeGoesInAndComesOut() async throws {
    var all = Self.least
    all["tier"] = "paid"
    all["list"] = ["b", "a"]
    all["set"] = ["b", "a", "b"]
    all["map"] = ["one": 1]
    all["deep"] = ["x": [true, false]]
    all["object"] = ["kind": "k"]
    all["objects"] = [["kind": "k", "weight": 2]]
    all["object_set"] = [["key": "k", "value": "v"], ["key": "l"]]
    all["object_map"] = ["m": ["key": "k"]]
    all["part_set"] = [["kind": "a"], ["kind": "b", "weight": 3]]
    all["renamed"] = "r"
    all["hidden"] = "h"
    all["single"] = ["key": "s"]
    all["row"] = [["title": "t", "member": [["key": "a"], ["key": "b", "value": "c"]]]]
    all["bag"] = [["key": "b"]]
    let made = try await stage.apply("sample_everything", all)
    #expect(made["set"].elements == ["a", "b"])
    #expect(made["object"]["number"] == 7)
    #expect(made["object"]["weight"] == 5)
    #expect(made["objects"][0]["number"] == 2)
    #expect(made["object_set"].elements?.count == 2)
    #expect(Set(made["part_set"].elements?.map { $0["number"].int } ?? []) == [10, 6])
    #expect(made["object_map"]["m"]["value"].isNull)
    #expect(made["row"][0]["member"][1]["value"] == "c")
    #expect(made["anything"] == ["x": [1, .null]])
    #expect(try await stage.plan("sample_everything", all).action == .noChange)
    all["part_set"] = [["kind": "a"], ["kind": "b", "weight": 4]]
    let other = try await stage.apply("sample_everything", all)
    #expect(Set(other["part_set"].elements?.map { $0["number"].int } ?? []) == [10, 8])
  }

  @Test func whatIsLeftOutIsNullOrEmpty() async throws {
    let made = try await stage.apply("sample_everything", Self.least)
    #expect(made["list"].isNull)
    #expect(made["single"].isNull)
    #expect(made["row"].elements == [])
    #expect(made["bag"].elements == [])
  }

  @Test func digitsAreKept() async throws {
    var all = Self.least
    let digits = "123456789012345678901234567890.125"
    all["exact"] = .number(try #require(ExactNumber(digits)))
    let made = try await stage.apply("sample_everything", all)
    #expect(made["exact"].number?.description == digits)
  }

  @Test func unknownValuesStayUnknownInPlans() async throws {
    var all = Self.least
    all["text"] = .unknown
    all["list"] = ["a", .unknown]
    all["objects"] = [["kind": .unknown, "weight": 2]]
    let plan = try await stage.plan("sample_everything", all)
    #expect(plan.planned["text"].isUnknown)
    #expect(plan.planned["list"][0] == "a")
    #expect(plan.planned["list"][1].isUnknown)
    #expect(plan.planned["objects"][0]["weight"] == 2)
    #expect(plan.planned["objects"][0]["kind"].isUnknown)
  }

  /// The schema as hosts see it, a line for each member.
  @Test func theSchemaFollows() async throws {
    let schema = try await stage.schema(.resource, "sample_everything").block
    let lines = schema.attributes.map { attribute in
      let flags = [
        attribute.required ? "required" : nil, attribute.optional ? "optional" : nil, attribute.computed ? "computed" : nil,
        attribute.sensitive ? "sensitive" : nil, attribute.deprecated ? "deprecated" : nil,
        attribute.nestedType.map { "nested \($0.nesting)" },
      ].compactMap { $0 }
      return "\(attribute.name): \(attribute.type.friendlyName) \(flags.joined(separator: " "))"
    }
    #expect(
      lines == [
        "anything: dynamic required", "deep: map of list of bool optional", "exact: number required", "flag: bool required",
        "hidden: string optional sensitive", "list: list of string optional", "map: map of number optional",
        "object: object optional nested single", "object_map: map of object optional nested map",
        "object_set: set of object optional nested set", "objects: list of object optional nested list",
        "old: string optional deprecated", "part_set: set of object optional nested set", "real: number required", "renamed: string optional", "set: set of string optional",
        "text: string required", "tier: string optional", "whole: number required",
      ])
    let blocks = schema.blocks.map { "\($0.name): \($0.nesting) \($0.minItems)...\($0.maxItems)" }
    #expect(blocks == ["bag: set 0...0", "row: list 0...2", "single: single 0...0"])
    let thing = try await stage.schema(.resource, "sample_thing")
    #expect(thing.version == 2)
    #expect(thing.block.attribute("size").map { [$0.optional, $0.computed, $0.required] } == [true, true, false])
    #expect(thing.block.attribute("zone").map { [$0.optional, $0.computed] } == [true, true])
    #expect(thing.block.attribute("secret")?.writeOnly == true)
  }

  @Test(arguments: [
    ("path", "path"), ("httpPort", "http_port"), ("useTLS", "use_tls"), ("URLPath", "url_path"), ("sha256", "sha256"),
    ("contentWoVersion", "content_wo_version"), ("TextFile", "text_file"), ("a", "a"), ("IPv4", "i_pv4"),
  ])
  func propertyNames(_ property: String, _ name: String) { #expect(attributeName(ofProperty: property) == name) }

  @Test func dynamicValuesAreBuiltAndRead() throws {
    var value: DynamicValue = ["a": 1, "b": ["c": [true, .null, "x"]]]
    #expect(value.json == #"{"a":1,"b":{"c":[true,null,"x"]}}"#)
    #expect(value["b"]["c"][2].string == "x")
    #expect(value["b"]["missing"].isNull)
    #expect(value["b"]["c"][9].isNull)
    value["b"]["d"] = 2.5
    #expect(value["b"]["d"].double == 2.5)
    #expect(value.removing("b") == ["a": 1])
    #expect(try DynamicValue(json: value.json) == value)
    #expect(DynamicValue.unknown["x"].isUnknown)
    #expect(throws: AttributeError.self) { try DynamicValue(json: "{") }
  }

  @Test func copiesOfModelsAreApart() {
    var one = Label()
    one.key = "a"
    var two = one
    two.key = "b"
    #expect(one.key == "a")
    #expect(two.key == "b")
    #expect(one != two)
    two.key = "a"
    #expect(one == two)
  }
}
