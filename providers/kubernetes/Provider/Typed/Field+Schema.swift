import ProviderKit

/// From tables to schemas.
extension [Field] {
  /// As configurations write it.
  func definition(description: String = "") -> ObjectDefinition {
    var definition = ObjectDefinition(description: description)
    for field in self {
      if case .block(let block) = field.shape, field.presence != .computed, !block.isAttribute {
        definition.blocks.append(field.definition(of: block))
      } else {
        definition.attributes.append(field.attribute)
      }
    }
    return definition
  }

  /// As something that is only read: everything is an attribute.
  var readAttributes: [AttributeDefinition] {
    filter { !$0.isWriteOnly }.map { field in
      AttributeDefinition(field.name, field.readType, .computed) { $0.isSensitive = field.isSensitive }
    }
  }
}

extension Field {
  var attribute: AttributeDefinition {
    AttributeDefinition(name, writtenType, presence) {
      $0.isSensitive = isSensitive
      $0.isWriteOnly = isWriteOnly
      $0.deprecation = deprecation
      $0.defaultValue = defaultValue
      // What only a new object can have stays as long as nobody asks for something else.
      $0.keepsPriorState = keepsPriorState || (presence == .optionalAndComputed && mayReplace)
      $0.replacement = replacement
      $0.validators = validators
      $0.relations = relations
      if case .value(let coding) = shape { $0.equivalence = coding.equivalence }
    }
  }

  var mayReplace: Bool { if case .never = replacement { false } else { true } }

  private var writtenType: AttributeType {
    guard case .block(let block) = shape, block.isAttribute else { return readType }
    let content = AttributeType.object(block.fields.map(\.attribute))
    switch block.form {
    case .object, .inline: return content
    case .list: return .list(content)
    case .set: return .set(content)
    }
  }

  fileprivate var readType: AttributeType {
    switch shape {
    case .value(let coding): coding.type
    case .block(let block): block.form == .set ? .set(.object(block.fields.readAttributes)) : .list(.object(block.fields.readAttributes))
    }
  }

  fileprivate func definition(of block: BlockShape) -> BlockDefinition {
    var definition = BlockDefinition(
      name, block.form == .set ? .set : .list, block.fields.definition(), minimumCount: block.minimumCount, maximumCount: block.maximumCount)
    definition.requiresReplacement = if case .always = replacement { true } else { false }
    return definition
  }
}
