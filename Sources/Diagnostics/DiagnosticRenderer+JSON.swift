extension DiagnosticRenderer {
  /// One diagnostic as a JSON object with its keys in the order that programs have always seen. `indentation` is nil for
  /// one line, else the level at which the object stands in an indented document (two spaces a level, the first line
  /// without).
  package func json(_ diagnostic: Diagnostic, indentation: Int? = nil) -> [UInt8] {
    let snippet = Snippet(diagnostic, sources: sources, enclosingBlock: enclosingBlock)
    var members: [(String, JSONText)] = [
      ("severity", .string(diagnostic.severity.rawValue)), ("summary", .string(diagnostic.summary)),
      ("detail", .string(diagnostic.detail)),
    ]
    if let address = diagnostic.address { members.append(("address", .string(address))) }
    if let snippet {
      members.append(
        (
          "range",
          .object([
            ("filename", .string(snippet.path)), ("start", position(snippet.start)), ("end", position(snippet.end)),
          ])
        ))
      members.append(("snippet", object(snippet, diagnostic)))
    }
    var output: [UInt8] = []
    JSONText.object(members).write(to: &output, level: indentation)
    return output
  }

  private func position(_ position: SourcePosition) -> JSONText {
    .object([("line", .number(position.line)), ("column", .number(position.column)), ("byte", .number(position.byte))])
  }

  private func object(_ snippet: Snippet, _ diagnostic: Diagnostic) -> JSONText {
    let values = diagnostic.values.map {
      JSONText.object([("traversal", .string($0.traversal)), ("statement", .string($0.statement))])
    }
    var members: [(String, JSONText)] = [
      ("context", snippet.context.map(JSONText.string) ?? .null), ("code", .string(snippet.code)),
      ("start_line", .number(snippet.startLine)), ("highlight_start_offset", .number(snippet.highlight.lowerBound)),
      ("highlight_end_offset", .number(snippet.highlight.upperBound)), ("values", .array(values)),
    ]
    if let call = diagnostic.functionCall {
      members.append(("function_call", .object([("called_as", .string(call.calledAs))])))
    }
    return .object(members)
  }
}

/// A JSON document whose objects keep their order.
private indirect enum JSONText {
  case null
  case number(Int)
  case string(String)
  case array([JSONText])
  case object([(String, JSONText)])

  /// `level` is nil for one line.
  func write(to output: inout [UInt8], level: Int?) {
    switch self {
    case .null: output += "null".utf8
    case .number(let value): output += String(value).utf8
    case .string(let text): Self.quote(text, to: &output)
    case .array(let elements):
      Self.list(elements, "[", "]", to: &output, level: level) { $0.write(to: &$1, level: $2) }
    case .object(let members):
      Self.list(members, "{", "}", to: &output, level: level) { member, output, level in
        Self.quote(member.0, to: &output)
        output += (level == nil ? ":" : ": ").utf8
        member.1.write(to: &output, level: level)
      }
    }
  }

  private static func list<Item>(
    _ items: [Item], _ open: String, _ close: String, to output: inout [UInt8], level: Int?,
    write: (Item, inout [UInt8], Int?) -> Void
  ) {
    let inner = level.map { $0 + 1 }
    func breakLine(_ level: Int?) {
      if let level { output += ("\n" + String(repeating: "  ", count: level)).utf8 }
    }
    output += open.utf8
    for (index, item) in items.enumerated() {
      if index > 0 { output.append(UInt8(ascii: ",")) }
      breakLine(inner)
      write(item, &output, inner)
    }
    if !items.isEmpty { breakLine(level) }
    output += close.utf8
  }

  /// With `<`, `>` and `&` escaped, as programs have always seen them.
  private static func quote(_ text: String, to output: inout [UInt8]) {
    output.append(UInt8(ascii: "\""))
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": output += "\\\"".utf8
      case "\\": output += "\\\\".utf8
      case "\n": output += "\\n".utf8
      case "\r": output += "\\r".utf8
      case "\t": output += "\\t".utf8
      case "\u{8}": output += "\\b".utf8
      case "\u{C}": output += "\\f".utf8
      case "<", ">", "&", "\u{2028}", "\u{2029}", "\u{0}"..<" ":
        let digits = String(scalar.value, radix: 16)
        output += ("\\u" + String(repeating: "0", count: 4 - digits.count) + digits).utf8
      default: output += String(scalar).utf8
      }
    }
    output.append(UInt8(ascii: "\""))
  }
}
