import Plans
import Values

extension ValueDifference {
  /// The difference of a whole object or of one block in it.
  static func of(_ comparison: ValueComparison, block: BlockSchema) -> ValueDifference {
    if let difference = ofSensitive(comparison, isBlock: true, { of($0, block: block) }) { return difference }
    if comparison.isUnknown {
      let before = comparison.before.isNull ? nil : of(comparison.becomingUnknown(.object(block.impliedType)), block: block)
      return comparison.difference(.unknown(before: before))
    }
    var comparison = comparison
    comparison.isEmptyTextNothing = block.attributes.allSatisfy(\.isExpressibleByOldProviders)
    var action = comparison.actionOfContainer
    var attributes: [Member] = []
    for attribute in block.attributes {
      let child = comparison.child(
        comparison.before.attribute(attribute.name), comparison.after.attribute(attribute.name), name: attribute.name
      ).unlessIrrelevant
      if attribute.writeOnly {
        attributes.append(Member(name: attribute.name, difference: ofWriteOnly(in: comparison, child)))
        continue
      }
      let part = of(child, attribute: attribute)
      if part.action == .noOp && child.isNullBeforeAndAfter { continue }
      attributes.append(Member(name: attribute.name, difference: part))
      action = action.joined(with: part.action)
    }
    var groups: [BlockGroup] = []
    for nested in block.blocks {
      let child = comparison.child(
        comparison.before.attribute(nested.name), comparison.after.attribute(nested.name), name: nested.name
      ).unlessIrrelevant
      guard let (group, groupAction) = of(child, blocks: nested) else { continue }
      groups.append(group)
      action = action.joined(with: groupAction)
    }
    return ValueDifference(
      action, forcesReplacement: comparison.replacement.matches, .block(attributes: attributes, groups: groups))
  }

  private static func of(
    _ comparison: ValueComparison, blocks nested: NestedBlockSchema
  ) -> (group: BlockGroup, action: Action)? {
    var group = BlockGroup(
      name: nested.name, blocks: [], forcesReplacement: comparison.replacement.matches,
      isSensitiveBefore: comparison.isBeforeSensitive, isSensitiveAfter: comparison.isAfterSensitive)
    if nested.nesting == .set && nested.block.containsSensitive {
      // Marks of what is in a set are marks of the whole set.
      group.isSensitiveBefore = group.isSensitiveBefore || comparison.before.count > 0
      group.isSensitiveAfter = group.isSensitiveAfter || comparison.after.count > 0
    }
    let plain = group.isSensitiveBefore || group.isSensitiveAfter ? comparison.withoutSensitivity : comparison
    if plain.isUnknown && nested.nesting != .single && nested.nesting != .group {
      // How many there will be is not known either: what was there goes.
      let unknown = ValueDifference(plain.before.isNull ? .create : .update, .unknown(before: nil))
      var gone = of(plain.asDeletion, blocks: nested)?.group.blocks ?? []
      gone.insert((nil, unknown), at: 0)
      group.blocks = gone
      return (group, .update)
    }
    let action: Action
    switch nested.nesting {
    case .single, .group:
      let difference = of(plain, block: nested.block)
      group.blocks = [(nil, difference)]
      action = difference.action
    case .list:
      let (joined, elements) = ofPositions(plain) { of($0, block: nested.block) }
      group.blocks = elements.map { (nil, $0) }
      action = joined
    case .set:
      let (joined, elements) = ofMembers(plain) { of($0, block: nested.block) }
      group.blocks = elements.map { (nil, $0) }
      action = joined
    case .map:
      var joined = plain.actionOfContainer
      group.blocks = mergedMembers(plain.before, plain.after).map { name, before, after in
        let part = of(plain.element(before, after, name: name).unlessIrrelevant, block: nested.block)
        joined = joined.joined(with: part.action)
        return (name, part)
      }
      action = joined
    }
    return action == .noOp && plain.isNullBeforeAndAfter ? nil : (group, action)
  }

