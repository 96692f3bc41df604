import Addresses
import Diagnostics
import Expressions
import HCL
import Host
import Values

/// What is wrong about a second block is said with the place of the first.
private struct FirstPlaces<Key: Hashable> {
  private var places: [Key: SourceRange] = [:]

  /// The place of the first block of that key, if this is another one.
  mutating func earlier(_ key: Key, at range: SourceRange) -> SourceRange? {
    if let place = places[key] { return place }
    places[key] = range
    return nil
  }
}

extension BlockReader {
  private static let overrideKinds = ["override_resource", "override_data", "override_module"]

  /// Reads a whole test file.
  mutating func testFile(_ body: Body, path: String) -> TestFile {
    var file = TestFile(path: path)
    let content = self.content(
      body, [],
      [
        BlockSpecification("run", labelNames: ["name"]), BlockSpecification("variables"),
        BlockSpecification("provider", labelNames: ["name"]), BlockSpecification("mock_provider", labelNames: ["name"]),
      ] + Self.overrideKinds.map { BlockSpecification($0) })
    var variablesPlaces = FirstPlaces<Int>()
    var runPlaces = FirstPlaces<String>()
    var providerPlaces = FirstPlaces<ProviderReferenceKey>()
    for block in content.blocks {
      switch block.type {
      case "run":
        let run = testRun(block)
        if let place = runPlaces.earlier(run.name, at: run.range) {
          error(
            "Duplicate \"run\" block names",
            "There is a run \"\(run.name)\" at \(self.place(place)). Give this one another name.",
            at: block.definitionRange)
        }
        file.runs.append(run)
      case "variables":
        if let place = variablesPlaces.earlier(0, at: block.definitionRange) {
          rejectSecondVariables(block, place, in: "test file")
        } else {
          file.variables = testVariables(block)
        }
      case "provider":
        guard let provider = provider(block) else { break }
        if let place = providerPlaces.earlier(provider.key, at: provider.nameRange) {
          rejectSecondProvider(provider.key, block, place)
        } else {
          file.providers[provider.key] = provider
        }
      case "mock_provider":
        guard let provider = mockProvider(block) else { break }
        if let place = providerPlaces.earlier(provider.key, at: block.labels.first?.range ?? block.definitionRange) {
          rejectSecondProvider(provider.key, block, place)
        } else {
          file.mockProviders[provider.key] = provider
        }
      default: break
      }
    }
    file.overrides = overrides(content.blocks, isDuringPlan: false)
    return file
  }

  private mutating func rejectSecondVariables(_ block: Block, _ first: SourceRange, in what: String) {
    error(
      "Multiple \"variables\" blocks",
      "This \(what) has variables at \(place(first)) already. Put them into one block.",
      at: block.definitionRange)
  }

  private mutating func rejectSecondProvider(_ key: ProviderReferenceKey, _ block: Block, _ first: SourceRange) {
    error(
      "Duplicate provider block", "There is a provider \(key) at \(place(first)). Give this one an alias of its own.",
      at: block.definitionRange)
  }

