import RegularExpressions

/// `.helmignore`: which files of a directory are no part of the chart.
package struct IgnoreRules {
  private struct Rule {
    var pattern: RegularExpression
    /// Of the whole path instead of the last name.
    var isOfPath: Bool
    var isNegated: Bool
    var isOfDirectories: Bool
  }

  private var rules: [Rule]

  /// What holds without any file: hidden files among the templates are no templates.
  package static var standard: IgnoreRules { (try? IgnoreRules("")) ?? IgnoreRules(rules: []) }

  private init(rules: [Rule]) { self.rules = rules }

  package init(_ text: String) throws(ChartError) {
    rules = []
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init) + ["templates/.?*"]
    for (index, line) in lines.enumerated() {
      let rule = line.split(whereSeparator: \.isWhitespace).joined(separator: " ")
      if rule.isEmpty || rule.hasPrefix("#") { continue }
      func refuse(_ message: String) -> ChartError { .file(path: ".helmignore", line: index + 1, message: message) }
      if rule.contains("**") { throw refuse("double-star (**) syntax is not supported") }
      guard let read = Self.rule(rule) else { throw refuse("\"\(rule)\" is no pattern") }
      rules.append(read)
    }
  }

  private static func rule(_ text: String) -> Rule? {
    var text = Substring(text)
    let isNegated = text.hasPrefix("!")
    if isNegated { text = text.dropFirst() }
    let isOfDirectories = text.hasSuffix("/")
    if isOfDirectories { text = text.dropLast() }
    let isOfPath = text.contains("/")
    if text.hasPrefix("/") { text = text.dropFirst() }
    guard let expression = GlobPattern.expression(String(text), style: .path), let pattern = try? RegularExpression.compiled(expression) else { return nil }
    return Rule(pattern: pattern, isOfPath: isOfPath, isNegated: isNegated, isOfDirectories: isOfDirectories)
  }

  /// Whether a file, or a directory that it lies in, is left out.
  package func ignores(_ path: String) -> Bool {
    let names = path.split(separator: "/")
    return names.indices.contains { index in
      ignores(names[...index].joined(separator: "/"), String(names[index]), isDirectory: index < names.count - 1)
    }
  }

  /// The same of a directory, so that nobody need look into it.
  package func ignoresDirectory(_ path: String) -> Bool {
    let names = path.split(separator: "/")
    return names.indices.contains { ignores(names[...$0].joined(separator: "/"), String(names[$0]), isDirectory: true) }
  }

  private func ignores(_ path: String, _ name: String, isDirectory: Bool) -> Bool {
    for rule in rules {
      let matches = rule.pattern.firstMatch(in: Array((rule.isOfPath ? path : name).utf8), from: 0) != nil
      if rule.isNegated {
        // What a negated rule does not name is left out.
        if rule.isOfDirectories && !isDirectory || !matches { return true }
      } else if matches, isDirectory || !rule.isOfDirectories {
        return true
      }
    }
    return false
  }
}

/// Shell patterns as regular expressions.
enum GlobPattern {
  enum Style {
    /// `*`, `?` and classes, none of which matches a slash.
    case path
    /// The same, and `**` for anything, `{a,b}` for alternatives, `!` in classes.
    case files
  }

  /// Nil for what is no pattern.
  static func expression(_ pattern: String, style: Style) -> String? {
    var output = "^(?s:"
    var rest = Substring(pattern)
    var alternatives = 0
    while let character = rest.popFirst() {
      switch character {
      case "*":
        if style == .files, rest.hasPrefix("*") {
          while rest.hasPrefix("*") { rest.removeFirst() }
          output += ".*"
        } else {
          output += "[^/]*"
        }
      case "?": output += "[^/]"
      case "[":
        guard let group = characterClass(&rest, style) else { return nil }
        output += group
      case "{" where style == .files:
        alternatives += 1
        output += "(?:"
      case "}" where alternatives > 0:
        alternatives -= 1
        output += ")"
      case "," where alternatives > 0: output += "|"
      case "\\":
        guard let next = rest.popFirst() else { return nil }
        output += quoted(next)
      default: output += quoted(character)
      }
    }
    return alternatives == 0 ? output + ")$" : nil
  }

  private static func characterClass(_ rest: inout Substring, _ style: Style) -> String? {
    var output = "["
    if rest.hasPrefix("^") || style == .files && rest.hasPrefix("!") {
      rest.removeFirst()
      output += "^/"
    }
    var count = 0
    while let character = rest.popFirst() {
      if character == "]", count > 0 { return output + "]" }
      count += 1
      if character == "\\" {
        guard let next = rest.popFirst() else { return nil }
        output += "\\" + String(next)
      } else {
        output += character == "-" ? "-" : quoted(character)
      }
    }
    return nil
  }

  private static func quoted(_ character: Character) -> String {
    "\\.+*?()|[]{}^$".contains(character) ? "\\" + String(character) : String(character)
  }
}

/// Patterns of paths as shells have them: `*` and `?` match no slash.
package enum PathPattern {
  /// A text that is no pattern matches itself alone.
  package static func matches(_ pattern: String, _ path: String) -> Bool {
    guard let expression = GlobPattern.expression(pattern, style: .path), let compiled = try? RegularExpression.compiled(expression) else { return pattern == path }
    return compiled.firstMatch(in: Array(path.utf8), from: 0) != nil
  }
}
