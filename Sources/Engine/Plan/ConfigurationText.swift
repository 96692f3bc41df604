import Addresses
import HCL
import Values

/// Writes an object as the resource block that would have made it.
struct ConfigurationText {
  private var source: [UInt8] = []

  /// - Parameter provider: what the `provider` argument is to say; nil for none.
  static func resource(_ address: ResourceInstance, provider: String?, schema: BlockSchema, value: Value) -> String {
    var text = ConfigurationText()
    text.line("resource \(quoted(address.resource.type)) \(quoted(address.resource.name)) {")
    if let provider { text.line("provider = \(provider)") }
    text.body(schema, value.withoutMarks, isTopLevel: true)
    text.line("}")
    let formatted = String(decoding: format(text.source), as: UTF8.self)
    return formatted.hasSuffix("\n") ? String(formatted.dropLast()) : formatted
  }

  private mutating func line(_ text: String) { source += Array(text.utf8) + [UInt8(ascii: "\n")] }
  private mutating func add(_ text: String) { source += Array(text.utf8) }

  // MARK: Blocks

  private mutating func body(_ schema: BlockSchema, _ value: Value, isTopLevel: Bool = false) {
    for attribute in schema.attributes {
      // The id is what the provider gives, whatever the schema lets one write.
      if isTopLevel && attribute.name == "id" && attribute.computed && attribute.optional { continue }
      argument(attribute, value.attribute(attribute.name) ?? .null(attribute.type))
    }
    for block in schema.blocks where !block.block.deprecated {
      blocks(block, value.attribute(block.name) ?? block.emptyValue)
    }
  }

  private mutating func blocks(_ block: NestedBlockSchema, _ value: Value) {
    if value.isNull { return }
    switch block.nesting {
    case .single: nestedBlock(block.name, label: nil, block.block, value)
    case .group:
      if value != block.emptyValue { nestedBlock(block.name, label: nil, block.block, value) }
    case .list, .set:
      for element in value.elements { nestedBlock(block.name, label: nil, block.block, element) }
    case .map:
      for (key, element) in zip(value.keys, value.elements) { nestedBlock(block.name, label: key, block.block, element) }
    }
  }

  private mutating func nestedBlock(_ name: String, label: String?, _ schema: BlockSchema, _ value: Value) {
    line(name + (label.map { " \(quoted($0))" } ?? "") + " {")
    body(schema, value)
    line("}")
  }

  // MARK: Arguments

  private static func isConfigurable(_ attribute: AttributeSchema) -> Bool {
    !attribute.deprecated && (attribute.required || attribute.optional)
  }

  private mutating func argument(_ attribute: AttributeSchema, _ value: Value) {
    guard Self.isConfigurable(attribute) else { return }
    add("\(attribute.name) = ")
    if attribute.sensitive || attribute.writeOnly {
      line(attribute.sensitive ? "null # sensitive" : "null # write-only")
      return
    }
    if let nested = attribute.nestedType, !value.isNull {
      self.nested(nested, value)
    } else {
      expression(value, isOptional: attribute.optional)
    }
    line("")
  }

  private mutating func nested(_ schema: NestedAttributeSchema, _ value: Value) {
    switch schema.nesting {
    case .single, .group: object(schema, value)
    case .list, .set:
      add("[")
      for (index, element) in value.elements.enumerated() {
        if index > 0 { add(", ") }
        object(schema, element)
      }
      add("]")
    case .map:
      line("{")
      for (key, element) in zip(value.keys, value.elements) {
        add("\(TerraformFunctions.isIdentifier(key) ? key : quoted(key)) = ")
        object(schema, element)
        line("")
      }
      add("}")
    }
  }

  private mutating func object(_ schema: NestedAttributeSchema, _ value: Value) {
    if value.isNull {
      add("null")
      return
    }
    line("{")
    for attribute in schema.attributes { argument(attribute, value.attribute(attribute.name) ?? .null(attribute.type)) }
    add("}")
  }

  private mutating func expression(_ value: Value, isOptional: Bool) {
    if case .string(let text) = value {
      // Providers often give an empty string where nothing is set.
      if text.isEmpty && isOptional {
        add("null")
        return
      }
      if let document = Self.document(text) {
        add("jsonencode(")
        TerraformFunctions.write(document, into: &source)
        add(")")
        return
      }
    }
    TerraformFunctions.write(value, into: &source)
  }

  /// What a string says if it is a JSON object or array.
  private static func document(_ text: String) -> Value? {
    guard let first = text.utf8.first(where: { $0 > 0x20 }), first == UInt8(ascii: "{") || first == UInt8(ascii: "[") else {
      return nil
    }
    return try? JSONValueCodec.decode(Array(text.utf8))
  }
}
