import ProviderInterface
package import Values

/// What `ignore_changes` of a resource names.
package enum IgnoredChanges: Hashable, Sendable {
  case none
  case all
  /// Paths of attributes and indices; none leads through a set.
  case paths([Path])
}

/// The configuration with the prior values where changes are to be ignored.
///
/// Without a prior object nothing is ignored. Marks of the values stay with them. With `.all` it is the prior object
/// without what only the provider decides.
package func configuration(
  _ configuration: Value, ignoring ignored: IgnoredChanges, prior: Value, schema: BlockSchema
) -> Value {
  if prior.isNull { return configuration }
  switch ignored {
  case .none: return configuration
  case .all: return withoutComputed(prior, .block(schema))
  case .paths(let paths): return replacing(paths, in: configuration, by: prior)
  }
}

/// The planned object with the prior values where changes are to be ignored: a second pass for providers with the legacy type
/// system, which may plan what the configuration did not ask for.
package func planned(_ planned: Value, ignoring ignored: IgnoredChanges, prior: Value) -> Value {
  if prior.isNull || planned.isNull { return planned }
  switch ignored {
  case .none: return planned
  case .all: return prior
  case .paths(let paths): return replacing(paths, in: planned, by: prior)
  }
}

private func replacing(_ paths: [Path], in configuration: Value, by prior: Value) -> Value {
  var result = configuration
  // The longest first: a path that covers another decides.
  for path in paths.sorted(by: { $0.count > $1.count }) where !path.isEmpty {
    var container = path
    var key: String?
    if case .index(.string(let last)) = path.steps.last {
      container.steps.removeLast()
      key = last
    }
    guard isAddressable(container, in: prior), isAddressable(container, in: configuration),
      let before = prior.get(at: container), let original = configuration.get(at: container),
      !before.isIdentical(to: original)
    else { continue }
    let isMap = original.isOfMapType
    // Single keys of an unknown map cannot be ignored, and neither is the map as a whole.
    if isMap, !original.isKnown { continue }
    guard isMap, let key else {
      result = result.setting(at: container, to: before)
      continue
    }
    guard let current = result.get(at: container) else { continue }
    result = result.setting(at: container, to: map(current, takingElementAt: key, from: before))
  }
  return result
}

/// Whether every step has the form that fits: attributes of objects by name, elements of maps by key (observed with Terraform
/// 1.11: `tags.a` ignores nothing where `tags` is a map). The last step, if it is a key, is not part of this, so that
/// `object["a"]` stands for the whole object.
private func isAddressable(_ path: Path, in value: Value) -> Bool {
  var current = value
  for step in path.steps {
    switch (current.unmarked().0, step) {
    case (.map, .attribute), (.object, .index): return false
    case (.unknown(let unknown), .attribute): if case .map = unknown.type { return false }
    case (.unknown(let unknown), .index): if case .object = unknown.type { return false }
    default: break
    }
    guard let next = current.get(at: Path([step])) else { return false }
    current = next
  }
  return true
}

/// A map with one element as it is in another: with that value, or absent. A null map without elements stays null.
private func map(_ current: Value, takingElementAt key: String, from before: Value) -> Value {
  let (plain, marks) = current.unmarked()
  guard case .map(let elementType) = plain.type else { return current }
  var elements = Dictionary(uniqueKeysWithValues: zip(plain.keys, plain.elements))
  elements[key] = before.element(at: key)
  if elements.isEmpty, plain.isNull { return current }
  return Value.map(elements, of: elementType).marked(with: marks)
}

/// An object with nulls for all that the configuration cannot set.
private func withoutComputed(_ value: Value, _ schema: ObjectSchema) -> Value {
  let (plain, marks) = value.unmarked()
  guard plain.isKnownAndNotNull else { return value }
  let attributes = ObjectReader(plain, schema.type)
  return schema.object { place, member in
    let value = attributes[place]
    switch member {
    case .attribute(let attribute):
      if attribute.computed, !attribute.optional { return .null(value.type) }
      guard let nested = attribute.nestedType else { return value }
      return withoutComputed(elementsOf: value, .attributes(nested), nested.nesting)
    case .block(let block):
      return withoutComputed(elementsOf: value, .block(block.block), block.nesting)
    }
  }.marked(with: marks)
}

private func withoutComputed(elementsOf value: Value, _ schema: ObjectSchema, _ nesting: NestingMode) -> Value {
  switch nesting {
  case .single, .group: return withoutComputed(value, schema)
  case .list, .set, .map:
    if value.count == 0 { return value }
    return value.withElements(value.elements.map { withoutComputed($0, schema) })
  }
}

extension Value {
  /// Whether it is a map, or a null or unknown value of such a type.
  fileprivate var isOfMapType: Bool {
    switch self {
    case .map, .null(.map): true
    case .unknown(let unknown): if case .map = unknown.type { true } else { false }
    case .marked(let marked): marked.value.isOfMapType
    default: false
    }
  }
}
