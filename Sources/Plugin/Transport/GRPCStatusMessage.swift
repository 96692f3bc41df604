/// Undoes the percent-encoding of `grpc-message`. What is not well encoded stays as it is.
func decodeGRPCStatusMessage(_ bytes: some Collection<UInt8>) -> String {
  func digit(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - 48
    case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - 87
    case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - 55
    default: nil
    }
  }
  let source = Array(bytes)
  var result: [UInt8] = []
  var index = 0
  while index < source.count {
    if source[index] == UInt8(ascii: "%"), index + 2 < source.count, let high = digit(source[index + 1]),
      let low = digit(source[index + 2])
    {
      result.append(high << 4 | low)
      index += 3
    } else {
      result.append(source[index])
      index += 1
    }
  }
  return String(decoding: result, as: UTF8.self)
}

/// The percent-encoding of `grpc-message`: everything but printable ASCII, and the percent sign.
func encodeGRPCStatusMessage(_ text: String) -> String {
  let digits = Array("0123456789ABCDEF".utf8)
  var result: [UInt8] = []
  for byte in text.utf8 {
    if (0x20...0x7E).contains(byte), byte != UInt8(ascii: "%") {
      result.append(byte)
    } else {
      result += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
    }
  }
  return String(decoding: result, as: UTF8.self)
}
