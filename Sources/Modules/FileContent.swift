import Addresses
import Diagnostics
import HCL

/// What one file declares, in the order it is written.
struct FileContent {
  var requiredVersions: [ConstraintText] = []
  var backends: [BackendBlock] = []
  var clouds: [CloudBlock] = []
  var requiredProviders: [RequiredProvidersBlock] = []
  var providerMeta: [ProviderMetaBlock] = []
  var providers: [ProviderBlock] = []
  var variables: [InputVariable] = []
  var locals: [LocalValue] = []
  var outputs: [OutputValue] = []
  var moduleCalls: [ModuleCall] = []
  var resources: [ResourceBlock] = []
  var moved: [MovedBlock] = []
  var removed: [RemovedBlock] = []
  var imports: [ImportBlock] = []
  var checks: [CheckBlock] = []
}

struct RequiredProvidersBlock {
  var entries: [RequiredProvider]
  var range: SourceRange
}

extension BlockReader {
  private static let fileBlocks = [
    BlockSpecification("terraform"), BlockSpecification("required_providers"),
    BlockSpecification("provider", labelNames: ["name"]), BlockSpecification("variable", labelNames: ["name"]),
    BlockSpecification("locals"), BlockSpecification("output", labelNames: ["name"]),
    BlockSpecification("module", labelNames: ["name"]), BlockSpecification("resource", labelNames: ["type", "name"]),
    BlockSpecification("data", labelNames: ["type", "name"]),
    BlockSpecification("ephemeral", labelNames: ["type", "name"]), BlockSpecification("moved"),
    BlockSpecification("import"), BlockSpecification("check", labelNames: ["name"]), BlockSpecification("removed"),
  ]

  /// Reads a whole file. In an override file, arguments that the overridden block gives may be left out.
  mutating func file(_ body: Body, in module: ModulePath, isOverride: Bool) -> FileContent {
    var file = FileContent()
    let content = self.content(body, [], Self.fileBlocks)
    for block in content.blocks { read(block, into: &file, module, isOverride) }
    return file
  }

  private mutating func read(_ block: Block, into file: inout FileContent, _ module: ModulePath, _ isOverride: Bool) {
    switch block.type {
    case "terraform": terraform(block, into: &file)
    case "required_providers":
      // Reserved at the top level.
      error(
        "Invalid required_providers block",
        "Put \"required_providers\" into a \"terraform\" block.", at: block.typeRange)
    case "provider": if let provider = provider(block) { file.providers.append(provider) }
    case "variable": file.variables.append(variable(block, isOverride: isOverride))
    case "locals": file.locals += locals(block)
    case "output": if let output = output(block, isOverride: isOverride) { file.outputs.append(output) }
    case "module": if let call = moduleCall(block, isOverride: isOverride) { file.moduleCalls.append(call) }
    case "resource", "data", "ephemeral":
      if let resource = resource(block, in: module, isOverride: isOverride) { file.resources.append(resource) }
    case "moved":
      if let moved = moved(block) { file.moved.append(moved) }
      if isOverride { rejectOverride(of: block) }
    case "removed":
      if let removed = removed(block) { file.removed.append(removed) }
    case "import":
      if let block = importBlock(block) { file.imports.append(block) }
      if isOverride { rejectOverride(of: block) }
    case "check":
      if isOverride { rejectInOverride(block) } else { check(block, into: &file, module) }
    default: break
    }
  }

  private mutating func rejectOverride(of block: Block) {
    error(
      "Cannot override '\(block.type)' blocks",
      "A \(block.type) block cannot stand in an override file. Move it to another file.",
      at: block.definitionRange)
  }

  /// A rule or a check stands for itself; there is nothing that it could replace.
  mutating func rejectInOverride(_ block: Block) {
    error(
      "Can't override \(block.type) blocks", "Override files cannot override \"\(block.type)\" blocks.", at: block.definitionRange)
  }

  // MARK: Settings

  private mutating func terraform(_ block: Block, into file: inout FileContent) {
    let content = self.content(
      block.body,
      [
        AttributeSpecification("required_version"), AttributeSpecification("experiments"),
        AttributeSpecification("language"),
      ],
      [
        BlockSpecification("backend", labelNames: ["type"]), BlockSpecification("cloud"),
        BlockSpecification("required_providers"), BlockSpecification("provider_meta", labelNames: ["provider"]),
      ])
    if let attribute = content.attributes["required_version"], let text = constraint(attribute) {
      file.requiredVersions.append(ConstraintText(text.text, range: attribute.range))
    }
    if let attribute = content.attributes["language"], attribute.expression.keyword() != "TF2021" {
      let isEdition = attribute.expression.keyword()?.wholeMatch(of: /TF2[0-9]{3}/) != nil
      error(
        isEdition ? "Unsupported language edition" : "Invalid language edition",
        "The only edition of the language is TF2021; remove this argument or name that edition.",
        at: attribute.expression.range)
    }
    if let attribute = content.attributes["experiments"], attribute.expression.asStaticList()?.isEmpty != true {
      error(
        "Module uses experimental features",
        "No experiments are on offer. Remove this argument.", at: attribute.nameRange)
    }
    for nested in content.blocks {
      switch nested.type {
      case "backend":
        guard let label = nested.labels.first else { break }
        file.backends.append(
          BackendBlock(type: label.text, typeRange: label.range, body: nested.body, range: nested.definitionRange))
      case "cloud": file.clouds.append(CloudBlock(body: nested.body, range: nested.definitionRange))
      case "required_providers":
        file.requiredProviders.append(
          RequiredProvidersBlock(entries: requiredProviders(nested), range: nested.definitionRange))
      default:
        guard let label = nested.labels.first else { break }
        file.providerMeta.append(
          ProviderMetaBlock(name: label.text, body: nested.body, range: nested.definitionRange))
      }
    }
  }

