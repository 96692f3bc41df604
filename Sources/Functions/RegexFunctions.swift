import RegularExpressions
import Values

/// `regex`, `regexall` and `replace`.
func regexFunctions() -> [Function] {
  let parameters: [FunctionParameter] = [.string("pattern"), .string("string")]
  return [
    Function(
      "regex", FunctionSignature(parameters),
      returns: { (arguments) throws(FunctionError) in
        guard arguments[0].isKnown else { return .dynamic }
        return try matchType(compile(arguments.text(0)))
      },
      call: regex),
    Function(
      "regexall", FunctionSignature(parameters),
      returns: { (arguments) throws(FunctionError) in
        guard arguments[0].isKnown else { return .list(.dynamic) }
        return .list(try matchType(compile(arguments.text(0))))
      },
      call: regexAll),
    Function("replace", [.string("str"), .string("substr"), .string("replace")], returns: .string, call: replace),
  ]
}

private func compile(_ pattern: String) throws(FunctionError) -> RegularExpression {
  let expression: RegularExpression
  do throws(RegularExpression.PatternError) {
    expression = try RegularExpression.compiled(pattern)
  } catch {
    throw FunctionError("invalid regexp pattern: \(error.reason) in \(error.piece)", argument: 0)
  }
  let names = expression.groupNames
  if names.contains(where: { $0 == nil }) && names.contains(where: { $0 != nil }) {
    throw FunctionError(
      "invalid regexp pattern: cannot mix both named and unnamed capture groups", argument: 0)
  }
  return expression
}

/// Without groups the match is a string, with unnamed ones a tuple, with named ones an object.
private func matchType(_ expression: RegularExpression) -> ValueType {
  let names = expression.groupNames
  if names.isEmpty { return .string }
  let named = names.compactMap { $0 }
  if named.isEmpty { return .tuple(names.map { _ in .string }) }
  return .object(named.map { ($0, .string) })
}

private func captured(
  _ match: RegularExpression.Match, of expression: RegularExpression, in text: [UInt8]
) -> Value {
  func piece(_ range: Range<Int>?) -> Value {
    range.map { .string(String(decoding: text[$0], as: UTF8.self)) } ?? .null(.string)
  }
  let names = expression.groupNames
  if names.isEmpty { return piece(match.whole) }
  let named = names.compactMap { $0 }
  if named.isEmpty { return .tuple(match.groups.map(piece)) }
  return .object(Array(zip(named, match.groups.map(piece))))
}

private func regex(_ arguments: [Value]) throws(FunctionError) -> Value {
  let expression = try compile(arguments.text(0))
  let text = Array(arguments.text(1).utf8)
  guard let match = expression.firstMatch(in: text, from: 0) else {
    throw FunctionError("pattern did not match any part of the given string")
  }
  return captured(match, of: expression, in: text)
}

private func regexAll(_ arguments: [Value]) throws(FunctionError) -> Value {
  let expression = try compile(arguments.text(0))
  let text = Array(arguments.text(1).utf8)
  var found: [Value] = []
  var weight: UInt32 = 0
  for match in expression.matches(in: text) {
    let value = captured(match, of: expression, in: text)
    weight = weight.addingClamped(value.weight)
    try FunctionError.checkSize(ofWeight: weight)
    found.append(value)
  }
  return .list(found, of: matchType(expression))
}

// MARK: Replacement

/// Text between slashes is a pattern, all else is taken as it stands.
private func replace(_ arguments: [Value]) throws(FunctionError) -> Value {
  let text = Array(arguments.text(0).utf8)
  let wanted = Array(arguments.text(1).utf8)
  let replacement = Array(arguments.text(2).utf8)
  let slash = UInt8(ascii: "/")
  if wanted.count > 1 && wanted.first == slash && wanted.last == slash {
    let pattern = String(decoding: wanted[1..<wanted.count - 1], as: UTF8.self)
    return .text(try replaceMatches(of: pattern, in: text, by: replacement))
  }
  return .text(String(decoding: try replaceText(wanted, in: text, by: replacement), as: UTF8.self))
}

private func replaceMatches(
  of pattern: String, in text: [UInt8], by replacement: [UInt8]
) throws(FunctionError) -> String {
  let expression: RegularExpression
  do throws(RegularExpression.PatternError) {
    expression = try RegularExpression.compiled(pattern)
  } catch {
    throw FunctionError(error.description)
  }
  let template = ReplacementTemplate(replacement, groupNames: expression.groupNames)
  var result: [UInt8] = []
  result.reserveCapacity(text.count)
  var end = 0
  for match in expression.matches(in: text) {
    result += text[end..<match.whole.lowerBound]
    template.append(match, in: text, to: &result)
    try FunctionError.checkSize(ofText: result.count)
    end = match.whole.upperBound
  }
  result += text[end...]
  return String(decoding: result, as: UTF8.self)
}

private func replaceText(_ wanted: [UInt8], in text: [UInt8], by replacement: [UInt8]) throws(FunctionError) -> [UInt8] {
  var result: [UInt8] = []
  result.reserveCapacity(text.count)
  guard let first = wanted.first else {
    // Nothing stands before each character and at the end.
    for byte in text {
      if byte & 0xC0 != 0x80 {
        result += replacement
        try FunctionError.checkSize(ofText: result.count)
      }
      result.append(byte)
    }
    return result + replacement
  }
  var index = 0
  while index < text.count {
    if text[index] == first && text[index...].starts(with: wanted) {
      result += replacement
      try FunctionError.checkSize(ofText: result.count)
      index += wanted.count
    } else {
      result.append(text[index])
      index += 1
    }
  }
  return result
}
