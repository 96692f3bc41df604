import Addresses
import ArgumentParser
import Diagnostics
import State

struct StateRemoveCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "rm", abstract: "Remove instances from the state.",
    discussion: """
      Forgets instances without destroying what they stand for. An address may be that of an instance, a resource or a module, with all \
      that is in it. A removed block in the configuration does the same, and is shown in the plan.
      """)

  static let manual = Manual(
    environment: EnvironmentVariable.common,
    examples: [
      Manual.Example("See first what would go", "plumb state rm -dry-run module.legacy"),
      Manual.Example("Leave one object to somebody else", "plumb state rm aws_s3_bucket.logs"),
    ])

  @Argument(help: "The addresses of modules, resources or instances.")
  var addresses: [String]

  @Flag(name: .customLong("dry-run"), help: "Say what would be removed, and remove nothing.")
  var isDryRun = false

  @OptionGroup(title: "State") var change: StateChangeArguments
  @OptionGroup(title: "Output") var view: ViewArguments

  func run(in world: World) async -> Int32 {
    await withEditableState(world, view, path: change.state, leaseTimeout: change.locking.timeout) { state in
      let targets = try addresses.map { text throws(DiagnosticsError) in try AddressArgument.target(text) }
      let found = Self.instances(of: targets, in: state.snapshot)
      if isDryRun {
        for address in found { world.output.line("Would remove \(address)") }
        if found.isEmpty { world.output.line("Would have removed nothing.") }
        return 0
      }
      if found.isEmpty {
        throw DiagnosticsError(
          .error(
            "Invalid target address",
            "Nothing in the state is called so. \"plumb state list\" shows what is there."))
      }
      try await state.edit(command: "state rm", backup: BackupOption(path: change.backup, isTimed: true)) { snapshot in
        let wanted = Set(found)
        return snapshot.objects.filter { wanted.contains($0.address) }.map { .remove($0.key, expectedVersion: $0.version) }
      }
      for address in found { world.output.line("Removed \(address)") }
      world.output.line("Successfully removed \(found.count) resource instance(s).")
      return 0
    }
  }

  /// Each instance once, in the order of the targets.
  private static func instances(of targets: [TargetAddress], in snapshot: StateSnapshot) -> [ResourceInstance] {
    var seen: Set<ResourceInstance> = []
    return targets.flatMap { target in
      snapshot.objects.map(\.address).filter { target.contains($0) && seen.insert($0).inserted }
    }
  }
}
