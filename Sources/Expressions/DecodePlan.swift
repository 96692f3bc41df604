package import Diagnostics
package import HCL
import Synchronization
package import Values

/// A body read under a schema once, so that it can be evaluated many times: for each instance of a resource, say.
///
/// Making one looks every argument and block up; decoding then only evaluates. Rules: hcldec and dynblock of HCL 2.23,
/// and Terraform's reading of attributes of legacy schemas as blocks.
package final class DecodePlan: Sendable {
  package let schema: BlockSchema
  let root: BlockPlan
  private let isLiteral: Bool
  /// What a body of literals alone stands for, once it was decoded.
  private let literal = Mutex<Value?>(nil)

  package init(_ body: Body, schema: BlockSchema) {
    self.schema = schema
    root = BlockPlan(body, schema: schema, fixesUp: schema.mayComeFromLegacySDK)
    isLiteral = root.isLiteral
  }

  /// The object the body stands for; see `decode(_:schema:in:)`.
  package func decode(in context: EvaluationContext) -> (Value, [Diagnostic]) {
    if isLiteral, let value = literal.withLock({ $0 }) { return (value, []) }
    var evaluator = Evaluator(context)
    let value = evaluator.decode(root, marks: [])
    if isLiteral, evaluator.diagnostics.isEmpty { literal.withLock { $0 = value } }
    return (value, evaluator.diagnostics)
  }

  /// Every reference that decoding evaluates, in source order; iterators of dynamic blocks are left out.
  package var references: [Traversal] { references(behind: Path()) }

  /// The same of what is written for one part of the value. Nested blocks that may be there more than once are not told apart: all of
  /// them together stand for the whole body, and one of them for nothing.
  package func references(behind path: Path) -> [Traversal] {
    var found: [Traversal] = []
    root.collectReferences(into: &found, hidden: [], behind: path.steps[...])
    return found
  }
}

/// A body under its schema.
final class BlockPlan: Sendable {
  let schema: BlockSchema
  let attributes: [AttributePlan]
  let blocks: [NestedPlan]
  let missingItemRange: SourceRange
  /// What is wrong without knowing any value.
  let diagnostics: [Diagnostic]

  init(_ body: Body, schema: BlockSchema, fixesUp: Bool) {
    self.schema = schema
    var reader = BodyReader(body, schema: schema, fixesUp: fixesUp)
    reader.read()
    attributes = reader.attributes
    blocks = reader.blocks
    diagnostics = reader.diagnostics
    missingItemRange = body.missingItemRange
  }

  /// Whether the value does not depend on where the body is decoded: only constants of one word are in it.
  var isLiteral: Bool {
    attributes.allSatisfy(\.expression.isLiteral)
      && blocks.allSatisfy { nested in
        nested.items.allSatisfy { item in
          if case .written(let block) = item { block.plan.isLiteral } else { false }
        }
      }
  }

  /// - Parameter steps: what part of the value is looked at; none for all of it.
  func collectReferences(into found: inout [Traversal], hidden: Set<String>, behind steps: ArraySlice<Path.Step> = []) {
    guard case .attribute(let name)? = steps.first else {
      for attribute in attributes { attribute.collectReferences(into: &found, hidden: hidden) }
      for nested in blocks { nested.collectReferences(into: &found, hidden: hidden) }
      return
    }
    let rest = steps.dropFirst()
    if let attribute = attributes.first(where: { $0.name == name }) {
      attribute.collectReferences(into: &found, hidden: hidden)
    } else if let nesting = schema.block(name)?.nesting, nesting != .single, nesting != .group {
      if rest.isEmpty { collectReferences(into: &found, hidden: hidden) }
    } else {
      blocks.first { $0.name == name }?.collectReferences(into: &found, hidden: hidden, behind: rest)
    }
  }
}

/// A class, so that going through a plan copies nothing.
final class AttributePlan: Sendable {
  let name: String
  /// The place in the block's implied type.
  let index: Int
  /// What the value is converted to.
  let type: ValueType
  let expression: Expression
  let nameRange: SourceRange

  init(_ attribute: Attribute, type: ValueType, index: Int) {
    name = attribute.name
    self.index = index
    self.type = type
    expression = attribute.expression
    nameRange = attribute.nameRange
  }

  func collectReferences(into found: inout [Traversal], hidden: Set<String>) {
    found += expression.variables.filter { !hidden.contains($0.root) }
  }
}

/// The blocks of one type, or an attribute that is written as blocks.
struct NestedPlan: Sendable {
  var name: String
  var index: Int
  /// Whether it is an attribute, which is unset when its dynamic blocks stand for none.
  var isAttribute = false
  var nesting: NestingMode
  var schema: BlockSchema
  var minItems: Int
  var maxItems: Int
  var items: [Item]

  enum Item: Sendable {
    case written(WrittenBlock)
    case dynamic(DynamicBlock)
  }

