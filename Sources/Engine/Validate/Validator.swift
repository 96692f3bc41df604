import Addresses
package import Diagnostics
import Expressions
import Functions
import Graphs
import HCL
import Modules
import ProviderInterface
import Values

/// Checks a configuration without values and without state: every block is decoded once against its schema with everything
/// that is not constant unknown, and its provider is asked whether it could be right (planning semantics, section 32).
package func validate(
  _ graph: ConfigurationGraph, pool: ProviderPool, context: EngineContext
) async -> [Diagnostic] {
  await Validator(graph: graph, pool: pool, context: context).run()
}

private actor Validator {
  let tree: ModuleTree
  let graph: ConfigurationGraph
  let pool: ProviderPool
  let schemas: SchemaTable
  let context: EngineContext
  /// How many of the questions to providers somebody has taken on.
  private var askedCount = 0
  /// The provider that answers for each source, or why there is none.
  private var providers: [ProviderSource: Result<any Provider, DiagnosticsError>] = [:]

  init(graph: ConfigurationGraph, pool: ProviderPool, context: EngineContext) {
    tree = graph.tree
    self.graph = graph
    self.pool = pool
    schemas = graph.schemas
    self.context = context
  }

  /// What is left to ask a provider once a block has been decoded. A class, since many are kept and handed on.
  private final class Question: Sendable {
    let provider: ProviderSource
    let kind: TypeKind?
    let typeName: String
    let configuration: Value
    let body: DecodePlan
    let range: SourceRange
    let address: ResourceInstance?

    init(
      provider: ProviderSource, kind: TypeKind?, typeName: String, configuration: Value, body: DecodePlan, range: SourceRange,
      address: ResourceInstance? = nil
    ) {
      self.provider = provider
      self.kind = kind
      self.typeName = typeName
      self.configuration = configuration
      self.body = body
      self.range = range
      self.address = address
    }
  }

  /// What was found, in the order of the graph's vertices.
  private struct Findings {
    var diagnostics: [Int: [Diagnostic]] = [:]
    var questions: [Question] = []
  }

  func run() async -> [Diagnostic] {
    // A configuration that nothing uses is not looked at.
    let imported = tree.root.imports.compactMap { tree.providerConfiguration(for: $0) }
    let used = graph.usedProviders.union(imported)
    var modules: [ModulePath: ValidationValues] = [:]
    for module in tree.modules {
      modules[module.path] = ValidationValues(
        module: module, tree: tree, graph: graph, schemas: schemas, context: context)
    }
    var findings = Findings()
    var failed = [Bool](repeating: false, count: graph.vertices.count)
    let dependencies = graph.graph.dependencies
    for index in graph.graph.topologicalOrder() ?? [] {
      let vertex = graph.vertices[index]
      if case .provider(let address) = vertex, !used.contains(address) { continue }
      // What needs something faulty could only repeat what is wrong with that.
      let isBehindFailure = dependencies[index].contains { failed[Int($0)] }
      if isFaulty(vertex) || isBehindFailure {
        failed[index] = true
        if !isBehindFailure { findings.diagnostics[index] = checkSoundRepetition(of: vertex, modules) }
        continue
      }
      guard let values = modules[vertex.module] else { continue }
      let parent = vertex.module.parent.flatMap { modules[$0] }
      let (question, problems) = check(index, values, parent: parent)
      var found = problems + values.takeDiagnostics()
      for problem in unevaluated(index, values, parent: parent) where !found.contains(where: { $0.subject == problem.subject }) {
        found.append(problem)
      }
      failed[index] = found.hasErrors
      if !found.isEmpty { findings.diagnostics[index] = found }
      if let question { findings.questions.append(question) }
    }
    var diagnostics = findings.diagnostics.sorted { $0.key < $1.key }.flatMap(\.value)
    for module in tree.modules {
      guard let values = modules[module.path] else { continue }
      diagnostics += checkRemovedProvisioners(of: module, values)
      diagnostics += checkImports(of: module, values)
      diagnostics += values.takeDiagnostics()
    }
    diagnostics = untold(diagnostics)
    diagnostics += await ask(findings.questions)
    return diagnostics
  }

  /// Leaves out what was said when the configuration was read: some of it is evaluated all the same.
  private func untold(_ diagnostics: [Diagnostic]) -> [Diagnostic] {
    if !diagnostics.hasErrors || !tree.diagnostics.hasErrors { return diagnostics }
    var told: [SourceRange: Set<String>] = [:]
    for diagnostic in tree.diagnostics {
      if let place = diagnostic.subject { told[place, default: []].insert(diagnostic.summary) }
    }
    return diagnostics.filter { diagnostic in
      diagnostic.subject.map { told[$0]?.contains(diagnostic.summary) != true } ?? true
    }
  }

  /// What is wrong with references, wherever they stand: `try` does not help against it, nor that it is never evaluated.
  ///
  /// - Parameters:
  ///   - values: those of the module that the vertex is in.
  ///   - parent: those of the module above, where the arguments of the module's call are.
  private func unevaluated(_ index: Int, _ values: ValidationValues, parent: ValidationValues?) -> [Diagnostic] {
    let module = values.module
    switch graph.vertices[index] {
    case .local(_, let name): return values.problems(of: module.locals[name]?.expression.variables ?? [])
    case .output(_, let name):
      let output = module.outputs[name]
      return values.problems(of: (output?.expression.variables ?? []) + (output?.preconditions.flatMap(\.references) ?? []))
    case .variable(_, let name): return parent?.problems(of: call(of: module)?.arguments[name]?.expression.variables ?? []) ?? []
    case .moduleCall: return parent?.problems(of: call(of: module)?.repetition.flatMap(\.variables) ?? []) ?? []
    case .provider(let address): return values.problems(of: graph.plan(of: address)?.references ?? [])
    case .resource(let address):
      guard let resource = graph.resource(at: index) else { return [] }
      let block = resource.block
      let provisioners = block.provisioners.isEmpty ? [] : graph.provisioners(of: address)
      return values.problems(
        of: (resource.plan?.references ?? []) + block.repetition.flatMap(\.variables)
          + (block.preconditions + block.postconditions).flatMap(\.references)
          + provisioners.flatMap { $0.body.references + ($0.connection?.references ?? []) },
        own: resource.schema?.block)
    case .moduleEnd, .check: return []
    }
  }

  /// Whether it refers to something that is not there, as was said already.
  private func isFaulty(_ vertex: ConfigurationGraph.Vertex) -> Bool {
    if tree.faultyObjects.isEmpty { return false }
    let object: ModuleObject
    var module = vertex.module
    switch vertex {
    case .variable(_, let name): object = .variable(name)
    case .local(_, let name): object = .local(name)
    case .output(_, let name): object = .output(name)
    case .check(_, let name): object = .check(name)
    case .resource(let address): object = .resource(address.resource)
    case .provider(let address):
      guard let key = key(of: address) else { return false }
      object = .provider(key)
    case .moduleCall(let path):
      guard let parent = path.parent, let name = path.names.last else { return false }
      module = parent
      object = .moduleCall(name)
    case .moduleEnd: return false
    }
    return tree.faultyObjects[module]?.contains(object) == true
  }

  private func key(of address: ProviderConfigurationAddress) -> ProviderReferenceKey? {
    tree.module(at: address.module)?.providerConfigurations.keys.first {
      tree.providerConfiguration(named: $0, in: address.module) == address
    }
  }

  private func check(
    _ index: Int, _ values: ValidationValues, parent: ValidationValues?
  ) -> (Question?, [Diagnostic]) {
    let module = values.module
    switch graph.vertices[index] {
    case .local(_, let name):
      _ = values.local(name)
      return (nil, [])
    case .output(_, let name): return (nil, module.outputs[name].map { check($0, values) } ?? [])
    case .variable(_, let name): return (nil, parent.map { checkArgument(name, of: module, in: $0) } ?? [])
    case .moduleCall: return (nil, parent.map { checkRepetition(of: module, in: $0) } ?? [])
    case .provider(let address):
      guard let key = key(of: address), let block = module.providerConfigurations[key] else { return (nil, []) }
      return question(key, block, in: module, values)
    case .resource: return graph.resource(at: index).map { question($0, values) } ?? (nil, [])
    case .moduleEnd, .check: return (nil, [])
    }
  }

  /// How often something repeats whose references are faulty, if those are elsewhere in it.
  private func checkSoundRepetition(
    of vertex: ConfigurationGraph.Vertex, _ modules: [ModulePath: ValidationValues]
  ) -> [Diagnostic] {
    guard let values = modules[vertex.module] else { return [] }
    switch vertex {
    case .resource(let address):
      guard let block = values.module.resources[address.resource], isSound(block.repetition) else { return [] }
      return checkRepetition(count: block.count, forEach: block.forEach, values) + values.takeDiagnostics()
    case .moduleCall:
      guard let call = call(of: values.module), isSound(call.repetition), let parent = vertex.module.parent.flatMap({ modules[$0] })
      else { return [] }
      return checkRepetition(of: values.module, in: parent)
    default: return []
    }
  }

  private func isSound(_ expressions: [Expression]) -> Bool {
    let places = tree.diagnostics.filter { $0.severity == .error }.compactMap(\.subject)
    return !expressions.map(\.range).contains { range in
      places.contains { $0.file == range.file && range.start <= $0.start && $0.end <= range.end }
    }
  }

  // MARK: Blocks

  private func question(
    _ key: ProviderReferenceKey, _ block: ProviderBlock, in module: Module, _ values: ValidationValues
  ) -> (Question?, [Diagnostic]) {
    guard let address = tree.providerConfiguration(named: key, in: module.path), let body = graph.plan(of: address)
    else { return (nil, []) }
    // An empty block is left to the plan: what it lacks may come from the environment.
    if block.isEmpty { return (nil, []) }
    let each = RepetitionData.unknown(count: false, forEach: block.forEach != nil)
    let (value, problems) = body.decode(in: values.context(repetition: each))
    if problems.hasErrors { return (nil, problems) }
    let question = Question(
      provider: address.source, kind: nil, typeName: "", configuration: value.withoutMarks, body: body,
      range: block.range)
    return (question, problems)
  }

  private func question(
    _ resource: ConfigurationGraph.ResourceVertex, _ values: ValidationValues
  ) -> (Question?, [Diagnostic]) {
    let block = resource.block
    guard let source = resource.provider?.source else { return (nil, []) }
    guard let schema = resource.schema, let body = resource.plan else {
      return (nil, schemas.has(source) ? [unknownType(block.resource, source, schemas, at: block.typeRange)] : [])
    }
    let scope = values.context(
      repetition: .unknown(count: block.count != nil, forEach: block.forEach != nil))
    var problems: [Diagnostic] = []
    problems += checkRepetition(count: block.count, forEach: block.forEach, values)
    for flag in [block.enabled, block.preventDestroy].compactMap({ $0 }) {
      problems += evaluate(flag, as: .bool, in: values.context()).1
    }
    let (value, found) = body.decode(in: scope)
    problems += found
    if block.resource.mode != .ephemeral { problems += ephemeralProblems(value, body) }
    problems += ignoredChanges(block, schema: schema).1
    for rule in block.preconditions { problems += check(rule, in: scope) }
    if !block.postconditions.isEmpty || !block.provisioners.isEmpty {
      let withSelf = values.context(
        repetition: .unknown(count: block.count != nil, forEach: block.forEach != nil), own: schema.block)
      for rule in block.postconditions { problems += check(rule, in: withSelf) }
      for provisioner in graph.provisioners(of: block.address) {
        let found = check(provisioner, in: withSelf)
        problems += found
        if found.hasErrors { break }
      }
    }
    let address = ResourceInstance(
      module: ModuleInstance(block.address.module.names.map { ModuleInstance.Step($0) }), block.resource)
    if problems.hasErrors { return (nil, problems) }
    let question = Question(
      provider: source, kind: block.resource.mode.typeKind, typeName: block.resource.type,
      configuration: value.withoutMarks, body: body, range: block.range, address: address)
    return (question, problems)
  }

  private func checkRepetition(count: Expression?, forEach: Expression?, _ values: ValidationValues) -> [Diagnostic] {
    if let count {
      let (value, problems) = evaluate(count, as: .number, in: values.context())
      return problems.hasErrors ? problems : problems + Repetition.of(count: value, at: count.range).1
    }
    guard let forEach else { return [] }
    let (value, problems) = evaluate(forEach, in: values.context())
    return problems.hasErrors ? problems : problems + Repetition.of(forEach: value, at: forEach.range).1
  }

  /// What runs before objects go whose resource was removed. Their type need not be known any more.
  private func checkRemovedProvisioners(of module: Module, _ values: ValidationValues) -> [Diagnostic] {
    let context = values.context(repetition: .unknown(count: true, forEach: true))
    return graph.removedProvisioners.sorted { $0.key < $1.key }.filter { $0.key.module == module.path }
      .flatMap { $0.value.flatMap { check($0, in: context) } }
  }

  private func check(_ provisioner: ProvisionerPlan, in context: EvaluationContext) -> [Diagnostic] {
    let (value, found) = provisioner.body.decode(in: context)
    var problems = found
    if !found.hasErrors { problems += ProvisionerSchema.problems(of: provisioner.block.type, value.withoutMarks) }
    if let connection = provisioner.connection { problems += connection.decode(in: context).1 }
    return problems
  }

  private func check(_ rule: CheckRule, in context: EvaluationContext) -> [Diagnostic] {
    evaluate(rule.condition, as: .bool, in: context).1 + evaluate(rule.errorMessage, as: .string, in: context).1
  }

  /// The import blocks, as far as they can be evaluated; one message for each resource.
  private func checkImports(of module: Module, _ values: ValidationValues) -> [Diagnostic] {
    var problems: [Diagnostic] = []
    var faulty: Set<ConfigurationResource> = []
    for block in module.imports where !faulty.contains(block.resource) {
      // A target without configuration is looked at by the plan, which can generate one.
      guard let declared = tree.module(at: block.resource.module)?.resources[block.resource.resource] else { continue }
      var evaluation = ImportEvaluation(block, declared: declared, isPlanning: false) { values.context(repetition: $0) }
      _ = evaluation.targets()
      if evaluation.diagnostics.hasErrors { faulty.insert(block.resource) }
      problems += evaluation.diagnostics
    }
    return problems
  }

  private func check(_ output: OutputValue, _ values: ValidationValues) -> [Diagnostic] {
    var (value, problems) = evaluate(output.expression, in: values.context())
    if !problems.hasErrors { problems += output.problems(of: value, isRoot: values.module.path.isRoot) }
    for rule in output.preconditions { problems += check(rule, in: values.context()) }
    return problems
  }

  private func call(of child: Module) -> ModuleCall? {
    guard let parent = child.path.parent, let name = child.path.names.last else { return nil }
    return tree.module(at: parent)?.moduleCalls[name]
  }

  private func checkRepetition(of child: Module, in values: ValidationValues) -> [Diagnostic] {
    guard let call = call(of: child) else { return [] }
    var problems = checkRepetition(count: call.count, forEach: call.forEach, values)
    if let enabled = call.enabled { problems += evaluate(enabled, as: .bool, in: values.context()).1 }
    return problems + values.takeDiagnostics()
  }

  /// What a module call gives to a variable, evaluated with unknown values for what is wrong without any.
  private func checkArgument(_ name: String, of child: Module, in values: ValidationValues) -> [Diagnostic] {
    guard let call = call(of: child), let argument = call.arguments[name], let variable = child.variables[name]
    else { return [] }
    let scope = values.context(repetition: .unknown(count: call.count != nil, forEach: call.forEach != nil))
    var (value, problems) = evaluate(argument.expression, in: scope)
    if !problems.hasErrors {
      problems += variable.convert(
        value, at: argument.expression.range, module: child.path, sources: tree.sources
      ).1
    }
    return problems + values.takeDiagnostics()
  }

  // MARK: Providers

  /// Asks side by side, at most `parallelism` questions at once; the answers are in the order of the questions.
  private func ask(_ questions: [Question]) async -> [Diagnostic] {
    await withTaskGroup(of: [(Int, [Diagnostic])].self) { group in
      for _ in 0..<min(context.parallelism, questions.count) { group.addTask { await self.askInTurn(questions) } }
      var answers: [(Int, [Diagnostic])] = []
      for await found in group { answers += found }
      return answers.sorted { $0.0 < $1.0 }.flatMap(\.1)
    }
  }

  /// Takes the next question and the next until none is left, beside others that do the same.
  private func askInTurn(_ questions: [Question]) async -> [(Int, [Diagnostic])] {
    var answers: [(Int, [Diagnostic])] = []
    while askedCount < questions.count {
      let index = askedCount
      askedCount += 1
      let found = await ask(questions[index])
      if !found.isEmpty { answers.append((index, found)) }
    }
    return answers
  }

  private func ask(_ question: Question) async -> [Diagnostic] {
    do throws(DiagnosticsError) {
      let provider = try await provider(of: question.provider)
      let found: [Diagnostic]
      if let kind = question.kind {
        found = await provider.validateConfiguration(of: kind, named: question.typeName, question.configuration)
      } else {
        found = await provider.validateProviderConfiguration(question.configuration).diagnostics
      }
      return located(
        found, address: question.address, body: question.body, block: question.range)
    } catch {
      return error.diagnostics
    }
  }

  private func provider(of source: ProviderSource) async throws(DiagnosticsError) -> any Provider {
    if let known = providers[source] { return try known.get() }
    let result: Result<any Provider, DiagnosticsError>
    do throws(DiagnosticsError) {
      result = .success(try await pool.anyProvider(of: source))
    } catch {
      result = .failure(error)
    }
    providers[source] = result
    return try result.get()
  }
}
