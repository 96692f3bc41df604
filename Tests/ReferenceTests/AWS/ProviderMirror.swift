import Foundation
import Testing

/// A folder of provider binaries on this machine, `REGISTRY/NAMESPACE/TYPE/VERSION/PLATFORM/…`.
enum ProviderMirror {
  static let skipReason: Comment =
    "the AWS provider, moto_server, or python3 with boto3 is missing; PLUMB_TEST_MIRROR names a folder with the provider"

  /// The folder that has the AWS provider: what `PLUMB_TEST_MIRROR` names, else a mirror of the CLI configuration, else one of
  /// the folders that are looked at without being told.
  static let withAWS: String? = candidates.first { directory in
    let provider = "\(directory)/registry.terraform.io/hashicorp/aws"
    return (try? FileManager.default.contentsOfDirectory(atPath: provider))?.isEmpty == false
  }

  private static var candidates: [String] {
    let environment = ProcessInfo.processInfo.environment
    let home = environment["HOME"] ?? "/"
    var found = [environment["PLUMB_TEST_MIRROR"]].compactMap(\.self)
    found += mirrors(ofConfiguration: environment["TF_CLI_CONFIG_FILE"] ?? "\(home)/.terraformrc")
    found += ["\(home)/.terraform.d/plugins", "\(environment["XDG_DATA_HOME"] ?? "\(home)/.local/share")/terraform/plugins"]
    let shared = environment["XDG_DATA_DIRS"] ?? "/usr/local/share:/usr/share"
    return found + shared.split(separator: ":").map { "\($0)/terraform/plugins" }
  }

  /// The quoted text behind each `path =` of a CLI configuration.
  private static func mirrors(ofConfiguration path: String) -> [String] {
    guard let text = try? String(contentsOfFile: path, encoding: .utf8) else { return [] }
    return text.split(separator: "\n").compactMap { line in
      let words = line.split(separator: "\"", omittingEmptySubsequences: false)
      guard words.count >= 3, words[0].filter({ !$0.isWhitespace }) == "path=" else { return nil }
      return String(words[1])
    }
  }
}
