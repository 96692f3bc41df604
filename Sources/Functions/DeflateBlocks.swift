/// The blocks of deflate data and the bits that they are made of.
struct DeflateBlocks {
  private(set) var bytes: [UInt8] = []
  private var pending: UInt64 = 0
  private var pendingCount = 0

  private static let endOfBlock = 256
  private static let largestStored = 65_535
  /// The order in which the lengths of the codes for code lengths are written.
  private static let lengthOrder = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]

  // MARK: Bits

  private mutating func write(_ value: Int, bits: Int) {
    pending |= UInt64(truncatingIfNeeded: value) << UInt64(pendingCount)
    pendingCount += bits
    while pendingCount >= 8 {
      bytes.append(UInt8(truncatingIfNeeded: pending))
      pending >>= 8
      pendingCount -= 8
    }
  }

  private mutating func write(_ code: HuffmanCode.Entry) { write(code.bits, bits: code.length) }

  private mutating func fillByte() {
    if pendingCount > 0 { write(0, bits: 8 - pendingCount) }
  }

  // MARK: Blocks

  mutating func appendStored(_ content: ArraySlice<UInt8>, isLast: Bool) {
    write(isLast ? 1 : 0, bits: 3)
    fillByte()
    write(content.count, bits: 16)
    write(~content.count & 0xFFFF, bits: 16)
    bytes += content
  }

  /// Writes the tokens in the form that takes the least room: with codes of their own, with the fixed codes, or the
  /// content as it is.
  mutating func append(_ tokens: [DeflateToken], of content: ArraySlice<UInt8>) {
    let statistics = Statistics(tokens)
    let own = CodePair(
      literals: HuffmanCode(frequencies: statistics.literals, longest: 15),
      offsets: HuffmanCode(frequencies: statistics.offsets, longest: 15))
    let lengths = CodeLengths(own, literalCount: statistics.literalCount, offsetCount: statistics.offsetCount)
    let fixedSize = 3 + CodePair.fixed.size(of: statistics)
    let ownSize = lengths.headerSize + own.size(of: statistics)
    let storedSize = (content.count + 5) * 8
    if content.count <= DeflateBlocks.largestStored && storedSize < min(fixedSize, ownSize) {
      return appendStored(content, isLast: false)
    }
    if ownSize < fixedSize {
      write(0b100, bits: 3)
      writeHeader(lengths, statistics)
      write(tokens, own)
    } else {
      write(0b010, bits: 3)
      write(tokens, .fixed)
    }
  }

  private mutating func writeHeader(_ lengths: CodeLengths, _ statistics: Statistics) {
    write(statistics.literalCount - 257, bits: 5)
    write(statistics.offsetCount - 1, bits: 5)
    write(lengths.usedCount - 4, bits: 4)
    for symbol in DeflateBlocks.lengthOrder.prefix(lengths.usedCount) {
      write(lengths.code.entries[symbol].length, bits: 3)
    }
    for item in lengths.items {
      write(lengths.code.entries[item.symbol])
      write(item.extra, bits: item.extraBits)
    }
  }

  private mutating func write(_ tokens: [DeflateToken], _ codes: CodePair) {
    for token in tokens {
      switch token {
      case .literal(let byte): write(codes.literals.entries[Int(byte)])
      case .match(let length, let offset):
        let lengthCode = MatchCode.ofLength(length)
        write(codes.literals.entries[lengthCode.symbol])
        write(lengthCode.extra, bits: lengthCode.extraBits)
        let offsetCode = MatchCode.ofOffset(offset)
        write(codes.offsets.entries[offsetCode.symbol])
        write(offsetCode.extra, bits: offsetCode.extraBits)
      }
    }
    write(codes.literals.entries[DeflateBlocks.endOfBlock])
  }

  // MARK: Counting

  /// How often each symbol stands in a block.
  fileprivate struct Statistics {
    var literals = [Int](repeating: 0, count: 286)
    var offsets = [Int](repeating: 0, count: 30)
    var extraBits = 0
    /// Up to the last symbol that is used.
    var literalCount = 0
    var offsetCount = 0

    init(_ tokens: [DeflateToken]) {
      for token in tokens {
        switch token {
        case .literal(let byte): literals[Int(byte)] += 1
        case .match(let length, let offset):
          let (one, other) = (MatchCode.ofLength(length), MatchCode.ofOffset(offset))
          literals[one.symbol] += 1
          offsets[other.symbol] += 1
          extraBits += one.extraBits + other.extraBits
        }
      }
      literals[DeflateBlocks.endOfBlock] = 1
      literalCount = (literals.lastIndex { $0 > 0 } ?? 0) + 1
      offsetCount = (offsets.lastIndex { $0 > 0 } ?? -1) + 1
      if offsetCount == 0 {
        // Without any match there must still be one code.
        offsets[0] = 1
        offsetCount = 1
      }
    }
  }

  fileprivate struct CodePair {
    let literals: HuffmanCode
    let offsets: HuffmanCode

    static let fixed = CodePair(
      literals: HuffmanCode(
        lengths: (0..<288).map { symbol in
          symbol < 144 ? 8 : symbol < 256 ? 9 : symbol < 280 ? 7 : 8
        }),
      offsets: HuffmanCode(lengths: Array(repeating: 5, count: 30)))

    func size(of statistics: Statistics) -> Int {
      literals.size(of: statistics.literals) + offsets.size(of: statistics.offsets) + statistics.extraBits
    }
  }

  /// The lengths of both codes, run by run, and the code for these.
  fileprivate struct CodeLengths {
    struct Item {
      let symbol: Int
      var extra = 0
      var extraBits = 0
    }

    private(set) var items: [Item] = []
    private var frequencies = [Int](repeating: 0, count: 19)
    let code: HuffmanCode
    /// In the order of writing, up to the last that is used.
    let usedCount: Int

    init(_ codes: CodePair, literalCount: Int, offsetCount: Int) {
      let lengths =
        codes.literals.entries.prefix(literalCount).map(\.length)
        + codes.offsets.entries.prefix(offsetCount).map(\.length)
      var items: [Item] = []
      var start = 0
      while start < lengths.count {
        var end = start
        while end < lengths.count && lengths[end] == lengths[start] { end += 1 }
        CodeLengths.appendRun(of: lengths[start], count: end - start, to: &items)
        start = end
      }
      self.items = items
      for item in items { frequencies[item.symbol] += 1 }
      code = HuffmanCode(frequencies: frequencies, longest: 7)
      var used = frequencies.count
      while used > 4 && frequencies[lengthOrder[used - 1]] == 0 { used -= 1 }
      usedCount = used
    }

    private static func appendRun(of length: Int, count: Int, to items: inout [Item]) {
      var left = count
      if length == 0 {
        while left >= 11 {
          let taken = min(left, 138)
          items.append(Item(symbol: 18, extra: taken - 11, extraBits: 7))
          left -= taken
        }
        if left >= 3 {
          items.append(Item(symbol: 17, extra: left - 3, extraBits: 3))
          left = 0
        }
      } else {
        items.append(Item(symbol: length))
        left -= 1
        while left >= 3 {
          let taken = min(left, 6)
          items.append(Item(symbol: 16, extra: taken - 3, extraBits: 2))
          left -= taken
        }
      }
      for _ in 0..<left { items.append(Item(symbol: length)) }
    }

    /// In bits, with the block's own three.
    var headerSize: Int {
      3 + 5 + 5 + 4 + 3 * usedCount + code.size(of: frequencies) + items.reduce(0) { $0 + $1.extraBits }
    }
  }
}

