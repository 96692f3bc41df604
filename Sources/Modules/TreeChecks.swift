import Addresses
import Diagnostics
import Expressions
import HCL

/// The checks that see the whole tree: references, arguments of module calls, provider configurations.
struct TreeChecks {
  let tree: ModuleTree
  var diagnostics: [Diagnostic] = []
  /// What refers to something that is not there, by module.
  private(set) var faulty: [ModulePath: Set<ModuleObject>] = [:]
  /// Whether nothing is wrong but such references.
  private(set) var isSoundOtherwise = true

  init(_ tree: ModuleTree) { self.tree = tree }

  /// Checks how modules fit together.
  mutating func checkStructure() {
    for module in tree.modules { inOrder { $0.check(module) } }
  }

  /// Checks whether each call gives the arguments that its module wants.
  mutating func checkArguments() {
    for module in tree.modules { inOrder { $0.checkArguments(in: module) } }
  }

  /// Checks whether each resource has a provider configuration.
  mutating func checkProviders() {
    for module in tree.modules { inOrder { $0.checkProviders(in: module) } }
  }

  mutating func checkReferences() {
    for module in tree.modules {
      inOrder { checks in
        var references = ReferenceChecks(module)
        references.run()
        checks.diagnostics += references.diagnostics
        checks.faulty[module.path] = references.faulty
        let count = checks.diagnostics.count
        if module.path.isRoot { checks.checkImports(in: module) }
        if checks.diagnostics[count...].hasErrors { checks.isSoundOtherwise = false }
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
    diagnostics += ProviderChecks(module, in: tree).diagnostics
    if !module.path.isRoot {
      if let backend = module.settings.backend {
        diagnostics.append(
          .warning(
            "Backend configuration ignored",
            "The state is kept where the root module says. The one of \(module.path) is ignored; remove it.",
            at: backend.range))
      }
      for block in module.imports {
        error(
          "Invalid import configuration",
          "\(module.path) has an import block. Move it to the root module and name the object by its whole address.",
          at: block.range)
      }
    }
  }

  private mutating func checkArguments(in module: Module) {
    for call in module.moduleCalls.values {
      if let child = module.children[call.name] { checkArguments(of: call, child) }
    }
  }

  private mutating func checkProviders(in module: Module) {
    for call in module.moduleCalls.values {
      guard let child = module.children[call.name] else { continue }
      for passed in call.providers ?? [] where tree.providerConfiguration(named: passed.parent.key, in: module.path) == nil {
        rejectMissing(passed, for: child, in: module)
      }
    }
    tree.forEachResource(of: module) { resource, address in
      if address == nil { rejectMissingProvider(of: resource, in: module) }
    }
  }

  // MARK: Module calls

  private mutating func checkArguments(of call: ModuleCall, _ child: Module) {
    let wanted = child.variables.keys.sorted().map {
      AttributeSpecification($0, required: child.variables[$0]?.isRequired == true)
    }
    diagnostics += call.body.content(for: ContentSchema(attributes: wanted)).1
  }

  private mutating func rejectMissing(_ passed: PassedProvider, for child: Module, in module: Module) {
    let isExpected = module.requiredProviders[passed.parent.name]?.configurationAliases.contains { $0.key == passed.parent.key }
    if isExpected == true { return }
    error(
      "Provider configuration not present",
      "The provider configuration \(passed.parent.key) is passed to \(child.path), but \(module.displayName) has none of "
        + "that name. Declare it with a provider block with the alias \"\(passed.parent.alias ?? "")\".",
      at: passed.parent.range)
  }

  private mutating func rejectMissingProvider(of resource: ResourceBlock, in module: Module) {
    let source = module.providerSource(named: resource.providerName)
    let address = ProviderConfigurationAddress(module: module.path, source: source, alias: resource.provider?.alias)
    diagnostics.append(.missingConfiguration(address, of: "\(resource.address)"))
  }
}

extension Body {
  /// Whether nothing is written in it.
  var isEmpty: Bool {
    guard let (attributes, blocks) = nativeContents else { return justAttributes().0.isEmpty }
    return attributes.isEmpty && blocks.isEmpty
  }
}
