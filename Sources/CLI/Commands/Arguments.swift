import Addresses
import ArgumentParser
import Diagnostics
import Engine
import Functions
import Host
import Modules
import Plans

/// Options of every command that shows something.
struct ViewArguments: ParsableArguments {
  @Flag(name: .customLong("no-color"), help: "Write without colours, even to a terminal.")
  var noColor = false

  @Flag(name: .customLong("compact-warnings"), help: "Show only the summaries of warnings, as long as there are no errors.")
  var compactWarnings = false
}

/// Where input variables come from.
struct VariableArguments: ParsableArguments {
  @Option(
    name: .customLong("var"), parsing: .unconditionalSingleValue,
    help: ArgumentHelp("The value of an input variable, which wins over files and the environment. May be given several times.", valueName: "name=value"))
  var assignments: [String] = []

  @Option(
    name: .customLong("var-file"), parsing: .unconditionalSingleValue,
    help: ArgumentHelp("A file with values of input variables, besides terraform.tfvars and *.auto.tfvars. May be given several times.", valueName: "file"))
  var files: [String] = []

  @Flag(inversion: .prefixedNo, help: "Ask for values of input variables that nothing else gives, and for approval.")
  var input = true
}

/// How long a command waits for what another one is changing.
struct LockArguments: ParsableArguments {
  @Flag(inversion: .prefixedNo, help: "Has no effect: the objects that a run changes are leased to it, and nothing else is locked.")
  var lock = true

  @Option(
    name: .customLong("lock-timeout"),
    help: ArgumentHelp("How long to wait for objects that another run is changing, such as 30s or 5m. With 0s that is an error at once.", valueName: "duration"))
  var lockTimeout = LockTimeout()

  /// Milliseconds.
  var timeout: Int64 { lockTimeout.milliseconds }
}

/// Options of locking for what locks nothing.
struct IgnoredLockArguments: ParsableArguments {
  @Flag(inversion: .prefixedNo, help: "Has no effect: single objects are leased, and nothing else is locked.")
  var lock = true

  @Option(
    name: .customLong("lock-timeout"),
    help: ArgumentHelp("Has no effect, as -lock.", valueName: "duration"))
  var lockTimeout = "0s"
}

struct LockTimeout: ExpressibleByArgument, CustomStringConvertible {
  var milliseconds: Int64 = 0

  init() {}

  init?(argument: String) {
    guard let nanoseconds = try? parseDuration(argument) else { return nil }
    milliseconds = nanoseconds / 1_000_000
  }

  var description: String { "\(milliseconds / 1000)s" }
}

/// What kind of plan is made, and of what.
struct PlanModeArguments: ParsableArguments {
  @Flag(name: .customLong("destroy"), help: "Plan the destruction of everything that is managed here, in place of what the configuration says.")
  var isDestroy = false

  @Flag(name: .customLong("refresh-only"), help: "Only bring the state up to date with what exists; nothing outside is changed.")
  var isRefreshOnly = false

  @Flag(inversion: .prefixedNo, help: "Read existing objects before comparing them with the configuration. With false the state is taken for the truth.")
  var refresh = true

  @Flag(
    name: .customLong("minimal-refresh"),
    help: "Read only the objects that would change by what is stored of them; drift of the others is not seen.")
  var hasMinimalRefresh = false

  @OptionGroup var targeting: TargetArguments

  @Option(
    name: .customLong("replace"), parsing: .unconditionalSingleValue,
    help: ArgumentHelp("Replace the object of an instance, even if nothing about it changed. May be given several times.", valueName: "address"))
  var replacements: [String] = []

  @Option(help: ArgumentHelp("How many calls of providers run at once.", valueName: "n"))
  var parallelism = 10

  /// How many operations run at once; 0 was always taken for the default.
  var width: Int { parallelism == 0 ? 10 : parallelism }

  @OptionGroup(title: "Locking") var locking: LockArguments
  @OptionGroup(title: "State") var stateFile: StateFileArguments

  var mode: PlanMode { isDestroy ? .destroy : isRefreshOnly ? .refreshOnly : .normal }

  /// The options as the engine takes them, or what is wrong with them.
  func planOptions(_ files: any FileTree, _ sources: inout SourceMap) -> (PlanOptions, [Diagnostic]) {
    var problems: [Diagnostic] = []
    if isDestroy && isRefreshOnly {
      problems.append(
        .error(
          "Incompatible plan mode options",
          "Plan either to destroy or only to refresh: give one of -destroy and -refresh-only."))
    }
    if isRefreshOnly && !refresh {
      problems.append(
        .error(
          "Incompatible refresh options",
          "With -refresh-only and -refresh=false there is nothing to do. Give one of them."))
    }
    if hasMinimalRefresh && (isRefreshOnly || !refresh) {
      problems.append(
        .error(
          "Incompatible refresh options",
          "The -minimal-refresh option says which objects are read, so that it can be used neither with -refresh-only, which reads "
            + "all of them, nor with -refresh=false, which reads none."))
    }
    if parallelism < 0 {
      problems.append(
        .error("Invalid parallelism value", "The -parallelism option must not be negative; 0 stands for the default."))
    }
    var options = PlanOptions(mode: mode, refresh: !refresh ? .nothing : hasMinimalRefresh ? .changes : .everything)
    problems += targeting.read(into: &options, files, &sources)
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
