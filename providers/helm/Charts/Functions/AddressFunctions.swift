/// Addresses on the net: their parts, and the names of hosts.
enum AddressFunctions {
  static let all: [Function] = [
    Function("urlParse", .string, body: parse),
    Function("urlJoin", .map, body: join),
    Function("getHostByName", .string) { call in .string(call.execution.world.hostAddress(call.text(0))) },
  ]

  private static func parse(_ call: Call) throws(TemplateError) -> Value {
    let text = call.text(0)
    guard let parts = AddressParts(text) else { throw TemplateError("unable to parse url: \(text)") }
    return .map([
      "scheme": .string(parts.scheme), "host": .string(parts.host), "hostname": .string(parts.hostName),
      "path": .string(parts.path), "query": .string(parts.query), "opaque": .string(parts.opaque),
      "fragment": .string(parts.fragment), "userinfo": .string(parts.user),
    ])
  }

  private static func join(_ call: Call) throws(TemplateError) -> Value {
    var parts = AddressParts()
    parts.scheme = try part("scheme", call)
    parts.host = try part("host", call)
    parts.path = try part("path", call)
    parts.query = try part("query", call)
    parts.opaque = try part("opaque", call)
    parts.fragment = try part("fragment", call)
    parts.user = try part("userinfo", call)
    return .string(parts.text)
  }

  private static func part(_ name: String, _ call: Call) throws(TemplateError) -> String {
    guard let value = call.map(0).entries[name] else { return "" }
    guard let bytes = value.stringBytes else {
      throw TemplateError("unable to parse \(name) key, must be of type string, but \(value.kind) found")
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}

/// The parts of an address on the net, path and fragment without percent signs.
struct AddressParts {
  var scheme = ""
  var user = ""
  var host = ""
  var path = ""
  var query = ""
  var opaque = ""
  var fragment = ""

  init() {}

  init?(_ text: String) {
    guard !text.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }) else { return nil }
    var rest = Substring(text)
    if let hash = rest.firstIndex(of: "#") {
      guard let decoded = PercentEncoding.decode(String(rest[rest.index(after: hash)...])) else { return nil }
      fragment = decoded
      rest = rest[..<hash]
    }
    if let colon = rest.firstIndex(of: ":"), Self.isScheme(rest[..<colon]) {
      scheme = rest[..<colon].lowercased()
      rest = rest[rest.index(after: colon)...]
    }
    if let mark = rest.firstIndex(of: "?") {
      query = String(rest[rest.index(after: mark)...])
      rest = rest[..<mark]
    }
    if !rest.hasPrefix("/") {
      if !scheme.isEmpty {
        opaque = String(rest)
        return
      }
      // It would be taken for a scheme.
      if rest.prefix(while: { $0 != "/" }).contains(":") { return nil }
    }
    if rest.hasPrefix("//") {
      rest = rest.dropFirst(2)
      let authority = rest.prefix { $0 != "/" }
      rest = rest[authority.endIndex...]
      let at = authority.lastIndex(of: "@")
      user = at.map { String(authority[..<$0]) } ?? ""
      guard Self.isUser(user), let name = Self.host(at.map { authority[$0...].dropFirst() } ?? authority) else { return nil }
      host = name
    }
    guard let decoded = PercentEncoding.decode(String(rest)) else { return nil }
    path = decoded
  }

  private static func isScheme(_ text: Substring) -> Bool {
    guard let first = text.utf8.first, (first | 0x20) &- 97 < 26 else { return false }
    return text.utf8.allSatisfy { ($0 | 0x20) &- 97 < 26 || $0 &- 48 < 10 || "+-.".utf8.contains($0) }
  }

  private static func isWordByte(_ byte: UInt8) -> Bool {
    (byte | 0x20) &- 97 < 26 || byte &- 48 < 10 || "-._~".utf8.contains(byte)
  }

  private static func isUser(_ text: String) -> Bool {
    text.utf8.allSatisfy { isWordByte($0) || "!$&'()*+,;=:%@".utf8.contains($0) } && PercentEncoding.decode(text) != nil
  }

  private static let hostMarks = "!$&'()*+,;=:[]<>\""

  /// A name, or an IPv6 address in brackets, and perhaps a port; nil for what is none.
  private static func host(_ text: Substring) -> String? {
    let bracket = text.lastIndex(of: "[")
    var port = Substring()
    if bracket == text.startIndex {
      guard let end = text.lastIndex(of: "]"), isBracketed(text[..<end].dropFirst()) else { return nil }
      port = text[end...].dropFirst()
    } else if bracket == nil {
      port = text.drop { $0 != ":" }
    } else {
      return nil
    }
    guard port.isEmpty || port.hasPrefix(":") && port.dropFirst().utf8.allSatisfy({ $0 &- 48 < 10 }) else { return nil }
    // Of what may stand in names, percent signs hide only what is not ASCII, and themselves.
    let hidden = text.split(separator: "%", omittingEmptySubsequences: false).dropFirst()
    guard hidden.allSatisfy({ $0.hasPrefix("25") || $0.utf8.first.map { $0 &- 48 >= 8 } ?? false }),
      text.utf8.allSatisfy({ $0 >= 0x80 || isWordByte($0) || $0 == UInt8(ascii: "%") || hostMarks.utf8.contains($0) })
    else { return nil }
    return PercentEncoding.decode(String(text))
  }

  /// An IPv6 address, perhaps with a zone.
  private static func isBracketed(_ text: Substring) -> Bool {
    guard let percent = text.firstIndex(of: "%") else { return SchemaFormat.isIPv6(String(text)) }
    return SchemaFormat.isIPv6(String(text[..<percent])) && text[percent...].hasPrefix("%25") && text[percent...].utf8.count > 3
  }

  /// Without the port and without the brackets of an IPv6 address.
  var hostName: String {
    if host.hasPrefix("["), let end = host.firstIndex(of: "]") { return String(host[host.index(after: host.startIndex)..<end]) }
    return String(host.prefix { $0 != ":" })
  }

  var text: String {
    var text = scheme.isEmpty ? "" : scheme + ":"
    if !opaque.isEmpty {
      text += opaque
    } else {
      if !scheme.isEmpty || !host.isEmpty || !user.isEmpty {
        if !host.isEmpty || !path.isEmpty || !user.isEmpty { text += "//" }
        if !user.isEmpty { text += user + "@" }
        text += PercentEncoding.encode(Array(host.utf8), allowing: "-_.~" + Self.hostMarks)
      }
      if !path.isEmpty, !path.hasPrefix("/"), !host.isEmpty { text += "/" }
      text += PercentEncoding.encode(Array(path.utf8), allowing: "/-_.~$&+,:;=@!*'()")
    }
    if !query.isEmpty { text += "?" + query }
    if !fragment.isEmpty { text += "#" + PercentEncoding.encode(Array(fragment.utf8), allowing: "-_.~$&+,/:;=?@!*'()") }
    return text
  }
}
