import RegularExpressions

/// Regular expressions of RE2.
enum RegularExpressionFunctions {
  static let all: [Function] = [
    Function("regexMatch", .string, .string, body: matches),
    Function("mustRegexMatch", .string, .string, body: mustMatch),
    Function("regexFind", .string, .string, body: find),
    Function("mustRegexFind", .string, .string, body: find),
    Function("regexFindAll", .string, .string, .int, body: findAll),
    Function("mustRegexFindAll", .string, .string, .int, body: findAll),
    Function("regexReplaceAll", .string, .string, .string, body: replace),
    Function("mustRegexReplaceAll", .string, .string, .string, body: replace),
    Function("regexReplaceAllLiteral", .string, .string, .string, body: replaceLiterally),
    Function("mustRegexReplaceAllLiteral", .string, .string, .string, body: replaceLiterally),
    Function("regexSplit", .string, .string, .int, body: split),
    Function("mustRegexSplit", .string, .string, .int, body: split),
    Function("regexQuoteMeta", .string, body: quoteMeta),
  ]

  private static func pattern(_ call: Call) throws(TemplateError) -> RegularExpression {
    do throws(RegularExpression.PatternError) {
      return try RegularExpression.compiled(call.text(0))
    } catch {
      throw TemplateError(error.description)
    }
  }

  /// The first matches; all of them when the limit is negative.
  private static func matches(
    of pattern: RegularExpression, in text: [UInt8], limit: Int
  ) -> [RegularExpression.Match] {
    let matches = pattern.matches(in: text)
    return limit < 0 ? Array(matches) : Array(matches.prefix(limit))
  }

  private static func replacing(
    _ pattern: RegularExpression, in text: [UInt8], _ append: (RegularExpression.Match, inout [UInt8]) -> Void
  ) -> Value {
    var output: [UInt8] = []
    var position = 0
    for match in pattern.matches(in: text) {
      output += text[position..<match.whole.lowerBound]
      append(match, &output)
      position = match.whole.upperBound
    }
    return .text(output + text[position...])
  }

  /// A pattern that is no pattern matches nothing.
  private static func matches(_ call: Call) throws(TemplateError) -> Value {
    guard let pattern = try? pattern(call) else { return .bool(false) }
    return .bool(pattern.firstMatch(in: call.bytes(1), from: 0) != nil)
  }

  private static func mustMatch(_ call: Call) throws(TemplateError) -> Value {
    .bool(try pattern(call).firstMatch(in: call.bytes(1), from: 0) != nil)
  }

  private static func find(_ call: Call) throws(TemplateError) -> Value {
    let text = call.bytes(1)
    guard let match = try pattern(call).firstMatch(in: text, from: 0) else { return .string("") }
    return .text(Array(text[match.whole]))
  }

  private static func findAll(_ call: Call) throws(TemplateError) -> Value {
    let text = call.bytes(1)
    let matches = matches(of: try pattern(call), in: text, limit: call.int(2))
    return .list(.appended(matches.map { .text(Array(text[$0.whole])) }, of: .string))
  }

  private static func replace(_ call: Call) throws(TemplateError) -> Value {
    let pattern = try pattern(call)
    let text = call.bytes(1)
    let template = ReplacementTemplate(call.bytes(2), groupNames: pattern.groupNames)
    return replacing(pattern, in: text) { template.append($0, in: text, to: &$1) }
  }

  private static func replaceLiterally(_ call: Call) throws(TemplateError) -> Value {
    let replacement = call.bytes(2)
    return replacing(try pattern(call), in: call.bytes(1)) { $1 += replacement }
  }

  private static func split(_ call: Call) throws(TemplateError) -> Value {
    let text = call.bytes(1)
    let limit = call.int(2)
    if limit == 0 { return .list(.appended([], of: .string)) }
    let pattern = try pattern(call)
    if !call.bytes(0).isEmpty, text.isEmpty { return .strings([""]) }
    var parts: [Value] = []
    var start = 0
    var end = 0
    for match in matches(of: pattern, in: text, limit: limit) {
      if limit > 0, parts.count == limit - 1 { break }
      end = match.whole.lowerBound
      if match.whole.upperBound != 0 { parts.append(.text(Array(text[start..<end]))) }
      start = match.whole.upperBound
    }
    if end != text.count { parts.append(.text(Array(text[start...]))) }
    return .list(ListValue(parts, of: .string))
  }

  private static func quoteMeta(_ call: Call) throws(TemplateError) -> Value {
    let special = Set("\\.+*?()|[]{}^$".utf8)
    return .text(call.bytes(0).flatMap { special.contains($0) ? [UInt8(ascii: "\\"), $0] : [$0] })
  }
}
