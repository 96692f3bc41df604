import Diagnostics
import HCL

/// An expression as a short text in prefix form, for tables: `1 + a.b` is `(+ 1 a.b)`.
func dump(_ expression: Expression) -> String {
  switch expression.kind {
  case .number(let literal): literal.text
  case .bool(let value): value ? "true" : "false"
  case .null: "null"
  case .string(let text): quoted(text)
  case .jsonString(let string): "json:" + (string.template.map(dump) ?? quoted(string.text))
  case .template(let parts): "(template \(dump(parts)))"
  case .templateWrap(let inner): "(wrap \(dump(inner)))"
  case .templateJoin(let inner): "(join \(dump(inner)))"
  case .scopeTraversal(let traversal): dump(traversal)
  case .relativeTraversal(let source, let steps): "(get \(dump(source)) \(steps.map(dump).joined()))"
  case .functionCall(let call):
    "(call \(([call.name] + call.arguments.map(dump)).joined(separator: " "))\(call.expandsLast ? "..." : ""))"
  case .conditional(let condition, let then, let otherwise): "(? \(dump([condition, then, otherwise])))"
  case .index(let collection, let key): "(index \(dump([collection, key])))"
  case .tuple(let elements): "[\(dump(elements))]"
  case .object(let items): "{\(items.map { "\($0.keyName ?? dump($0.key))=\(dump($0.value))" }.joined(separator: " "))}"
  case .forTuple(let loop), .forObject(let loop): dump(loop)
  case .splat(let splat): "(\(splat.isFull ? "[*]" : ".*") \(dump([splat.source, splat.each])))"
  case .splatItem: "@"
  case .parentheses(let inner): "(paren \(dump(inner)))"
  case .binary(let symbol, let left, let right): "(\(symbol.rawValue) \(dump([left, right])))"
  case .unary(let symbol, let operand): "(\(symbol.rawValue) \(dump(operand)))"
  case .invalid: "invalid"
  }
}

private func dump(_ expressions: [Expression]) -> String { expressions.map(dump).joined(separator: " ") }

private func dump(_ loop: ForExpression) -> String {
  let names = [loop.keyVariable, loop.valueVariable].compactMap(\.self).joined(separator: ",")
  let key = loop.key.map { dump($0) + " => " } ?? ""
  let condition = loop.condition.map { " if \(dump($0))" } ?? ""
  return "(for \(names) in \(dump(loop.collection)) : \(key)\(dump(loop.value))\(loop.groups ? "..." : "")\(condition))"
}

func dump(_ traversal: Traversal) -> String { traversal.root + traversal.steps.map(dump).joined() }

private func dump(_ step: TraversalStep) -> String {
  switch step {
  case .attribute(let name, _): "." + name
  case .index(.string(let key), _): "[\(quoted(key))]"
  case .index(.number(let key), _): "[\(key.text)]"
  case .splat: "[*]"
  }
}

private func quoted(_ text: String) -> String {
  let scalars = text.unicodeScalars.map { scalar in
    switch scalar {
    case "\n": "\\n"
    case "\r": "\\r"
    case "\t": "\\t"
    default: String(scalar)
    }
  }
  return "'\(scalars.joined())'"
}

let testFile = SourceFileID(index: 0)

func expression(_ source: String) -> (String, [Diagnostic]) {
  let (tree, diagnostics) = parseExpression(Array(source.utf8), file: testFile)
  return (dump(tree), diagnostics)
}

/// A diagnostic as its summary and the text it points at.
func describe(_ diagnostic: Diagnostic, in source: String) -> String {
  guard let range = diagnostic.subject else { return diagnostic.summary }
  let bytes = Array(source.utf8)
  let part = bytes[min(Int(range.start), bytes.count)..<min(Int(range.end), bytes.count)]
  return "\(diagnostic.summary) @ \(String(decoding: part, as: UTF8.self).replacing("\n", with: "\\n"))"
}

func body(_ source: String) -> Body { parseFile(Array(source.utf8), file: testFile).0 }

func jsonBody(_ source: String) -> Body { parseJSONFile(Array(source.utf8), file: testFile).0 }
