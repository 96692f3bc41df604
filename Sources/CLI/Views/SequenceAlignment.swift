import Values

/// Which elements of two sequences belong together.
struct SequenceAlignment: Sendable {
  /// Positions before and after, in the order in which they are shown; one of both is nil where an element went or came.
  private(set) var pairs: [(before: Int?, after: Int?)] = []

  /// Sequences of one length of which some element is gone are compared position by position. Of all others,
  /// the elements in common are the longest common subsequence; between them, elements that differ are paired one to one
  /// where both can be compared part by part; the rest went or came (observed with 1.11).
  /// Marks do not count. What is unknown is taken for null, what is unknown in parts for equal to nothing.
  init(_ before: [Value], _ after: [Value], pairsDiffering isComparable: (Value) -> Bool) {
    var numbers: [Value: Int] = [:]
    var next = 0
    func number(_ value: Value) -> Int {
      defer { next += 1 }
      let value = value.isKnownAndNotNull ? value.withoutMarks : .dynamicNull
      guard value.isWhollyKnown else { return next }
      if let known = numbers[value] { return known }
      numbers[value] = next
      return next
    }
    let left = before.map(number)
    let right = after.map(number)
    if left.count == right.count {
      let remaining = Set(right)
      if !left.allSatisfy(remaining.contains) {
        self.init(pairs: left.indices.map { ($0, $0) })
        return
      }
    }
    self.init(
      left, right, isComparableBefore: { isComparable(before[$0]) }, isComparableAfter: { isComparable(after[$0]) })
  }

  init(lines before: [Substring], _ after: [Substring]) {
    var numbers: [Substring: Int] = [:]
    func number(_ line: Substring) -> Int {
      let next = numbers.count
      let known = numbers[line, default: next]
      if known == next { numbers[line] = next }
      return known
    }
    let left = before.map(number)
    let right = after.map(number)
    self.init(left, right, isComparableBefore: { _ in false }, isComparableAfter: { _ in false })
  }

  private init(pairs: [(before: Int?, after: Int?)]) { self.pairs = pairs }

  private init(
    _ left: [Int], _ right: [Int], isComparableBefore: (Int) -> Bool, isComparableAfter: (Int) -> Bool
  ) {
    let common = Self.commonSubsequence(left, right)
    var (l, r) = (0, 0)
    for index in 0...common.count {
      let shared = index < common.count ? common[index] : nil
      while l < left.count && left[l] != shared {
        if r < right.count && right[r] != shared && isComparableBefore(l) && isComparableAfter(r) {
          pairs.append((l, r))
          r += 1
        } else {
          pairs.append((l, nil))
        }
        l += 1
      }
      while r < right.count && right[r] != shared {
        pairs.append((nil, r))
        r += 1
      }
      if shared != nil {
        pairs.append((l, r))
        l += 1
        r += 1
      }
    }
  }

  /// The most cells of a table of lengths that are worth their time; beyond it the answer is common but not the longest.
  private static let tableLimit = 1 << 22

  private static func commonSubsequence(_ left: [Int], _ right: [Int]) -> [Int] {
    var suffix = 0
    while suffix < min(left.count, right.count), left[left.count - 1 - suffix] == right[right.count - 1 - suffix] {
      suffix += 1
    }
    var prefix = 0
    let rest = min(left.count, right.count) - suffix
    if left.count * right.count > tableLimit {
      while prefix < rest, left[prefix] == right[prefix] { prefix += 1 }
    }
    let a = Array(left[prefix..<(left.count - suffix)])
    let b = Array(right[prefix..<(right.count - suffix)])
    let middle =
      a.isEmpty || b.isEmpty ? [] : a.count * b.count <= tableLimit ? longest(a, b) : greedy(a, b)
    return Array(left[..<prefix]) + middle + Array(left[(left.count - suffix)...])
  }

  private static func longest(_ a: [Int], _ b: [Int]) -> [Int] {
    let width = a.count + 1
    var lengths = [Int32](repeating: 0, count: width * (b.count + 1))
    for y in 1...b.count {
      for x in 1...a.count {
        let cell = y * width + x
        lengths[cell] =
          a[x - 1] == b[y - 1]
          ? lengths[cell - width - 1] + 1 : max(lengths[cell - 1], lengths[cell - width])
      }
    }
    var (x, y) = (a.count, b.count)
    var found: [Int] = []
    while x > 0 && y > 0 {
      if a[x - 1] == b[y - 1] {
        found.append(a[x - 1])
        x -= 1
        y -= 1
      } else if lengths[y * width + x - 1] > lengths[(y - 1) * width + x] {
        x -= 1
      } else {
        y -= 1
      }
    }
    return found.reversed()
  }

  /// One pass: each element of `a` is matched with its next occurrence in `b`, if that skips no more than a page of it.
  private static func greedy(_ a: [Int], _ b: [Int]) -> [Int] {
    var places: [Int: [Int]] = [:]
    for (index, number) in b.enumerated().reversed() { places[number, default: []].append(index) }
    var position = 0
    var found: [Int] = []
    for number in a {
      while let place = places[number]?.last, place < position { places[number]?.removeLast() }
      guard let place = places[number]?.last, place - position <= 100 else { continue }
      found.append(number)
      position = place + 1
    }
    return found
  }
}
