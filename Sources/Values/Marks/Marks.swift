/// What is said about a value besides the value itself.
package struct Marks: OptionSet, Hashable, Sendable {
  package let rawValue: UInt16
  package init(rawValue: UInt16) { self.rawValue = rawValue }
  /// The same as without this, of which every value that is evaluated makes some, but in this module's own code.
  package init() { rawValue = 0 }
  package init(arrayLiteral elements: Marks...) { rawValue = elements.reduce(0) { $0 | $1.rawValue } }

  /// Not to be shown to people, but refused nowhere.
  package static let concealed = Marks(rawValue: 1)
  /// Concealed, and refused where it would be shown.
  package static let sensitive = Marks(rawValue: 1 | 8)
  /// Not to be stored in plans or state.
  package static let ephemeral = Marks(rawValue: 2)
  /// The value stands for a type, as `type()` of the console makes it.
  package static let typeValue = Marks(rawValue: 4)
}

/// The marks at one place in a value.
package struct PathMarks: Hashable, Sendable {
  package var path: Path
  package var marks: Marks
  package init(path: Path, marks: Marks) {
    self.path = path
    self.marks = marks
  }
}