  private static func of(_ comparison: ValueComparison, attribute: AttributeSchema) -> ValueDifference {
    var comparison = comparison
    if attribute.sensitive {
      comparison.isBeforeSensitive = true
      comparison.isAfterSensitive = true
    }
    guard let nested = attribute.nestedType else { return of(comparison, type: attribute.type) }
    return of(comparison, nested: nested)
  }

  private static func of(_ comparison: ValueComparison, nested: NestedAttributeSchema) -> ValueDifference {
    var comparison = comparison
    if nested.nesting == .set && nested.containsSensitive {
      comparison.isBeforeSensitive = comparison.isBeforeSensitive || comparison.before.count > 0
      comparison.isAfterSensitive = comparison.isAfterSensitive || comparison.after.count > 0
    }
    if let difference = ofSensitive(comparison, { ofElements($0, nested) }) { return difference }
    if comparison.isUnknown {
      let isSingle = nested.nesting == .single || nested.nesting == .group
      let before =
        comparison.before.isNull
        ? nil
        : ofElements(isSingle ? comparison.becomingUnknown(.object(nested.objectType)) : comparison.asDeletion, nested)
      return comparison.difference(.unknown(before: before))
    }
    return ofElements(comparison, nested)
  }

  private static func ofElements(_ comparison: ValueComparison, _ nested: NestedAttributeSchema) -> ValueDifference {
    switch nested.nesting {
    case .single, .group: return ofObject(comparison, nested)
    case .list:
      let (action, elements) = ofPositions(comparison) { ofElement($0, nested) }
      return ValueDifference(
        action, forcesReplacement: comparison.replacement.matches, .list(elements, showsNeighbours: false))
    case .set: return ofSet(comparison, isNested: true) { ofElement($0, nested) }
    case .map: return ofMap(comparison, isNested: true) { ofElement($0, nested) }
    }
  }

  private static func ofElement(_ comparison: ValueComparison, _ nested: NestedAttributeSchema) -> ValueDifference {
    if let difference = ofSensitive(comparison, { ofObject($0, nested) }) { return difference }
    if comparison.isUnknown {
      let before =
        comparison.before.isNull ? nil : ofObject(comparison.becomingUnknown(.object(nested.objectType)), nested)
      return comparison.difference(.unknown(before: before))
    }
    return ofObject(comparison, nested)
  }

  private static func ofObject(_ comparison: ValueComparison, _ nested: NestedAttributeSchema) -> ValueDifference {
    ofObject(comparison, members: nested.attributes.map { ($0.name, $0) }, isNested: true) {
      $1.writeOnly ? ofWriteOnly(in: comparison, $0) : of($0, attribute: $1)
    }
  }

  /// What is only written has no value to compare: it comes and goes with the object.
  private static func ofWriteOnly(in object: ValueComparison, _ place: ValueComparison) -> ValueDifference {
    ValueDifference(object.actionOfContainer, forcesReplacement: place.replacement.matches, .writeOnly)
  }
}

extension ValueComparison {
  /// The same with every part of what is after unknown, so that the parts show as known after apply and not as removed.
  fileprivate func becomingUnknown(_ type: ValueType) -> ValueComparison {
    guard let type = type.objectType else { return asDeletion }
    var copy = self
    copy.replacement = .nothing
    copy.after = .object(type: type, values: type.types.map { .unknown($0) })
    return copy
  }
}

extension AttributeSchema {
  /// Whether the protocol's first generation of provider libraries could have made it. Those write an empty text for none,
  /// so that in a block of nothing but such attributes an empty text is taken for none (observed with 1.11).
  fileprivate var isExpressibleByOldProviders: Bool {
    if nestedType != nil || type.containsDynamic { return false }
    switch type {
    case .object, .tuple: return false
    case .list(let element), .set(let element), .map(let element): return !element.isCollectionOfObjects
    default: return true
    }
  }
}

extension ValueType {
  /// Whether it is a collection, at any depth of collections, of objects.
  fileprivate var isCollectionOfObjects: Bool {
    guard let element = elementType else { return false }
    return element.objectType != nil || element.isCollectionOfObjects
  }
}
