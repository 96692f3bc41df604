import Foundation
import Testing

/// Providers in Python, and how both programs come to them: a folder of each for `dev_overrides`, and a mirror of all.
struct PeerProviders {
  /// One of them: the interpreter that has what it needs, its script or module, and how its module is called.
  struct Peer: Sendable {
    var type: String
    var namespace = "example"
    var version = "1.0.0"
    var arguments: [String]
    /// Variables without which it does not start.
    var environment: [String: String] = [:]
    /// An interpreter that has the packages, the first of those on the search path; nil if none has.
    var interpreter: String?

    init(type: String, version: String = "1.0.0", script: String, needs modules: String, environment: [String: String] = [:]) {
      self.type = type
      self.version = version
      arguments = [scripts.appending(path: script).path]
      self.environment = environment
      interpreter = Python.interpreter(importing: modules)
    }
  }

  static let scripts = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Providers")

  /// Made for these tests, with everything that is rare.
  static let peer = Peer(type: "peer", script: "peer.py", needs: "grpc, msgpack, cryptography")
  /// Made with the framework `tf`.
  static let desk = Peer(type: "desk", version: "2.1.0", script: "desk.py", needs: "tf.runner, tf.function")
  /// Made with the framework `pyvider`, which seals what it keeps for itself with a secret.
  static let garden = Peer(
    type: "garden", script: "garden.py", needs: "pyvider.cli.__main__",
    environment: ["PYVIDER_PRIVATE_STATE_SHARED_SECRET": "spade"])

  static let all = [peer, desk, garden]

  /// Writes each provider as a program into `home`, and the settings that name them. Gives the path of the settings.
  static func install(_ peers: [Peer], in home: URL, asMirror isMirror: Bool) throws -> URL {
    var overrides = ""
    for peer in peers {
      let interpreter = try #require(peer.interpreter)
      let source = "registry.terraform.io/\(peer.namespace)/\(peer.type)"
      let folder =
        isMirror
        ? home.appending(path: "mirror/\(source)/\(peer.version)/\(platform)") : home.appending(path: "overrides/\(peer.type)")
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      let variables = peer.environment.sorted { $0.key < $1.key }.map { "export \($0.key)='\($0.value)'\n" }.joined()
      let words = ([interpreter] + peer.arguments).map { "'\($0)'" }.joined(separator: " ")
      let program = folder.appending(path: "terraform-provider-\(peer.type)" + (isMirror ? "_v\(peer.version)" : ""))
      try Data("#!/bin/sh\n\(variables)export PYTHONDONTWRITEBYTECODE=1\nexec \(words) \"$@\"\n".utf8).write(to: program)
      try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: program.path)
      overrides += "    \(quotedJSON("\(peer.namespace)/\(peer.type)")) = \(quotedJSON(folder.path))\n"
    }
    let text =
      isMirror
      ? "  filesystem_mirror {\n    path = \(quotedJSON(home.appending(path: "mirror").path))\n  }\n"
      : "  dev_overrides {\n\(overrides)  }\n"
    let settings = home.appending(path: "settings.tfrc")
    try Data("provider_installation {\n\(text)}\n".utf8).write(to: settings)
    return settings
  }

  /// As folders of a mirror call it.
  private static var platform: String {
    #if arch(arm64)
      "linux_arm64"
    #else
      "linux_amd64"
    #endif
  }
}

/// Interpreters of Python on this machine.
enum Python {
  private static let candidates: [String] =
    (ProcessInfo.processInfo.environment["PLUMB_TEST_PYTHON"] ?? "").split(separator: ":").map(String.init)
    + ["python3", "python3.11", "python3.12", "python3.13"].compactMap(Program.find)

  /// The first that can import all the modules named.
  static func interpreter(importing modules: String) -> String? {
    candidates.first { path in
      let check = Process()
      check.executableURL = URL(filePath: path)
      check.arguments = ["-c", "import \(modules)"]
      check.standardError = FileHandle.nullDevice
      guard (try? check.run()) != nil else { return false }
      check.waitUntilExit()
      return check.terminationStatus == 0
    }
  }
}
