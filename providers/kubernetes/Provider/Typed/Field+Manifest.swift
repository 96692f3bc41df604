import ProviderKit
import YAML

/// From configurations to objects.
extension [Field] {
  /// The members of the object that a configuration asks for: what is written, and what stands for what is not. What the server alone
  /// says is not among them.
  func manifest(of configuration: DynamicValue) -> [String: JSONValue] {
    var members: [String: JSONValue] = [:]
    for field in self where field.presence != .computed {
      guard let key = field.key else { continue }
      let value = configuration[field.name]
      switch field.shape {
      case .value(let coding):
        if !field.isOmitted(value), let json = coding.encode(value) { members[key] = json }
      case .block(let block):
        let items = block.blocks(in: value) ?? []
        guard let first = items.first else { continue }
        switch block.form {
        case .object: members[key] = .object(block.fields.manifest(of: first))
        case .inline: members.merge(block.fields.manifest(of: first)) { $1 }
        case .list, .set: members[key] = .array(items.map { .object(block.fields.manifest(of: $0)) })
        }
      }
    }
    return members
  }
}

/// From objects to states.
extension [Field] {
  /// All that an object says.
  /// - Parameters:
  ///   - found: what is there of what somebody wrote.
  ///   - object: what is there, with what the server added.
  func state(of found: JSONValue?, in object: JSONValue?) -> DynamicValue {
    var state: [String: DynamicValue] = [:]
    for field in self { state[field.name] = field.state(of: found, in: object) }
    return .object(state)
  }

  /// The planned object, with what the server tells in the places that were open.
  /// - Parameter isOpen: whether the answer of the server does not settle a field yet.
  func filled(_ planned: DynamicValue, from object: JSONValue?, except isOpen: (Field) -> Bool = { _ in false }) -> DynamicValue {
    var state = planned.attributes ?? [:]
    for field in self where field.key != nil {
      guard let value = state[field.name], !value.isWhollyKnown else { continue }
      if case .block(let block) = field.shape, field.presence != .computed {
        guard let items = block.blocks(in: value) else { continue }
        state[field.name] = block.value(
          of: items.enumerated().map { index, item in
            block.fields.filled(item, from: block.counterpart(of: item, at: index, in: field.member(of: object)), except: isOpen)
          })
      } else if value.isUnknown, !isOpen(field) {
        state[field.name] = field.decode(object)
      }
    }
    return .object(state)
  }

  /// The planned object, with nothing in the places in which there was nothing before and only a new object could have something.
  func keeping(_ prior: DynamicValue, in planned: DynamicValue) -> DynamicValue {
    var state = planned.attributes ?? [:]
    for field in self {
      guard let value = state[field.name], !value.isWhollyKnown else { continue }
      if case .block(let block) = field.shape, field.presence != .computed {
        guard let items = block.blocks(in: value), block.form != .set else { continue }
        let before = block.blocks(in: prior[field.name]) ?? []
        state[field.name] = block.value(
          of: items.enumerated().map { index, item in
            block.fields.keeping(before.indices.contains(index) ? before[index] : .null, in: item)
          })
      } else if value.isUnknown, field.keepsPriorState || field.mayReplace, field.isComputed {
        state[field.name] = prior[field.name]
      }
    }
    return .object(state)
  }

  /// The state, with what others made of what we wrote, and with what the server says now.
  /// - Parameters:
  ///   - applied: as it was written.
  ///   - found: as it was written, with what is there now where that is something else.
  ///   - object: what is there.
  func observed(_ current: DynamicValue, _ applied: JSONValue?, _ found: JSONValue?, _ object: JSONValue?) -> DynamicValue {
    var state = current.attributes ?? [:]
    for field in self where field.key != nil {
      state[field.name] = field.observed(current[field.name], applied, found, object)
    }
    return .object(state)
  }
}

// MARK: States of others

