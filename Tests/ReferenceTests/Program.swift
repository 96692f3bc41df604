import Foundation
import Synchronization
import Testing

/// One of the two programs, and where it is.
struct Program: Sendable {
  var name: String
  var path: String

  /// The reference, from the search path; it must be of the series that `plumb` keeps to.
  static let terraform: Program? = {
    guard let path = find("terraform") else { return nil }
    let process = Process()
    process.executableURL = URL(filePath: path)
    process.arguments = ["version", "-json"]
    process.environment = ["CHECKPOINT_DISABLE": "1", "PATH": searchPath]
    let output = Pipe()
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    guard (try? process.run()) != nil else { return nil }
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    guard let version = try? JSONTree(parsing: text)["terraform_version"]?.text, version.hasPrefix("1.11.") else { return nil }
    return Program(name: "terraform", path: path)
  }()

  static let terraformSkipReason: Comment = "no terraform 1.11 on the search path to compare with"

  /// The program under test: what `PLUMB` names, or else the one that the package built beside these tests.
  static let plumb: Program? = {
    if let path = ProcessInfo.processInfo.environment["PLUMB"] { return Program(name: "plumb", path: path) }
    let own = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? CommandLine.arguments[0]
    var directory = URL(filePath: own).deletingLastPathComponent()
    for _ in 0..<4 {
      let path = directory.appending(path: "plumb").path
      if FileManager.default.isExecutableFile(atPath: path), !isDirectory(path) {
        return Program(name: "plumb", path: path)
      }
      directory.deleteLastPathComponent()
    }
    return nil
  }()

  static var searchPath: String { ProcessInfo.processInfo.environment["PATH"] ?? "/usr/local/bin:/usr/bin:/bin" }

  static func find(_ name: String) -> String? {
    searchPath.split(separator: ":").map { "\($0)/\(name)" }.first {
      FileManager.default.isExecutableFile(atPath: $0) && !isDirectory($0)
    }
  }

  private static func isDirectory(_ path: String) -> Bool {
    var isDirectory: ObjCBool = false
    return FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) && isDirectory.boolValue
  }
}

struct Outcome: Sendable {
  var exitCode: Int32
  var output: String
  var errors: String
}

/// Lets as many processes run at once as the machine has processors.
actor Gate {
  static let shared = Gate(width: max(2, ProcessInfo.processInfo.activeProcessorCount))

  private var free: Int
  private var waiting: [CheckedContinuation<Void, Never>] = []

  init(width: Int) { free = width }

  func enter() async {
    if free > 0 {
      free -= 1
    } else {
      await withCheckedContinuation { waiting.append($0) }
    }
  }

  func leave() {
    if waiting.isEmpty {
      free += 1
    } else {
      waiting.removeFirst().resume()
    }
  }
}

extension Program {
  /// Runs the program to its end, and ends it when it takes longer than the limit.
  func run(
    _ arguments: [String], in directory: URL, environment: [String: String], input: String = "", limitSeconds: Int = 120,
    isMostlyWaiting: Bool = false
  ) async throws -> Outcome {
    if isMostlyWaiting { return try await start(arguments, directory, environment, input, limitSeconds) }
    await Gate.shared.enter()
    do {
      let outcome = try await start(arguments, directory, environment, input, limitSeconds)
      await Gate.shared.leave()
      return outcome
    } catch {
      await Gate.shared.leave()
      throw error
    }
  }

  private func start(
    _ arguments: [String], _ directory: URL, _ environment: [String: String], _ input: String, _ limitSeconds: Int
  ) async throws -> Outcome {
    // Files instead of pipes: no reader is needed, and nothing blocks when a program writes much.
    let streams = FileManager.default.temporaryDirectory.appending(path: "streams-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: streams, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: streams) }
    func handle(_ name: String) throws -> FileHandle {
      let url = streams.appending(path: name)
      try Data(name == "input" ? Array(input.utf8) : []).write(to: url)
      return name == "input" ? try FileHandle(forReadingFrom: url) : try FileHandle(forWritingTo: url)
    }
    let process = Process()
    process.executableURL = URL(filePath: path)
    process.arguments = arguments
    process.currentDirectoryURL = directory
    process.environment = environment
    let handles = try ["input", "output", "errors"].map(handle)
    defer { for handle in handles { try? handle.close() } }
    process.standardInput = handles[0]
    process.standardOutput = handles[1]
    process.standardError = handles[2]
    let limit = Limit()
    try await withCheckedThrowingContinuation { (done: CheckedContinuation<Void, any Error>) in
      process.terminationHandler = { _ in
        limit.finish()
        done.resume()
      }
      do { try process.run() } catch {
        process.terminationHandler = nil
        done.resume(throwing: error)
        return
      }
      limit.start(process.processIdentifier, seconds: limitSeconds)
    }
    func text(_ name: String) throws -> String {
      String(decoding: try Data(contentsOf: streams.appending(path: name)), as: UTF8.self)
    }
    return Outcome(exitCode: process.terminationStatus, output: try text("output"), errors: try text("errors"))
  }
}

/// Ends a process that takes too long. It holds the number only: a `Process` that is kept keeps its descriptors open.
private final class Limit: Sendable {
  private let isFinished = Mutex(false)

  func finish() { isFinished.withLock { $0 = true } }

  func start(_ identifier: Int32, seconds: Int) {
    DispatchQueue.global().asyncAfter(deadline: .now() + .seconds(seconds)) { [self] in
      isFinished.withLock { if !$0 { _ = kill(identifier, SIGKILL) } }
    }
  }
}
