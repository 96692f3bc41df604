import Addresses
import ArgumentParser
import Diagnostics
import State

struct StateReplaceProviderCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "replace-provider", abstract: "Replace provider in the state.",
    discussion: """
      Says of every resource of one provider that another one manages it from now on, as is needed when a provider moved to another \
      namespace or registry.
      """)

  static let manual = Manual(
    environment: EnvironmentVariable.common,
    examples: [Manual.Example("Use a fork", "plumb state replace-provider hashicorp/aws registry.example.org/our/aws")])

  @Argument(help: "The provider that is written in the state, such as hashicorp/aws.")
  var from: String

  @Argument(help: "The provider that takes its place.")
  var to: String

  @Flag(name: .customLong("auto-approve"), help: "Do not ask for approval.")
  var autoApprove = false

  @OptionGroup(title: "State") var change: StateChangeArguments
  @OptionGroup(title: "Output") var view: ViewArguments

  func run(in world: World) async -> Int32 {
    await withEditableState(world, view, path: change.state, leaseTimeout: change.locking.timeout) { state in
      let (old, new) = (try provider(from, "from"), try provider(to, "to"))
      let resources = Self.resources(of: old, in: state.snapshot)
      if resources.isEmpty {
        world.output.line("No matching resources found.")
        return 0
      }
      show(resources, old, new, world)
      if !autoApprove {
        guard let answer = ask(world) else {
          throw DiagnosticsError(.error("Error asking for approval", "The input ended. With -auto-approve nobody is asked."))
        }
        if answer.trimmedSpaces != "yes" {
          world.output.line("Cancelled replacing providers.")
          return 0
        }
      }
      try await state.edit(
        command: "state replace-provider", backup: BackupOption(path: change.backup, isTimed: true)
      ) { snapshot in
        snapshot.objects.filter { $0.provider.source == old }.map { object in
          var replaced = object
          let provider = replaced.provider
          replaced.provider = ProviderConfigurationAddress(
            module: provider.module, source: new, alias: provider.alias, key: provider.key)
          return .put(replaced, expectedVersion: object.version)
        }
      }
      world.output.line("\nSuccessfully replaced provider for \(resources.count) resources.")
      return 0
    }
  }

  private func provider(_ text: String, _ side: String) throws(DiagnosticsError) -> ProviderSource {
    if let source = ProviderSource(parsing: text) { return source }
    throw DiagnosticsError(
      .error(
        "Invalid \"\(side)\" provider \"\(text)\"",
        "This is no provider source. Write \"name\", \"namespace/name\" or \"hostname/namespace/name\"."))
  }

  /// Each resource in each module instance, once.
  private static func resources(of source: ProviderSource, in snapshot: StateSnapshot) -> [ResourceInstance] {
    var seen: Set<ResourceInstance> = []
    return snapshot.objects.filter { $0.provider.source == source }.map {
      ResourceInstance(module: $0.address.module, $0.address.resource)
    }.filter { seen.insert($0).inserted }
  }

  private func show(_ resources: [ResourceInstance], _ old: ProviderSource, _ new: ProviderSource, _ world: World) {
    let style = Report(world, view).style
    world.output.line("Plumb will perform the following actions:\n")
    world.output.line("  \(style.paint("~", .yellow)) Updating provider:")
    world.output.line("    \(style.paint("-", .red)) \(old)")
    world.output.line("    \(style.paint("+", .green)) \(new)\n")
    world.output.line("\(style.paint("Changing", .bold)) \(resources.count) resources:\n")
    for resource in resources { world.output.line("  \(resource)") }
  }

  private func ask(_ world: World) -> String? {
    let style = Report(world, view).style
    world.output.line(
      "\n\(style.paint("Do you want to make these changes?", .bold))\n\(confirmationHint)\n")
    world.output("Enter a value: ")
    let answer = world.readLine()
    world.output.line()
    return answer
  }
}
