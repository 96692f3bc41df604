/// A package of modules outside of the configuration, with its address written out in full: `git::https://github.com/o/r.git`.
package struct ModulePackage: Hashable, Sendable, CustomStringConvertible {
  /// How the package is fetched: `git`, `hg`, `s3`, `gcs`, `http`, `https`, `file`; others are unknown.
  package var scheme: String
  /// Where it is, without a prefix of the scheme.
  package var url: String
  /// Whether the scheme stands before the URL, as in `git::https://…`.
  package var isForced: Bool
  package var subdirectory: String

  package init(parsing text: String) throws(ModuleSource.ParseError) {
    var (address, directory) = splitSubdirectory(text)
    var forced: String?
    if let marker = address.firstRange(of: "::"), !marker.isEmpty,
      address[..<marker.lowerBound].utf8.allSatisfy({ (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) || (48...57).contains($0) })
    {
      forced = String(address[..<marker.lowerBound])
      address = String(address[marker.upperBound...])
    }
    if !Self.hasScheme(address) {
      guard let found = try Self.detect(address) else {
        if address.isEmpty { throw ModuleSource.ParseError(.invalid, "invalid source address: \(text)") }
        throw ModuleSource.ParseError(.unknownForm, text)
      }
      forced = forced ?? found.forced
      address = found.url
      if let inner = found.directory { directory = directory.isEmpty ? inner : "\(inner)/\(directory)" }
    }
    url = address
    isForced = forced != nil
    scheme = forced ?? String(address.prefix { $0 != ":" })
    subdirectory = try cleanSubdirectory(directory)
  }

  /// The address without its subdirectory.
  package var address: String { isForced ? "\(scheme)::\(url)" : url }

  package var description: String {
    if subdirectory.isEmpty { return address }
    guard let query = address.firstIndex(of: "?") else { return "\(address)//\(subdirectory)" }
    return "\(address[..<query])//\(subdirectory)\(address[query...])"
  }

  private static func hasScheme(_ text: String) -> Bool {
    guard let colon = text.utf8.firstIndex(of: UInt8(ascii: ":")), colon != text.startIndex else { return false }
    let rest = text[colon...]
    let name = text[..<colon].utf8
    return (rest.hasPrefix("://") || !text[..<colon].contains("@"))
      && name.allSatisfy { byte in
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
          || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || byte == UInt8(ascii: "+")
          || byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".")
      }
  }

  private typealias Detected = (forced: String?, url: String, directory: String?)

  /// Understands what has no scheme: well-known hosts, Git's own short form, and paths.
  private static func detect(_ text: String) throws(ModuleSource.ParseError) -> Detected? {
    let query = text.firstIndex(of: "?") ?? text.endIndex
    let (path, parameters) = (text[..<query], text[query...])
    let parts = path.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    if path.hasPrefix("github.com/") {
      guard parts.count >= 3 else {
        throw ModuleSource.ParseError(.invalid, "GitHub URLs should be github.com/username/repo")
      }
      return repository("github.com", parts, parameters)
    }
    if path.hasPrefix("bitbucket.org/") {
      guard parts.count >= 3 else {
        throw ModuleSource.ParseError(.invalid, "BitBucket URLs should be bitbucket.org/username/repo")
      }
      return repository("bitbucket.org", parts, parameters)
    }
    if path.hasPrefix("git@"), let colon = path.firstIndex(of: ":") {
      return ("git", "ssh://\(path[..<colon])/\(path[path.index(after: colon)...].drop { $0 == "/" })\(parameters)", nil)
    }
    if path.contains(".amazonaws.com/") { return try bucket(parts, parameters) }
    if path.hasPrefix("www.googleapis.com/storage/") {
      guard parts.count >= 5 else {
        throw ModuleSource.ParseError(
          .invalid, "GCS URLs should be www.googleapis.com/storage/v1/bucket/object")
      }
      return ("gcs", "https://\(text)", nil)
    }
    return path.hasPrefix("/") ? (nil, "file://\(text)", nil) : nil
  }

  private static func repository(_ host: String, _ parts: [String], _ parameters: Substring) -> Detected {
    let name = parts[2].hasSuffix(".git") ? parts[2] : parts[2] + ".git"
    let directory = parts.count > 3 ? parts[3...].joined(separator: "/") : nil
    return ("git", "https://\(host)/\(parts[1])/\(name)\(parameters)", directory)
  }

  /// `s3[-REGION].amazonaws.com/BUCKET/KEY` or `BUCKET.s3[-REGION].amazonaws.com/KEY`; the former is what is asked.
  private static func bucket(_ parts: [String], _ parameters: Substring) throws(ModuleSource.ParseError) -> Detected {
    let labels = parts[0].split(separator: ".").map(String.init)
    let key = parts.dropFirst().joined(separator: "/")
    switch labels.count {
    case 3 where labels[0].hasPrefix("s3"): return ("s3", "https://\(parts[0])/\(key)\(parameters)", nil)
    case 4 where labels[0] == "s3": return ("s3", "https://\(parts[0])/\(key)\(parameters)", nil)
    case 4 where labels[1].hasPrefix("s3"):
      return ("s3", "https://\(labels[1...].joined(separator: "."))/\(labels[0])/\(key)\(parameters)", nil)
    case 5 where labels[1] == "s3":
      return ("s3", "https://\(labels[1...].joined(separator: "."))/\(labels[0])/\(key)\(parameters)", nil)
    default:
      throw ModuleSource.ParseError(.invalid, "URL is not a valid S3 URL")
    }
  }
}
