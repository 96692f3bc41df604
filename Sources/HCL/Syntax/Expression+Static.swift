package import Diagnostics

/// A function call seen without evaluating it, as type constraints are: `list(string)`.
package struct StaticCall: Sendable {
  package var name: String
  package var nameRange: SourceRange
  package var arguments: [Expression]
  /// From the opening to the closing parenthesis.
  package var argumentsRange: SourceRange
}

extension Expression {
  /// The expression as a reference chain, if it is one. `true`, `false` and `null` count as names here, and a JSON
  /// string is read as the chain that it spells.
  package func asTraversal() -> Traversal? {
    switch kind {
    case .scopeTraversal(let traversal): traversal
    case .bool(let value): Traversal(root: value ? "true" : "false", rootRange: range, range: range)
    case .null: Traversal(root: "null", rootRange: range, range: range)
    case .jsonString(let string): jsonTraversal(string)
    default: nil
    }
  }

  private func jsonTraversal(_ string: JSONStringExpression) -> Traversal? {
    let (traversal, diagnostics) = parseTraversal(
      Array(string.text.utf8), file: range.file, startOffset: range.start &+ 1)
    return diagnostics.hasErrors ? nil : traversal
  }

  /// The single bare word that the expression is, if it is one.
  package func keyword() -> String? {
    switch kind {
    case .scopeTraversal(let traversal): traversal.steps.isEmpty ? traversal.root : nil
    case .bool(let value): value ? "true" : "false"
    case .null: "null"
    case .jsonString(let string):
      if let traversal = jsonTraversal(string), traversal.steps.isEmpty { traversal.root } else { nil }
    default: nil
    }
  }

  /// The elements of a tuple constructor.
  package func asStaticList() -> [Expression]? {
    if case .tuple(let elements) = kind { elements } else { nil }
  }

  /// The items of an object constructor.
  package func asStaticMap() -> [ObjectItem]? {
    if case .object(let items) = kind { items } else { nil }
  }

  /// The function call that the expression is; a JSON string is read as the expression that it spells.
  package func staticCall() -> StaticCall? {
    switch kind {
    case .functionCall(let call):
      return StaticCall(
        name: call.name, nameRange: call.nameRange, arguments: call.arguments,
        argumentsRange: call.openParenthesisRange.through(call.closeParenthesisRange))
    case .jsonString(let string):
      let (expression, diagnostics) = parseExpression(
        Array(string.text.utf8), file: range.file, startOffset: range.start &+ 1)
      guard !diagnostics.hasErrors, case .functionCall = expression.kind else { return nil }
      return expression.staticCall()
    default:
      return nil
    }
  }

  /// All references to names that the expression does not define itself, in source order, repeated as often as written.
  package var variables: [Traversal] {
    var found: [Traversal] = []
    collectVariables(into: &found, hidden: [])
    return found
  }

  private func collectVariables(into found: inout [Traversal], hidden: Set<String>) {
    switch kind {
    case .scopeTraversal(let traversal):
      if !hidden.contains(traversal.root) { found.append(traversal) }
    case .object(let items):
      for item in items {
        if item.keyName == nil { item.key.collectVariables(into: &found, hidden: hidden) }
        item.value.collectVariables(into: &found, hidden: hidden)
      }
    case .forTuple(let loop), .forObject(let loop):
      loop.collection.collectVariables(into: &found, hidden: hidden)
      var inner = hidden
      if let key = loop.keyVariable { inner.insert(key) }
      inner.insert(loop.valueVariable)
      loop.key?.collectVariables(into: &found, hidden: inner)
      loop.value.collectVariables(into: &found, hidden: inner)
      loop.condition?.collectVariables(into: &found, hidden: inner)
    default:
      kind.forEachChild { $0.collectVariables(into: &found, hidden: hidden) }
    }
  }

  /// The first piece, which messages point at when the whole would be too much: the name of a function, the opening
  /// bracket of a list, the first operand, the text between quotes; but all of a reference.
  package var startRange: SourceRange {
    switch kind {
    case .functionCall(let call): call.nameRange.through(call.openParenthesisRange)
    case .conditional(let condition, _, _): condition.startRange
    case .index(let collection, _): range.piece(from: collection.range.end, count: 1)
    case .tuple, .object, .unary: range.piece(from: range.start, count: 1)
    case .forTuple(let loop), .forObject(let loop): loop.openRange
    case .splat(let splat): splat.markerRange
    case .binary(_, let left, _): left.startRange
    case .parentheses(let inner): inner.startRange
    case .template(let parts): parts.first?.startRange ?? range
    case .templateJoin(let inner): inner.startRange
    case .string("") where opening == 0 && closing == 0: range.piece(from: range.end, count: 0)
    case .string: SourceRange(file: range.file, start: range.start &+ UInt32(opening), end: range.end &- UInt32(closing))
    default: range
    }
  }
}

extension SourceRange {
  fileprivate func piece(from start: UInt32, count: UInt32) -> SourceRange {
    SourceRange(file: file, start: start, end: start + count)
  }
}
