import YAML

/// The versions of JSON Schema that differ in what keywords mean.
enum SchemaDraft: Int, Comparable {
  case four = 4
  case six = 6
  case seven = 7
  case of2019 = 2019
  case of2020 = 2020

  static func < (one: SchemaDraft, two: SchemaDraft) -> Bool { one.rawValue < two.rawValue }

  /// By the value of `$schema`; nil for what is no draft.
  init?(address: String) {
    let parts = address.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count < 2 || parts[1].isEmpty else { return nil }
    var name = parts[0]
    for scheme in ["http://", "https://"] where name.hasPrefix(scheme) { name = name.dropFirst(scheme.count) }
    switch name {
    case "json-schema.org/draft-04/schema": self = .four
    case "json-schema.org/draft-06/schema": self = .six
    case "json-schema.org/draft-07/schema": self = .seven
    case "json-schema.org/draft/2019-09/schema": self = .of2019
    case "json-schema.org/draft/2020-12/schema", "json-schema.org/schema": self = .of2020
    default: return nil
    }
  }

  /// Up to draft 7, what stands beside a reference is ignored.
  var ignoresSiblingsOfReferences: Bool { self < .of2019 }
  /// From 2019 on, formats are said for the reader only.
  var checksFormats: Bool { self < .of2019 }

  /// The name that a schema gives itself, and the fragment behind it.
  func name(of members: [String: JSONValue]) -> (address: String, fragment: String)? {
    if ignoresSiblingsOfReferences, members["$ref"] != nil { return nil }
    guard let name = members[self == .four ? "id" : "$id"]?.asString else { return nil }
    return SchemaAddress.split(name)
  }
}

/// Addresses of schemas and what they say relative to each other (RFC 3986, section 5.2).
enum SchemaAddress {
  static func split(_ text: String) -> (address: String, fragment: String) {
    guard let hash = text.firstIndex(of: "#") else { return (text, "") }
    return (String(text[..<hash]), String(text[text.index(after: hash)...]))
  }

  /// - Parameter reference: without a fragment.
  static func joined(_ base: String, _ reference: String) -> String {
    if reference.isEmpty { return base }
    if scheme(of: reference) != nil { return reference }
    guard let scheme = scheme(of: base) else { return reference }
    let rest = base[scheme.endIndex...].dropFirst()
    if reference.hasPrefix("//") { return scheme + ":" + reference }
    let authority = rest.hasPrefix("//") ? "//" + rest.dropFirst(2).prefix { $0 != "/" && $0 != "?" } : ""
    let head = scheme + ":" + authority
    let path = rest.dropFirst(authority.count).prefix { $0 != "?" }
    if reference.hasPrefix("?") { return head + path + reference }
    let mark = reference.firstIndex(of: "?") ?? reference.endIndex
    let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? (authority.isEmpty ? "" : "/")
    return head + withoutDots((reference.hasPrefix("/") ? "" : folder) + reference[..<mark]) + reference[mark...]
  }

  private static func scheme(of address: String) -> Substring? {
    let name = address.prefix { $0 != ":" && $0 != "/" && $0 != "?" && $0 != "#" }
    guard name.endIndex < address.endIndex, address[name.endIndex] == ":" else { return nil }
    return name.first?.isLetter ?? false ? name : nil
  }

  private static func withoutDots(_ path: String) -> String {
    var result: [Substring] = []
    let parts = path.split(separator: "/", omittingEmptySubsequences: false)
    for (index, part) in parts.enumerated() {
      let isLast = index == parts.count - 1
      switch part {
      case ".": if isLast { result.append("") }
      case "..":
        if result.count > 1 { result.removeLast() }
        if isLast { result.append("") }
      default: result.append(part)
      }
    }
    return result.joined(separator: "/")
  }
}
