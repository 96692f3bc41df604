/// Upper and lower case, and the ways to write several words as one.
enum CaseFunctions {
  static let all: [Function] = [
    Function("upper", .string, body: upper),
    Function("lower", .string, body: lower),
    Function("title", .string, body: title),
    Function("untitle", .string, body: untitle),
    Function("swapcase", .string, body: swapCase),
    Function("snakecase", .string, body: snakeCase),
    Function("kebabcase", .string, body: kebabCase),
    Function("camelcase", .string, body: camelCase),
  ]

  /// One character stays one, as Go's mapping has it.
  private static func mapped(_ text: String, _ change: (Unicode.Scalar) -> String) -> String {
    var output = ""
    for scalar in text.unicodeScalars {
      let changed = change(scalar)
      output.unicodeScalars.append(contentsOf: changed.unicodeScalars.count == 1 ? changed.unicodeScalars : String(scalar).unicodeScalars)
    }
    return output
  }

  private static func upper(_ call: Call) throws(TemplateError) -> Value {
    .string(mapped(call.text(0)) { $0.properties.uppercaseMapping })
  }

  private static func lower(_ call: Call) throws(TemplateError) -> Value {
    .string(mapped(call.text(0)) { $0.properties.lowercaseMapping })
  }

  /// The first letter of each word is raised; the others stay.
  private static func title(_ call: Call) throws(TemplateError) -> Value {
    var isAtStart = true
    return .string(
      mapped(call.text(0)) { scalar in
        defer { isAtStart = isSeparator(scalar) }
        return isAtStart ? scalar.properties.titlecaseMapping : String(scalar)
      })
  }

  private static func isSeparator(_ scalar: Unicode.Scalar) -> Bool {
    if scalar.isASCII { return !(scalar.properties.isAlphabetic || isDigit(scalar) || scalar == "_") }
    return scalar.properties.isWhitespace
  }

  private static func untitle(_ call: Call) throws(TemplateError) -> Value {
    var isAtStart = true
    return .string(
      mapped(call.text(0)) { scalar in
        defer { isAtStart = scalar.properties.isWhitespace }
        return isAtStart ? scalar.properties.lowercaseMapping : String(scalar)
      })
  }

  private static func swapCase(_ call: Call) throws(TemplateError) -> Value {
    .string(
      mapped(call.text(0)) { scalar in
        scalar.properties.isUppercase
          ? scalar.properties.lowercaseMapping
          : scalar.properties.isLowercase ? scalar.properties.uppercaseMapping : String(scalar)
      })
  }

  private static func snakeCase(_ call: Call) throws(TemplateError) -> Value { .string(separated(call.text(0), by: "_")) }
  private static func kebabCase(_ call: Call) throws(TemplateError) -> Value { .string(separated(call.text(0), by: "-")) }

  private static func isConnector(_ scalar: Unicode.Scalar) -> Bool {
    scalar == "_" || scalar == "-" || scalar.properties.isWhitespace
  }

  private static func isDigit(_ scalar: Unicode.Scalar) -> Bool { scalar.properties.numericType == .decimal }

  /// Small letters with a separator before each word: where a small letter meets a big one, a letter a digit, or where a run of
  /// big letters ends in the first of a word.
  private static func separated(_ text: String, by separator: Unicode.Scalar) -> String {
    let scalars = Array(text.unicodeScalars)
    var output = ""
    for (index, scalar) in scalars.enumerated() {
      if isConnector(scalar) {
        output.unicodeScalars.append(separator)
        continue
      }
      if index > 0, !isConnector(scalars[index - 1]) {
        let previous = scalars[index - 1]
        let next = index + 1 < scalars.count ? scalars[index + 1] : nil
        let startsWord =
          scalar.properties.isUppercase
          ? previous.properties.isLowercase || previous.properties.isUppercase && next?.properties.isLowercase ?? false
          : isDigit(scalar) && previous.properties.isAlphabetic
        if startsWord { output.unicodeScalars.append(separator) }
      }
      output += scalar.properties.lowercaseMapping
    }
    return output
  }

  /// Words that connectors separate, each with its first letter raised. Connectors with no word behind them stay.
  private static func camelCase(_ call: Call) throws(TemplateError) -> Value {
    let scalars = Array(call.text(0).unicodeScalars)
    var output = ""
    var isAtStart = true
    for (index, scalar) in scalars.enumerated() {
      if isConnector(scalar) {
        let isBeforeWord = index + 1 < scalars.count && !isConnector(scalars[index + 1])
        let isLeading = scalars[..<index].allSatisfy(isConnector)
        if isLeading || !isBeforeWord { output.unicodeScalars.append(scalar) }
        isAtStart = true
      } else {
        output += isAtStart ? scalar.properties.uppercaseMapping : String(scalar)
        isAtStart = false
      }
    }
    return .string(output)
  }
}
