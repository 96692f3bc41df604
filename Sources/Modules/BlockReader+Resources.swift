import Addresses
import Diagnostics
import Expressions
import HCL

extension BlockReader {
  /// What the language itself reads of a resource; the rest is the provider's.
  private static let otherSchema = resourceSchema([])
  private static let managedSchema = resourceSchema([
    BlockSpecification("connection"), BlockSpecification("provisioner", labelNames: ["type"]),
  ])

  private static func resourceSchema(_ more: [BlockSpecification]) -> ContentSchema {
    ContentSchema(
      attributes: ["count", "for_each", "provider", "depends_on"].map { AttributeSpecification($0) },
      blocks: ["locals", "lifecycle", "_"].map { BlockSpecification($0) } + more)
  }

  mutating func resource(_ block: Block, in module: ModulePath, isOverride: Bool = false) -> ResourceBlock? {
    guard block.labels.count == 2 else { return nil }
    let mode: ResourceMode = block.type == "data" ? .data : block.type == "ephemeral" ? .ephemeral : .managed
    checkResourceName(block.labels, mode)
    let (content, rest) = partialContent(block.body, mode == .managed ? Self.managedSchema : Self.otherSchema)
    let resource = ResourceBlock(
      address: ConfigurationResource(module: module, Resource(mode, block.labels[0].text, block.labels[1].text)),
      body: escaped(rest, content.blocks), range: block.definitionRange, typeRange: block.labels[0].range,
      blockRange: block.range)
    resource.written = Set(content.attributes.keys)
    resource.count = content.attributes["count"]?.expression
    if let forEach = content.attributes["for_each"] {
      resource.forEach = forEach.expression
      if resource.count != nil { rejectCountAndForEach(at: forEach.nameRange) }
    }
    if let provider = content.attributes["provider"] {
      resource.provider = providerReference(provider.expression, argument: "provider", allowsKey: true)
    }
    resource.dependsOn = dependsOn(content.attributes["depends_on"])
    readBlocks(content.blocks, of: resource, isOverride: isOverride)
    checkOwnConditions(resource)
    return resource
  }

  /// Takes `lifecycle.enabled`, which stands for `count` and `for_each` where there is one instance or none.
  mutating func enabled(_ attribute: Attribute?, _ count: Expression?, _ forEach: Expression?) -> Expression? {
    guard let attribute else { return nil }
    if count != nil || forEach != nil {
      let other = count != nil ? "count" : "for_each"
      error(
        "Invalid combination of \"\(other)\" and \"enabled\"",
        "Set either \"\(other)\" or \"enabled\": each says how many objects there are.", at: attribute.nameRange)
    }
    return attribute.expression
  }

  mutating func rejectCountAndForEach(at range: SourceRange) {
    error(
      "Invalid combination of \"count\" and \"for_each\"",
      "Set either \"count\" or \"for_each\": each says how many objects there are.", at: range)
  }

  private mutating func checkResourceName(_ labels: [Label], _ mode: ResourceMode) {
    let kind =
      switch mode {
      case .managed: "resource"
      case .data: "data source"
      case .ephemeral: "ephemeral resource"
      }
    // Types are spoken of as resource types and data sources, names as those of data resources.
    checkName(labels[0], mode == .data ? "Invalid data source name" : mode == .managed ? "Invalid resource type name" : "Invalid \(kind) type")
    checkName(labels[1], mode == .data ? "Invalid data resource name" : "Invalid \(kind) name")
  }

  private mutating func readBlocks(_ blocks: [Block], of resource: ResourceBlock, isOverride: Bool) {
    var lifecycle: Block?
    var connection: Block?
    let mode = resource.resource.mode
    let kind = mode == .managed ? "resource" : mode.rawValue
    for block in blocks {
      switch block.type {
      case "lifecycle":
        if let lifecycle {
          error(
            "Duplicate lifecycle block",
            "This resource has one already at \(place(lifecycle.definitionRange)). Keep one of the two.",
            at: block.definitionRange)
          continue
        }
        lifecycle = block
        readLifecycle(block, of: resource, isOverride: isOverride)
      case "connection" where mode == .managed:
        if let connection {
          error(
            "Duplicate connection block",
            "This resource has one already at \(place(connection.definitionRange)). Keep one of the two.",
            at: block.definitionRange)
          continue
        }
        connection = block
        resource.connection = block.body
      case "provisioner" where mode == .managed:
        if let provisioner = provisioner(block, connection: nil) { resource.provisioners.append(provisioner) }
      case "_": break
      default: reserved([block], in: kind)
      }
    }
    if let connection = resource.connection {
      for provisioner in resource.provisioners where provisioner.when == .destroy {
        checkDestroyReferences(connection)
        break
      }
    }
  }

