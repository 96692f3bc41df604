import Addresses
import ArgumentParser
import Diagnostics
import Engine
import Host
import Modules

/// What part of the configuration a command is about.
struct TargetArguments: ParsableArguments {
  @Option(
    name: .customLong("target"), parsing: .unconditionalSingleValue,
    help: ArgumentHelp(
      "Limit the plan to a module, resource or instance and what it needs. May be given several times.",
      valueName: "address"))
  var targets: [String] = []

  @Option(
    name: .customLong("target-file"), parsing: .unconditionalSingleValue,
    help: ArgumentHelp("The same with the addresses in a file, a line each. May be given several times.", valueName: "file"))
  var targetFiles: [String] = []

  @Option(
    name: .customLong("exclude"), parsing: .unconditionalSingleValue,
    help: ArgumentHelp(
      "Leave a module, resource or instance and what depends on it out of the plan. May be given several times.",
      valueName: "address"))
  var excludes: [String] = []

  @Option(
    name: .customLong("exclude-file"), parsing: .unconditionalSingleValue,
    help: ArgumentHelp("The same with the addresses in a file, a line each. May be given several times.", valueName: "file"))
  var excludeFiles: [String] = []

  private var hasTargets: Bool { !targets.isEmpty || !targetFiles.isEmpty }
  private var hasExcludes: Bool { !excludes.isEmpty || !excludeFiles.isEmpty }

  var isGiven: Bool { hasTargets || hasExcludes }

  /// Puts the addresses into the options, and gives what is wrong with them.
  func read(into options: inout PlanOptions, _ files: any FileTree, _ sources: inout SourceMap) -> [Diagnostic] {
    if hasTargets && hasExcludes {
      return [
        .error(
          "Invalid combination of arguments",
          "Name what to plan by -target and -target-file, or what to leave out by -exclude and -exclude-file, not "
            + "both.")
      ]
    }
    var problems: [Diagnostic] = []
    options.targets =
      addresses(targets, "target", &problems) + addresses(in: targetFiles, "target", files, &sources, &problems)
    options.excludes =
      addresses(excludes, "exclude", &problems) + addresses(in: excludeFiles, "exclude", files, &sources, &problems)
    return problems
  }

  private func addresses(_ texts: [String], _ option: String, _ problems: inout [Diagnostic]) -> [TargetAddress] {
    texts.compactMap { address($0, option, at: nil, &problems) }
  }

  private func addresses(
    in paths: [String], _ option: String, _ files: any FileTree, _ sources: inout SourceMap, _ problems: inout [Diagnostic]
  ) -> [TargetAddress] {
    var found: [TargetAddress] = []
    for path in paths {
      do {
        let bytes = try files.read(path)
        let file = sources.add(path: path, bytes: bytes)
        for line in bytes.split(separator: UInt8(ascii: "\n")) {
          let text = String(decoding: line, as: UTF8.self).trimmedSpaces
          if text.isEmpty || text.hasPrefix("#") { continue }
          let range = SourceRange(file: file, start: UInt32(line.startIndex), end: UInt32(line.endIndex))
          if let address = address(text, option, at: range, &problems) { found.append(address) }
        }
      } catch {
        problems.append(
          .error(
            "Failed to read \(option) file",
            "The file \(path), with addresses for \(option), cannot be read: \(error)"))
      }
    }
    return found
  }

  private func address(_ text: String, _ option: String, at range: SourceRange?, _ problems: inout [Diagnostic]) -> TargetAddress? {
    if let address = TargetAddress(parsing: text), !isReserved(address, as: text) { return address }
    problems.append(
      .error(
        "Invalid \(option) \"\(text)\"",
        "It must be the address of a module, a resource or an instance, like module.network, aws_vpc.main or "
          + "aws_subnet.private[0].", at: range))
    return nil
  }

  /// Whether an address begins with a word of the language, which is no type unless `resource.` stands before it.
  private func isReserved(_ target: TargetAddress, as text: String) -> Bool {
    guard case .resource(let instance) = target, instance.resource.mode == .managed else { return false }
    return reservedRoots.contains(instance.resource.type) && !text.contains("resource.\(instance.resource.type)")
  }
}
