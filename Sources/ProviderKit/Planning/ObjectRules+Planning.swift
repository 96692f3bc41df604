import ProviderInterface
import Values

/// What is planned, by what the definition says of its attributes.
extension ObjectRules {
  /// The planned object: the proposed one with defaults, with prior values where they mean the same, without write-only arguments, and
  /// with unknown values for what only the change itself will tell. If nothing changes, it is the prior object.
  func planned(prior: Value, proposed: Value, configuration: Value) -> Value {
    let settled = walk(proposed, configuration, prior.isNull ? nil : prior, isChanging: false)
    if !prior.isNull, isKnownEqual(prior, settled) { return settled }
    return walk(settled, configuration, prior.isNull ? nil : prior, isChanging: true)
  }

  /// A configuration on its way to a call that reads or opens something: with defaults, and with unknown values for what the call tells.
  func opened(_ configuration: Value) -> Value { walk(configuration, configuration, nil, isChanging: true) }

  /// A configuration with its defaults.
  func withDefaults(_ configuration: Value) -> Value {
    rebuild(configuration) { _, member, value in
      if value.isNull, let defaultValue = member.defaultValue { return defaultValue }
      guard let (nesting, rules) = member.nested else { return value }
      return replacingObjects(of: value, nesting) { rules.withDefaults($1) }
    }
  }

  private func walk(_ object: Value, _ configuration: Value?, _ prior: Value?, isChanging: Bool) -> Value {
    rebuild(object) { name, member, value in
      let configured = configuration?.attribute(name)
      let before = prior?.attribute(name)
      if let attribute = member.attribute {
        return planned(attribute, member, value, configured ?? .null(member.type), before, isChanging)
      }
      return descend(member, value, configured, before, isChanging)
    }
  }

  private func planned(
    _ attribute: AttributeDefinition, _ member: Member, _ value: Value, _ configured: Value, _ before: Value?, _ isChanging: Bool
  ) -> Value {
    if attribute.isWriteOnly { return .null(member.type) }
    if configured.isNull {
      if let value = member.defaultValue { return value }
      guard isChanging, attribute.isComputed else { return value }
      if attribute.keepsPriorState, let before, !before.isNull { return before }
      return .unknown(member.type)
    }
    if let before, attribute.meansTheSame(before, configured) { return before }
    return descend(member, value, configured, before, isChanging)
  }

  private func descend(
    _ member: Member, _ value: Value, _ configured: Value?, _ before: Value?, _ isChanging: Bool
  ) -> Value {
    guard let (nesting, rules) = member.nested else { return value }
    return replacingObjects(of: value, nesting) { place, object in
      rules.walk(object, place.counterpart(in: configured), place.counterpart(in: before), isChanging: isChanging)
    }
  }
}

/// Values that mean the same.
extension ObjectRules {
  /// A new object with the values of another one where they mean the same.
  func keeping(_ old: Value, in new: Value) -> Value {
    rebuild(new) { name, member, value in
      guard let before = old.attribute(name) else { return value }
      if let attribute = member.attribute, attribute.meansTheSame(before, value) { return before }
      guard let (nesting, rules) = member.nested else { return value }
      return replacingObjects(of: value, nesting) { place, object in
        place.counterpart(in: before).map { rules.keeping($0, in: object) } ?? object
      }
    }
  }
}

extension AttributeDefinition {
  func meansTheSame(_ prior: Value, _ new: Value) -> Bool {
    guard let equivalence, prior.isKnownAndNotNull, new.isKnownAndNotNull, prior.isWhollyKnown, new.isWhollyKnown else { return false }
    return equivalence(DynamicValue(prior), DynamicValue(new))
  }
}

/// Write-only arguments.
extension ObjectRules {
  /// The object with the write-only arguments that the configuration has, for the call that makes the change.
  func withWriteOnly(_ object: Value, from configuration: Value) -> Value {
    guard hasWriteOnly else { return object }
    return rebuild(object) { name, member, value in
      guard let configured = configuration.attribute(name) else { return value }
      if member.attribute?.isWriteOnly == true { return configured }
      guard let (nesting, rules) = member.nested, rules.hasWriteOnly else { return value }
      return replacingObjects(of: value, nesting) { place, object in
        place.counterpart(in: configured).map { rules.withWriteOnly(object, from: $0) } ?? object
      }
    }
  }

  /// The object without them, as it may be stored.
  func withoutWriteOnly(_ object: Value) -> Value {
    guard hasWriteOnly else { return object }
    return rebuild(object) { _, member, value in
      if member.attribute?.isWriteOnly == true { return .null(member.type) }
      guard let (nesting, rules) = member.nested, rules.hasWriteOnly else { return value }
      return replacingObjects(of: value, nesting) { _, object in rules.withoutWriteOnly(object) }
    }
  }

  private var hasWriteOnly: Bool {
    members.values.contains { $0.attribute?.isWriteOnly == true || $0.nested?.rules.hasWriteOnly == true }
  }
}

/// Unknown values in the end.
extension ObjectRules {
  /// An object of which everything must be known: what the provider left open is null where that is allowed. The others are listed.
  func settled(_ object: Value, at path: Path = .root, _ open: inout [Path]) -> Value {
    if object.isWhollyKnown { return object }
    var found: [Path] = []
    let result = rebuild(object) { name, member, value in
      if value.isWhollyKnown { return value }
      let here = path.attribute(name)
      if value.isKnown, let (nesting, rules) = member.nested {
        return replacingObjects(of: value, nesting) { place, object in rules.settled(object, at: place.path(below: here), &found) }
      }
      if member.attribute?.isNullable == true { return value.withUnknownsAsNull }
      found.append(here)
      return value
    }
    open += found
    return result
  }
}
