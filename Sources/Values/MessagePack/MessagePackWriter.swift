/// Writes MessagePack in the shortest forms. The caller keeps to the counts that headers announce.
package struct MessagePackWriter: Sendable {
  package private(set) var bytes: [UInt8] = []

  package init() {}

  private mutating func big(_ value: UInt64, bytes count: Int) {
    for shift in stride(from: (count - 1) * 8, through: 0, by: -8) {
      bytes.append(UInt8(truncatingIfNeeded: value >> UInt64(shift)))
    }
  }

  package mutating func null() { bytes.append(0xC0) }
  package mutating func bool(_ flag: Bool) { bytes.append(flag ? 0xC3 : 0xC2) }

  package mutating func integer(_ value: Int64) {
    switch value {
    case 0...0x7F, -32..<0: bytes.append(UInt8(truncatingIfNeeded: value))
    case 0x80...0xFF: header(0xCC, UInt64(value), 1)
    case 0x100...0xFFFF: header(0xCD, UInt64(value), 2)
    case 0x1_0000...0xFFFF_FFFF: header(0xCE, UInt64(value), 4)
    case 0x1_0000_0000...: header(0xCF, UInt64(value), 8)
    case -0x80 ..< -32: header(0xD0, UInt64(bitPattern: value), 1)
    case -0x8000 ..< -0x80: header(0xD1, UInt64(bitPattern: value), 2)
    case -0x8000_0000 ..< -0x8000: header(0xD2, UInt64(bitPattern: value), 4)
    default: header(0xD3, UInt64(bitPattern: value), 8)
    }
  }

  private mutating func header(_ code: UInt8, _ value: UInt64, _ count: Int) {
    bytes.append(code)
    big(value, bytes: count)
  }

  package mutating func double(_ value: Double) { header(0xCB, value.bitPattern, 8) }

  package mutating func string(_ text: String) {
    let count = text.utf8.count
    switch count {
    case 0..<32: bytes.append(0xA0 | UInt8(count))
    case 32..<0x100: header(0xD9, UInt64(count), 1)
    case 0x100..<0x1_0000: header(0xDA, UInt64(count), 2)
    default: header(0xDB, UInt64(count), 4)
    }
    bytes.append(contentsOf: text.utf8)
  }

  package mutating func binary(_ data: [UInt8]) {
    switch data.count {
    case 0..<0x100: header(0xC4, UInt64(data.count), 1)
    case 0x100..<0x1_0000: header(0xC5, UInt64(data.count), 2)
    default: header(0xC6, UInt64(data.count), 4)
    }
    bytes.append(contentsOf: data)
  }

  package mutating func arrayHeader(_ count: Int) {
    switch count {
    case 0..<16: bytes.append(0x90 | UInt8(count))
    case 16..<0x1_0000: header(0xDC, UInt64(count), 2)
    default: header(0xDD, UInt64(count), 4)
    }
  }

  package mutating func mapHeader(_ count: Int) {
    switch count {
    case 0..<16: bytes.append(0x80 | UInt8(count))
    case 16..<0x1_0000: header(0xDE, UInt64(count), 2)
    default: header(0xDF, UInt64(count), 4)
    }
  }

  /// An unknown value of which nothing is known.
  package mutating func unknown() { bytes += [0xD4, 0, 0] }

  package mutating func extensionValue(type: Int8, _ payload: [UInt8]) {
    switch payload.count {
    case 1: bytes.append(0xD4)
    case 2: bytes.append(0xD5)
    case 4: bytes.append(0xD6)
    case 8: bytes.append(0xD7)
    case 16: bytes.append(0xD8)
    case 0..<0x100: header(0xC7, UInt64(payload.count), 1)
    case 0x100..<0x1_0000: header(0xC8, UInt64(payload.count), 2)
    default: header(0xC9, UInt64(payload.count), 4)
    }
    bytes.append(UInt8(bitPattern: type))
    bytes.append(contentsOf: payload)
  }
}
