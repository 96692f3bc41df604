import Testing

@testable import Engine

/// Changes are listed by address, in whatever order they could be planned.
@Suite struct ChangeOrderTests {
  /// Letters whose resource waits for that of the next letter.
  @Test(arguments: ["", "b", "a", "y", "bcx", "bcdefghij", "abcdefghijklmnopqrstuvwxy"])
  func sortedByAddress(late: String) async throws {
    let letters = "abcdefghijklmnopqrstuvwxyz".map(String.init)
    let blocks = zip(letters, letters.dropFirst() + ["z"]).map { letter, next in
      let note = late.contains(letter) ? "note = sim_simple.\(next).id" : ""
      return "resource \"sim_simple\" \"\(letter)\" {\n  name = \"\(letter)\"\n  \(note)\n}"
    }
    let act = try await Stage().act(blocks.joined(separator: "\n"), parallelism: 1, applies: false)
    #expect(act.actions == letters.map { "create sim_simple.\($0)" })
  }
}
