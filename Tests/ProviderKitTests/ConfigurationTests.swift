import ProviderKit
import Testing

/// A resource with one attribute for each rule.
struct Checked: Resource {
  @Attribute(.oneOf("red", "green")) var color: String?
  @Attribute(.length(2...4)) var code: String?
  @Attribute(.length(1...)) var names: [String]?
  @Attribute(.range(1...10)) var count: Int?
  @Attribute(.range(0.5...)) var share: Double?
  @Attribute(.matches("[a-z]+", "a word in lower case")) var word: String?
  @Attribute(.validated { if !$0.isMultiple(of: 2) { throw AttributeError("\($0) is odd.") } }) var even: Int?
  @Attribute(.conflicts(with: "word")) var noWord: Bool?
  @Attribute(.requires("count", "code")) var needy: Bool?
  @Attribute(.exactlyOne(with: "second")) var first: String?
  @Attribute var second: String?
  @Attribute(.deprecated("Use second.")) var third: String?
  @Attribute var tier: Tier?
  @Attribute var parts: [Part]?

  func validate() throws {
    if let count = $count.known, let code = $code.known, count > 5, code.hasPrefix("x") {
      throw $code.error("With a count above 5 it must not begin with x.")
    }
  }

  mutating func create(_ context: Context<Checker>) async throws {}
  func delete(_ context: Context<Checker>) async throws {}
}

struct Checker: Provider {
  static let name = "checker"
  static var resources: [any Resource<Checker>.Type] { [Checked.self] }
}

@Suite struct ConfigurationTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var configuration: DynamicValue
    var problem: String
    var testDescription: String { "\(configuration)" }
  }

  @Test(arguments: [
    Case(configuration: ["color": "blue"], problem: #"Wrong value for "color" (color): It must be one of "red", "green", not "blue"."#),
    Case(configuration: ["code": "x"], problem: #"Wrong value for "code" (code): Its length must be between 2 and 4; this one has 1."#),
    Case(configuration: ["names": []], problem: #"Wrong value for "names" (names): Its length must be at least 1; this one has 0."#),
    Case(configuration: ["count": 11], problem: #"Wrong value for "count" (count): It must be between 1 and 10, not 11."#),
    Case(configuration: ["count": 1.5], problem: #"Wrong value for "count" (count): It must be a whole number of 64 bits, not 1.5."#),
    Case(configuration: ["share": 0.25], problem: #"Wrong value for "share" (share): It must be at least 0.5, not 0.25."#),
    Case(configuration: ["word": "No"], problem: #"Wrong value for "word" (word): It must be a word in lower case, not "No"."#),
    Case(configuration: ["even": 3], problem: #"Wrong value for "even" (even): 3 is odd."#),
    Case(
      configuration: ["no_word": true, "word": "w"],
      problem: #"Arguments exclude each other (no_word): "no_word" cannot be set together with "word"."#),
    Case(configuration: ["needy": true, "count": 1], problem: #"Argument is missing (needy): "needy" needs "code" too."#),
    Case(
      configuration: ["second": "s", "first": "f"],
      problem: #"Arguments exclude each other (first): Exactly one of "first" and "second" must be set, and 2 of them are."#),
    Case(
      configuration: ["first": .null],
      problem: #"Argument is missing (first): Exactly one of "first" and "second" must be set, and none of them are."#),
    Case(configuration: ["tier": "gold"], problem: #"Wrong value for "tier" (tier): It must be one of "free" and "paid", not "gold"."#),
    Case(
      configuration: ["parts": [["kind": "a"], ["kind": "b", "weight": 11]]],
      problem: #"Wrong value for "weight" (parts[1].weight): It must be between 0 and 10, not 11."#),
    Case(
      configuration: ["parts": [["kind": .null]]],
      problem: #"Argument is missing (parts[0].kind): "kind" must be set, and is null."#),
    Case(
      configuration: ["count": 6, "code": "xx"],
      problem: "Invalid configuration (code): With a count above 5 it must not begin with x."),
  ])
  func isRefused(_ example: Case) async throws {
    var configuration = example.configuration
    if !configuration.keys.contains("first") { configuration["first"] = "f" }
    await expectProblem(example.problem) {
      try await ProviderTest(Checker.self).validate("checker_checked", configuration)
    }
  }

  @Test(arguments: [
    ["color": "red", "code": "abc", "names": ["n"], "count": 10, "share": 0.5, "word": "w", "even": 4, "first": "f"],
    ["color": .unknown, "code": .unknown, "names": .unknown, "count": .unknown, "first": .unknown, "needy": .unknown],
    ["first": "f", "word": .unknown, "no_word": true], ["first": .unknown, "second": .null], ["first": "f", "names": [.unknown]],
    ["second": "s"],
  ] as [DynamicValue])
  func isAccepted(_ configuration: DynamicValue) async throws {
    try await ProviderTest(Checker.self).validate("checker_checked", configuration)
  }

  @Test func deprecatedArgumentsWarn() async throws {
    let stage = ProviderTest(Checker.self)
    try await stage.validate("checker_checked", ["first": "f", "third": "t"])
    #expect(stage.warnings.map(\.description) == ["Argument is deprecated (third): Use second."])
  }

  @Test func theProvidersOwnConfiguration() async throws {
    await expectProblem(#"Wrong value for "port" (port): It must be between 1 and 65535, not 0."#) {
      try await ProviderTest(Sample.self, configuration: ["port": 0]).plan("sample_thing", ["name": "a"])
    }
    await expectProblem("The provider sample could not be configured (token): Nobody has this token.") {
      try await ProviderTest(Sample.self, configuration: ["token": "wrong"]).plan("sample_thing", ["name": "a"])
    }
    let stage = ProviderTest(Sample.self, configuration: ["token": "old"])
    _ = try await stage.plan("sample_thing", ["name": "a"])
    #expect(stage.warnings.map(\.description) == ["Token is old (token): Get a new one."])
  }

  @Test func theModelsOwnValidation() async throws {
    await expectProblem("Invalid configuration (name): Nothing may be called so.") {
      try await ProviderTest(Sample.self).validate("sample_thing", ["name": "forbidden"])
    }
  }
}
