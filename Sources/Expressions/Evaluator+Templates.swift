import Diagnostics
import HCL
import Values

extension Evaluator {
  mutating func template(_ parts: [Expression], in expression: Expression) -> Value {
    var text = ""
    var marks: Marks = []
    var isKnown = true
    var hasErrors = false
    for part in parts {
      if case .string(let literal) = part.kind {
        if isKnown { text += literal }
        continue
      }
      let count = diagnostics.count
      let (value, partMarks) = value(of: part).unmarked()
      marks.formUnion(partMarks)
      if diagnostics.count > count, diagnostics[count...].hasErrors { hasErrors = true }
      switch piece(value, part, in: expression) {
      case .text(let piece):
        if isKnown { text += piece }
        if text.utf8.count >> 4 > Value.largestWeight {
          reportSize(of: expression)
          return .unknown(.string)
        }
      case .unknown: isKnown = false
      case .error:
        isKnown = false
        hasErrors = true
      }
    }
    if isKnown { return Value.text(text).marked(with: marks) }
    if hasErrors { return .unknown(.string).marked(with: marks) }
    return unknownString(beginningWith: text).marked(with: marks)
  }

  private enum Piece {
    case text(String)
    case unknown
    case error
  }

  /// One interpolated value as text.
  private mutating func piece(_ value: Value, _ part: Expression, in expression: Expression) -> Piece {
    switch value {
    case .string(let text): return .text(text)
    case .number(let number): return .text(number.text)
    case .null:
      report(
        "Invalid template interpolation value",
        "This is null, which cannot be put into text.", at: part.range,
        context: expression.range, in: part)
      return .error
    case .unknown: return .unknown
    default: break
    }
    do {
      return try convert(value, to: .string).asString.map(Piece.text) ?? .unknown
    } catch {
      report(
        "Invalid template interpolation value",
        "This cannot be put into text: \(error.message).", at: part.range,
        context: expression.range, in: part)
      return .error
    }
  }

  /// The elements of a `for` directive, joined.
  mutating func join(_ loop: Expression, in expression: Expression) -> Value {
    let errorCount = diagnostics.count
    var (tuple, marks) = value(of: loop).unmarked()
    if diagnostics.count > errorCount, diagnostics[errorCount...].hasErrors { return .unknown(.string) }
    guard tuple.isKnown else { return .unknown(.string, refined: .notNull).marked(with: marks) }
    var text = ""
    var isKnown = true
    for element in tuple.elements {
      let (value, elementMarks) = element.unmarked()
      marks.formUnion(elementMarks)
      if value.isNull {
        report(
          "Invalid template interpolation value",
          "An iteration's result is null, which cannot be put into text.", at: loop.range,
          context: expression.range, in: loop)
        return .unknown(.string)
      }
      guard let converted = value.converted(to: .string) else {
        report(
          "Invalid template interpolation value",
          "One of the values cannot be put into text: string required.", at: loop.range,
          context: expression.range, in: loop)
        return .unknown(.string)
      }
      if let piece = converted.asString { if isKnown { text += piece } } else { isKnown = false }
    }
    return (isKnown ? Value.text(text) : unknownString(beginningWith: text)).marked(with: marks)
  }

  /// An unknown string that is not null and begins with what was known before the first unknown part.
  private func unknownString(beginningWith text: String) -> Value {
    .unknown(.string, refined: Refinements(isNotNull: true, stringPrefix: text.safePrefix))
  }
}

extension String {
  /// What cannot change when text is appended: a letter or digit at the end could still combine with a following mark, as
  /// could four of the other ASCII characters (go-cty `ctystrings.SafeKnownPrefix`, observed with 1.11).
  fileprivate var safePrefix: String {
    switch utf8.last {
    case .none: return self
    case .some(let last) where last >= 0x20 && last < 0x7F:
      switch last {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "<"), UInt8(ascii: "="), UInt8(ascii: ">"),
        UInt8(ascii: "`"):
        return String(dropLast())
      default: return self
      }
    default: return String(dropLast())
    }
  }
}