extension [Field] {
  /// The part of a state that the table knows.
  func known(in state: DynamicValue) -> DynamicValue {
    var members: [String: DynamicValue] = [:]
    for field in self {
      members[field.name] = state[field.name]
      guard case .block(let block) = field.shape, let items = block.blocks(in: state[field.name]) else { continue }
      members[field.name] = block.value(of: items.map(block.fields.known))
    }
    return .object(members)
  }

  /// A state with nothing where others store that nothing was said: empty texts, zero, no elements.
  func withoutEmptyValues(_ state: DynamicValue) -> DynamicValue {
    var members = state.attributes ?? [:]
    for field in self where field.presence != .computed {
      guard let value = members[field.name] else { continue }
      switch field.shape {
      case .value(let coding):
        if field.presence == .optional, field.defaultValue == nil, coding.encode(value)?.isZero ?? true { members[field.name] = .null }
      case .block(let block):
        if let items = block.blocks(in: value) { members[field.name] = block.value(of: items.map(block.fields.withoutEmptyValues)) }
      }
    }
    return .object(members)
  }
}

// MARK: Comparisons

extension [Field] {
  /// Whether a change is one for which the object is replaced.
  func areReplaced(_ prior: DynamicValue, _ planned: DynamicValue) -> Bool {
    contains { field in
      let (before, after) = (prior[field.name], planned[field.name])
      if before.says(after) { return false }
      switch field.replacement {
      case .always: return true
      case .when(let condition): return before.isNull || after.isNull || !after.isWhollyKnown || condition(before, after)
      case .never:
        guard case .block(let block) = field.shape, let items = block.blocks(in: after) else { return false }
        return zip(block.blocks(in: before) ?? [], items).contains { block.fields.areReplaced($0, $1) }
      }
    }
  }
}

extension DynamicValue {
  /// Whether two values say the same, be it a list or a sequence, a map or an object.
  func says(_ other: DynamicValue) -> Bool {
    switch (content, other.content) {
    case (.sequence(let items), .sequence(let others)):
      items.count == others.count && zip(items, others).allSatisfy { $0.says($1) }
    case (.object(let members), .object(let others)):
      members.count == others.count && members.allSatisfy { name, value in others[name].map(value.says) ?? false }
    case (let content, let other): content == other
    }
  }
}

extension Field {
  /// What stands for the field in an object. The members of an inline block stand in the object itself.
  func member(of object: JSONValue?) -> JSONValue? {
    if case .block(let block) = shape, block.form == .inline {
      let names = Set(block.fields.compactMap(\.key))
      return object?.asObject?.contains { names.contains($0.key) && !$0.value.isNull } == true ? object : nil
    }
    return key.flatMap { object?[$0] }
  }

  /// The value of an attribute, or all blocks, in an object.
  func decode(_ object: JSONValue?) -> DynamicValue {
    switch shape {
    case .value(let coding):
      let value = coding.decode(member(of: object))
      guard let all = value.attributes, coding.isMap else { return value }
      return .object(all.filter { !isForeignKey($0.key) })
    case .block(let block):
      return block.value(of: block.items(of: member(of: object)).map { block.fields.state(of: $0, in: $0) })
    }
  }

  fileprivate func state(of found: JSONValue?, in object: JSONValue?) -> DynamicValue {
    guard key != nil else { return defaultValue ?? .null }
    if isWriteOnly { return .null }
    switch shape {
    case .value:
      let value = decode(isComputed ? object : found)
      if case .some(let all) = value.attributes, all.isEmpty { return .null }
      return value.isNull ? defaultValue ?? .null : value
    case .block(let block):
      if presence == .computed { return decode(object) }
      let part = member(of: found)
      if let part, part == block.serverDefault { return block.value(of: []) }
      let whole = member(of: object)
      return block.value(
        of: block.items(of: part).enumerated().map { index, item in
          block.fields.state(of: item, in: block.counterpart(of: item, at: index, in: whole) ?? item)
        })
    }
  }

