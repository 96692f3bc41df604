/// The first of the names that differs from the given one by less than three insertions, deletions or replacements:
/// what a person probably meant. The order of the names decides among several, as in Terraform.
package func nearestName(to given: String, among names: [String]) -> String? {
  let bytes = Array(given.unicodeScalars)
  return names.first { editDistance(bytes, Array($0.unicodeScalars), limit: 3) < 3 }
}

/// The Levenshtein distance, or `limit` as soon as it cannot be less.
private func editDistance(_ left: [Unicode.Scalar], _ right: [Unicode.Scalar], limit: Int) -> Int {
  if abs(left.count - right.count) >= limit { return limit }
  var previous = Array(0...right.count)
  var current = previous
  for (row, scalar) in left.enumerated() {
    current[0] = row + 1
    var least = current[0]
    for (column, other) in right.enumerated() {
      let replaced = previous[column] + (scalar == other ? 0 : 1)
      current[column + 1] = min(replaced, previous[column + 1] + 1, current[column] + 1)
      least = min(least, current[column + 1])
    }
    if least >= limit { return limit }
    swap(&previous, &current)
  }
  return previous[right.count]
}
