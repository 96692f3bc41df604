import Addresses
import Diagnostics
import Expressions
import HCL

extension BlockReader {
  mutating func moduleCall(_ block: Block, isOverride: Bool) -> ModuleCall? {
    guard let label = block.labels.first else { return nil }
    checkName(label, "Invalid module instance name")
    let (content, rest) = partialContent(
      block.body,
      [
        AttributeSpecification("source", required: !isOverride), AttributeSpecification("version"),
        AttributeSpecification("count"), AttributeSpecification("for_each"), AttributeSpecification("depends_on"),
        AttributeSpecification("providers"),
      ],
      ["_", "lifecycle", "locals", "provider"].map { BlockSpecification($0) })
    let attributes = rest.justAttributes().0
    var call = ModuleCall(
      name: label.text, source: "", sourceRange: block.definitionRange,
      arguments: Dictionary(attributes.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first }),
      range: block.definitionRange)
    call.missingItemRange = block.body.missingItemRange
    call.body = rest
    call.written = Set(content.attributes.keys)
    if let attribute = content.attributes["version"] {
      if attribute.expression.variables.isEmpty {
        call.version = constraint(attribute)
      } else {
        call.versionExpression = attribute.expression
      }
    }
    if let attribute = content.attributes["source"] {
      call.sourceRange = attribute.expression.range
      if !attribute.expression.variables.isEmpty {
        call.sourceExpression = attribute.expression
      } else if let text = string(attribute) {
        call.source = text
        checkSource(text, hasVersion: content.attributes["version"] != nil, at: attribute.expression.range)
      }
    }
    call.count = content.attributes["count"]?.expression
    if let forEach = content.attributes["for_each"] {
      call.forEach = forEach.expression
      if call.count != nil { rejectCountAndForEach(at: forEach.nameRange) }
    }
    call.dependsOn = dependsOn(content.attributes["depends_on"])
    if let attribute = content.attributes["providers"] { call.providers = passedProviders(attribute.expression) }
    readLifecycle(content.blocks, of: &call)
    return call
  }

  /// Evaluates where modules come from, where that is no constant text.
  mutating func evaluateSources(of calls: inout [String: ModuleCall], in scope: EarlyScope) {
    for name in calls.keys.sorted() {
      guard var call = calls[name], call.sourceExpression != nil || call.versionExpression != nil else { continue }
      if let expression = call.versionExpression {
        let (text, found) = scope.text(expression, "module version")
        diagnostics += found
        if let text { call.version = constraint(text, at: expression.range) }
      }
      if let expression = call.sourceExpression {
        let (text, found) = scope.text(expression, "module source")
        diagnostics += found
        if let text {
          call.source = text
          checkSource(text, hasVersion: call.version != nil, at: expression.range)
        }
      }
      calls[name] = call
    }
  }

  /// A lifecycle block may say whether there is such a module at all; other blocks have no meaning here.
  private mutating func readLifecycle(_ blocks: [Block], of call: inout ModuleCall) {
    let lifecycles = blocks.filter { block in
      block.type == "lifecycle" && block.body.justAttributes().0.contains { $0.name == "enabled" }
    }
    if let first = lifecycles.first {
      for other in lifecycles.dropFirst() {
        error(
          "Duplicate lifecycle block",
          "This module call has one already at \(place(first.definitionRange)). Keep one of the two.",
          at: other.definitionRange)
      }
      let content = self.content(first.body, [AttributeSpecification("enabled")])
      call.enabled = enabled(content.attributes["enabled"], call.count, call.forEach)
      call.written.insert("enabled")
    }
    reserved(
      blocks.filter { block in
        block.type != "_" && !lifecycles.contains { $0.definitionRange == block.definitionRange }
      }, in: "module")
  }

  /// Finds sources that can be nothing; whether what they name exists is found out by installing.
  mutating func checkSource(_ text: String, hasVersion: Bool, at range: SourceRange) {
    do throws(ModuleSource.ParseError) {
      if hasVersion { return try checkRegistryAddress(text, at: range) }
      _ = try ModuleSource(parsing: text)
    } catch {
      switch error.code {
      case .invalid:
        self.error(
          "Invalid module source address", "This source cannot be read: \(error.message).", at: range)
      case .unknownForm:
        self.error(
          "Invalid module source address",
          "\"\(text)\" names no kind of source that is known.\n\nFor a directory, write \"./\(text)\": paths begin "
            + "with \"./\" or \"../\".", at: range)
      }
    }
  }

  /// What has a version must come from a registry.
  private mutating func checkRegistryAddress(_ text: String, at range: SourceRange) throws(ModuleSource.ParseError) {
    let isLocal = ModuleSource.isLocal(text)
    if !isLocal, try RegistryModule(parsing: text) != nil { return }
    let reason =
      if isLocal { "the directory \"\(text)\" is in no registry; remove \"version\" to use it" } else {
        "a module in a registry has three parts separated by slashes, or four with a host name first"
      }
    error(
      "Invalid registry module source address",
      "This is no address in a registry: \(reason).\n\nIt is read as one because \"version\" is set; remove "
        + "\"version\" for other sources.", at: range)
  }

  mutating func passedProviders(_ expression: Expression) -> [PassedProvider] {
    guard let items = expression.asStaticMap() else {
      error("Invalid expression", "A static map expression is required.", at: expression.startRange)
      return []
    }
    var passed: [PassedProvider] = []
    var seen: [ProviderReferenceKey: SourceRange] = [:]
    for item in items {
      let child = providerReference(item.key, argument: "providers")
      let parent = providerReference(item.value, argument: "providers", allowsKey: true)
      guard let child, let parent else { continue }
      if let previous = seen.updateValue(child.range, forKey: child.key) {
        error(
          "Duplicate provider address",
          "\(child.key) was given its configuration at \(place(previous)). Keep one of the two.", at: parent.range)
        continue
      }
      passed.append(PassedProvider(child: child, parent: parent))
    }
    return passed
  }

  // MARK: Refactoring

  mutating func moved(_ block: Block) -> MovedBlock? {
    let content = self.content(
      block.body, [AttributeSpecification("from", required: true), AttributeSpecification("to", required: true)])
    let from = content.attributes["from"].flatMap { endpoint($0) }
    let to = content.attributes["to"].flatMap { endpoint($0) }
    guard let from, let to, let fromRange = content.attributes["from"]?.expression.range,
      let toRange = content.attributes["to"]?.expression.range
    else { return nil }
    switch (from, to) {
    case (.module, .module), (.resource, .resource): break
    default:
      error(
        "Invalid \"moved\" addresses",
        "\"from\" and \"to\" have to name the same kind of thing: two resources or two modules.",
        at: block.definitionRange)
      return nil
    }
    return MovedBlock(from: from, to: to, fromRange: fromRange, toRange: toRange, range: block.definitionRange)
  }

  private mutating func endpoint(_ attribute: Attribute) -> TargetAddress? {
    guard let traversal = plainReference(attribute.expression) else { return nil }
    let (address, found) = parseTarget(traversal)
    diagnostics += found
    return address
  }

  /// A reference that must not be in quotes, as blocks that are newer than these quotes have it.
  private mutating func plainReference(_ expression: Expression) -> Traversal? {
    if let traversal = expression.asTraversal() { return traversal }
    error("Invalid expression", staticReferenceDetail, at: expression.range)
    return nil
  }

  mutating func removed(_ block: Block) -> RemovedBlock? {
    let content = self.content(
      block.body, [AttributeSpecification("from", required: true)],
      [
        BlockSpecification("lifecycle"), BlockSpecification("connection"),
        BlockSpecification("provisioner", labelNames: ["type"]),
      ])
    var connection: Body?
    var destroy = true
    var provisioners: [ProvisionerBlock] = []
    for nested in content.blocks {
      switch nested.type {
      case "lifecycle":
        let lifecycle = self.content(nested.body, [AttributeSpecification("destroy")])
        if let flag = bool(lifecycle.attributes["destroy"]) { destroy = flag }
      case "connection": connection = nested.body
      default:
        guard let provisioner = provisioner(nested, connection: nil) else { continue }
        if provisioner.when != .destroy {
          error(
            "Invalid provisioner block",
            "When a resource is removed, only provisioners for its destruction can run. Write:\n    when = destroy",
            at: nested.definitionRange)
          continue
        }
        provisioners.append(provisioner)
      }
    }
    guard let attribute = content.attributes["from"], let traversal = plainReference(attribute.expression),
      let target = removedTarget(traversal)
    else { return nil }
    return RemovedBlock(
      from: target, fromRange: attribute.expression.range, destroy: destroy, connection: connection,
      provisioners: provisioners, range: block.definitionRange)
  }

  private mutating func removedTarget(_ traversal: Traversal) -> RemovedBlock.Target? {
    let (address, found) = parseTarget(traversal)
    diagnostics += found
    guard let address else { return nil }
    let keyRange = traversal.steps.first { if case .index = $0 { true } else { false } }?.range
    switch address {
    case .module(let module):
      if let keyRange {
        error(
          "Module instance keys not allowed",
          "Name the whole module, as in module.foo, without an instance key.",
          at: keyRange)
        return nil
      }
      return .module(module.path)
    case .resource(let instance):
      if instance.module.steps.contains(where: { $0.key != nil }) {
        error(
          "Module instance keys not allowed",
          "Name the whole module, as in module.foo, without an instance key.",
          at: keyRange)
        return nil
      }
      if instance.key != nil {
        error(
          "Resource instance keys not allowed",
          "Name the whole resource, as in test_instance.foo, without an instance key.",
          at: traversal.steps.last?.range ?? traversal.range)
        return nil
      }
      if instance.resource.mode == .ephemeral {
        error(
          "Ephemeral resource address not allowed",
          "Ephemeral resources are in no state, so there is nothing that a removed block could take out of it.", at: traversal.range)
        return nil
      }
      if instance.resource.mode == .data {
        error(
          "Data source address not allowed",
          "Data sources are only read, so there is nothing to remove. Delete the data block from the configuration "
            + "instead.", at: traversal.range)
        return nil
      }
      return .resource(instance.configuration)
    }
  }

  mutating func importBlock(_ block: Block) -> ImportBlock? {
    let hasIdentity = !block.body.partialContent(for: ContentSchema(attributes: [AttributeSpecification("identity")])).0.attributes
      .isEmpty
    let content = self.content(
      block.body,
      [
        AttributeSpecification("for_each"), AttributeSpecification("id", required: !hasIdentity),
        AttributeSpecification("identity"), AttributeSpecification("provider"), AttributeSpecification("to", required: true),
      ])
    guard let subject = importSubject(content), let to = content.attributes["to"] else { return nil }
    let forEach = content.attributes["for_each"]?.expression
    guard let (expression, address) = importTarget(to, isStatic: forEach == nil) else { return nil }
    var result = ImportBlock(
      to: expression, resource: address.configuration, subject: subject, forEach: forEach,
      provider: content.attributes["provider"].flatMap { providerReference($0.expression, argument: "provider") },
      range: block.definitionRange)
    if forEach == nil { result.instance = address }
    result.providerRange = content.attributes["provider"]?.range
    return result
  }

  private mutating func importSubject(_ content: BodyContent) -> ImportBlock.Subject? {
    guard let identity = content.attributes["identity"] else { return content.attributes["id"].map { .id($0.expression) } }
    if content.attributes["id"] == nil { return .identity(identity.expression) }
    error(
      "Invalid import block", "An object is imported either by its \"id\" or by its \"identity\", not by both.", at: identity.range)
    return nil
  }

  /// The instance an import goes to. With `for_each` keys may be computed, so they are left out while the address is parsed.
  private mutating func importTarget(_ attribute: Attribute, isStatic: Bool) -> (Expression, ResourceInstance)? {
    var expression = attribute.expression
    if case .jsonString(let string) = expression.kind {
      let (parsed, found) = parseExpression(
        Array(string.text.utf8), file: expression.range.file, startOffset: expression.range.start &+ 1)
      diagnostics += found
      if found.hasErrors { return nil }
      expression = parsed
    }
    guard let plain = isStatic ? expression.asTraversal() : expression.withoutKeys else {
      if case .index(let collection, let key) = expression.kind, key.isLiteral {
        var range = expression.range
        range.start = collection.range.end
        error("Invalid address", "An instance key is a whole number or a quoted string.", at: range)
        error("Invalid import address", "Only managed resources can be imported.", at: attribute.range)
        return nil
      }
      error("Invalid expression", staticReferenceDetail, at: expression.range)
      error(
        "Invalid address",
        "Name a resource instance, as in test_instance.foo or module.a.test_instance.foo[0].", at: attribute.range)
      return nil
    }
    let (address, found) = parseTarget(plain)
    diagnostics += found
    guard case .resource(let instance)? = address, instance.resource.mode == .managed else {
      if case .module? = address {
        error(
          "Invalid address",
          "Name a resource instance, as in test_instance.foo or module.a.test_instance.foo[0].", at: expression.range)
      }
      error("Invalid import address", "Only managed resources can be imported.", at: attribute.range)
      return nil
    }
    return (expression, instance)
  }
}

extension Expression {
  /// Whether it is `true`, `false` or `null`.
  fileprivate var isLiteral: Bool {
    switch kind {
    case .bool, .null: true
    default: false
    }
  }

  /// The reference chain with all index steps left out; nil if it is none.
  var withoutKeys: Traversal? {
    switch kind {
    case .scopeTraversal(var traversal):
      traversal.steps.removeAll { if case .attribute = $0 { false } else { true } }
      return traversal
    case .relativeTraversal(let source, let steps):
      guard var traversal = source.withoutKeys else { return nil }
      traversal.steps += steps.filter { if case .attribute = $0 { true } else { false } }
      traversal.range = range
      return traversal
    case .index(let collection, _):
      guard var traversal = collection.withoutKeys else { return nil }
      traversal.range = range
      return traversal
    default: return nil
    }
  }
}
