package import Addresses
package import Diagnostics
import HCL
package import Host

/// Reads modules from directories.
package struct ModuleLoader: Sendable {
  package let files: any FileTree
  /// The data directory with the manifest of installed modules, `.terraform` as a rule.
  package let dataDirectory: String
  /// For arguments that must be known while modules are being read.
  package let early: EarlyValues

  package init(files: any FileTree, dataDirectory: String = ".terraform", early: EarlyValues = EarlyValues()) {
    self.files = files
    self.dataDirectory = dataDirectory
    self.early = early
  }

  /// Reads the module in a directory and every module below it, and checks all that needs no values.
  ///
  /// - Parameters:
  ///   - sources: files that were read before and that diagnostics may be about as well.
  ///   - manifestKey: how the manifest of installed modules names this one; empty for the root.
  ///   - purpose: what the tree is for, which decides how much is checked.
  package func load(
    _ directory: String = ".", after sources: SourceMap = SourceMap(), manifestKey: String = "",
    for purpose: Purpose = .evaluating
  ) -> ModuleTree {
    var loading = TreeLoading(self, sources: sources, manifestKey: manifestKey)
    let root = loading.module(directory, path: .root, ancestors: [])
    let tree = ModuleTree(root: root, sources: loading.sources, diagnostics: [])
    if purpose == .installing, !loading.versionProblems.isEmpty {
      return ModuleTree(root: root, sources: loading.sources, diagnostics: loading.versionProblems, isSound: false)
    }
    // Without a sound tree, further checks only repeat what is wrong with it.
    guard !loading.diagnostics.hasErrors else {
      return ModuleTree(root: root, sources: loading.sources, diagnostics: loading.diagnostics, isSound: false)
    }
    var checks = TreeChecks(tree)
    checks.checkStructure()
    // Each check is only worth it in a tree that the ones before found sound.
    if purpose == .evaluating || purpose == .testing {
      if !checks.diagnostics.hasErrors { checks.diagnostics += loading.versionProblems }
      if !checks.diagnostics.hasErrors { checks.checkArguments() }
      if purpose == .evaluating, !checks.diagnostics.hasErrors { checks.checkProviders() }
      if !checks.diagnostics.hasErrors { checks.checkReferences() }
    }
    return ModuleTree(
      root: root, sources: loading.sources, diagnostics: loading.diagnostics + checks.diagnostics,
      faultyObjects: checks.isSoundOtherwise ? checks.faulty : [:])
  }

  /// What a tree is read for.
  package enum Purpose: Sendable {
    /// Everything must be right.
    case evaluating
    /// As evaluating, but provider configurations may be missing that a test gives; `ModuleTree.missingProviders` tells them.
    case testing
    /// Only what leads to modules and providers must be right. A version of the language that is not this one comes before any other
    /// problem, which may stem from it.
    case installing
    /// As installing, whatever the version.
    case listing
  }

  /// The heading of what a configuration gets that is for another version of the language.
  package static let unsupportedVersion = "Unsupported Terraform Core version"

  /// Reads one module without those that it calls, for installing these.
  ///
  /// - Parameter caller: what the module above has for it.
  package func loadAlone(
    _ directory: String, path: ModulePath = .root, source: String? = nil, caller: EarlyScope.Caller? = nil,
    adding sources: inout SourceMap
  ) -> (module: Module, scope: EarlyScope, diagnostics: [Diagnostic]) {
    var loading = TreeLoading(self)
    loading.sources = sources
    let (content, scope) = loading.content(directory, path, source: source, caller: caller)
    sources = loading.sources
    let problems = loading.versionProblems.isEmpty ? loading.diagnostics : loading.versionProblems
    return (Module(path: path, directory: directory, children: [:], content: content), scope, problems)
  }

  /// The directory of a module that is not the root's child by a call, such as one that a test runs; nil if it is not installed.
  package func directory(ofInstalled key: String) -> String? {
    let place = ModuleManifest.read(dataDirectory: dataDirectory, files: files)[key]?.directory
    return place.flatMap { files.isDirectory($0) ? $0 : nil }
  }

  /// Whether a directory holds at least one configuration file.
  package func hasConfiguration(_ directory: String) -> Bool {
    guard let names = try? files.list(directory) else { return false }
    return names.contains { ConfigurationFile($0) != nil }
  }
}