/// The symbols for lengths and offsets of matches (RFC 1951, section 3.2.5).
private struct MatchCode {
  let symbol: Int
  let extra: Int
  let extraBits: Int

  /// Groups of 2^`perGroup` symbols share a number of extra bits.
  private init(_ value: Int, perGroup: Int, first: Int) {
    let top = Int.bitWidth - 1 - value.leadingZeroBitCount
    guard top > perGroup else {
      self.init(symbol: first + value, extra: 0, extraBits: 0)
      return
    }
    let bits = top - perGroup
    let group = (bits << perGroup) + (value >> bits)
    self.init(symbol: first + group, extra: value & ((1 << bits) - 1), extraBits: bits)
  }

  private init(symbol: Int, extra: Int, extraBits: Int) {
    self.symbol = symbol
    self.extra = extra
    self.extraBits = extraBits
  }

  static func ofLength(_ length: Int) -> MatchCode {
    length == 258 ? MatchCode(symbol: 285, extra: 0, extraBits: 0) : MatchCode(length - 3, perGroup: 2, first: 257)
  }

  static func ofOffset(_ offset: Int) -> MatchCode { MatchCode(offset - 1, perGroup: 1, first: 0) }
}

/// A prefix code: for each symbol the bits, least significant first, and their number; no bits for symbols that do not
/// occur.
private struct HuffmanCode {
  struct Entry {
    var bits = 0
    var length = 0
  }

