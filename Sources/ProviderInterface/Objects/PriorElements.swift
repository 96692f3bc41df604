import Values

/// The elements of a prior set, each to be paired at most once with an element of the configured set.
///
/// An element of a set has no key; what pairs is an element that differs from the configured one only in what the provider
/// computes. Whatever the provider cannot compute must be equal, so candidates are looked up by a hash of that; only within
/// one hash are elements tried in order.
struct PriorElements {
  private let schema: ObjectSchema
  private let elements: [Value]
  private let fixedPlaces: [Int]
  private var buckets: [Int: [Int]] = [:]

  init(_ schema: ObjectSchema, _ elements: [Value]) {
    self.schema = schema
    self.elements = elements
    var places: [Int] = []
    schema.forEachMember { place, member in
      if case .attribute(let attribute) = member, !attribute.computed, attribute.nestedType == nil {
        places.append(place)
      }
    }
    fixedPlaces = places
    for (index, element) in elements.enumerated() { buckets[fingerprint(element), default: []].append(index) }
  }

  private func fingerprint(_ element: Value) -> Int {
    let attributes = ObjectReader(element, schema.type)
    var hasher = Hasher()
    for place in fixedPlaces { hasher.combine(attributes[place]) }
    return hasher.finalize()
  }

  /// The first element not yet taken that may have come from this configuration.
  mutating func take(for configuration: Value) -> Value? {
    if elements.isEmpty { return nil }
    let key = fingerprint(configuration)
    guard let bucket = buckets[key],
      let found = bucket.firstIndex(where: { couldStem(elements[$0], from: configuration, schema) })
    else { return nil }
    buckets[key]?.remove(at: found)
    return elements[bucket[found]]
  }
}

/// Whether a prior value may be what a provider made of a configuration: all that differs is computed and not configured.
private func couldStem(_ prior: Value, from configuration: Value, _ schema: ObjectSchema) -> Bool {
  if prior.isIdentical(to: configuration, ignoringRefinements: true) { return true }
  guard prior.isKnownAndNotNull else { return true }
  if configuration.isNull { return false }
  let before = ObjectReader(prior, schema.type)
  let configured = ObjectReader(configuration, schema.type)
  var isPossible = true
  schema.forEachMember { place, member in
    guard isPossible else { return }
    let (old, new) = (before[place], configured[place])
    if old.isIdentical(to: new, ignoringRefinements: true) { return }
    // Elements of sets within sets cannot be told apart.
    if new.isOfSetType {
      isPossible = false
      return
    }
    switch member {
    case .attribute(let attribute):
      if let nested = attribute.nestedType {
        isPossible = couldStem(elementsOf: old, from: new, .attributes(nested), nested.nesting)
      } else {
        isPossible = attribute.computed && new.isNull
      }
    case .block(let block):
      isPossible = couldStem(elementsOf: old, from: new, .block(block.block), block.nesting)
    }
  }
  return isPossible
}

private func couldStem(
  elementsOf prior: Value, from configuration: Value, _ schema: ObjectSchema, _ nesting: NestingMode
) -> Bool {
  switch nesting {
  case .single, .group: return couldStem(prior, from: configuration, schema)
  case .list, .set, .map: break
  }
  guard prior.isKnownAndNotNull, prior.count > 0 else { return true }
  guard configuration.isKnown else {
    return prior.elements.allSatisfy { couldStem($0, from: .unknown(.object(schema.type)), schema) }
  }
  let keys = prior.keys
  let configured = configuration.elements
  for (index, element) in prior.elements.enumerated() {
    let counterpart =
      nesting == .map
      ? configuration.element(at: keys[index]) : index < configured.count ? configured[index] : nil
    guard let counterpart, couldStem(element, from: counterpart, schema) else { return false }
  }
  return true
}
