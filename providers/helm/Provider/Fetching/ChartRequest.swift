import Charts
import ProviderKit

/// Which chart is wanted, as a configuration says it.
struct ChartRequest: Hashable, Sendable {
  /// A name in the repository, a path, or a URL.
  var chart: String
  /// A URL, a directory, or the name of a repository that people added with Helm.
  var repository: String?
  /// A version or a range of versions; nil for the newest.
  var version: String?
  /// Whether the newest may be a prerelease.
  var allowsPrereleases = false
  var access = RepositoryAccess()
  /// Whether the chart must be signed.
  var isVerified = false
  /// A file of public keys; nil for the usual one.
  var keyring: String?
  /// Whether charts that it needs and that do not lie in it are fetched.
  var updatesDependencies = false

  /// The version that is looked for, as a range; nil for the newest release.
  var wantedVersion: String? {
    if let version, !version.isEmpty { return version }
    return allowsPrereleases ? ">0.0.0-0" : nil
  }
}

/// How a repository is logged into.
struct RepositoryAccess: Hashable, Sendable {
  var username: String?
  var password: String?
  /// Paths of PEM files.
  var authorityFile: String?
  var certificateFile: String?
  var keyFile: String?
  /// Whether the password also goes to other hosts than the repository's.
  var passesCredentials = false
  /// Only repositories that people added with Helm say so.
  var skipsVerification = false

  var credentials: BasicCredentials? {
    guard let username, let password, !username.isEmpty, !password.isEmpty else { return nil }
    return BasicCredentials(username: username, password: password)
  }
}

/// A name and a password.
struct BasicCredentials: Hashable, Sendable {
  var username: String
  var password: String

  /// The header that shows them (RFC 7617).
  var header: WebHeader { WebHeader("Authorization", "Basic \(Base64.encode(Array("\(username):\(password)".utf8)))") }
}

/// A chart that was fetched, with all that it needs.
struct FetchedChart: Sendable {
  var chart: Chart
  /// Changes when any of its files does.
  var digest: String
  /// Where it came from, for people.
  var origin: String
}

/// What is wrong with the arguments that say which chart is wanted.
enum ChartProblem {
  static func chart(_ message: String) -> AttributeError { AttributeError(message, summary: "The chart cannot be found", at: "chart") }
  static func version(_ message: String) -> AttributeError { AttributeError(message, summary: "The chart has no such version", at: "version") }
  static func repository(_ message: String) -> AttributeError {
    AttributeError(message, summary: "The repository cannot be read", at: "repository")
  }
  static func broken(_ message: String) -> AttributeError { AttributeError(message, summary: "The chart cannot be read", at: "chart") }
  static func unverified(_ message: String) -> AttributeError {
    AttributeError(message, summary: "The chart's signature cannot be verified", at: "verify")
  }
}
