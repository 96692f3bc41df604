/// A URL whose query holds, besides what the server is asked, options for who fetches it.
struct SourceURL {
  private(set) var base: String
  private(set) var query: [(name: String, value: String)]

  init(_ text: String) {
    let mark = text.firstIndex(of: "?") ?? text.endIndex
    base = String(text[..<mark])
    query = text[mark...].dropFirst().split(separator: "&").map { pair in
      let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      return (String(parts[0]), parts.count > 1 ? String(parts[1]) : "")
    }
  }

  /// The value of an option, which is taken out of the query.
  mutating func take(_ name: String) -> String? {
    guard let found = query.first(where: { $0.name == name }) else { return nil }
    query.removeAll { $0.name == name }
    return Self.decoded(found.value)
  }

  mutating func append(_ name: String, _ value: String) { query.append((name, value)) }

  var text: String {
    query.isEmpty ? base : base + "?" + query.map { $0.value.isEmpty ? $0.name : "\($0.name)=\($0.value)" }.joined(separator: "&")
  }

  /// The path, with what it escapes written out; for `file` and the object stores.
  var path: String {
    guard let scheme = base.firstRange(of: "://") else { return Self.decoded(base) }
    let rest = base[scheme.upperBound...]
    return rest.firstIndex(of: "/").map { Self.decoded(String(rest[$0...])) } ?? ""
  }

  var scheme: String { String(base.prefix { $0 != ":" }) }

  /// `host` or `host:port`, without the user.
  var host: String {
    guard let scheme = base.firstRange(of: "://") else { return "" }
    let authority = base[scheme.upperBound...].prefix { $0 != "/" }
    return String(authority.split(separator: "@").last ?? "")
  }

  /// Undoes percent escapes; a `+` is a space.
  static func decoded(_ text: String) -> String {
    var bytes: [UInt8] = []
    var rest = [UInt8](text.utf8)[...]
    while let byte = rest.popFirst() {
      if byte == UInt8(ascii: "%"), rest.count >= 2,
        let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
      {
        bytes.append(value)
        rest = rest.dropFirst(2)
      } else {
        bytes.append(byte)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
