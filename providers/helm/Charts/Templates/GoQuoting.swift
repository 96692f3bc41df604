/// Quoted strings as Go writes and reads them.
enum GoQuoting {
  /// What an interpreted string or character literal means, given what stands between its quotes; nil when it is malformed.
  static func unquoted(_ literal: ArraySlice<UInt8>, quote: UInt8) -> [UInt8]? {
    var output: [UInt8] = []
    var index = literal.startIndex
    while index < literal.endIndex {
      let byte = literal[index]
      index += 1
      guard byte == UInt8(ascii: "\\") else {
        output.append(byte)
        continue
      }
      guard index < literal.endIndex else { return nil }
      let escape = literal[index]
      index += 1
      switch escape {
      case UInt8(ascii: "a"): output.append(0x07)
      case UInt8(ascii: "b"): output.append(0x08)
      case UInt8(ascii: "f"): output.append(0x0C)
      case UInt8(ascii: "n"): output.append(0x0A)
      case UInt8(ascii: "r"): output.append(0x0D)
      case UInt8(ascii: "t"): output.append(0x09)
      case UInt8(ascii: "v"): output.append(0x0B)
      case UInt8(ascii: "\\"), quote: output.append(escape)
      case UInt8(ascii: "x"):
        guard let value = number(literal, &index, digits: 2, radix: 16) else { return nil }
        output.append(UInt8(truncatingIfNeeded: value))
      case UInt8(ascii: "0")...UInt8(ascii: "7"):
        index -= 1
        guard let value = number(literal, &index, digits: 3, radix: 8), value < 256 else { return nil }
        output.append(UInt8(value))
      case UInt8(ascii: "u"), UInt8(ascii: "U"):
        let digits = escape == UInt8(ascii: "u") ? 4 : 8
        guard let value = number(literal, &index, digits: digits, radix: 16), let scalar = Unicode.Scalar(value) else { return nil }
        output += Array(String(Character(scalar)).utf8)
      default: return nil
      }
    }
    return output
  }

  private static func number(_ literal: ArraySlice<UInt8>, _ index: inout Int, digits: Int, radix: Int) -> UInt32? {
    guard index + digits <= literal.endIndex else { return nil }
    let text = String(decoding: literal[index..<(index + digits)], as: UTF8.self)
    guard text.utf8.allSatisfy({ $0 != UInt8(ascii: "+") && $0 != UInt8(ascii: "-") }) else { return nil }
    index += digits
    return UInt32(text, radix: radix)
  }

  /// As `%q`: double quotes, escapes for controls and for what cannot be printed.
  static func quoted(_ bytes: [UInt8], asciiOnly: Bool = false) -> [UInt8] {
    var output: [UInt8] = [UInt8(ascii: "\"")]
    output.reserveCapacity(bytes.count + 2)
    // Nearly every string is printable ASCII.
    if bytes.allSatisfy({ $0 >= 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") }) {
      output += bytes
    } else {
      var position = 0
      while position < bytes.count {
        let (scalar, length) = decode(bytes, at: position)
        if let scalar {
          output += escaped(scalar, quote: "\"", asciiOnly: asciiOnly)
        } else {
          output += "\\x".utf8
          output += hexadecimal(UInt32(bytes[position]), digits: 2)
        }
        position += length
      }
    }
    output.append(UInt8(ascii: "\""))
    return output
  }

  /// As `%q` of a number: the character in single quotes.
  static func quoted(character: Int, asciiOnly: Bool = false) -> [UInt8] {
    let scalar = UInt32(exactly: character).flatMap(Unicode.Scalar.init) ?? "\u{FFFD}"
    return [UInt8(ascii: "'")] + escaped(scalar, quote: "'", asciiOnly: asciiOnly) + [UInt8(ascii: "'")]
  }

  private static func escaped(_ scalar: Unicode.Scalar, quote: Unicode.Scalar, asciiOnly: Bool) -> [UInt8] {
    switch scalar {
    case quote, "\\": return [UInt8(ascii: "\\"), UInt8(ascii: scalar)]
    case "\u{07}": return Array("\\a".utf8)
    case "\u{08}": return Array("\\b".utf8)
    case "\u{0C}": return Array("\\f".utf8)
    case "\n": return Array("\\n".utf8)
    case "\r": return Array("\\r".utf8)
    case "\t": return Array("\\t".utf8)
    case "\u{0B}": return Array("\\v".utf8)
    default: break
    }
    if isPrintable(scalar), !asciiOnly || scalar.isASCII { return Array(String(Character(scalar)).utf8) }
    if scalar.value < 0x80 { return Array("\\x".utf8) + hexadecimal(scalar.value, digits: 2) }
    if scalar.value < 0x10000 { return Array("\\u".utf8) + hexadecimal(scalar.value, digits: 4) }
    return Array("\\U".utf8) + hexadecimal(scalar.value, digits: 8)
  }

  static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
    if scalar.isASCII { return scalar.value >= 0x20 && scalar.value != 0x7F }
    switch scalar.properties.generalCategory {
    case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator, .spaceSeparator: return false
    default: return true
    }
  }

  private static func hexadecimal(_ value: UInt32, digits: Int) -> [UInt8] {
    let text = Array(String(value, radix: 16).utf8)
    return Array(repeating: UInt8(ascii: "0"), count: max(0, digits - text.count)) + text
  }

  /// The scalar at a place and its length; nil and 1 for what is no UTF-8.
  static func decode(_ bytes: [UInt8], at position: Int) -> (scalar: Unicode.Scalar?, length: Int) {
    let first = bytes[position]
    if first < 0x80 { return (Unicode.Scalar(first), 1) }
    let length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : first >= 0xC2 ? 2 : 0
    guard length > 0, position + length <= bytes.count,
      let text = String(validating: bytes[position..<(position + length)], as: UTF8.self), let scalar = text.unicodeScalars.first
    else { return (nil, 1) }
    return (scalar, length)
  }
}
