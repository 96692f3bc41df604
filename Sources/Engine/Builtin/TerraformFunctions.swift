import Diagnostics
import HCL
import ProviderInterface
import Values

/// The functions `encode_tfvars`, `decode_tfvars` and `encode_expr` of the built-in provider.
/// Texts and layout observed with Terraform 1.11.
struct TerraformFunctions: Sendable {
  static let declarations: [String: ProviderFunction] = [
    "decode_tfvars": ProviderFunction(
      parameters: [.init(name: "src", type: .string, allowsNull: false, allowsUnknown: false)], variadic: nil,
      returnType: .dynamic, summary: "Parse a string containing syntax like that used in a `.tfvars` file",
      description:
        "A rarely-needed function which takes a string containing the content of a `.tfvars` file and returns an object describing the raw variable values it defines."
    ),
    "encode_expr": ProviderFunction(
      parameters: [.init(name: "value", type: .dynamic, allowsNull: false, allowsUnknown: false)], variadic: nil,
      returnType: .string,
      summary: "Produce a string representation of an arbitrary value using Terraform expression syntax",
      description:
        "A rarely-needed function which takes any value and produces a string containing Terraform language expression syntax approximating that value."
    ),
    "encode_tfvars": ProviderFunction(
      parameters: [.init(name: "value", type: .dynamic, allowsNull: false, allowsUnknown: false)], variadic: nil,
      returnType: .string,
      summary: "Produce a string representation of an object using the same syntax as for `.tfvars` files",
      description:
        "A rarely-needed function which takes an object value and produces a string containing a description of that object using the same syntax as Terraform CLI would expect in a `.tfvars`."
    ),
  ]

  /// Evaluates an expression that must be constant.
  let evaluateConstant: @Sendable (Expression) -> (Value, [Diagnostic])

  func call(_ name: String, _ arguments: [Value]) -> CallFunctionResponse {
    guard let argument = arguments.first else {
      return CallFunctionResponse(result: nil, error: ("an argument is required", nil))
    }
    switch name {
    case "encode_expr": return CallFunctionResponse(result: .text(Self.encodeExpression(argument)))
    case "encode_tfvars": return Self.encodeVariables(argument)
    case "decode_tfvars": return decodeVariables(argument.asString ?? "")
    default: return CallFunctionResponse(result: nil, error: ("There is no function named \"\(name)\".", nil))
    }
  }

  // MARK: Encoding

  private static func encodeExpression(_ value: Value) -> String {
    // Only files can be laid out, so the expression is that of an argument for a while.
    let argument = Array("x = ".utf8)
    var source = argument
    write(value, into: &source)
    source.append(UInt8(ascii: "\n"))
    return String(decoding: format(source).dropFirst(argument.count).dropLast(), as: UTF8.self)
  }

  private static func encodeVariables(_ value: Value) -> CallFunctionResponse {
    switch value {
    case .object, .map: break
    default:
      return CallFunctionResponse(
        result: nil,
        error: (
          "must be an object with an attribute for each variable", nil
        ))
    }
    var source: [UInt8] = []
    for (name, part) in zip(value.keys, value.elements) {
      guard isIdentifier(name) else {
        return CallFunctionResponse(
          result: nil,
          error: (
            "\(goQuoted(name)) cannot be the name of a variable",
            nil
          ))
      }
      source += Array("\(name) = ".utf8)
      write(part, into: &source)
      source.append(UInt8(ascii: "\n"))
    }
    return CallFunctionResponse(result: .text(String(decoding: format(source), as: UTF8.self)))
  }

