/// Standard base64, padded or not. Nil when a character does not belong or the length cannot be.
/// Plugins print their certificate without padding (handshake line, field 6).
func decodeBase64(_ text: some Sequence<UInt8>) -> [UInt8]? {
  var result: [UInt8] = []
  var buffer: UInt32 = 0
  var bits = 0
  var isPadded = false
  for byte in text {
    let value: UInt8
    switch byte {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"): value = byte - 65
    case UInt8(ascii: "a")...UInt8(ascii: "z"): value = byte - 71
    case UInt8(ascii: "0")...UInt8(ascii: "9"): value = byte + 4
    case UInt8(ascii: "+"): value = 62
    case UInt8(ascii: "/"): value = 63
    case UInt8(ascii: "="):
      isPadded = true
      continue
    default: return nil
    }
    if isPadded { return nil }
    buffer = buffer << 6 | UInt32(value)
    bits += 6
    if bits >= 8 {
      bits -= 8
      result.append(UInt8(truncatingIfNeeded: buffer >> UInt32(bits)))
      buffer &= (1 << UInt32(bits)) - 1
    }
  }
  return bits == 6 ? nil : result
}

/// Standard base64 without padding, as plugins print their certificate.
func encodeBase64(_ bytes: [UInt8]) -> String {
  let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
  var result: [UInt8] = []
  var buffer = 0
  var bits = 0
  for byte in bytes {
    buffer = buffer << 8 | Int(byte)
    bits += 8
    while bits >= 6 {
      bits -= 6
      result.append(digits[buffer >> bits & 63])
    }
    buffer &= (1 << bits) - 1
  }
  if bits > 0 { result.append(digits[buffer << (6 - bits) & 63]) }
  return String(decoding: result, as: UTF8.self)
}
