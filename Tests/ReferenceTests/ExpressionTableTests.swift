import Foundation
import Testing

/// The expressions of the folder `Expressions` through both programs: the same values, and the same messages at the same places.
@Suite struct ExpressionTableTests {
  @Test(.enabled(if: Program.terraform != nil, Program.terraformSkipReason), arguments: ExpressionTable.all)
  func sameAsTerraform(table: ExpressionTable) async throws {
    let terraform = try ExpressionRun(table, program: try #require(Program.terraform))
    defer { terraform.remove() }
    let plumb = try ExpressionRun(table, program: try #require(Program.plumb, "the program plumb is not built"))
    defer { plumb.remove() }
    async let wanted = terraform.diagnostics()
    async let found = plumb.diagnostics()
    // What one of them cannot evaluate would hide what the other makes of the rest.
    let faulty = Set(try await wanted.keys).union(try await found.keys)
    async let wantedValues = terraform.values(without: faulty)
    async let foundValues = plumb.values(without: faulty)
    for number in -1..<table.expressions.count {
      let reference = try await text(wanted[number], wantedValues[number])
      let own = try await text(found[number], foundValues[number])
      let expression = number < 0 ? "all" : table.expressions[number]
      if let reason = ExpressionTable.known[expression] {
        if reference == own { Issue.record("\(expression) agrees now, and was known to differ: \(reason)") }
      } else if reference != own {
        Issue.record("\(expression)\n    terraform: \(reference)\n    plumb:     \(own)")
      }
    }
  }

  private func text(_ diagnostics: [String]?, _ value: String?) -> String {
    diagnostics?.joined(separator: "\n") ?? value ?? "nothing"
  }

  /// What is known to differ is told of expressions that are there.
  @Test func knownDifferencesAreInTables() {
    let all = Set(ExpressionTable.all.flatMap(\.expressions))
    if ProcessInfo.processInfo.environment["PLUMB_EXPRESSIONS"] == nil {
      for expression in ExpressionTable.known.keys { #expect(all.contains(expression), "\(expression) is in no table") }
    }
    for reason in ExpressionTable.known.values { #expect(!reason.isEmpty) }
  }
}
