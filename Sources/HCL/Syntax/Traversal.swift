package import Diagnostics

/// A reference chain whose every step is known without evaluation: `aws_instance.web[0].id`.
package struct Traversal: Hashable, Sendable {
  package var root: String
  package var rootRange: SourceRange
  package var steps: [TraversalStep]
  package var range: SourceRange

  package init(root: String, rootRange: SourceRange, steps: [TraversalStep] = [], range: SourceRange) {
    self.root = root
    self.rootRange = rootRange
    self.steps = steps
    self.range = range
  }
}

package enum TraversalStep: Hashable, Sendable {
  /// `.name`; the range starts with the dot.
  case attribute(String, SourceRange)
  /// `[0]`, `["key"]` or the older `.0`; the range includes the brackets or the dot.
  case index(TraversalKey, SourceRange)
  /// `[*]` or `.*`, only where a pattern is expected.
  case splat(SourceRange)

  package var range: SourceRange {
    switch self {
    case .attribute(_, let range), .index(_, let range), .splat(let range): range
    }
  }
}

package enum TraversalKey: Hashable, Sendable {
  case string(String)
  case number(NumberLiteral)
}

/// A number as written, not yet a value: a fast path for what fits, else the text.
package enum NumberLiteral: Hashable, Sendable {
  case integer(Int64)
  /// Digits with an optional fraction and exponent; never a sign.
  case decimal(String)

  package var text: String {
    switch self {
    case .integer(let value): String(value)
    case .decimal(let text): text
    }
  }
}
