import Glibc
import Host

@testable import Plugin

/// A real provider binary on this machine, for tests that need one: named by `PLUMB_TEST_PROVIDER`, or else the AWS provider
/// in a filesystem mirror of the CLI configuration that `TF_CLI_CONFIG_FILE` names. Tests are skipped where there is none.
enum RealProvider {
  static let path: String? = {
    if let path = variable("PLUMB_TEST_PROVIDER") { return path }
    guard let configuration = variable("TF_CLI_CONFIG_FILE").flatMap(read) else { return nil }
    let quoted = configuration.split(separator: "\"", omittingEmptySubsequences: false)
    for index in quoted.indices.dropFirst()
    where quoted[index - 1].hasSuffix("= ") && quoted[index - 1].contains("path") {
      let mirror = "\(quoted[index])/registry.terraform.io/hashicorp/aws"
      for version in entries(mirror).sorted().reversed() {
        let directory = "\(mirror)/\(version)/linux_amd64"
        if let program = entries(directory).first(where: { $0.hasPrefix("terraform-provider-") }) {
          return "\(directory)/\(program)"
        }
      }
    }
    return nil
  }()

  static let skipReason =
    "no real provider: set PLUMB_TEST_PROVIDER, or TF_CLI_CONFIG_FILE with a filesystem mirror of hashicorp/aws"

  static var environment: [String: String] {
    var result: [String: String] = [:]
    for name in ["PATH", "HOME"] { result[name] = variable(name) }
    return result
  }

  static func launch(security: PluginTransportSecurity = .privateSocket) -> PluginLaunch {
    PluginLaunch(
      provider: "registry.terraform.io/hashicorp/aws", executable: path ?? "", environment: environment,
      security: security)
  }

  private static func variable(_ name: String) -> String? {
    getenv(name).map { String(cString: $0) }
  }

  private static func read(_ path: String) -> String? {
    guard let file = fopen(path, "r") else { return nil }
    defer { fclose(file) }
    var bytes = [UInt8](repeating: 0, count: 65536)
    let count = fread(&bytes, 1, bytes.count, file)
    return String(decoding: bytes[..<count], as: UTF8.self)
  }

  private static func entries(_ path: String) -> [String] {
    guard let directory = opendir(path) else { return [] }
    defer { closedir(directory) }
    var names: [String] = []
    while let entry = readdir(directory) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if !name.hasPrefix(".") { names.append(name) }
    }
    return names
  }
}
