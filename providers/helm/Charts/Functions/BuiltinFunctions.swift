/// The functions of the template language itself, but for comparisons.
enum BuiltinFunctions {
  static let all: [Function] = [
    Function("and", lazyStoppingAt: false),
    Function("or", lazyStoppingAt: true),
    Function("not", .any, body: not),
    Function("len", .any, body: length),
    Function("index", .any, rest: .any, body: index),
    Function("call", .any, rest: .any, body: callValue),
    Function("print", rest: .any, body: print),
    Function("println", rest: .any, body: printLine),
    Function("printf", .string, rest: .any, body: printFormatted),
    Function("html", rest: .any, body: html),
    Function("js", rest: .any, body: javaScript),
    Function("urlquery", rest: .any, body: urlQuery),
  ]

  private static func not(_ call: Call) throws(TemplateError) -> Value { .bool(!call[0].isTrue) }

  private static func length(_ call: Call) throws(TemplateError) -> Value {
    switch call[0] {
    case .string(let text): return .int(text.utf8.count)
    case .rawString(let bytes): return .int(bytes.count)
    case .list(let list): return .int(list.elements.count)
    case .map(let map): return .int(map.entries.count)
    case .object(let object):
      if let count = object.mapping?.entries.count ?? object.list?.elements.count { return .int(count) }
      throw TemplateError("len of type \(object.typeName)")
    case .null: throw TemplateError("len of nil pointer")
    default: throw TemplateError("len of type \(call[0].typeName)")
    }
  }

  private static func index(_ call: Call) throws(TemplateError) -> Value {
    var value = call[0]
    for index in call.arguments.dropFirst() {
      switch value {
      case .map(let map): value = map.value(try key(index))
      case .object(let object) where object.mapping != nil: value = object.mapping?.value(try key(index)) ?? .null
      case .list(let list): value = list.elements[try offset(index, below: list.elements.count)]
      case .object(let object) where object.list != nil:
        let elements = object.list?.elements ?? []
        value = elements[try offset(index, below: elements.count)]
      case .string, .rawString:
        let bytes = value.stringBytes ?? []
        value = .int(Int(bytes[try offset(index, below: bytes.count)]))
      case .null: throw TemplateError("index of untyped nil")
      default: throw TemplateError("can't index item of type \(value.typeName)")
      }
    }
    return value
  }

  private static func key(_ value: Value) throws(TemplateError) -> String {
    guard let bytes = value.stringBytes else { throw TemplateError("value has type \(value.typeNameInMessages); should be string") }
    return String(decoding: bytes, as: UTF8.self)
  }

  private static func offset(_ value: Value, below count: Int) throws(TemplateError) -> Int {
    switch value {
    case .int(let index), .int64(let index):
      guard (0..<count).contains(index) else { throw TemplateError("index out of range: \(index)") }
      return index
    case .null: throw TemplateError("cannot index slice/array with nil")
    default: throw TemplateError("cannot index slice/array with type \(value.typeName)")
    }
  }

  private static func callValue(_ call: Call) throws(TemplateError) -> Value {
    throw TemplateError(call[0].isNull ? "call of nil" : "non-function of type \(call[0].typeName)")
  }

  // MARK: Printing

  private static func print(_ call: Call) throws(TemplateError) -> Value { .text(GoPrinting.printed(call.arguments, isLine: false)) }
  private static func printLine(_ call: Call) throws(TemplateError) -> Value { .text(GoPrinting.printed(call.arguments, isLine: true)) }

  private static func printFormatted(_ call: Call) throws(TemplateError) -> Value {
    .text(GoFormat.formatted(call.bytes(0), Array(call.arguments.dropFirst())))
  }

  // MARK: Escaping

  private static func text(_ call: Call) -> String {
    if call.count == 1, let bytes = call[0].stringBytes { return String(decoding: bytes, as: UTF8.self) }
    return String(decoding: GoPrinting.printed(call.arguments, isLine: false), as: UTF8.self)
  }

  private static func html(_ call: Call) throws(TemplateError) -> Value {
    var output = ""
    for scalar in text(call).unicodeScalars {
      switch scalar {
      case "\"": output += "&#34;"
      case "'": output += "&#39;"
      case "&": output += "&amp;"
      case "<": output += "&lt;"
      case ">": output += "&gt;"
      case "\0": output += "\u{FFFD}"
      default: output.unicodeScalars.append(scalar)
      }
    }
    return .string(output)
  }

  private static func javaScript(_ call: Call) throws(TemplateError) -> Value {
    var output = ""
    for scalar in text(call).unicodeScalars {
      switch scalar {
      case "\\": output += "\\\\"
      case "'": output += "\\'"
      case "\"": output += "\\\""
      case "<", ">", "&", "=": output += "\\u" + padded(scalar, 4)
      default:
        if scalar.value < 0x20 || !GoQuoting.isPrintable(scalar) {
          output += "\\u" + padded(scalar, 4)
        } else {
          output.unicodeScalars.append(scalar)
        }
      }
    }
    return .string(output)
  }

  private static func padded(_ scalar: Unicode.Scalar, _ width: Int) -> String {
    let digits = String(scalar.value, radix: 16, uppercase: true)
    return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
  }

  private static func urlQuery(_ call: Call) throws(TemplateError) -> Value {
    .string(PercentEncoding.encode(Array(text(call).utf8), allowing: "-_.~", spaceAsPlus: true))
  }
}

/// Percent signs for what may not stand in an address.
package enum PercentEncoding {
  package static func encode(_ bytes: [UInt8], allowing extra: String, spaceAsPlus: Bool = false) -> String {
    let allowed = Set(extra.utf8)
    let digits = Array("0123456789ABCDEF".utf8)
    var output: [UInt8] = []
    for byte in bytes {
      if (byte | 0x20) &- 97 < 26 || byte &- 48 < 10 || allowed.contains(byte) {
        output.append(byte)
      } else if byte == 0x20, spaceAsPlus {
        output.append(UInt8(ascii: "+"))
      } else {
        output += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
      }
    }
    return String(decoding: output, as: UTF8.self)
  }

  /// Nil when a percent sign has no two digits behind it.
  static func decode(_ text: String) -> String? {
    var output: [UInt8] = []
    var bytes = Array(text.utf8)[...]
    while let byte = bytes.popFirst() {
      guard byte == UInt8(ascii: "%") else {
        output.append(byte)
        continue
      }
      guard bytes.count >= 2, bytes.prefix(2).allSatisfy({ $0 &- 48 < 10 || ($0 | 0x20) &- 97 < 6 }),
        let value = UInt8(String(decoding: bytes.prefix(2), as: UTF8.self), radix: 16)
      else { return nil }
      bytes = bytes.dropFirst(2)
      output.append(value)
    }
    return String(decoding: output, as: UTF8.self)
  }
}
