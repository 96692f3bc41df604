import Addresses
import Diagnostics
import Expressions
import HCL

/// The checks that see the whole tree: references, arguments of module calls, provider configurations.
struct TreeChecks {
  let tree: ModuleTree
  var diagnostics: [Diagnostic] = []

  init(_ tree: ModuleTree) { self.tree = tree }

  mutating func run() {
    for module in tree.modules { inOrder { $0.check(module) } }
    // References are only worth checking in a tree whose calls and providers are sound.
    if diagnostics.hasErrors { return }
    for module in tree.modules {
      inOrder { checks in
        var references = ReferenceChecks(module)
        references.run()
        checks.diagnostics += references.diagnostics
        if module.path.isRoot { checks.checkImports(in: module) }
      }
    }
  }

  private mutating func inOrder(_ check: (inout TreeChecks) -> Void) {
    let start = diagnostics.count
    check(&self)
    diagnostics[start...].sort { Self.isOrdered($0.subject, $1.subject) }
  }

  private static func isOrdered(_ left: SourceRange?, _ right: SourceRange?) -> Bool {
    guard let left, let right else { return left == nil && right != nil }
    return (left.file.index, left.start, left.end) < (right.file.index, right.start, right.end)
  }

  mutating func error(_ summary: String, _ detail: String, at range: SourceRange?) {
    diagnostics.append(.error(summary, detail, at: range))
  }

  private mutating func check(_ module: Module) {
    for call in module.moduleCalls.values {
      if let child = module.children[call.name] { checkArguments(of: call, child) }
      checkProviders(of: call, in: module)
    }
    for resource in module.resources.values where tree.providerConfiguration(for: resource) == nil {
      rejectMissingProvider(of: resource, in: module)
    }
    if !module.path.isRoot {
      warnAboutEmptyProviders(in: module)
      for block in module.imports {
        error(
          "Invalid import configuration",
          "An import block was detected in \"\(module.path)\". Import blocks are only allowed in the root module.",
          at: block.range)
      }
    }
  }

  // MARK: Module calls

  private mutating func checkArguments(of call: ModuleCall, _ child: Module) {
    let wanted = child.variables.keys.sorted().map {
      AttributeSpecification($0, required: child.variables[$0]?.isRequired == true)
    }
    diagnostics += call.body.content(for: ContentSchema(attributes: wanted)).1
  }

  // MARK: Providers

  private func displayName(_ module: Module) -> String {
    module.path.isRoot ? "the root module" : module.path.description
  }

  private mutating func rejectMissingProvider(of resource: ResourceBlock, in module: Module) {
    let source = module.providerSource(named: resource.providerName)
    let address = ProviderConfigurationAddress(module: module.path, source: source, alias: resource.provider?.alias)
    error(
      "Provider configuration not present",
      "To work with \(resource.address) its original provider configuration at \(address) is required, but it has been "
        + "removed. This occurs when a provider configuration is removed while objects created by that provider still exist "
        + "in the state. Re-add the provider configuration to destroy \(resource.address), after which you can remove the "
        + "provider configuration again.", at: resource.provider?.range)
  }

  /// Empty blocks were how modules asked for configurations before `configuration_aliases`.
  private mutating func warnAboutEmptyProviders(in module: Module) {
    for block in module.providerConfigurations.values where block.body.isEmpty {
      let source = module.providerSource(named: block.name).displayName
      var entry = "    \(block.name) = {\n      source = \"\(source)\"\n"
      if let alias = block.alias {
        entry += "      configuration_aliases = [\n        \(block.name).\(alias),\n      ]\n"
      }
      diagnostics.append(
        .warning(
          "Redundant empty provider block",
          "Earlier versions of Terraform used empty provider blocks (\"proxy provider configurations\") for child modules to "
            + "declare their need to be passed a provider configuration by their callers. That approach was ambiguous and is "
            + "now deprecated.\n\nIf you control this module, you can migrate to the new declaration syntax by removing all of "
            + "the empty provider \"\(block.name)\" blocks and then adding or updating an entry like the following to the "
            + "required_providers block of \(module.path):\n\(entry)    }", at: block.range))
    }
  }

