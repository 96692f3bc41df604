/// The parts of a URL that fetching charts needs (RFC 3986).
struct URLText: Hashable, Sendable {
  var scheme: String
  /// Host and port.
  var authority: String
  /// With the slash before it; empty if there is none.
  var path: String
  /// With the question mark before it; empty if there is none.
  var query: String

  /// Nil for what is no URL with a host.
  init?(_ text: String) {
    guard let end = text.firstRange(of: "://"), end.lowerBound > text.startIndex,
      text[..<end.lowerBound].allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || "+-.".contains($0)) })
    else { return nil }
    scheme = text[..<end.lowerBound].lowercased()
    var rest = text[end.upperBound...]
    rest = rest[..<(rest.firstIndex(of: "#") ?? rest.endIndex)]
    let mark = rest.firstIndex(of: "?") ?? rest.endIndex
    query = String(rest[mark...])
    rest = rest[..<mark]
    let slash = rest.firstIndex(of: "/") ?? rest.endIndex
    authority = String(rest[..<slash])
    path = String(rest[slash...])
    if authority.isEmpty && scheme != "file" { return nil }
  }

  var text: String { "\(scheme)://\(authority)\(path)\(query)" }

  /// Whether both are served by the same server: scheme, host and port.
  func isSameServer(as other: URLText) -> Bool {
    (scheme, Self.normalized(authority, scheme)) == (other.scheme, Self.normalized(other.authority, other.scheme))
  }

  private static func normalized(_ authority: String, _ scheme: String) -> String {
    let host = authority.lowercased()
    let port = scheme == "https" ? ":443" : ":80"
    return host.hasSuffix(port) ? String(host.dropLast(port.count)) : host
  }

  /// What a reference means that stands in a file of this URL's directory. The query of the directory goes with it.
  func resolving(_ reference: String) -> String {
    if URLText(reference) != nil { return reference }
    if reference.hasPrefix("//") { return "\(scheme):\(reference)" }
    var names: [Substring] = reference.hasPrefix("/") ? [] : path.split(separator: "/")
    for name in reference.split(separator: "/") {
      switch name {
      case ".": break
      case "..": _ = names.popLast()
      default: names.append(name)
      }
    }
    return "\(scheme)://\(authority)/\(names.joined(separator: "/"))\(reference.contains("?") ? "" : query)"
  }

  /// The last name of the path.
  var lastName: String { path.split(separator: "/").last.map(String.init) ?? "" }
}