/// A file name that means configuration.
struct ConfigurationFile {
  var isJSON: Bool
  var isOverride: Bool

  /// Nil for other files, hidden ones and what editors leave behind.
  init?(_ name: String) {
    if name.hasPrefix(".") || name.hasSuffix("~") || (name.hasPrefix("#") && name.hasSuffix("#")) { return nil }
    let base: Substring
    if name.hasSuffix(".tf") {
      isJSON = false
      base = name.dropLast(3)
    } else if name.hasSuffix(".tf.json") {
      isJSON = true
      base = name.dropLast(8)
    } else {
      return nil
    }
    isOverride = base == "override" || base.hasSuffix("_override")
  }
}

/// The state of reading a tree.
private struct TreeLoading {
  let loader: ModuleLoader
  var sources: SourceMap
  let manifestKey: String
  var diagnostics: [Diagnostic] = []
  /// The modules that do not want this version of the language.
  var versionProblems: [Diagnostic] = []
  private var manifest: ModuleManifest?
  /// The files that were read, whose mistakes are told once however many calls lead there.
  private var parsed: Set<String> = []

  init(_ loader: ModuleLoader, sources: SourceMap = SourceMap(), manifestKey: String = "") {
    self.loader = loader
    self.sources = sources
    self.manifestKey = manifestKey
  }

  /// - Parameter ancestors: the directories of the modules above, to find calls that never end.
  mutating func module(
    _ directory: String, path: ModulePath, ancestors: [String], source: String? = nil, caller: EarlyScope.Caller? = nil
  ) -> Module {
    let (content, scope) = content(directory, path, source: source, caller: caller)
    var children: [String: Module] = [:]
    // A faulty root would only make its calls look wrong as well.
    if path.isRoot, diagnostics.hasErrors {
      return Module(path: path, directory: directory, children: [:], content: content)
    }
    let lineage = ancestors + [directory]
    for name in content.moduleCalls.keys.sorted() {
      guard let call = content.moduleCalls[name] else { continue }
      guard let place = locate(call, from: directory, path: path.child(name)) else { continue }
      if let start = lineage.firstIndex(of: place), ModuleSource.isLocal(call.source) {
        let cycle = (lineage[start...] + [place]).joined(separator: " -> ")
        diagnostics.append(
          .error(
            "Module calls form a cycle",
            "Module \"\(name)\" leads back to a module that calls it, so its tree would have no end: \(cycle).",
            at: call.sourceRange))
        continue
      }
      if lineage.count > 100 {
        diagnostics.append(
          .error(
            "Module nesting too deep", "Modules are nested more than 100 levels deep here.", at: call.sourceRange))
        continue
      }
      children[name] = module(
        place, path: path.child(name), ancestors: lineage, source: call.source,
        caller: EarlyScope.Caller(scope: scope, call: call))
    }
    return Module(path: path, directory: directory, children: children, content: content)
  }

  /// The directory that a call leads to; nil, with a diagnostic, when there is none.
  private mutating func locate(_ call: ModuleCall, from directory: String, path: ModulePath) -> String? {
    // What is wrong with the text was told when the block was read.
    guard let source = try? ModuleSource(parsing: call.source) else { return nil }
    if case .local(let relative) = source {
      let place = normalizedPath(directory, relative)
      if loader.files.isDirectory(place) { return place }
      diagnostics.append(ModuleManifest.Mismatch.missing.diagnostic(for: call))
      return nil
    }
    do throws(ModuleManifest.Mismatch) {
      return try installed().directory(
        of: ((manifestKey.isEmpty ? [] : [manifestKey]) + path.names).joined(separator: "."), source: source, version: call.version?.text, files: loader.files)
    } catch {
      diagnostics.append(error.diagnostic(for: call))
      return nil
    }
  }

