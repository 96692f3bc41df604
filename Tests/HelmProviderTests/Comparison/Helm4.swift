import Foundation
import YAML

@testable import Charts

/// Helm 4, by way of the Python interpreter that `PLUMB_TEST_HELM` names and `helm.py`.
enum Helm4 {
  private static let script = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "helm.py").path

  /// The interpreter, if there is one and it has the package.
  static let interpreters: [String] = {
    guard let path = ProcessInfo.processInfo.environment["PLUMB_TEST_HELM"],
      (try? run(path, ["-c", "import helm_sdkpy"], input: Data())) != nil
    else { return [] }
    return [path]
  }()

  struct Failure: Error {
    var text: String
  }

  /// What Helm makes of a chart with each of some values.
  static func render(_ chart: String, _ values: [[String: JSONValue]]) throws -> [Rendering] {
    guard let interpreter = interpreters.first else { throw Failure(text: "there is no interpreter") }
    let request: JSONValue = [
      "chart": .string(chart), "kubernetes": .string(Capabilities.standardVersion),
      "versions": .array(Capabilities.standardAPIVersions.map { .string($0) }), "values": .array(values.map { .object($0) }),
    ]
    let output = try run(interpreter, [script], input: Data(request.json()))
    return try (JSONValue(json: Array(output)).asArray ?? []).map { try Rendering(answer: $0) }
  }

  private static func run(_ program: String, _ arguments: [String], input: Data) throws -> Data {
    // Requests may be longer than what a pipe takes at once.
    let home = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try FileManager.default.createDirectory(at: home, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: home) }
    try input.write(to: home.appending(path: "request"))
    let process = Process()
    process.executableURL = URL(filePath: program)
    process.arguments = arguments
    process.environment = ["HOME": home.path, "PYTHONDONTWRITEBYTECODE": "1"]
    process.standardInput = try FileHandle(forReadingFrom: home.appending(path: "request"))
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let data = try output.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    if process.terminationStatus != 0 { throw Failure(text: "\(program) ended with \(process.terminationStatus)") }
    return data
  }
}
