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

  init(_ expression: Expression) {
    let (value, diagnostics) = evaluate(expression, in: EvaluationContext(scope: EmptyScope(), functions: nil))
    constant = value.isWhollyKnown && !diagnostics.hasErrors ? value : nil
    references = []
    for traversal in expression.variables {
      guard let reference = Reference.parse(traversal).0 else { continue }
      references += reference.chain
    }
  }

  /// Whether anything can be said at all.
  var isTelling: Bool { constant != nil || !references.isEmpty }
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
  mutating func expression(_ expression: Expression) {
    let summary = ExpressionSummary(expression)
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
    let wanted = ContentSchema(
      attributes: schema.attributes.map { AttributeSpecification($0.name) },
      blocks: schema.blocks.map { BlockSpecification($0.name, labelNames: $0.nesting == .map ? ["key"] : []) })
    let content = body.partialContent(for: wanted).0
    attributes = content.attributes
    for block in content.blocks { blocks[block.type, default: []].append(block) }
    names = (Array(attributes.keys) + blocks.keys.filter { content.attributes[$0] == nil }).sorted()
  }
}
