import Foundation
import Testing

/// Expressions of one subject, one a line, from a file of the folder `Expressions`. Lines that begin with `# ` are comments;
/// `⏎` stands for the end of a line within an expression.
struct ExpressionTable: Sendable, CustomTestStringConvertible {
  var name: String
  var expressions: [String]

  var testDescription: String { name }

  static let directory = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Expressions")

  /// All tables in the order of their names. `PLUMB_EXPRESSIONS` narrows them to those whose name contains its text.
  static let all: [ExpressionTable] = {
    let wanted = ProcessInfo.processInfo.environment["PLUMB_EXPRESSIONS"] ?? ""
    let names = (try? FileManager.default.contentsOfDirectory(atPath: directory.path)) ?? []
    return names.filter { $0.hasSuffix(".txt") && (wanted.isEmpty || $0.contains(wanted)) }.sorted().map { file in
      ExpressionTable(name: String(file.dropLast(4)), expressions: lines(of: file).filter { !$0.hasPrefix("# ") })
    }
  }()

  /// Expressions of which both programs make something else, and why: each stands under its reason.
  static let known: [String: String] = {
    var reason = ""
    var known: [String: String] = [:]
    for line in lines(of: "known-differences") {
      if line.hasPrefix("# ") { reason = String(line.dropFirst(2)) } else { known[line] = reason }
    }
    return known
  }()

  /// What the expressions find around them: files, and names that they may use.
  static let surroundings: Scenario = {
    let text = (try? String(contentsOf: directory.appending(path: "surroundings.txtar"), encoding: .utf8)) ?? ""
    return Scenario(name: "surroundings", text: text)
  }()

  static func lines(of file: String) -> [String] {
    let text = (try? String(contentsOf: directory.appending(path: file), encoding: .utf8)) ?? ""
    return text.split(separator: "\n").map(String.init)
  }
}

/// A directory in which one program reads the expressions of a table, each as a local value in a file of its own, so that
/// every diagnostic tells by its file whose it is.
struct ExpressionRun {
  var program: Program
  var directory: URL
  var table: ExpressionTable

  private var home: URL { directory.deletingLastPathComponent() }

  /// The directory has the same name for both programs, since expressions can ask for it.
  init(_ table: ExpressionTable, program: Program) throws {
    self.program = program
    self.table = table
    let home = FileManager.default.temporaryDirectory.appending(path: "plumb-expressions-\(UUID().uuidString)")
    directory = home.appending(path: "stack")
    for case .write(let path, let text) in ExpressionTable.surroundings.events { try write(Array(text.utf8), to: path) }
    try write([0xFF, 0xFE, 0x00], to: "binary.bin")
    for (index, expression) in table.expressions.enumerated() {
      let text = expression.replacingOccurrences(of: "⏎", with: "\n")
      try write(Array("locals {\n  e\(index) = \(text)\n}\n".utf8), to: "e\(index).tf")
    }
  }

  func remove() { try? FileManager.default.removeItem(at: home) }

  private func write(_ bytes: [UInt8], to path: String) throws {
    let url = directory.appending(path: path)
    try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(bytes).write(to: url)
  }

  /// What is wrong with each expression, by its number. Messages that are about none stand under -1.
  func diagnostics() async throws -> [Int: [String]] {
    let outcome = try await run(["validate", "-json"])
    guard let report = try? JSONTree(parsing: outcome.output), report["diagnostics"] != nil else {
      return [-1: ["exit \(outcome.exitCode): \(outcome.output)\(outcome.errors)"]]
    }
    var found: [Int: [String]] = [:]
    for diagnostic in report["diagnostics"]?.elements ?? [] {
      let range = diagnostic["range"]
      let number = range?["filename"]?.text.flatMap { Int($0.dropFirst().dropLast(3)) }
      let place = ["start", "end"].map { end in
        ["line", "column"].map { range?[end]?[$0]?.canonical ?? "?" }.joined(separator: ",")
      }.joined(separator: "..")
      let words = [diagnostic["severity"], diagnostic["summary"], diagnostic["detail"]].map { $0?.text ?? "" }
      found[number ?? -1, default: []].append("\(words[0]): \(words[1]) at \(place)\(Self.cause(words[1], words[2]))")
    }
    return found.mapValues { $0.sorted() }
  }

  /// The short phrase of a function or a conversion, without what is around it. All sentences are each program's own.
  private static func cause(_ summary: String, _ detail: String) -> String {
    guard ["Error in function call", "Invalid function argument", "Invalid operand"].contains(summary) else { return "" }
    let line = detail.prefix { $0 != "\n" && $0 != ";" }
    return line.firstRange(of: ": ").map { ": \(line[$0.upperBound...])" } ?? ""
  }

  /// The values of the expressions that are not left out, as a console shows them.
  func values(without faulty: Set<Int>) async throws -> [Int: String] {
    let numbers = table.expressions.indices.filter { !faulty.contains($0) }
    for number in faulty { try? FileManager.default.removeItem(at: directory.appending(path: "e\(number).tf")) }
    if numbers.isEmpty { return [:] }
    let outcome = try await run(
      ["console"], input: "[" + numbers.map { "\"value \($0)\", local.e\($0)" }.joined(separator: ", ") + "]\n")
    guard outcome.exitCode == 0, outcome.errors.isEmpty else {
      return [-1: "exit \(outcome.exitCode): \(outcome.output)\(outcome.errors)"]
    }
    var values: [Int: String] = [:]
    var number = -1
    for line in outcome.output.split(separator: "\n", omittingEmptySubsequences: false) {
      if line.hasPrefix("  \"value "), line.hasSuffix("\","), let next = Int(line.dropFirst(9).dropLast(2)) {
        number = next
      } else if line != "[", line != "]" {
        values[number, default: ""] += line + "\n"
      }
    }
    return values
  }

  func run(_ arguments: [String], input: String = "") async throws -> Outcome {
    try await program.run(
      arguments, in: directory,
      environment: [
        "PATH": Program.searchPath, "HOME": home.path, "TF_IN_AUTOMATION": "1", "CHECKPOINT_DISABLE": "1", "NO_COLOR": "1",
      ], input: input)
  }
}
