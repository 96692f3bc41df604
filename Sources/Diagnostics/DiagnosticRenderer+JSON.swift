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
      let signature = call.signature.map { [("signature", object($0))] } ?? []
      members.append(("function_call", .object([("called_as", .string(call.calledAs))] + signature)))
    }
    return .object(members)
  }

  private func object(_ signature: Diagnostic.FunctionSignature) -> JSONText {
    func object(_ parameter: Diagnostic.FunctionSignature.Parameter) -> JSONText {
      .object([("name", .string(parameter.name)), ("type", parameter.type)])
    }
    var members = [("name", JSONText.string(signature.name)), ("params", .array(signature.parameters.map(object)))]
    if let variadic = signature.variadic { members.append(("variadic_param", object(variadic))) }
    return .object(members + [("return_type", signature.returnType)])
  }
}
