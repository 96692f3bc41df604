import Diagnostics
import HCL
import Values

/// Walks one expression. Names that the expression itself defines stand in `frames`; all others are the scope's.
///
/// Behaviour follows `hclsyntax` of HCL 2.23, the version in Terraform 1.11.4: both operands of `&&` and `||` and both
/// results of a conditional are always evaluated, and an error makes the part at fault unknown.
struct Evaluator {
  let context: EvaluationContext
  var diagnostics: [Diagnostic] = []
  /// Variables of enclosing `for` expressions and iterators of dynamic blocks, innermost last.
  var frames: [Frame]
  /// The current elements of enclosing splats, innermost last.
  var splatItems: [Value] = []
  /// Whether this is the content of a template that a function renders; those must not render further ones.
  var isInTemplate = false
  /// Whether diagnostics are only counted, so that the values they would show need not be found.
  var isQuiet = false
  /// Whether blocks are only held against their schemas, since a dynamic block around them is not known to stand for any:
  /// then their arguments are unknown without being evaluated, as in dynblock.
  var decodesShapeOnly = false

  struct Frame {
    var name: String
    var value: Value
  }

  init(_ context: EvaluationContext, frames: [Frame] = []) {
    self.context = context
    self.frames = frames
  }

  mutating func value(of expression: Expression) -> Value {
    switch expression.kind {
    case .string(let text): return .text(text)
    case .number(let literal): return number(literal, at: expression.range)
    case .bool(let flag): return .bool(flag)
    case .null: return .dynamicNull
    case .scopeTraversal(let traversal):
      return resolve(traversal.root, resolved(traversal.steps), range: traversal.range, in: expression)
    case .relativeTraversal(let source, let steps):
      if let value = chain(expression) { return value }
      return apply(resolved(steps)[...], to: value(of: source), in: expression)
    case .index(let collection, let key):
      if let value = chain(expression) { return value }
      return index(collection, key, in: expression)
    case .template(let parts): return bounded(template(parts, in: expression), of: expression)
    case .templateWrap(let inner), .parentheses(let inner): return value(of: inner)
    case .templateJoin(let loop): return bounded(join(loop, in: expression), of: expression)
    case .jsonString(let string): return jsonString(string)
    case .functionCall(let call): return bounded(callFunction(call, in: expression), of: expression)
    case .conditional(let condition, let then, let otherwise):
      return conditional(condition, then, otherwise, in: expression)
    case .tuple(let elements): return bounded(tuple(elements), of: expression)
    case .object(let items): return bounded(object(items, in: expression), of: expression)
    case .forTuple(let loop): return bounded(forTuple(loop, in: expression), of: expression)
    case .forObject(let loop): return bounded(forObject(loop, in: expression), of: expression)
    case .splat(let splat): return bounded(self.splat(splat, in: expression), of: expression)
    case .splatItem: return splatItems.last ?? .dynamicUnknown
    case .binary(let op, let left, let right): return binary(op, left, right, in: expression)
    case .unary(let op, let operand): return unary(op, operand, in: expression)
    case .invalid: return .dynamicUnknown
    }
  }

  private mutating func tuple(_ elements: [Expression]) -> Value {
    var values: [Value] = []
    values.reserveCapacity(elements.count)
    for element in elements { values.append(value(of: element)) }
    return .tuple(values)
  }

  private mutating func jsonString(_ string: JSONStringExpression) -> Value {
    // Where nothing can be called or referred to, strings of the JSON syntax are taken literally.
    if context.functions == nil { return .text(string.text) }
    diagnostics += string.diagnostics
    guard let template = string.template else {
      return string.diagnostics.hasErrors ? .dynamicUnknown : .text(string.text)
    }
    return value(of: template)
  }

  mutating func number(_ literal: NumberLiteral, at range: SourceRange) -> Value {
    switch literal {
    case .integer(let value): return .number(Number(value))
    case .decimal(let text):
      if let number = Number(parsing: text) { return .number(number) }
      report("Invalid number literal", "This number has too many digits, or too large an exponent.", at: range, in: nil)
      return .unknown(.number)
    }
  }

  /// The value, unless it is so large that whatever is done with it would bring the machine down.
  private mutating func bounded(_ value: Value, of expression: Expression) -> Value {
    if value.weight <= Value.largestWeight { return value }
    reportSize(of: expression)
    return .dynamicUnknown
  }

  mutating func reportSize(of expression: Expression) {
    report(
      "Value too large", "This makes a value that is too large to work with. The largest take some hundred megabytes.",
      at: expression.range, in: nil)
  }

  /// Reports an error about an expression, with the values of what it refers to.
  mutating func report(
    _ summary: String, _ detail: String, at subject: SourceRange, context range: SourceRange? = nil,
    in expression: Expression?, call: Diagnostic.FunctionCall? = nil
  ) {
    diagnostics.append(
      Diagnostic(
        .error, summary, detail, subject: subject, context: range,
        values: isQuiet ? [] : expression.map { involvedValues($0) } ?? [], functionCall: call))
  }

  /// Runs work with the variables of an iteration in place.
  mutating func withFrames<Result>(_ added: [Frame], _ work: (inout Evaluator) -> Result) -> Result {
    let count = frames.count
    frames += added
    defer { frames.removeSubrange(count...) }
    return work(&self)
  }
}
