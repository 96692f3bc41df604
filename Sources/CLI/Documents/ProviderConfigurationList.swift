import Addresses
import Engine
import Modules
import Values

/// The provider configurations of a tree as plan JSON lists them: those with a block or a requirement of their own, by the
/// key under which resources name them. What a module only gets from its caller stands for the caller's.
struct ProviderConfigurationList {
  struct Entry {
    var name: String
    var source: ProviderSource
    var alias: String?
    var constraint: String
    var module: ModulePath
    var block: ProviderBlock?
    /// The key of the configuration that this one stands for.
    var origin: String?
  }

  private var entries: [String: Entry] = [:]

  init(_ tree: ModuleTree) { add(tree.root, under: nil) }

  var isEmpty: Bool { entries.isEmpty }

  /// What is listed, by key ascending.
  var listed: [(key: String, entry: Entry)] {
    entries.filter { $0.value.origin == nil }.sorted { $0.key < $1.key }.map { (key: $0.key, entry: $0.value) }
  }

  /// The key that a resource of a module shows.
  func key(of block: ResourceBlock, in module: ModulePath) -> String {
    let name = block.provider?.key ?? ProviderReferenceKey(block.resource.impliedProvider)
    let own = Self.key(name.description, module)
    guard let origin = entries[own]?.origin, entries[origin] != nil else { return own }
    return origin
  }

  /// `NAME`, or in a module `module.a.module.b:NAME`.
  private static func key(_ name: String, _ module: ModulePath) -> String {
    module.isRoot ? name : "\(module):\(name)"
  }

  private mutating func add(_ module: Module, under parent: Module?) {
    let constraints = Self.constraints(in: module)
    func constraint(_ source: ProviderSource) -> String { constraints[source]?.description ?? "" }
    for (name, block) in module.providerConfigurations {
      let source = module.providerSource(named: block.name)
      entries[Self.key(name.description, module.path)] = Entry(
        name: block.name, source: source, alias: block.alias, constraint: constraint(source), module: module.path,
        block: block)
    }
    for (name, required) in module.requiredProviders {
      for alias in required.configurationAliases {
        addUnlessThere(
          alias.key.description,
          Entry(
            name: name, source: required.source, constraint: constraint(required.source), module: module.path))
      }
      addInherited(name, required.source, constraint(required.source), module, parent)
    }
    // What nobody declares has the name of its type.
    for source in constraints.keys.sorted() { addInherited(source.type, source, "", module, parent) }
    for (callName, call) in module.moduleCalls.sorted(by: { $0.key < $1.key }) {
      guard let child = module.children[callName] else { continue }
      for passed in call.providers ?? [] {
        let source = child.providerSource(named: passed.child.name)
        let name = passed.child.key.description
        let given = Self.key(passed.parent.key.description, module.path)
        entries[Self.key(name, child.path)] = Entry(
          name: name, source: source, constraint: "", module: child.path, origin: origin(from: given, source))
      }
      add(child, under: module)
    }
  }

  private mutating func addUnlessThere(_ name: String, _ entry: Entry) {
    let key = Self.key(name, entry.module)
    if entries[key] == nil { entries[key] = entry }
  }

  private mutating func addInherited(
    _ name: String, _ source: ProviderSource, _ constraint: String, _ module: Module, _ parent: Module?
  ) {
    var entry = Entry(name: name, source: source, constraint: constraint, module: module.path)
    if let parent { entry.origin = origin(from: Self.key(name, parent.path), source) }
    addUnlessThere(name, entry)
  }

  /// The configuration at the end of the way up from a key, as far as it is for the same provider.
  private func origin(from start: String, _ source: ProviderSource) -> String? {
    var found: String?
    var next: String? = start
    while let key = next, let entry = entries[key], entry.source == source {
      found = key
      next = entry.origin
    }
    return found
  }

  /// The providers that a module itself asks for, and what it demands of their versions.
  private static func constraints(in module: Module) -> [ProviderSource: VersionConstraints] {
    var texts: [ProviderSource: [String]] = [:]
    for required in module.requiredProviders.values {
      texts[required.source, default: []] += required.constraint.map { [$0.text] } ?? []
    }
    for block in module.providerConfigurations.values {
      texts[module.providerSource(named: block.name), default: []] += block.version.map { [$0.text] } ?? []
    }
    for block in module.resources.values { texts[module.providerSource(named: block.providerName), default: []] += [] }
    for block in module.imports {
      let name = block.provider?.name ?? block.resource.resource.impliedProvider
      texts[module.providerSource(named: name), default: []] += []
    }
    return texts.mapValues { VersionConstraints(merging: $0.compactMap { try? VersionConstraints(parsing: $0) }) }
  }
}

extension JSONWriter {
  mutating func providerConfigurations(_ list: ProviderConfigurationList, _ schemas: SchemaTable) {
    beginObject()
    for (key, entry) in list.listed {
      self.key(key)
      beginObject()
      member("name", entry.name)
      member("full_name", entry.source.description)
      if let alias = entry.alias { member("alias", alias) }
      if !entry.constraint.isEmpty { member("version_constraint", entry.constraint) }
      if !entry.module.isRoot { member("module_address", entry.module.description) }
      if let block = entry.block, let schema = schemas.providerConfiguration(of: entry.source) {
        expressions(of: block.body, schema.block)
      }
      endObject()
    }
    endObject()
  }
}
