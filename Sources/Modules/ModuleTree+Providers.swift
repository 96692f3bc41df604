package import Addresses
package import Diagnostics
package import HCL

extension Module {
  /// The provider that a local name stands for in this module.
  package func providerSource(named name: String) -> ProviderSource {
    requiredProviders[name]?.source ?? .implied(by: name)
  }

  /// The block that configures a provider in this module itself.
  package func providerBlock(_ source: ProviderSource, alias: String?) -> ProviderBlock? {
    configurationsBySource[ProviderSourceKey(source: source, alias: alias)]
  }
}

/// A provider configuration by its source instead of its local name.
struct ProviderSourceKey: Hashable {
  var source: ProviderSource
  var alias: String?
}

extension ModuleTree {
  /// The provider configuration that serves a resource.
  ///
  /// Names are followed up through `providers` arguments, before which a block in the module itself yields: only an empty one may
  /// stand beside such an argument, as a sign that a configuration is expected. Configurations without alias are inherited from
  /// ancestors, and when nobody has one, an empty one in the root module is meant. Nil when an aliased one is nowhere to be found;
  /// loading has reported that.
  package func providerConfiguration(for resource: ResourceBlock) -> ProviderConfigurationAddress? {
    let key = resource.provider?.key ?? ProviderReferenceKey(resource.resource.impliedProvider)
    return providerConfiguration(named: key, in: resource.address.module)
  }

  /// Every resource of a module, in order, with the provider configuration that serves it. What one name means is found out once.
  package func forEachResource(of module: Module, _ visit: (ResourceBlock, ProviderConfigurationAddress?) -> Void) {
    var known: (key: ProviderReferenceKey, address: ProviderConfigurationAddress?)?
    var type: String?
    for block in module.sortedResources {
      if let provider = block.provider?.key {
        if known?.key != provider { known = (provider, providerConfiguration(for: block)) }
        type = nil
      } else if type != block.resource.type {
        type = block.resource.type
        let key = ProviderReferenceKey(block.resource.impliedProvider)
        if known?.key != key { known = (key, providerConfiguration(for: block)) }
      }
      visit(block, known?.address)
    }
  }

  /// The provider configuration that serves the target of an import: that of its resource block, or the one generated for it.
  package func providerConfiguration(for block: ImportBlock) -> ProviderConfigurationAddress? {
    if let resource = module(at: block.resource.module)?.resources[block.resource.resource] {
      return providerConfiguration(for: resource)
    }
    let key = block.provider?.key ?? ProviderReferenceKey(block.resource.resource.impliedProvider)
    return providerConfiguration(named: key, in: .root)
  }

  /// The provider configuration that a name means in a module; see `providerConfiguration(for:)`.
  package func providerConfiguration(
    named key: ProviderReferenceKey, in path: ModulePath
  ) -> ProviderConfigurationAddress? {
    providerPath(named: key, in: path)?.address
  }

  /// The same, and where on the way up a `providers` argument chooses an instance of the configuration; the module is the one
  /// with the call.
  package func providerPath(
    named key: ProviderReferenceKey, in path: ModulePath
  ) -> (address: ProviderConfigurationAddress, choice: (module: ModulePath, call: String, key: Expression)?)? {
    guard var module = module(at: path) else { return nil }
    var source = module.providerSource(named: key.name)
    var alias = key.alias
    var choice: (module: ModulePath, call: String, key: Expression)?
    while true {
      let parent = module.path.parent.flatMap(self.module(at:))
      let passed = parent?.moduleCalls[module.path.names.last ?? ""]?.providers?.first {
        $0.child.alias == alias && module.providerSource(named: $0.child.name) == source
      }
      if passed == nil, module.providerBlock(source, alias: alias) != nil {
        return (ProviderConfigurationAddress(module: module.path, source: source, alias: alias), choice)
      }
      guard let parent else { return alias == nil ? (ProviderConfigurationAddress(source: source), choice) : nil }
      if let passed {
        source = parent.providerSource(named: passed.parent.name)
        alias = passed.parent.alias
        if let key = passed.parent.instanceKey { choice = (parent.path, module.path.names.last ?? "", key) }
      } else if alias != nil {
        return nil
      }
      module = parent
    }
  }

  /// The block behind a configuration address; nil for the empty one that is assumed in the root module.
  package func providerBlock(at address: ProviderConfigurationAddress) -> ProviderBlock? {
    module(at: address.module)?.providerBlock(address.source, alias: address.alias)
  }

  /// What has no provider configuration; loading for evaluation tells it already.
  package var missingProviders: [Diagnostic] {
    var checks = TreeChecks(self)
    checks.checkProviders()
    return checks.diagnostics
  }

  /// Every provider that the configuration needs, with all constraints put on it.
  package func providerRequirements() -> [ProviderSource: [ConstraintText]] {
    var requirements: [ProviderSource: [ConstraintText]] = [:]
    for module in modules {
      for name in module.requiredProviders.keys.sorted() {
        guard let entry = module.requiredProviders[name] else { continue }
        requirements[entry.source, default: []] += entry.constraint.map { [$0] } ?? []
      }
      for key in module.providerConfigurations.keys.sorted() {
        requirements[module.providerSource(named: key.name), default: []] +=
          module.providerConfigurations[key]?.version.map { [$0] } ?? []
      }
      var last: ResourceBlock?
      for resource in module.sortedResources {
        defer { last = resource }
        if let last, last.resource.type == resource.resource.type, last.provider == nil, resource.provider == nil { continue }
        requirements[module.providerSource(named: resource.providerName), default: []] += []
      }
      for block in module.imports {
        let name = block.provider?.name ?? block.resource.resource.impliedProvider
        requirements[module.providerSource(named: name), default: []] += []
      }
    }
    return requirements
  }
}
