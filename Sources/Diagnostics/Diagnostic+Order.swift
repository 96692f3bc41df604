extension Sequence where Element == Diagnostic {
  /// In the order in which they are shown: warnings before errors, what has no place first, then by file and place.
  package func sortedForDisplay(sources: SourceMap) -> [Diagnostic] {
    func key(_ diagnostic: Diagnostic) -> (severity: Int, depth: Int, path: String, start: UInt32, end: UInt32) {
      let severity = diagnostic.severity == .warning ? 0 : 1
      guard let range = diagnostic.subject, let path = sources[range.file]?.path else { return (severity, -1, "", 0, 0) }
      return (severity, path.utf8.reduce(0) { $0 + ($1 == UInt8(ascii: "/") ? 1 : 0) }, path, range.start, range.end)
    }
    return map { (key($0), $0) }.enumerated().sorted { a, b in
      let (left, right) = (a.element.0, b.element.0)
      let order = (left.severity, left.depth, left.path, left.start, left.end)
      let other = (right.severity, right.depth, right.path, right.start, right.end)
      return order == other ? a.offset < b.offset : order < other
    }.map(\.element.1)
  }

  /// With all but the first warning of the same summary folded into that one, which tells how many there were.
  package func consolidatingWarnings() -> [Diagnostic] {
    var output: [Diagnostic] = []
    var groups: [String: (index: Int, more: Int)] = [:]
    for diagnostic in self {
      // What has no place is likely to be about different things, whatever its summary; and one object's check is not another's.
      guard diagnostic.severity == .warning, diagnostic.subject != nil, diagnostic.checkedObject == nil else {
        output.append(diagnostic)
        continue
      }
      if groups[diagnostic.summary] != nil {
        groups[diagnostic.summary]?.more += 1
      } else {
        groups[diagnostic.summary] = (output.count, 0)
        output.append(diagnostic)
      }
    }
    for (index, more) in groups.values where more > 0 {
      let note = more == 1 ? "(and one more similar warning elsewhere)" : "(and \(more) more similar warnings elsewhere)"
      output[index].detail += output[index].detail.isEmpty ? note : "\n\n\(note)"
    }
    return output
  }
}
