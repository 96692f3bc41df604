import Addresses
import ArgumentParser
import Diagnostics

/// Options of every command that changes the state by hand.
struct StateChangeArguments: ParsableArguments {
  @OptionGroup(title: "Locking") var locking: LockArguments

  @Flag(name: .customLong("ignore-remote-version"), help: "Has no effect: there are no remote backends.")
  var ignoreRemoteVersion = false

  @Option(help: ArgumentHelp("A Terraform state file to work on instead of the workspace's state.", valueName: "path"))
  var state: String?

  @Option(
    help: ArgumentHelp(
      "Write the state as it was to this file. History keeps it in any case; a state file gets a backup beside it unless - is given.",
      valueName: "path"))
  var backup: String?
}

/// The messages about addresses that are none, or of something else than is wanted.
enum AddressArgument {
  static func target(_ text: String) throws(DiagnosticsError) -> TargetAddress {
    guard let target = TargetAddress(parsing: text) else { throw invalid(text) }
    return target
  }

  static func instance(_ text: String) throws(DiagnosticsError) -> ResourceInstance {
    if let address = ResourceInstance(parsing: text) { return address }
    if ModuleInstance(parsing: text) != nil {
      throw DiagnosticsError(
        .error(
          "Invalid address",
          "Name a resource instance, as in test_instance.foo or module.a.test_instance.foo[0]."
        ))
    }
    throw invalid(text)
  }

  static func invalid(_ text: String) -> DiagnosticsError {
    DiagnosticsError(
      .error(
        "Invalid address",
        "\(text) is no address. It must be one like aws_instance.web, aws_instance.web[0], aws_instance.web[\"key\"] or "
          + "module.network."))
  }
}
