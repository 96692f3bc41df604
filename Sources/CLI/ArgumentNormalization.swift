/// Brings a command line as Terraform takes it into the form that the argument parser reads: `-name=value` and `-name value`
/// become `--name …`, and Boolean flags with a value become `--name` or `--no-name`.
struct ArgumentNormalization {
  /// Flags that take no value, or `=true` and `=false`.
  static let booleanFlags: Set<String> = [
    "auto-approve", "check", "compact-warnings", "destroy", "detailed-exitcode", "diff", "force", "force-copy", "get",
    "help", "input", "json", "lock", "migrate-state", "no-color", "no-rounds", "list", "raw", "reconfigure", "recursive", "no-tests", "verbose",
    "refresh", "refresh-only", "upgrade", "version", "write", "backend", "cloud", "draw-cycles", "or-create",
    "update", "lock-file", "minimal-refresh", "enable-plugin-cache", "allow-missing", "dry-run", "ignore-remote-version",
    "suppress-forget-errors", "kubernetes",
  ]
  /// Those of them that are on unless turned off, so that `=false` must be passed on.
  static let onByDefault: Set<String> = [
    "input", "lock", "refresh", "list", "write", "backend", "cloud", "get", "lock-file",
  ]

  private(set) var arguments: [String] = []
  /// `-chdir=DIR` before the subcommand.
  private(set) var directory: String?

  init(_ given: [String]) {
    var isBeforeCommand = true
    var isRaw = false
    for argument in given {
      if isRaw || !argument.hasPrefix("-") || argument == "-" {
        isBeforeCommand = false
        arguments.append(argument)
        continue
      }
      if argument == "--" {
        isRaw = true
        arguments.append(argument)
        continue
      }
      let body = argument.drop { $0 == "-" }
      let name = String(body.prefix { $0 != "=" })
      let value = body.count > name.count ? String(body.dropFirst(name.count + 1)) : nil
      if isBeforeCommand && name == "chdir" {
        directory = value ?? ""
        continue
      }
      append(name, value)
    }
  }

  private mutating func append(_ name: String, _ value: String?) {
    if name == "h" {
      arguments.append("--help")
    } else if Self.booleanFlags.contains(name) || name == "plan" && arguments.first == "console" {
      guard let value else {
        arguments.append("--\(name)")
        return
      }
      switch value.lowercased() {
      case "true", "1", "t": arguments.append("--\(name)")
      case "false", "0", "f":
        if Self.onByDefault.contains(name) {
          arguments.append("--no-\(name)")
        } else {
          // What was said last counts, be it that the environment said something else.
          arguments.removeAll { $0 == "--\(name)" }
        }
      default: arguments.append("--\(name)=\(value)")
      }
    } else if let value {
      arguments.append("--\(name)=\(value)")
    } else {
      arguments.append("--\(name)")
    }
  }
}
