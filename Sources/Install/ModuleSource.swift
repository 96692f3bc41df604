package import Diagnostics

/// What a module call's `source` argument means.
package enum ModuleSource: Hashable, Sendable {
  /// A directory of the same package, relative to the calling module: `./network`.
  case local(String)
  /// `[HOST/]NAMESPACE/NAME/SYSTEM`, with `//DIRECTORY` split off.
  case registry(address: String, directory: String)
  /// Code that is copied from elsewhere.
  case remote(Kind, String)

  package enum Kind: String, Hashable, Sendable {
    case git = "a Git repository"
    case mercurial = "a Mercurial repository"
    case http = "an archive at a URL"
    case s3 = "an S3 bucket"
    case gcs = "a Google Cloud Storage bucket"
    case directory = "a directory outside of the configuration"
    case unknown = "a place of an unknown kind"
  }

  package init(parsing text: String) {
    if text == "." || text == ".." || text.hasPrefix("./") || text.hasPrefix("../") {
      self = .local(text)
    } else if let registry = Self.registry(text) {
      self = registry
    } else {
      self = .remote(Self.kind(of: text), text)
    }
  }

  /// Why a call cannot be installed; nil for local modules.
  package func problem(call: String, at range: SourceRange?) -> Diagnostic? {
    let place: String
    switch self {
    case .local: return nil
    case .registry(let address, _): place = "the module registry (\(address))"
    case .remote(let kind, let text): place = "\(kind.rawValue) (\(text))"
    }
    return .error(
      "Unsupported module source",
      "Module \"\(call)\" comes from \(place). Only modules in directories of this configuration can be installed. "
        + "Copy the module into the configuration and name its directory, as in \"./modules/\(call)\".", at: range)
  }

  private static func registry(_ text: String) -> ModuleSource? {
    var address = text
    var directory = ""
    if let marker = doubleSlash(in: text) {
      address = String(text[..<marker])
      directory = String(text[text.utf8.index(marker, offsetBy: 2)...])
    }
    var parts = address.split(separator: "/", omittingEmptySubsequences: false)
    if parts.count == 4 {
      let host = parts.removeFirst()
      // Hosts of code, which have a shorthand of their own.
      guard host.contains("."), host != "github.com", host != "bitbucket.org" else { return nil }
      guard host.utf8.allSatisfy({ isNameByte($0) || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: ":") }) else {
        return nil
      }
    }
    guard parts.count == 3, parts.allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy(isNameByte) }) else { return nil }
    return .registry(address: address, directory: directory)
  }

  private static func doubleSlash(in text: String) -> String.Index? {
    zip(text.utf8.indices, text.utf8.indices.dropFirst()).first {
      text.utf8[$0] == UInt8(ascii: "/") && text.utf8[$1] == UInt8(ascii: "/")
    }?.0
  }

  private static func isNameByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
      return true
    default: return false
    }
  }

  private static func kind(of text: String) -> Kind {
    let prefixes: [(String, Kind)] = [
      ("git::", .git), ("git@", .git), ("github.com/", .git), ("bitbucket.org/", .git), ("ssh://", .git),
      ("hg::", .mercurial), ("s3::", .s3), ("gcs::", .gcs), ("http://", .http), ("https://", .http), ("/", .directory),
      ("file://", .directory), ("~", .directory),
    ]
    return prefixes.first { text.hasPrefix($0.0) }?.1 ?? .unknown
  }
}
