/// Texts in lines of a certain width.
struct HelpLayout {
  var columns: Int
  /// Where explanations begin, unless all labels are shorter.
  private static let widestLabel = 24

  /// Paragraphs, two columns in. Lines that begin with a space stay as they are.
  func paragraphs(_ text: String) -> String {
    text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
      if line.isEmpty { return "\n" }
      if line.hasPrefix(" ") { return "  \(line)\n" }
      return wrapped(String(line), indent: 2).map { "  \($0)\n" }.joined()
    }.joined()
  }

  /// Labels and their explanations below a title; nothing if there are none.
  func section(_ title: String, _ rows: [(label: String, explanation: String)]) -> String {
    if rows.isEmpty { return "" }
    let widths = rows.map(\.label.count).filter { $0 <= Self.widestLabel }
    let gap = (widths.max() ?? 2) + 4
    return "\(title):\n\n" + rows.map { row(label: $0.label, $0.explanation, gap: gap) }.joined()
  }

  private func row(label: String, _ explanation: String, gap: Int) -> String {
    let lines = wrapped(explanation, indent: gap)
    let spaces = String(repeating: " ", count: gap)
    guard label.count + 4 <= gap, let first = lines.first else {
      return "  \(label)\n" + lines.map { spaces + $0 + "\n" }.joined()
    }
    let start = "  \(label)" + String(repeating: " ", count: gap - 2 - label.count) + first + "\n"
    return start + lines.dropFirst().map { spaces + $0 + "\n" }.joined()
  }

  private func wrapped(_ text: String, indent: Int) -> [String] {
    var lines: [String] = []
    var line = ""
    for word in text.split(separator: " ") {
      if !line.isEmpty, indent + line.count + 1 + word.count > columns {
        lines.append(line)
        line = ""
      }
      line += line.isEmpty ? String(word) : " \(word)"
    }
    return line.isEmpty ? lines : lines + [line]
  }
}
