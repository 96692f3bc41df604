import Addresses
import ArgumentParser
import Diagnostics
import State

struct TaintCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "taint", abstract: "Have a resource instance replaced by the next plan.",
    discussion: """
      The next plan replaces its object. Nothing is done to the object itself; plumb untaint takes the mark away. To replace an object at \
      once, with a plan to look at, use plumb apply -replace=ADDRESS instead.
      """)

  static let manual = Manual(
    environment: EnvironmentVariable.common,
    examples: [Manual.Example("Replace a server with the next apply", "plumb taint 'aws_instance.web[1]'")])

  @Argument(help: "The address of an instance.")
  var address: String

  @OptionGroup var taint: TaintArguments
  @OptionGroup(title: "State") var change: StateChangeArguments
  @OptionGroup(title: "Output") var view: ViewArguments

  func run(in world: World) async -> Int32 {
    await TaintChange(address: address, isTainted: true, arguments: taint, change: change, view: view).run(in: world)
  }
}

struct UntaintCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "untaint", abstract: "Remove the \"tainted\" state from a resource instance.",
    discussion: """
      The next plan then takes its object as fully functional. Objects are marked by plumb taint, or when a provisioner failed while they \
      were created.
      """)

  static let manual = Manual(
    environment: EnvironmentVariable.common,
    examples: [Manual.Example("The object is good after all", "plumb untaint 'aws_instance.web[1]'")])

  @Argument(help: "The address of an instance.")
  var address: String

  @OptionGroup var taint: TaintArguments
  @OptionGroup(title: "State") var change: StateChangeArguments
  @OptionGroup(title: "Output") var view: ViewArguments

  func run(in world: World) async -> Int32 {
    await TaintChange(address: address, isTainted: false, arguments: taint, change: change, view: view).run(in: world)
  }
}

struct TaintArguments: ParsableArguments {
  @Flag(name: .customLong("allow-missing"), help: "Succeed even if there is no such instance.")
  var allowMissing = false

  @Option(
    name: .customLong("state-out"),
    help: ArgumentHelp("Write the changed state to this file and leave the other as it is.", valueName: "path"))
  var stateOut: String?
}

/// What taint and untaint have in common.
private struct TaintChange {
  var address: String
  var isTainted: Bool
  var arguments: TaintArguments
  var change: StateChangeArguments
  var view: ViewArguments

  func run(in world: World) async -> Int32 {
    await withEditableState(world, view, path: change.state, leaseTimeout: change.locking.timeout) { state in
      let address = try AddressArgument.instance(address)
      if isTainted && address.resource.mode != .managed {
        throw DiagnosticsError(
          .error(
            "Resource instance \(address) cannot be tainted",
            "Only managed resources can be tainted; what data sources read is never replaced."))
      }
      if state.snapshot.object(at: address) == nil && arguments.allowMissing {
        Report(world, view).show([Self.missing(address)], .init())
        return 0
      }
      try await state.edit(
        command: isTainted ? "taint" : "untaint", backup: BackupOption(path: change.backup, isTimed: false),
        output: arguments.stateOut
      ) { snapshot in
        [.put(try changed(address, in: snapshot), expectedVersion: snapshot.object(at: address)?.version ?? 0)]
      }
      world.output.line(
        isTainted
          ? "Resource instance \(address) has been marked as tainted."
          : "Resource instance \(address) has been successfully untainted.")
      return 0
    }
  }

  private func changed(_ address: ResourceInstance, in snapshot: StateSnapshot) throws(DiagnosticsError) -> StateObject {
    guard var object = snapshot.object(at: address) else {
      if snapshot.objects.contains(where: { $0.address == address }) {
        throw DiagnosticsError(
          .error(
            isTainted ? "No such resource instance" : "Resource instance has no current object",
            "Resource instance \(address) has only deposed objects, which the next apply destroys in any case."))
      }
      throw DiagnosticsError(
        .error(
          "No such resource instance",
          "The state has no instance \(address). If it is new in the configuration, run \"plumb apply\" first."))
    }
    if !isTainted && !object.isTainted {
      throw DiagnosticsError(
        .error(
          "Resource instance is not tainted",
          "\(address) is not tainted."))
    }
    object.isTainted = isTainted
    return object
  }

  private static func missing(_ address: ResourceInstance) -> Diagnostic {
    .warning(
      "No such resource instance",
      "There is no instance \(address), which -allow-missing permits.")
  }
}
