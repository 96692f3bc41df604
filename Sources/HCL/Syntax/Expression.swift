package import Diagnostics

/// A node of the expression tree.
package final class Expression: Sendable {
  package let kind: ExpressionKind
  package let range: SourceRange
  /// Levels below and including this node, so that no reader of the tree can be driven out of its stack.
  let height: UInt16
  /// How many bytes the marks before and behind the text of a literal take: its quotes, or the lines that begin and end a
  /// heredoc. Both are 0 when that is not known.
  let opening: UInt8
  let closing: UInt8

  package init(_ kind: ExpressionKind, range: SourceRange) {
    self.kind = kind
    self.range = range
    var deepest: UInt16 = 0
    kind.forEachChild { deepest = max(deepest, $0.height) }
    height = deepest + 1
    opening = 0
    closing = 0
  }

  /// A literal whose text stands at a range of its own, within the quotes that belong to it.
  init(literal text: String, at inner: SourceRange, range: SourceRange) {
    kind = .string(text)
    self.range = range
    height = 1
    let marks = (UInt8(exactly: inner.start &- range.start), UInt8(exactly: range.end &- inner.end))
    opening = marks.0 ?? 0
    closing = marks.1 ?? 0
  }

  /// The deepest tree the parsers build. Deeper source is a diagnostic, never a stack overflow in a reader.
  static let maximumHeight: UInt16 = 1000
}

package enum ExpressionKind: Sendable {
  case number(NumberLiteral)
  case bool(Bool)
  case null
  /// A literal: a quoted string or heredoc without sequences, or a literal part of a template. Escapes are resolved.
  case string(String)
  /// A string in the JSON syntax, whose reading depends on who asks.
  case jsonString(JSONStringExpression)
  /// Parts that are joined to a string. A directive is a part: `%{ if }` a `conditional`, `%{ for }` a `templateJoin`.
  case template([Expression])
  /// `"${x}"` alone, which is x itself with its own type.
  case templateWrap(Expression)
  /// A `forTuple` whose elements are joined to a string.
  case templateJoin(Expression)
  case scopeTraversal(Traversal)
  /// Constant steps after something that is no plain reference: `f(x).a[0]`.
  case relativeTraversal(source: Expression, steps: [TraversalStep])
  case functionCall(FunctionCallExpression)
  case conditional(condition: Expression, then: Expression, otherwise: Expression)
  case index(collection: Expression, key: Expression)
  case tuple([Expression])
  case object([ObjectItem])
  case forTuple(ForExpression)
  /// `key` is not nil.
  case forObject(ForExpression)
  case splat(SplatExpression)
  /// The current element, inside `each` of the innermost enclosing splat.
  case splatItem
  case parentheses(Expression)
  case binary(BinaryOperator, Expression, Expression)
  case unary(UnaryOperator, Expression)
  /// Could not be parsed; a diagnostic says why. Evaluates to an unknown value without another message.
  case invalid
}

package struct FunctionCallExpression: Sendable {
  /// As written, with namespaces: `provider::aws::arn_parse`.
  package var name: String
  package var nameRange: SourceRange
  package var arguments: [Expression]
  /// Whether the last argument is followed by `...`.
  package var expandsLast: Bool
  package var openParenthesisRange: SourceRange
  package var closeParenthesisRange: SourceRange

  package init(
    name: String, nameRange: SourceRange, arguments: [Expression], expandsLast: Bool, openParenthesisRange: SourceRange,
    closeParenthesisRange: SourceRange
  ) {
    self.name = name
    self.nameRange = nameRange
    self.arguments = arguments
    self.expandsLast = expandsLast
    self.openParenthesisRange = openParenthesisRange
    self.closeParenthesisRange = closeParenthesisRange
  }
}

/// `key = value` in an object constructor.
package struct ObjectItem: Sendable {
  /// A bare name keeps its traversal here; `keyName` tells that it stands for itself. A traversal with steps that is
  /// not in parentheses is ambiguous when evaluated, though legal where a reader wants references as keys.
  package var key: Expression
  package var value: Expression

  package init(key: Expression, value: Expression) {
    self.key = key
    self.value = value
  }

  /// The literal name, if the key is a bare word. Then the key must not be evaluated.
  package var keyName: String? {
    if case .jsonString(let string) = key.kind { return string.template == nil ? string.text : nil }
    return key.keyword()
  }

  /// Whether the key is a reference with steps and without parentheses: an error in evaluation ("Ambiguous attribute key").
  package var isAmbiguous: Bool {
    if case .scopeTraversal(let traversal) = key.kind { !traversal.steps.isEmpty } else { false }
  }
}

