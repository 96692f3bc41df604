import ProviderKit

/// Paths and queries of URLs.
enum RequestPath {
  private static let unreserved = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~".utf8)
  private static let digits = Array("0123456789ABCDEF".utf8)

  /// A text in which nothing has a meaning for URLs (RFC 3986).
  static func escaped(_ text: String) -> String {
    if text.utf8.allSatisfy(unreserved.contains) { return text }
    var bytes: [UInt8] = []
    for byte in text.utf8 {
      if unreserved.contains(byte) {
        bytes.append(byte)
      } else {
        bytes += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// `?a=b&c=d`; empty if there is nothing.
  static func query(_ items: [(name: String, value: String)]) -> String {
    if items.isEmpty { return "" }
    return "?" + items.map { "\(escaped($0.name))=\(escaped($0.value))" }.joined(separator: "&")
  }

  /// Where a kind lies, or one of its objects.
  static func of(_ resource: APIResource, namespace: String?, name: String? = nil, subresource: String? = nil) -> String {
    let kind = resource.kind
    var path = kind.group.isEmpty ? "/api/\(escaped(kind.version))" : "/apis/\(escaped(kind.group))/\(escaped(kind.version))"
    if resource.isNamespaced, let namespace { path += "/namespaces/\(escaped(namespace))" }
    path += "/\(escaped(resource.plural))"
    if let name { path += "/\(escaped(name))" }
    if let subresource { path += "/\(subresource)" }
    return path
  }

  /// Whether a text can be the name of an object or a namespace. Anything else could lead to another place than it says.
  static func isName(_ text: String) -> Bool {
    !text.isEmpty && text != "." && text != ".." && !text.utf8.contains { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "%") }
  }
}

/// `Warning: 299 - "…"` headers (RFC 7234, 5.5).
enum WarningHeader {
  /// The texts of all warnings, each once.
  static func texts(_ headers: [WebHeader]) -> [String] {
    var texts: [String] = []
    for header in headers where header.name.lowercased() == "warning" {
      for text in quoted(header.value) where !texts.contains(text) { texts.append(text) }
    }
    return texts
  }

  /// The quoted texts that follow a code and an agent; a date after a text is quoted as well and no warning.
  private static func quoted(_ value: String) -> [String] {
    var texts: [String] = []
    var rest = value[...]
    while let open = rest.firstIndex(of: "\"") {
      let isText = rest[..<open].contains { $0.isNumber }
      var text = ""
      var index = rest.index(after: open)
      while index < rest.endIndex, rest[index] != "\"" {
        if rest[index] == "\\", rest.index(after: index) < rest.endIndex { index = rest.index(after: index) }
        text.append(rest[index])
        index = rest.index(after: index)
      }
      if isText { texts.append(text) }
      rest = index < rest.endIndex ? rest[rest.index(after: index)...] : ""
    }
    return texts
  }
}
