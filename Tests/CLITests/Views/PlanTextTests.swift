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

  /// The files beside each other: a plan, and what the reference program printed for it, with its name changed to ours.
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
}
