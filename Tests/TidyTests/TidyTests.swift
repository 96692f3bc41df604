import Foundation
import Testing

/// One rule a test; what is found is named with its place.
@Suite struct TidyTests {
  @Test func manifestIsRead() throws {
    let manifest = Manifest(text: try SourceTree.read("Package.swift"))
    let engine = try #require(manifest.rooms.first { $0.name == "Engine" })
    #expect(engine.imports.isSuperset(of: ["Modules", "Values"]))
    #expect(!engine.imports.contains("Plugin"), "the engine cannot see gRPC")
    #expect(manifest.rooms.first { $0.name == "Values" }?.imports == [])
    #expect(manifest.rooms.first { $0.name == "State" }?.path == "state/State")
    #expect(manifest.rooms.count >= 17)
  }

  /// A room imports what the table in the manifest allows it, and no other room.
  @Test func importsKeepToTheFloorPlan() throws {
    let manifest = Manifest(text: try SourceTree.read("Package.swift"))
    let known = manifest.moduleNames
    for room in manifest.rooms {
      for file in SourceTree.product where file.path.hasPrefix(room.path + "/") {
        for (index, line) in file.lines.enumerated() {
          guard let module = importedModule(line), known.contains(module), module != room.name else { continue }
          #expect(room.imports.contains(module), "\(file.path):\(index + 1): \(room.name) may not import \(module)")
        }
      }
    }
  }

  /// A provider sees the kit, what lies beside it in the wing, YAML's plain values and the language's own locks; nothing of the system and no other room.
  @Test func providersSeeTheKitAlone() throws {
    let rooms = Manifest(text: try SourceTree.read("Package.swift")).rooms
    let wing = rooms.filter { $0.path.hasPrefix("providers/") }
    let providers = wing.filter { $0.name.hasSuffix("Provider") }
    #expect(!providers.isEmpty)
    for room in providers {
      let allowed = Set(wing.map(\.name) + ["ProviderKit", "YAML", "Synchronization"])
      #expect(room.imports.isSubset(of: allowed), "\(room.name) may import ProviderKit alone")
      for file in SourceTree.product where file.path.hasPrefix(room.path + "/") && !isOfAnotherRoom(file, than: room, wing) {
        for (index, line) in file.lines.enumerated() {
          guard let module = importedModule(line), !allowed.contains(module) else { continue }
          Issue.record("\(file.path):\(index + 1): a provider may not import \(module)")
        }
      }
    }
  }

  private func isOfAnotherRoom(_ file: SourceTree.File, than room: Manifest.Room, _ rooms: [Manifest.Room]) -> Bool {
    rooms.contains { $0.path.hasPrefix(room.path + "/") && file.path.hasPrefix($0.path + "/") }
  }

  /// What is public is a promise to people outside, and only the kit and what providers show of themselves makes any.
  @Test func onlyTheKitIsPublic() {
    for file in SourceTree.product where !file.path.hasPrefix("Sources/ProviderKit/") && !file.path.hasPrefix("providers/") {
      for (index, line) in file.lines.enumerated() where line.drop(while: { $0 == " " }).hasPrefix("public ") {
        Issue.record("\(file.path):\(index + 1): public, outside of the kit")
      }
    }
  }

  /// All of Foundation costs start-up time; the small part of it is enough.
  @Test func foundationStaysOutside() {
    for file in SourceTree.product {
      for (index, line) in file.lines.enumerated() where importedModule(line) == "Foundation" {
        Issue.record("\(file.path):\(index + 1): imports Foundation")
      }
    }
  }

  @Test func filesAreShort() {
    for file in SourceTree.swift where !file.path.contains("/Generated/") {
      let count = file.lines.count
      #expect(count <= 600, "\(file.path) has \(count) lines; 600 are the most")
    }
  }

  /// Calls that crash, that write where a view should, or that read a clock where it should be passed down.
  @Test(arguments: ["try!", "as!", "fatalError(", "preconditionFailure(", "print(", "Date()"])
  func bannedInTheProduct(call: String) {
    for file in SourceTree.product {
      for (index, line) in file.lines.enumerated() where calls(call, in: line) {
        Issue.record("\(file.path):\(index + 1): \(call)")
      }
    }
  }

  /// Whoever opens a room is told what it is: one of its files begins with its name and a sentence.
  @Test func roomsIntroduceThemselves() throws {
    for room in Manifest(text: try SourceTree.read("Package.swift")).rooms {
      let files = SourceTree.product.filter { $0.path.hasPrefix(room.path + "/") }
      #expect(!files.isEmpty, "\(room.path) is empty")
      #expect(files.contains { $0.text.hasPrefix("// \(room.name): ") }, "no file of \(room.path) begins with // \(room.name): …")
    }
  }

  /// Expected texts in tests may end as they like.
  @Test func linesEndWithoutSpace() {
    for file in SourceTree.files where !file.path.hasPrefix("Tests/") {
      for (index, line) in file.lines.enumerated() where line.last == " " || line.last == "\t" {
        Issue.record("\(file.path):\(index + 1): space at the end of the line")
      }
    }
  }

  /// A path of somebody's machine means nothing to anybody else.
  @Test(arguments: ["/" + "work/", "/" + "opt/", "/" + "home/runner", "/" + "Users/"])
  func noMachinePaths(path: String) {
    for file in SourceTree.files where isOurs(file.path) {
      for (index, line) in file.lines.enumerated() where line.contains(path) {
        Issue.record("\(file.path):\(index + 1): names a path of a machine, \(path)")
      }
    }
  }

  @Test func scriptsCanBeRun() throws {
    for file in SourceTree.files where file.path.hasPrefix("scripts/") || file.path == ".ci/run" {
      #expect(file.text.hasPrefix("#!"), "\(file.path) names no interpreter")
      let path = SourceTree.root.appending(path: file.path).path
      #expect(FileManager.default.isExecutableFile(atPath: path), "\(file.path) is not executable")
    }
  }

  /// The module that a line imports; nil if it imports none.
  private func importedModule(_ line: Substring) -> String? {
    var words = line.split(separator: " ")
    while let first = words.first, first.hasPrefix("@") || ["package", "public", "internal", "private"].contains(first) {
      words.removeFirst()
    }
    guard words.first == "import", let last = words.dropFirst().last(where: { !$0.hasPrefix("//") }) else { return nil }
    return String(last.prefix { $0 != "." })
  }

  /// Whether a line has a call by itself, not as a member, a part of a longer word, or in a comment.
  private func calls(_ call: String, in line: Substring) -> Bool {
    let code = line.range(of: "//").map { line[..<$0.lowerBound] } ?? line
    if code.contains("case \(call)") || code.contains("func \(call)") { return false }
    var rest = code
    while let found = rest.range(of: call) {
      let before = rest[..<found.lowerBound].last
      if before.map({ !$0.isLetter && !$0.isNumber && $0 != "." && $0 != "_" }) ?? true { return true }
      rest = rest[found.upperBound...]
    }
    return false
  }

  /// Fixtures hold what others wrote, also their blanks.
  private func isOurs(_ path: String) -> Bool { !path.contains("/Fixtures/") && !path.contains("/Scenarios/") }
}
