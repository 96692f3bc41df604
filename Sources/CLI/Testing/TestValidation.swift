import Diagnostics
import Modules

/// The checks of test files for which nothing has to run: what they expect to fail, what they override, and the modules that
/// only they use.
struct TestValidation {
  let session: Session
  let tree: ModuleTree
  let suite: TestSuite
  /// Validates a whole configuration.
  let validate: (ModuleTree) async -> [Diagnostic]

  private(set) var diagnostics: [Diagnostic] = []
  /// What the diagnostics are about, the modules of runs included.
  private(set) var sources: SourceMap
  private var validated: Set<String> = []

  init(_ suite: TestSuite, of tree: ModuleTree, in session: Session, validate: @escaping (ModuleTree) async -> [Diagnostic]) {
    self.suite = suite
    self.tree = tree
    self.session = session
    self.validate = validate
    sources = tree.sources
  }

  mutating func run() async {
    for file in suite.files { await check(file) }
  }

  private mutating func check(_ file: TestFile) async {
    var trees: [String: ModuleTree] = [:]
    for run in file.runs where run.module != nil {
      let loaded = session.tree(of: run, in: file, beside: ModuleTree(root: tree.root, sources: sources, diagnostics: []))
      sources = loaded.sources
      trees[run.name] = loaded
    }
    let mocks = file.mockProviders.values.sorted { $0.key < $1.key }.flatMap(\.overrides)
    for override in mocks + file.overrides where !([tree] + trees.values).contains(where: { $0.has(override.target) }) {
      diagnostics.append(TestExecution.missingTarget(override))
    }
    for run in file.runs {
      let own = trees[run.name]
      // A module from elsewhere is its authors' to validate.
      if let own, let call = run.module, ModuleSource.isLocal(call.source), validated.insert(call.source).inserted {
        diagnostics += await validate(own)
      }
      diagnostics += ExpectedFailures.read(run.expectedFailures).1
      diagnostics += run.overrides.filter { !(own ?? tree).has($0.target) }.map(TestExecution.missingTarget)
    }
  }
}

extension Session {
  /// The configuration that a run is about, as it is written.
  func tree(
    of run: TestRun, in file: TestFile, beside tree: ModuleTree, for purpose: ModuleLoader.Purpose = .evaluating
  ) -> ModuleTree {
    guard let call = run.module else { return tree }
    let loader = moduleLoader()
    let key = file.manifestKey(of: run)
    guard let directory = loader.directory(ofInstalled: key) else {
      return ModuleTree(
        root: tree.root, sources: tree.sources,
        diagnostics: [
          .error(
            "Module not installed",
            "Run \"plumb init\" to install this module.",
            at: call.sourceRange)
        ])
    }
    return loader.load(directory, after: tree.sources, manifestKey: key, for: purpose)
  }
}
