import ProviderKit
import Testing

/// What authors do wrong is named: the attribute and the type.
@Suite struct MistakeTests {
  let stage = ProviderTest(Sample.self)
  static let end = "\n\nThis is a mistake of the provider; please report it to its developers."

  @Test func aComputedAttributeThatIsForgotten() async throws {
    await expectProblem(
      "The provider's answer for sample_wrong is wrong (answer): The attribute answer: it was made without giving it a value."
        + Self.end
    ) { try await stage.apply("sample_wrong", ["mistake": "forgets"]) }
    #expect(try await stage.state("sample_wrong") != nil, "what was made is not lost")
  }

  @Test func aResultThatIsNotWhatWasPlanned() async throws {
    await expectProblem(
      #"The provider's answer for sample_wrong is wrong (mistake): The attribute mistake: was cty.StringVal("changes"), but now cty.StringVal("nothing")."#
        + Self.end
    ) { try await stage.apply("sample_wrong", ["mistake": "changes"]) }
  }

  @Test func aPlanThatIsNotWhatIsWritten() async throws {
    let error = await #expect(throws: ProviderProblems.self) { try await stage.plan("sample_wrong", ["mistake": "plans"]) }
    #expect(error?.problems.first?.path == "mistake")
    #expect(error?.problems.first?.summary == "The provider's answer for sample_wrong is wrong")
  }

  @Test(arguments: ["asks", "asks-late"])
  func readingWhatIsNotKnown(_ mistake: String) async throws {
    let error = await #expect(throws: ProviderProblems.self) { try await stage.apply("sample_wrong", ["mistake": .string(mistake)]) }
    #expect(
      error?.problems.first?.detail
        == "The provider read this attribute while it is not known yet. Its code must ask first, by the property's isKnown or known.")
    #expect(error?.problems.first?.path == "answer")
  }

  @Test func aDataSourceThatForgets() async throws {
    await expectProblem(
      "The provider's answer for sample_lookup is wrong (greeting): The attribute greeting: read left it without a value." + Self.end
    ) { try await stage.read("sample_lookup", ["name": "forget"]) }
  }

  @Test func anAttributeThatIsNotInTheSchema() async throws {
    await expectProblem(
      "The provider's answer for sample_untyped is wrong (spec[0].colour): The attribute spec[0].colour: there is no such attribute in the schema."
        + Self.end
    ) { try await stage.apply("sample_untyped", ["name": "strange"]) }
  }

  @Test func aConfigurationThatIsUsedThoughItIsNotKnown() async throws {
    let stage = ProviderTest(Sample.self, configuration: ["port": .unknown])
    #expect(try await stage.read("sample_lookup", ["name": "you"])["greeting"] == "hello nobody: you!")
    await expectProblem(
      "The provider's configuration is not known yet: The provider used its argument \"port\", whose value is not known yet. It should have left "
        + "this for later, or said that it must be known." + Self.end
    ) { try await stage.read("sample_lookup", ["name": "port"]) }
  }

  // MARK: Definitions

  @Test(arguments: Faulty.all)
  func aDefinitionThatIsWrong(_ faulty: Faulty) async throws {
    let stage = ProviderTest(Misdefined.self, surroundings: Surroundings(environment: [:]))
    await expectProblem("The definition of misdefined_\(faulty.name) is wrong: \(faulty.problem).\(Self.end)") {
      try await stage.validate("misdefined_\(faulty.name)", [:])
    }
  }
}

/// A definition that no host could work with.
struct Faulty: DynamicResource, CustomTestStringConvertible {
  typealias Owner = Misdefined
  let short: String
  let problem: String
  let content: ObjectDefinition
  var name: String { short }
  var testDescription: String { short }

  init(_ short: String, _ problem: String, _ attributes: [AttributeDefinition], _ blocks: [BlockDefinition] = []) {
    self.short = short
    self.problem = problem
    content = ObjectDefinition(attributes: attributes, blocks: blocks)
  }

  func makeDefinition() -> ResourceDefinition { ResourceDefinition(content) }
  func create(_ change: DynamicChange, _ context: Context<Misdefined>) async throws -> DynamicValue { change.planned }
  func delete(_ current: DynamicValue, _ context: Context<Misdefined>) async throws {}

  static let all: [Faulty] = [
    Faulty("twice", "The name a stands for two attributes or blocks", [AttributeDefinition("a", .string), AttributeDefinition("a", .bool)]),
    Faulty(
      "spelled", "Attribute Big needs a name of lower-case letters, digits and underscores that begins with a letter",
      [AttributeDefinition("Big", .string)]),
    Faulty(
      "secretive", "Attribute a is write-only and computed, so that nobody would ever see what was computed",
      [AttributeDefinition("a", .string, .computed) { $0.isWriteOnly = true }]),
    Faulty(
      "defaulted", "Attribute a is required and has a default, which could never be used",
      [AttributeDefinition("a", .string, .required) { $0.defaultValue = "x" }]),
    Faulty(
      "written", "Attribute a is write-only and requires a replacement, but nobody can tell whether it changed",
      [
        AttributeDefinition("a", .string) {
          $0.isWriteOnly = true
          $0.replacement = .always
        }
      ]),
    Faulty(
      "loose", "Attribute a has dynamic values inside of a list, set or map; make the whole attribute dynamic",
      [AttributeDefinition("a", .list(.dynamic))]),
    Faulty(
      "related", "Attribute a speaks of an attribute b, which does not exist",
      [AttributeDefinition("a", .string) { $0.relations = [.conflicts(["b"])] }]),
    Faulty(
      "blocked", "Block b has dynamic values inside of a list, set or map of blocks", [],
      [BlockDefinition("b", .list, ObjectDefinition(attributes: [AttributeDefinition("a", .dynamic)]))]),
  ]
}

/// Models whose traits contradict their types.
struct Contradiction: Resource {
  @Attribute(.optional) var value: String
  mutating func create(_ context: Context<Misdefined>) async throws {}
  func delete(_ context: Context<Misdefined>) async throws {}
}

struct Misdefined: Provider {
  static let name = "misdefined"
  static var resources: [any Resource<Misdefined>.Type] { [Contradiction.self] }
  static var dynamicResources: [any DynamicResource<Misdefined>] { Faulty.all.map { Named(inner: $0) } }

  /// Puts the provider's name in front.
  struct Named: DynamicResource {
    typealias Owner = Misdefined
    let inner: Faulty
    var name: String { "misdefined_\(inner.short)" }
    func makeDefinition() -> ResourceDefinition { inner.makeDefinition() }
    func create(_ change: DynamicChange, _ context: Context<Misdefined>) async throws -> DynamicValue { change.planned }
    func delete(_ current: DynamicValue, _ context: Context<Misdefined>) async throws {}
  }
}

extension MistakeTests {
  @Test func aModelThatContradictsItself() async throws {
    await expectProblem(
      "The definition of misdefined_contradiction is wrong: Attribute value may be left out of configurations, so that its Swift type must "
        + "be optional or it needs a default.\(Self.end)"
    ) { try await ProviderTest(Misdefined.self).validate("misdefined_contradiction", [:]) }
  }
}
