import Addresses
import Diagnostics
import Expressions
import HCL
import Modules
import Plans
import Values

/// What plan JSON says about an expression without evaluating it in any scope.
struct ExpressionSummary {
  /// The value, if it can be had without a single name or function.
  var constant: Value?
  /// What is referred to, in source order, each from the most specific chain down to the object itself.
  var references: [String]

  fileprivate static let emptyContext = EvaluationContext(scope: EmptyScope(), functions: nil)

  init(_ expression: Expression) {
    if let literal = expression.jsonLiteral {
      constant = literal
    } else {
      let (value, _) = evaluate(expression, in: Self.emptyContext)
      constant = value.isWhollyKnown ? value : nil
    }
    references = Self.chains(of: expression.variables)
  }

  /// An argument that is written as blocks, which stand for the objects in its list or set.
  init(_ blocks: [Block], of element: ObjectType, as type: ValueType) {
    let schema = BlockSchema(
      attributes: zip(element.names, element.types).map { AttributeSchema(name: $0, type: $1, optional: true) })
    var objects: [Value] = []
    references = []
    for block in blocks {
      objects.append(decode(block.body, schema: schema, in: Self.emptyContext).0)
      references += Self.chains(of: Expressions.references(in: block.body, schema: schema))
    }
    guard objects.allSatisfy(\.isWhollyKnown) else { return }
    if case .set = type {
      constant = .set(objects, of: .object(element))
    } else {
      constant = .list(objects, of: .object(element))
    }
  }

  /// Whether anything can be said at all.
  var isTelling: Bool { constant != nil || !references.isEmpty }

  private static func chains(of traversals: [Traversal]) -> [String] {
    traversals.flatMap { Reference.parse($0).0?.chain ?? [] }
  }
}

extension Expression {
  /// What stands in a file in the JSON syntax, its strings as they are: without a scope they are no templates. Nil for
  /// expressions in the native syntax, save for literals, which are the same in both.
  fileprivate var jsonLiteral: Value? {
    switch kind {
    case .jsonString(let string): return .text(string.text)
    case .tuple(let elements):
      let values = elements.compactMap(\.jsonLiteral)
      return values.count == elements.count ? .tuple(values) : nil
    case .object(let items):
      var attributes: [(String, Value)] = []
      for item in items {
        guard case .jsonString(let name) = item.key.kind, let value = item.value.jsonLiteral else { return nil }
        attributes.append((name.text.normalizedForValues, value))
      }
      return .object(attributes)
    case .number, .bool, .null: return evaluate(self, in: ExpressionSummary.emptyContext).0
    default: return nil
    }
  }
}

extension Reference {
  /// The reference with all its steps, then with one less each time, down to the object, and then without instance key.
  fileprivate var chain: [String] {
    let subjectText = subject.description
    var steps = ""
    var chain = [subjectText]
    for step in remaining {
      steps += step.text
      chain.append(subjectText + steps)
    }
    chain.reverse()
    switch subject {
    case .resource(let resource, .some): chain.append(resource.description)
    case .module(let name, .some): chain.append("module.\(name)")
    case .moduleOutput(let name, let key, _): chain.append("module.\(name)\(key.suffix)")
    default: break
    }
    return chain
  }
}

extension Reference.Subject {
  /// As the language writes it.
  var description: String {
    switch self {
    case .variable(let name): "var.\(name)"
    case .local(let name): "local.\(name)"
    case .resource(let resource, let key): "\(resource)\(key.suffix)"
    case .module(let name, let key): "module.\(name)\(key.suffix)"
    case .moduleOutput(let name, let key, let output): "module.\(name)\(key.suffix).\(output)"
    case .path(let name): "path.\(name)"
    case .terraform(let name): "terraform.\(name)"
    case .count(let name): "count.\(name)"
    case .each(let name): "each.\(name)"
    case .self: "self"
    }
  }
}

