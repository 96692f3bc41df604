import Addresses
import Diagnostics
import Expressions
import HCL
import Host
import Values

/// Reads the blocks of one module's files, collecting what is wrong with them. Only constants are evaluated here.
struct BlockReader {
  /// For the places that messages mention.
  var sources: SourceMap
  var diagnostics: [Diagnostic] = []
  /// For what a block says is in a file of its own.
  let files: (any FileTree)?

  init(sources: SourceMap, files: (any FileTree)? = nil) {
    self.sources = sources
    self.files = files
  }

  mutating func error(_ summary: String, _ detail: String, at range: SourceRange?, context: SourceRange? = nil) {
    diagnostics.append(.error(summary, detail, at: range, context: context))
  }

  mutating func warn(_ summary: String, _ detail: String, at range: SourceRange?) {
    diagnostics.append(.warning(summary, detail, at: range))
  }

  mutating func content(_ body: Body, _ attributes: [AttributeSpecification], _ blocks: [BlockSpecification] = [])
    -> BodyContent
  {
    let (content, found) = body.content(for: ContentSchema(attributes: attributes, blocks: blocks))
    diagnostics += found
    return content
  }

  mutating func partialContent(
    _ body: Body, _ attributes: [AttributeSpecification], _ blocks: [BlockSpecification] = []
  ) -> (BodyContent, Body) {
    partialContent(body, ContentSchema(attributes: attributes, blocks: blocks))
  }

  mutating func partialContent(_ body: Body, _ schema: ContentSchema) -> (BodyContent, Body) {
    let (content, rest, found) = body.partialContent(for: schema)
    diagnostics += found
    return (content, rest)
  }

  /// A body with what stands in `_` blocks beside it: a provider's way to arguments that are named like the language's own.
  func escaped(_ body: Body, _ blocks: [Block]) -> Body {
    let inner = blocks.lazy.filter { $0.type == "_" }.compactMap(\.body.nativeContents)
    guard !inner.isEmpty, let own = body.nativeContents else { return body }
    return Body(
      attributes: own.attributes + inner.flatMap(\.attributes), blocks: own.blocks + inner.flatMap(\.blocks),
      range: body.range)
  }

  /// Whether a name is one; reports otherwise.
  @discardableResult
  mutating func checkName(_ label: Label, _ summary: String) -> Bool {
    if isValidIdentifier(label.text) { return true }
    error(summary, badNameDetail, at: label.range)
    return false
  }

  /// The constant text of an argument; nil after an error or for null.
  mutating func string(_ attribute: Attribute?) -> String? { constant(attribute, .string)?.asString }

  mutating func bool(_ attribute: Attribute?) -> Bool? { constant(attribute, .bool)?.asBool }

  private mutating func constant(_ attribute: Attribute?, _ type: ValueType) -> Value? {
    guard let expression = attribute?.expression else { return nil }
    switch (expression.kind, type) {
    case (.string(let text), .string): return .text(text)
    case (.bool(let flag), .bool): return .bool(flag)
    default: break
    }
    let (value, found) = evaluate(expression, in: EvaluationContext(scope: EmptyScope(), functions: nil))
    diagnostics += found
    var problem: String
    if value.isNull {
      problem = "null value is not allowed"
    } else if !value.isKnown {
      problem = "value must be known"
    } else {
      do {
        let converted = try convert(value, to: type)
        if converted.isKnown { return converted }
        problem = "value must be known"
      } catch {
        problem = error.message
      }
    }
    error("Unsuitable value type", "Unsuitable value: \(problem)", at: expression.startRange)
    return nil
  }

  /// The reference chain that an expression is. Quoted ones were how Terraform 0.11 wrote them; they bring a warning.
  mutating func reference(_ expression: Expression) -> Traversal? {
    if case .string(let text) = expression.kind {
      let (traversal, found) = parseTraversal(
        Array(text.utf8), file: expression.range.file, startOffset: expression.range.start &+ 1)
      warn(
        "Quoted references are deprecated",
        "References are written without quotes; remove them.",
        at: expression.range)
      diagnostics += found
      return traversal
    }
    if let traversal = expression.asTraversal() { return traversal }
    error("Invalid expression", staticReferenceDetail, at: expression.range)
    return nil
  }

  /// The single word an expression is, quoted or not.
  mutating func keyword(_ expression: Expression) -> String? {
    if case .string(let text) = expression.kind {
      warn(
        "Quoted keywords are deprecated",
        "Keywords are written without quotes; remove them.",
        at: expression.range)
      return text
    }
    return expression.keyword()
  }

