import Addresses
import ArgumentParser
import Diagnostics
import Modules
import State

struct ProvidersCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "providers", abstract: "Show the providers required for this configuration.",
    discussion: "Prints the tree of modules with the providers that each needs, and the providers of what the state has.",
    subcommands: [ProvidersLockCommand.self, ProvidersMirrorCommand.self, ProvidersSchemaCommand.self])

  @Option(
    name: .customLong("test-directory"), help: ArgumentHelp("The directory with test files.", valueName: "dir"))
  var testDirectory = "tests"

  @OptionGroup(title: "Output") var view: ViewArguments

  func run(in world: World) async -> Int32 {
    let session = Session(world)
    let tree = session.loadModules()
    guard ModuleLoader(files: world.files, dataDirectory: session.dataDirectory).hasConfiguration(".") else {
      Report(world, view).show(
        [.error("No configuration files", "The directory \(world.workingDirectory) contains no Terraform configuration files.")],
        SourceMap())
      return 1
    }
    if tree.diagnostics.hasErrors {
      Report(world, view).show(tree.diagnostics, tree.sources)
      return 1
    }
    world.output.line("\nProviders required by configuration:\n.")
    write(tree.root, indent: "", world)
    world.output.line()
    let sources = await session.providersOfState()
    if !sources.isEmpty {
      world.output.line("Providers required by state:\n")
      for source in sources { world.output.line("    provider[\(source)]\n") }
    }
    return 0
  }

  private func write(_ module: Module, indent: String, _ world: World) {
    var constraints: [ProviderSource: [String]] = [:]
    for requirement in module.requiredProviders.values {
      constraints[requirement.source, default: []] += requirement.constraint.map { [$0.text] } ?? []
    }
    for block in module.providerConfigurations.values {
      constraints[module.providerSource(named: block.name), default: []] += block.version.map { [$0.text] } ?? []
    }
    for resource in module.resources.values {
      constraints[module.providerSource(named: resource.providerName), default: []] += []
    }
    let children = module.children.sorted { $0.key < $1.key }
    let sources = constraints.keys.sorted()
    for (index, source) in sources.enumerated() {
      let isLast = index == sources.count - 1 && children.isEmpty
      let suffix = (constraints[source] ?? []).isEmpty ? "" : " " + (constraints[source] ?? []).sorted().joined(separator: ", ")
      world.output.line("\(indent)\(isLast ? "└──" : "├──") provider[\(source)]\(suffix)")
    }
    for (index, (name, child)) in children.enumerated() {
      let isLast = index == children.count - 1
      world.output.line("\(indent)\(isLast ? "└──" : "├──") module.\(name)")
      write(child, indent: indent + (isLast ? "    " : "│\u{A0}\u{A0} "), world)
    }
  }
}