  /// A version constraint that is well formed; the text is kept as written.
  mutating func constraint(_ attribute: Attribute) -> ConstraintText? {
    let count = diagnostics.count
    guard let text = string(attribute) else {
      // What it is made of has been reported; that it is not known is no news.
      if diagnostics.count > count + 1 { diagnostics.removeLast() }
      return nil
    }
    return constraint(text, at: attribute.expression.range)
  }

  mutating func constraint(_ text: String, at range: SourceRange) -> ConstraintText? {
    if (try? VersionConstraints(parsing: text)) != nil { return ConstraintText(text, range: range) }
    error(
      "Invalid version constraint",
      "This is no version constraint. Examples: \"1.2.3\", \">= 1.2, < 2.0\", \"~> 1.2\".", at: range)
    return nil
  }

  // MARK: Locals and outputs

  private mutating func locals(_ block: Block) -> [LocalValue] {
    let (attributes, found) = block.body.justAttributes()
    diagnostics += found
    var values: [LocalValue] = []
    for attribute in attributes {
      checkName(Label(text: attribute.name, range: attribute.nameRange), "Invalid local value name")
      values.append(LocalValue(name: attribute.name, expression: attribute.expression, range: attribute.range))
    }
    return values
  }

  private mutating func output(_ block: Block, isOverride: Bool) -> OutputValue? {
    guard let label = block.labels.first else { return nil }
    checkName(label, "Invalid output name")
    let content = self.content(
      block.body,
      [
        AttributeSpecification("description"), AttributeSpecification("value", required: !isOverride),
        AttributeSpecification("depends_on"), AttributeSpecification("sensitive"), AttributeSpecification("ephemeral"),
        AttributeSpecification("deprecated"),
      ], [BlockSpecification("precondition"), BlockSpecification("postcondition")])
    let value = content.attributes["value"]
    var output = OutputValue(
      name: label.text, expression: value?.expression ?? Expression(.invalid, range: block.definitionRange),
      range: block.definitionRange)
    output.written = Set(content.attributes.keys)
    output.description = string(content.attributes["description"])
    output.sensitive = bool(content.attributes["sensitive"]) ?? false
    output.ephemeral = bool(content.attributes["ephemeral"]) ?? false
    output.deprecated = deprecation(content.attributes["deprecated"], of: "output")
    output.dependsOn = dependsOn(content.attributes["depends_on"])
    for nested in content.blocks {
      if nested.type == "postcondition" {
        error(
          "Postconditions are not allowed", "An output is checked before it is stored. Use a precondition.",
          at: nested.definitionRange)
      } else if isOverride {
        rejectInOverride(nested)
      } else if let rule = checkRule(nested) {
        output.preconditions.append(rule)
      }
    }
    return output
  }

  /// A `condition` with its `error_message`.
  mutating func checkRule(_ block: Block) -> CheckRule? {
    let content = self.content(
      block.body,
      [AttributeSpecification("condition", required: true), AttributeSpecification("error_message", required: true)])
    guard let condition = content.attributes["condition"] else { return nil }
    if condition.expression.variables.isEmpty {
      error(
        "Invalid \(block.type) expression",
        "This condition can never change. Refer to at least one object of the configuration in it.",
        at: condition.expression.range)
      // A validation goes on, for what else is wrong with it.
      if block.type != "validation" { return nil }
    }
    guard let message = content.attributes["error_message"] else { return nil }
    return CheckRule(condition: condition.expression, errorMessage: message.expression, range: block.definitionRange)
  }

  // MARK: Checks

  private mutating func check(_ block: Block, into file: inout FileContent, _ module: ModulePath) {
    guard let label = block.labels.first else { return }
    checkName(label, "Invalid check block name")
    let content = self.content(
      block.body, [], [BlockSpecification("data", labelNames: ["type", "name"]), BlockSpecification("assert")])
    var asserts: [CheckRule] = []
    var data: ResourceBlock?
    for nested in content.blocks {
      if nested.type == "assert" {
        if let rule = checkRule(nested) { asserts.append(rule) }
      } else if let data {
        error(
          "Multiple data resource blocks",
          "This check block reads \(place(data.range)) already, and can hold one data block only.",
          at: nested.definitionRange)
      } else if let resource = resource(nested, in: module) {
        let (inner, _, _) = nested.body.partialContent(for: ContentSchema(blocks: [BlockSpecification("lifecycle")]))
        for lifecycle in inner.blocks {
          error(
            "Invalid lifecycle block",
            "A data block within a check is always read anew and has no lifecycle. Remove this block.",
            at: lifecycle.definitionRange)
        }
        resource.check = label.text
        data = resource
      }
    }
    if asserts.isEmpty {
      error("Zero assert blocks", "A check without an assert block checks nothing. Add one.", at: block.definitionRange)
    }
    if let data { file.resources.append(data) }
    file.checks.append(
      CheckBlock(name: label.text, dataResource: data?.resource, asserts: asserts, range: block.definitionRange))
  }
}

/// The version of the language, for constraints and messages.
package let languageVersion = "1.11.4"
