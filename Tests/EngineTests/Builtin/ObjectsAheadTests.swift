import Addresses
import Plans
import ProviderInterface
import State
import Testing
import Values

@testable import Engine

/// Objects are made ready ahead as they are when each is asked for, and what cannot be is left to who asks.
@Suite struct ObjectsAheadTests {
  /// Enough for three parts.
  static let count = 1_300

  private static func object(
    _ index: Int, _ attributes: String? = nil, of source: ProviderSource = .builtin, schemaVersion: Int64 = 0
  ) -> StateObject {
    StateObject(
      key: ObjectKey(ResourceInstance(Resource(.managed, "terraform_data", index % 2 == 0 ? "even" : "odd\(index)"), key: .integer(index))),
      provider: ProviderConfigurationAddress(source: source), schemaVersion: schemaVersion,
      attributes: Array((attributes ?? #"{"id":"\#(index)","input":null,"output":null,"triggers_replace":null}"#).utf8))
  }

  private static let schemas: SchemaTable = {
    var schemas = SchemaTable()
    schemas.add(TerraformData.schema, kind: .resource, named: TerraformData.name, from: .builtin)
    return schemas
  }()

  @Test func recordsAreThoseOfTheirObjects() async throws {
    let left = [3: "unreadable", 700: "newer", 1_299: "another provider's"]
    let objects = (0..<Self.count).map { index in
      switch left[index] {
      case "unreadable": Self.object(index, #"{"id":[]}"#)
      case "newer": Self.object(index, schemaVersion: 1)
      case "another provider's": Self.object(index, of: ProviderSource(type: "other"))
      default: Self.object(index)
      }
    }
    let stored = StoredObjects(StateSnapshot(lineage: "L", serial: 1, objects: objects))
    var ahead = ObjectsAhead(of: stored)
    // From the end, so that most parts are begun before their turn.
    for (index, object) in objects.enumerated().reversed() {
      let entry = try #require(stored.entry(object.key))
      if object.provider.source != .builtin { continue }
      let (part, place) = ahead.part(with: entry, of: TerraformProvider.forTests, Self.schemas)
      let record = await part.value[place]
      #expect((record == nil) == (left[index] != nil))
      if let record { #expect(record.address == object.address && record.value.attribute("id") == .text("\(index)")) }
    }
    // Its part was made for its neighbours.
    let other = try #require(stored.entry(objects[1_299].key))
    let (part, place) = ahead.part(with: other, of: TerraformProvider.forTests, Self.schemas)
    #expect(await part.value[place] == nil)
  }
}
