package import Diagnostics
package import Host
import Values

/// Where tokens are kept for hosts that somebody logged in to: a file in the home directory, or the user's credentials helper.
package struct CredentialsStore: Sendable {
  package let path: String
  private let files: any FileTree
  private let launcher: any ProcessLauncher
  private let environment: [String: String]
  private let helper: CLIConfiguration.CredentialsHelper?
  private let helperDirectories: [String]

  package init(
    homeDirectory: String, files: any FileTree, launcher: any ProcessLauncher, environment: [String: String],
    helper: CLIConfiguration.CredentialsHelper?
  ) {
    path = "\(homeDirectory)/.terraform.d/credentials.tfrc.json"
    helperDirectories = ["\(homeDirectory)/.terraform.d/plugins", "\(homeDirectory)/.terraform.d"]
    self.files = files
    self.launcher = launcher
    self.environment = environment
    self.helper = helper
  }

  /// The name of the helper that keeps tokens in place of the file.
  package var helperName: String? { helper?.name }

  /// Whether the file has a token of the host.
  package func hasToken(of host: String) -> Bool { (try? members(of: document())[host]) != nil }

  package func store(_ token: String, for host: String) async throws(DiagnosticsError) {
    if helper != nil {
      try await runHelper("store", host, input: JSONNode.object([.init(key: "token", value: .string(token))]).bytes)
      return
    }
    var document = try document()
    var hosts = members(of: document)
    hosts[host] = .object([.init(key: "token", value: .string(token))])
    document["credentials"] = Self.object(hosts)
    try write(document)
  }

  package func forget(_ host: String) async throws(DiagnosticsError) {
    if helper != nil {
      try await runHelper("forget", host, input: [])
      return
    }
    var document = try document()
    var hosts = members(of: document)
    hosts[host] = nil
    document["credentials"] = Self.object(hosts)
    try write(document)
  }

  // MARK: File

  private func document() throws(DiagnosticsError) -> [String: JSONNode] {
    if !files.exists(path) { return [:] }
    do {
      guard let members = try JSONNode(parsing: files.read(path)).members else { throw JSONError(message: "it is no object", offset: 0) }
      return Dictionary(members.map { ($0.key, $0.value) }) { $1 }
    } catch {
      throw DiagnosticsError(
        .error("Failed to read credentials", "The file \(path) cannot be read: \(error). What it holds was left as it is."))
    }
  }

  private func members(of document: [String: JSONNode]) -> [String: JSONNode] {
    Dictionary((document["credentials"]?.members ?? []).map { ($0.key, $0.value) }) { $1 }
  }

  private static func object(_ members: [String: JSONNode]) -> JSONNode {
    .object(members.sorted { $0.key < $1.key }.map { JSONNode.Member(key: $0.key, value: $0.value) })
  }

  private func write(_ document: [String: JSONNode]) throws(DiagnosticsError) {
    var writer = JSONWriter(style: .indented("  "))
    writer.node(Self.object(document))
    writer.newline()
    do {
      let directory = path.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
      try files.createDirectory(directory)
      try files.write(writer.bytes, to: path, mode: 0o600)
      try files.setMode(0o600, of: path)
    } catch {
      throw DiagnosticsError(.error("Failed to save credentials", "The file \(path) could not be written: \(error)"))
    }
  }

  // MARK: Helper

  private func runHelper(_ verb: String, _ host: String, input: [UInt8]) async throws(DiagnosticsError) {
    guard let helper else { return }
    let name = "terraform-credentials-\(helper.name)"
    let summary = "Credentials helper \"\(helper.name)\" failed"
    guard let executable = helperDirectories.map({ "\($0)/\(name)" }).first(where: files.isFile) else {
      throw DiagnosticsError(.error(summary, "There is no program \(name) in \(helperDirectories.joined(separator: " or "))."))
    }
    do throws(ProcessError) {
      let result = try await launcher.run(
        ProcessRequest(
          executable: executable, arguments: helper.arguments + [verb, host], environment: environment, input: .bytes(input)))
      if result.exit.isSuccess { return }
      throw ProcessError(.system, executable: executable, message: String(decoding: result.standardError, as: UTF8.self))
    } catch {
      throw DiagnosticsError(.error(summary, error.message))
    }
  }
}
