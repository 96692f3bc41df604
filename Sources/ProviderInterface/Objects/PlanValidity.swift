package import Values

/// What a provider planned although it may not: every value that is neither the configured one nor the prior one, at a place
/// where the provider may not decide. Empty when the plan is in order.
///
/// - Parameters:
///   - prior: the object as it is, or null.
///   - configuration: the configuration that the provider was given.
///   - planned: its answer.
///
/// None is marked. The rules and the messages are those of Terraform 1.11; where the provider says that it has the legacy type
/// system, Terraform only logs them. Linear in the size of the values.
package func planValidityProblems(
  schema: BlockSchema, prior: Value, configuration: Value, planned: Value
) -> [ObjectProblem] {
  if planned.isIdentical(to: configuration) { return [] }
  var check = PlanCheck()
  check.object(.block(schema), prior, configuration, planned)
  return check.problems
}

private struct PlanCheck {
  var path = Path.root
  var problems: [ObjectProblem] = []

  static let unknownBlock =
    "a nested block is unknown as a whole; only its attributes can be"
  static let unknownElement =
    "an element of a nested block is unknown as a whole; only its attributes can be"

  mutating func report(_ message: String) { problems.append(ObjectProblem(path, message)) }

  /// Reports when one of the two is null and the other is not; answers whether there is something to look into.
  mutating func agreeOnExistence(_ configuration: Value, _ planned: Value) -> Bool {
    switch (configuration.isNull, planned.isNull) {
    case (false, true): report("absence, where the configuration has a value")
    case (true, false): report("existence, where the configuration has nothing")
    case (true, true): break
    case (false, false): return true
    }
    return false
  }

  mutating func object(_ schema: ObjectSchema, _ prior: Value, _ configuration: Value, _ planned: Value) {
    guard agreeOnExistence(configuration, planned) else { return }
    members(schema, prior, configuration, planned)
  }

  mutating func members(_ schema: ObjectSchema, _ prior: Value, _ configuration: Value, _ planned: Value) {
    let type = schema.type
    let (before, configured, after) = (
      ObjectReader(prior, type), ObjectReader(configuration, type), ObjectReader(planned, type)
    )
    schema.forEachMember { place, member in
      switch member {
      case .attribute(let attribute):
        path.steps.append(.attribute(attribute.name))
        self.attribute(attribute, before[place], configured[place], after[place])
      case .block(let block):
        path.steps.append(.attribute(block.name))
        blocks(block, before[place], configured[place], after[place])
      }
      path.steps.removeLast()
    }
  }

  mutating func attribute(_ schema: AttributeSchema, _ prior: Value, _ configuration: Value, _ planned: Value) {
    if planned.isIdentical(to: configuration, ignoringRefinements: true) { return }
    // What was there before, unchanged: the provider says that the configured value means the same.
    if !prior.isNull, !configuration.isNull, planned.isIdentical(to: prior, ignoringRefinements: true) { return }
    if schema.writeOnly {
      if !planned.isNull { report("a value for a write-only attribute, which must be null") }
      return
    }
    if schema.computed, !schema.optional || configuration.isNull { return }
    if configuration.isNull, !planned.isNull {
      report(
        schema.containsSensitive
          ? "a sensitive value for an attribute that only the configuration sets"
          : "\(planned.literal) for an attribute that only the configuration sets")
      return
    }
    if let nested = schema.nestedType {
      nestedObjects(nested, prior, configuration, planned)
      return
    }
    switch (schema.sensitive, prior.isNull) {
    case (true, true): report("a sensitive value other than the configured one")
    case (true, false): report("a sensitive value other than the configured or the earlier one")
    case (false, true):
      report("\(planned.literal) where \(configuration.literal) is configured")
    case (false, false):
      report(
        "\(planned.literal) where \(configuration.literal) is configured and \(prior.literal) was before"
      )
    }
  }
}

