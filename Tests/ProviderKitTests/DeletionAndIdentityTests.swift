import ProviderKit
import Testing

/// Objects whose deletion has something to be said of, and that are known by a part of a free value.
@Suite struct DeletionAndIdentityTests {
  struct Store: Provider {
    static let name = "store"
    static var resources: [any Resource<Store>.Type] { [Box.self] }
  }

  struct Box: UpdatableResource {
    @Attribute("What it is.") var content: DynamicValue

    static var identity: ObjectIdentity? {
      ObjectIdentity([AttributeDefinition("label", .string, .required)]) { object in
        let label = object["content"]["label"]
        return label.isUnknown ? nil : ["label": label]
      } object: { identity in
        ["content": ["label": identity["label"], "read": .null]]
      }
    }

    mutating func create(_ context: Context<Store>) async throws {}
    mutating func read(_ context: Context<Store>) async throws -> Existence {
      content["read"] = true
      return .exists
    }
    mutating func update(from prior: Box, _ context: Context<Store>) async throws {}
    func planDeletion(_ context: Context<Store>) async throws {
      if content["label"] == "locked" { throw $content.error("It is locked.", summary: "Cannot go") }
      context.warn("A box goes", "Its label is \(content["label"]).")
    }
    func delete(_ context: Context<Store>) async throws {}
  }

  @Test func deletionsAreTalkedAbout() async throws {
    let stage = ProviderTest(Store.self)
    try await stage.apply("store_box", ["content": ["label": "a", "read": true]])
    try await stage.destroy("store_box")
    #expect(stage.warnings.map(\.summary) == ["A box goes"])
    try await stage.apply("store_box", ["content": ["label": "locked", "read": true]])
    let refusal = await #expect(throws: ProviderProblems.self) { try await stage.destroy("store_box") }
    #expect(refusal?.problems.first?.summary == "Cannot go")
    #expect(try await stage.state("store_box") != nil)
  }

  @Test func identitiesAreFoundInside() async throws {
    let stage = ProviderTest(Store.self)
    try await stage.apply("store_box", ["content": ["label": "a", "read": true]])
    #expect(try stage.identity("store_box") == ["label": "a"])
    let found = try await stage.importObject("store_box", identity: ["label": "b"], name: "other")
    #expect(found["content"] == ["label": "b", "read": true])
    #expect(try await stage.plan("store_box", ["content": .unknown], name: "new").action == .create)
  }
}
