import Diagnostics

/// A body in the native syntax.
final class NativeBody: Sendable {
  /// In source order; names are unique.
  let attributes: [Attribute]
  /// In source order.
  let blocks: [Block]
  let range: SourceRange
  /// Where the body ends: the closing brace, or the end of the file.
  let endRange: SourceRange

  init(attributes: [Attribute], blocks: [Block], range: SourceRange, endRange: SourceRange) {
    self.attributes = attributes
    self.blocks = blocks
    self.range = range
    self.endRange = endRange
  }

  func content(for schema: ContentSchema, taken: Body) -> (BodyContent, [Diagnostic]) {
    partialContent(for: schema, taken: taken)
  }
  func partialContent(for schema: ContentSchema, taken: Body) -> (BodyContent, [Diagnostic]) {
    (BodyContent(attributes: [:], blocks: [], missingItemRange: range), [])
  }
  func justAttributes(taken: Body) -> ([Attribute], [Diagnostic]) { (attributes, []) }
}