// Nested attribute types.
extension PlanCheck {
  mutating func nestedObjects(
    _ nested: NestedAttributeSchema, _ prior: Value, _ configuration: Value, _ planned: Value
  ) {
    guard agreeOnExistence(configuration, planned) else { return }
    guard planned.isKnown else {
      report("planned unknown for configured value")
      return
    }
    let schema = ObjectSchema.attributes(nested)
    switch nested.nesting {
    case .single, .group:
      members(schema, prior, configuration, planned)
    case .list:
      guard agreeOnCount(configuration, planned) else { return }
      let (before, configured) = (prior.elements, configuration.elements)
      for (index, element) in planned.elements.enumerated() {
        path.steps.append(.index(.int(index)))
        members(
          schema, index < before.count ? before[index] : .null(.object(nested.objectType)), configured[index], element)
        path.steps.removeLast()
      }
    case .map:
      guard agreeOnCount(configuration, planned) else { return }
      for (key, element) in zip(planned.keys, planned.elements) {
        guard let configured = configuration.element(at: key) else {
          report("a map key \(goQuoted(key)) that is not configured")
          continue
        }
        path.steps.append(.attribute(key))
        members(schema, prior.element(at: key) ?? .null(.object(nested.objectType)), configured, element)
        path.steps.removeLast()
      }
      for key in configuration.keys where planned.element(at: key) == nil {
        report("no map key \(goQuoted(key)), which is configured")
      }
    case .set:
      // Without keys there is nothing to pair elements by; only the count can be wrong for certain.
      guard configuration.isWhollyKnown else { return }
      let (most, wanted) = (planned.count, configuration.count)
      let least = planned.isWhollyKnown ? most : min(most, 1)
      if wanted < least || wanted > most { reportCounts(configuration, planned) }
    }
  }

  private mutating func agreeOnCount(_ configuration: Value, _ planned: Value) -> Bool {
    if configuration.isKnown, configuration.count == planned.count { return true }
    reportCounts(configuration, planned)
    return false
  }

  private mutating func reportCounts(_ configuration: Value, _ planned: Value) {
    func length(_ value: Value) -> String {
      guard value.isKnown else {
        return "cty.UnknownVal(cty.Number).Refine().NotNull().NumberLowerBound(cty.NumberIntVal(0), true).NewValue()"
      }
      return Value.int(value.count).literal
    }
    report("\(length(planned)) elements where \(length(configuration)) are configured")
  }
}

// Nested blocks.
extension PlanCheck {
  mutating func blocks(_ schema: NestedBlockSchema, _ prior: Value, _ configuration: Value, _ planned: Value) {
    if planned.isIdentical(to: configuration) { return }
    guard configuration.isKnown else {
      if planned.isKnown { report("planned value \(planned.literal) for unknown dynamic block") }
      return
    }
    guard planned.isKnown else {
      report(Self.unknownBlock)
      return
    }
    let block = ObjectSchema.block(schema.block)
    switch schema.nesting {
    case .single, .group: object(block, prior, configuration, planned)
    case .list: listBlocks(block, prior, configuration, planned)
    case .map: mapBlocks(block, prior, configuration, planned)
    case .set:
      if planned.isNull { reportNullBlocks("set") }
      for element in planned.elements where !element.isKnown {
        path.steps.append(.index(element))
        report(Self.unknownElement)
        path.steps.removeLast()
      }
    }
  }

  private mutating func reportNullBlocks(_ kind: String) {
    report("null for a \(kind) of nested blocks, which must be empty if there are none")
  }

  /// Reports when the numbers differ. A null configuration counts as empty: what ignored changes put in may be null.
  private mutating func agreeOnBlockCount(_ configuration: Value, _ planned: Value) -> Bool {
    if planned.count == configuration.count { return true }
    report("\(planned.count) blocks where \(configuration.count) are configured")
    return false
  }

  private mutating func listBlocks(
    _ schema: ObjectSchema, _ prior: Value, _ configuration: Value, _ planned: Value
  ) {
    if planned.isNull { return reportNullBlocks("list") }
    guard agreeOnBlockCount(configuration, planned) else { return }
    let (before, configured) = (prior.elements, configuration.elements)
    for (index, element) in planned.elements.enumerated() {
      path.steps.append(.index(.int(index)))
      if element.isKnown {
        object(schema, index < before.count ? before[index] : .null(.object(schema.type)), configured[index], element)
      } else {
        report(Self.unknownElement)
      }
      path.steps.removeLast()
    }
  }

  private mutating func mapBlocks(_ schema: ObjectSchema, _ prior: Value, _ configuration: Value, _ planned: Value) {
    if planned.isNull { return reportNullBlocks("map") }
    var isObject = false
    if case .object = planned { isObject = true }
    guard isObject || agreeOnBlockCount(configuration, planned) else { return }
    for (key, element) in zip(planned.keys, planned.elements) {
      guard let configured = configuration.element(at: key) else {
        report("a block key \(goQuoted(key)) that is not configured")
        continue
      }
      path.steps.append(isObject ? .attribute(key) : .index(.string(key)))
      if element.isKnown {
        object(schema, prior.element(at: key) ?? .null(.object(schema.type)), configured, element)
      } else {
        report(Self.unknownElement)
      }
      path.steps.removeLast()
    }
    for key in configuration.keys where planned.element(at: key) == nil {
      report("no block key \(goQuoted(key)), which is configured")
    }
  }
}