  private mutating func checkProviders(of call: ModuleCall, in module: Module) {
    guard let child = module.children[call.name] else { return }
    let hasOwn = child.providerConfigurations.values.contains { !$0.body.isEmpty }
    if hasOwn, call.count != nil || call.forEach != nil || !call.dependsOn.isEmpty {
      error(
        "Module is incompatible with count, for_each, and depends_on",
        "The module at \(child.path) is a legacy module which contains its own local provider configurations, and so calls "
          + "to it may not use the count, for_each, or depends_on arguments.\n\nIf you also control the module \"\(call.source)\", "
          + "consider updating this module to instead expect provider configurations to be passed by its caller.",
        at: call.count?.range ?? call.forEach?.range ?? call.range)
    }
    for passed in call.providers ?? [] { check(passed, of: call, child, in: module) }
    checkAliases(of: call, child)
  }

  private mutating func check(_ passed: PassedProvider, of call: ModuleCall, _ child: Module, in module: Module) {
    let wanted = child.providerSource(named: passed.child.name)
    let given = module.providerSource(named: passed.parent.name)
    let isDeclared =
      child.requiredProviders[passed.child.name] != nil || child.providerConfigurations[passed.child.key] != nil
    if !isDeclared {
      diagnostics.append(
        .warning(
          "Reference to undefined provider",
          "There is no explicit declaration for local provider name \"\(passed.child.key)\" in \(child.path), so Terraform "
            + "is assuming you mean to pass a configuration for \"\(wanted.displayName)\".\n\nIf you also control the child "
            + "module, add a required_providers entry named \"\(passed.child.key)\" with the source address "
            + "\"\(wanted.displayName)\".", at: passed.child.nameRange))
    }
    let isGiven =
      module.requiredProviders[passed.parent.name] != nil || module.providerConfigurations[passed.parent.key] != nil
    if !isGiven {
      diagnostics.append(
        .warning(
          "Reference to undefined provider",
          "There is no explicit declaration for local provider name \"\(passed.parent.key)\" in \(displayName(module)), so "
            + "Terraform is assuming you mean to pass a configuration for provider \"\(given.displayName)\".\n\nTo clarify "
            + "your intent and silence this warning, add to \(displayName(module)) a required_providers entry named "
            + "\"\(passed.parent.key)\" with source = \"\(given.displayName)\", or a different source address if "
            + "appropriate.", at: passed.parent.nameRange))
    }
    if wanted != given {
      error(
        "Provider type mismatch",
        "The local name \"\(passed.parent.name)\" in \(displayName(module)) represents provider \"\(given.displayName)\", but "
          + "\"\(passed.child.name)\" in \(child.path) represents \"\(wanted.displayName)\".\n\nEach provider has its own "
          + "distinct configuration schema and provider types, so this module's \"\(passed.child.name)\" can be assigned only "
          + "a configuration for \(wanted.displayName), which is not required by \(child.path).",
        at: passed.parent.range)
    } else if tree.providerConfiguration(named: passed.parent.key, in: module.path) == nil {
      let isExpected = module.requiredProviders[passed.parent.name]?.configurationAliases.contains {
        $0.key == passed.parent.key
      }
      if isExpected == true { return }
      error(
        "Provider configuration not present",
        "The provider configuration \(passed.parent.key) is passed to \(child.path), but \(displayName(module)) has none of "
          + "that name. Declare it with a provider block with the alias \"\(passed.parent.alias ?? "")\".",
        at: passed.parent.range)
    }
  }

  private mutating func checkAliases(of call: ModuleCall, _ child: Module) {
    for name in child.requiredProviders.keys.sorted() {
      guard let entry = child.requiredProviders[name] else { continue }
      for alias in entry.configurationAliases {
        if call.providers?.contains(where: { $0.child.key == alias.key }) == true { continue }
        if child.providerConfigurations[alias.key] != nil { continue }
        error(
          "Missing required provider configuration",
          "The child module requires an additional configuration for provider \(entry.source.displayName), with the local "
            + "name \"\(alias.key)\".\n\nRefer to the module's documentation to understand the intended purpose of this "
            + "additional provider configuration, and then add an entry for \(alias.key) in the \"providers\" meta-argument in "
            + "the module block to choose which provider configuration the module should use for that purpose.",
          at: call.range)
      }
    }
  }
}

extension Body {
  /// Whether nothing is written in it.
  var isEmpty: Bool {
    guard let (attributes, blocks) = nativeContents else { return justAttributes().0.isEmpty }
    return attributes.isEmpty && blocks.isEmpty
  }
}