  fileprivate func observed(
    _ value: DynamicValue, _ applied: JSONValue?, _ found: JSONValue?, _ object: JSONValue?
  ) -> DynamicValue {
    guard case .block(let block) = shape, presence != .computed else {
      return observedAttribute(value, member(of: applied), member(of: found), object)
    }
    let blocks = block.blocks(in: value) ?? []
    let seen = block.observed(blocks, member(of: applied), member(of: found), member(of: object))
    return blocks.isEmpty && seen.isEmpty ? value : block.value(of: seen)
  }

  private func observedAttribute(
    _ value: DynamicValue, _ applied: JSONValue?, _ found: JSONValue?, _ object: JSONValue?
  ) -> DynamicValue {
    guard let applied, presence != .computed else { return isComputed ? decode(object) : value }
    if applied == found || (found == nil && applied.isZero) { return value }
    guard case .value(let coding) = shape else { return value }
    guard coding.isMap, let ours = applied.asObject, let all = found?.asObject else { return coding.decode(found) }
    // What others added is theirs.
    return coding.decode(.object(all.filter { ours[$0.key] != nil }))
  }
}

extension BlockShape {
  /// The objects that blocks stand for.
  fileprivate func items(of member: JSONValue?) -> [JSONValue] {
    guard let member, !member.isNull else { return [] }
    return form == .list || form == .set ? member.asArray ?? [] : [member]
  }

  fileprivate func observed(
    _ blocks: [DynamicValue], _ applied: JSONValue?, _ found: JSONValue?, _ object: JSONValue?
  ) -> [DynamicValue] {
    switch form {
    case .object, .inline:
      guard let block = blocks.first else { return [] }
      if found == nil, let applied, !applied.isZero { return [] }
      return [fields.observed(block, applied, found, object)]
    case .set:
      if applied == found { return blocks }
      return items(of: found).map { fields.state(of: $0, in: $0) }
    case .list:
      return remaining(items(of: found), of: items(of: applied)).enumerated().map { index, item in
        let place = place(of: item, at: index, among: blocks)
        guard let block = place.map({ blocks[$0] }) else { return fields.state(of: item, in: item) }
        return fields.observed(
          block, counterpart(of: item, at: index, in: applied), item, counterpart(of: item, at: index, in: object) ?? item)
      }
    }
  }

  /// The items of a list that are ours: where items have names, others may add some.
  private func remaining(_ found: [JSONValue], of applied: [JSONValue]) -> [JSONValue] {
    guard let key = mergeKey else { return found }
    let ours = Set(applied.compactMap { $0[key] })
    return found.filter { $0[key].map(ours.contains) ?? true }
  }

  private var mergeField: Field? { mergeName.flatMap { name in fields.first { $0.name == name } } }
  private var mergeKey: String? { mergeField?.key }

  private func place(of item: JSONValue, at index: Int, among blocks: [DynamicValue]) -> Int? {
    if let mergeField, case .value(let coding) = mergeField.shape, let key = mergeField.key, let name = item[key] {
      return blocks.firstIndex { coding.encode($0[mergeField.name]) == name }
    }
    return blocks.indices.contains(index) ? index : nil
  }

  /// The object that an item is in another list, or the one that a single block stands for.
  fileprivate func counterpart(of item: JSONValue, at index: Int, in member: JSONValue?) -> JSONValue? {
    let all = items(of: member)
    if let key = mergeKey, let name = item[key] { return all.first { $0[key] == name } }
    return all.indices.contains(index) ? all[index] : nil
  }

  fileprivate func counterpart(of block: DynamicValue, at index: Int, in member: JSONValue?) -> JSONValue? {
    guard form == .list, let mergeField, case .value(let coding) = mergeField.shape, let key = mergeField.key,
      let name = coding.encode(block[mergeField.name])
    else {
      let all = items(of: member)
      return all.indices.contains(index) ? all[index] : nil
    }
    return items(of: member).first { $0[key] == name }
  }
}