  func collectReferences(into found: inout [Traversal], hidden: Set<String>, behind steps: ArraySlice<Path.Step> = []) {
    for item in items {
      switch item {
      case .written(let block): block.plan.collectReferences(into: &found, hidden: hidden, behind: steps)
      case .dynamic(let dynamic):
        found += dynamic.forEach.variables.filter { !hidden.contains($0.root) }
        let inner = hidden.union([dynamic.iterator])
        for label in dynamic.labels { found += label.variables.filter { !inner.contains($0.root) } }
        dynamic.plan.collectReferences(into: &found, hidden: inner, behind: steps)
      }
    }
  }
}

struct WrittenBlock: Sendable {
  var labels: [String]
  var range: SourceRange
  var plan: BlockPlan
}

struct DynamicBlock: Sendable {
  var forEach: Expression
  var iterator: String
  var labels: [Expression]
  var range: SourceRange
  var plan: BlockPlan
}

/// Sorts what stands in a body by the schema.
private struct BodyReader {
  let body: Body
  let schema: BlockSchema
  let fixesUp: Bool
  var attributes: [AttributePlan] = []
  var blocks: [NestedPlan] = []
  var diagnostics: [Diagnostic] = []

  init(_ body: Body, schema: BlockSchema, fixesUp: Bool) {
    self.body = body
    self.schema = schema
    self.fixesUp = fixesUp
  }

  mutating func read() {
    if readCleanContent() { return }
    let written = attributesWrittenAsBlocks()
    let attributes = schema.attributes.filter { !written.contains($0.name) }.map {
      AttributeSpecification($0.name, required: $0.required)
    }
    var blocks = schema.blocks.map { BlockSpecification($0.name, labelNames: $0.nesting == .map ? ["key"] : []) }
    blocks += written.map { BlockSpecification($0) }
    blocks.append(BlockSpecification("dynamic", labelNames: ["type"]))
    let (content, found) = body.content(for: ContentSchema(attributes: attributes, blocks: blocks))
    diagnostics += found

    for attribute in content.orderedAttributes { add(attribute) }
    readBlocks(content.blocks, written)
  }

  private mutating func add(_ attribute: Attribute) {
    guard let schema = schema.attribute(attribute.name), let index = self.schema.impliedType.index(of: attribute.name)
    else { return }
    attributes.append(AttributePlan(attribute, type: schema.configurationType, index: index))
  }

  /// Reads a native body in which all is as the schema has it, without building tables of what is expected. Answers false,
  /// with nothing read, when anything is missing, unknown or written in another way; then the slow way says what.
  private mutating func readCleanContent() -> Bool {
    guard let (found, blocks) = body.nativeContents else { return false }
    for attribute in found where schema.attribute(attribute.name) == nil { return false }
    for attribute in schema.attributes where attribute.required {
      if !found.contains(where: { $0.name == attribute.name }) { return false }
    }
    for block in blocks {
      if block.type == "dynamic" {
        guard block.labels.count == 1, schema.block(block.labels[0].text) != nil, schema.attribute("dynamic") == nil
        else {
          return false
        }
      } else {
        guard let nested = schema.block(block.type), block.labels.count == (nested.nesting == .map ? 1 : 0) else {
          return false
        }
      }
    }
    for attribute in found { add(attribute) }
    readBlocks(blocks, [])
    return true
  }

  private mutating func readBlocks(_ found: [Block], _ written: [String]) {
    var plans: [NestedPlan] = []
    if found.isEmpty, written.isEmpty, !schema.blocks.contains(where: { $0.minItems > 0 }) { return }
    for block in schema.blocks {
      guard let index = schema.impliedType.index(of: block.name) else { continue }
      plans.append(
        NestedPlan(
          name: block.name, index: index, nesting: block.nesting, schema: block.block, minItems: block.minItems,
          maxItems: block.maxItems, items: []))
    }
    for name in written {
      guard let attribute = schema.attribute(name), let index = schema.impliedType.index(of: name),
        let element = attribute.type.elementType?.objectType
      else { continue }
      plans.append(
        NestedPlan(
          name: name, index: index, isAttribute: true, nesting: attribute.type.isSet ? .set : .list, schema: element.asBlock, minItems: 0,
          maxItems: 0, items: []))
    }
    if found.isEmpty {
      blocks = plans.filter { $0.minItems > 0 || written.contains($0.name) }
      return
    }
    let places = Dictionary(plans.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { first, _ in first })
    for block in found {
      // A schema may have a block type called "dynamic" of its own; it cannot be told apart, as in Terraform.
      if block.type == "dynamic", let label = block.labels.first {
        guard let place = places[label.text] else {
          diagnostics.append(
            .error("Unsupported block type", "\"\(label.text)\" is no block that can stand here.", at: label.range)
          )
          continue
        }
        if let dynamic = readDynamic(block, plans[place]) { plans[place].items.append(.dynamic(dynamic)) }
      } else if let place = places[block.type] {
        let plan = BlockPlan(block.body, schema: plans[place].schema, fixesUp: fixesUp)
        plans[place].items.append(
          .written(WrittenBlock(labels: block.labels.map(\.text), range: block.definitionRange, plan: plan)))
      }
    }
    blocks = plans.filter { !$0.items.isEmpty || $0.minItems > 0 || written.contains($0.name) }
  }

