import Addresses
import Diagnostics
import Engine
import HCL
import Modules

extension TestExecution {
  /// The module that the run is about, as it is written.
  func loadedTree() -> ModuleTree {
    if run.module == nil { return parent.runner.tree }
    let tree = session.tree(of: run, in: file, beside: parent.runner.tree, for: .testing)
    sources = tree.sources
    return tree
  }

  /// The tree with the provider configurations of the test file in the place of its own.
  func configured(_ tree: ModuleTree) -> ModuleTree {
    let root = tree.root
    var content = root.content
    for (key, origin) in providerMapping(of: root) {
      if let block = file.providers[origin] ?? (run.providers == nil ? nil : parent.runner.tree.root.providerConfigurations[origin]) {
        content.providerConfigurations[key] = ProviderBlock(
          name: key.name, alias: key.alias, body: block.body, version: block.version, nameRange: block.nameRange, range: block.range)
      } else if file.mockProviders[origin] != nil {
        // What is mocked is not configured; an empty block keeps its name.
        content.providerConfigurations[key] = nil
        if key.alias != nil, let mock = file.mockProviders[origin] {
          content.providerConfigurations[key] = ProviderBlock(
            name: key.name, alias: key.alias, body: Body(attributes: [], blocks: [], range: mock.range), version: nil,
            nameRange: mock.range, range: mock.range)
        }
      }
    }
    let changed = Module(path: .root, directory: root.directory, children: root.children, content: content)
    return ModuleTree(root: changed, sources: tree.sources, diagnostics: tree.diagnostics)
  }

  /// What is wrong with the provider configurations that the run passes on.
  var missingProviders: [Diagnostic] {
    (run.providers ?? []).compactMap { passed in
      let key = passed.parent.key
      if file.providers[key] != nil || file.mockProviders[key] != nil { return nil }
      if parent.runner.tree.root.providerConfigurations[key] != nil { return nil }
      return .error(
        "Missing provider definition for \(key)",
        "There is no such provider configuration. Write it in this file or in the module under test.",
        at: passed.parent.nameRange)
    }
  }

  /// Under which name each provider of the file is known in the module; those that the run does not pass are left out.
  private func providerMapping(of root: Module) -> [(key: ProviderReferenceKey, origin: ProviderReferenceKey)] {
    if let passed = run.providers { return passed.map { ($0.child.key, $0.parent.key) } }
    return (Set(file.providers.keys).union(file.mockProviders.keys)).sorted().map { ($0, $0) }
  }

  func mocks(of tree: ModuleTree) -> Mocks {
    var mocks = Mocks()
    for (key, origin) in providerMapping(of: tree.root) {
      guard let mock = file.mockProviders[origin] else { continue }
      let address = ProviderConfigurationAddress(source: tree.root.providerSource(named: key.name), alias: key.alias)
      mocks.providers[address] = mock
    }
    // What a run says goes before what its file says.
    mocks.overrides = run.overrides + file.overrides
    return mocks
  }
}
