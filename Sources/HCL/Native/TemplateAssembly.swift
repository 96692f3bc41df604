import Diagnostics

/// Pairs the directives of a template and joins the literals that stand side by side.
struct TemplateAssembly {
  let pieces: [TemplatePiece]
  private var index = 0
  private(set) var diagnostics: [Diagnostic] = []

  init(pieces: [TemplatePiece]) { self.pieces = pieces }

  /// All parts of the template. `position` names a place in messages.
  mutating func root(position: (SourceRange) -> String) -> [Expression] {
    var parts = PartList()
    while index < pieces.count {
      if case .end = pieces[index] { break }
      if !add(to: &parts, depth: 0) {
        unbalanced(pieces[index])
        index += 1
      }
      if !unclosed.isEmpty { reportUnclosed(position) }
    }
    return parts.joined()
  }

  /// A directive that does not fit the one that is open.
  private struct Unclosed {
    var opening: SourceRange
    var keyword: String
    var found: TemplatePiece
  }
  private var unclosed: [Unclosed] = []
  private var isAbandoned = false

  private mutating func reportUnclosed(_ position: (SourceRange) -> String) {
    for mistake in unclosed where !isAbandoned && diagnostics.count < Parser.maximumDiagnostics {
      let keyword = mistake.keyword
      let opening = position(mistake.opening)
      switch mistake.found {
      case .end:
        report(
          "Unexpected end of template",
          "\"%{ \(keyword) }\" at \(opening) is not closed; add \"%{ end\(keyword) }\".", mistake.found)
      case .elseMark where keyword == "for":
        report("Unexpected else directive", "\"%{ else }\" belongs to an if, not to a for.", mistake.found)
      case .elseMark:
        report(
          "Unexpected else directive", "The if at \(opening) has an else already.", mistake.found)
      default:
        report(
          "Unexpected \(name(mistake.found)) directive",
          keyword == "if"
            ? "The if at \(opening) is open: close it with \"%{ endif }\"."
            : "The for at \(opening) is open: close it with \"%{ endfor }\".", mistake.found)
      }
    }
    unclosed = []
  }

  /// The parts between two marks.
  private struct PartList {
    private var parts: [Expression] = []
    private var run: [String] = []
    private var runRange: SourceRange?

    mutating func append(_ text: String, _ range: SourceRange) {
      run.append(text)
      runRange = runRange?.through(range) ?? range
    }

    mutating func append(_ part: Expression) {
      flush()
      parts.append(part)
    }

    private mutating func flush() {
      guard let range = runRange else { return }
      parts.append(Expression(.string(run.joined()), range: range))
      run = []
      runRange = nil
    }

    mutating func joined() -> [Expression] {
      flush()
      return parts
    }

    /// As a template of its own, standing at a range when it is empty.
    mutating func template(at range: SourceRange) -> Expression {
      let parts = joined()
      guard let first = parts.first, let last = parts.last else { return Expression(.string(""), range: range) }
      if parts.count == 1, case .string = first.kind { return first }
      return Expression(.template(parts), range: first.range.through(last.range))
    }
  }

  /// Adds the piece at the index, or the whole construct that it opens; false when it closes one or ends the template.
  private mutating func add(to parts: inout PartList, depth: Int) -> Bool {
    switch pieces[index] {
    case .literal(let text, let range): parts.append(text, range)
    case .interpolation(let expression): parts.append(expression)
    case .ifStart, .forStart:
      guard depth < Parser.maximumDepth else {
        diagnostics.append(.error("Nesting too deep", "Template directives are nested too deep.", at: pieces[index].range))
        // What is open is not looked at any further, so nothing can be said about its end.
        isAbandoned = true
        index = pieces.count - 1
        return true
      }
      let opening = pieces[index]
      index += 1
      if case .ifStart(let condition, let range) = opening {
        parts.append(parseIf(condition, range, depth))
      } else if case .forStart(let key, let value, let collection, let range) = opening {
        parts.append(parseFor(key, value, collection, range, depth))
      }
      return true
    case .elseMark, .endIf, .endFor, .end: return false
    }
    index += 1
    return true
  }

  private mutating func parseIf(_ condition: Expression, _ start: SourceRange, _ depth: Int) -> Expression {
    var then = PartList()
    var otherwise: PartList?
    var end = start
    while true {
      if otherwise == nil ? add(to: &then, depth: depth + 1) : addElse(to: &otherwise, depth) { continue }
      let piece = pieces[index]
      end = piece.range
      if case .endIf = piece {
        index += 1
        break
      }
      if case .elseMark = piece, otherwise == nil {
        index += 1
        otherwise = PartList()
        continue
      }
      unclosed.append(Unclosed(opening: start, keyword: "if", found: piece))
      skip(piece)
      break
    }
    return Expression(
      .conditional(
        condition: condition, then: then.template(at: start),
        otherwise: otherwise?.template(at: end) ?? Expression(.string(""), range: end)),
      range: start.through(end))
  }

  private mutating func addElse(to parts: inout PartList?, _ depth: Int) -> Bool {
    var list = parts ?? PartList()
    parts = nil
    let added = add(to: &list, depth: depth + 1)
    parts = list
    return added
  }

  private mutating func parseFor(
    _ key: String?, _ value: String, _ collection: Expression, _ start: SourceRange, _ depth: Int
  ) -> Expression {
    var content = PartList()
    var end = start
    while true {
      if add(to: &content, depth: depth + 1) { continue }
      let piece = pieces[index]
      end = piece.range
      if case .endFor = piece {
        index += 1
        break
      }
      unclosed.append(Unclosed(opening: start, keyword: "for", found: piece))
      skip(piece)
      break
    }
    let all = start.through(end)
    let loop = ForExpression(
      keyVariable: key, valueVariable: value, collection: collection, key: nil, value: content.template(at: start),
      condition: nil, groups: false, openRange: start, closeRange: end)
    return Expression(.templateJoin(Expression(.forTuple(loop), range: all)), range: all)
  }

  /// Moves behind a piece, but never behind the end.
  private mutating func skip(_ piece: TemplatePiece) {
    if case .end = piece { return }
    index += 1
  }

  private mutating func unbalanced(_ piece: TemplatePiece) {
    report(
      "Unexpected \(name(piece)) directive",
      "The directives of this template do not match each other: each if needs an endif, each for an endfor.", piece)
  }

  private mutating func report(_ summary: String, _ detail: String, _ piece: TemplatePiece) {
    guard diagnostics.count < Parser.maximumDiagnostics else { return }
    diagnostics.append(.error(summary, detail, at: piece.range))
  }

  private func name(_ piece: TemplatePiece) -> String {
    switch piece {
    case .elseMark: "else"
    case .endIf: "endif"
    case .endFor: "endfor"
    default: "end"
    }
  }
}
