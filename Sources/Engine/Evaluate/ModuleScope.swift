import Addresses
import Diagnostics
import Expressions
import HCL
import Modules
import Values

/// What names mean inside one instance of a module, and inside one instance of a block where `count`, `each` and `self` exist.
///
/// `@unchecked Sendable` for the reason given at `Evaluator`.
struct ModuleScope: Scope, @unchecked Sendable {
  let evaluator: Evaluator
  let node: ModuleNode
  let repetition: RepetitionData
  let selfValue: Value?

  func resolve(root: String, steps: [ResolvedStep], range: SourceRange) -> Resolution {
    switch root {
    case "var": return named(steps, range) { evaluator.variable($0, in: node) } missing: { node.module.undeclaredVariable($0, $1) }
    case "local": return named(steps, range) { evaluator.local($0, in: node) } missing: { node.module.undeclaredLocal($0, $1) }
    case "module": return module(steps, range)
    case "data": return resource(.data, steps, from: 0, range)
    case "ephemeral": return resource(.ephemeral, steps, from: 0, range)
    case "resource": return resource(.managed, steps, from: 0, range)
    case "path": return named(steps, range, path, missing: invalidPath)
    case "terraform", "tofu": return named(steps, range, terraform, missing: invalidTerraform)
    case "count": return named(steps, range, count, missing: ReferenceProblem.count)
    case "each": return named(steps, range, each, missing: ReferenceProblem.each)
    case "self": return selfResolution(steps, range)
    default: return managed(root, steps, range)
    }
  }

  /// The common shape `root.name`.
  private func named(
    _ steps: [ResolvedStep], _ range: SourceRange, _ value: (String) -> Value?,
    missing: (String, SourceRange) -> Diagnostic
  ) -> Resolution {
    guard case .attribute(let name, _)? = steps.first else {
      return .failure(
        .error("Invalid reference", "Name one attribute; this has no value as a whole.", at: range),
        steps: steps)
    }
    if let value = value(name) { return Resolution(value, consumed: 1) }
    return .failure(missing(name, subject(range, steps, 1)), steps: steps)
  }

  // MARK: Resources

  private func managed(_ type: String, _ steps: [ResolvedStep], _ range: SourceRange) -> Resolution {
    guard case .attribute(let name, _)? = steps.first else {
      return .failure(
        ReferenceProblem.noResourceName(at: range), steps: steps)
    }
    return resource(Resource(.managed, type, name), Array(steps), consumed: 1, range)
  }

  private func resource(_ mode: ResourceMode, _ steps: [ResolvedStep], from: Int, _ range: SourceRange) -> Resolution {
    guard steps.count >= 2, case .attribute(let type, _) = steps[0], case .attribute(let name, _) = steps[1] else {
      return .failure(
        .error(
          "Invalid reference",
          "After \"\(mode.prefix.dropLast())\", write the type and the name of the resource.",
          at: range), steps: steps)
    }
    return resource(Resource(mode, type, name), steps, consumed: 2, range)
  }

  private func resource(_ address: Resource, _ steps: [ResolvedStep], consumed: Int, _ range: SourceRange) -> Resolution {
    guard let block = node.module.resources[address] else {
      return .failure(node.module.undeclaredResource(address, subject(range, steps, consumed)), steps: steps)
    }
    // A key right behind the name needs only one instance, however many there are.
    if consumed < steps.count, case .index(let key, _) = steps[consumed], let instanceKey = key.instanceKey,
      let value = evaluator.value(of: instanceKey, of: block, in: node)
    {
      return Resolution(value.marked(with: key.marks), consumed: consumed + 1)
    }
    return Resolution(evaluator.wholeValue(of: block, in: node), consumed: consumed)
  }

  // MARK: Modules

  private func module(_ steps: [ResolvedStep], _ range: SourceRange) -> Resolution {
    guard case .attribute(let name, _)? = steps.first else {
      return .failure(
        .error(
          "Invalid reference",
          "Write the name of a module after \"module\".", at: range),
        steps: steps)
    }
    guard let children = evaluator.children(name, of: node) else {
      return .failure(node.module.undeclaredModule(name, subject(range, steps, 1)), steps: steps)
    }
    var consumed = 1
    var instance: ModuleNode?
    if case .single = children.repetition {
      instance = children.instances.first
    } else if steps.count > 1, case .index(let key, _) = steps[1], let instanceKey = key.instanceKey,
      let found = children.instance(instanceKey)
    {
      instance = found
      consumed = 2
    }
    guard let instance else { return Resolution(whole(children), consumed: 1) }
    if steps.count > consumed, case .attribute(let output, let outputRange) = steps[consumed] {
      if let value = evaluator.output(output, in: instance) { return Resolution(value, consumed: consumed + 1) }
      return .failure(instance.module.missingOutput(output, at: outputRange), steps: steps)
    }
    return Resolution(outputs(of: instance), consumed: consumed)
  }

  private func outputs(of instance: ModuleNode) -> Value {
    .object(instance.module.outputs.keys.sorted().map { ($0, evaluator.output($0, in: instance) ?? .dynamicUnknown) })
  }

  private func whole(_ children: ModuleChildren) -> Value {
    switch children.repetition {
    case .single: return children.instances.first.map(outputs) ?? .dynamicUnknown
    case .disabled: return .dynamicNull
    case .count: return .tuple(children.instances.map(outputs))
    case .forEach(let keys, _): return .object(Array(zip(keys, children.instances.map(outputs))))
    case .unknown: return .dynamicUnknown
    }
  }

  // MARK: Small roots

  private func path(_ name: String) -> Value? {
    switch name {
    case "module": return .text(node.module.directory)
    case "root": return .text(evaluator.rootDirectory)
    case "cwd": return .text(evaluator.workingDirectory)
    default: return nil
    }
  }

  private func terraform(_ name: String) -> Value? {
    switch name {
    case "workspace": return .text(evaluator.workspace)
    case "applying": return Value.bool(evaluator.isApplying).marked(with: .ephemeral)
    default: return nil
    }
  }

  private func count(_ name: String) -> Value? { name == "index" ? repetition.countIndex : nil }

  private func each(_ name: String) -> Value? {
    switch name {
    case "key": return repetition.eachKey
    case "value": return repetition.eachValue
    default: return nil
    }
  }

  private func selfResolution(_ steps: [ResolvedStep], _ range: SourceRange) -> Resolution {
    if let selfValue { return Resolution(selfValue) }
    return .failure(
      ReferenceProblem.noSelf(at: range), steps: steps)
  }
}

extension Value {
  /// The instance key that a known string or whole number stands for.
  var instanceKey: InstanceKey? {
    switch self {
    case .string(let text): return .string(text)
    case .number(let number):
      guard let index = number.int64, index >= 0 else { return nil }
      return Int(exactly: index).map { .integer($0) }
    case .marked(let marked): return marked.value.instanceKey
    default: return nil
    }
  }
}

/// The part of a reference that ends with so many of its steps, to point at.
func subject(_ range: SourceRange, _ steps: [ResolvedStep], _ count: Int) -> SourceRange {
  SourceRange(file: range.file, start: range.start, end: steps[count - 1].range.end)
}