extension TraversalStep {
  fileprivate var text: String {
    switch self {
    case .attribute(let name, _): ".\(name)"
    case .index(.string(let key), _): "[\(JSONWriter.quoted(key, escapesHTML: false))]"
    case .index(.number(let number), _): "[\(number.text)]"
    case .splat: "[*]"
    }
  }
}

extension JSONWriter {
  /// `{"constant_value":…}`, `{"references":[…]}` or `{}`.
  mutating func expression(_ expression: Expression) { self.summary(ExpressionSummary(expression)) }

  private mutating func summary(_ summary: ExpressionSummary) {
    beginObject()
    if let constant = summary.constant {
      key("constant_value")
      knownParts(of: constant)
    }
    if !summary.references.isEmpty {
      key("references")
      beginArray()
      for reference in summary.references { text(reference) }
      endArray()
    }
    endObject()
  }

  /// The member `expressions`: arguments and blocks of a body by name; left out when there are none.
  mutating func expressions(of body: Body, _ schema: BlockSchema) {
    let content = ExpressionContent(body, schema)
    if content.names.isEmpty { return }
    key("expressions")
    expressions(content, schema)
  }

  private mutating func expressions(_ content: ExpressionContent, _ schema: BlockSchema) {
    beginObject()
    for name in content.names {
      key(name)
      if let attribute = content.attributes[name] {
        expression(attribute.expression)
      } else if let nested = schema.block(name) {
        blocks(content.blocks[name] ?? [], nested)
      } else if let type = schema.attribute(name)?.type, let element = type.elementType?.objectType {
        summary(ExpressionSummary(content.blocks[name] ?? [], of: element, as: type))
      }
    }
    endObject()
  }

  private mutating func blocks(_ blocks: [Block], _ schema: NestedBlockSchema) {
    func content(_ block: Block) -> ExpressionContent { ExpressionContent(block.body, schema.block) }
    switch schema.nesting {
    case .single, .group:
      if let last = blocks.last { expressions(content(last), schema.block) }
    case .list, .set:
      beginArray()
      for block in blocks { expressions(content(block), schema.block) }
      endArray()
    case .map:
      beginObject()
      var byLabel: [String: Block] = [:]
      for block in blocks { byLabel[block.labels.first?.text ?? ""] = block }
      for (label, block) in byLabel.sorted(by: { $0.key < $1.key }) {
        key(label)
        expressions(content(block), schema.block)
      }
      endObject()
    }
  }
}

/// What a body holds of its schema. Blocks that are written as `dynamic` are left out.
private struct ExpressionContent {
  var attributes: [String: Attribute]
  var blocks: [String: [Block]] = [:]
  /// Of attributes and blocks, ascending.
  var names: [String]

  init(_ body: Body, _ schema: BlockSchema) {
    var wantedAttributes = schema.attributes.map { AttributeSpecification($0.name) }
    var wantedBlocks = schema.blocks.map { BlockSpecification($0.name, labelNames: $0.nesting == .map ? ["key"] : []) }
    if let blocks = body.nativeContents?.blocks {
      // Arguments that are lists or sets of objects may be written as blocks.
      let types = Set(blocks.map(\.type))
      for attribute in schema.attributes where types.contains(attribute.name) && attribute.canBeBlocks {
        wantedAttributes.removeAll { $0.name == attribute.name }
        wantedBlocks.append(BlockSpecification(attribute.name))
      }
    }
    let content = body.partialContent(for: ContentSchema(attributes: wantedAttributes, blocks: wantedBlocks)).0
    attributes = content.attributes
    for block in content.blocks { blocks[block.type, default: []].append(block) }
    names = (Array(attributes.keys) + blocks.keys.filter { content.attributes[$0] == nil }).sorted()
  }
}

extension AttributeSchema {
  /// Whether blocks may stand for the value.
  fileprivate var canBeBlocks: Bool {
    guard nestedType == nil else { return false }
    switch type {
    case .list(.object), .set(.object): return true
    default: return false
    }
  }
}
