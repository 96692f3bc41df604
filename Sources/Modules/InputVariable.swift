package import Diagnostics
package import Values

/// A `variable` block.
package struct InputVariable: Sendable {
  package var name: String
  package var description: String?
  /// The type values are converted to; `dynamic` when none is declared. Optional attributes keep their flag.
  package var type: ValueType
  /// Whether the block has a `type` argument.
  package var isTyped = false
  /// Values for optional attributes that are left out.
  package var typeDefaults: TypeDefaults?
  /// Already converted, its own optional attributes filled in; nil when the variable is required.
  package var defaultValue: Value?
  package var sensitive = false
  package var ephemeral = false
  package var nullable = true
  /// `const`: whether the value must be known before anything is planned, or must not be used where that is so; nil if either is fine.
  package var constant: Bool?
  /// What its author tells whoever still sets it; nil if it is not deprecated.
  package var deprecated: String?
  package var validations: [CheckRule] = []
  /// The header of the block.
  package var range: SourceRange
  /// The `type` argument's expression, for messages.
  package var typeRange: SourceRange?
  /// The `default` argument before conversion.
  var rawDefault: Value?
  var defaultRange: SourceRange?
  /// The arguments that the block has, for overriding.
  var written: Set<String> = []

  package init(name: String, type: ValueType = .dynamic, range: SourceRange) {
    self.name = name
    self.type = type
    self.range = range
  }

  package var isRequired: Bool { defaultValue == nil }

  /// How text from the environment or the command line is read: literally for primitive types, else as an expression.
  package var parsesTextLiterally: Bool {
    switch type {
    case .bool, .number, .string: true
    case .dynamic: !isTyped
    default: false
    }
  }
}
