import ArgumentParser

/// A command whose help page says more than its options.
protocol Documented: ParsableCommand {
  static var manual: Manual { get }
}

/// What a help page says of a command besides its arguments and options, which their declarations tell.
struct Manual {
  var exitCodes: [(code: String, meaning: String)] = Manual.usualExitCodes
  /// Variables that the command reads, but for those that hold options.
  var environment: [EnvironmentVariable] = []
  var examples: [Example] = []
  /// What those who know Terraform do not know yet.
  var additions: String?

  struct Example {
    var purpose: String
    var lines: [String]

    init(_ purpose: String, _ lines: String...) {
      self.purpose = purpose
      self.lines = lines
    }
  }

  static let usualExitCodes = [(code: "0", meaning: "All was well."), (code: "1", meaning: "Something failed, or the options make no sense.")]
}

/// A variable of the environment, and what it is for.
struct EnvironmentVariable {
  var name: String
  var meaning: String

  static let assignments = EnvironmentVariable(
    name: "TF_VAR_name", meaning: "The value of the input variable of that name, where neither a file nor an option gives one.")
  static let input = EnvironmentVariable(
    name: "TF_INPUT", meaning: "With 0 or false nobody is asked for anything, as with -input=false.")
  static let automation = EnvironmentVariable(
    name: "TF_IN_AUTOMATION", meaning: "With any value, advice on what to run next is left out.")
  static let dataDirectory = EnvironmentVariable(
    name: "TF_DATA_DIR", meaning: "Where installed modules and providers and the choice of workspace are kept. Default: .terraform")
  static let workspace = EnvironmentVariable(
    name: "TF_WORKSPACE", meaning: "The workspace to use in place of the selected one.")
  static let log = EnvironmentVariable(
    name: "TF_LOG",
    meaning: "Write a log to standard error: TRACE, DEBUG, INFO, WARN, ERROR, JSON or OFF. TF_LOG_CORE and TF_LOG_PROVIDER set it for "
      + "the program and for providers alone.")
  static let logPath = EnvironmentVariable(name: "TF_LOG_PATH", meaning: "A file to which the log is added instead.")
  static let settings = EnvironmentVariable(
    name: "TF_CLI_CONFIG_FILE", meaning: "The file with the user's settings. Default: ~/.terraformrc")
  static let token = EnvironmentVariable(
    name: "TF_TOKEN_host", meaning: "The token for a host, its dots written as underscores and its hyphens as two of them.")
  static let pluginCache = EnvironmentVariable(
    name: "TF_PLUGIN_CACHE_DIR", meaning: "A directory where packages of providers are kept for all configurations.")
  static let registryRetry = EnvironmentVariable(
    name: "TF_REGISTRY_DISCOVERY_RETRY", meaning: "How often a question to a registry is repeated after a failure. Default: 1")
  static let registryTimeout = EnvironmentVariable(
    name: "TF_REGISTRY_CLIENT_TIMEOUT", meaning: "How many seconds to wait for a registry. Default: 10")
  static let reattach = EnvironmentVariable(
    name: "TF_REATTACH_PROVIDERS", meaning: "JSON that describes providers which run already, for those who debug them.")
  static let colour = EnvironmentVariable(name: "NO_COLOR", meaning: "With any value, texts have no colours, as with -no-color.")

  /// What every command reads that works in a directory.
  static let common = [dataDirectory, workspace, log]
  /// What a command reads that evaluates the configuration.
  static let evaluating = [assignments, input] + common
  /// What a command reads that fetches something.
  static let fetching = [dataDirectory, settings, pluginCache, token, log]
  static let all = [
    assignments, input, automation, dataDirectory, workspace, log, logPath, settings, pluginCache, token, registryRetry,
    registryTimeout, reattach, colour,
  ]
}
