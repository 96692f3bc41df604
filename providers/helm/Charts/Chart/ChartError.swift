/// Why a chart cannot be read or rendered.
package enum ChartError: Error, Hashable, Sendable, CustomStringConvertible {
  /// A file of the chart, by its path from the chart's root with the chart's name first, and a line in it; 0 for none.
  case file(path: String, line: Int, message: String)
  case template(TemplateError)
  /// A rendered file is no manifest. The line is one of the output, which is shown.
  case output(path: String, line: Int, excerpt: String, message: String)
  /// Values that a schema does not allow.
  case values([SchemaViolation])
  /// Anything about the chart as a whole, or about options.
  case chart(String)

  package var description: String {
    switch self {
    case .file(let path, let line, let message): line == 0 ? "\(path): \(message)" : "\(path):\(line): \(message)"
    case .template(let error): "\(error)"
    case .output(let path, let line, let excerpt, let message):
      "\(path): line \(line) of its output: \(message)" + (excerpt.isEmpty ? "" : "\n  \(line) | \(excerpt)")
    case .values(let violations):
      (["values do not fit the schema:"] + violations.map { "- \($0)" }).joined(separator: "\n")
    case .chart(let message): message
    }
  }
}
