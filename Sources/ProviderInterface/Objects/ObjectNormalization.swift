package import Values

/// An object as a provider read it, brought to the form that configuration has: no null where blocks are empty collections.
///
/// So a provider that confuses the two causes no differences. Blocks whose type contains `dynamic` stay as they are (no provider
/// that confuses them has such), and so do maps of blocks. Marks stay. Returns the same value when nothing is to be done.
package func normalizedObject(_ value: Value, schema: BlockSchema) -> Value {
  if schema.blocks.isEmpty { return value }
  let (plain, marks) = value.unmarkedDeep()
  guard !plain.isNull else { return value }
  guard let normalized = normalized(plain, schema) else { return value }
  return normalized.markedDeep(with: marks)
}

/// Nil when nothing is to be changed.
private func normalized(_ value: Value, _ schema: BlockSchema) -> Value? {
  let type = schema.impliedType
  let attributes = ObjectReader(value, type)
  var changes: [Int: Value] = [:]
  for block in schema.blocks {
    guard let place = type.index(of: block.name), !block.block.impliedType.containsDynamic else { continue }
    changes[place] = normalizedBlocks(attributes[place], block)
  }
  if changes.isEmpty, value.isKnown { return nil }
  return .object(type: type, values: type.names.indices.map { changes[$0] ?? attributes[$0] })
}

private func normalizedBlocks(_ value: Value, _ schema: NestedBlockSchema) -> Value? {
  let type = ValueType.object(schema.block.impliedType)
  switch schema.nesting {
  case .single, .group:
    if value.isNull { return schema.nesting == .group ? schema.emptyValue : nil }
    return value.isKnown ? normalized(value, schema.block) : unknownObject(schema.block)
  case .list:
    if value.isNull { return .list([], of: type) }
    guard value.isKnown else { return .list([unknownObject(schema.block)], of: type) }
    return normalizedElements(value, schema.block).map { .list($0, of: type) }
  case .set:
    if value.isNull { return .set([], of: type) }
    guard value.isKnown else { return .set([unknownObject(schema.block)], of: type) }
    return normalizedElements(value, schema.block).map { .set($0, of: type) }
  case .map: return nil
  }
}

private func normalizedElements(_ value: Value, _ schema: BlockSchema) -> [Value]? {
  if schema.blocks.isEmpty { return nil }
  var parts = value.elements
  var isChanged = false
  for index in parts.indices where !parts[index].isNull {
    guard let part = normalized(parts[index], schema) else { continue }
    parts[index] = part
    isChanged = true
  }
  return isChanged ? parts : nil
}

/// What stands for blocks of unknown number: one, in which every attribute is unknown.
private func unknownObject(_ schema: BlockSchema) -> Value {
  ObjectSchema.block(schema).object { place, member in
    switch member {
    case .attribute(let attribute): return .unknown(attribute.type)
    case .block(let block):
      let type = ValueType.object(block.block.impliedType)
      if block.block.impliedType.containsDynamic { return .unknown(block.impliedType) }
      switch block.nesting {
      case .single, .group: return unknownObject(block.block)
      case .list: return .list([unknownObject(block.block)], of: type)
      case .set: return .set([unknownObject(block.block)], of: type)
      case .map: return .map([:], of: type)
      }
    }
  }
}
