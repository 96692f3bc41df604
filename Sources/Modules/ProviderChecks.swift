import Addresses
import Diagnostics
import HCL

/// What a module says of providers, held against what its caller passes and what its calls ask for.
struct ProviderChecks {
  private let module: Module
  private let tree: ModuleTree
  /// The module that calls this one, and the call; nil for the root.
  private let caller: (module: Module, call: ModuleCall)?
  /// What the caller passes, by the name that the module knows it under.
  private let passed: [ProviderReferenceKey: PassedProvider]
  private(set) var diagnostics: [Diagnostic] = []

  init(_ module: Module, in tree: ModuleTree) {
    self.module = module
    self.tree = tree
    if let parent = module.path.parent.flatMap({ tree.module(at: $0) }), let name = module.path.names.last,
      let call = parent.moduleCalls[name]
    {
      caller = (parent, call)
      passed = Dictionary((call.providers ?? []).map { ($0.child.key, $0) }, uniquingKeysWith: { first, _ in first })
    } else {
      caller = nil
      passed = [:]
    }
    run()
  }

  private mutating func run() {
    checkDuplicates()
    // Where no provider has a name of its own, none is required under another one.
    if !module.requiredProviders.isEmpty {
      for resource in module.sortedResources where resource.provider == nil { check(resource) }
    }
    for call in module.moduleCalls.values {
      for provider in call.providers ?? [] where provider.parent.alias == nil { check(provider) }
    }
    for resource in module.sortedResources {
      if let reference = resource.provider { checkInstance(reference) }
    }
    for call in module.moduleCalls.values {
      for provider in call.providers ?? [] { checkInstance(provider.parent) }
    }
    guard let caller else { return }
    checkOwnConfigurations(caller.module, caller.call)
    checkAliases(caller.call)
    for (key, provider) in passed { check(provider, key, from: caller.module) }
    warnAboutEmptyBlocks()
  }

  private func isConfigured(_ key: ProviderReferenceKey) -> Bool {
    module.providerConfigurations[key].map(\.isConfigured) ?? false
  }

  /// An instance is chosen exactly where the configuration has instances.
  private mutating func checkInstance(_ reference: ProviderReference) {
    let block = module.providerBlock(module.providerSource(named: reference.name), alias: reference.alias)
    if reference.instanceKey == nil, block?.forEach != nil {
      diagnostics.append(
        .error(
          "Missing provider instance key",
          "The provider configuration \(reference.key) has \"for_each\" set, so that an instance of it must be chosen, as in "
            + "\(reference.key)[each.key].", at: reference.range))
    } else if reference.instanceKey != nil, block?.forEach == nil {
      diagnostics.append(
        .error(
          "Unexpected provider instance key",
          "The provider configuration \(reference.key) does not have \"for_each\" set in this module, so that there are no instances "
            + "of it to choose from.", at: reference.range))
    }
  }

  // MARK: Names

  /// One provider under two names.
  private mutating func checkDuplicates() {
    var names: [ProviderSource: String] = [:]
    let inOrder = module.requiredProviders.values.sorted { $0.name < $1.name }
    for required in inOrder {
      let source = required.source
      if let other = names[source] {
        warn(
          "Duplicate required provider",
          "\(source.displayName) is here as \"\(required.name)\" and as \"\(other)\". Keep one of the two names.",
          at: required.range)
      } else if source.isImplied, required.name != source.type,
        module.providerConfigurations.keys.contains(where: { $0.name == source.type })
      {
        warn(
          "Duplicate required provider",
          "\(source.displayName) is named \"\(required.name)\" in required_providers, but a provider block calls it "
            + "\"\(source.type)\". Use the same name in both.",
          at: required.range)
      }
      names[source] = required.name
    }
  }

  /// A resource whose type's name implies a provider that is required under another name.
  private mutating func check(_ resource: ResourceBlock) {
    let name = resource.resource.impliedProvider
    if module.requiredProviders[name] != nil { return }
    let source = ProviderSource.implied(by: name)
    for required in module.requiredProviders.values where required.source == source {
      warn(
        "Duplicate required provider",
        "\(resource.resource) needs \(source) by its default name, but required_providers calls that "
          + "\"\(required.name)\". Rename it there, or set \"provider\" of the resource to \"\(required.name)\".",
        at: resource.range)
    }
  }

  // MARK: What is passed on

  private mutating func check(_ provider: PassedProvider) {
    let key = provider.parent.key
    let source = ProviderSource.implied(by: key.name)
    guard isConfigured(key) || module.requiredProviders[key.name] != nil else {
      warn(
        "Reference to undefined provider",
        "\(module.displayName) does not say which provider \"\(key)\" is; \(source.displayName) is assumed.\n\nAdd to "
          + "required_providers of \(module.displayName): \(key) = { source = \"\(source.displayName)\" }, or another "
          + "source.", at: provider.parent.nameRange)
      return
    }
    guard let caller, !isConfigured(key), passed[key] == nil else { return }
    warn(
      "Missing required provider configuration",
      "\(module.displayName) needs a configuration of \(source.displayName) as \"\(key)\", and "
        + "\(caller.module.displayName) passes none.\n\nAdd \"\(key)\" to \"providers\" in the block of module "
        + "\"\(caller.call.name)\".",
      at: caller.call.range)
  }

  // MARK: What comes from the caller

