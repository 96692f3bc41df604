import Diagnostics

/// A body in the native syntax.
final class NativeBody: Sendable {
  /// In source order; names are unique.
  let attributes: [Attribute]
  /// In source order.
  let blocks: [Block]
  let range: SourceRange
  /// Where the body ends: behind the closing brace, or the end of the file.
  let endRange: SourceRange

  init(attributes: [Attribute], blocks: [Block], range: SourceRange, endRange: SourceRange) {
    self.attributes = attributes
    self.blocks = blocks
    self.range = range
    self.endRange = endRange
  }

  private var missingItemRange: SourceRange {
    SourceRange(file: range.file, start: range.start, end: range.start)
  }

  func content(for schema: ContentSchema, taken: Body) -> (BodyContent, [Diagnostic]) {
    var (content, diagnostics) = partialContent(for: schema, taken: taken)
    for attribute in attributes where !schema.attributeNames.contains(attribute.name) && !taken.takenAttributes.contains(attribute.name) {
      diagnostics.append(unsupported(attribute, schema, content))
    }
    for block in blocks where !schema.blockTypes.contains(block.type) && !taken.takenBlocks.contains(block.type) {
      diagnostics.append(unsupported(block, schema))
    }
    return (content, diagnostics)
  }

  private func unsupported(_ attribute: Attribute, _ schema: ContentSchema, _ content: BodyContent) -> Diagnostic {
    let name = attribute.name
    let free = schema.attributes.map(\.name).filter { content.attributes[$0] == nil }
    var hint = ""
    if let close = suggestion(for: name, among: free) {
      hint = " Did you mean \"\(close)\"?"
    } else if schema.blocks.contains(where: { $0.type == name }) {
      hint = " It is a block: write \"\(name) {\" without an equals sign."
    }
    return .error(
      "Unsupported argument", "\"\(name)\" is no argument of this block.\(hint)", at: attribute.nameRange)
  }

  private func unsupported(_ block: Block, _ schema: ContentSchema) -> Diagnostic {
    var hint = ""
    if let close = suggestion(for: block.type, among: schema.blocks.map(\.type)) {
      hint = " Did you mean \"\(close)\"?"
    } else if schema.attributes.contains(where: { $0.name == block.type }) {
      hint =
        " It is an argument: write \"\(block.type) =\" and its value."
    }
    return .error(
      "Unsupported block type", "\"\(block.type)\" is no block that can stand here.\(hint)", at: block.typeRange)
  }

  func partialContent(for schema: ContentSchema, taken: Body) -> (BodyContent, [Diagnostic]) {
    var diagnostics: [Diagnostic] = []
    var found: [String: Attribute] = [:]
    for attribute in attributes where schema.attributeNames.contains(attribute.name) && !taken.takenAttributes.contains(attribute.name) {
      found[attribute.name] = attribute
    }
    for specification in schema.attributes where schema.hasRequired && specification.required && found[specification.name] == nil {
      diagnostics.append(
        .error(
          "Missing required argument",
          "\"\(specification.name)\" is missing; add it to this block.", at: missingItemRange))
    }
    var matching: [Block] = []
    for block in blocks where !taken.takenBlocks.contains(block.type) {
      guard let names = schema.labelNames[block.type] else { continue }
      if let diagnostic = checkLabels(of: block, names) {
        diagnostics.append(diagnostic)
      } else {
        matching.append(block)
      }
    }
    return (BodyContent(attributes: found, blocks: matching, missingItemRange: missingItemRange), diagnostics)
  }

  private func checkLabels(of block: Block, _ names: [String]) -> Diagnostic? {
    let context = block.typeRange.through(block.openBraceRange)
    if block.labels.count > names.count {
      let rule =
        names.isEmpty
        ? "A block of type \"\(block.type)\" takes no labels."
        : "A block of type \"\(block.type)\" takes \(names.count) labels: \(names.joined(separator: ", "))."
      return .error("Extraneous label for \(block.type)", rule, at: block.labels[names.count].range, context: context)
    }
    if block.labels.count < names.count {
      return .error(
        "Missing \(names[block.labels.count]) for \(block.type)",
        "A block of type \"\(block.type)\" needs \(names.count) labels: \(names.joined(separator: ", ")).",
        at: block.openBraceRange, context: context)
    }
    return nil
  }

  func justAttributes(taken: Body) -> ([Attribute], [Diagnostic]) {
    let free = attributes.filter { !taken.takenAttributes.contains($0.name) }
    guard let example = blocks.first(where: { !taken.takenBlocks.contains($0.type) }) else { return (free, []) }
    return (
      free, [.error("Unexpected \"\(example.type)\" block", "Blocks are not allowed here.", at: example.typeRange)]
    )
  }
}
