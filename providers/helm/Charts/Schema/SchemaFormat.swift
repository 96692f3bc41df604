import RegularExpressions
import YAML

/// What strings may look like, by the names that `format` gives them. A name that is not here means anything.
enum SchemaFormat {
  static func isFit(_ text: String, _ format: String) -> Bool {
    checks[format].map { $0(text) } ?? true
  }

  private static let checks: [String: @Sendable (String) -> Bool] = [
    "regex": { SchemaKeyword.isPattern($0) }, "json-pointer": isPointer, "relative-json-pointer": isRelativePointer, "uuid": isUUID,
    "duration": isDuration, "period": isPeriod, "ipv4": isIPv4, "ipv6": isIPv6, "hostname": isHostname, "email": isEmail,
    "date": isDate, "time": isTime, "date-time": isDateTime, "uri": isAddress, "iri": isAddress, "uri-reference": isReference,
    "iri-reference": isReference, "uri-template": isTemplate, "semver": isSemanticVersion,
  ]

  // MARK: JSON pointers (RFC 6901)

  private static func isPointer(_ text: String) -> Bool {
    guard text.isEmpty || text.hasPrefix("/") else { return false }
    return text.split(separator: "~", omittingEmptySubsequences: false).dropFirst().allSatisfy { $0.hasPrefix("0") || $0.hasPrefix("1") }
  }

  private static func isRelativePointer(_ text: String) -> Bool {
    let digits = text.prefix(while: isDigit)
    guard !digits.isEmpty, digits.count == 1 || !digits.hasPrefix("0") else { return false }
    let rest = text.dropFirst(digits.count)
    return rest == "#" || isPointer(String(rest))
  }

  // MARK: Numbers and names

  private static func isDigit(_ character: Character) -> Bool { character.isASCII && character.isNumber }
  private static func isLetter(_ character: Character) -> Bool { character.isASCII && character.isLetter }

  private static func parts(_ text: some StringProtocol, _ separator: Character) -> [Substring] {
    Substring(text).split(separator: separator, omittingEmptySubsequences: false)
  }

  private static func isUUID(_ text: String) -> Bool {
    let groups = parts(text, "-")
    return groups.map(\.utf8.count) == [8, 4, 4, 4, 12] && groups.allSatisfy { $0.allSatisfy { $0.isASCII && $0.isHexDigit } }
  }

  private static func isSemanticVersion(_ text: String) -> Bool {
    var rest = Substring(text)
    func areNames(_ names: Substring, numbersMayStartWithZero: Bool) -> Bool {
      parts(names, ".").allSatisfy { name in
        !name.isEmpty && name.allSatisfy { isDigit($0) || isLetter($0) || $0 == "-" }
          && (numbersMayStartWithZero || !name.allSatisfy(isDigit) || name.count == 1 || !name.hasPrefix("0"))
      }
    }
    if let plus = rest.firstIndex(of: "+") {
      guard areNames(rest[rest.index(after: plus)...], numbersMayStartWithZero: true) else { return false }
      rest = rest[..<plus]
    }
    if let dash = rest.firstIndex(of: "-") {
      guard areNames(rest[rest.index(after: dash)...], numbersMayStartWithZero: false) else { return false }
      rest = rest[..<dash]
    }
    let numbers = parts(rest, ".")
    return numbers.count == 3
      && numbers.allSatisfy { !$0.isEmpty && $0.allSatisfy(isDigit) && ($0.count == 1 || !$0.hasPrefix("0")) }
  }

  // MARK: The net

  private static func isIPv4(_ text: String) -> Bool {
    let groups = parts(text, ".")
    return groups.count == 4
      && groups.allSatisfy { $0.utf8.count < 2 || !$0.hasPrefix("0") } && groups.allSatisfy { 0...255 ~= Int($0) ?? -1 }
  }

  static func isIPv6(_ text: String) -> Bool {
    // Two colons stand for the groups that are missing, once.
    let halves = text.split(separator: "::", omittingEmptySubsequences: false)
    var groups = halves.flatMap { $0.isEmpty ? [] : parts($0, ":") }
    var count = groups.count
    if let last = groups.last, last.contains("."), text.hasSuffix(last) {
      guard last.allSatisfy({ isDigit($0) || $0 == "." }), isIPv4(String(last)) else { return false }
      groups.removeLast()
      count += 1
    }
    guard groups.allSatisfy({ 1...4 ~= $0.utf8.count && $0.allSatisfy { $0.isASCII && $0.isHexDigit } }) else { return false }
    return halves.count == 1 ? count == 8 : halves.count == 2 && count < 8
  }

  private static func isHostname(_ text: String) -> Bool {
    let name = text.hasSuffix(".") ? text.dropLast() : Substring(text)
    guard name.utf8.count <= 253 else { return false }
    return parts(name, ".").allSatisfy { label in
      1...63 ~= label.utf8.count && !label.hasPrefix("-") && !label.hasSuffix("-")
        && label.allSatisfy { isDigit($0) || isLetter($0) || $0 == "-" }
    }
  }

