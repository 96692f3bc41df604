/// The first of some names that is at most two letters away from one that was given.
package func suggestion(for given: String, among names: [String]) -> String? {
  let letters = Array(given.unicodeScalars)
  return names.first { isClose(letters, Array($0.unicodeScalars)) }
}

/// Whether fewer than three insertions, deletions and replacements make one text from the other.
private func isClose(_ a: [Unicode.Scalar], _ b: [Unicode.Scalar]) -> Bool {
  guard abs(a.count - b.count) < 3 else { return false }
  var row = Array(0...b.count)
  for (i, letter) in a.enumerated() {
    var diagonal = row[0]
    row[0] = i + 1
    for (j, other) in b.enumerated() {
      let cost = min(row[j] + 1, row[j + 1] + 1, diagonal + (letter == other ? 0 : 1))
      diagonal = row[j + 1]
      row[j + 1] = cost
    }
  }
  return row[b.count] < 3
}
