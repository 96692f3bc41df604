import Diagnostics

/// A body in the JSON syntax.
final class JSONBody: Sendable {
  let range: SourceRange
  let missingItemRange: SourceRange
  init(range: SourceRange) {
    self.range = range
    missingItemRange = range
  }
  func content(for schema: ContentSchema, taken: Body) -> (BodyContent, [Diagnostic]) {
    partialContent(for: schema, taken: taken)
  }
  func partialContent(for schema: ContentSchema, taken: Body) -> (BodyContent, [Diagnostic]) {
    (BodyContent(attributes: [:], blocks: [], missingItemRange: range), [])
  }
  func justAttributes(taken: Body) -> ([Attribute], [Diagnostic]) { ([], []) }
}
