package import Diagnostics
package import HCL
package import Values

/// The value of an expression. Never throws: what is wrong becomes diagnostics, and the part at fault an unknown value.
package func evaluate(_ expression: Expression, in context: EvaluationContext) -> (Value, [Diagnostic]) {
  var evaluator = Evaluator(context)
  let value = evaluator.value(of: expression)
  return (value, evaluator.diagnostics)
}

/// The value of an expression, converted to a type. Where that is impossible, an unknown value of the type and an error.
package func evaluate(
  _ expression: Expression, as type: ValueType, in context: EvaluationContext
) -> (Value, [Diagnostic]) {
  var evaluator = Evaluator(context)
  let value = evaluator.value(of: expression)
  if evaluator.diagnostics.hasErrors { return (.unknown(type.withoutOptionals), evaluator.diagnostics) }
  do {
    return (try convert(value, to: type), evaluator.diagnostics)
  } catch {
    evaluator.report(
      "Incorrect value type", "Invalid expression value: \(error).", at: expression.range, in: expression)
    return (.unknown(type.withoutOptionals), evaluator.diagnostics)
  }
}

/// The object that a body stands for under a schema: every attribute of the schema's implied type is there.
///
/// Absent attributes are null. Dynamic blocks are expanded; where their `for_each` is unknown, the whole collection is.
/// With errors the value still has the implied type, so that work can go on. To decode a body again and again, keep
/// a `DecodePlan`.
package func decode(
  _ body: Body, schema: BlockSchema, in context: EvaluationContext
) -> (Value, [Diagnostic]) {
  DecodePlan(body, schema: schema).decode(in: context)
}

/// Every reference in a body that decoding under the schema would evaluate; iterators of dynamic blocks are left out.
package func references(in body: Body, schema: BlockSchema) -> [Traversal] {
  DecodePlan(body, schema: schema).references
}

/// The values that an expression refers to, as messages about it show them.
package func involvedValues(
  of expression: Expression, in context: EvaluationContext
) -> [Diagnostic.ExpressionValue] {
  Evaluator(context).involvedValues(expression)
}