  private mutating func readDynamic(_ block: Block, _ nested: NestedPlan) -> DynamicBlock? {
    var wanted = [AttributeSpecification("for_each", required: true), AttributeSpecification("iterator")]
    if nested.nesting == .map { wanted.append(AttributeSpecification("labels", required: true)) }
    let (content, found) = block.body.content(for: ContentSchema(attributes: wanted, blocks: [BlockSpecification("content")]))
    diagnostics += found
    guard let forEach = content.attributes["for_each"] else { return nil }
    var iterator = nested.name
    if let attribute = content.attributes["iterator"] {
      guard let name = attribute.expression.keyword() else {
        diagnostics.append(
          .error(
            "Invalid expression", "Write the name of the iterator without quotes, as in iterator = item.",
            at: attribute.expression.range))
        return nil
      }
      iterator = name
    }
    var labels: [Expression] = []
    if let attribute = content.attributes["labels"] {
      guard let list = attribute.expression.asStaticList() else {
        diagnostics.append(
          .error("Invalid expression", "A static list expression is required.", at: attribute.expression.range))
        return nil
      }
      if list.count != 1 {
        let problem = list.isEmpty ? "Insufficient" : "Extraneous"
        diagnostics.append(
          .error(
            "\(problem) dynamic block label", "A block of type \"\(nested.name)\" needs one label.",
            at: attribute.expression.range))
        return nil
      }
      labels = list
    }
    guard let body = contentBody(content) else { return nil }
    return DynamicBlock(
      forEach: forEach.expression, iterator: iterator, labels: labels, range: block.definitionRange,
      plan: BlockPlan(body, schema: nested.schema, fixesUp: fixesUp))
  }

  private mutating func contentBody(_ content: BodyContent) -> Body? {
    guard let first = content.blocks.first else {
      diagnostics.append(
        .error(
          "Missing dynamic content block",
          "A dynamic block needs a \"content\" block that says what each generated block holds.",
          at: content.missingItemRange))
      return nil
    }
    if content.blocks.count > 1 {
      diagnostics.append(
        .error(
          "Extraneous dynamic content block", "A dynamic block has one \"content\" block only. Remove this one.",
          at: content.blocks[1].definitionRange))
    }
    return first.body
  }

  /// Attributes of list or set of object that the body writes as blocks. An argument wins where both readings are possible.
  private func attributesWrittenAsBlocks() -> [String] {
    guard fixesUp else { return [] }
    let ambiguous = schema.attributes.filter { $0.type.isCollectionOfObjects }.map(\.name)
    if ambiguous.isEmpty { return [] }
    let asAttributes = body.partialContent(for: ContentSchema(attributes: ambiguous.map { AttributeSpecification($0) }))
      .0
    let open = ambiguous.filter { asAttributes.attributes[$0] == nil }
    if open.isEmpty { return [] }
    var specifications = open.map { BlockSpecification($0) }
    specifications.append(BlockSpecification("dynamic", labelNames: ["type"]))
    let asBlocks = body.partialContent(for: ContentSchema(blocks: specifications)).0
    let present = Set(asBlocks.blocks.map { $0.type == "dynamic" ? $0.labels.first?.text ?? "" : $0.type })
    return open.filter(present.contains)
  }
}

extension Expression {
  fileprivate var isLiteral: Bool {
    switch kind {
    case .number, .bool, .null, .string: true
    default: false
    }
  }
}

extension ValueType {
  fileprivate var isSet: Bool {
    if case .set = self { true } else { false }
  }

  fileprivate var isCollectionOfObjects: Bool {
    switch self {
    case .list(.object), .set(.object): true
    default: false
    }
  }

  /// Whether the legacy SDK has attributes of this type.
  fileprivate var mayComeFromLegacySDK: Bool {
    switch self {
    case .tuple, .object: false
    case .map(.object), .map(.tuple): false
    case .list(let element), .set(let element), .map(let element):
      switch element {
      case .object(let type): type.types.allSatisfy(\.mayComeFromLegacySDK)
      case .tuple: false
      case .list(let inner), .set(let inner), .map(let inner): inner.isPrimitive || inner == .dynamic
      default: true
      }
    default: true
    }
  }
}

extension ObjectType {
  /// The type read as a block whose every argument may be left out.
  fileprivate var asBlock: BlockSchema {
    BlockSchema(attributes: zip(names, types).map { AttributeSchema(name: $0, type: $1, optional: true) })
  }
}

extension BlockSchema {
  /// Whether attributes of it may be written as blocks: only schemas that the legacy SDK can express.
  fileprivate var mayComeFromLegacySDK: Bool {
    attributes.allSatisfy { $0.nestedType == nil && $0.type.mayComeFromLegacySDK }
      && blocks.allSatisfy { $0.block.mayComeFromLegacySDK }
  }
}
