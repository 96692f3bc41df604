// Addresses: the names of modules, resources, instances and providers; how they are parsed and printed.
// This room knows the language's nouns and nothing of its syntax or values.

/// Where a provider comes from: `registry.terraform.io/hashicorp/aws`. One word in size, with its hash kept.
package struct ProviderSource: Hashable, Sendable, Comparable, CustomStringConvertible {
  private struct Parts: Hashable {
    let host: String
    let namespace: String
    let type: String
  }

  private let parts: KeptHash<Parts>

  package static let defaultHost = "registry.terraform.io"
  package static let defaultNamespace = "hashicorp"
  /// The provider that is part of the program: `terraform_data` and `terraform_remote_state`.
  package static let builtin = ProviderSource(host: "terraform.io", namespace: "builtin", type: "terraform")

  package init(host: String = defaultHost, namespace: String = defaultNamespace, type: String) {
    parts = KeptHash(Parts(host: host, namespace: namespace, type: type))
  }

  package var host: String { parts.content.host }
  package var namespace: String { parts.content.namespace }
  package var type: String { parts.content.type }

  /// Parses `[HOST/][NAMESPACE/]TYPE`, in lower case; nil if a part is not a valid name.
  package init?(parsing text: String) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false).map { $0.lowercased() }
    guard (1...3).contains(parts.count), let type = parts.last, Self.isValidPart(type) else { return nil }
    let namespace = parts.count > 1 ? parts[parts.count - 2] : Self.defaultNamespace
    guard Self.isValidPart(namespace) else { return nil }
    let host = parts.count > 2 ? parts[0] : Self.defaultHost
    guard !host.isEmpty, host.utf8.allSatisfy(Self.isHostByte) else { return nil }
    self.init(host: host, namespace: namespace, type: type)
  }

  /// The full form, as state, plan and lock files write it.
  package var description: String { "\(host)/\(namespace)/\(type)" }

  /// The shortest form that still means the same, as messages write it.
  package var displayName: String {
    if host != Self.defaultHost { return description }
    return "\(namespace)/\(type)"
  }

  package var isBuiltin: Bool { host == "terraform.io" && namespace == "builtin" }
  /// Whether it ships with this program, in an executable of its own. The host is none that there could be on the network.
  package var isBundled: Bool { host == Self.bundledHost && namespace == "bundled" }
  /// Whether it has no package that could be installed, locked or mirrored.
  package var comesWithProgram: Bool { isBuiltin || host == Self.bundledHost }

  private static let bundledHost = "plumb.internal"

  package static func < (left: Self, right: Self) -> Bool { left.description < right.description }

  private static func isValidPart(_ part: String) -> Bool {
    guard let first = part.utf8.first, let last = part.utf8.last else { return false }
    let dash = UInt8(ascii: "-")
    if first == dash || last == dash { return false }
    var previous: UInt8 = 0
    for byte in part.utf8 {
      let isAlphanumeric =
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
        || byte >= 0x80
      if !isAlphanumeric && byte != dash { return false }
      if byte == dash && previous == dash { return false }
      previous = byte
    }
    return true
  }

  private static func isHostByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"),
      UInt8(ascii: "."), UInt8(ascii: ":"):
      return true
    default: return byte >= 0x80
    }
  }
}

/// One provider configuration: `module.a.provider["registry.terraform.io/hashicorp/aws"].west`. One word in size, with its hash kept:
/// every object carries one.
package struct ProviderConfigurationAddress: Hashable, Sendable, Comparable, CustomStringConvertible {
  private struct Parts: Hashable {
    let module: ModulePath
    let source: ProviderSource
    let alias: String?
    let key: InstanceKey?
  }

  private let parts: KeptHash<Parts>

  package init(module: ModulePath = .root, source: ProviderSource, alias: String? = nil, key: InstanceKey? = nil) {
    parts = KeptHash(Parts(module: module, source: source, alias: alias, key: key))
  }

  package var module: ModulePath { parts.content.module }
  package var source: ProviderSource { parts.content.source }
  package var alias: String? { parts.content.alias }
  /// Which of the instances it is, of a configuration with `for_each`.
  package var key: InstanceKey? { parts.content.key }

  /// The configuration that this one is an instance of, or itself.
  package var configuration: ProviderConfigurationAddress {
    key == nil ? self : ProviderConfigurationAddress(module: module, source: source, alias: alias)
  }

  /// Parses the form that `description` prints; nil if the text is something else.
  package init?(parsing text: String) {
    guard let marker = text.range(of: "provider[\"") else { return nil }
    let prefix = text[..<marker.lowerBound]
    let rest = text[marker.upperBound...]
    guard let close = rest.range(of: "\"]"), let source = ProviderSource(parsing: String(rest[..<close.lowerBound]))
    else { return nil }
    guard prefix.isEmpty || prefix.hasSuffix("."),
      let module = prefix.isEmpty ? ModulePath.root : ModulePath(parsing: String(prefix.dropLast()))
    else { return nil }
    let tail = rest[close.upperBound...]
    if tail.isEmpty {
      self.init(module: module, source: source)
    } else if tail.hasPrefix("."), tail.count > 1 {
      guard let bracket = tail.firstIndex(of: "[") else {
        self.init(module: module, source: source, alias: String(tail.dropFirst()))
        return
      }
      // Keys are written as those of modules are.
      guard let key = ModuleInstance(parsing: "module.x\(tail[bracket...])")?.steps.first?.key else { return nil }
      self.init(module: module, source: source, alias: String(tail[..<bracket].dropFirst()), key: key)
    } else {
      return nil
    }
  }

  package var description: String {
    let prefix = module.isRoot ? "" : "\(module)."
    let suffix = (alias.map { ".\($0)" } ?? "") + key.suffix
    return "\(prefix)provider[\"\(source)\"]\(suffix)"
  }

  package static func < (left: Self, right: Self) -> Bool { left.description < right.description }
}

extension StringProtocol {
  /// The first occurrence of `needle`, by UTF-8 bytes.
  fileprivate func range(of needle: String) -> Range<Index>? {
    guard let first = needle.utf8.first else { return nil }
    var position = utf8.startIndex
    while let candidate = utf8[position...].firstIndex(of: first) {
      if utf8[candidate...].starts(with: needle.utf8) {
        return candidate..<utf8.index(candidate, offsetBy: needle.utf8.count)
      }
      position = utf8.index(after: candidate)
    }
    return nil
  }
}