  /// Conditions speak of their own object as `self`, never by its name.
  private mutating func checkOwnConditions(_ resource: ResourceBlock) {
    if resource.preconditions.isEmpty && resource.postconditions.isEmpty { return }
    for (rules, kind) in [(resource.preconditions, "precondition"), (resource.postconditions, "postcondition")] {
      for expression in rules.flatMap({ [$0.condition, $0.errorMessage] }) {
        for traversal in expression.variables where Reference.parse(traversal).0?.resource == resource.resource {
          error(
            "Invalid reference in \(kind)",
            "\(resource.resource) cannot depend on its own attributes. Use \"self\" in provisioners and "
              + "postconditions, or a local value.",
            at: expression.range)
        }
      }
    }
  }

  // MARK: Lifecycle

  private mutating func readLifecycle(_ block: Block, of resource: ResourceBlock, isOverride: Bool) {
    let arguments = ["create_before_destroy", "prevent_destroy", "destroy", "ignore_changes", "replace_triggered_by"]
    let content = self.content(
      block.body, (arguments + ["enabled"]).map { AttributeSpecification($0) },
      [BlockSpecification("precondition"), BlockSpecification("postcondition")])
    resource.enabled = enabled(content.attributes["enabled"], resource.count, resource.forEach)
    if resource.enabled != nil { resource.written.insert("enabled") }
    let mode = resource.resource.mode
    if mode == .managed {
      readManagedLifecycle(content, of: resource)
    } else {
      let kind = mode == .data ? "data" : "ephemeral"
      for name in arguments {
        guard let attribute = content.attributes[name] else { continue }
        error(
          "Invalid \(kind) resource lifecycle argument",
          "\"\(name)\" is for managed resources; \(kind) resources do not have it.", at: attribute.nameRange)
      }
    }
    for nested in content.blocks {
      if isOverride {
        rejectInOverride(nested)
        continue
      }
      guard let rule = checkRule(nested) else { continue }
      if nested.type == "precondition" {
        resource.preconditions.append(rule)
      } else {
        resource.postconditions.append(rule)
      }
    }
  }

  private mutating func readManagedLifecycle(_ content: BodyContent, of resource: ResourceBlock) {
    resource.createBeforeDestroy = bool(content.attributes["create_before_destroy"])
    resource.destroys = bool(content.attributes["destroy"])
    if let attribute = content.attributes["prevent_destroy"],
      !attribute.expression.variables.isEmpty || bool(attribute) != nil
    {
      resource.preventDestroy = attribute.expression
    }
    if let attribute = content.attributes["replace_triggered_by"], let list = staticList(attribute.expression) {
      // What follows a faulty one is not looked at.
      for item in list {
        guard let trigger = replaceTrigger(item) else { break }
        resource.replaceTriggeredBy.append(trigger)
      }
    }
    guard let attribute = content.attributes["ignore_changes"] else { return }
    let keyword = attribute.expression.keyword()
    if keyword == "all" {
      resource.ignoreChanges = .all
      return
    }
    guard let list = staticList(attribute.expression) else { return }
    readIgnoredChanges(list, in: attribute, of: resource)
  }

  private mutating func readIgnoredChanges(
    _ list: [Expression], in attribute: Attribute, of resource: ResourceBlock
  ) {
    var wildcard: SourceRange?
    var paths: [Traversal] = []
    for item in list {
      if item.literalText == "*" {
        wildcard = item.range
        error(
          "Invalid ignore_changes wildcard",
          "Write \"ignore_changes = all\" instead of [\"*\"].", at: attribute.expression.range)
        continue
      }
      if let path = reference(item) { paths.append(path) }
    }
    if let wildcard, !paths.isEmpty {
      error(
        "Invalid ignore_changes ruleset",
        "\"*\" stands for all attributes, so no others can be listed with it. Write \"ignore_changes = all\".", at: wildcard
      )
    }
    resource.ignoreChanges = wildcard != nil ? .all : .attributes(paths)
  }

