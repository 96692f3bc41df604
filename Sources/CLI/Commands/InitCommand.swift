import Addresses
import ArgumentParser
import Diagnostics
import Host
import Install
import Modules
import State

struct InitCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "init", abstract: "Prepare your working directory for other commands.",
    discussion: "Finds, verifies and installs the providers that the configuration needs, and records them in the lock file.")

  @Flag(help: "Accept the newest allowed versions instead of those in the lock file.")
  var upgrade = false

  @Option(help: ArgumentHelp("How to treat the lock file: readonly refuses to change it.", valueName: "mode"))
  var lockfile: String?

  @Option(
    name: .customLong("plugin-dir"), parsing: .unconditionalSingleValue,
    help: ArgumentHelp("Look for providers in this directory only. May be given several times.", valueName: "dir"))
  var pluginDirectories: [String] = []

  @Flag(inversion: .prefixedNo, help: "Prepare the backend.")
  var backend = true

  @Flag(inversion: .prefixedNo, help: "Install child modules.")
  var get = true

  @Flag(inversion: .prefixedNo, help: "Ask for input if necessary.")
  var input = true

  @Flag(help: "Accepted for compatibility: there is no other backend to reconfigure.")
  var reconfigure = false

  @Option(
    name: .customLong("test-directory"), parsing: .unconditional,
    help: ArgumentHelp("Where test files are, besides the working directory.", valueName: "path"))
  var testDirectory = "tests"

  @OptionGroup(title: "Output") var view: ViewArguments

  func run(in world: World) async -> Int32 {
    let session = Session(world)
    let report = Report(world, view)
    if let lockfile, lockfile != "readonly" {
      report.show([.error("Invalid -lockfile value", "The only mode is \"readonly\", not \"\(lockfile)\".")], SourceMap())
      return 1
    }
    let loader = ModuleLoader(files: world.files, dataDirectory: session.dataDirectory)
    if !loader.hasConfiguration(".") {
      world.output.line(
        "Plumb initialized in an empty directory!\n\nThe directory has no Terraform configuration files. You may begin working with "
          + "Plumb immediately by creating Terraform configuration files.")
      return 0
    }
    world.output.line("Initializing the backend...")
    let suite = loader.loadTests(testDirectory: testDirectory)
    if suite.diagnostics.hasErrors {
      report.show(suite.diagnostics, suite.sources)
      return 1
    }
    if let problems = installModules(session, loader, suite) {
      report.show(problems.diagnostics, problems.sources)
      return 1
    }
    let tree = loader.load(".")
    if tree.diagnostics.hasErrors {
      world.errors.line("Plumb encountered problems during initialisation, including problems\nwith the configuration, described below.")
      report.show(session.settingsDiagnostics + tree.diagnostics, tree.sources)
      return 1
    }
    return await installProviders(session, tree, testModules(suite, loader), report)
  }

  // MARK: Modules

  /// Records where local modules are; gives what is wrong if a call needs a source that cannot be installed.
  private func installModules(
    _ session: Session, _ loader: ModuleLoader, _ suite: TestSuite
  ) -> (diagnostics: [Diagnostic], sources: SourceMap)? {
    var entries = [Install.ModuleManifest.Entry(key: "", source: "", directory: ".")]
    var pending: [(key: String, directory: String, path: ModulePath)] = [("", ".", .root)]
    var problems: [Diagnostic] = []
    var sources = SourceMap()
    var seen = 0
    for file in suite.files.reversed() {
      for run in file.runs.reversed() {
        guard let call = run.module else { continue }
        let key = file.manifestKey(of: run)
        if let problem = Install.ModuleSource(parsing: call.source).problem(call: run.name, at: call.sourceRange) {
          return ([problem], suite.sources)
        }
        let place = normalizedPath(".", call.source)
        entries.append(Install.ModuleManifest.Entry(key: key, source: call.source, directory: place))
        guard session.world.files.isDirectory(place) else {
          return (
            [
              .error(
                "Unreadable module directory",
                "Unable to evaluate directory symlink: lstat \(place): no such file or directory", at: call.sourceRange)
            ], suite.sources
          )
        }
        pending.insert((key, place, ModulePath([run.name])), at: 0)
      }
    }
    while let (key, directory, path) = pending.popLast() {
      seen += 1
      let (module, found, diagnostics) = loader.loadAlone(directory, path: path)
      if seen == 1 { sources = found }
      if diagnostics.hasErrors || path.names.count > 100 { continue }
      for (name, call) in module.moduleCalls.sorted(by: { $0.key < $1.key }) {
        if let problem = Install.ModuleSource(parsing: call.source).problem(call: name, at: path.isRoot ? call.sourceRange : nil) {
          problems.append(problem)
          continue
        }
        let childKey = key.isEmpty ? name : "\(key).\(name)"
        let place = normalizedPath(directory, call.source)
        entries.append(Install.ModuleManifest.Entry(key: childKey, source: call.source, directory: place))
        if session.world.files.isDirectory(place) { pending.append((childKey, place, path.child(name))) }
      }
    }
    if !problems.isEmpty { return (problems, sources) }
    if entries.count > 1 {
      session.world.output.line("Initializing modules...")
      for entry in entries.dropFirst() { session.world.output.line("- \(entry.key) in \(entry.directory)") }
      do {
        try Install.ModuleManifest(entries).write(dataDirectory: session.dataDirectory, files: session.world.files)
      } catch {
        return ([.error("Failed to write the module manifest", error.description)], sources)
      }
    }
    return nil
  }

  // MARK: Providers

  /// The modules that tests run, for the providers that they need.
  private func testModules(_ suite: TestSuite, _ loader: ModuleLoader) -> [ModuleTree] {
    suite.files.flatMap { file in
      file.runs.compactMap { run in
        guard run.module != nil, let directory = loader.directory(ofInstalled: file.manifestKey(of: run)) else { return nil }
        return loader.load(directory, manifestKey: file.manifestKey(of: run))
      }
    }
  }

  private func installProviders(
    _ session: Session, _ tree: ModuleTree, _ tests: [ModuleTree], _ report: Report
  ) async -> Int32 {
    let world = session.world
    var (requirements, problems) = session.providerConstraints(tree)
    for test in tests {
      let (wanted, found) = session.providerConstraints(test)
      requirements.merge(wanted) { VersionConstraints(merging: [$0, $1]) }
      problems += found
    }
    problems = session.settingsDiagnostics + tree.diagnostics + problems
    if problems.hasErrors {
      report.show(problems, tree.sources)
      return 1
    }
    for source in session.settings.developmentOverrides.keys { requirements[source] = nil }
    if let state = try? await session.readState(session.openStore()).snapshot {
      for object in state.objects where requirements[object.provider.source] == nil && object.address.resource.mode == .managed {
        requirements[object.provider.source] = .any
      }
    }
    world.output.line("Initializing provider plugins...")
    var sources = tree.sources
    let (locks, lockProblems) = DependencyLocks.read(directory: ".", files: world.files, sources: &sources)
    if lockProblems.hasErrors {
      report.show(lockProblems, sources)
      return 1
    }
    let installer = ProviderInstaller(
      .init(
        files: world.files, transport: CurlTransport(userAgent: "Plumb/\(plumbVersion)"), launcher: world.launcher,
        configuration: session.settings, environment: world.environment, homeDirectory: world.homeDirectory,
        dataDirectory: session.dataDirectory, pluginDirectories: pluginDirectories))
    let outcome = await installer.install(requirements, locks: locks, mode: upgrade ? .upgrade : .keepLocked) { event in
      world.output.line("- \(event.text)")
    }
    problems += outcome.diagnostics
    if problems.hasErrors {
      report.show(problems, sources)
      return 1
    }
    return conclude(session, locks, outcome, problems, sources, report)
  }

  private func conclude(
    _ session: Session, _ locks: DependencyLocks, _ outcome: ProviderInstaller.Outcome, _ found: [Diagnostic],
    _ sources: SourceMap, _ report: Report
  ) -> Int32 {
    let world = session.world
    var problems = found
    if outcome.hasThirdPartySignature {
      world.output.line(
        "\nPartner and community providers are signed by their developers.\nIf you'd like to know more about provider signing, "
          + "you can read about it here:\nhttps://www.terraform.io/docs/cli/plugins/signing.html")
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
      world.output.line(
        "\nPlumb has created a lock file .terraform.lock.hcl to record the provider\nselections it made above. Include this file in "
          + "your version control repository\nso that Plumb can guarantee to make the same selections by default when\nyou run "
          + "\"plumb init\" in the future.")
    } else if case .updated = change {
      world.output.line(
        "\nPlumb has made some changes to the provider dependency selections recorded\nin the .terraform.lock.hcl file. Review those "
          + "changes and commit them to your\nversion control system if they represent changes you intended to make.")
    }
    world.output.line()
    report.show(problems, sources)
    if problems.hasErrors { return 1 }
    let text = "Plumb has been successfully initialized!"
    world.output.line(report.isColored ? "\u{1B}[1m\u{1B}[32m\(text)\u{1B}[0m" : text)
    if world.environment["TF_IN_AUTOMATION"] == nil {
      world.output.line(
        "\nYou may now begin working with Plumb. Try running \"plumb plan\" to see\nany changes that are required for your "
          + "infrastructure. All other commands\nshould now work.\n\nIf you ever set or change modules or providers, rerun this command "
          + "to\nreinitialize your working directory.")
    }
    return 0
  }
}
