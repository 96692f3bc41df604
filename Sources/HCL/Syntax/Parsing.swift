package import Diagnostics

/// Parses a file in the native syntax. There is always a body, holding what could be understood.
package func parseFile(_ bytes: [UInt8], file: SourceFileID) -> (Body, [Diagnostic]) {
  let range = SourceRange(file: file, start: 0, end: 0)
  return (Body(attributes: [], blocks: [], range: range), [])
}

/// Parses a file in the JSON syntax.
package func parseJSONFile(_ bytes: [UInt8], file: SourceFileID) -> (Body, [Diagnostic]) {
  parseFile(bytes, file: file)
}

/// Parses bytes that are one expression and nothing else. Ranges are `startOffset` plus the offset in `bytes`.
package func parseExpression(
  _ bytes: [UInt8], file: SourceFileID, startOffset: UInt32 = 0
) -> (Expression, [Diagnostic]) {
  (Expression(.invalid, range: SourceRange(file: file, start: startOffset, end: startOffset)), [])
}

/// Parses bytes that are a template without quotes around it, as in a file for `templatefile`.
package func parseTemplate(
  _ bytes: [UInt8], file: SourceFileID, startOffset: UInt32 = 0
) -> (Expression, [Diagnostic]) {
  parseExpression(bytes, file: file, startOffset: startOffset)
}

/// Parses bytes that are one reference chain; nil when they are not. `allowsSplat` admits `[*]` and `.*` steps.
package func parseTraversal(
  _ bytes: [UInt8], file: SourceFileID, startOffset: UInt32 = 0, allowsSplat: Bool = false
) -> (Traversal?, [Diagnostic]) {
  (nil, [])
}

/// The canonical layout of a native source file, byte for byte as `terraform fmt` writes it.
package func format(_ bytes: [UInt8]) -> [UInt8] { bytes }