  private static func isEmail(_ text: String) -> Bool {
    guard text.utf8.count <= 254, let at = text.lastIndex(of: "@") else { return false }
    let local = text[..<at]
    let domain = text[text.index(after: at)...]
    guard local.utf8.count <= 64 else { return false }
    if local.utf8.count > 1, local.hasPrefix("\"") {
      if local.dropFirst().dropLast().contains(where: { $0 == "\\" || $0 == "\"" }) { return false }
    } else {
      if local.hasPrefix(".") || local.hasSuffix(".") || local.contains("..") { return false }
      guard local.allSatisfy({ isDigit($0) || isLetter($0) || ".!#$%&'*+-/=?^_`{|}~".contains($0) }) else { return false }
    }
    guard domain.hasPrefix("["), domain.hasSuffix("]") else { return isHostname(String(domain)) }
    let address = domain.dropFirst().dropLast()
    return address.hasPrefix("IPv6:") ? isIPv6(String(address.dropFirst(5))) : isIPv4(String(address))
  }

  /// Addresses of hosts may not have the zone that Go would allow.
  private static func parsed(_ text: String) -> AddressParts? {
    guard let parts = AddressParts(text), !parts.hostName.contains(":") || isIPv6(parts.hostName) else { return nil }
    return parts
  }

  private static func isAddress(_ text: String) -> Bool { !(parsed(text)?.scheme ?? "").isEmpty }

  /// An address or a part of one.
  static func isReference(_ text: String) -> Bool { !text.contains("\\") && parsed(text) != nil }

  private static func isTemplate(_ text: String) -> Bool {
    guard let path = parsed(text)?.path else { return false }
    return parts(path, "/").allSatisfy { part in
      var isOpen = false
      for character in part where character == "{" || character == "}" {
        if (character == "{") == isOpen { return false }
        isOpen.toggle()
      }
      return !isOpen
    }
  }

  // MARK: Time (RFC 3339)

  private static func isDate(_ text: String) -> Bool { GoTime.parse(text, layout: "2006-01-02") != nil }

  private static func isTime(_ text: String) -> Bool {
    guard text.utf8.allSatisfy({ $0 < 0x80 }), text.count >= 9 else { return false }
    let numbers = parts(text.prefix(8), ":").map { $0.count == 2 ? Int($0) ?? -1 : -1 }
    guard numbers.count == 3, 0...23 ~= numbers[0], 0...59 ~= numbers[1], 0...60 ~= numbers[2] else { return false }
    var rest = text.dropFirst(8)
    if rest.hasPrefix(".") {
      let fraction = rest.dropFirst().prefix(while: isDigit)
      if fraction.isEmpty { return false }
      rest = rest.dropFirst(1 + fraction.count)
    }
    var minutes = numbers[0] * 60 + numbers[1]
    if rest != "z", rest != "Z" {
      let zone = parts(rest.dropFirst(), ":").map { $0.count == 2 ? Int($0) ?? -1 : -1 }
      guard let sign = rest.first, sign == "+" || sign == "-", zone.count == 2, 0...23 ~= zone[0], 0...59 ~= zone[1] else { return false }
      minutes -= (sign == "+" ? 1 : -1) * (zone[0] * 60 + zone[1])
      if minutes < 0 { minutes += 24 * 60 }
    }
    // A leap second comes at the end of a day.
    return numbers[2] < 60 || minutes == 23 * 60 + 59
  }

  private static func isDateTime(_ text: String) -> Bool {
    guard text.utf8.allSatisfy({ $0 < 0x80 }), text.count >= 20 else { return false }
    let mark = text.dropFirst(10).prefix(1)
    return (mark == "t" || mark == "T") && isDate(String(text.prefix(10))) && isTime(String(text.dropFirst(11)))
  }

  private static func isDuration(_ text: String) -> Bool {
    guard text.hasPrefix("P"), text.count > 1 else { return false }
    let rest = text.dropFirst()
    if rest.hasSuffix("W") { return rest.count > 1 && rest.dropLast().allSatisfy(isDigit) }
    let halves = parts(rest, "T")
    guard halves.count <= 2 else { return false }
    for (half, order) in zip(halves, ["YMD", "HMS"]) {
      if half.isEmpty, order == "HMS" { return false }
      var units = Substring(order)
      var left = half
      while !left.isEmpty {
        let digits = left.prefix(while: isDigit)
        left = left.dropFirst(digits.count)
        guard !digits.isEmpty, let unit = left.popFirst(), let place = units.firstIndex(of: unit) else { return false }
        units = units[units.index(after: place)...]
      }
    }
    return true
  }

  private static func isPeriod(_ text: String) -> Bool {
    guard let slash = text.firstIndex(of: "/") else { return false }
    let (start, end) = (String(text[..<slash]), String(text[text.index(after: slash)...]))
    if start.hasPrefix("P") { return isDuration(start) && isDateTime(end) }
    return isDateTime(start) && (end.hasPrefix("P") ? isDuration(end) : isDateTime(end))
  }
}
