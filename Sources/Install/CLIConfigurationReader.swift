import Addresses
import Diagnostics

/// Turns the entries of a settings file into a `CLIConfiguration`. Unknown settings are ignored, as ever.
struct CLIConfigurationReader {
  private(set) var configuration = CLIConfiguration()
  private(set) var diagnostics: [Diagnostic] = []
  private let environment: [String: String]

  init(environment: [String: String]) {
    self.environment = environment
  }

  mutating func read(_ entries: [PlainData.Entry]) {
    for entry in entries where entry.keys.count == 1 {
      switch entry.keys[0] {
      case "plugin_cache_dir":
        configuration.pluginCacheDirectory = entry.value.looseText.map(expandVariables).flatMap {
          $0.isEmpty ? nil : $0
        }
      case "plugin_cache_may_break_dependency_lock_file":
        configuration.pluginCacheMayBreakLockFile = entry.value.looseBool ?? false
      case "disable_checkpoint": configuration.checkpointDisabled = entry.value.looseBool ?? false
      default: break
      }
    }
    readCredentials(entries)
    readHosts(entries)
    readInstallation(entries)
  }

  private mutating func fail(_ summary: String, _ detail: String = "", _ range: SourceRange) {
    diagnostics.append(.error(summary, detail, at: range))
  }

  // MARK: Hosts

  private struct LabelledBlock {
    var label: String
    var content: PlainData
    var range: SourceRange
  }

  /// Blocks of one type with one label, however written: `type "label" { }`, or `type` as an object of objects.
  private func blocks(_ type: String, in entries: [PlainData.Entry]) -> [LabelledBlock] {
    entries.filter { $0.keys.first == type }.flatMap { entry -> [LabelledBlock] in
      if entry.keys.count == 2 {
        return [LabelledBlock(label: entry.keys[1], content: entry.value, range: entry.range)]
      }
      let objects = entry.value.elements ?? [entry.value]
      return objects.flatMap { $0.entries ?? [] }.filter { $0.keys.count == 1 }.map {
        LabelledBlock(label: $0.keys[0], content: $0.value, range: $0.range)
      }
    }
  }

  private mutating func readCredentials(_ entries: [PlainData.Entry]) {
    for block in blocks("credentials", in: entries) {
      guard let host = host(block, of: "credentials"), let token = block.content["token"]?.looseText else { continue }
      configuration.credentials[host] = token
    }
    let helpers = blocks("credentials_helper", in: entries)
    if helpers.count > 1 {
      fail("There can be one credentials_helper block only; remove this one", "", helpers[1].range)
    }
    if let helper = helpers.first {
      configuration.credentialsHelper = CLIConfiguration.CredentialsHelper(
        name: helper.label, arguments: helper.content["args"]?.elements?.compactMap(\.looseText) ?? [])
    }
  }

  private mutating func readHosts(_ entries: [PlainData.Entry]) {
    for block in blocks("host", in: entries) {
      guard let host = host(block, of: "host") else { continue }
      guard let services = block.content["services"] else {
        configuration.hostServices[host] = [:]
        continue
      }
      guard let services = services.entries else {
        fail("Invalid host block", "The services of host \"\(block.label)\" must be a map of URLs.", block.range)
        continue
      }
      configuration.hostServices[host] = Dictionary(
        services.compactMap { entry in entry.value.looseText.map { (entry.keys.joined(separator: "."), $0) } },
        uniquingKeysWith: { $1 })
    }
  }

  private mutating func host(_ block: LabelledBlock, of type: String) -> String? {
    let host = block.label.lowercased()
    // A provider address takes the same host names as a service.
    let isValid = ProviderSource(parsing: host + "/a/a") != nil && !host.utf8.contains(UInt8(ascii: "/"))
    if isValid { return host }
    fail("\"\(block.label)\" is no host name, so this \(type) block is for nothing", "", block.range)
    return nil
  }

  // MARK: Installation

  private mutating func readInstallation(_ entries: [PlainData.Entry]) {
    let blocks = entries.filter { $0.keys.first == "provider_installation" }
    guard let block = blocks.first else { return }
    if blocks.count > 1 {
      fail("There can be one provider_installation block only; remove this one", "", blocks[1].range)
    }
    if block.keys.count > 1 {
      fail(
        "Invalid provider_installation block", "The provider_installation block must not have any labels.", block.range)
    }
    var methods: [ProviderInstallationMethod] = []
    var isFirst = true
    for entry in block.value.elements.map({ $0.flatMap { $0.entries ?? [] } }) ?? block.value.entries ?? [] {
      if entry.keys.count > 1 {
        fail(
          "Invalid provider_installation method block",
          "The blocks inside the provider_installation block may not have any labels.", entry.range)
        continue
      }
      for body in entry.value.elements ?? [entry.value] {
        if let method = method(entry, body, isFirst: isFirst) { methods.append(method) }
        isFirst = false
      }
    }
    configuration.installationMethods = methods
  }