  /// A reference to a managed resource, with `count.index` or `each.key` in its keys at most. A JSON string is parsed.
  private mutating func replaceTrigger(_ expression: Expression) -> Expression? {
    var parsed = expression
    if case .jsonString(let string) = expression.kind {
      let (inner, found) = parseExpression(
        Array(string.text.utf8), file: expression.range.file, startOffset: expression.range.start &+ 1)
      diagnostics += found
      if found.hasErrors { return nil }
      parsed = inner
    }
    var resources = 0
    for traversal in parsed.variables {
      let (reference, found) = Reference.parse(traversal)
      diagnostics += found
      guard let reference else { return nil }
      switch reference.subject {
      case .resource: resources += 1
      case .count("index"), .each("key"): break
      case .count, .each:
        let (name, allowed) = if case .count = reference.subject { ("count", "count.index") } else { ("each", "each.key") }
        error(
          "Invalid \(name) reference in replace_triggered_by expression",
          "Only \(allowed) may be used in replace_triggered_by.", at: parsed.range)
      default:
        error(
          "Invalid reference in replace_triggered_by expression",
          "Name resources or their attributes here; only count.index and each.key can be used besides.",
          at: parsed.range)
      }
    }
    if resources == 1, parsed.isReferenceChain { return parsed }
    if resources > 1 {
      error(
        "Invalid replace_triggered_by expression", "Multiple resource references in replace_triggered_by expression.",
        at: parsed.range)
    } else if resources == 0 {
      error(
        "Invalid replace_triggered_by expression", "Missing resource reference in replace_triggered_by expression.",
        at: parsed.range)
    } else {
      error(
        "Invalid replace_triggered_by expression",
        "Name a resource or its attribute here, as in test_instance.foo.id.",
        at: parsed.range)
    }
    return nil
  }

  // MARK: Provisioners

  mutating func provisioner(_ block: Block, connection: Body?) -> ProvisionerBlock? {
    guard let label = block.labels.first else { return nil }
    if ["chef", "habitat", "puppet", "salt-masterless"].contains(label.text) {
      error(
        "The \"\(label.text)\" provisioner has been removed",
        "The provisioner \"\(label.text)\" no longer exists. Use the image's own start-up configuration (such as "
          + "cloud-init), or \"remote-exec\".", at: label.range)
      return nil
    }
    let (content, rest) = partialContent(
      block.body, [AttributeSpecification("when"), AttributeSpecification("on_failure")],
      [BlockSpecification("_"), BlockSpecification("connection"), BlockSpecification("lifecycle")])
    var provisioner = ProvisionerBlock(
      type: label.text, body: escaped(rest, content.blocks), range: block.definitionRange, typeRange: label.range)
    if let attribute = content.attributes["when"] {
      switch keyword(attribute.expression) {
      case "create": provisioner.when = .create
      case "destroy": provisioner.when = .destroy
      default:
        error(
          "Invalid \"when\" keyword",
          "Write create or destroy, without quotes.",
          at: attribute.expression.range)
      }
    }
    if let attribute = content.attributes["on_failure"] {
      switch keyword(attribute.expression) {
      case "continue": provisioner.onFailure = .continue
      case "fail": provisioner.onFailure = .fail
      default:
        error(
          "Invalid \"on_failure\" keyword",
          "Write continue or fail, without quotes.",
          at: attribute.expression.range)
      }
    }
    for nested in content.blocks where nested.type != "_" {
      if nested.type == "connection", provisioner.connection == nil {
        provisioner.connection = nested.body
      } else if nested.type == "connection" {
        error(
          "Duplicate connection block", "This provisioner has one already; keep one of the two.",
          at: nested.definitionRange)
      } else {
        reserved([nested], in: "provisioner")
      }
    }
    if provisioner.when == .destroy {
      checkDestroyReferences(rest)
      if let connection = provisioner.connection { checkDestroyReferences(connection) }
    }
    return provisioner
  }

  /// What runs when an object is destroyed may refer to that object only.
  private mutating func checkDestroyReferences(_ body: Body) {
    for attribute in body.justAttributes().0 {
      for traversal in attribute.expression.variables where !traversal.isAllowedAtDestruction {
        rejectDestroyReference(at: attribute.expression.range)
      }
    }
  }

  private mutating func rejectDestroyReference(at range: SourceRange) {
    error(
      "Invalid reference from destroy provisioner",
      "What runs at destruction can only use self, count.index and each.key.\n\nOther objects may be gone by then. "
        + "Store what is needed in the resource, for instance in its triggers.", at: range)
  }
}

extension Traversal {
  fileprivate var isAllowedAtDestruction: Bool {
    switch root {
    case "self", "path", "terraform": true
    case "count": firstAttribute == "index"
    case "each": firstAttribute == "key"
    default: false
    }
  }

  /// The name that the first step asks for, if it is an attribute.
  var firstAttribute: String? {
    if case .attribute(let name, _)? = steps.first { name } else { nil }
  }
}

extension Expression {
  /// Whether it is a reference and nothing around it; keys may be computed.
  var isReferenceChain: Bool {
    switch kind {
    case .scopeTraversal: true
    case .relativeTraversal(let source, _): source.isReferenceChain
    case .index(let collection, _): collection.isReferenceChain
    default: false
    }
  }
}
