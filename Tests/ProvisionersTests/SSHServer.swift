import Foundation
import Host

/// Lends a server to a test and stops it afterwards.
func withServer(accepts kinds: [String] = ["ed25519"], _ body: (SSHServer) async throws -> Void) async throws {
  let server = try await SSHServer(accepts: kinds)
  do {
    try await body(server)
    await server.stop()
  } catch {
    await server.stop()
    throw error
  }
}

/// A real OpenSSH server of its own on a free loopback port, with keys made for it, for the time of a test.
final class SSHServer {
  static let path = "/usr/sbin/sshd"
  static var isInstalled: Bool {
    FileManager.default.isExecutableFile(atPath: path) && FileManager.default.isExecutableFile(atPath: "/usr/bin/ssh-keygen")
  }

  let directory: URL
  let port: Int
  private let process: any RunningProcess

  /// - Parameter accepts: kinds of keys of users to make and accept: `ed25519`, `rsa`, `ecdsa`.
  init(accepts kinds: [String] = ["ed25519"]) async throws {
    directory = FileManager.default.temporaryDirectory.appending(path: "sshd-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    port = try Self.freePort()
    try await Self.keygen(["-q", "-t", "ed25519", "-N", "", "-f", directory.appending(path: "host").path])
    try await Self.keygen(["-q", "-t", "ed25519", "-N", "", "-f", directory.appending(path: "authority").path])
    var authorized = ""
    for kind in kinds {
      try await Self.keygen(["-q", "-t", kind, "-N", "", "-f", directory.appending(path: kind).path])
      authorized += try String(contentsOf: directory.appending(path: "\(kind).pub"), encoding: .utf8)
    }
    try await Self.keygen(["-q", "-t", "ed25519", "-N", "", "-f", directory.appending(path: "certified").path])
    try await Self.keygen([
      "-q", "-s", directory.appending(path: "authority").path, "-I", "test", "-n", Self.user,
      directory.appending(path: "certified.pub").path,
    ])
    try Data(authorized.utf8).write(to: directory.appending(path: "authorized"))
    try Data(
      """
      Port \(port)
      ListenAddress 127.0.0.1
      HostKey \(directory.path)/host
      PidFile \(directory.path)/pid
      AuthorizedKeysFile \(directory.path)/authorized
      TrustedUserCAKeys \(directory.path)/authority.pub
      StrictModes no
      UsePAM no
      PasswordAuthentication no
      KbdInteractiveAuthentication no
      PermitRootLogin yes
      Subsystem sftp internal-sftp

      """.utf8
    ).write(to: directory.appending(path: "config"))
    if getuid() == 0 { try? FileManager.default.createDirectory(atPath: "/run/sshd", withIntermediateDirectories: true) }
    process = try await SystemProcessLauncher().launch(
      ProcessRequest(executable: Self.path, arguments: ["-D", "-e", "-f", directory.appending(path: "config").path], environment: [:])
    ) { _, _ in }
  }

  static var user: String { NSUserName() }

  func text(_ name: String) throws -> String { try String(contentsOf: directory.appending(path: name), encoding: .utf8) }

  func stop() async {
    process.send(signal: SIGTERM)
    _ = await process.waitForExit()
    try? FileManager.default.removeItem(at: directory)
  }

  private static func keygen(_ arguments: [String]) async throws {
    _ = try await SystemProcessLauncher().run(ProcessRequest(executable: "/usr/bin/ssh-keygen", arguments: arguments, environment: [:]))
  }

  private static func freePort() throws -> Int {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = inet_addr("127.0.0.1")
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let result = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, length) == 0 && getsockname(descriptor, $0, &length) == 0 }
    }
    guard result else { throw CocoaError(.fileNoSuchFile) }
    return Int(UInt16(bigEndian: address.sin_port))
  }
}