  private mutating func testVariables(_ block: Block) -> [String: Attribute] {
    let (attributes, found) = block.body.justAttributes()
    diagnostics += found
    return Dictionary(attributes.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
  }

  // MARK: Runs

  private mutating func testRun(_ block: Block) -> TestRun {
    let label = block.labels.first ?? Label(text: "", range: block.definitionRange)
    var run = TestRun(name: label.text, range: block.definitionRange)
    let content = self.content(
      block.body,
      ["command", "providers", "expect_failures", "state_key", "parallel"].map { AttributeSpecification($0) },
      [
        BlockSpecification("plan_options"), BlockSpecification("assert"), BlockSpecification("variables"),
        BlockSpecification("module"),
      ] + Self.overrideKinds.map { BlockSpecification($0) })
    checkName(label, "Invalid run block name")
    if let attribute = content.attributes["command"] {
      switch attribute.expression.keyword() {
      case "apply": run.command = .apply
      case "plan": run.command = .plan
      default:
        error(
          "Invalid \"command\" keyword",
          "Write apply or plan, without quotes.",
          at: attribute.expression.range)
      }
    }
    if let attribute = content.attributes["providers"] { run.providers = passedProviders(attribute.expression) }
    if let attribute = content.attributes["expect_failures"] { run.expectedFailures = dependsOn(attribute) }
    run.stateKey = string(content.attributes["state_key"])
    run.isParallel = bool(content.attributes["parallel"]) ?? false
    read(content.blocks, into: &run)
    return run
  }

  private mutating func read(_ blocks: [Block], into run: inout TestRun) {
    var seen = FirstPlaces<String>()
    for nested in blocks {
      if nested.type == "assert" {
        if let rule = checkRule(nested) { run.asserts.append(rule) }
        continue
      }
      if Self.overrideKinds.contains(nested.type) { continue }
      if let place = seen.earlier(nested.type, at: nested.definitionRange) {
        error(
          "Multiple \"\(nested.type)\" blocks",
          "This run has a \(nested.type) block at \(self.place(place)) already. Keep one of the two.",
          at: nested.definitionRange)
        continue
      }
      switch nested.type {
      case "plan_options": planOptions(nested, into: &run)
      case "variables": run.variables = testVariables(nested)
      default: run.module = testModule(nested)
      }
    }
    run.overrides = overrides(blocks, isDuringPlan: false)
  }

  private mutating func planOptions(_ block: Block, into run: inout TestRun) {
    let content = self.content(
      block.body, ["mode", "refresh", "replace", "target"].map { AttributeSpecification($0) })
    if let attribute = content.attributes["mode"] {
      switch attribute.expression.keyword() {
      case "normal": break
      case "refresh-only", "refresh_only": run.isRefreshOnly = true
      default:
        error(
          "Invalid \"mode\" keyword",
          "Write normal or refresh-only, without quotes",
          at: attribute.expression.range)
      }
    }
    run.refresh = bool(content.attributes["refresh"]) ?? true
    if run.isRefreshOnly, !run.refresh, let attribute = content.attributes["refresh"] {
      error(
        "Incompatible plan options", "A run that only refreshes cannot do without refreshing.", at: attribute.range)
    }
    for traversal in dependsOn(content.attributes["target"]) {
      let (target, found) = parseTarget(traversal)
      diagnostics += found
      if let target { run.targets.append(target) }
    }
    for traversal in dependsOn(content.attributes["replace"]) {
      let (target, found) = parseTarget(traversal)
      diagnostics += found
      guard let target else { continue }
      if case .resource(let instance) = target, instance.resource.mode == .managed {
        run.replacements.append(instance)
      } else {
        error(
          "Invalid force-replace address", "Only managed resource instances can be replaced, not \(target).",
          at: traversal.range)
      }
    }
  }

  private mutating func testModule(_ block: Block) -> ModuleCall? {
    let content = self.content(
      block.body, [AttributeSpecification("source"), AttributeSpecification("version")])
    var call = ModuleCall(
      name: "", source: "", sourceRange: block.definitionRange, arguments: [:], range: block.definitionRange)
    if let attribute = content.attributes["version"] { call.version = constraint(attribute) }
    guard let attribute = content.attributes["source"] else {
      error(
        "Missing \"source\" attribute for module block",
        "Say with \"source\" which module this run uses.", at: block.definitionRange)
      return nil
    }
    guard let text = string(attribute) else { return nil }
    call.sourceRange = attribute.expression.range
    call.source = text
    checkSource(text, hasVersion: content.attributes["version"] != nil, at: attribute.expression.range)
    if case .remote? = try? ModuleSource(parsing: text) {
      error(
        "Invalid module source address",
        "A run can use a local directory or a module of a registry.",
        at: attribute.expression.range)
    }
    return call
  }

  // MARK: Mocks

  private mutating func mockProvider(_ block: Block) -> MockProviderBlock? {
    guard let label = block.labels.first else { return nil }
    let content = self.content(
      block.body, ["alias", "source", "override_during"].map { AttributeSpecification($0) }, Self.mockBlocks)
    guard checkLocalName(label.text, at: block.definitionRange) else { return nil }
    var alias: String?
    if let attribute = content.attributes["alias"] {
      alias = string(attribute)
      if !isValidIdentifier(alias ?? "") {
        error(
          "Invalid provider configuration alias", badNameDetail,
          at: attribute.expression.range)
      }
    }
    var mock = MockProviderBlock(name: label.text, alias: alias, range: block.definitionRange)
    mock.isDuringPlan = duringPlan(content.attributes["override_during"]) ?? false
    mockBlocks(content.blocks, into: &mock)
    if let attribute = content.attributes["source"], let text = string(attribute) {
      addMocks(from: text, at: attribute.expression.range, to: &mock)
    }
    return mock
  }

  /// What stands in the files of a directory; the block itself goes first.
  private mutating func addMocks(from directory: String, at range: SourceRange, to mock: inout MockProviderBlock) {
    guard let files, let names = try? files.list(directory) else {
      error("Failed to read mock data directory", "\(directory) is no directory that can be read.", at: range)
      return
    }
    for name in names where name.hasSuffix(".tfmock.hcl") || name.hasSuffix(".tfmock.json") {
      let path = directory == "." ? name : normalizedPath(directory, name)
      guard let bytes = try? files.read(path) else {
        error("Failed to read file", "The file \"\(path)\" could not be read.", at: range)
        continue
      }
      let id = sources.add(path: path, bytes: bytes)
      let (body, found) = name.hasSuffix(".json") ? parseJSONFile(bytes, file: id) : parseFile(bytes, file: id)
      diagnostics += found
      var added = MockProviderBlock(name: mock.name, alias: mock.alias, range: mock.range)
      added.isDuringPlan = mock.isDuringPlan
      mockBlocks(self.content(body, [], Self.mockBlocks).blocks, into: &added)
      mock.resources.merge(added.resources) { first, _ in first }
      mock.dataSources.merge(added.dataSources) { first, _ in first }
      mock.overrides += added.overrides.filter { new in !mock.overrides.contains { $0.target == new.target } }
    }
  }

  private static let mockBlocks = [
    BlockSpecification("mock_resource", labelNames: ["type"]), BlockSpecification("mock_data", labelNames: ["type"]),
    BlockSpecification("override_resource"), BlockSpecification("override_data"),
  ]

  private mutating func mockBlocks(_ blocks: [Block], into mock: inout MockProviderBlock) {
    var places = FirstPlaces<String>()
    for block in blocks where block.type.hasPrefix("mock_") {
      let type = block.labels.first?.text ?? ""
      let content = self.content(block.body, [AttributeSpecification("defaults"), AttributeSpecification("override_during")])
      if let place = places.earlier("\(block.type) \(type)", at: block.definitionRange) {
        error(
          "Duplicate \(block.type) block",
          "There is a \(block.type) block for \(type) at \(self.place(place)). Keep one of the two.",
          at: block.labels.first?.range ?? block.definitionRange)
        continue
      }
      let during = duringPlan(content.attributes["override_during"])
      let values = object(
        content.attributes["defaults"], "Invalid defaults attribute",
        "\(block.type) blocks must specify a defaults attribute that is an object.")
      let result = MockValues(
        values: values, isDuringPlan: during ?? mock.isDuringPlan,
        range: content.attributes["defaults"]?.expression.range ?? block.definitionRange)
      if block.type == "mock_resource" { mock.resources[type] = result } else { mock.dataSources[type] = result }
    }
    mock.overrides += overrides(blocks, isDuringPlan: mock.isDuringPlan)
  }

  private mutating func overrides(_ blocks: [Block], isDuringPlan: Bool) -> [OverrideBlock] {
    var result: [OverrideBlock] = []
    for block in blocks where Self.overrideKinds.contains(block.type) {
      guard let override = overrideBlock(block, isDuringPlan: isDuringPlan) else { continue }
      if let first = result.first(where: { $0.target == override.target }) {
        error(
          "Duplicate \(block.type) block",
          "There is an \(block.type) block for \(override.target) at \(place(first.range)). Keep one of the two.",
          at: block.definitionRange)
        continue
      }
      result.append(override)
    }
    return result
  }

  private mutating func overrideBlock(_ block: Block, isDuringPlan: Bool) -> OverrideBlock? {
    let name = block.type == "override_module" ? "outputs" : "values"
    let content = self.content(
      block.body, [AttributeSpecification("target"), AttributeSpecification(name), AttributeSpecification("override_during")])
    var target: (TargetAddress, SourceRange)?
    if let attribute = content.attributes["target"] {
      if let traversal = reference(attribute.expression) {
        let (address, found) = parseTarget(traversal)
        diagnostics += found
        if let address, check(address, isTargetOf: block, at: attribute.range) {
          target = (address, attribute.range)
        }
      }
    } else {
      error(
        "Missing target attribute", "Say with \"target\" what an \(block.type) block is for.", at: block.definitionRange
      )
    }
    let values = object(
      content.attributes[name], "Invalid \(name) attribute",
      "Set \"\(name == "outputs" ? "an outputs" : "a values")\" of this \(block.type) block to an object.")
    let during = duringPlan(content.attributes["override_during"]) ?? isDuringPlan
    guard let target else { return nil }
    return OverrideBlock(
      target: target.0, targetRange: target.1,
      values: MockValues(
        values: values, isDuringPlan: during, range: content.attributes[name]?.expression.range ?? block.definitionRange),
      range: block.definitionRange)
  }

  private mutating func check(_ target: TargetAddress, isTargetOf block: Block, at range: SourceRange) -> Bool {
    let wanted: String
    switch (block.type, target) {
    case ("override_module", .module): return true
    case ("override_resource", .resource(let instance)) where instance.resource.mode == .managed: return true
    case ("override_data", .resource(let instance)) where instance.resource.mode == .data: return true
    case ("override_module", _): wanted = "modules"
    case ("override_data", _): wanted = "data sources"
    default: wanted = "resources"
    }
    error("Invalid override target", "You can only target \(wanted) from \(block.type) blocks, not \(target).", at: range)
    return false
  }

  private mutating func duringPlan(_ attribute: Attribute?) -> Bool? {
    guard let attribute else { return nil }
    switch attribute.expression.keyword() {
    case "plan": return true
    case "apply": return false
    default:
      error(
        "Invalid override_during value", "Write plan or apply, without quotes.",
        at: attribute.range)
      return nil
    }
  }

  /// A constant object; the empty one if nothing is written.
  private mutating func object(_ attribute: Attribute?, _ summary: String, _ detail: String) -> Value {
    guard let attribute else { return .emptyObject }
    let (value, found) = evaluate(attribute.expression, in: EvaluationContext(scope: EmptyScope(), functions: nil))
    diagnostics += found
    if found.hasErrors { return .emptyObject }
    switch value.type {
    case .object, .map: if value.isKnown, !value.isNull { return value }
    default: break
    }
    error(summary, detail, at: attribute.range)
    return .emptyObject
  }
}