  private mutating func installed() -> ModuleManifest {
    if let manifest { return manifest }
    let read = ModuleManifest.read(dataDirectory: loader.dataDirectory, files: loader.files)
    manifest = read
    return read
  }

  mutating func content(
    _ directory: String, _ path: ModulePath, source: String? = nil, caller: EarlyScope.Caller?
  ) -> (ModuleContent, EarlyScope) {
    var content = readContent(directory, path, source: source)
    let scope = EarlyScope(content, directory: directory, path: path, caller: caller, values: loader.early, sources: sources)
    if !diagnostics.hasErrors {
      var reader = BlockReader(sources: sources)
      reader.evaluateSources(of: &content.moduleCalls, in: scope)
      diagnostics += reader.diagnostics
    }
    return (content, scope)
  }

  private mutating func readContent(_ directory: String, _ path: ModulePath, source: String?) -> ModuleContent {
    let names: [String]
    do {
      names = try loader.files.list(directory)
    } catch {
      diagnostics.append(
        .error(
          "Failed to read module directory", "\(directory) is no directory that can be read."))
      return ModuleContent()
    }
    var primary: [(Body, ConfigurationFile)] = []
    var overrides: [(Body, ConfigurationFile)] = []
    for name in names {
      guard let file = ConfigurationFile(name) else { continue }
      let path = directory == "." ? name : "\(directory)/\(name)"
      guard !loader.files.isDirectory(path), let body = parse(path, file) else { continue }
      if file.isOverride { overrides.append((body, file)) } else { primary.append((body, file)) }
    }
    var assembler = ModuleAssembler(reader: BlockReader(sources: sources))
    for (body, _) in primary { assembler.add(assembler.reader.file(body, in: path, isOverride: false)) }
    for (body, _) in overrides { assembler.override(with: assembler.reader.file(body, in: path, isOverride: true)) }
    assembler.finish()
    diagnostics += assembler.reader.diagnostics
    checkVersion(assembler.content, path, source ?? directory)
    return assembler.content
  }

  private mutating func parse(_ path: String, _ file: ConfigurationFile) -> Body? {
    do {
      let bytes = try loader.files.read(path)
      let id = sources.add(path: path, bytes: bytes)
      let (body, found) = file.isJSON ? parseJSONFile(bytes, file: id) : parseFile(bytes, file: id, path: path)
      if parsed.insert(path).inserted { diagnostics += found }
      return body
    } catch {
      diagnostics.append(.error("Failed to read file", "The file \"\(path)\" could not be read."))
      return nil
    }
  }

  private mutating func checkVersion(_ content: ModuleContent, _ path: ModulePath, _ source: String) {
    guard let version = SemanticVersion(parsing: languageVersion) else { return }
    for constraint in content.settings.requiredVersions {
      guard let parsed = try? VersionConstraints(parsing: constraint.text), !parsed.allows(version) else { continue }
      let who = path.isRoot ? "This configuration" : "Module \(path) (from \(source))"
      versionProblems.append(
        .error(
          ModuleLoader.unsupportedVersion,
          "\(who) excludes version \(languageVersion) of the Terraform language, which is the one that Plumb runs. "
            + "Widen this constraint, after a look at what it guards against.", at: constraint.range))
    }
  }
}

/// Joins a relative path to a directory, `.` and `..` resolved as far as the text allows.
package func normalizedPath(_ directory: String, _ relative: String) -> String {
  var parts: [Substring] = []
  let isAbsolute = directory.hasPrefix("/")
  for part in directory.split(separator: "/") + relative.split(whereSeparator: { $0 == "/" || $0 == "\\" }) {
    if part == "." { continue }
    if part == "..", let last = parts.last, last != ".." {
      parts.removeLast()
    } else if part != ".." || !isAbsolute {
      parts.append(part)
    }
  }
  if isAbsolute { return "/" + parts.joined(separator: "/") }
  return parts.isEmpty ? "." : parts.joined(separator: "/")
}
