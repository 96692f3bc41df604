package import Addresses
package import Host

/// The providers that ship with this program, `plumb.internal/bundled/NAME`: one executable beside it has them all, and serves the one
/// that its first argument names. Nothing is downloaded for them.
///
/// The lock file has no entry for them. Their version is the program's own, so that an entry could tell nothing but what is known, and
/// would be wrong after each update of the program; and Terraform, which may work in the same directory with a development override,
/// would look for a registry at the host of an entry that it finds.
package struct BundledProviders: Sendable {
  package static let programName = "plumb-providers"

  private let directory: String?
  private let files: any FileTree
  private let version: SemanticVersion?

  /// - Parameters:
  ///   - directory: where this program is, with all links resolved; nil when that is not known.
  ///   - version: this program's.
  package init(directory: String?, version: SemanticVersion?, files: any FileTree) {
    self.directory = directory
    self.version = version
    self.files = files
  }

  /// The provider as it is started. Whether the executable has it is not asked here: it says so when it is started.
  func find(_ source: ProviderSource, _ constraints: VersionConstraints) throws(InstallError) -> InstalledProvider {
    let executable = try executable()
    if let version, !constraints.allows(version) {
      throw InstallError(
        .noMatchingVersion, "it has the version of this program, \(version), which does not fit \"\(constraints)\"")
    }
    return InstalledProvider(
      source: source, version: version, directory: directory ?? "", executable: executable, arguments: [source.type])
  }

  /// The names of all bundled providers, by the word of the executable, sorted.
  func names(with launcher: (any ProcessLauncher)?, environment: [String: String]) async throws(InstallError) -> [String] {
    let executable = try executable()
    guard let launcher else { throw InstallError(.failed, "\(executable) cannot be asked what it has") }
    let request = ProcessRequest(executable: executable, arguments: ["list"], environment: environment)
    let result: ProcessResult
    do throws(ProcessError) {
      result = try await launcher.run(request, timeout: .seconds(30))
    } catch {
      throw InstallError(.failed, error.message)
    }
    guard result.exit.isSuccess else {
      throw InstallError(.failed, "\(executable) ended with \(result.exit.description) when it was asked what it has")
    }
    return String(decoding: result.standardOutput, as: UTF8.self).split(separator: "\n").map(String.init).sorted()
  }

  private func executable() throws(InstallError) -> String {
    guard let directory else { throw InstallError(.failed, "it is not known where this program is") }
    let path = "\(directory)/\(Self.programName)"
    guard files.isFile(path) else {
      throw InstallError(
        .failed, "the program \(Self.programName), which has it, is not in \(directory), where this program is")
    }
    return path
  }
}