/// `[for k, v in collection : value if condition]` and `{for k, v in collection : key => value... if condition}`.
package struct ForExpression: Sendable {
  package var keyVariable: String?
  package var valueVariable: String
  package var collection: Expression
  /// Only in the object form.
  package var key: Expression?
  package var value: Expression
  package var condition: Expression?
  /// `...` after the value: values of equal keys are grouped.
  package var groups: Bool
  package var openRange: SourceRange
  package var closeRange: SourceRange

  package init(
    keyVariable: String?, valueVariable: String, collection: Expression, key: Expression?, value: Expression,
    condition: Expression?, groups: Bool, openRange: SourceRange, closeRange: SourceRange
  ) {
    self.keyVariable = keyVariable
    self.valueVariable = valueVariable
    self.collection = collection
    self.key = key
    self.value = value
    self.condition = condition
    self.groups = groups
    self.openRange = openRange
    self.closeRange = closeRange
  }
}

/// `source[*].each` or `source.*.each`.
package struct SplatExpression: Sendable {
  package var source: Expression
  /// What is computed per element, with `splatItem` at its bottom.
  package var each: Expression
  /// `[*]` takes every following step, `.*` only attributes.
  package var isFull: Bool
  package var markerRange: SourceRange

  package init(source: Expression, each: Expression, isFull: Bool, markerRange: SourceRange) {
    self.source = source
    self.each = each
    self.isFull = isFull
    self.markerRange = markerRange
  }
}

/// A string of the JSON syntax. Read without a scope it is its text; read with a scope it is a template.
package struct JSONStringExpression: Sendable {
  package var text: String
  /// The text as a template; nil when it holds no template sequence, so that both readings are the same.
  package var template: Expression?
  /// What is wrong with the template, to be reported when it is read as one.
  package var diagnostics: [Diagnostic]

  package init(text: String, template: Expression? = nil, diagnostics: [Diagnostic] = []) {
    self.text = text
    self.template = template
    self.diagnostics = diagnostics
  }
}

package enum BinaryOperator: String, Hashable, Sendable {
  case or = "||"
  case and = "&&"
  case equal = "=="
  case notEqual = "!="
  case greaterThan = ">"
  case greaterThanOrEqual = ">="
  case lessThan = "<"
  case lessThanOrEqual = "<="
  case add = "+"
  case subtract = "-"
  case multiply = "*"
  case divide = "/"
  case modulo = "%"
}

package enum UnaryOperator: String, Hashable, Sendable {
  case negate = "-"
  case not = "!"
}

extension ExpressionKind {
  /// Calls `visit` with each direct child, in source order.
  package func forEachChild(_ visit: (Expression) -> Void) {
    switch self {
    case .number, .bool, .null, .string, .scopeTraversal, .splatItem, .invalid: break
    case .jsonString(let string): if let template = string.template { visit(template) }
    case .template(let parts), .tuple(let parts): parts.forEach(visit)
    case .templateWrap(let inner), .templateJoin(let inner), .parentheses(let inner), .unary(_, let inner): visit(inner)
    case .relativeTraversal(let source, _): visit(source)
    case .functionCall(let call): call.arguments.forEach(visit)
    case .conditional(let condition, let then, let otherwise):
      visit(condition)
      visit(then)
      visit(otherwise)
    case .index(let collection, let key):
      visit(collection)
      visit(key)
    case .object(let items):
      for item in items {
        visit(item.key)
        visit(item.value)
      }
    case .forTuple(let loop), .forObject(let loop):
      visit(loop.collection)
      if let key = loop.key { visit(key) }
      visit(loop.value)
      if let condition = loop.condition { visit(condition) }
    case .splat(let splat):
      visit(splat.source)
      visit(splat.each)
    case .binary(_, let left, let right):
      visit(left)
      visit(right)
    }
  }
}
