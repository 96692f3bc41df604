import Addresses
import Diagnostics
import Expressions
import HCL
import Modules
import Values

/// What names stand for when nothing is known: variables and resources are unknown, locals are evaluated from that.
///
/// `@unchecked Sendable`: used by one validation only, an actor, in synchronous calls.
final class ValidationValues: @unchecked Sendable {
  let module: Module
  let tree: ModuleTree
  private let graph: ConfigurationGraph
  private let schemas: SchemaTable
  private let engine: EngineContext
  private var locals: [String: Value] = [:]
  private var inProgress: Set<String> = []
  private var collected: [Diagnostic] = []

  init(module: Module, tree: ModuleTree, graph: ConfigurationGraph, schemas: SchemaTable, context: EngineContext) {
    self.module = module
    self.tree = tree
    self.graph = graph
    self.schemas = schemas
    engine = context
  }

  func takeDiagnostics() -> [Diagnostic] {
    defer { collected = [] }
    return collected
  }

  /// - Parameter own: the type of the object that `self` is; nil where there is none, or where its type is not known.
  func context(repetition: RepetitionData = RepetitionData(), own: BlockSchema? = nil) -> EvaluationContext {
    EvaluationContext(
      scope: ValidationScope(values: self, repetition: repetition, own: own), functions: engine.functions,
      providerFunctions: graph.functions[module.path] ?? [:], sources: tree.sources)
  }

  func variable(_ name: String) -> Value? {
    guard let variable = module.variables[name] else { return nil }
    return variable.marking(.unknown(variable.type.withoutOptionals))
  }

  func local(_ name: String) -> Value? {
    if let value = locals[name] { return value }
    guard let local = module.locals[name], inProgress.insert(name).inserted else { return nil }
    defer { inProgress.remove(name) }
    let (value, problems) = evaluate(local.expression, in: context())
    collected += problems
    locals[name] = value
    return value
  }

  /// What the instances of a module called here are together: of their outputs only the names are known.
  func outputs(ofModule name: String) -> ValueType? {
    guard let call = module.moduleCalls[name], let child = module.children[name] else { return nil }
    let outputs = ValueType.object(ObjectType(child.outputs.keys.map { ($0, .dynamic) }))
    return call.count != nil ? .list(outputs) : call.forEach != nil ? .map(outputs) : outputs
  }

  /// What is wrong with references even where they are never evaluated: an attribute that the resource's type does not have.
  ///
  /// - Parameter own: the type of the object that `self` is.
  func problems(of traversals: [Traversal], own: BlockSchema? = nil) -> [Diagnostic] {
    traversals.isEmpty ? [] : traversals.compactMap { problem(of: $0, own: own) }
  }

  private func problem(of traversal: Traversal, own: BlockSchema?) -> Diagnostic? {
    guard let reference = Reference.parse(traversal).0 else { return nil }
    let type: BlockSchema?
    switch reference.subject {
    case .resource(let resource, _): type = schema(of: resource)
    case .`self`: type = own
    default: return nil
    }
    guard let type, case .attribute(let name, let range)? = reference.remaining.first else { return nil }
    return type.problem(ofAttribute: name, at: range)
  }

  func schema(of resource: Resource) -> BlockSchema? {
    let address = ConfigurationResource(module: module.path, resource)
    guard let source = graph.provider(of: address)?.source else { return nil }
    return schemas.schema(of: resource, from: source)?.block
  }

  var paths: (root: String, working: String) { (tree.root.directory, engine.workingDirectory) }
  var workspace: String { engine.workspace }
}

/// The scope of a module without values.
struct ValidationScope: Scope {
  let values: ValidationValues
  let repetition: RepetitionData
  let own: BlockSchema?

  func resolve(root: String, steps: [ResolvedStep], range: SourceRange) -> Resolution {
    let name: String? = if case .attribute(let name, _)? = steps.first { name } else { nil }
    if let name, let problem = undeclared(root, name, subject(range, steps, 1)) { return .failure(problem, steps: steps) }
    switch root {
    case "var": return Resolution(name.flatMap(values.variable) ?? .dynamicUnknown, consumed: min(1, steps.count))
    case "local": return Resolution(name.flatMap(values.local) ?? .dynamicUnknown, consumed: min(1, steps.count))
    case "module":
      return name.flatMap(values.outputs).map { Resolution(.unknown($0), consumed: 1) }
        ?? Resolution(.dynamicUnknown, consumed: steps.count)
    case "path": return Resolution(path(name), consumed: min(1, steps.count))
    case "terraform", "tofu": return Resolution(terraform(name), consumed: min(1, steps.count))
    case "count": return member(repetition.countIndex, named: "index", name, range, steps)
    case "each":
      return member(
        name == "value" ? repetition.eachValue : repetition.eachKey, named: name == "value" ? "value" : "key", name, range, steps)
    case "self": return own(name, steps)
    case "data": return resource(.data, steps, nameAt: 1, range)
    case "ephemeral": return resource(.ephemeral, steps, nameAt: 1, range)
    case "resource": return resource(.managed, steps, nameAt: 1, range)
    default:
      guard let name else { return Resolution(.dynamicUnknown, consumed: steps.count) }
      return resource(Resource(.managed, root, name), steps, consumed: 1, range)
    }
  }

