package import Addresses
package import Diagnostics
package import Expressions
import Graphs
import HCL
package import Modules
import Values

/// One graph over the objects of the configuration, not over their instances: who needs whose value.
///
/// An edge says that its source is evaluated after its target. A module stands for two vertices: its call, which
/// everything inside waits for, and its end, which waits for everything inside (`depends_on = [module.x]`).
package struct ConfigurationGraph: Sendable {
  enum Vertex: Hashable, Sendable {
    case variable(ModulePath, String)
    case local(ModulePath, String)
    case output(ModulePath, String)
    case moduleCall(ModulePath)
    case moduleEnd(ModulePath)
    case provider(ProviderConfigurationAddress)
    case resource(ConfigurationResource)
    case check(ModulePath, String)

    var module: ModulePath {
      switch self {
      case .variable(let path, _), .local(let path, _), .output(let path, _), .check(let path, _): return path
      case .moduleCall(let path), .moduleEnd(let path): return path
      case .provider(let address): return address.module
      case .resource(let address): return address.module
      }
    }
  }

  /// A resource block, and what others say of it.
  struct ResourceVertex: Sendable {
    let block: ResourceBlock
    /// The provider configuration that serves it; nil if its name means nothing.
    let provider: ProviderConfigurationAddress?
    /// Nil if the provider has no such type.
    var schema: Schema?
    /// The body under that schema, read once.
    var plan: DecodePlan?
  }

  private(set) var vertices: [Vertex] = []
  private(set) var graph = DependencyGraph()
  private var indices: [Vertex: Int] = [:]
  private var problems: [Diagnostic] = []
  /// By vertex.
  private var resources: [ResourceVertex?] = []
  /// The resources that may refer to themselves.
  private var selfReferring: Set<Int> = []
  /// The body of each provider configuration, read under its schema once.
  private var providerPlans: [ProviderConfigurationAddress: DecodePlan] = [:]
  private var provisionerPlans: [ConfigurationResource: [ProvisionerPlan]] = [:]
  /// Of resources that `removed` blocks name.
  private(set) var removedProvisioners: [ConfigurationResource: [ProvisionerPlan]] = [:]
  /// The provider configurations that serve a resource.
  private(set) var usedProviders: Set<ProviderConfigurationAddress> = []
  package let schemas: SchemaTable
  package let tree: ModuleTree
  /// The functions of providers that each module can call.
  private(set) var functions: [ModulePath: ProviderFunctions] = [:]

  /// Builds the graph. Schemas of all resource types and providers in use must be in the table.
  package init(tree: ModuleTree, schemas: SchemaTable) {
    self.tree = tree
    self.schemas = schemas
    let modules = tree.modules
    let count = modules.reduce(0) { $0 + $1.sortedResources.count }
    indices.reserveCapacity(count)
    for module in modules {
      functions[module.path] = module.providerFunctions(schemas)
      addVertices(of: module)
    }
    resources = [ResourceVertex?](repeating: nil, count: vertices.count)
    for module in modules { addEdges(of: module) }
    for block in tree.root.imports {
      connect(.resource(block.resource), to: block.subject.expression.variables + (block.forEach?.variables ?? []), in: .root)
    }
  }

  func index(of vertex: Vertex) -> Int? { indices[vertex] }

  /// The body of a resource under its schema; nil if its type has none.
  package func plan(of resource: ConfigurationResource) -> DecodePlan? {
    indices[.resource(resource)].flatMap { resources[$0]?.plan }
  }

  /// The resource at a vertex; nil if there is something else.
  func resource(at vertex: Int) -> ResourceVertex? { resources[vertex] }

  /// The provider configuration of a resource; nil if there is no such block, or nothing that its name means.
  func provider(of resource: ConfigurationResource) -> ProviderConfigurationAddress? {
    indices[.resource(resource)].flatMap { resources[$0]?.provider }
  }

  /// Where the block of the resource at a vertex refers to the resource itself.
  func selfReferences(of block: ResourceBlock, at vertex: Int) -> [SourceRange] {
    selfReferring.contains(vertex) ? block.selfReferences : []
  }

  /// The body of a provider configuration under its schema; nil if there is no block.
  func plan(of provider: ProviderConfigurationAddress) -> DecodePlan? { providerPlans[provider.configuration] }

  /// The provisioners of a resource, in the order they are written.
  func provisioners(of resource: ConfigurationResource) -> [ProvisionerPlan] { provisionerPlans[resource] ?? [] }

  /// What is to run before an object of the resource is destroyed, also if the resource was removed.
  func destroyProvisioners(of resource: ConfigurationResource) -> [ProvisionerPlan] {
    (provisionerPlans[resource] ?? removedProvisioners[resource] ?? []).filter { $0.block.when == .destroy }
  }

  /// What keeps the graph from being walked; empty if nothing does.
  package func diagnostics(acceptsCycles: Bool = false) -> [Diagnostic] {
    acceptsCycles || graph.topologicalOrder() != nil ? problems : problems + cycleDiagnostics()
  }

  /// As messages name a vertex.
  func name(of vertex: Vertex) -> String {
    func full(_ path: ModulePath, _ rest: String) -> String { path.isRoot ? rest : "\(path).\(rest)" }
    switch vertex {
    case .variable(let path, let name):
      // Only by its rules can a variable of the root module need anything.
      return full(path, "var.\(name)") + (path.isRoot ? " (validation)" : "")
    case .local(let path, let name): return full(path, "local.\(name)") + " (expand)"
    case .output(let path, let name): return full(path, "output.\(name)")
    case .moduleCall(let path): return "\(path) (expand)"
    case .moduleEnd(let path): return "\(path) (close)"
    case .provider(let address): return address.description
    case .resource(let address): return address.description
    case .check(let path, let name): return full(path, "check.\(name)")
    }
  }

  /// For each resource that needs others those it needs directly: reached without passing another resource, be it by way of the
  /// configuration of its provider. Sorted, without itself.
  func directDependencies() -> [ConfigurationResource: [ConfigurationResource]] {
    guard let order = graph.topologicalOrder() else { return [:] }
    let dependencies = graph.dependencies
    var collected = [Set<Int32>](repeating: [], count: vertices.count)
    var result: [ConfigurationResource: [ConfigurationResource]] = [:]
    for vertex in order {
      var direct: Set<Int32> = []
      for dependency in dependencies[vertex] {
        switch vertices[Int(dependency)] {
        case .resource: direct.insert(dependency)
        default:
          if direct.isEmpty {
            direct = collected[Int(dependency)]
          } else {
            direct.formUnion(collected[Int(dependency)])
          }
        }
      }
      if case .resource(let address) = vertices[vertex] {
        if direct.isEmpty { continue }
        result[address] = direct.compactMap { index in
          if case .resource(let other) = vertices[Int(index)] { return other }
          return nil
        }.sorted { $0.description < $1.description }
      } else {
        collected[vertex] = direct
      }
    }
    return result
  }

  /// All resources that a `depends_on` entry stands for: the resource itself, or those behind another object.
  func resources(behind traversal: Traversal, in path: ModulePath) -> Set<ConfigurationResource> {
    guard let reference = Reference.parse(traversal).0 else { return [] }
    let roots: [Vertex]
    switch reference.subject {
    case .module(let name, _), .moduleOutput(let name, _, _): roots = [.moduleEnd(path.child(name))]
    default: roots = targets(of: traversal, in: path)
    }
    if case .resource(let resource)? = roots.first { return [resource] }
    let reachable = graph.reachable(from: roots.compactMap { indices[$0] }, through: graph.dependencies)
    var result: Set<ConfigurationResource> = []
    for (index, vertex) in vertices.enumerated() where reachable[index] {
      if case .resource(let resource) = vertex { result.insert(resource) }
    }
    return result
  }

  // MARK: Vertices

  private mutating func add(_ vertex: Vertex) {
    guard indices[vertex] == nil else { return }
    indices[vertex] = graph.addVertex()
    vertices.append(vertex)
  }

  private mutating func addVertices(of module: Module) {
    let path = module.path
    if !path.isRoot { add(.moduleCall(path)) }
    for name in module.variables.keys.sorted() { add(.variable(path, name)) }
    for key in module.providerConfigurations.keys.sorted() {
      if let address = tree.providerConfiguration(named: key, in: path), address.module == path { add(.provider(address)) }
    }
    for name in module.locals.keys.sorted() { add(.local(path, name)) }
    for block in module.sortedResources { add(.resource(block.address)) }
    for name in module.outputs.keys.sorted() { add(.output(path, name)) }
    for name in module.checks.keys.sorted() { add(.check(path, name)) }
    if !path.isRoot { add(.moduleEnd(path)) }
  }

  // MARK: Edges

  private mutating func connect(_ source: Vertex, to target: Vertex) {
    guard let from = indices[source], let to = indices[target] else { return }
    addEdge(from: from, to: to, isResource: source.isResource)
  }

  /// A resource that refers to itself is told so when it is planned, at the place where it does.
  private mutating func addEdge(from source: Int, to target: Int, isResource: Bool) {
    if source == target && isResource { selfReferring.insert(source) } else { graph.addEdge(from: source, to: target) }
  }

  private mutating func connect(_ source: Vertex, to traversals: [Traversal], in path: ModulePath) {
    for traversal in traversals {
      for target in targets(of: traversal, in: path) { connect(source, to: target) }
    }
  }

  private mutating func addEdges(of module: Module) {
    let path = module.path
    if let parent = path.parent, let name = path.names.last, let call = tree.module(at: parent)?.moduleCalls[name] {
      addEdges(ofCall: call, module: module, parent: parent)
    }
    for (name, local) in module.locals {
      let own = Vertex.local(path, name)
      for traversal in local.expression.variables {
        for target in targets(of: traversal, in: path) {
          if target != own {
            connect(own, to: target)
            continue
          }
          problems.append(
            .error(
              "Self-referencing local value", "A local value cannot be used to compute itself.", at: traversal.range))
        }
      }
    }
    for (name, output) in module.outputs {
      let vertex = Vertex.output(path, name)
      connect(vertex, to: output.expression.variables, in: path)
      for traversal in output.dependsOn { connectDependsOn(vertex, traversal, in: path) }
      for rule in output.preconditions { connect(vertex, to: rule.references, in: path) }
    }
    for (name, variable) in module.variables {
      let own = Vertex.variable(path, name)
      for rule in variable.validations {
        for traversal in rule.references {
          for target in targets(of: traversal, in: path) where target != own { connect(own, to: target) }
        }
      }
    }
    for (key, block) in module.providerConfigurations {
      // An empty block that stands for a configuration passed to the module says nothing about that one.
      guard let address = tree.providerConfiguration(named: key, in: path), address.module == path,
        let schema = schemas.providerConfiguration(of: address.source)
      else { continue }
      let plan = DecodePlan(block.body, schema: schema.block)
      providerPlans[address] = plan
      connect(.provider(address), to: plan.references + (block.forEach?.variables ?? []), in: path)
    }
    // Resources were added one after the other, in this order.
    var vertex = module.sortedResources.first.flatMap { indices[.resource($0.address)] } ?? 0
    var last: (address: ProviderConfigurationAddress, vertex: Int?)?
    tree.forEachResource(of: module) { block, provider in
      if let provider {
        if last?.address != provider {
          last = (provider, indices[.provider(provider)])
          usedProviders.insert(provider)
        }
        if let index = last?.vertex { graph.addEdge(from: vertex, to: index) }
      }
      addEdges(of: block, at: vertex, provider: provider)
      vertex += 1
    }
    for block in module.removed { addProvisioners(of: block, in: path) }
    for (name, check) in module.checks {
      let vertex = Vertex.check(path, name)
      for rule in check.asserts { connect(vertex, to: rule.references, in: path) }
      if let data = check.dataResource {
        connect(vertex, to: .resource(ConfigurationResource(module: path, data)))
      }
    }
    if !path.isRoot { addContainment(of: module) }
  }

  /// Everything in a module waits for its call, and its end waits for everything.
  private mutating func addContainment(of module: Module) {
    let path = module.path
    let call = Vertex.moduleCall(path)
    let end = Vertex.moduleEnd(path)
    connect(end, to: call)
    func contain(_ graph: inout ConfigurationGraph, _ vertex: Vertex) {
      graph.connect(vertex, to: call)
      graph.connect(end, to: vertex)
    }
    for name in module.variables.keys { contain(&self, .variable(path, name)) }
    for name in module.locals.keys { contain(&self, .local(path, name)) }
    for name in module.outputs.keys { contain(&self, .output(path, name)) }
    for resource in module.resources.keys { contain(&self, .resource(ConfigurationResource(module: path, resource))) }
    for name in module.checks.keys { contain(&self, .check(path, name)) }
    for name in module.children.keys {
      connect(.moduleCall(path.child(name)), to: call)
      connect(end, to: .moduleEnd(path.child(name)))
    }
  }

  private mutating func addEdges(ofCall call: ModuleCall, module: Module, parent: ModulePath) {
    let vertex = Vertex.moduleCall(module.path)
    for expression in call.repetition { connect(vertex, to: expression.variables, in: parent) }
    for key in (call.providers ?? []).compactMap(\.parent.instanceKey) { connect(vertex, to: key.variables, in: parent) }
    for traversal in call.dependsOn { connectDependsOn(vertex, traversal, in: parent) }
    for (name, argument) in call.arguments {
      connect(.variable(module.path, name), to: argument.expression.variables, in: parent)
    }
  }

  private mutating func addEdges(of block: ResourceBlock, at index: Int, provider: ProviderConfigurationAddress?) {
    let path = block.address.module
    let vertex = Vertex.resource(block.address)
    for expression in block.repetition { connect(vertex, to: expression.variables, in: path) }
    if let key = block.provider?.instanceKey { connect(vertex, to: key.variables, in: path) }
    if let expression = block.preventDestroy { connect(vertex, to: expression.variables, in: path) }
    for traversal in block.dependsOn { connectDependsOn(vertex, traversal, in: path) }
    for expression in block.replaceTriggeredBy { connect(vertex, to: expression.variables, in: path) }
    for rule in block.preconditions + block.postconditions {
      for traversal in rule.references {
        for target in targets(of: traversal, in: path) where target != vertex { connect(vertex, to: target) }
      }
    }
    var resource = ResourceVertex(block: block, provider: provider)
    if let provider, let schema = schemas.schema(of: block.resource, from: provider.source) {
      let plan = DecodePlan(block.body, schema: schema.block)
      (resource.schema, resource.plan) = (schema, plan)
      for traversal in plan.references {
        for target in targets(of: traversal, in: path) {
          if let other = indices[target] { addEdge(from: index, to: other, isResource: true) }
        }
      }
    }
    resources[index] = resource
    addProvisioners(of: block, in: path)
  }

  /// What provisioners refer to is there before the resource is, its own object aside.
  private mutating func addProvisioners(of block: ResourceBlock, in path: ModulePath) {
    let plans = self.plans(of: block.provisioners, connection: block.connection)
    if plans.isEmpty { return }
    provisionerPlans[block.address] = plans
    for plan in plans where plan.block.when == .create { connect(.resource(block.address), to: plan.references, in: path) }
  }

  private mutating func addProvisioners(of block: RemovedBlock, in path: ModulePath) {
    guard case .resource(var resource) = block.from else { return }
    resource.module = ModulePath(path.names + resource.module.names)
    let plans = self.plans(of: block.provisioners, connection: block.connection)
    if !plans.isEmpty { removedProvisioners[resource] = plans }
  }

  private mutating func plans(of blocks: [ProvisionerBlock], connection: Body?) -> [ProvisionerPlan] {
    blocks.compactMap { block in
      if let plan = ProvisionerPlan(block, connection: connection) { return plan }
      problems.append(ProvisionerSchema.missing(block.type))
      return nil
    }
  }

  private mutating func connectDependsOn(_ vertex: Vertex, _ traversal: Traversal, in path: ModulePath) {
    guard let reference = Reference.parse(traversal).0 else { return }
    switch reference.subject {
    case .module(let name, _), .moduleOutput(let name, _, _): connect(vertex, to: .moduleEnd(path.child(name)))
    default:
      for target in targets(of: traversal, in: path) { connect(vertex, to: target) }
    }
  }

  /// The vertices whose values a reference needs.
  func targets(of traversal: Traversal, in path: ModulePath) -> [Vertex] {
    guard let reference = Reference.parse(traversal).0 else { return [] }
    switch reference.subject {
    case .variable(let name): return [.variable(path, name)]
    case .local(let name): return [.local(path, name)]
    case .resource(let resource, _): return [.resource(ConfigurationResource(module: path, resource))]
    case .moduleOutput(let name, _, let output):
      let vertex = Vertex.output(path.child(name), output)
      // What the module does not have can be told for sure once nothing else is wrong with it.
      return [indices[vertex] == nil ? .moduleEnd(path.child(name)) : vertex, .moduleCall(path.child(name))]
    // Whoever takes a module as a whole waits for all of it, as Terraform has it and as states record it.
    case .module(let name, _): return [.moduleEnd(path.child(name))]
    case .path, .terraform, .count, .each, .`self`: return []
    }
  }
}

extension CheckRule {
  /// What its condition and its message refer to.
  var references: [Traversal] { condition.variables + errorMessage.variables }
}
