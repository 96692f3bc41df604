/// Raw deflate data (RFC 1951), byte for byte as Go's `compress/flate` makes it at its default level.
///
/// Any deflate data would mean the same, but the text of `base64gzip` ends up in attributes such as user data, where
/// another text is a change and may replace a machine. That is why this is here and not zlib: the two choose matches
/// and codes differently.
struct Deflate {
  private static let shortestMatch = 4
  private static let longestMatch = 258
  private static let windowSize = 1 << 15
  private static let hashBits: UInt32 = 17
  private static let tokensOfBlock = 1 << 14
  /// A match this long is taken without looking further.
  private static let niceLength = 128
  /// A match this long is taken without looking whether the next byte begins a longer one.
  private static let lazyLength = 16
  private static let longestChain = 128

  private let bytes: [UInt8]
  /// The last place of each hash of four bytes, -1 for none.
  private var heads: [Int32]
  /// By place in the window: the place before with the same hash.
  private var previous: [Int32]
  private var tokens: [DeflateToken] = []
  private var blockStart = 0
  private var output = DeflateBlocks()

  private init(_ bytes: [UInt8]) {
    self.bytes = bytes
    let hashes = bytes.count < Deflate.shortestMatch ? 0 : 1 << Int(Deflate.hashBits)
    heads = Array(repeating: -1, count: hashes)
    previous = Array(repeating: -1, count: min(bytes.count, Deflate.windowSize))
  }

  /// All blocks, a flush, and an empty last block.
  static func compress(_ bytes: [UInt8]) -> [UInt8] {
    var deflate = Deflate(bytes)
    deflate.findTokens()
    deflate.output.appendStored([], isLast: false)
    deflate.output.appendStored([], isLast: true)
    return deflate.output.bytes
  }

  // MARK: Matches

  /// A match is put off by one byte to see whether a longer one begins there.
  private mutating func findTokens() {
    var index = 0
    var length = Deflate.shortestMatch - 1
    var offset = 0
    var head = -1
    var hasPendingByte = false
    while index < bytes.count {
      if let entered = enter(index) { head = entered }
      let (lastLength, lastOffset) = (length, offset)
      (length, offset) = (Deflate.shortestMatch - 1, 0)
      let lookahead = bytes.count - index
      if head >= max(0, index - Deflate.windowSize), lookahead > lastLength, lastLength < Deflate.lazyLength,
        let match = longestMatch(at: index, from: head)
      {
        (length, offset) = match
      }
      if lastLength >= Deflate.shortestMatch && length <= lastLength {
        let end = index + lastLength - 1
        for place in index + 1..<max(end, index + 1) { _ = enter(place) }
        index = max(end, index + 1)
        hasPendingByte = false
        length = Deflate.shortestMatch - 1
        append(.match(length: lastLength, offset: lastOffset), upTo: index)
      } else {
        if hasPendingByte { append(.literal(bytes[index - 1]), upTo: index) }
        index += 1
        hasPendingByte = true
      }
    }
    if hasPendingByte, let last = bytes.last { tokens.append(.literal(last)) }
    if !tokens.isEmpty { endBlock(at: bytes.count) }
  }

  /// Enters a place into the table; gives the place before with the same hash, -1 for none, nil at the end of the data.
  private mutating func enter(_ index: Int) -> Int? {
    guard index + Deflate.shortestMatch <= bytes.count else { return nil }
    let word =
      UInt32(bytes[index]) << 24 | UInt32(bytes[index + 1]) << 16 | UInt32(bytes[index + 2]) << 8
      | UInt32(bytes[index + 3])
    let hash = Int((word &* 0x1E35_A7BD) >> (32 - Deflate.hashBits))
    let head = heads[hash]
    previous[index & (Deflate.windowSize - 1)] = head
    heads[hash] = Int32(truncatingIfNeeded: index)
    return Int(head)
  }

  private func longestMatch(at index: Int, from head: Int) -> (length: Int, offset: Int)? {
    let limit = min(Deflate.longestMatch, bytes.count - index)
    let nice = min(limit, Deflate.niceLength)
    var best = Deflate.shortestMatch - 1
    guard best < limit else { return nil }
    var found: (length: Int, offset: Int)?
    var candidate = head
    for _ in 0..<Deflate.longestChain {
      if bytes[candidate + best] == bytes[index + best] {
        var length = 0
        while length < limit && bytes[candidate + length] == bytes[index + length] { length += 1 }
        // The shortest matches are worth it only near by.
        if length > best && (length > Deflate.shortestMatch || index - candidate <= 4096) {
          best = length
          found = (length, index - candidate)
          if length >= nice { break }
        }
      }
      if candidate == index - Deflate.windowSize { break }
      candidate = Int(previous[candidate & (Deflate.windowSize - 1)])
      if candidate < max(0, index - Deflate.windowSize) { break }
    }
    return found
  }

  // MARK: Blocks

  private mutating func append(_ token: DeflateToken, upTo index: Int) {
    tokens.append(token)
    if tokens.count == Deflate.tokensOfBlock { endBlock(at: index) }
  }

  private mutating func endBlock(at index: Int) {
    output.append(tokens, of: bytes[blockStart..<index])
    tokens.removeAll(keepingCapacity: true)
    blockStart = index
  }
}

/// A byte as it is, or bytes to be repeated from a place before.
enum DeflateToken {
  case literal(UInt8)
  case match(length: Int, offset: Int)
}
