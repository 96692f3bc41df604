import Addresses
import Engine
import Plans
import Values

/// Everything that a state holds: each object, then the outputs.
func stateText(
  _ objects: [ObjectRecord], outputs: [String: Value], schemas: SchemaTable, style: TextStyle
) -> String {
  if objects.isEmpty && outputs.isEmpty { return "There is nothing in the state.\n" }
  let texts = objects.map { object in
    let schema = schemas.schema(of: object.address.resource, from: object.provider.source)
    return objectText(object, difference: difference(of: object, block: schema?.block), style: style)
  }
  var text = texts.joined(separator: "\n")
  if outputs.isEmpty { return text }
  text += "\(texts.isEmpty ? "" : "\n")\nOutputs:\n\n"
  for (name, value) in outputs.sorted(by: { $0.key < $1.key }) {
    let comparison = ValueComparison(value, value, replacement: .nothing, relevance: .everything)
    text += "\(displayName(name)) = "
    text += shown(.of(comparison, type: value.type), style: style)
    text += "\n"
  }
  return text
}

/// One object as the block that would make it, with all attributes that it has.
func objectText(_ record: ObjectRecord, schema: Schema, style: TextStyle) -> String {
  objectText(record, difference: difference(of: record, block: schema.block), style: style)
}

private func difference(of record: ObjectRecord, block: BlockSchema?) -> ValueDifference {
  let comparison = ValueComparison(record.value, record.value, replacement: .nothing, relevance: .everything)
  return block.map { .of(comparison, block: $0) } ?? .ofDynamic(comparison)
}

private func objectText(_ record: ObjectRecord, difference: ValueDifference, style: TextStyle) -> String {
  var heading = "# \(record.address):"
  if record.isTainted {
    heading += " (tainted)"
  } else if let key = record.deposedKey {
    heading += " (deposed object \(key))"
  }
  let resource = record.address.resource
  return "\(heading)\n\(blockKeyword(resource.mode)) \"\(resource.type)\" \"\(resource.name)\" \(shown(difference, style: style))\n"
}

private func shown(_ difference: ValueDifference, style: TextStyle) -> String {
  var options = DifferenceRenderer.Options()
  options.showsUnchanged = true
  return DifferenceRenderer.text(of: difference, options: options, style: style, showsSymbols: false)
}
