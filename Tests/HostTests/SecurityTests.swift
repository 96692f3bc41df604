import Foundation
import Host
import Testing

/// Settings of TLS against OpenSSL's own server, which wants a certificate of its clients.
@Suite(.enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/openssl"), "needs openssl")) struct SecurityTests {
  @Test func bothSidesProveWhoTheyAre() async throws {
    let server = try OpenSSLServer()
    defer { server.stop() }
    let transport = CurlTransport(userAgent: "test")
    func status(_ security: HTTPSecurity?) async -> String {
      do throws(HTTPError) {
        let response = try await transport.send(HTTPRequest("GET", "https://127.0.0.1:\(server.port)/", timeoutSeconds: 10, security: security))
        return "\(response.status)"
      } catch {
        return "\(error.code)"
      }
    }
    let good = HTTPSecurity(
      authorities: server.certificate, clientCertificate: server.certificate, clientKey: server.key, serverName: "cluster.test")
    #expect(await status(good) == "200")
    #expect(await status(nil) == "insecure", "nobody knows the authority")
    var misnamed = good
    misnamed.serverName = nil
    #expect(await status(misnamed) == "insecure", "the certificate has another name")
    misnamed.serverName = "other.test"
    #expect(await status(misnamed) == "insecure")
    misnamed.verifiesServer = false
    #expect(await status(misnamed) == "200")
    var nobody = good
    nobody.clientCertificate = nil
    nobody.clientKey = nil
    #expect(await status(nobody) != "200", "the server wants to know the client")
  }
}

/// `openssl s_server` with a certificate for `cluster.test` that it signed itself, and that clients must have too.
private final class OpenSSLServer {
  let port: Int
  let certificate: [UInt8]
  let key: [UInt8]
  private let process = Process()
  private let folder: URL

  init() throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "tls-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let (certificatePath, keyPath) = (folder.appending(path: "c.pem").path, folder.appending(path: "k.pem").path)
    let maker = Process()
    maker.executableURL = URL(filePath: "/usr/bin/openssl")
    maker.arguments = [
      "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", keyPath, "-out", certificatePath, "-days", "2", "-subj",
      "/CN=cluster.test", "-addext", "subjectAltName=DNS:cluster.test",
    ]
    maker.standardError = FileHandle.nullDevice
    maker.standardOutput = FileHandle.nullDevice
    try maker.run()
    maker.waitUntilExit()
    certificate = Array(try Data(contentsOf: URL(filePath: certificatePath)))
    key = Array(try Data(contentsOf: URL(filePath: keyPath)))
    let output = Pipe()
    process.executableURL = URL(filePath: "/usr/bin/openssl")
    process.arguments = [
      "s_server", "-accept", "127.0.0.1:0", "-cert", certificatePath, "-key", keyPath, "-www", "-Verify", "1", "-verify_return_error",
      "-CAfile", certificatePath,
    ]
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    process.standardInput = FileHandle.nullDevice
    try process.run()
    var text = ""
    var found: Int?
    while found == nil {
      let data = output.fileHandleForReading.availableData
      if data.isEmpty { break }
      text += String(decoding: data, as: UTF8.self)
      found = text.split(separator: "\n").first { $0.hasPrefix("ACCEPT ") && $0.contains(":") }
        .flatMap { $0.split(separator: ":").last }.flatMap { Int($0) }
    }
    port = try #require(found, "the server did not say where it listens: \(text)")
  }

  func stop() {
    // The mask of the thread that started it may block everything else.
    kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
    try? FileManager.default.removeItem(at: folder)
  }
}
