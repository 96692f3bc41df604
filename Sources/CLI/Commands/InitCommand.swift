import Addresses
import ArgumentParser
import Diagnostics
import Host
import Install
import Modules
import State

struct InitCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "init", abstract: "Install the providers and modules of a configuration.",
    discussion: """
      Fetches the modules that the configuration calls, finds, verifies and installs the providers that it needs, and records these \
      in the lock file .terraform.lock.hcl. Run it first in a directory, and again when modules, providers or the backend change. It is \
      safe to run it again and again, and it never touches the state.
      """)

  static let manual = Manual(
    environment: [.input, .automation] + EnvironmentVariable.fetching + [.registryRetry, .registryTimeout],
    examples: [
      Manual.Example("Prepare a directory that was just checked out", "plumb init"),
      Manual.Example("Take newer versions of modules and providers, as far as the constraints allow", "plumb init -upgrade"),
      Manual.Example("In CI: refuse providers that the lock file does not name", "plumb init -input=false -lockfile=readonly"),
    ],
    additions: """
      State is kept in the database plumb.sqlite. A local state file of Terraform's is read where it lies, and taken over by the first \
      command that changes the state.
      """)

  @Flag(help: "Accept the newest allowed versions of modules and providers instead of those installed and locked.")
  var upgrade = false

  @Option(help: ArgumentHelp("What to do with the lock file; the only mode is readonly, which fails where it would have to be changed.", valueName: "mode"))
  var lockfile: String?

  @Option(
    name: .customLong("plugin-dir"), parsing: .unconditionalSingleValue,
    help: ArgumentHelp("Look for providers in this directory only. May be given several times.", valueName: "dir"))
  var pluginDirectories: [String] = []

  @Option(
    name: .customLong("from-module"),
    help: ArgumentHelp("Copy this module into the directory, which must be empty, before anything else.", valueName: "source"))
  var fromModule: String?

  @Flag(inversion: .prefixedNo, help: "Look at the backend block. With false the choice of before stays.")
  var backend: Bool?

  @Flag(inversion: .prefixedNo, help: "Another name of -backend.")
  var cloud: Bool?

  private var usesBackend: Bool { backend ?? cloud ?? true }

  @Option(
    name: .customLong("backend-config"), parsing: .unconditionalSingleValue,
    help: ArgumentHelp(
      "A setting of the backend, or a file with settings, laid over those of the backend block. May be given several times.",
      valueName: "name=value|file"))
  var backendSettings: [String] = []

  @Flag(help: "Take new backend settings without looking at those of before.")
  var reconfigure = false

  @Flag(name: .customLong("migrate-state"), help: "Take new backend settings; the state stays in the store of this directory.")
  var migratesState = false

  @Flag(name: .customLong("force-copy"), help: "As -migrate-state, and answer its questions with yes.")
  var forcesCopy = false

  @Flag(inversion: .prefixedNo, help: "Fetch the modules that the configuration calls. With false they must be there.")
  var get = true

  @Option(
    name: .customLong("test-directory"), help: ArgumentHelp("Where test files are, besides the working directory.", valueName: "dir"))
  var testDirectory = "tests"

  @Flag(name: .customLong("ignore-remote-version"), help: "Has no effect: there are no remote backends.")
  var ignoresRemoteVersion = false

  @Flag(inversion: .prefixedNo, help: "Has no effect: init changes no state.")
  var lock = true

  @Option(
    name: .customLong("lock-timeout"), help: ArgumentHelp("Has no effect, as -lock.", valueName: "duration"))
  var lockTimeout = "0s"

  @Flag(help: "Write lines of JSON for programs.")
  var json = false

  @OptionGroup(title: "Variables") var variables: VariableArguments

  @OptionGroup(title: "Output") var view: ViewArguments

  func run(in world: World) async -> Int32 {
    let session = Session(world)
    let view = InitView(world, view, isJSON: json)
    view.started()
    if let problem = contradiction {
      view.diagnostics([problem], SourceMap())
      return 1
    }
    if let fromModule, let code = await copyModule(fromModule, session, view) { return code }
    let loader = session.moduleLoader(variables)
    if !loader.hasConfiguration(".") {
      view.message(
        "This directory is empty: there is nothing to initialize.\n\nWrite a configuration in .tf files, then run "
          + "\"plumb init\" again.", code: "output_init_empty_message")
      return 0
    }
    var sources = SourceMap()
    let (root, scope, problems) = loader.loadAlone(".", adding: &sources)
    if problems.hasErrors { return refuse(root, session.settingsDiagnostics + problems, sources, view) }
    if usesBackend {
      let problems = prepareBackend(root, scope, session, view)
      if problems.hasErrors {
        view.diagnostics(problems, sources)
        return 1
      }
    }
    let suite = loader.loadTests(testDirectory: testDirectory)
    if suite.diagnostics.hasErrors {
      view.diagnostics(suite.diagnostics, suite.sources)
      return 1
    }
    if get, !(await installModules(root, suite, session, view)) { return 1 }
    let tree = session.loadModules(variables, for: .installing)
    if tree.diagnostics.hasErrors {
      let problems = session.settingsDiagnostics + tree.diagnostics
      view.diagnostics(get && callsModules(root, suite) ? problems : announced(problems), tree.sources)
      return 1
    }
    return await installProviders(session, tree, suite.modules(by: loader, after: tree.sources), suite.diagnostics, view)
  }

  /// What is wrong with the options as they stand together.
  private var contradiction: Diagnostic? {
    if let lockfile, lockfile != "readonly" {
      return .error("Invalid -lockfile value", "The only mode is \"readonly\", not \"\(lockfile)\".")
    }
    if backend != nil, cloud != nil {
      return .error("Invalid init options", "The -backend and -cloud options are two names of one option.")
    }
    if upgrade, lockfile == "readonly" {
      return .error("The -upgrade flag conflicts with -lockfile=readonly.", "")
    }
    if migratesState, reconfigure {
      return .error(
        "Invalid init options", "Give one of -migrate-state and -reconfigure.")
    }
    if migratesState, json {
      return .error(
        "The -migrate-state and -json options are mutually-exclusive",
        "With -json nobody can be asked. Leave out -json to use -migrate-state.")
    }
    return nil
  }

  /// Says what is wrong with the root module, as far into the work as it would be found.
  private func refuse(_ root: Module, _ diagnostics: [Diagnostic], _ sources: SourceMap, _ view: InitView) -> Int32 {
    if usesBackend { view.message("Initializing the backend...", code: "initializing_backend_message") }
    if get, !root.moduleCalls.isEmpty {
      view.message("Initializing modules...", code: "initializing_modules_message")
      view.diagnostics(diagnostics, sources)
      return 1
    }
    view.diagnostics(announced(diagnostics), sources)
    return 1
  }

  /// What is wrong with a configuration, after a sentence of what follows from that. Another version of the language says it all.
  private func announced(_ diagnostics: [Diagnostic]) -> [Diagnostic] {
    if diagnostics.contains(where: { $0.summary == ModuleLoader.unsupportedVersion }) { return diagnostics }
    let headline = Diagnostic.error(
      "Plumb encountered problems during initialisation, including problems\nwith the configuration, described below.\n\nThe "
        + "configuration must be valid before initialization so that\nPlumb can determine which modules and providers need to be "
        + "installed.", "")
    return [headline] + diagnostics
  }

  // MARK: Backend

  private func prepareBackend(_ root: Module, _ scope: EarlyScope, _ session: Session, _ view: InitView) -> [Diagnostic] {
    view.message("Initializing the backend...", code: "initializing_backend_message")
    let (backend, problems) = SelectedBackend.chosen(
      by: root.settings, in: scope.context, options: backendSettings, session: session)
    if problems.hasErrors { return problems }
    do throws(FileError) {
      if try backend.save(in: session), let backend = backend.type {
        view.text(
          "\nThe backend \"\(backend)\" is configured, and is used from now on.")
      }
    } catch {
      return [.error("Failed to save the backend settings", error.description)]
    }
    return problems
  }

  // MARK: Modules

  /// Copies a module into the empty directory; gives an exit code when there is nothing more to do.
  private func copyModule(_ source: String, _ session: Session, _ view: InitView) async -> Int32? {
    let files = session.world.files
    let present = ((try? files.list(".")) ?? []).filter { $0 != session.dataDirectory && $0 != ".terraform.lock.hcl" }
    if !present.isEmpty {
      view.diagnostics(
        [
          .error(
            "The working directory already contains files. The -from-module option requires\nan empty directory into which a copy of "
              + "the referenced module will be placed.",
            "To initialize the configuration that is here already, omit the option -from-module.")
        ], SourceMap())
      return 1
    }
    view.message("Copying configuration from \"\(source)\"...", code: "copying_configuration_message")
    let outcome = await session.moduleInstaller().copy(source, into: ".")
    view.diagnostics(outcome.diagnostics, outcome.sources)
    return outcome.diagnostics.hasErrors ? 1 : nil
  }

  private func callsModules(_ root: Module, _ suite: TestSuite) -> Bool {
    !root.moduleCalls.isEmpty || !suite.moduleCalls.isEmpty
  }

  private func installModules(
    _ root: Module, _ suite: TestSuite, _ session: Session, _ view: InitView
  ) async -> Bool {
    if !callsModules(root, suite) { return true }
    if upgrade {
      view.message("Upgrading modules...", code: "upgrading_modules_message")
    } else {
      view.message("Initializing modules...", code: "initializing_modules_message")
    }
    let outcome = await session.moduleInstaller(variables).install(
      mode: upgrade ? .upgrade : .keepInstalled, tests: suite, keepsPart: true
    ) { view.log($0.text) }
    guard outcome.diagnostics.hasErrors else { return true }
    view.diagnostics(outcome.diagnostics, outcome.sources)
    return false
  }

  // MARK: Providers

  private func installProviders(
    _ session: Session, _ tree: ModuleTree, _ tests: [ModuleTree], _ warnings: [Diagnostic], _ view: InitView
  ) async -> Int32 {
    let world = session.world
    var (requirements, problems) = session.providerConstraints(tree)
    for test in tests {
      let (wanted, found) = session.providerConstraints(test)
      requirements.merge(wanted) { VersionConstraints(merging: [$0, $1]) }
      problems += found
    }
    problems = session.settingsDiagnostics + warnings + ([tree] + tests).flatMap(\.diagnostics) + problems
    var sources = tests.last?.sources ?? tree.sources
    if problems.hasErrors {
      view.diagnostics(problems, sources)
      return 1
    }
    for source in session.settings.developmentOverrides.keys { requirements[source] = nil }
    for source in await session.providersOfState() where requirements[source] == nil { requirements[source] = .any }
    do throws(DiagnosticsError) {
      for source in try session.reattachments().keys { requirements[source] = nil }
    } catch {
      view.diagnostics(error.diagnostics, sources)
      return 1
    }
    view.message("Initializing provider plugins...", code: "initializing_provider_plugin_message")
    let (locks, lockProblems) = DependencyLocks.read(directory: ".", files: world.files, sources: &sources)
    if lockProblems.hasErrors {
      view.diagnostics(lockProblems, sources)
      return 1
    }
    let outcome = await session.providerInstaller(pluginDirectories: pluginDirectories).install(
      requirements, locks: locks, mode: upgrade ? .upgrade : .keepLocked
    ) { event in
      view.log("- \(event.text)", forPrograms: event.machineText)
    }
    problems += outcome.diagnostics
    if problems.hasErrors {
      view.diagnostics(problems, sources)
      return 1
    }
    return conclude(session, locks, outcome, problems, sources, view)
  }

  private func conclude(
    _ session: Session, _ locks: DependencyLocks, _ outcome: ProviderInstaller.Outcome, _ found: [Diagnostic],
    _ sources: SourceMap, _ view: InitView
  ) -> Int32 {
    let world = session.world
    var problems = found
    if outcome.hasThirdPartySignature {
      view.message(
        "\nProviders that are not HashiCorp's own are signed by those who make them.",
        code: "partner_and_community_providers_message")
    }
    let change = LockFileChange(from: locks, to: outcome.locks, isReadOnly: lockfile == "readonly")
    switch change {
    case .refused(let diagnostic), .notSaved(let diagnostic): problems.append(diagnostic)
    case .created, .updated:
      do {
        try outcome.locks.write(directory: ".", files: world.files)
      } catch {
        problems.append(.error("Failed to write the lock file", error.description))
      }
    case .unchanged: break
    }
    if case .created = change {
      view.message(
        "\nThe chosen versions are written to .terraform.lock.hcl. Keep this file in version\ncontrol, so that "
          + "everybody gets the same providers.", code: "lock_info")
    } else if case .updated = change {
      view.message(
        "\nOther versions are written to .terraform.lock.hcl. Look at the changes and commit\nthem if they are what "
          + "you want.",
        code: "dependencies_lock_changes_info")
    }
    view.text("")
    view.diagnostics(problems, sources)
    if problems.hasErrors { return 1 }
    view.success("Plumb has been successfully initialized!", code: "output_init_success_message")
    if !world.isAutomated {
      view.message(
        "\nNext, \"plumb plan\" shows what would be changed.\n\nRun \"plumb init\" again whenever modules or "
          + "providers are added or changed.", code: "output_init_success_cli_message")
    }
    return 0
  }
}
