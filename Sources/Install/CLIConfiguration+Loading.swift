package import Diagnostics
package import Host

extension CLIConfiguration {
  /// Finds, reads and merges the settings.
  ///
  /// The file is the one that `TF_CLI_CONFIG_FILE` names, else `~/.terraformrc` with all `*.tfrc` and `*.tfrc.json` of
  /// `~/.terraform.d` merged in. Mistakes are reported and the rest is used.
  /// - Parameters:
  ///   - environment: of the process.
  ///   - homeDirectory: of the user; nil if there is none.
  package static func load(
    environment: [String: String], homeDirectory: String?, files: any FileTree, sources: inout SourceMap
  ) -> (CLIConfiguration, [Diagnostic]) {
    var configuration = CLIConfiguration()
    var diagnostics: [Diagnostic] = []
    let explicit = ["TF_CLI_CONFIG_FILE", "TERRAFORM_CONFIG"].lazy.compactMap { environment[$0] }.first { !$0.isEmpty }
    let paths = explicit.map { [$0] } ?? defaultPaths(homeDirectory: homeDirectory, files: files)
    for path in paths {
      do throws(FileError) {
        let bytes = try files.read(path)
        let file = sources.add(path: path, bytes: bytes)
        let (part, problems) = parse(bytes, path: path, file: file, environment: environment)
        configuration.merge(part)
        diagnostics += problems
      } catch {
        if error.code == .notFound {
          diagnostics.append(
            .warning(
              "Unable to open CLI configuration file", "There is no file \(path), which TF_CLI_CONFIG_FILE names."))
        } else {
          diagnostics.append(
            .error("Unable to open CLI configuration file", "Error reading \(path): \(error.sentence)."))
        }
      }
    }
    configuration.apply(environment: environment)
    if let directory = configuration.pluginCacheDirectory, !files.isDirectory(directory) {
      let reason = files.exists(directory) ? "not a directory" : "no such file or directory"
      diagnostics.append(.error("The directory \(directory) for cached plugins cannot be opened: \(reason)"))
      configuration.pluginCacheDirectory = nil
    }
    return (configuration, diagnostics)
  }

  private static func defaultPaths(homeDirectory: String?, files: any FileTree) -> [String] {
    guard let homeDirectory else { return [] }
    let main = homeDirectory + "/.terraformrc"
    let directory = homeDirectory + "/.terraform.d"
    let parts = ((try? files.list(directory)) ?? [])
      .filter { $0.hasSuffix(".tfrc") || $0.hasSuffix(".tfrc.json") }
      .map { "\(directory)/\($0)" }
      .filter(files.exists)
    return (files.exists(main) ? [main] : []) + parts
  }

  private mutating func apply(environment: [String: String]) {
    if let directory = environment["TF_PLUGIN_CACHE_DIR"], !directory.isEmpty { pluginCacheDirectory = directory }
    if let flag = environment["TF_PLUGIN_CACHE_MAY_BREAK_DEPENDENCY_LOCK_FILE"], !flag.isEmpty, flag != "0" {
      pluginCacheMayBreakLockFile = true
    }
    let prefix = "TF_TOKEN_"
    // In order, so that of two spellings of one host always the same one counts.
    for (name, token) in environment.sorted(by: { $0.key < $1.key }) where name.hasPrefix(prefix) && !token.isEmpty {
      let host = name.dropFirst(prefix.count).split(separator: "__", omittingEmptySubsequences: false)
        .map { $0.split(separator: "_", omittingEmptySubsequences: false).joined(separator: ".") }
        .joined(separator: "-")
      credentials[host.lowercased()] = token
    }
  }

  /// Reads the text of one settings file.
  static func parse(
    _ bytes: [UInt8], path: String, file: SourceFileID, environment: [String: String]
  ) -> (CLIConfiguration, [Diagnostic]) {
    let isJSON = path.hasSuffix(".json") || bytes.first { $0 > UInt8(ascii: " ") } == UInt8(ascii: "{")
    do throws(PlainDataError) {
      let document = isJSON ? try PlainData(json: bytes, file: file) : try PlainData(settings: bytes, file: file)
      var reader = CLIConfigurationReader(environment: environment)
      reader.read(document.entries ?? [])
      return (reader.configuration, reader.diagnostics)
    } catch {
      let offset = UInt32(clamping: error.offset)
      let range = SourceRange(file: file, start: offset, end: offset)
      return (CLIConfiguration(), [.error("Error parsing \(path): \(error.message)", at: range)])
    }
  }
}
