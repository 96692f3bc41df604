import ProviderInterface
import Values

/// Which changes can only be had by a new object.
extension ObjectRules {
  /// The paths of the changes for which the object must be replaced.
  /// - Parameter isUpdatable: if not, every change needs a new object.
  func replacements(prior: Value, planned: Value, isUpdatable: Bool) -> [Path] {
    if prior.isNull || planned.isNull { return [] }
    if isUpdatable { return changes(prior, planned, at: .root) }
    let changed = names.filter { name in !isKnownEqual(prior.attribute(name) ?? .dynamicNull, planned.attribute(name) ?? .dynamicNull) }
    // What only the provider decides follows from the rest; it is named when there is no rest.
    let configured = changed.filter { members[$0]?.attribute?.presence != .computed }
    return (configured.isEmpty ? changed : configured).map { Path.root.attribute($0) }
  }

  private func changes(_ prior: Value, _ planned: Value, at path: Path) -> [Path] {
    var found: [Path] = []
    for name in names {
      guard let member = members[name], let before = prior.attribute(name), let after = planned.attribute(name),
        !isKnownEqual(before, after)
      else { continue }
      let here = path.attribute(name)
      if member.block?.requiresReplacement == true || member.attribute?.needsReplacement(before, after) == true {
        found.append(here)
      } else if let (nesting, rules) = member.nested {
        found += Self.nestedChanges(before, after, nesting, rules, at: here)
      }
    }
    return found
  }

  private static func nestedChanges(
    _ before: Value, _ after: Value, _ nesting: NestingMode, _ rules: ObjectRules, at path: Path
  ) -> [Path] {
    // Elements of sets have no place that hosts could compare.
    if nesting == .set { return rules.mayNeedReplacement ? [path] : [] }
    return nestedObjects(of: after, nesting).flatMap { place, object in
      place.counterpart(in: before).map { rules.changes($0, object, at: place.path(below: path)) } ?? []
    }
  }

  private var mayNeedReplacement: Bool {
    members.values.contains { member in
      member.attribute?.mayNeedReplacement == true || member.block?.requiresReplacement == true || member.nested?.rules.mayNeedReplacement == true
    }
  }
}

extension AttributeDefinition {
  var mayNeedReplacement: Bool { if case .never = replacement { false } else { true } }

  func needsReplacement(_ prior: Value, _ planned: Value) -> Bool {
    switch replacement {
    case .never: return false
    case .always: return true
    case .when(let condition):
      guard prior.isKnownAndNotNull, planned.isKnownAndNotNull, planned.isWhollyKnown else { return true }
      return condition(DynamicValue(prior), DynamicValue(planned))
    }
  }
}
