/// Lays valid JSON out anew without reading its values: numbers, texts and key order pass through as they are.
package enum JSONLayout {
  private static let quote = UInt8(ascii: "\"")
  private static let backslash = UInt8(ascii: "\\")

  /// Without white space between tokens.
  static func compact(_ json: ArraySlice<UInt8>) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(json.count)
    var index = json.startIndex
    while index < json.endIndex {
      switch json[index] {
      case 0x20, 0x09, 0x0A, 0x0D: index += 1
      case quote: copyString(json, &index, to: &result)
      default:
        result.append(json[index])
        index += 1
      }
    }
    return result
  }

  /// As Go's `json.MarshalIndent` lays out a raw value inside a document: two spaces a level, `<`, `>`, `&`, U+2028 and U+2029 escaped.
  /// - Parameter depth: the level of the line that the value begins on.
  package static func indented(_ json: [UInt8], depth: Int) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(json.count * 2)
    var depth = depth
    var index = 0
    func isNext(_ byte: UInt8) -> Bool {
      var next = index + 1
      while next < json.count, isSpace(json[next]) { next += 1 }
      return next < json.count && json[next] == byte
    }
    while index < json.count {
      let byte = json[index]
      switch byte {
      case 0x20, 0x09, 0x0A, 0x0D: index += 1
      case quote: copyString(json[...], &index, to: &result)
      case UInt8(ascii: "{"), UInt8(ascii: "["):
        result.append(byte)
        // The closing brackets are two above the opening ones.
        if isNext(byte + 2) {
          result.append(byte + 2)
          index = json[index...].firstIndex(of: byte + 2) ?? json.count
        } else {
          depth += 1
          breakLine(depth, &result)
        }
        index += 1
      case UInt8(ascii: "}"), UInt8(ascii: "]"):
        depth -= 1
        breakLine(depth, &result)
        result.append(byte)
        index += 1
      case UInt8(ascii: ","):
        result.append(byte)
        breakLine(depth, &result)
        index += 1
      case UInt8(ascii: ":"):
        result.append(byte)
        result.append(0x20)
        index += 1
      default:
        result.append(byte)
        index += 1
      }
    }
    return result
  }

  private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D }

  private static func breakLine(_ depth: Int, _ result: inout [UInt8]) {
    result.append(0x0A)
    for _ in 0..<max(0, depth) {
      result.append(0x20)
      result.append(0x20)
    }
  }

  /// Copies the string that begins at `index`, its escapes untouched and Go's escapes added.
  private static func copyString(_ json: ArraySlice<UInt8>, _ index: inout Int, to result: inout [UInt8]) {
    result.append(quote)
    index += 1
    while index < json.endIndex {
      let byte = json[index]
      index += 1
      switch byte {
      case quote:
        result.append(byte)
        return
      case backslash:
        result.append(byte)
        if index < json.endIndex {
          result.append(json[index])
          index += 1
        }
      case UInt8(ascii: "<"): result += #"\u003c"#.utf8
      case UInt8(ascii: ">"): result += #"\u003e"#.utf8
      case UInt8(ascii: "&"): result += #"\u0026"#.utf8
      case 0xE2 where index + 1 < json.endIndex && json[index] == 0x80 && json[index + 1] & 0xFE == 0xA8:
        // U+2028 is E2 80 A8, U+2029 is E2 80 A9.
        result += (json[index + 1] == 0xA8 ? #"\u2028"# : #"\u2029"#).utf8
        index += 2
      default: result.append(byte)
      }
    }
  }
}
