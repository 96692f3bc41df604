import CZlib
import Host
import Values

/// Text in other forms: base64, JSON, URLs, CSV, YAML.
func encodingFunctions() -> [Function] {
  let text: [FunctionParameter] = [.string("str")]
  let anything = FunctionParameter("val", .dynamic, allowsNull: true, allowsUnknown: true, allowsDynamic: true)
  return [
    Function("base64encode", text, returns: .string) { arguments in
      .string(Base64.encode(Array(arguments.text(0).utf8)))
    },
    Function(
      "base64decode", [FunctionParameter("str", .string, allowsMarked: true)], returns: .string, call: base64Decode
    )
    .markingUnknownResults(),
    Function("base64gzip", text, returns: .string) { arguments in
      .string(Base64.encode(Gzip.compress(Array(arguments.text(0).utf8))))
    },
    Function("urlencode", text, returns: .string) { arguments in .string(queryEscaped(arguments.text(0))) },
    Function("jsonencode", [anything], returns: .string, call: jsonEncode),
    Function(
      "jsondecode", FunctionSignature(text), isNeverNull: false, returns: { (_) throws(FunctionError) in .dynamic },
      call: jsonDecode),
    Function(
      "csvdecode", FunctionSignature(text), returns: { (_) throws(FunctionError) in .dynamic }, call: csvDecode),
    Function(
      "yamlencode", [FunctionParameter("value", .dynamic, allowsNull: true, allowsUnknown: true, allowsDynamic: true)],
      returns: .string
    ) { arguments in
      guard arguments[0].isWhollyKnown else { return .unknown(.string) }
      return .text(YAMLEncoder.encode(arguments[0]))
    },
    Function(
      "yamldecode", FunctionSignature([.string("src")]), isNeverNull: false,
      returns: { (_) throws(FunctionError) in .dynamic }
    ) { (arguments) throws(FunctionError) in
      try YAMLDecoder.decode(arguments.text(0))
    },
    Function(
      "textencodebase64", [.string("string"), .string("encoding")], returns: .string, call: textEncode),
    Function(
      "textdecodebase64", [.string("source"), .string("encoding")], returns: .string, call: textDecode),
  ]
}

// MARK: base64

private func base64Decode(_ arguments: [Value]) throws(FunctionError) -> Value {
  let (value, marks) = arguments[0].unmarked()
  let text = value.asString ?? ""
  guard let bytes = Base64Text.decode(text) else {
    throw FunctionError("failed to decode base64 data \(shown(text, marks))")
  }
  guard let decoded = String(validating: bytes, as: UTF8.self) else {
    throw FunctionError("the result of decoding the provided string is not valid UTF-8")
  }
  return Value.text(decoded).marked(with: marks)
}

/// Standard base64 with padding, line ends between the characters allowed.
enum Base64Text {
  /// Nil for anything else.
  static func decode(_ text: String) -> [UInt8]? {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.utf8.count / 4 * 3)
    var group: UInt32 = 0
    var count = 0
    var padding = 0
    for byte in text.utf8 {
      if byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") { continue }
      if byte == UInt8(ascii: "=") {
        padding += 1
        group <<= 6
      } else {
        guard padding == 0, let bits = value(of: byte) else { return nil }
        group = group << 6 | UInt32(bits)
      }
      count += 1
      if count.isMultiple(of: 4) {
        guard padding < 3 else { return nil }
        bytes.append(UInt8(truncatingIfNeeded: group >> 16))
        if padding < 2 { bytes.append(UInt8(truncatingIfNeeded: group >> 8)) }
        if padding < 1 { bytes.append(UInt8(truncatingIfNeeded: group)) }
        group = 0
      } else if padding > 2 {
        return nil
      }
    }
    return count.isMultiple(of: 4) ? bytes : nil
  }

  private static func value(of byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"): byte - UInt8(ascii: "A")
    case UInt8(ascii: "a")...UInt8(ascii: "z"): byte - UInt8(ascii: "a") + 26
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0") + 52
    case UInt8(ascii: "+"): 62
    case UInt8(ascii: "/"): 63
    default: nil
    }
  }
}

// MARK: URL

/// As in the query of a URL: a space is a plus.
private func queryEscaped(_ text: String) -> String {
  var result: [UInt8] = []
  let digits = Array("0123456789ABCDEF".utf8)
  for byte in text.utf8 {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."),
      UInt8(ascii: "~"):
      result.append(byte)
    case UInt8(ascii: " "): result.append(UInt8(ascii: "+"))
    default: result += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
    }
  }
  return String(decoding: result, as: UTF8.self)
}

// MARK: JSON

/// Of a partly unknown value nothing shows but how its JSON will begin, where it cannot be null.
private func jsonEncode(_ arguments: [Value]) throws(FunctionError) -> Value {
  let value = arguments[0]
  if value.hasInfinity { throw FunctionError("an infinite number cannot be written as JSON") }
  if value.isWhollyKnown { return .text(String(decoding: JSONValueCodec.encode(value), as: UTF8.self)) }
  guard value.isDefinitelyNotNull else { return .unknownString }
  let prefix =
    switch value.type {
    case .string: "\""
    case .object, .map: "{"
    case .tuple, .list, .set: "["
    default: ""
    }
  return .unknown(.string, refined: Refinements(isNotNull: true, stringPrefix: prefix))
}

private func jsonDecode(_ arguments: [Value]) throws(FunctionError) -> Value {
  let bytes = Array(arguments.text(0).utf8)
  do throws(CodecError) {
    return try JSONValueCodec.decode(bytes)
  } catch {
    return try afterFailure(error.message, bytes)
  }
}

/// The language's words for what is wrong, which differ a little from JSON decoder to JSON decoder.
/// - Returns: the value, where only closing brackets too many follow it; the language overlooks these.
private func afterFailure(_ message: String, _ bytes: [UInt8]) throws(FunctionError) -> Value {
  let text = String(decoding: bytes, as: UTF8.self)
  if message == "unexpected end of JSON input" || message == "invalid literal" {
    throw FunctionError(endsInsideToken(text) ? "unexpected EOF" : "EOF")
  }
  var offset = 0
  do throws(JSONError) { _ = try JSONNode(parsing: bytes) } catch { offset = error.offset }
  let isBracket =
    bytes.indices.contains(offset) && (bytes[offset] == UInt8(ascii: "}") || bytes[offset] == UInt8(ascii: "]"))
  if message.hasSuffix("after top-level value") {
    if isBracket, let value = try? JSONValueCodec.decode(Array(bytes[..<offset])) { return value }
    throw FunctionError("extraneous data after JSON object")
  }
  let place = " looking for beginning of object key string"
  if message.hasSuffix(place), bytes.prefix(offset).last(where: { $0 > 0x20 }) == UInt8(ascii: "{") {
    throw FunctionError(String(message.dropLast(place.count)))
  }
  throw FunctionError(message)
}

/// Whether JSON text stops within a string, a number or a word, rather than between two of these.
private func endsInsideToken(_ text: String) -> Bool {
  var isInString = false
  var isEscaped = false
  var last: UInt8 = 0x20
  for byte in text.utf8 {
    if isInString {
      if !isEscaped && byte == UInt8(ascii: "\"") { isInString = false }
      isEscaped = !isEscaped && byte == UInt8(ascii: "\\")
    } else if byte == UInt8(ascii: "\"") {
      isInString = true
    }
    last = byte
  }
  if isInString { return true }
  switch last {
  case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "-"), UInt8(ascii: "+"), UInt8(ascii: "."): return true
  default: return false
  }
}
