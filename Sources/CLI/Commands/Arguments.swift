import Addresses
import ArgumentParser
import Diagnostics
import Engine
import Modules
import Plans

/// Options of every command that shows something.
struct ViewArguments: ParsableArguments {
  @Flag(name: .customLong("no-color"), help: "Write without colours, also to a terminal.")
  var noColor = false

  @Flag(name: .customLong("compact-warnings"), help: "Show warnings in short form when there are no errors.")
  var compactWarnings = false
}

/// Where input variables come from.
struct VariableArguments: ParsableArguments {
  @Option(
    name: .customLong("var"), parsing: .unconditionalSingleValue,
    help: ArgumentHelp("Set the value of an input variable. May be given several times.", valueName: "name=value"))
  var assignments: [String] = []

  @Option(
    name: .customLong("var-file"), parsing: .unconditionalSingleValue,
    help: ArgumentHelp("Read values of input variables from a file. May be given several times.", valueName: "file"))
  var files: [String] = []

  @Flag(inversion: .prefixedNo, help: "Ask for missing values of input variables.")
  var input = true
}

/// What kind of plan is made, and of what.
struct PlanModeArguments: ParsableArguments {
  @Flag(name: .customLong("destroy"), help: "Plan the destruction of everything that is managed here.")
  var isDestroy = false

  @Flag(name: .customLong("refresh-only"), help: "Only bring the state up to date with what exists.")
  var isRefreshOnly = false

  @Flag(inversion: .prefixedNo, help: "Read existing objects before comparing them with the configuration.")
  var refresh = true

  @Flag(
    name: .customLong("minimal-refresh"),
    help: "Read only the objects that would change by what is stored of them; drift of the others is not seen.")
  var hasMinimalRefresh = false

  @Option(
    name: .customLong("target"), parsing: .unconditionalSingleValue,
    help: ArgumentHelp(
      "Limit the plan to a module, resource or instance and what it needs. May be given several times.",
      valueName: "address"))
  var targets: [String] = []

  @Option(
    name: .customLong("replace"), parsing: .unconditionalSingleValue,
    help: ArgumentHelp("Replace an instance, whatever its state. May be given several times.", valueName: "address"))
  var replacements: [String] = []

  @Option(help: ArgumentHelp("How many operations run at once.", valueName: "n"))
  var parallelism = 10

  @Flag(inversion: .prefixedNo, help: "Accepted for compatibility; leases on single objects take the place of the lock.")
  var lock = true

  @Option(
    name: .customLong("lock-timeout"),
    help: ArgumentHelp("Accepted for compatibility with scripts that set it.", valueName: "duration"))
  var lockTimeout = "0s"

  var mode: PlanMode { isDestroy ? .destroy : isRefreshOnly ? .refreshOnly : .normal }

  /// The options as the engine takes them, or what is wrong with them.
  func planOptions() -> (PlanOptions, [Diagnostic]) {
    var problems: [Diagnostic] = []
    if isDestroy && isRefreshOnly {
      problems.append(
        .error("Incompatible plan mode options", "The -destroy and -refresh-only options are mutually-exclusive."))
    }
    if isRefreshOnly && !refresh {
      problems.append(
        .error(
          "Incompatible refresh options",
          "It doesn't make sense to use -refresh-only at the same time as -refresh=false, because Terraform would have "
            + "nothing to do."))
    }
    if hasMinimalRefresh && (isRefreshOnly || !refresh) {
      problems.append(
        .error(
          "Incompatible refresh options",
          "The -minimal-refresh option says which objects are read, so that it can be used neither with -refresh-only, which reads "
            + "all of them, nor with -refresh=false, which reads none."))
    }
    if parallelism < 1 {
      problems.append(.error("Invalid parallelism", "The -parallelism option must be at least 1, not \(parallelism)."))
    }
    var options = PlanOptions(mode: mode, refresh: !refresh ? .nothing : hasMinimalRefresh ? .changes : .everything)
    for text in targets {
      if let target = TargetAddress(parsing: text) {
        options.targets.append(target)
      } else {
        problems.append(
          .error(
            "Invalid target \"\(text)\"",
            "It must be the address of a module, a resource or an instance, like module.network, aws_vpc.main or "
              + "aws_subnet.private[0]."))
      }
    }
    for text in replacements {
      if let address = ResourceInstance(parsing: text), address.resource.mode == .managed {
        options.replace.append(address)
      } else {
        problems.append(
          .error(
            "Invalid force-replace address \"\(text)\"",
            "Only managed resource instances can be replaced; it must be an address like aws_instance.web[0]."))
      }
    }
    if mode != .normal && !replacements.isEmpty {
      problems.append(
        .error(
          "Unsupported plan mode",
          "The -replace option can only be used when planning changes, not with -destroy or -refresh-only."))
    }
    return (options, problems)
  }
}
