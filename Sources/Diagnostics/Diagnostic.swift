// Diagnostics: source text, ranges in it, and messages about it as data. This room knows no syntax and no values.

/// How much a diagnostic matters: an error stops the work, a warning does not.
package enum Severity: String, Hashable, Sendable, Codable {
  case error
  case warning
}

/// One message to the user, as data. Rendering to text and to JSON lives beside this file.
package struct Diagnostic: Error, Hashable, Sendable {
  package var severity: Severity
  /// A terse headline without a full stop.
  package var summary: String
  /// What is wrong, what was seen, and what to do next. May be empty.
  package var detail: String
  /// The place that is wrong.
  package var subject: SourceRange?
  /// A larger range that gives the subject its meaning; at least the subject.
  package var context: SourceRange?
  /// The resource instance that the message is about.
  package var address: String?
  /// The values that took part, in the order they are shown.
  package var values: [ExpressionValue]
  /// The function call that failed, if one did.
  package var functionCall: FunctionCall?
  /// An attribute path reported by a provider, not yet turned into a range: one step an element, as printed (`.name`, `[0]`). Empty
  /// when the provider means the whole block.
  package var attributePath: [String]?
  /// The object whose condition does not hold or cannot be decided, as check results name it: `var.x`, `output.y`, `check.z`,
  /// or a resource instance.
  package var checkedObject: String?

  /// A value that took part in the expression at fault: `var.x` `is "a"`.
  package struct ExpressionValue: Hashable, Sendable {
    package var traversal: String
    package var statement: String
    package init(traversal: String, statement: String) {
      self.traversal = traversal
      self.statement = statement
    }
  }

  package init(
    _ severity: Severity, _ summary: String, _ detail: String = "", subject: SourceRange? = nil,
    context: SourceRange? = nil, address: String? = nil, values: [ExpressionValue] = [],
    functionCall: FunctionCall? = nil, attributePath: [String]? = nil
  ) {
    self.severity = severity
    self.summary = summary
    self.detail = detail
    self.subject = subject
    self.context = context
    self.address = address
    self.values = values
    self.functionCall = functionCall
    self.attributePath = attributePath
  }

  package static func error(
    _ summary: String, _ detail: String = "", at subject: SourceRange? = nil, context: SourceRange? = nil
  ) -> Diagnostic {
    Diagnostic(.error, summary, detail, subject: subject, context: context)
  }

  package static func warning(
    _ summary: String, _ detail: String = "", at subject: SourceRange? = nil, context: SourceRange? = nil
  ) -> Diagnostic {
    Diagnostic(.warning, summary, detail, subject: subject, context: context)
  }

  /// The same, said of something that stops nothing.
  package var asWarning: Diagnostic {
    var warning = self
    warning.severity = .warning
    return warning
  }
}

extension [Diagnostic] {
  /// Whether at least one of them is an error.
  package var hasErrors: Bool { !isEmpty && contains { $0.severity == .error } }
}

extension ArraySlice<Diagnostic> {
  /// Whether at least one of them is an error.
  package var hasErrors: Bool { !isEmpty && contains { $0.severity == .error } }
}

/// Diagnostics thrown where a function can give nothing else.
package struct DiagnosticsError: Error, Sendable {
  package var diagnostics: [Diagnostic]
  package init(_ diagnostics: [Diagnostic]) { self.diagnostics = diagnostics }
  package init(_ diagnostic: Diagnostic) { self.diagnostics = [diagnostic] }
}
