import Addresses
import Diagnostics
package import HCL

/// Checks every reference of a module against what the module declares, without any value.
struct ReferenceChecks {
  let module: Module
  var diagnostics: [Diagnostic] = []
  private var allowsDeprecated = false
  /// What refers to something that is not there.
  private(set) var faulty: Set<ModuleObject> = []
  /// Sorted names for suggestions, made when the first message needs them.
  private var names: Names?

  private struct Names {
    var variables: [String]
    var locals: [String]
    var calls: [String]
  }

  /// Which names of the surroundings an expression may use.
  private struct Surroundings {
    var hasCount = false
    var hasEach = false
    var hasSelf = false
  }

  init(_ module: Module) { self.module = module }

  mutating func run() {
    for (name, local) in module.locals { checking(.local(name)) { $0.check(local.expression, Surroundings()) } }
    for (name, output) in module.outputs {
      checking(.output(name)) { checks in
        // An output that is itself deprecated may go on with what it is made of.
        checks.allowsDeprecated = output.deprecated != nil
        checks.check(output.expression, Surroundings())
        checks.allowsDeprecated = false
        checks.check(output.preconditions, Surroundings())
        checks.checkDependsOn(output.dependsOn)
      }
    }
    for (name, variable) in module.variables {
      checking(.variable(name)) { $0.check(variable.validations, Surroundings()) }
    }
    for (key, provider) in module.providerConfigurations {
      checking(.provider(key)) { checks in
        if let forEach = provider.forEach { checks.check(forEach, Surroundings()) }
        checks.check(provider.body, Surroundings(hasEach: provider.forEach != nil))
      }
    }
    for (name, block) in module.checks { checking(.check(name)) { $0.check(block.asserts, Surroundings()) } }
    for block in module.imports { check(block) }
    for (name, call) in module.moduleCalls { checking(.moduleCall(name)) { $0.check(call) } }
    for resource in module.sortedResources { checking(.resource(resource.resource)) { $0.check(resource) } }
    for block in module.removed {
      let inner = Surroundings(hasCount: true, hasEach: true, hasSelf: true)
      for provisioner in block.provisioners { check(provisioner.body, inner) }
    }
  }

  private mutating func checking(_ object: ModuleObject, _ check: (inout ReferenceChecks) -> Void) {
    let count = diagnostics.count
    check(&self)
    if diagnostics[count...].hasErrors { faulty.insert(object) }
  }

  private mutating func check(_ call: ModuleCall) {
    let inner = Surroundings(hasCount: call.count != nil, hasEach: call.forEach != nil)
    for (name, argument) in call.arguments {
      check(argument.expression, inner)
      if let variable = module.children[call.name]?.variables[name],
        let warning = variable.deprecationWarning(at: argument.expression.range)
      {
        diagnostics.append(warning)
      }
    }
    for expression in call.repetition { check(expression, Surroundings()) }
    for key in (call.providers ?? []).compactMap(\.parent.instanceKey) { check(key, inner) }
    checkDependsOn(call.dependsOn)
  }

  private mutating func check(_ block: ImportBlock) {
    let inner = Surroundings(hasEach: block.forEach != nil)
    check(block.subject.expression, inner)
    if let forEach = block.forEach { check(forEach, Surroundings()) }
    // The target itself need not be declared, as its configuration may be generated; only its keys are evaluated.
    for key in block.to.computedKeys { check(key, inner) }
  }

  private mutating func check(_ resource: ResourceBlock) {
    var inner = Surroundings(hasCount: resource.count != nil, hasEach: resource.forEach != nil)
    check(resource.body, inner)
    for expression in resource.repetition { check(expression, Surroundings()) }
    if let key = resource.provider?.instanceKey { check(key, inner) }
    if let expression = resource.preventDestroy { check(expression, Surroundings()) }
    check(resource.preconditions, inner)
    for trigger in resource.replaceTriggeredBy { check(trigger, inner) }
    checkDependsOn(resource.dependsOn)
    inner.hasSelf = true
    check(resource.postconditions, inner)
    if let connection = resource.connection { check(connection, inner) }
    for provisioner in resource.provisioners {
      check(provisioner.body, inner)
      if let connection = provisioner.connection { check(connection, inner) }
    }
  }

