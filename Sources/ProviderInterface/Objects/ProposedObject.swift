package import Values

/// The object that the engine proposes to the provider: the configuration, with what the provider decided before where the
/// configuration leaves it open. A hint; the provider may answer with something else within the limits of `planValidityProblems`.
///
/// - Parameters:
///   - prior: the object as it is; null when it is to be created.
///   - configuration: null when the object is to be deleted. May contain unknown values.
///
/// Neither is marked. Computed attributes that are null in the configuration keep their prior value. Elements of lists pair by
/// index, those of maps by key, those of sets with the first prior element that could have come from the same configuration.
package func proposedObject(schema: BlockSchema, prior: Value, configuration: Value) -> Value {
  proposed(.block(schema), prior: prior, configuration: configuration)
}

/// What is planned for a data source that cannot be read yet: its configuration, with unknown values for all that the
/// provider will decide.
package func plannedDataObject(schema: BlockSchema, configuration: Value) -> Value {
  proposed(.block(schema), prior: .unknown(.object(schema.impliedType)), configuration: configuration)
}

private func proposed(_ schema: ObjectSchema, prior: Value, configuration: Value) -> Value {
  var prior = prior
  switch schema {
  case .block(let block):
    if prior.isNull {
      if configuration.isNull { return prior }
      prior = block.emptyValue
    }
    guard configuration.isKnownAndNotNull else { return prior }
  case .attributes:
    if configuration.isNull { return configuration }
  }
  let priorAttributes = ObjectReader(prior, schema.type)
  let configured = ObjectReader(configuration, schema.type)
  return schema.object { place, member in
    switch member {
    case .attribute(let attribute):
      proposedAttribute(attribute, prior: priorAttributes[place], configuration: configured[place])
    case .block(let block):
      proposedBlocks(block, prior: priorAttributes[place], configuration: configured[place])
    }
  }
}

private func proposedAttribute(_ attribute: AttributeSchema, prior: Value, configuration: Value) -> Value {
  if attribute.computed, configuration.isNull {
    return stemsFromConfiguration(attribute, prior) ? configuration : prior
  }
  guard let nested = attribute.nestedType, configuration.isKnown else { return configuration }
  return proposedElements(.attributes(nested), nested.nesting, prior: prior, configuration: configuration)
}

private func proposedBlocks(_ block: NestedBlockSchema, prior: Value, configuration: Value) -> Value {
  guard configuration.isKnown else { return configuration }
  if block.nesting == .group { return proposed(.block(block.block), prior: prior, configuration: configuration) }
  return proposedElements(.block(block.block), block.nesting, prior: prior, configuration: configuration)
}

private func proposedElements(
  _ schema: ObjectSchema, _ nesting: NestingMode, prior: Value, configuration: Value
) -> Value {
  guard !configuration.isNull else { return configuration }
  switch nesting {
  case .single, .group: return proposed(schema, prior: prior, configuration: configuration)
  case .list, .map, .set: break
  }
  guard configuration.count > 0 else { return configuration }
  switch nesting {
  case .single, .group, .list: return proposedList(schema, prior: prior, configuration: configuration)
  case .map: return proposedMap(schema, prior: prior, configuration: configuration)
  case .set: return proposedSet(schema, prior: prior, configuration: configuration)
  }
}

private func proposedList(_ schema: ObjectSchema, prior: Value, configuration: Value) -> Value {
  if prior.isIdentical(to: configuration) { return configuration }
  let before = prior.elements
  let isPriorUnknown = !prior.isKnown
  var parts = configuration.elements
  for index in parts.indices {
    if isPriorUnknown {
      parts[index] = proposed(schema, prior: .unknown(.object(schema.type)), configuration: parts[index])
    } else if index < before.count {
      parts[index] = proposed(schema, prior: before[index], configuration: parts[index])
    }
  }
  return configuration.withElements(parts)
}

private func proposedMap(_ schema: ObjectSchema, prior: Value, configuration: Value) -> Value {
  if prior.isIdentical(to: configuration) { return configuration }
  let keys = configuration.keys
  var parts = configuration.elements
  for index in parts.indices {
    guard let before = prior.element(at: keys[index]) else { continue }
    parts[index] = proposed(schema, prior: before, configuration: parts[index])
  }
  return configuration.withElements(parts)
}

private func proposedSet(_ schema: ObjectSchema, prior: Value, configuration: Value) -> Value {
  var candidates = PriorElements(schema, prior.elements)
  let parts = configuration.elements.map { element in
    proposed(schema, prior: candidates.take(for: element) ?? .null(.object(schema.type)), configuration: element)
  }
  return configuration.withElements(parts)
}

/// Whether a prior value has a part that only configuration can have set. Then the configuration was not null before, and null
/// now means that the value is taken away.
private func stemsFromConfiguration(_ attribute: AttributeSchema, _ prior: Value) -> Bool {
  guard attribute.optional, let nested = attribute.nestedType else { return false }
  return hasConfiguredPart(nested, prior)
}

private func hasConfiguredPart(_ nested: NestedAttributeSchema, _ value: Value) -> Bool {
  guard value.isKnownAndNotNull else { return false }
  let objects =
    switch nested.nesting {
    case .single, .group: [value]
    case .list, .set, .map: value.elements
    }
  for object in objects where object.isKnownAndNotNull {
    let attributes = ObjectReader(object, nested.objectType)
    for (place, attribute) in nested.attributes.enumerated() where !attributes[place].isNull {
      if !attribute.computed { return true }
      if let inner = attribute.nestedType, hasConfiguredPart(inner, attributes[place]) { return true }
    }
  }
  return false
}
