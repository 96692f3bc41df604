import Foundation
import Testing

/// An emulated AWS on a free port of the loopback interface, for one program's run.
final class EmulatedCloud {
  let endpoint: String
  private let process: Process

  /// The emulator and an interpreter that can speak to it; nil where one is missing.
  static let tools: (server: String, python: String)? = {
    guard let server = Program.find("moto_server"), let python = Program.find("python3") else { return nil }
    let check = Process()
    check.executableURL = URL(filePath: python)
    check.arguments = ["-c", "import boto3, moto"]
    check.standardError = FileHandle.nullDevice
    guard (try? check.run()) != nil else { return nil }
    check.waitUntilExit()
    return check.terminationStatus == 0 ? (server, python) : nil
  }()

  init() async throws {
    let tools = try #require(Self.tools)
    let port = try Self.freePort()
    endpoint = "http://127.0.0.1:\(port)"
    process = Process()
    process.executableURL = URL(filePath: tools.server)
    process.arguments = ["-H", "127.0.0.1", "-p", String(port)]
    var environment = ProcessInfo.processInfo.environment
    environment["MOTO_IAM_LOAD_MANAGED_POLICIES"] = "true"
    process.environment = environment
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    for _ in 0..<240 {
      if Self.answers(port) { return }
      try await Task.sleep(for: .milliseconds(250))
    }
    stop()
    throw CloudError(message: "the emulated cloud did not begin to listen on port \(port) within a minute")
  }

  /// Ends the process, by its own number. It takes a gentler signal for none, and waiting for it with Foundation may never return.
  func stop() { kill(process.processIdentifier, SIGKILL) }

  /// Changes some of the stack behind its back.
  func drift(script: URL, name: String) async throws {
    let python = Program(name: "python3", path: try #require(Self.tools).python)
    let outcome = try await python.run(
      [script.path, endpoint, name], in: script.deletingLastPathComponent(),
      environment: ProcessInfo.processInfo.environment)
    guard outcome.exitCode == 0 else { throw CloudError(message: outcome.errors) }
  }

  private static func socketAddress(_ port: UInt16) -> sockaddr_in {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    return address
  }

  private static func freePort() throws -> UInt16 {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    var address = socketAddress(0)
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isBound = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, length) == 0 && getsockname(descriptor, $0, &length) == 0
      }
    }
    guard isBound else { throw CloudError(message: "no free port: errno \(errno)") }
    return UInt16(bigEndian: address.sin_port)
  }

  private static func answers(_ port: UInt16) -> Bool {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    var address = socketAddress(port)
    return withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
      }
    }
  }
}

struct CloudError: Error, CustomStringConvertible {
  var message: String
  var description: String { message }
}
