import Host

/// A Git repository, fetched by the program `git` with the user's own settings and keys.
struct GitRepository {
  private let url: String
  private let reference: String?
  private let depth: Int?
  private let key: String?
  private let setting: ModuleInstaller.Setting

  init(_ address: SourceURL, _ setting: ModuleInstaller.Setting) throws(InstallError) {
    var address = address
    reference = address.take("ref").flatMap { $0.isEmpty ? nil : $0 }
    key = address.take("sshkey")
    let text = address.take("depth")
    depth = text.flatMap(Int.init)
    url = address.text
    self.setting = setting
    if let text, depth.map({ $0 < 1 }) ?? true {
      throw InstallError(.failed, "depth must be a positive number, not \"\(text)\"")
    }
    // What begins with a hyphen would be an option of the program.
    if let reference, reference.hasPrefix("-") { throw InstallError(.failed, "invalid reference \"\(reference)\"") }
    if url.hasPrefix("-") { throw InstallError(.failed, "invalid URL \"\(url)\"") }
  }

  func clone(to directory: String) async throws(InstallError) {
    var environment = setting.environment
    let keyPath = directory + ".key"
    defer { try? setting.files.remove(keyPath) }
    if let key {
      guard let bytes = Base64.decode(key) else { throw InstallError(.failed, "the sshkey is not base64") }
      try attempt { try setting.files.write(bytes, to: keyPath, mode: 0o600) }
      environment["GIT_SSH_COMMAND"] =
        "\(environment["GIT_SSH_COMMAND"] ?? "ssh") -i '\((try? setting.files.resolve(keyPath)) ?? keyPath)'"
    }
    let git = ExternalProgram("git", setting, environment: environment)
    let shallow = depth.map { ["--depth", String($0)] } ?? []
    if depth != nil, let reference {
      do throws(InstallError) {
        try await git.run(["clone"] + shallow + ["--branch", reference, "--", url, directory])
      } catch {
        throw InstallError(
          error.code,
          error.message + " ('depth' works with a branch or a tag as 'ref', not with a commit)")
      }
    } else {
      try await git.run(["clone"] + shallow + ["--", url, directory])
      if let reference { try await git.run(["checkout", reference], in: directory) }
    }
    if setting.files.isFile("\(directory)/.gitmodules") {
      try await git.run(["submodule", "update", "--init", "--recursive"] + shallow, in: directory)
    }
  }
}

/// A Mercurial repository, fetched by the program `hg`.
struct MercurialRepository {
  private let url: String
  private let revision: String?
  private let setting: ModuleInstaller.Setting

  init(_ address: SourceURL, _ setting: ModuleInstaller.Setting) throws(InstallError) {
    var address = address
    revision = address.take("rev").flatMap { $0.isEmpty ? nil : $0 }
    url = address.scheme == "file" ? address.path : address.text
    self.setting = setting
    if let revision, revision.hasPrefix("-") { throw InstallError(.failed, "invalid revision \"\(revision)\"") }
  }

  func clone(to directory: String) async throws(InstallError) {
    let hg = ExternalProgram("hg", setting, environment: setting.environment)
    try await hg.run(["clone", "-U", "--", url, directory])
    try await hg.run(["update"] + (revision.map { [$0] } ?? []), in: directory)
  }
}

/// A program of the user's that does a part of the work.
struct ExternalProgram {
  private let name: String
  private let setting: ModuleInstaller.Setting
  private let environment: [String: String]

  init(_ name: String, _ setting: ModuleInstaller.Setting, environment: [String: String]) {
    self.name = name
    self.setting = setting
    self.environment = environment
  }

  /// Runs it to its end; what it wrote to standard error stands in the error if it fails.
  @discardableResult
  func run(_ arguments: [String], in directory: String? = nil) async throws(InstallError) -> [UInt8] {
    let result: ProcessResult
    do throws(ProcessError) {
      result = try await setting.launcher.run(
        ProcessRequest(
          executable: name, arguments: arguments, environment: environment, workingDirectory: directory))
    } catch {
      let isMissing = error.code == .notFound
      throw InstallError(.failed, isMissing ? "\"\(name)\" is needed, and is not on the PATH" : error.message)
    }
    if result.exit.isSuccess { return result.standardOutput }
    let text = String(decoding: result.standardError, as: UTF8.self)
    let code = if case .code(let code) = result.exit.reason { "\(code)" } else { result.exit.description }
    throw InstallError(.failed, "\(name) exited with \(code): \(text)")
  }
}
