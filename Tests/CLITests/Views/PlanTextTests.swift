import Addresses
import Engine
import Foundation
import Plans
import Testing
import Values

@testable import CLI

@Suite struct PlanTextTests {
  static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Golden")

  static let names: [String] = {
    let files = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return files.filter { $0.hasSuffix(".json") }.map { String($0.dropLast(5)) }.sorted()
  }()

  /// The files beside each other: a plan, and what is printed for it: as the reference does, but for sentences.
  @Test(arguments: names) func golden(name: String) throws {
    let document = try JSONNode(parsing: Array(Data(contentsOf: Self.folder.appendingPathComponent("\(name).json"))))
    let expected = try String(contentsOf: Self.folder.appendingPathComponent("\(name).txt"), encoding: .utf8)
    let input = try PlanCase(document, file: name)
    let text = planText(input.plan, schemas: input.schemas, style: TextStyle(isColored: false, width: 78))
    if text != expected {
      try? text.write(toFile: NSTemporaryDirectory() + "/\(name).actual.txt", atomically: true, encoding: .utf8)
    }
    #expect(text == expected)
  }

  private static let simple = BlockSchema(attributes: [
    AttributeSchema(name: "id", type: .string, computed: true), AttributeSchema(name: "size", type: .number),
  ])

  private static func change(_ action: Action, name: String = "x") -> ResourceChange {
    let value = Value.object(type: simple.impliedType, values: ["i", .int(1)])
    let null = Value.null(.object(simple.impliedType))
    return ResourceChange(
      address: ResourceInstance(Resource(.managed, "fake_thing", name)),
      provider: ProviderConfigurationAddress(source: PlanCase.source), schemaVersion: 0, action: action,
      before: action == .create ? null : value, after: action == .create ? value : null)
  }

  private static func text(_ edit: (inout Plan) -> Void, isColored: Bool = false) -> String {
    var plan = Plan(mode: .normal, basis: PlanBasis(lineage: "x", serial: 1), timestamp: "2025-01-01T00:00:00Z")
    edit(&plan)
    var schemas = SchemaTable()
    schemas.add(Schema(block: simple), kind: ResourceMode.managed.typeKind, named: "fake_thing", from: PlanCase.source)
    return planText(plan, schemas: schemas, style: TextStyle(isColored: isColored, width: 78))
  }

  @Test func forgotten() {
    let text = Self.text { $0.changes = [Self.change(.forget)] }
    #expect(
      text.hasSuffix(
        """
        Plumb will perform the following actions:

         # fake_thing.x will be forgotten, but will not be destroyed
         # (since destroy = false is configured)
         . resource "fake_thing" "x" {
                id   = "i"
                # (1 unchanged attribute hidden)
            }

        Plan: 0 to add, 0 to change, 0 to destroy.

        """), "\(text)")
  }

  @Test func deferred() {
    let text = Self.text {
      $0.deferred = [
        DeferredChange(reason: .instanceCountUnknown, change: Self.change(.create, name: "later"), hasUnknownKeys: true)
      ]
    }
    #expect(
      text == """

        This is what is going to be done, by these symbols:
          + create

        Note: The rest can only be planned after this is applied.

          # fake_thing.later was deferred
          # (because the number of resource instances is unknown)
          + resource "fake_thing" "later" {
              + id   = "i"
              + size = 1
            }

        """, "\(text)")
  }

  @Test func errored() {
    #expect(
      Self.text { $0.isErrored = true }
        == "\nPlanning failed. The plan could not be finished.\n\n")
    let text = Self.text {
      $0.isErrored = true
      $0.changes = [Self.change(.create)]
    }
    #expect(text.contains("\nThis is what was planned before a problem came up:\n"))
  }

  @Test func colors() {
    let text = Self.text({ $0.changes = [Self.change(.create)] }, isColored: true)
    #expect(text.contains("  \u{1B}[32m+\u{1B}[0m resource \"fake_thing\" \"x\" {\n"))
    #expect(text.contains("\u{1B}[1m  # fake_thing.x\u{1B}[0m will be created\n"))
    #expect(text.contains("\n\u{1B}[1mPlan:\u{1B}[0m 1 to add, 0 to change, 0 to destroy.\n"))
  }

  /// Time grows with the number of changes and of elements.
  @Test(.timeLimit(.minutes(1))) func large() {
    let text = Self.text { $0.changes = (0..<10_000).map { Self.change(.create, name: "n\($0)") } }
    #expect(text.contains("Plan: 10000 to add"))
    let lines = (0..<20_000).map { Value.string("line \($0)") }
    let comparison = ValueComparison(
      .list(lines, of: .string), .list([.string("new")] + lines, of: .string), replacement: .nothing,
      relevance: .everything)
    let difference = ValueDifference.of(comparison, type: .list(.string))
    #expect(DifferenceRenderer.text(of: difference, style: TextStyle()).contains("+ \"new\""))
  }
}