  private mutating func checkOwnConfigurations(_ parent: Module, _ call: ModuleCall) {
    let own = module.providerConfigurations.filter { $0.value.isConfigured }
    if own.isEmpty { return }
    if let range = repetition() {
      error(
        "Module is incompatible with count, for_each, and depends_on",
        "\(module.path) has provider blocks of its own, so its call cannot have count, for_each, or "
          + "depends_on.\n\nMove those provider blocks out of \"\(call.source)\" to where it is called, and pass them "
          + "by \"providers\".", at: range)
    }
    for key in own.keys {
      guard let provider = passed[key] else { continue }
      error(
        "Cannot override provider configuration",
        "\(module.displayName) configures \(key) itself, so \(parent.displayName) cannot pass another configuration. "
          + "Remove one of the two.", at: provider.child.nameRange)
    }
  }

  /// Where it is said that this module, or one that it is in, may be there more than once or only after something else.
  private func repetition() -> SourceRange? {
    var path = module.path
    while let parentPath = path.parent, let name = path.names.last, let parent = tree.module(at: parentPath) {
      if let call = parent.moduleCalls[name],
        let range = call.count?.range ?? call.forEach?.range ?? call.dependsOn.first?.range
      {
        return range
      }
      path = parentPath
    }
    return nil
  }

  private mutating func checkAliases(_ call: ModuleCall) {
    for required in module.requiredProviders.values {
      for alias in required.configurationAliases where !isConfigured(alias.key) && passed[alias.key] == nil {
        error(
          "Missing required provider configuration",
          "This module needs another configuration of \(required.source.displayName), under the name "
            + "\"\(alias.key)\".\n\nAdd \(alias.key) to \"providers\" in this block; the module's documentation "
            + "should tell which configuration it expects.",
          at: call.range)
      }
    }
  }

  private mutating func check(_ provider: PassedProvider, _ key: ProviderReferenceKey, from parent: Module) {
    let wanted = module.providerSource(named: key.name)
    let given = parent.providerSource(named: provider.parent.name)
    let required = module.requiredProviders[key.name]
    let isDeclared =
      key.alias == nil ? required != nil : required?.configurationAliases.contains { $0.key == key } == true
    if !isDeclared, module.providerConfigurations[key].map(\.isConfigured) ?? true {
      let advice =
        "If that module is yours, add \"\(key)\" with the source \"\(wanted.displayName)\" to its required_providers."
      if wanted.isImplied {
        warn(
          "Reference to undefined provider",
          "\(module.displayName) does not say which provider \"\(key)\" is; \(wanted.displayName) is "
            + "assumed.\n\n\(advice)", at: provider.child.nameRange)
      } else {
        error(
          "Reference to undefined provider",
          "The module's required_providers do not name \"\(key)\".\n\n\(advice)",
          at: provider.child.nameRange)
      }
    }
    if wanted == given { return }
    if let other = module.requiredProviders.values.first(where: { $0.source == given }) {
      error(
        "Provider type mismatch",
        "This is a configuration of \(given.displayName), but \"\(key.name)\" stands for \(wanted.displayName) in "
          + "\(module.displayName).\n\nPass it as \"\(other.name)\".", at: provider.child.nameRange)
    } else {
      error(
        "Provider type mismatch",
        "\"\(provider.parent.key)\" is \(given.displayName) in \(parent.displayName), but \"\(key)\" is "
          + "\(wanted.displayName) in \(module.path).\n\nPass a configuration of \(wanted.displayName) as \"\(key)\", "
          + "or none: \(module.path) does not require the other.", at: provider.parent.nameRange)
    }
  }

  // MARK: Empty blocks

  /// Empty blocks were how modules asked for configurations before `configuration_aliases`; one warning a provider.
  private mutating func warnAboutEmptyBlocks() {
    let empty = module.providerConfigurations.values.filter { !$0.isConfigured }
    for (name, blocks) in Dictionary(grouping: empty, by: \.name) {
      guard let first = blocks.map(\.range).min(by: { ($0.file.index, $0.start) < ($1.file.index, $1.start) }) else { continue }
      var entry = "    \(name) = {\n      source = \"\(module.providerSource(named: name).displayName)\"\n"
      if blocks.contains(where: { $0.alias != nil }) {
        let keys = blocks.map { ProviderReferenceKey($0.name, alias: $0.alias) }.sorted()
        entry += "      configuration_aliases = [\n" + keys.map { "        \($0),\n" }.joined() + "      ]\n"
      }
      warn(
        "Redundant empty provider block",
        "An empty provider block no longer says which configurations a module expects.\n\nRemove the empty blocks of "
          + "\"\(name)\" and name it in required_providers of \(module.path):\n\(entry)    }", at: first)
    }
  }

  private mutating func error(_ summary: String, _ detail: String, at range: SourceRange) {
    diagnostics.append(.error(summary, detail, at: range))
  }

  private mutating func warn(_ summary: String, _ detail: String, at range: SourceRange) {
    diagnostics.append(.warning(summary, detail, at: range))
  }
}

extension Module {
  /// How messages call it.
  var displayName: String { path.isRoot ? "the root module" : path.description }
}

extension ProviderSource {
  /// Whether a name alone can mean it.
  fileprivate var isImplied: Bool { self == .implied(by: type) }
}

extension ProviderBlock {
  /// Whether anything is set, so that it is no mere sign that a configuration is expected.
  fileprivate var isConfigured: Bool { !body.isEmpty || version != nil }
}