  mutating func staticList(_ expression: Expression) -> [Expression]? {
    if let list = expression.asStaticList() { return list }
    error("Invalid expression", "A static list expression is required.", at: expression.startRange)
    return nil
  }

  /// The entries of a `depends_on` argument.
  mutating func dependsOn(_ attribute: Attribute?) -> [Traversal] {
    guard let attribute, let list = staticList(attribute.expression) else { return [] }
    return list.compactMap { reference($0) }
  }

  /// `name` or `name.alias`.
  /// - Parameter allowsKey: whether an instance of a configuration with `for_each` may be chosen.
  mutating func providerReference(
    _ expression: Expression, argument: String, allowsKey: Bool = false
  ) -> ProviderReference? {
    guard allowsKey, let (base, key) = expression.withoutLastKey else {
      return providerReference(toConfiguration: expression, argument: argument)
    }
    guard var reference = providerReference(toConfiguration: base, argument: argument) else { return nil }
    reference.instanceKey = key
    reference.range = expression.range
    return reference
  }

  private mutating func providerReference(toConfiguration expression: Expression, argument: String) -> ProviderReference? {
    guard let traversal = providerTraversal(expression, argument) else { return nil }
    if !checkLocalName(traversal.root, at: traversal.rootRange) { return nil }
    if traversal.steps.count <= 1 {
      guard let step = traversal.steps.first else {
        return ProviderReference(
          name: traversal.root, alias: nil, nameRange: traversal.rootRange, range: expression.range)
      }
      if case .attribute(let alias, _) = step {
        return ProviderReference(
          name: traversal.root, alias: alias, nameRange: traversal.rootRange, range: expression.range)
      }
      error(
        "Invalid provider configuration reference",
        "Write a provider's name, or its name, a period and an alias.",
        at: step.range)
      return nil
    }
    error("Invalid provider configuration reference", providerReferenceDetail(argument), at: expression.range)
    return nil
  }

  /// Whether a name can be a provider's in this module; reports otherwise.
  mutating func checkLocalName(_ name: String, at range: SourceRange) -> Bool {
    if ProviderSource(parsing: name) == nil || name.utf8.contains(UInt8(ascii: "/")) {
      error(
        "Invalid provider local name",
        "\(name) is no name for a provider: use letters, digits and dashes, with no dash at either end", at: range)
      return false
    }
    if name != name.lowercased() {
      error(
        "Invalid provider local name",
        "Write a provider's name in lower case: \"\(name.lowercased())\" instead of \"\(name)\".",
        at: range)
      return false
    }
    return true
  }

  private mutating func providerTraversal(_ expression: Expression, _ argument: String) -> Traversal? {
    if case .string = expression.kind {
      if argument != "configuration_aliases" { return reference(expression) }
      error("Invalid expression", "Write a plain reference here, as in local.name.", at: expression.range)
      return nil
    }
    if let traversal = expression.asTraversal() { return traversal }
    error("Invalid provider configuration reference", providerReferenceDetail(argument), at: expression.range)
    return nil
  }

  private func providerReferenceDetail(_ argument: String) -> String {
    "In \(argument), write a provider's name, or its name, a period and an alias."
  }

  mutating func reserved(_ blocks: [Block], in kind: String) {
    for block in blocks {
      error(
        "Reserved block type name in \(kind) block",
        "Blocks of type \"\(block.type)\" have no meaning yet: the language keeps the name for itself.",
        at: block.typeRange)
    }
  }

  func place(_ range: SourceRange) -> String { sources.place(of: range) }
}

let badNameDetail =
  "Begin a name with a letter or an underscore; letters, digits, underscores and dashes can follow."

let staticReferenceDetail =
  "Write a plain reference here: names, dots and constant keys in brackets. Put what has to be computed into a local "
    + "value."

extension Expression {
  /// What stands before the last index step, and the key in it; nil if the last step is none.
  fileprivate var withoutLastKey: (Expression, Expression)? {
    switch kind {
    case .index(let collection, let key): return (collection, key)
    case .scopeTraversal(var traversal):
      guard case .index(let key, let keyRange)? = traversal.steps.popLast() else { return nil }
      traversal.range.end = traversal.steps.last?.range.end ?? traversal.rootRange.end
      let base = Expression(.scopeTraversal(traversal), range: traversal.range)
      switch key {
      case .string(let text): return (base, Expression(.string(text), range: keyRange))
      case .number(let number): return (base, Expression(.number(number), range: keyRange))
      }
    default: return nil
    }
  }
}