  /// The value as an expression, one attribute a line, not yet laid out.
  static func write(_ value: Value, into source: inout [UInt8]) {
    switch value {
    case .null, .unknown: source += Array("null".utf8)
    case .bool(let flag): source += Array((flag ? "true" : "false").utf8)
    case .number(let number): source += Array(number.text.utf8)
    case .string(let text): source += Array(quoted(text).utf8)
    case .list, .set, .tuple:
      source.append(UInt8(ascii: "["))
      for (index, element) in value.elements.enumerated() {
        if index > 0 { source += [UInt8(ascii: ","), UInt8(ascii: " ")] }
        write(element, into: &source)
      }
      source.append(UInt8(ascii: "]"))
    case .map, .object:
      source.append(UInt8(ascii: "{"))
      if value.count > 0 { source.append(UInt8(ascii: "\n")) }
      for (name, element) in zip(value.keys, value.elements) {
        source += Array("\(isIdentifier(name) ? name : quoted(name)) = ".utf8)
        write(element, into: &source)
        source.append(UInt8(ascii: "\n"))
      }
      source.append(UInt8(ascii: "}"))
    case .marked(let marked): write(marked.value, into: &source)
    }
  }

  static func isIdentifier(_ text: String) -> Bool {
    guard let first = text.unicodeScalars.first, first.properties.isIDStart else { return false }
    return text.unicodeScalars.allSatisfy { $0.properties.isIDContinue || $0 == "-" }
  }

  /// A string literal without templates.
  private static func quoted(_ text: String) -> String {
    var result = "\""
    let scalars = Array(text.unicodeScalars)
    for (index, scalar) in scalars.enumerated() {
      switch scalar {
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "$", "%":
        result.unicodeScalars.append(scalar)
        // Doubled before a brace, where it would begin a template.
        if index + 1 < scalars.count, scalars[index + 1] == "{" { result.unicodeScalars.append(scalar) }
      default:
        if isPrintable(scalar) {
          result.unicodeScalars.append(scalar)
        } else {
          let digits = String(scalar.value, radix: 16)
          let isShort = scalar.value < 0x10000
          result += (isShort ? "\\u" : "\\U")
          result += String(repeating: "0", count: max(0, (isShort ? 4 : 8) - digits.count)) + digits
        }
      }
    }
    return result + "\""
  }

  // MARK: Decoding

  private func decodeVariables(_ text: String) -> CallFunctionResponse {
    let bytes = Array(text.utf8)
    var sources = SourceMap()
    let file = sources.add(path: "<decode_tfvars argument>", bytes: bytes)
    func failure(_ what: String, _ problems: [Diagnostic]) -> CallFunctionResponse? {
      guard let first = problems.first(where: { $0.severity == .error }) else { return nil }
      var place = "<decode_tfvars argument>"
      if let range = first.subject { place += ":\(Self.position(of: range, in: bytes))" }
      return CallFunctionResponse(result: nil, error: ("\(what): \(place): \(first.summary); \(first.detail).", nil))
    }
    let (body, syntaxProblems) = parseFile(bytes, file: file)
    if let failure = failure("invalid tfvars syntax", syntaxProblems) { return failure }
    let (attributes, contentProblems) = body.justAttributes()
    if let failure = failure("invalid tfvars content", contentProblems) { return failure }
    var values: [(String, Value)] = []
    for attribute in attributes {
      let (value, problems) = evaluateConstant(attribute.expression)
      if let failure = failure("invalid expression for variable \(goQuoted(attribute.name))", problems) {
        return failure
      }
      values.append((attribute.name, value))
    }
    return CallFunctionResponse(result: .object(values))
  }

  /// `2,7-8`, or `2,7-3,1` over several lines: columns from 1.
  private static func position(of range: SourceRange, in bytes: [UInt8]) -> String {
    func lineAndColumn(_ offset: UInt32) -> (Int, Int) {
      let before = bytes.prefix(Int(offset))
      let start = before.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
      let line = before.count { $0 == UInt8(ascii: "\n") } + 1
      return (line, String(decoding: before[start...], as: UTF8.self).count + 1)
    }
    let (line, column) = lineAndColumn(range.start)
    let (endLine, endColumn) = lineAndColumn(range.end)
    return endLine == line ? "\(line),\(column)-\(endColumn)" : "\(line),\(column)-\(endLine),\(endColumn)"
  }
}
