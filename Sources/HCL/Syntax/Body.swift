// HCL: bytes ⇄ syntax tree, in the native and in the JSON syntax, with recovery and formatting. This room knows no
// values, no scopes and no meaning: it can tell that `a.b` is a reference, never to what.

package import Diagnostics

/// The inside of a file or of a block, in either syntax. What is an argument and what is a block is decided when
/// content is asked for by a schema, because the JSON syntax cannot tell them apart by itself.
package struct Body: Sendable {
  enum Storage: Sendable {
    case native(NativeBody)
    case json(JSONBody)
  }
  var storage: Storage
  /// Names that an earlier `partialContent` has already taken. Empty for a fresh body.
  var takenAttributes: Set<String> = []
  var takenBlocks: Set<String> = []

  init(_ storage: Storage) { self.storage = storage }

  /// A body put together from parts, as a native one would be: for overrides, for generated configuration and for tests.
  package init(attributes: [Attribute], blocks: [Block], range: SourceRange) {
    storage = .native(NativeBody(attributes: attributes, blocks: blocks, range: range, endRange: range))
  }

  /// The whole body; for a block, from its opening to its closing brace.
  package var range: SourceRange {
    switch storage {
    case .native(let body): body.range
    case .json(let body): body.range
    }
  }

  /// Whether it was written in the JSON syntax.
  package var isJSON: Bool {
    if case .json = storage { true } else { false }
  }

  /// Where to point at when something is missing: the place where the body starts.
  package var missingItemRange: SourceRange {
    switch storage {
    case .native(let body): SourceRange(file: body.range.file, start: body.range.start, end: body.range.start)
    case .json(let body): body.missingItemRange
    }
  }

  /// Everything that the schema asks for. Arguments and blocks that it does not know, and missing required
  /// arguments, are errors.
  package func content(for schema: ContentSchema) -> (BodyContent, [Diagnostic]) {
    switch storage {
    case .native(let body): body.content(for: schema, taken: self)
    case .json(let body): body.content(for: schema, taken: self)
    }
  }

  /// What the schema asks for, and a body that holds what is left.
  package func partialContent(for schema: ContentSchema) -> (BodyContent, remaining: Body, [Diagnostic]) {
    let (content, diagnostics) =
      switch storage {
      case .native(let body): body.partialContent(for: schema, taken: self)
      case .json(let body): body.partialContent(for: schema, taken: self)
      }
    var remaining = self
    // The sets of the schema are shared by all its bodies.
    remaining.takenAttributes = takenAttributes.isEmpty ? schema.attributeNames : takenAttributes.union(schema.attributeNames)
    remaining.takenBlocks = takenBlocks.isEmpty ? schema.blockTypes : takenBlocks.union(schema.blockTypes)
    return (content, remaining, diagnostics)
  }

  /// Everything as arguments, in source order; blocks are errors.
  package func justAttributes() -> ([Attribute], [Diagnostic]) {
    switch storage {
    case .native(let body): body.justAttributes(taken: self)
    case .json(let body): body.justAttributes(taken: self)
    }
  }
}

/// `name = expression`.
package struct Attribute: Sendable {
  package var name: String
  package var nameRange: SourceRange
  package var expression: Expression
  /// From the name to the end of the expression.
  package var range: SourceRange

  package init(name: String, nameRange: SourceRange, expression: Expression, range: SourceRange) {
    self.name = name
    self.nameRange = nameRange
    self.expression = expression
    self.range = range
  }
}

/// `type "label" "label" { body }`.
package struct Block: Sendable {
  package var type: String
  package var typeRange: SourceRange
  package var labels: [Label]
  package var body: Body
  /// The header: from the type to the last label.
  package var definitionRange: SourceRange
  /// From the type to the closing brace.
  package var range: SourceRange
  /// The `{`.
  package var openBraceRange: SourceRange

  /// `openBraceRange` is the header when it is not given.
  package init(
    type: String, typeRange: SourceRange, labels: [Label], body: Body, definitionRange: SourceRange,
    range: SourceRange, openBraceRange: SourceRange? = nil
  ) {
    self.type = type
    self.typeRange = typeRange
    self.labels = labels
    self.body = body
    self.definitionRange = definitionRange
    self.range = range
    self.openBraceRange = openBraceRange ?? definitionRange
  }
}

/// One label of a block, quoted or a bare identifier. The range includes quotes.
package struct Label: Hashable, Sendable {
  package var text: String
  package var range: SourceRange
  package init(text: String, range: SourceRange) {
    self.text = text
    self.range = range
  }
}

/// Which arguments and blocks a reader knows. Made once and used for many bodies where they are always the same.
package struct ContentSchema: Sendable {
  package let attributes: [AttributeSpecification]
  package let blocks: [BlockSpecification]
  let attributeNames: Set<String>
  /// Whether any argument must be there.
  let hasRequired: Bool
  /// The names of the labels of each type of blocks.
  let labelNames: [String: [String]]
  let blockTypes: Set<String>

  package init(attributes: [AttributeSpecification] = [], blocks: [BlockSpecification] = []) {
    self.attributes = attributes
    self.blocks = blocks
    attributeNames = Set(attributes.lazy.map(\.name))
    hasRequired = attributes.contains(where: \.required)
    labelNames = Dictionary(blocks.map { ($0.type, $0.labelNames) }) { first, _ in first }
    blockTypes = Set(blocks.lazy.map(\.type))
  }
}

package struct AttributeSpecification: Hashable, Sendable {
  package var name: String
  package var required: Bool
  package init(_ name: String, required: Bool = false) {
    self.name = name
    self.required = required
  }
}

package struct BlockSpecification: Hashable, Sendable {
  package var type: String
  /// One name per label, for messages: `resource` has `["type", "name"]`.
  package var labelNames: [String]
  package init(_ type: String, labelNames: [String] = []) {
    self.type = type
    self.labelNames = labelNames
  }
}

/// What a schema found in a body.
package struct BodyContent: Sendable {
  package var attributes: [String: Attribute]
  /// In source order.
  package var blocks: [Block]
  package var missingItemRange: SourceRange

  package init(attributes: [String: Attribute], blocks: [Block], missingItemRange: SourceRange) {
    self.attributes = attributes
    self.blocks = blocks
    self.missingItemRange = missingItemRange
  }

  /// The arguments in source order.
  package var orderedAttributes: [Attribute] {
    attributes.values.sorted {
      ($0.nameRange.file.index, $0.nameRange.start, $0.name) < ($1.nameRange.file.index, $1.nameRange.start, $1.name)
    }
  }
}
