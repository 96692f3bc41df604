import ArgumentParser
import Diagnostics
import HCL
import Host

struct FormatCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "fmt", abstract: "Lay out configuration in the standard form.",
    discussion: """
      Rewrites files whose names end in .tf, .tfvars, .tftest.hcl or .tfmock.hcl in the layout that everybody uses, and names those that it \
      changed. Files in JSON are left alone. With - as the target it formats standard input and writes to standard output.
      """)

  static let manual = Manual(
    exitCodes: [
      ("0", "All files are formatted now, or were so with -check."), ("2", "A file could not be read, parsed or written."),
      ("3", "With -check only: a file would change."),
    ],
    examples: [
      Manual.Example("In CI: fail when a file is not formatted, and show how", "plumb fmt -check -diff -recursive"),
      Manual.Example("Format what an editor holds", "plumb fmt - < main.tf"),
    ])

  @Argument(help: ArgumentHelp("Files and directories, or - for standard input. Without one: the working directory.", valueName: "target"))
  var targets: [String] = []

  @Flag(inversion: .prefixedNo, help: "Name the files whose formatting differs.")
  var list = true

  @Flag(inversion: .prefixedNo, help: "Write to the files. Always off with - and -check.")
  var write = true

  @Flag(help: "Show what differs, line by line.")
  var diff = false

  @Flag(help: "Write nothing; exit with 3 if a file would change.")
  var check = false

  @Flag(help: "Go into subdirectories too.")
  var recursive = false

  @OptionGroup(title: "Output") var view: ViewArguments

  func run(in world: World) async -> Int32 {
    var run = FormatRun(command: self, world: world, report: Report(world, view))
    if targets == ["-"] {
      run.formatInput()
    } else {
      for target in targets.isEmpty ? ["."] : targets {
        if !run.format(target) { break }
      }
    }
    return run.hasErrors ? 2 : check && run.hasChanges ? 3 : 0
  }
}

/// One run over all targets, in the order in which they were named.
private struct FormatRun {
  let command: FormatCommand
  let world: World
  let report: Report
  private(set) var hasErrors = false
  private(set) var hasChanges = false

  init(command: FormatCommand, world: World, report: Report) {
    self.command = command
    self.world = world
    self.report = report
  }

  /// Answers false when there is no such target, behind which none is looked at.
  mutating func format(_ target: String) -> Bool {
    if world.files.isDirectory(target) {
      formatDirectory(target)
    } else if !world.files.exists(target) {
      fail("No file or directory at \(target)")
      return false
    } else if isFormattable(target) {
      formatFile(target)
    } else {
      fail("Only .tf, .tfvars, and .tftest.hcl files can be processed with plumb fmt")
    }
    return true
  }

  private mutating func fail(_ summary: String) {
    report.show([.error(summary, "")], SourceMap())
    hasErrors = true
  }

  private func isFormattable(_ name: String) -> Bool {
    [".tf", ".tfvars", ".tftest.hcl", ".tfmock.hcl"].contains { name.hasSuffix($0) }
  }

  /// Whether a name is that of a hidden file or of what an editor keeps beside a file.
  private func isIgnored(_ name: String) -> Bool {
    name.hasPrefix(".") || name.hasSuffix("~") || (name.hasPrefix("#") && name.hasSuffix("#"))
  }

  private mutating func formatDirectory(_ directory: String) {
    for name in (try? world.files.list(directory)) ?? [] where !isIgnored(name) {
      let path = directory == "." ? name : "\(directory)/\(name)"
      // What a link leads to may be above, and is formatted where it lies.
      if (try? world.files.linkStatus(path))?.kind == .directory {
        if command.recursive { formatDirectory(path) }
      } else if isFormattable(name), !world.files.isDirectory(path) {
        formatFile(path)
      }
    }
  }

  mutating func formatInput() {
    let bytes = world.readInput()
    guard let formatted = formatted(bytes, path: "<stdin>") else { return }
    if command.check { return }
    if command.diff {
      if formatted != bytes { world.output(lineDifference("<stdin>", bytes, formatted)) }
    } else {
      world.output(bytes: formatted)
    }
  }

  /// The text in the standard style; nil when it cannot be read.
  private mutating func formatted(_ bytes: [UInt8], path: String) -> [UInt8]? {
    var sources = SourceMap()
    let file = sources.add(path: path, bytes: bytes)
    let (_, problems) = parseFile(bytes, file: file)
    if problems.hasErrors {
      report.show(problems, sources)
      hasErrors = true
      return nil
    }
    let formatted = HCL.format(bytes)
    if formatted != bytes { hasChanges = true }
    return formatted
  }

  private mutating func formatFile(_ path: String) {
    let isQuiet = command.check && !command.list
    do {
      let bytes = try world.files.read(path)
      guard let formatted = formatted(bytes, path: path) else { return }
      // Whoever wants neither names nor files nor differences wants the text itself.
      if !command.list, !command.write, !command.diff, !command.check { world.output(bytes: formatted) }
      if formatted == bytes { return }
      if command.list { world.output.line(path) }
      if command.write, !command.check { try world.files.write(formatted, to: path) }
      if command.diff, !isQuiet { world.output(lineDifference(path, bytes, formatted)) }
    } catch {
      report.show([.error("Failed to format \(path)", "\(error)")], SourceMap())
      hasErrors = true
    }
  }
}
