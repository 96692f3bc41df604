import Foundation
import FoundationNetworking

/// An emulated cluster that one run of a scenario has to itself: the program `plumb-lab` on a port that is free.
final class LabProcess: Sendable {
  private let process: Process
  private let kubeconfig: URL

  struct Problem: Error, CustomStringConvertible {
    let description: String
  }

  init(kubeconfig: URL) throws {
    self.kubeconfig = kubeconfig
    guard let plumb = Program.plumb else { throw Problem(description: "the program plumb is not built") }
    process = Process()
    process.executableURL = URL(filePath: plumb.path).deletingLastPathComponent().appending(path: "plumb-lab")
    process.arguments = ["up", "-kubernetes", "-kubeconfig=\(kubeconfig.path)"]
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
  }

  func end() {
    process.terminate()
    process.waitUntilExit()
  }

  /// The kubeconfig, which is there once the cluster serves.
  func kubeconfigPath() async throws -> String {
    for _ in 0..<200 {
      if let text = try? String(contentsOf: kubeconfig, encoding: .utf8), text.hasSuffix("\n") { return kubeconfig.path }
      try await Task.sleep(for: .milliseconds(50))
    }
    throw Problem(description: "plumb-lab did not begin to serve")
  }

  /// Does what somebody else might do.
  func send(_ request: Scenario.LabRequest) async throws {
    let text = try String(contentsOfFile: try await kubeconfigPath(), encoding: .utf8)
    guard let server = text.firstMatch(of: /server: (\S+)/)?.1,
      let url = URL(string: "\(server)\(request.path)?fieldManager=\(request.manager)")
    else { throw Problem(description: "the kubeconfig names no server") }
    var call = URLRequest(url: url)
    call.httpMethod = request.method
    call.httpBody = Data(request.body.utf8)
    call.setValue(request.method == "PATCH" ? "application/strategic-merge-patch+json" : "application/json", forHTTPHeaderField: "Content-Type")
    let (data, response) = try await URLSession.shared.data(for: call)
    guard let status = (response as? HTTPURLResponse)?.statusCode, (200..<300).contains(status) else {
      throw Problem(description: "\(request.method) \(request.path): \(String(decoding: data, as: UTF8.self))")
    }
  }
}