  private mutating func method(
    _ entry: PlainData.Entry, _ body: PlainData, isFirst: Bool
  ) -> ProviderInstallationMethod? {
    let summary = "Invalid provider_installation method block"
    let kind = entry.keys.first ?? ""
    guard body.entries != nil else {
      fail(summary, "Only blocks can stand in provider_installation.", entry.range)
      return nil
    }
    switch kind {
    case "dev_overrides":
      if !isFirst {
        fail(
          summary,
          "dev_overrides comes before all other ways to install; write it first.", entry.range)
        return nil
      }
      readOverrides(body)
      return nil
    case "direct": return method(.direct, body, entry)
    case "filesystem_mirror":
      guard let path = argument("path", of: body, entry) else { return nil }
      return method(.filesystemMirror(path: path), body, entry)
    case "network_mirror":
      guard let url = argument("url", of: body, entry) else { return nil }
      guard url.hasPrefix("https://"), url.utf8.count > "https://".utf8.count else {
        fail(
          "Invalid URL for provider installation source",
          "A mirror needs an address with https:, which \"\(url)\" is not.",
          entry.range)
        return nil
      }
      return method(.networkMirror(url: url.hasSuffix("/") ? url : url + "/"), body, entry)
    default:
      fail(summary, "Unknown provider installation method \"\(kind)\".", entry.range)
      return nil
    }
  }

  private mutating func argument(_ name: String, of body: PlainData, _ entry: PlainData.Entry) -> String? {
    if let text = body[name]?.looseText, !text.isEmpty { return text }
    fail(
      "Invalid provider_installation method block",
      "Invalid \(entry.keys.first ?? "") block: \"\(name)\" argument is required.", entry.range)
    return nil
  }

  private mutating func method(
    _ location: ProviderInstallationMethod.Location, _ body: PlainData, _ entry: PlainData.Entry
  ) -> ProviderInstallationMethod? {
    guard let include = patterns("include", "inclusion", of: body, entry),
      let exclude = patterns("exclude", "exclusion", of: body, entry)
    else { return nil }
    return ProviderInstallationMethod(location, include: include, exclude: exclude)
  }

  private mutating func patterns(
    _ name: String, _ noun: String, of body: PlainData, _ entry: PlainData.Entry
  ) -> [ProviderPattern]? {
    var patterns: [ProviderPattern] = []
    for text in body[name]?.elements?.compactMap(\.looseText) ?? [] {
      do throws(ProviderPattern.ParseError) {
        patterns.append(try ProviderPattern(parsing: text))
      } catch {
        fail(
          "Invalid provider source \(noun) patterns",
          "CLI config specifies invalid provider \(noun) patterns: \(error.message).", entry.range)
        return nil
      }
    }
    return patterns
  }

  private mutating func readOverrides(_ body: PlainData) {
    for entry in body.entries ?? [] where entry.keys.count == 1 {
      guard let source = ProviderSource(parsing: entry.keys[0]) else {
        fail(
          "Invalid provider installation dev overrides",
          "\"\(entry.keys[0])\" is no provider source. Write \"name\", \"namespace/name\" or "
            + "\"hostname/namespace/name\".", entry.range)
        continue
      }
      guard let path = entry.value.looseText else { continue }
      configuration.developmentOverrides[source] = path
    }
  }

  /// Replaces `$NAME` and `${NAME}` by the environment's values; unknown names by nothing.
  private func expandVariables(_ text: String) -> String {
    var result: [UInt8] = []
    var rest = text.utf8[...]
    while let byte = rest.first {
      rest = rest.dropFirst()
      guard byte == UInt8(ascii: "$") else {
        result.append(byte)
        continue
      }
      let isBraced = rest.first == UInt8(ascii: "{")
      let name: Substring.UTF8View
      if isBraced {
        name = rest.dropFirst().prefix { $0 != UInt8(ascii: "}") }
        rest = rest.dropFirst(name.count + 2)
      } else {
        name = rest.prefix { byte in
          switch byte {
          case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
            return true
          default: return false
          }
        }
        rest = rest.dropFirst(name.count)
      }
      result += (environment[String(Substring(name))] ?? "").utf8
    }
    return String(decoding: result, as: UTF8.self)
  }
}
