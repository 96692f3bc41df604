import Diagnostics

@testable import HCL

private let file = SourceFileID(index: 0)

/// Tokens are in order, do not overlap, lie in the input, and leave out nothing but spaces.
func checkScanner(_ bytes: [UInt8]) throws(Violation) {
  for start in [Scanner.Start.expression, .template] {
    let tokens = Scanner.scan(bytes, from: start)
    var end = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    for token in tokens {
      try require(Int(token.start) >= end && token.start <= token.end && Int(token.end) <= bytes.count, "a token lies where it cannot: \(token)")
      let skipped = bytes[end..<Int(token.start)]
      try require(skipped.allSatisfy { $0 == 0x20 || $0 == 0x09 }, "bytes before \(token) belong to no token: \(Array(skipped))")
      end = Int(token.end)
    }
    try require(tokens.last?.kind == .endOfFile && end == bytes.count, "the tokens do not end with the input")
  }
}

/// Every place that the tree or a message names lies in the input, and messages can be drawn.
func checkParser(_ bytes: [UInt8]) throws(Violation) {
  let (body, fileProblems) = parseFile(bytes, file: file, path: "main.tf")
  try check(body, bytes.count)
  try check(fileProblems, bytes)
  _ = body.allReferences
  let (expression, problems) = parseExpression(bytes, file: file)
  try check(expression, bytes.count)
  try check(problems, bytes)
  _ = expression.variables
  let (traversal, traversalProblems) = parseTraversal(bytes, file: file, allowsSplat: true)
  if let traversal { try check(traversal.range, bytes.count) }
  try check(traversalProblems, bytes)
}

func checkTemplate(_ bytes: [UInt8]) throws(Violation) {
  let (template, problems) = parseTemplate(bytes, file: file)
  try check(template, bytes.count)
  try check(problems, bytes)
}

/// The layout changes only what is between tokens, and laying it out again changes nothing.
func checkFormatter(_ bytes: [UInt8]) throws(Violation) {
  let formatted = HCL.format(bytes)
  var parser = Parser(bytes, from: .expression, file: file)
  let body = parser.parseFileBody()
  if parser.diagnostics.hasErrors {
    return try require(formatted == bytes, "what does not parse was changed")
  }
  if hasStepsOfNumber(parser.tokens) { return }
  try require(!parseFile(formatted, file: file).1.hasErrors, "the result does not parse: \(text(formatted))")
  var rewriting = SpellingRewrite(bytes: bytes, tokens: parser.tokens)
  rewriting.visit(body, enclosing: [])
  let wanted = rewriting.rewritten().map { Array($0.text) }.filter { !$0.isEmpty }
  let written = Scanner.scan(formatted).map { Array(formatted[Int($0.start)..<Int($0.end)]) }.filter { !$0.isEmpty }
  try require(wanted == written, "tokens have changed: \(text(formatted))")
  let again = HCL.format(formatted)
  try require(again == formatted, "the second time differs:\n\(text(formatted))\n\(text(again))")
}

/// Whether there is something like `1 .2`. The reference writes it without the space, as another number or as none, and so must we.
private func hasStepsOfNumber(_ tokens: [Token]) -> Bool {
  zip(tokens, tokens.dropFirst()).contains { $0.kind == .number && $1.kind == .dot || $0.kind == .dot && $1.kind == .number }
}

/// The JSON syntax, read in each of the ways in which a schema may read it.
func checkJSON(_ bytes: [UInt8]) throws(Violation) {
  let (body, problems) = parseJSONFile(bytes, file: file)
  try check(problems, bytes)
  let (attributes, attributeProblems) = body.justAttributes()
  try check(attributeProblems, bytes)
  for attribute in attributes {
    try check(attribute.nameRange, bytes.count)
    try check(attribute.expression, bytes.count)
    _ = attribute.expression.variables
    _ = attribute.expression.asTraversal()
    _ = attribute.expression.keyword()
    _ = attribute.expression.staticCall()
  }
  let schema = ContentSchema(
    attributes: [AttributeSpecification("a"), AttributeSpecification("b", required: true)],
    blocks: [
      BlockSpecification("locals"), BlockSpecification("variable", labelNames: ["name"]),
      BlockSpecification("resource", labelNames: ["type", "name"]),
    ])
  try checkContent(of: body, schema, bytes, depth: 0)
}

private func checkContent(of body: Body, _ schema: ContentSchema, _ bytes: [UInt8], depth: Int) throws(Violation) {
  let (content, problems) = body.content(for: schema)
  try check(problems, bytes)
  try check(content.missingItemRange, bytes.count)
  for attribute in content.orderedAttributes { try check(attribute.expression, bytes.count) }
  for block in content.blocks where depth < 4 {
    try check(block.range, bytes.count)
    try checkContent(of: block.body, schema, bytes, depth: depth + 1)
  }
  _ = body.allReferences
}

// MARK: Places

private func check(_ range: SourceRange, _ count: Int) throws(Violation) {
  try require(range.start <= range.end && Int(range.end) <= count, "a place is outside of the input: \(range)")
}

private func check(_ expression: Expression, _ count: Int) throws(Violation) {
  try check(expression.range, count)
  var children: [Expression] = []
  expression.kind.forEachChild { children.append($0) }
  for child in children { try check(child, count) }
}

private func check(_ body: Body, _ count: Int) throws(Violation) {
  try check(body.range, count)
  guard let (attributes, blocks) = body.nativeContents else { return }
  for attribute in attributes {
    try check(attribute.range, count)
    try check(attribute.expression, count)
  }
  for block in blocks {
    try check(block.range, count)
    for label in block.labels { try check(label.range, count) }
    try check(block.body, count)
  }
}

/// Each message names places in the input, and can be drawn as text and as JSON.
func check(_ diagnostics: [Diagnostic], _ bytes: [UInt8]) throws(Violation) {
  guard !diagnostics.isEmpty else { return }
  try require(diagnostics.count <= 20_000, "\(diagnostics.count) messages are more than anybody reads")
  var sources = SourceMap()
  _ = sources.add(path: "main.tf", bytes: bytes)
  let renderer = DiagnosticRenderer(sources: sources, color: true)
  for diagnostic in diagnostics.prefix(20) {
    for range in [diagnostic.subject, diagnostic.context] {
      if let range { try check(range, bytes.count) }
    }
    _ = renderer.text(diagnostic)
    _ = renderer.json(diagnostic)
  }
}

private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self).debugDescription }
