import Foundation
import Testing

/// Everything in the language's native syntax that the repository holds, and some that nobody would write, through `fmt` of both
/// programs: the same bytes, the same names, the same complaints.
@Suite struct FormatReferenceTests {
  /// Files whose formatting the reference gets wrong, and how.
  private let known = [
    "import-addresses.txtar-0.tf": "The reference drops the key of `a[true]`.",
    "spoilt-import-addresses.txtar-0.tf": "The reference drops the key of `a[true]`.",
    "templates.tf": "The reference loses the indentation behind an interpolation that takes two lines of a heredoc.",
  ]

  @Test(.enabled(if: Program.terraform != nil, Program.terraformSkipReason))
  func sameBytes() async throws {
    let files = Self.samples()
    #expect(files.count > 300)
    let terraform = try await formatted(files, by: try #require(Program.terraform))
    let plumb = try await formatted(files, by: try #require(Program.plumb, "the program plumb is not built"))
    for name in files.keys.sorted() where terraform.texts[name] != plumb.texts[name] {
      if known[name] == nil {
        Issue.record("\(name)\n  terraform:\n\(terraform.texts[name] ?? "")\n  plumb:\n\(plumb.texts[name] ?? "")")
      }
    }
    for (name, reason) in known where terraform.texts[name] == plumb.texts[name] {
      Issue.record("\(name) agrees now, and was known to differ: \(reason)")
    }
    let own = Set(plumb.listed.split(separator: "\n")).symmetricDifference(terraform.listed.split(separator: "\n"))
    #expect(own.subtracting(known.keys.map { Substring($0) }).isEmpty)
    #expect(terraform.exitCode == plumb.exitCode)
  }

  /// The file by itself, in the sections of scenarios, and in the tables of expressions, from which each table makes a block;
  /// each also with its blanks spoilt.
  private static func samples() -> [String: String] {
    var samples: [String: String] = [:]
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    let found = FileManager.default.enumerator(atPath: root.path)
    while let path = found?.nextObject() as? String {
      if path.hasPrefix(".build") {
        found?.skipDescendants()
        continue
      }
      let isTemplate = path.hasSuffix(".txtar")
      guard isTemplate || [".tf", ".tfvars", ".tftest.hcl"].contains(where: { path.hasSuffix($0) }),
        let text = try? String(contentsOf: root.appending(path: path), encoding: .utf8)
      else { continue }
      let name = path.split(separator: "/").last.map(String.init) ?? path
      if isTemplate {
        for (index, event) in Scenario(name: name, text: text).events.enumerated() {
          if case .write(let file, let text) = event, [".tf", ".tfvars", ".tftest.hcl"].contains(where: { file.hasSuffix($0) }) {
            samples["\(name)-\(index).tf"] = text
          }
        }
      } else {
        samples["\(samples.count)-\(name).tf"] = text
      }
    }
    for table in ExpressionTable.all where table.name != "syntax" {
      let lines = table.expressions.enumerated().map { "e\($0) = \($1.replacingOccurrences(of: "⏎", with: "\n"))\n" }
      samples["\(table.name).tf"] = "locals {\n\(lines.joined())}\n"
    }
    for (name, text) in samples where !text.contains("<<") { samples["spoilt-\(name)"] = spoilt(text) }
    return samples
  }

  /// Blanks between words are doubled, left out or made tabs, in turn; text in quotes stays as it is.
  private static func spoilt(_ text: String) -> String {
    var result = ""
    var isQuoted = false
    var turn = 0
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      isQuoted = false
      for character in line {
        if character == "\"" { isQuoted.toggle() }
        guard !isQuoted else {
          result.append(character)
          continue
        }
        turn += 1
        switch character {
        case " ": result += ["", "  ", " ", "\t", "   "][turn % 5]
        case "=", ",", "(", ")", "[", "]", "?", ":", "+", "*": result += [" \(character)", "\(character) ", "\(character)"][turn % 3]
        default: result.append(character)
        }
      }
      result += turn % 7 == 0 ? "  \n" : "\n"
    }
    return result
  }

  private func formatted(
    _ files: [String: String], by program: Program
  ) async throws -> (texts: [String: String], listed: String, exitCode: Int32) {
    let home = FileManager.default.temporaryDirectory.appending(path: "plumb-format-\(UUID().uuidString)")
    let directory = home.appending(path: "stack")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: home) }
    for (name, text) in files { try Data(text.utf8).write(to: directory.appending(path: name)) }
    let outcome = try await program.run(
      ["fmt", "-recursive", "-no-color"], in: directory,
      environment: ["PATH": Program.searchPath, "HOME": home.path, "CHECKPOINT_DISABLE": "1", "NO_COLOR": "1"])
    var texts: [String: String] = [:]
    for name in files.keys { texts[name] = try String(contentsOf: directory.appending(path: name), encoding: .utf8) }
    return (texts, outcome.output, outcome.exitCode)
  }
}
