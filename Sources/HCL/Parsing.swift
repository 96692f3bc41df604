package import Diagnostics

/// Parses a file in the native syntax. There is always a body, holding what could be understood. Messages that name
/// another place use `path` for the file.
package func parseFile(
  _ bytes: [UInt8], file: SourceFileID, path: String? = nil
) -> (Body, [Diagnostic]) {
  var parser = Parser(bytes, from: .expression, file: file, path: path)
  let body = parser.parseFileBody()
  return (body, parser.diagnostics)
}

/// Parses a file in the JSON syntax.
package func parseJSONFile(_ bytes: [UInt8], file: SourceFileID) -> (Body, [Diagnostic]) {
  let (value, diagnostics) = JSONParser.parse(bytes, file: file)
  return (Body(.json(JSONBody(value))), diagnostics)
}

/// Parses bytes that are one expression and nothing else. Ranges are `startOffset` plus the offset in `bytes`.
package func parseExpression(
  _ bytes: [UInt8], file: SourceFileID, startOffset: UInt32 = 0
) -> (Expression, [Diagnostic]) {
  var parser = Parser(bytes, from: .expression, file: file, base: startOffset)
  let expression = parser.parseWholeExpression()
  return (expression, parser.diagnostics)
}

/// Parses bytes that are a template without quotes around it, as in a file for `templatefile`.
package func parseTemplate(
  _ bytes: [UInt8], file: SourceFileID, startOffset: UInt32 = 0
) -> (Expression, [Diagnostic]) {
  var parser = Parser(bytes, from: .template, file: file, base: startOffset)
  let expression = parser.parseWholeTemplate()
  return (expression, parser.diagnostics)
}

/// Parses bytes that are one reference chain; nil when they are not. `allowsSplat` admits `[*]` and `.*` steps.
package func parseTraversal(
  _ bytes: [UInt8], file: SourceFileID, startOffset: UInt32 = 0, allowsSplat: Bool = false
) -> (Traversal?, [Diagnostic]) {
  var parser = Parser(bytes, from: .expression, file: file, base: startOffset)
  let traversal = parser.parseWholeTraversal(allowsSplat: allowsSplat)
  return (traversal, parser.diagnostics)
}
