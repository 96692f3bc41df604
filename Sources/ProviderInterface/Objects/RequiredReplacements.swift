package import Values

/// What remains of the paths that a provider said require a replacement.
package struct RequiredReplacements: Hashable, Sendable {
  /// Those that do change, in the order given, each once.
  package var paths: [Path] = []
  /// Those that lead nowhere, neither in the prior object nor in the planned one: an error of the provider.
  package var nonexistent: [Path] = []

  /// The detail of the diagnostic "Provider produced invalid plan" about such a path.
  package static func nonexistentDetail(provider: String, address: String, path: Path) -> String {
    "Provider \(goQuoted(provider)) says that \(address) must be replaced because of \(path.literal), which does not "
      + "exist there.\n\n\(providerMistake)"
  }
}

/// Keeps the paths whose value is about to change: unknown in the plan, different from the prior one, or write-only, which
/// nobody but the provider can compare. With no prior object nothing needs a replacement. Values are not marked.
package func requiredReplacements(
  _ paths: [Path], schema: BlockSchema, prior: Value, planned: Value
) -> RequiredReplacements {
  var result = RequiredReplacements()
  guard !prior.isNull else { return result }
  var seen = Set<Path>()
  for path in paths where seen.insert(path).inserted {
    let before = prior.get(at: path)
    let after = planned.get(at: path)
    switch (before, after) {
    case (nil, nil): result.nonexistent.append(path)
    case (let before?, let after?):
      if schema.isWriteOnly(path) || !isKnownEqual(before, after) { result.paths.append(path) }
    case (let present?, nil), (nil, let present?):
      // Null where there is nothing; so null on the other side is no change.
      if !present.isNull || schema.isWriteOnly(path) { result.paths.append(path) }
    }
  }
  return result
}

/// Whether two values are certainly equal: both wholly known, and the same. Marks, and the types of nulls, do not count:
/// null of a type where anything may stand is stored as null.
package func isKnownEqual(_ left: Value, _ right: Value) -> Bool {
  guard left.isWhollyKnown, right.isWhollyKnown else { return false }
  let (left, right) = (left.withoutMarks, right.withoutMarks)
  return left.isIdentical(to: right) || isEqualButForNulls(left, right)
}

private func isEqualButForNulls(_ left: Value, _ right: Value) -> Bool {
  switch (left, right) {
  case (.null, .null): return true
  case (.tuple, .tuple), (.object, .object):
    return left.count == right.count && left.keys == right.keys
      && zip(left.elements, right.elements).allSatisfy { isEqualButForNulls($0, $1) }
  default: return left.isIdentical(to: right)
  }
}

extension BlockSchema {
  /// The schema of the attribute at the end of a path; nil where the path ends at a block, an element or inside an attribute.
  package func attribute(at path: Path) -> AttributeSchema? {
    var block = self
    for (index, step) in path.steps.enumerated() {
      guard case .attribute(let name) = step else { continue }
      if let nested = block.block(name) {
        block = nested.block
      } else {
        return block.attribute(name)?.descendant(path.steps.dropFirst(index + 1))
      }
    }
    return nil
  }

  func isWriteOnly(_ path: Path) -> Bool { containsWriteOnly && attribute(at: path)?.writeOnly == true }
}

extension AttributeSchema {
  fileprivate func descendant(_ steps: ArraySlice<Path.Step>) -> AttributeSchema? {
    if steps.isEmpty { return self }
    guard let nestedType else { return nil }
    for (index, step) in zip(steps.indices, steps) {
      if case .attribute(let name) = step {
        return nestedType.attribute(name)?.descendant(steps[(index + 1)...])
      }
    }
    return nil
  }
}