  private mutating func check(_ rules: [CheckRule], _ surroundings: Surroundings) {
    for rule in rules {
      check(rule.condition, surroundings)
      check(rule.errorMessage, surroundings)
    }
  }

  private mutating func check(_ body: Body, _ surroundings: Surroundings) {
    for reference in body.containedReferences {
      let count = diagnostics.count
      check(reference.traversal, surroundings)
      // Evaluation tells what is wrong with generated blocks, if any are generated: observed with 1.11.4.
      if reference.isGenerated, diagnostics.count > count {
        diagnostics[count...].removeAll { $0.severity == .error }
      }
    }
  }

  private mutating func check(_ expression: Expression, _ surroundings: Surroundings) {
    for traversal in expression.variables { check(traversal, surroundings) }
  }

  private mutating func error(_ summary: String, _ detail: String, at range: SourceRange) {
    diagnostics.append(.error(summary, detail, at: range))
  }

  private mutating func check(_ traversal: Traversal, _ surroundings: Surroundings) {
    let (parsed, found) = Reference.parse(traversal)
    diagnostics += found
    guard let reference = parsed else { return }
    switch reference.subject {
    case .variable(let name): if module.variables[name] == nil { rejectVariable(name, at: reference.range) }
    case .local(let name): if module.locals[name] == nil { rejectLocal(name, at: reference.range) }
    case .resource(let resource, let key): check(resource, key, reference)
    case .module(let name, _): check(module: name, output: nil, reference)
    case .moduleOutput(let name, _, let output): check(module: name, output: output, reference)
    case .path(let name): checkPath(name, at: reference.range)
    case .terraform(let name): checkTerraform(name, at: reference.range)
    case .count(let name): checkCount(name, surroundings.hasCount, at: reference.range)
    case .each(let name): checkEach(name, surroundings.hasEach, at: reference.range)
    case .`self`:
      if !surroundings.hasSelf {
        diagnostics.append(ReferenceProblem.noSelf(at: reference.range))
      }
    }
  }

  // MARK: Declared names

  private mutating func sortedNames() -> Names {
    if let names { return names }
    let made = Names(
      variables: module.variables.keys.sorted(), locals: module.locals.keys.sorted(),
      calls: module.moduleCalls.keys.sorted())
    names = made
    return made
  }

  private var place: String { module.path.isRoot ? "the root module" : module.path.description }

  private mutating func rejectVariable(_ name: String, at range: SourceRange) {
    let near =
      suggestion(for: name, among: sortedNames().variables).map { "Did you mean \"\($0)\"?" }
      ?? "Declare it: variable \"\(name)\" {}"
    error(
      "Reference to undeclared input variable",
      "There is no variable \"\(name)\" in this module. \(near)", at: range)
  }

  private mutating func rejectLocal(_ name: String, at range: SourceRange) {
    let near = suggestion(for: name, among: sortedNames().locals).map { " Did you mean \"\($0)\"?" } ?? ""
    error(
      "Reference to undeclared local value", "There is no local value \"\(name)\" in this module.\(near)",
      at: range)
  }

  private mutating func check(_ resource: Resource, _ key: InstanceKey?, _ reference: Reference) {
    guard let block = module.resources[resource] else {
      rejectResource(resource, at: reference.range)
      return
    }
    if key != nil, block.count == nil, block.forEach == nil {
      diagnostics.append(ReferenceProblem.unexpectedKey(resource, at: reference.range))
    }
    if key == nil, case .attribute? = reference.remaining.first, block.count != nil || block.forEach != nil {
      diagnostics.append(ReferenceProblem.missingKey(resource, block, at: reference.range))
    }
  }

