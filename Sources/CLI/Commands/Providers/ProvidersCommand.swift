import Addresses
import ArgumentParser
import Diagnostics
import Modules
import State

struct ProvidersCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "providers", abstract: "Show the providers required for this configuration.",
    discussion: """
      Prints the tree of modules and tests with the providers that each needs and the versions that it accepts, and then the providers of \
      what the state has. This tells why a provider or a version of it is in use.
      """,
    subcommands: [
      ProvidersLockCommand.self, ProvidersMirrorCommand.self, ProvidersSchemaCommand.self,
    ])

  static let manual = Manual(
    environment: EnvironmentVariable.common,
    examples: [Manual.Example("See who needs what", "plumb providers")])

  @Option(
    name: .customLong("test-directory"), help: ArgumentHelp("Where test files are, besides the working directory.", valueName: "dir"))
  var testDirectory = "tests"

  @OptionGroup(title: "Output") var view: ViewArguments

  func run(in world: World) async -> Int32 {
    let session = Session(world)
    let loader = session.moduleLoader()
    let suite = loader.loadTests(testDirectory: testDirectory)
    let tree = loader.load(after: suite.sources, for: .listing)
    guard loader.hasConfiguration(".") else {
      Report(world, view).show(
        [
          .error(
            "No configuration files",
            "\(world.workingDirectory) has no configuration: no .tf or .tf.json file is in it.")
        ],
        SourceMap())
      return 1
    }
    let problems = tree.diagnostics + suite.diagnostics
    if problems.hasErrors {
      Report(world, view).show(problems, tree.sources)
      return 1
    }
    if let problem = SelectedBackend.problem(in: session) {
      Report(world, view).show([problem], SourceMap())
      return 1
    }
    world.output.line("\nProviders required by configuration:\n.")
    for line in lines(of: tree.root, suite.files.map { branch(of: $0, tree, session) }) { world.output.line(line) }
    world.output.line()
    let sources = await session.providersOfState()
    if !sources.isEmpty {
      world.output.line("Providers required by state:\n")
      for source in sources { world.output.line("    provider[\(source)]\n") }
    }
    Report(world, view).show(problems, tree.sources)
    return 0
  }

  /// A name with what is below it, line for line.
  private typealias Branch = (name: String, lines: [String])

  private func branch(of file: TestFile, _ tree: ModuleTree, _ session: Session) -> Branch {
    var constraints: [ProviderSource: [String]] = [:]
    for block in file.providers.values {
      constraints[tree.root.providerSource(named: block.name), default: []] += block.version.map { [$0.text] } ?? []
    }
    let runs: [Branch] = file.runs.filter { $0.module != nil }.map {
      ("run.\($0.name)", lines(of: session.tree(of: $0, in: file, beside: tree).root, []))
    }
    let name = file.path.hasSuffix(".tftest.hcl") ? String(file.path.dropLast(".tftest.hcl".count)) : file.path
    return ("test.\(name.replacing("/", with: "."))", lines(of: constraints, runs))
  }

  private func lines(of module: Module, _ tests: [Branch]) -> [String] {
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
    let children: [Branch] = module.children.sorted { $0.key < $1.key }.map { ("module.\($0.key)", lines(of: $0.value, [])) }
    return lines(of: constraints, tests + children)
  }

  private func lines(of constraints: [ProviderSource: [String]], _ branches: [Branch]) -> [String] {
    var lines: [String] = []
    let sources = constraints.keys.sorted()
    for (index, source) in sources.enumerated() {
      let isLast = index == sources.count - 1 && branches.isEmpty
      let texts = constraints[source] ?? []
      let suffix = texts.isEmpty ? "" : " " + texts.sorted().joined(separator: ", ")
      lines.append("\(isLast ? "└──" : "├──") provider[\(source)]\(suffix)")
    }
    for (index, branch) in branches.enumerated() {
      let isLast = index == branches.count - 1
      lines.append("\(isLast ? "└──" : "├──") \(branch.name)")
      lines += branch.lines.map { (isLast ? "    " : "│\u{A0}\u{A0} ") + $0 }
    }
    return lines
  }
}
