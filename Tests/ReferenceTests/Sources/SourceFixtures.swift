import Foundation
import Testing

/// Modules in every form, made and served by a script for as long as these tests run.
final class SourceFixtures: Sendable {
  let directory: URL
  let port: Int

  static let shared = Result { try SourceFixtures() }
  static let skipReason: Comment = "git or python3 is missing, without which there are no modules to install"
  static var canServe: Bool { Program.find("git") != nil && Program.find("python3") != nil }

  private init() throws {
    let python = try #require(Program.find("python3"))
    directory = FileManager.default.temporaryDirectory.appending(path: "plumb-sources-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    let process = Process()
    process.executableURL = URL(filePath: python)
    process.arguments = [Scenario.sourcesDirectory.appending(path: "fixtures.py").path, directory.path]
    // The script ends when the other end of its input is closed, which is when this process ends.
    let input = Pipe()
    let output = Pipe()
    process.standardInput = input
    process.standardOutput = output
    try process.run()
    var text = ""
    while !text.hasSuffix("\n") {
      let bytes = output.fileHandleForReading.availableData
      if bytes.isEmpty { break }
      text += String(decoding: bytes, as: UTF8.self)
    }
    port = try #require(Int(text.trimmingCharacters(in: .whitespacesAndNewlines)))
    Self.kept.append(input)
  }

  /// Keeps the input of the script open.
  nonisolated(unsafe) private static var kept: [Pipe] = []

  /// The words that scenarios use for what is different in each run.
  var words: [(placeholder: String, text: String)] {
    [("‹server›", "http://127.0.0.1:\(port)"), ("‹fixtures›", directory.path)]
  }
}

extension Scenario {
  static let sourcesDirectory = directory.appending(path: "Sources")

  /// The scenarios about module sources.
  static let sources = read(from: sourcesDirectory)
}