  private(set) var entries: [Entry]

  /// Symbols of one length get ascending codes; shorter codes come first.
  init(lengths: [Int]) {
    entries = lengths.map { Entry(bits: 0, length: $0) }
    var next = 0
    for length in 1...15 {
      next <<= 1
      for symbol in lengths.indices where lengths[symbol] == length {
        entries[symbol].bits = HuffmanCode.reversed(next, length)
        next += 1
      }
    }
  }

  /// The best code for these frequencies without longer ones than given, by merging packages: in each round, pairs of
  /// what was there before join the symbols, and how many symbols are among the cheapest says which get one bit more.
  init(frequencies: [Int], longest: Int) {
    let used = frequencies.indices.filter { frequencies[$0] > 0 }
      .sorted { (frequencies[$0], $0) < (frequencies[$1], $1) }
    var lengths = [Int](repeating: 0, count: frequencies.count)
    if used.count <= 2 {
      for symbol in used { lengths[symbol] = 1 }
    } else {
      let weights = used.map { frequencies[$0] }
      var rounds: [[Bool]] = []
      var packages: [Int] = []
      for _ in 0..<min(longest, used.count - 1) {
        let (isLeaf, merged) = HuffmanCode.merge(weights, packages)
        rounds.append(isLeaf)
        packages = stride(from: 0, to: merged.count - 1, by: 2).map { merged[$0] + merged[$0 + 1] }
      }
      var wanted = 2 * used.count - 2
      for isLeaf in rounds.reversed() {
        let leaves = isLeaf.prefix(wanted).count { $0 }
        for index in 0..<leaves { lengths[used[index]] += 1 }
        wanted = 2 * (min(wanted, isLeaf.count) - leaves)
      }
    }
    self.init(lengths: lengths)
  }

  /// Both in ascending order; of equal weights, packages come first.
  private static func merge(_ weights: [Int], _ packages: [Int]) -> (isLeaf: [Bool], weights: [Int]) {
    var isLeaf: [Bool] = []
    var merged: [Int] = []
    var package = 0
    for weight in weights {
      while package < packages.count && packages[package] <= weight {
        isLeaf.append(false)
        merged.append(packages[package])
        package += 1
      }
      isLeaf.append(true)
      merged.append(weight)
    }
    while package < packages.count {
      isLeaf.append(false)
      merged.append(packages[package])
      package += 1
    }
    return (isLeaf, merged)
  }

  private static func reversed(_ code: Int, _ length: Int) -> Int {
    var result = 0
    for bit in 0..<length where code >> bit & 1 == 1 { result |= 1 << (length - 1 - bit) }
    return result
  }

  /// In bits.
  func size(of frequencies: [Int]) -> Int {
    var total = 0
    for symbol in frequencies.indices { total += frequencies[symbol] * entries[symbol].length }
    return total
  }
}
