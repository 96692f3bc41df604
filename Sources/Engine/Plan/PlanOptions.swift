package import Addresses
package import Diagnostics
package import Plans
package import Values

/// Which of the existing objects are read again when they are planned.
package enum RefreshScope: Hashable, Sendable {
  case everything
  /// Those that something would happen to by what is stored of them, and those that an earlier run left in doubt.
  /// The rest is taken as it is stored.
  case changes
  case nothing
}

/// What the user asked of a plan.
package struct PlanOptions: Sendable {
  package var mode: PlanMode
  package var refresh: RefreshScope
  package var targets: [TargetAddress]
  /// What is left out, and with it what needs it. Not together with targets.
  package var excludes: [TargetAddress]
  package var replace: [ResourceInstance]
  /// Final values of all root variables: converted, defaults filled in, not marked.
  package var variables: [String: Value]
  /// What is wrong with the values of variables that do not suit them: nothing that needs such a variable can be planned.
  package var unsuitableVariables: [String: Diagnostic] = [:]

  /// Whether the plan is about a part of the configuration only.
  var isTargeted: Bool { !targets.isEmpty || !excludes.isEmpty }

  /// Objects that the command line wants adopted.
  package var imports: [ImportRequest] = []
  /// Objects to adopt that were read already, while their configuration was generated.
  package var imported: [ResourceInstance: ObjectRecord] = [:]
  /// The configuration that was generated for them.
  package var generatedConfigurations: [ResourceInstance: String] = [:]

  package init(
    mode: PlanMode = .normal, refresh: RefreshScope = .everything, targets: [TargetAddress] = [], excludes: [TargetAddress] = [],
    replace: [ResourceInstance] = [], variables: [String: Value] = [:]
  ) {
    self.mode = mode
    self.refresh = refresh
    self.targets = targets
    self.excludes = excludes
    self.replace = replace
    self.variables = variables
  }
}
