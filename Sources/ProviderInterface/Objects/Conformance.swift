package import Values

/// Where a value does not have the type that the schema implies. Empty, without making any types, when it has.
package func conformanceProblems(schema: BlockSchema, _ value: Value) -> [ObjectProblem] {
  let wanted = ValueType.object(schema.impliedType)
  if value.conforms(to: wanted) {
    // Neither the JSON of the state nor that of a plan can hold one.
    return value.hasInfinity ? [ObjectProblem(.root, "an infinite number, which cannot be stored")] : []
  }
  var problems: [ObjectProblem] = []
  compareTypes(value.type, wanted: wanted, at: .root, into: &problems)
  return problems
}

private func compareTypes(
  _ given: ValueType, wanted: ValueType, at path: Path, into problems: inout [ObjectProblem]
) {
  if given.conforms(to: wanted) { return }
  switch (given, wanted) {
  case (.object(let own), .object(let other)):
    for name in own.names where other.index(of: name) == nil {
      problems.append(ObjectProblem(path, "unsupported attribute \(goQuoted(name))"))
    }
    for (name, type) in zip(other.names, other.types) {
      guard let ownType = own.type(of: name) else {
        problems.append(ObjectProblem(path, "missing required attribute \(goQuoted(name))"))
        continue
      }
      compareTypes(ownType, wanted: type, at: path.attribute(name), into: &problems)
    }
  case (.list(let own), .list(let other)):
    compareTypes(own, wanted: other, at: path.index(.unknown(.number)), into: &problems)
  case (.map(let own), .map(let other)):
    compareTypes(own, wanted: other, at: path.index(.unknown(.string)), into: &problems)
  case (.set(let own), .set(let other)):
    compareTypes(own, wanted: other, at: path.index(.unknown(other)), into: &problems)
  default:
    problems.append(
      ObjectProblem(path, "\(wanted.friendlyName) required, but received \(given.friendlyName)"))
  }
}

/// The paths of write-only attributes that are not null, which they must be in everything that a provider returns.
package func writeOnlyPathsWithValues(schema: BlockSchema, _ value: Value) -> [Path] {
  guard schema.containsWriteOnly else { return [] }
  var found: [Path] = []
  collectWriteOnly(.block(schema), value, at: .root, into: &found)
  return found
}

private func collectWriteOnly(_ schema: ObjectSchema, _ value: Value, at path: Path, into found: inout [Path]) {
  guard value.isKnownAndNotNull else { return }
  let attributes = ObjectReader(value, schema.type)
  schema.forEachMember { place, member in
    switch member {
    case .attribute(let attribute):
      guard attribute.containsWriteOnly, !attributes[place].isNull else { return }
      let here = path.attribute(attribute.name)
      if attribute.writeOnly {
        found.append(here)
      } else if let nested = attribute.nestedType {
        forEachObject(attributes[place], nested.nesting, at: here) { object, path in
          collectWriteOnly(.attributes(nested), object, at: path, into: &found)
        }
      }
    case .block(let block):
      guard block.block.containsWriteOnly else { return }
      forEachObject(attributes[place], block.nesting, at: path.attribute(block.name)) { object, path in
        collectWriteOnly(.block(block.block), object, at: path, into: &found)
      }
    }
  }
}

/// Calls the visitor for every object of a nested value, with its path. Elements of sets have their value as step.
package func forEachObject(_ value: Value, _ nesting: NestingMode, at path: Path, _ visit: (Value, Path) -> Void) {
  let (plain, _) = value.unmarked()
  guard plain.isKnownAndNotNull else { return }
  switch nesting {
  case .single, .group: visit(plain, path)
  case .list:
    for (index, element) in plain.elements.enumerated() { visit(element, path.index(index)) }
  case .set:
    for element in plain.elements { visit(element, path.index(element)) }
  case .map:
    for (key, element) in zip(plain.keys, plain.elements) { visit(element, path.key(key)) }
  }
}

/// Where a value is unknown, outermost first, in order; O(1) when it is wholly known.
package func unknownPaths(in value: Value) -> [Path] {
  if value.isWhollyKnown { return [] }
  var found: [Path] = []
  value.visit { path, part in
    if part.isWhollyKnown { return false }
    if part.isKnown { return true }
    found.append(path)
    return false
  }
  return found
}

extension Value {
  /// The same value with nulls for all that is unknown, as it is stored when a provider leaves something unknown after apply.
  package var withUnknownsAsNull: Value {
    if isWhollyKnown { return self }
    switch self {
    case .unknown(let unknown): return .null(unknown.type)
    case .marked(let marked): return marked.value.withUnknownsAsNull.marked(with: marked.marks)
    default: return withElements(elements.map(\.withUnknownsAsNull))
    }
  }
}
