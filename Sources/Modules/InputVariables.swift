package import Diagnostics
package import HCL
package import Values

/// A value given for an input variable from outside, not yet converted to the variable's type.
package struct InputValue: Sendable {
  package enum Source: Sendable, Hashable {
    /// `TF_VAR_NAME`.
    case environment
    /// A file found by its name: `terraform.tfvars`, `*.auto.tfvars`.
    case autoFile
    /// A file given with `-var-file`.
    case namedFile
    /// `-var NAME=VALUE`.
    case commandLine
    /// Typed by the user when asked.
    case interactive
    /// Recorded in a saved plan.
    case plan
    /// Given by a program.
    case caller
  }

  package enum Content: Sendable {
    /// Text whose reading depends on the variable's type.
    case text(String)
    case expression(Expression)
    case value(Value)
  }

  package var content: Content
  package var source: Source
  /// Where it stands, for files.
  package var range: SourceRange?

  package init(_ content: Content, source: Source, range: SourceRange? = nil) {
    self.content = content
    self.source = source
    self.range = range
  }
}
