/// Reads addresses byte by byte. Every function leaves the position behind what it read, or gives nil.
struct AddressParser {
  private let bytes: [UInt8]
  private var position = 0

  init(_ text: String) { bytes = Array(text.utf8) }

  var isAtEnd: Bool { position == bytes.count }

  /// `module.NAME[KEY]` any number of times, each but the last followed by a dot.
  mutating func moduleSteps() -> [ModuleInstance.Step]? {
    var steps: [ModuleInstance.Step] = []
    while true {
      let start = position
      guard name() == "module", take(UInt8(ascii: ".")) else {
        position = start
        return steps
      }
      guard let name = name() else { return nil }
      var key: InstanceKey?
      if peek == UInt8(ascii: "[") {
        guard let parsed = instanceKey() else { return nil }
        key = parsed
      }
      steps.append(ModuleInstance.Step(name, key: key))
      if isAtEnd { return steps }
      guard take(UInt8(ascii: ".")) else { return nil }
    }
  }

  /// `[data.|ephemeral.]TYPE.NAME[KEY]`.
  mutating func resourceInstance() -> (Resource, InstanceKey?)? {
    guard var type = name(), take(UInt8(ascii: ".")) else { return nil }
    var mode = ResourceMode.managed
    if type == "data" || type == "ephemeral" {
      mode = type == "data" ? .data : .ephemeral
      guard let next = name(), take(UInt8(ascii: ".")) else { return nil }
      type = next
    }
    guard let name = name() else { return nil }
    var key: InstanceKey?
    if peek == UInt8(ascii: "[") {
      guard let parsed = instanceKey() else { return nil }
      key = parsed
    }
    return (Resource(mode, type, name), key)
  }

  private var peek: UInt8? { position < bytes.count ? bytes[position] : nil }

  private mutating func take(_ byte: UInt8) -> Bool {
    guard peek == byte else { return false }
    position += 1
    return true
  }

  private mutating func name() -> String? {
    let start = position
    while let byte = peek, Self.isNameByte(byte) { position += 1 }
    guard position > start, !Self.isDigit(bytes[start]), bytes[start] != UInt8(ascii: "-") else {
      position = start
      return nil
    }
    return String(decoding: bytes[start..<position], as: UTF8.self)
  }

  private mutating func instanceKey() -> InstanceKey? {
    guard take(UInt8(ascii: "[")) else { return nil }
    if take(UInt8(ascii: "\"")) {
      guard let text = quotedRemainder(), take(UInt8(ascii: "]")) else { return nil }
      return .string(text)
    }
    let start = position
    while let byte = peek, Self.isDigit(byte) { position += 1 }
    guard let index = Int(String(decoding: bytes[start..<position], as: UTF8.self)), take(UInt8(ascii: "]")) else {
      return nil
    }
    return .integer(index)
  }

  /// The text up to the closing quote, escapes resolved.
  private mutating func quotedRemainder() -> String? {
    var text: [UInt8] = []
    while let byte = peek {
      position += 1
      switch byte {
      case UInt8(ascii: "\""): return String(validating: text, as: UTF8.self)
      case UInt8(ascii: "\\"):
        guard let escape = peek else { return nil }
        position += 1
        switch escape {
        case UInt8(ascii: "n"): text.append(UInt8(ascii: "\n"))
        case UInt8(ascii: "r"): text.append(UInt8(ascii: "\r"))
        case UInt8(ascii: "t"): text.append(UInt8(ascii: "\t"))
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): text.append(escape)
        default: return nil
        }
      case UInt8(ascii: "$"), UInt8(ascii: "%"):
        text.append(byte)
        // `$${` stands for a literal `${`.
        if peek == byte, position + 1 < bytes.count, bytes[position + 1] == UInt8(ascii: "{") { position += 1 }
      default: text.append(byte)
      }
    }
    return nil
  }

  private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

  private static func isNameByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
      return true
    default: return byte >= 0x80
    }
  }
}
