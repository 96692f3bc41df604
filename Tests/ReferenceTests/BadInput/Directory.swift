import Foundation
import Testing

/// Files that nobody should write, and what is said of them.
struct BadInput: CustomTestStringConvertible {
  var name: String
  var files: [String: Data]
  var arguments: [String] = ["plan", "-input=false", "-no-color"]
  /// A part of what is written, the headline at least.
  var message: String
  var testDescription: String { name }

  init(_ name: String, _ text: String, _ message: String, file: String = "main.tf") {
    self.name = name
    files = [file: Data(text.utf8)]
    self.message = message
  }

  init(_ name: String, files: [String: Data], arguments: [String]? = nil, _ message: String) {
    self.name = name
    self.files = files
    if let arguments { self.arguments = arguments }
    self.message = message
  }
}

/// A directory with some files, and the program in it.
struct Directory: Sendable {
  let url: URL

  init(_ files: [String: Data]) throws {
    url = FileManager.default.temporaryDirectory.appending(path: "plumb-bad-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    for (name, data) in files {
      let file = url.appending(path: name)
      try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      try data.write(to: file)
    }
  }

  func remove() { try? FileManager.default.removeItem(at: url) }

  /// Every file's bytes.
  func contents() throws -> [String: Data] {
    var contents: [String: Data] = [:]
    for name in try FileManager.default.subpathsOfDirectory(atPath: url.path) {
      contents[name] = FileManager.default.contents(atPath: url.appending(path: name).path) ?? Data()
    }
    return contents
  }

  func plumb(
    _ arguments: [String], environment: [String: String] = [:], limitSeconds: Int = 600, killedAfter seconds: Double? = nil
  ) async throws -> Outcome {
    let plumb = try #require(Program.plumb, "the program plumb is not built; `swift build` makes it, or PLUMB names it")
    // Whatever is asked of it, it must not take more than a machine has.
    let shell = Program(name: "sh", path: "/bin/sh")
    return try await shell.run(
      ["-c", "ulimit -v 8000000; exec \"$@\"", "sh"] + (seconds.map { ["timeout", "-s", "KILL", "\($0)"] } ?? []) + [plumb.path] + arguments,
      in: url,
      environment: ["PATH": Program.searchPath, "HOME": url.path, "NO_COLOR": "1"].merging(environment) { $1 },
      limitSeconds: limitSeconds)
  }

  /// Runs the program, which must refuse with such a message, and must leave everything as it is.
  func expectRefusal(_ arguments: [String], _ message: String, environment: [String: String] = [:]) async throws {
    let before = try contents()
    let outcome = try await plumb(arguments, environment: environment)
    #expect(outcome.exitCode == 1, "\(arguments): \(outcome.errors.prefix(2000))")
    #expect(outcome.errors.replacing("\n", with: " ").contains(message), "\(arguments): \(outcome.errors.prefix(2000))")
    #expect(outcome.errors.utf8.count < 200_000, "a message must not bury its reader")
    #expect(try contents() == before)
  }

  func expect(_ arguments: [String], exit: Int32) async throws {
    let outcome = try await plumb(arguments)
    #expect(outcome.exitCode == exit, "\(arguments): \(outcome.errors)")
  }
}

/// Disks of a wanted size in memory, in a mount namespace that ends with the command.
enum Disk {
  static let isAvailable: Bool = {
    guard let shell = Program.find("unshare") else { return false }
    let process = Process()
    process.executableURL = URL(filePath: shell)
    process.arguments = ["--mount", "sh", "-c", "mount -t tmpfs -o size=1m tmpfs /tmp"]
    process.standardError = FileHandle.nullDevice
    guard (try? process.run()) != nil else { return false }
    process.waitUntilExit()
    return process.terminationStatus == 0
  }()

  static let skipReason: Comment = "a disk of a small size can only be mounted by root, with unshare"

  /// `$1` is an empty directory to mount on, `$2` the program.
  static func run(_ script: String, in directory: Directory) async throws -> Outcome {
    let plumb = try #require(Program.plumb)
    let place = directory.url.appending(path: "disk")
    try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
    let shell = Program(name: "unshare", path: try #require(Program.find("unshare")))
    return try await shell.run(
      ["--mount", "sh", "-c", script, "sh", place.path, plumb.path], in: directory.url,
      environment: ["PATH": Program.searchPath, "HOME": directory.url.path, "NO_COLOR": "1"])
  }
}
