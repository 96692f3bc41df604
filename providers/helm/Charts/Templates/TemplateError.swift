/// Why a template could not be parsed or executed: what happened, and the way there from the innermost place outwards.
package struct TemplateError: Error, Hashable, Sendable, CustomStringConvertible {
  /// One place on the way: what was executed there.
  package struct Place: Hashable, Sendable {
    /// The path of the file from the chart's root, its name first.
    package var file: String
    /// From 1.
    package var line: Int
    /// In bytes, from 1.
    package var column: Int
    /// The template that was executed: a file or a definition. Empty while parsing.
    package var template: String
    /// The expression as it is written.
    package var expression: String
  }

  package var message: String
  /// Whether the message is the chart author's own, by `fail` or `required`.
  package var isAuthors: Bool
  /// Innermost first.
  package var places: [Place] = []

  init(_ message: String, isAuthors: Bool = false) {
    self.message = message
    self.isAuthors = isAuthors
  }

  /// The author's message with its position; or position, definition, expression and cause, then who included it.
  package var description: String {
    guard let place = places.first else { return message }
    var text = "\(place.file):\(place.line):\(place.column): "
    if !isAuthors && !place.template.isEmpty {
      if place.template != place.file { text += "in \"\(place.template)\": " }
      if !place.expression.isEmpty { text += "at <\(place.expression)>: " }
    }
    text += message
    if isAuthors { return text }
    for place in places.dropFirst() {
      text += "\n  called from \(place.file):\(place.line):\(place.column)"
      if place.template != place.file { text += " in \"\(place.template)\"" }
      text += " at <\(place.expression)>"
    }
    return text
  }
}
