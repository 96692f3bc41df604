/// The lines of two texts that differ, as a unified difference with three equal lines around each change.
func lineDifference(_ path: String, _ before: [UInt8], _ after: [UInt8]) -> String {
  let old = TextLines(before)
  let new = TextLines(after)
  let changes = changedLines(old.lines, new.lines)
  var text = "--- old/\(path)\n+++ new/\(path)\n"
  var first = 0
  while first < changes.count {
    // Changes with at most six lines between them share their context.
    var last = first
    while last + 1 < changes.count, changes[last + 1].old.lowerBound - changes[last].old.upperBound <= 6 { last += 1 }
    text += hunk(changes[first...last], old, new)
    first = last + 1
  }
  return text
}

/// Lines with their ends, so that a last line without one differs from the same line with one.
private struct TextLines {
  var lines: [ArraySlice<UInt8>] = []

  init(_ bytes: [UInt8]) {
    var start = 0
    for (index, byte) in bytes.enumerated() where byte == UInt8(ascii: "\n") {
      lines.append(bytes[start...index])
      start = index + 1
    }
    if start < bytes.count { lines.append(bytes[start...]) }
  }

  func text(_ index: Int, mark: String) -> String {
    let text = mark + String(decoding: lines[index], as: UTF8.self)
    return text.utf8.last == UInt8(ascii: "\n") ? text : text + "\n\\ No newline at end of file\n"
  }
}

/// Lines that other ones stand for; one of the ranges may be empty.
private struct LineChange {
  var old: Range<Int>
  var new: Range<Int>
}

private func hunk(_ changes: ArraySlice<LineChange>, _ old: TextLines, _ new: TextLines) -> String {
  guard let first = changes.first, let last = changes.last else { return "" }
  let lead = min(3, first.old.lowerBound)
  let trail = min(3, old.lines.count - last.old.upperBound)
  let oldLines = first.old.lowerBound - lead..<last.old.upperBound + trail
  let newLines = first.new.lowerBound - lead..<last.new.upperBound + trail
  var text = "@@ -\(span(oldLines)) +\(span(newLines)) @@\n"
  var place = oldLines.lowerBound
  for change in changes {
    for index in place..<change.old.lowerBound { text += old.text(index, mark: " ") }
    for index in change.old { text += old.text(index, mark: "-") }
    for index in change.new { text += new.text(index, mark: "+") }
    place = change.old.upperBound
  }
  for index in place..<oldLines.upperBound { text += old.text(index, mark: " ") }
  return text
}

/// The first line and the number of lines, which is left out when it is one; no lines stand behind the one before them.
private func span(_ lines: Range<Int>) -> String {
  if lines.isEmpty { return "\(lines.lowerBound),0" }
  return lines.count == 1 ? "\(lines.lowerBound + 1)" : "\(lines.lowerBound + 1),\(lines.count)"
}

/// The lines that change. Formatting mostly leaves each line in its place.
private func changedLines(_ old: [ArraySlice<UInt8>], _ new: [ArraySlice<UInt8>]) -> [LineChange] {
  guard old.count == new.count else { return fewestChanges(old, new) }
  var changes: [LineChange] = []
  for index in old.indices where old[index] != new[index] {
    let start = changes.last?.old.upperBound == index ? changes.removeLast().old.lowerBound : index
    changes.append(LineChange(old: start..<index + 1, new: start..<index + 1))
  }
  return changes
}

/// The fewest changes that make the second of the first (the greedy algorithm of Myers). Texts that differ in very many lines
/// are not worth that.
private func fewestChanges(_ old: [ArraySlice<UInt8>], _ new: [ArraySlice<UInt8>]) -> [LineChange] {
  var furthest = [1: 0]
  var trace: [[Int: Int]] = []
  search: for distance in 0...(old.count + new.count) {
    if distance > 1000 { return [LineChange(old: 0..<old.count, new: 0..<new.count)] }
    trace.append(furthest)
    for diagonal in stride(from: -distance, through: distance, by: 2) {
      let below = furthest[diagonal - 1] ?? -1
      let above = furthest[diagonal + 1] ?? -1
      let isInsertion = diagonal == -distance || (diagonal != distance && below < above)
      var x = isInsertion ? above : below + 1
      while x < old.count, x - diagonal < new.count, old[x] == new[x - diagonal] { x += 1 }
      furthest[diagonal] = x
      if x >= old.count, x - diagonal >= new.count { break search }
    }
  }
  return changes(trace, old.count, new.count)
}

/// Walks back through what the search knew at each distance.
private func changes(_ trace: [[Int: Int]], _ oldCount: Int, _ newCount: Int) -> [LineChange] {
  var changes: [LineChange] = []
  var x = oldCount
  var y = newCount
  for distance in stride(from: trace.count - 1, to: 0, by: -1) {
    let furthest = trace[distance]
    let diagonal = x - y
    let below = furthest[diagonal - 1] ?? -1
    let above = furthest[diagonal + 1] ?? -1
    let isInsertion = diagonal == -distance || (diagonal != distance && below < above)
    let startX = isInsertion ? above : below
    let startY = startX - (isInsertion ? diagonal + 1 : diagonal - 1)
    let change = LineChange(
      old: startX..<startX + (isInsertion ? 0 : 1), new: startY..<startY + (isInsertion ? 1 : 0))
    if let next = changes.last, next.old.lowerBound == change.old.upperBound, next.new.lowerBound == change.new.upperBound {
      changes[changes.count - 1] = LineChange(
        old: change.old.lowerBound..<next.old.upperBound, new: change.new.lowerBound..<next.new.upperBound)
    } else {
      changes.append(change)
    }
    (x, y) = (startX, startY)
  }
  return changes.reversed()
}
