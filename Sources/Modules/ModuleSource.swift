/// Where a module call takes its module from, as far as its text tells.
package enum ModuleSource: Hashable, Sendable, CustomStringConvertible {
  /// A directory relative to the calling module, in its shortest form: `./network`.
  case local(String)
  case registry(RegistryModule)
  /// Code that is copied from elsewhere.
  case remote(ModulePackage)

  /// Why a text names no module source; a clause without a full stop, or whole sentences for a summary of their own.
  package struct ParseError: Error, Hashable, Sendable {
    package enum Code: Hashable, Sendable {
      /// The text is of no known form.
      case unknownForm
      /// The text is of a known form, but breaks its rules.
      case invalid
    }
    package var code: Code
    package var message: String

    package init(_ code: Code, _ message: String) {
      self.code = code
      self.message = message
    }
  }

  package init(parsing text: String) throws(ParseError) {
    if Self.isLocal(text) {
      self = .local(Self.cleanLocal(text))
    } else if let registry = try RegistryModule(parsing: text) {
      self = .registry(registry)
    } else {
      self = .remote(try ModulePackage(parsing: text))
    }
  }

  package static func isLocal(_ text: String) -> Bool {
    ["./", "../", ".\\", "..\\"].contains(where: text.hasPrefix)
  }

  /// The shortest form that still begins with a dot and names a directory.
  private static func cleanLocal(_ text: String) -> String {
    let path = normalizedPath(".", text)
    if path == "." { return "./" }
    return path.hasPrefix("../") ? path : "./" + path
  }

  /// The form that the record of installed modules has.
  package var description: String {
    switch self {
    case .local(let path): path
    case .registry(let module): module.description
    case .remote(let package): package.description
    }
  }
}

/// `[HOST/]NAMESPACE/NAME/SYSTEM[//SUBDIRECTORY]`.
package struct RegistryModule: Hashable, Sendable, CustomStringConvertible {
  package static let defaultHost = "registry.terraform.io"

  package var host: String
  package var namespace: String
  package var name: String
  package var system: String
  package var subdirectory: String

  /// Nil when the text is no registry address.
  package init?(parsing text: String) throws(ModuleSource.ParseError) {
    let (address, subdirectory) = splitSubdirectory(text)
    var parts = address.split(separator: "/", omittingEmptySubsequences: false)
    var host = Self.defaultHost
    if parts.count == 4 {
      host = parts.removeFirst().lowercased()
      // Hosts of code have a shorthand of their own.
      guard Self.isHost(host), host != "github.com", host != "bitbucket.org" else { return nil }
    }
    guard parts.count == 3, Self.isName(parts[0]), Self.isName(parts[1]), Self.isSystem(parts[2]) else { return nil }
    if host == Self.defaultHost, parts[0] == "github.com" || parts[0] == "bitbucket.org" { return nil }
    self.host = host
    (namespace, name, system) = (String(parts[0]), String(parts[1]), String(parts[2]))
    self.subdirectory = try cleanSubdirectory(subdirectory)
  }

  private static func isHost(_ text: String) -> Bool {
    let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    if parts.count == 2, UInt16(parts[1]) == nil { return false }
    let labels = parts[0].split(separator: ".", omittingEmptySubsequences: false)
    return labels.count > 1
      && labels.allSatisfy { label in
        !label.isEmpty && !label.hasPrefix("-") && !label.hasSuffix("-")
          && label.unicodeScalars.allSatisfy { $0.properties.isAlphabetic || ("0"..."9").contains($0) || $0 == "-" }
      }
  }

  private static func isName(_ text: Substring) -> Bool {
    guard let first = text.utf8.first, let last = text.utf8.last, text.utf8.count <= 64 else { return false }
    return first.isLetterOrDigit && last.isLetterOrDigit
      && text.utf8.allSatisfy { $0.isLetterOrDigit || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_") }
  }

  private static func isSystem(_ text: Substring) -> Bool {
    (1...64).contains(text.utf8.count)
      && text.utf8.allSatisfy { $0.isLetterOrDigit && !(UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) }
  }

  /// The address without its subdirectory.
  package var package: String { "\(host)/\(namespace)/\(name)/\(system)" }

  package var description: String { subdirectory.isEmpty ? package : "\(package)//\(subdirectory)" }
}

extension UInt8 {
  fileprivate var isLetterOrDigit: Bool {
    switch self {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"):
      true
    default: false
    }
  }
}

/// Splits at the `//` that marks a directory within a package, other than that of `://`; a query stays with the package.
func splitSubdirectory(_ text: String) -> (package: String, subdirectory: String) {
  var start = text.startIndex
  if let scheme = text.firstRange(of: "://") { start = scheme.upperBound }
  let query = text[start...].firstIndex(of: "?") ?? text.endIndex
  guard let marker = text[start..<query].firstRange(of: "//") else { return (text, "") }
  return (String(text[..<marker.lowerBound] + text[query...]), String(text[marker.upperBound..<query]))
}

/// The directory in its shortest form; it must not lead out of its package.
func cleanSubdirectory(_ text: String) throws(ModuleSource.ParseError) -> String {
  if text.isEmpty { return "" }
  let path = normalizedPath(".", text)
  if path == ".." || path.hasPrefix("../") {
    throw ModuleSource.ParseError(.invalid, "subdirectory path \"\(path)\" goes above the root of the package")
  }
  return path == "." ? "" : path
}
