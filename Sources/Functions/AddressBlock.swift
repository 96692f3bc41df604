/// A block of IPv4 or IPv6 addresses in CIDR notation (RFC 4632, RFC 4291).
struct AddressBlock {
  /// Of an address in bits: 32 or 128.
  let width: Int
  /// Of the prefix in bits.
  let length: Int
  let first: UInt128

  /// Nil when the text is no such block. Leading zeros are decimal, as the language has always read them.
  init?(_ text: String) {
    let bytes = Array(text.utf8)
    guard let slash = bytes.firstIndex(of: UInt8(ascii: "/")) else { return nil }
    let address: UInt128
    if let short = AddressBlock.version4(bytes[..<slash]) {
      (width, address) = (32, short)
    } else if let long = AddressBlock.version6(bytes[..<slash]) {
      (width, address) = (128, long)
    } else {
      return nil
    }
    guard let length = AddressBlock.decimal(bytes[(slash + 1)...]), length <= width else { return nil }
    self.length = length
    first = address & AddressBlock.mask(length, width)
  }

  var mask: UInt128 { AddressBlock.mask(length, width) }

  private static func mask(_ length: Int, _ width: Int) -> UInt128 { ones(width) & ~ones(width - length) }

  /// So many low bits set.
  static func ones(_ count: Int) -> UInt128 { count >= 128 ? .max : (1 << UInt128(max(0, count))) - 1 }

  // MARK: Reading

  private static func decimal(_ bytes: ArraySlice<UInt8>) -> Int? {
    guard !bytes.isEmpty, bytes.count < 18 else { return nil }
    var value = 0
    for byte in bytes {
      guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { return nil }
      value = value * 10 + Int(byte - UInt8(ascii: "0"))
    }
    return value
  }

  private static func version4(_ bytes: ArraySlice<UInt8>) -> UInt128? {
    let parts = bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    guard parts.count == 4 else { return nil }
    var address: UInt128 = 0
    for part in parts {
      guard let number = decimal(part), number <= 255 else { return nil }
      address = address << 8 | UInt128(number)
    }
    return address
  }

  private static func version6(_ bytes: ArraySlice<UInt8>) -> UInt128? {
    let colon = UInt8(ascii: ":")
    var gap: Int?
    for index in bytes.indices.dropLast() where bytes[index] == colon && bytes[index + 1] == colon {
      if gap != nil { return nil }
      gap = index
    }
    guard let gap else {
      guard let groups = groups(bytes), groups.count == 8 else { return nil }
      return join(groups)
    }
    guard let front = gap == bytes.startIndex ? [] : groups(bytes[..<gap]),
      let back = gap + 2 == bytes.endIndex ? [] : groups(bytes[(gap + 2)...]), front.count + back.count < 8
    else { return nil }
    return join(front + Array(repeating: 0, count: 8 - front.count - back.count) + back)
  }

  /// Groups of 16 bits; the last two may be written as an IPv4 address.
  private static func groups(_ bytes: ArraySlice<UInt8>) -> [UInt16]? {
    let parts = bytes.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
    guard parts.count <= 8 else { return nil }
    var groups: [UInt16] = []
    for (index, part) in parts.enumerated() {
      if index == parts.count - 1, part.contains(UInt8(ascii: ".")) {
        guard let short = version4(part) else { return nil }
        groups += [UInt16(truncatingIfNeeded: short >> 16), UInt16(truncatingIfNeeded: short)]
        continue
      }
      guard (1...4).contains(part.count), part.first != UInt8(ascii: "+"), part.first != UInt8(ascii: "-"),
        let group = UInt16(String(decoding: part, as: UTF8.self), radix: 16)
      else { return nil }
      groups.append(group)
    }
    return groups
  }

  private static func join(_ groups: [UInt16]) -> UInt128 { groups.reduce(0) { $0 << 16 | UInt128($1) } }

  // MARK: Writing

  /// An address of this block's kind; the longest run of zero groups of an IPv6 address is left out (RFC 5952).
  func text(of address: UInt128) -> String {
    if width == 32 {
      return [24, 16, 8, 0].map { String(UInt8(truncatingIfNeeded: address >> UInt128($0))) }.joined(separator: ".")
    }
    let groups = stride(from: 112, through: 0, by: -16).map { UInt16(truncatingIfNeeded: address >> UInt128($0)) }
    func written(_ part: ArraySlice<UInt16>) -> String {
      part.map { String($0, radix: 16) }.joined(separator: ":")
    }
    guard let gap = AddressBlock.longestZeros(groups) else { return written(groups[...]) }
    return written(groups[..<gap.lowerBound]) + "::" + written(groups[gap.upperBound...])
  }

  /// The first of the longest runs of two or more zero groups.
  private static func longestZeros(_ groups: [UInt16]) -> Range<Int>? {
    var best: Range<Int>?
    var start = 0
    for index in 0...groups.count where index == groups.count || groups[index] != 0 {
      if index - start > max(1, best?.count ?? 0) { best = start..<index }
      start = index + 1
    }
    return best
  }
}
