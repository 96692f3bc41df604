import ProviderInterface
package import Values

/// The places of a value that are sensitive because the schema says so, in order. Attributes are listed also where they are null;
/// inside sets the whole set is.
package func sensitivePaths(schema: BlockSchema, in value: Value) -> [Path] {
  guard schema.containsSensitive, !value.isNull else { return [] }
  var found: [Path] = []
  collectSensitive(.block(schema), value, at: .root, into: &found)
  return found
}

private func collectSensitive(_ schema: ObjectSchema, _ value: Value, at path: Path, into found: inout [Path]) {
  let (plain, _) = value.unmarked()
  let attributes = ObjectReader(plain, schema.type)
  schema.forEachMember { place, member in
    switch member {
    case .attribute(let attribute):
      guard attribute.containsSensitive else { return }
      let here = path.attribute(attribute.name)
      if attribute.sensitive {
        found.append(here)
      } else if let nested = attribute.nestedType {
        collectSensitive(elementsOf: attributes[place], .attributes(nested), nested.nesting, at: here, into: &found)
      }
    case .block(let block):
      guard block.block.containsSensitive else { return }
      collectSensitive(
        elementsOf: attributes[place], .block(block.block), block.nesting, at: path.attribute(block.name), into: &found)
    }
  }
}

private func collectSensitive(
  elementsOf value: Value, _ schema: ObjectSchema, _ nesting: NestingMode, at path: Path, into found: inout [Path]
) {
  guard value.isKnownAndNotNull else { return }
  if nesting == .set {
    // Elements of sets have no address; one sensitive attribute in one of them covers the set.
    var inner: [Path] = []
    for element in value.elements where inner.isEmpty { collectSensitive(schema, element, at: path, into: &inner) }
    if !inner.isEmpty { found.append(path) }
    return
  }
  forEachObject(value, nesting, at: path) { object, here in
    if !object.isNull { collectSensitive(schema, object, at: here, into: &found) }
  }
}

/// The value with the marks given and those that the schema asks for. The value itself comes unmarked, as from a provider.
package func marked(_ value: Value, schema: BlockSchema, with marks: [PathMarks] = []) -> Value {
  if value.isNull { return value }
  let derived = sensitivePaths(schema: schema, in: value).map { PathMarks(path: $0, marks: .sensitive) }
  return value.markedDeep(with: marks + derived)
}

extension Value {
  /// The paths that are stored beside an object as sensitive: where such a mark is, outermost first, in order.
  package var sensitivePaths: [Path] {
    guard hasMarks else { return [] }
    return unmarkedDeep().1.filter { $0.marks.contains(.sensitive) }.map(\.path)
  }

  /// The value with marks where the stored paths say that it is sensitive.
  package func markedSensitive(at paths: [Path]) -> Value {
    markedDeep(with: paths.map { PathMarks(path: $0, marks: .sensitive) })
  }
}