  private mutating func rejectResource(_ resource: Resource, at range: SourceRange) {
    let kind =
      switch resource.mode {
      case .managed: "managed"
      case .data: "data"
      case .ephemeral: "ephemeral"
      }
    let data = Resource(.data, resource.type, resource.name)
    let near: String
    if resource.mode == .managed, module.resources[data] != nil {
      near = "\n\nDid you mean the data resource \(data)?"
    } else {
      let names = module.sortedResources.map(\.resource).filter { $0.mode == resource.mode }.map(\.description)
      near = suggestion(for: resource.description, among: names).map { "\n\nDid you mean \($0)?" } ?? ""
    }
    error(
      "Reference to undeclared resource",
      "There is no \(kind) resource \(resource.type).\(resource.name) in \(place).\(near)", at: range)
  }

  /// That an output is not declared is found where it is evaluated, since `try` may ask for one that only some versions have.
  private mutating func check(module name: String, output: String?, _ reference: Reference) {
    guard module.moduleCalls[name] != nil else {
      let near = suggestion(for: name, among: sortedNames().calls).map { " Did you mean \"\($0)\"?" } ?? ""
      error(
        "Reference to undeclared module", "There is no module call \"\(name)\" in \(place).\(near)",
        at: reference.range)
      return
    }
    if let output, let child = module.children[name], let message = child.outputs[output]?.deprecated, !allowsDeprecated {
      diagnostics.append(
        .warning(
          "Value derived from a deprecated source",
          "This comes from \(child.path).\(output), which is deprecated:\n\n\(message)",
          at: reference.range))
    }
  }

  // MARK: Built-in names

  private mutating func checkPath(_ name: String, at range: SourceRange) {
    let known = ["cwd", "module", "root"]
    if known.contains(name) { return }
    let near = suggestion(for: name, among: known).map { " Did you mean \"\($0)\"?" } ?? ""
    error(
      "Invalid \"path\" attribute", "\"path\" has no attribute \"\(name)\".\(near)",
      at: range)
  }

  private mutating func checkTerraform(_ name: String, at range: SourceRange) {
    switch name {
    case "workspace", "applying": return
    case "env":
      error(
        "Invalid \"terraform\" attribute",
        "Environments have become workspaces: use terraform.workspace, which is the name of the current one.", at: range
      )
    default:
      error(
        "Invalid \"terraform\" attribute",
        "\"terraform\" has no attribute \"\(name)\". It has terraform.workspace, the name of the current workspace, "
          + "and terraform.applying, which is true while changes are made.", at: range)
    }
  }

  private mutating func checkCount(_ name: String, _ isThere: Bool, at range: SourceRange) {
    if name != "index" || !isThere { diagnostics.append(ReferenceProblem.count(name, at: range)) }
  }

  private mutating func checkEach(_ name: String, _ isThere: Bool, at range: SourceRange) {
    if !isThere, name == "value" {
      error(
        "each.value cannot be used in this context",
        "each.value is not known here: what is removed no longer has a value in \"for_each\". Use each.key, or remove "
          + "the reference.", at: range)
    } else if !isThere || name != "key" && name != "value" {
      diagnostics.append(ReferenceProblem.each(name, at: range))
    }
  }

  // MARK: depends_on

  private mutating func checkDependsOn(_ traversals: [Traversal]) {
    for traversal in traversals {
      let (parsed, found) = Reference.parse(traversal)
      diagnostics += found
      guard let reference = parsed else { continue }
      if let step = reference.remaining.first {
        error(
          "Invalid depends_on reference",
          "Name whole resources or modules in depends_on, not their attributes.",
          at: step.range)
      } else if let resource = reference.resource, module.resources[resource] == nil {
        rejectResource(resource, at: reference.range)
      }
    }
  }
}

extension Expression {
  /// The keys of a reference chain that must be evaluated.
  package var computedKeys: [Expression] {
    switch kind {
    case .relativeTraversal(let source, _): source.computedKeys
    case .index(let collection, let key): collection.computedKeys + [key]
    default: []
    }
  }
}
