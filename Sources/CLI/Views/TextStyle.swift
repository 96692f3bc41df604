// Views: what people read. They turn plans, values and events into text and know neither commands, files nor the clock.

import Diagnostics

/// How text for people is to look.
struct TextStyle: Sendable {
  /// Whether ANSI colours may be used.
  var isColored: Bool
  /// The columns that prose is wrapped to; 78 where nobody knows better.
  var width: Int

  init(isColored: Bool = false, width: Int = 78) {
    self.isColored = isColored
    self.width = width
  }
}

/// The few looks that the views use.
enum Paint: String, Sendable {
  case bold = "1"
  case red = "31"
  case green = "32"
  case yellow = "33"
  case cyan = "36"
  case gray = "90"
  case boldRed = "1;31"
  case boldGreen = "1;32"
  case boldYellow = "1;33"
  case boldCyan = "1;36"
}

extension TextStyle {
  func paint(_ text: String, _ paint: Paint) -> String {
    isColored ? "\u{1B}[\(paint.rawValue)m\(text)\u{1B}[0m" : text
  }

  /// A line across the page but for its last column, with its newline.
  var rule: String { paint(String(repeating: "─", count: max(width - 1, 1)), .gray) + "\n" }

  /// Breaks lines at spaces so that none is wider than the page; lines that begin with a space stay as they are.
  func wrapped(_ text: String) -> String {
    if width <= 0 { return text }
    var result = ""
    for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
      if index > 0 { result += "\n" }
      if line.utf8.first == UInt8(ascii: " ") {
        result += line
      } else {
        wrap(line, into: &result)
      }
    }
    return result
  }

  private func wrap(_ line: Substring, into result: inout String) {
    var column = 0
    for word in line.split(separator: " ", omittingEmptySubsequences: false) {
      let length = word.displayWidth
      if column > 0 {
        if column + 1 + length >= width {
          result += "\n"
          column = 0
        } else {
          result += " "
          column += 1
        }
      }
      result += word
      column += length
    }
  }
}

/// Text in double quotes as the plan shows it: control and other unprintable characters escaped, templates not.
func displayQuoted(_ text: String) -> String {
  var isPlain = true
  for byte in text.utf8 where byte < 0x20 || byte >= 0x7F || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") {
    isPlain = false
    break
  }
  if isPlain { return "\"\(text)\"" }
  var result = "\""
  for scalar in text.unicodeScalars {
    switch scalar {
    case "\"": result += "\\\""
    case "\\": result += "\\\\"
    case "\u{7}": result += "\\a"
    case "\u{8}": result += "\\b"
    case "\u{C}": result += "\\f"
    case "\n": result += "\\n"
    case "\r": result += "\\r"
    case "\t": result += "\\t"
    case "\u{B}": result += "\\v"
    default: appendEscaped(scalar, to: &result)
    }
  }
  return result + "\""
}

private func appendEscaped(_ scalar: Unicode.Scalar, to result: inout String) {
  if isPrintable(scalar) {
    result.unicodeScalars.append(scalar)
    return
  }
  let digits = String(scalar.value, radix: 16)
  func padded(_ count: Int) -> String { String(repeating: "0", count: max(0, count - digits.utf8.count)) + digits }
  if scalar.value < 0x80 {
    result += "\\x" + padded(2)
  } else if scalar.value < 0x10000 {
    result += "\\u" + padded(4)
  } else {
    result += "\\U" + padded(8)
  }
}

private func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
  if scalar.value < 0x7F { return scalar.value >= 0x20 }
  switch scalar.properties.generalCategory {
  case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator, .spaceSeparator:
    return false
  default: return true
  }
}

/// Whether a name may stand in the language without quotes.
func isIdentifier(_ name: String) -> Bool {
  var isFirst = true
  for scalar in name.unicodeScalars {
    let isLetter: Bool
    let isOther: Bool
    if scalar.isASCII {
      isLetter = ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar) || scalar == "_"
      isOther = ("0"..."9").contains(scalar) || scalar == "-"
    } else {
      isLetter = scalar.properties.isIDStart
      isOther = scalar.properties.isIDContinue
    }
    if !isLetter && (isFirst || !isOther) { return false }
    isFirst = false
  }
  return !isFirst
}

/// The name of an attribute as the plan shows it: in quotes if the language could not write it bare.
func displayName(_ name: String) -> String { isIdentifier(name) ? name : displayQuoted(name) }

/// `text` with spaces after it up to `width` characters.
func padded(_ text: String, to width: Int) -> String {
  if text.utf8.count == width { return text }
  let missing = width - text.unicodeScalars.count
  return missing > 0 ? text + String(repeating: " ", count: missing) : text
}
