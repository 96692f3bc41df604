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
    if !rest.hasPrefix("/"), !scheme.isEmpty {
      opaque = String(rest)
      return
    }
    if rest.hasPrefix("//") {
      rest = rest.dropFirst(2)
      let authority = rest.prefix { $0 != "/" }
      rest = rest[authority.endIndex...]
      if let at = authority.lastIndex(of: "@") {
        user = String(authority[..<at])
        host = String(authority[authority.index(after: at)...])
      } else {
        host = String(authority)
      }
      if host.contains(" ") { return nil }
    }
    guard let decoded = PercentEncoding.decode(String(rest)) else { return nil }
    path = decoded
  }

  private static func isScheme(_ text: Substring) -> Bool {
    guard let first = text.utf8.first, (first | 0x20) &- 97 < 26 else { return false }
    return text.utf8.allSatisfy { ($0 | 0x20) &- 97 < 26 || $0 &- 48 < 10 || "+-.".utf8.contains($0) }
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
        text += host
      }
      if !path.isEmpty, !path.hasPrefix("/"), !host.isEmpty { text += "/" }
      text += PercentEncoding.encode(Array(path.utf8), allowing: "/-_.~$&+,:;=@!*'()")
    }
    if !query.isEmpty { text += "?" + query }
    if !fragment.isEmpty { text += "#" + PercentEncoding.encode(Array(fragment.utf8), allowing: "-_.~$&+,/:;=?@!*'()") }
    return text
  }
}