  /// That there is nothing of a name. What is known of it without evaluation was said already, and nothing behind it is evaluated.
  private func undeclared(_ root: String, _ name: String, _ range: SourceRange) -> Diagnostic? {
    switch root {
    case "var": values.module.variables[name] == nil ? values.module.undeclaredVariable(name, range) : nil
    case "local": values.module.locals[name] == nil ? values.module.undeclaredLocal(name, range) : nil
    case "module": values.module.moduleCalls[name] == nil ? values.module.undeclaredModule(name, range) : nil
    default: nil
    }
  }

  /// The object that a block belongs to: unknown, but its attributes have names.
  private func own(_ name: String?, _ steps: [ResolvedStep]) -> Resolution {
    guard let own, let name, let step = steps.first, let problem = own.problem(ofAttribute: name, at: step.range) else {
      return Resolution(own.map { .unknown(.object($0.impliedType)) } ?? .dynamicUnknown)
    }
    return .failure(problem, steps: steps)
  }

  private func path(_ name: String?) -> Value {
    switch name {
    case "module": return .text(values.module.directory)
    case "root": return .text(values.paths.root)
    case "cwd": return .text(values.paths.working)
    default: return .dynamicUnknown
    }
  }

  private func terraform(_ name: String?) -> Value {
    switch name {
    case "workspace": return .text(values.workspace)
    case "applying": return Value.unknown(.bool).marked(with: .ephemeral)
    default: return .dynamicUnknown
    }
  }

  private func member(
    _ value: Value?, named expected: String, _ name: String?, _ range: SourceRange, _ steps: [ResolvedStep]
  ) -> Resolution {
    if let value, name == expected { return Resolution(value, consumed: 1) }
    if value != nil { return Resolution(.dynamicUnknown, consumed: steps.count) }
    let problem = expected == "index" ? ReferenceProblem.count : ReferenceProblem.each
    return .failure(problem(expected, range), steps: steps)
  }

  private func resource(_ mode: ResourceMode, _ steps: [ResolvedStep], nameAt: Int, _ range: SourceRange) -> Resolution {
    guard steps.count > nameAt, case .attribute(let type, _) = steps[0], case .attribute(let name, _) = steps[nameAt] else {
      return Resolution(.dynamicUnknown, consumed: steps.count)
    }
    return resource(Resource(mode, type, name), steps, consumed: 2, range)
  }

  /// A resource is unknown, but its attributes have names, and its instances keys.
  private func resource(
    _ resource: Resource, _ steps: [ResolvedStep], consumed: Int, _ range: SourceRange
  ) -> Resolution {
    let unknown = resource.mode == .ephemeral ? Value.dynamicUnknown.marked(with: .ephemeral) : .dynamicUnknown
    guard let block = values.module.resources[resource] else {
      return .failure(values.module.undeclaredResource(resource, subject(range, steps, consumed)), steps: steps)
    }
    guard let schema = values.schema(of: resource) else { return Resolution(unknown, consumed: steps.count) }
    var place = consumed
    let repeats = block.count != nil || block.forEach != nil
    if place < steps.count {
      switch steps[place] {
      case .index where repeats: place += 1
      case .index:
        return .failure(
          ReferenceProblem.unexpectedKey(resource, at: steps[place].range),
          steps: steps)
      case .attribute(let name, _) where repeats && (schema.attribute(name) != nil || schema.block(name) != nil):
        return .failure(
          ReferenceProblem.missingKey(resource, block, at: range),
          steps: steps)
      case .attribute: break
      }
    }
    if place < steps.count, case .attribute(let name, let nameRange) = steps[place], !(repeats && place == consumed),
      let problem = schema.problem(ofAttribute: name, at: nameRange)
    {
      return .failure(problem, steps: steps)
    }
    return Resolution(unknown, consumed: steps.count)
  }
}

extension BlockSchema {
  /// That objects of the type have no attribute of that name, if so.
  fileprivate func problem(ofAttribute name: String, at range: SourceRange) -> Diagnostic? {
    if attribute(name) != nil || block(name) != nil { return nil }
    return .error(
      "Unsupported attribute",
      "There is no argument, block or attribute \"\(name)\" here.\(nearMiss(of: name))", at: range)
  }

  /// A sentence with the nearest name that there is, behind a space; nothing if none is near.
  func nearMiss(of name: String) -> String {
    let names = attributes.map(\.name) + blocks.map(\.name)
    return suggestion(for: name, among: names.sorted()).map { " Did you mean \"\($0)\"?" } ?? ""
  }
}
