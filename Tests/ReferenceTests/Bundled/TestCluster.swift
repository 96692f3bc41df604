import Foundation
import FoundationNetworking

/// A cluster that one run of a scenario has to itself: the program `plumb-lab` on a port that is free, or a real one.
///
/// `PLUMB_TEST_CLUSTER` holds the address at which a real API server can be had without credentials, as `kubectl proxy` serves it. Its
/// runs come one after the other, and each scenario must take away what it makes.
final class TestCluster: Sendable {
  private let kubeconfig: URL

  private static let address = ProcessInfo.processInfo.environment["PLUMB_TEST_CLUSTER"]
  private static let turn = Turn()

  struct Problem: Error, CustomStringConvertible {
    let description: String
  }

  private init(kubeconfig: URL) {
    self.kubeconfig = kubeconfig
  }

  /// Runs with a cluster: with a new one, or with the real one as soon as it is free.
  /// - Parameter kubeconfig: where to write how it is reached.
  static func with<Result>(kubeconfig: URL, _ body: (TestCluster) async throws -> Result) async throws -> Result {
    guard let address else {
      let process = try emulator(kubeconfig: kubeconfig)
      defer {
        process.terminate()
        process.waitUntilExit()
      }
      return try await body(TestCluster(kubeconfig: kubeconfig))
    }
    let text = """
      apiVersion: v1
      kind: Config
      clusters:
      - name: test
        cluster:
          server: \(address)
      contexts:
      - name: test
        context: {cluster: test}
      current-context: test

      """
    try Data(text.utf8).write(to: kubeconfig)
    await turn.take()
    do {
      let result = try await body(TestCluster(kubeconfig: kubeconfig))
      await turn.pass()
      return result
    } catch {
      await turn.pass()
      throw error
    }
  }

  private static func emulator(kubeconfig: URL) throws -> Process {
    guard let plumb = Program.plumb else { throw Problem(description: "the program plumb is not built") }
    let process = Process()
    process.executableURL = URL(filePath: plumb.path).deletingLastPathComponent().appending(path: "plumb-lab")
    process.arguments = ["up", "-kubernetes", "-kubeconfig=\(kubeconfig.path)"]
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    return process
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
  func send(_ request: Scenario.ClusterRequest) async throws {
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

/// Lets one after the other have something.
private actor Turn {
  private var isTaken = false
  private var waiting: [CheckedContinuation<Void, Never>] = []

  func take() async {
    if !isTaken { return isTaken = true }
    await withCheckedContinuation { waiting.append($0) }
  }

  func pass() {
    if waiting.isEmpty { isTaken = false } else { waiting.removeFirst().resume() }
  }
}
