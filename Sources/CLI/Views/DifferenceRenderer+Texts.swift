import Plans
import Values

/// How a text is shown.
private enum ShownText {
  case null
  case simple(String)
  case lines([Substring])
  /// The document that a text holds, where it looks like an object or an array and is one.
  case document(Value)

  init(_ value: Value) {
    guard let string = value.asString else {
      self = .null
      return
    }
    if let first = string.utf8.first, first == UInt8(ascii: "{") || first == UInt8(ascii: "["),
      let document = try? JSONValueCodec.decode(Array(string.utf8))
    {
      self = .document(document)
    } else if string.utf8.contains(UInt8(ascii: "\n")) {
      self = .lines(ShownText.trimmed(string).split(separator: "\n", omittingEmptySubsequences: false))
    } else {
      self = .simple(string)
    }
  }

  private static func trimmed(_ string: String) -> Substring {
    let scalars = string.unicodeScalars
    let start = scalars.firstIndex { !$0.properties.isWhitespace } ?? scalars.endIndex
    let end = scalars.lastIndex { !$0.properties.isWhitespace }.map { scalars.index(after: $0) } ?? start
    return string[start..<max(start, end)]
  }

  /// As lines beside a text of several lines.
  var asLines: [Substring] {
    switch self {
    case .null: ["null"]
    case .simple(let string): [string[...]]
    case .lines(let lines): lines
    case .document: []
    }
  }
}

extension DifferenceRenderer {
  mutating func renderPrimitive(
    _ difference: ValueDifference, _ before: Value, _ after: Value, _ indent: Int, _ options: Options
  ) {
    if before.asString != nil || after.asString != nil {
      return renderText(difference, before, after, indent, options)
    }
    switch difference.action {
    case .create: text += scalar(after)
    case .delete:
      text += scalar(before)
      if !before.isNull { appendNull(difference, options) }
    case .noOp: text += scalar(before)
    default: text += "\(scalar(before)) \(style.paint("->", .yellow)) \(scalar(after))"
    }
    appendReplacement(difference, options)
  }

  private func scalar(_ value: Value) -> String {
    switch value {
    case .bool(let flag): flag ? "true" : "false"
    case .number(let number): number.text
    case .string(let string): displayQuoted(string)
    default: style.paint("null", .gray)
    }
  }

  private mutating func renderText(
    _ difference: ValueDifference, _ before: Value, _ after: Value, _ indent: Int, _ options: Options
  ) {
    switch difference.action {
    case .create, .noOp:
      let shown = ShownText(after)
      if case .document(let document) = shown {
        return renderDocument(difference, difference.action == .noOp ? document : nil, document, indent, options)
      }
      renderWhole(shown, difference, indent, options)
    case .delete:
      let shown = ShownText(before)
      if case .document(let document) = shown { return renderDocument(difference, document, nil, indent, options) }
      renderWhole(shown, difference, indent, options)
    default: renderTextChange(difference, before, after, indent, options)
    }
  }

  /// A text that comes, goes or stays.
  private mutating func renderWhole(
    _ shown: ShownText, _ difference: ValueDifference, _ indent: Int, _ options: Options
  ) {
    switch shown {
    case .lines(let lines):
      beginLines(difference, options)
      for line in lines { appendLine(line, .noOp, indent) }
      endLines(difference, indent, options)
      return
    case .simple(let string):
      text += displayQuoted(string)
      appendNull(difference, options)
    case .null, .document: text += style.paint("null", .gray)
    }
    appendReplacement(difference, options)
  }

  private mutating func renderTextChange(
    _ difference: ValueDifference, _ before: Value, _ after: Value, _ indent: Int, _ options: Options
  ) {
    let left = ShownText(before)
    let right = ShownText(after)
    switch (left, right) {
    case (.document(let old), .document(let new)):
      return renderDocument(difference, old, new, indent, options)
    case (.document, _), (_, .document):
      var inner = options
      inner.hidesNull = true
      render(ValueDifference(.delete, .primitive(before: before, after: .dynamicNull)), indent, inner)
      text += " \(style.paint("->", .yellow)) "
      render(ValueDifference(.create, .primitive(before: .dynamicNull, after: after)), indent, options)
    case (.lines, _), (_, .lines):
      let (old, new) = (left.asLines, right.asLines)
      beginLines(difference, options)
      for (l, r) in SequenceAlignment(lines: old, new).pairs {
        if let l {
          appendLine(old[l], r == nil ? .delete : .noOp, indent)
        } else if let r {
          appendLine(new[r], .create, indent)
        }
      }
      endLines(difference, indent, options)
    default:
      text += "\(scalar(before)) \(style.paint("->", .yellow)) \(scalar(after))"
      appendReplacement(difference, options)
    }
  }

  private mutating func beginLines(_ difference: ValueDifference, _ options: Options) {
    text += "<<-EOT"
    appendReplacement(difference, options)
    text += "\n"
  }

  private mutating func appendLine(_ line: Substring, _ action: Action, _ indent: Int) {
    appendIndent(indent + 1)
    appendSymbol(action)
    text += line
    text += "\n"
  }

  private mutating func endLines(_ difference: ValueDifference, _ indent: Int, _ options: Options) {
    appendIndent(indent)
    appendSymbol(.noOp)
    text += "EOT"
    appendNull(difference, options)
  }

  /// A text that holds a JSON document, as the call that makes it; `nil` where there is none.
  private mutating func renderDocument(
    _ difference: ValueDifference, _ before: Value?, _ after: Value?, _ indent: Int, _ options: Options
  ) {
    var comparison = ValueComparison(before, after, replacement: .nothing, relevance: .everything)
    comparison.isBeforeExplicit = before != nil
    comparison.isAfterExplicit = after != nil
    let document = ValueDifference.ofDynamic(comparison)
    var inner = options
    inner.hidesNull = true
    inner.forcesReplacement = false
    var remark = ""
    var isReplacementShown = difference.forcesReplacement || options.forcesReplacement
    if document.action == .noOp && difference.action == .update {
      remark = difference.forcesReplacement ? " # whitespace changes force replacement" : " # whitespace changes"
      isReplacementShown = false
      inner.showsUnchanged = true
    }
    var renderer = DifferenceRenderer(style, showsSymbols: showsSymbols)
    renderer.render(document, indent + 1, inner)
    let suffix = isReplacementShown ? style.paint(" # forces replacement", .red) : ""
    if renderer.text.utf8.contains(UInt8(ascii: "\n")) {
      text += "jsonencode(\(remark)\n"
      appendIndent(indent + 1)
      appendSymbol(difference.action == .update ? document.action : .noOp)
      text += renderer.text
      text += suffix
      text += "\n"
      appendEnd(")", indent)
    } else {
      text += "jsonencode(\(renderer.text))\(remark)\(suffix)"
    }
    appendNull(difference, options)
  }
}
