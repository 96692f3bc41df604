import ArgumentParser
import Diagnostics
import HCL
import Host

struct FormatCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "fmt", abstract: "Reformat your configuration in the standard style.",
    discussion: "Rewrites .tf, .tfvars and .tftest.hcl files. With - as the target it formats standard input.")

  @Argument(help: ArgumentHelp("Files and directories; the working directory if none is given.", valueName: "target"))
  var targets: [String] = []

  @Flag(inversion: .prefixedNo, help: "List the files whose formatting differs.")
  var list = true

  @Flag(inversion: .prefixedNo, help: "Write to the files.")
  var write = true

  @Flag(help: "Show the differences.")
  var diff = false

  @Flag(help: "Only check: exit with 3 if a file would change. Writes nothing.")
  var check = false

  @Flag(help: "Go into subdirectories too.")
  var recursive = false

  @OptionGroup(title: "Output") var view: ViewArguments

  func run(in world: World) async -> Int32 {
    let report = Report(world, view)
    if targets == ["-"] { return formatInput(world, report) }
    var paths: [String] = []
    for target in targets.isEmpty ? ["."] : targets {
      if world.files.isDirectory(target) {
        collect(target, world, &paths)
      } else if world.files.exists(target) {
        guard isFormattable(target) else {
          report.show(
            [.error("Only .tf, .tfvars, and .tftest.hcl files can be processed with plumb fmt", "")], SourceMap())
          return 2
        }
        paths.append(target)
      } else {
        report.show([.error("No file or directory at \(target)", "")], SourceMap())
        return 2
      }
    }
    return format(paths, world, report)
  }

  private func isFormattable(_ name: String) -> Bool {
    [".tf", ".tfvars", ".tftest.hcl", ".tfmock.hcl"].contains { name.hasSuffix($0) }
  }

  private func collect(_ directory: String, _ world: World, _ paths: inout [String]) {
    for name in (try? world.files.list(directory)) ?? [] where !name.hasPrefix(".") {
      let path = directory == "." ? name : "\(directory)/\(name)"
      if world.files.isDirectory(path) {
        if recursive { collect(path, world, &paths) }
      } else if isFormattable(name) {
        paths.append(path)
      }
    }
  }

  private func formatInput(_ world: World, _ report: Report) -> Int32 {
    var text = ""
    while let line = world.readLine() { text += line + "\n" }
    let bytes = Array(text.utf8)
    var sources = SourceMap()
    let file = sources.add(path: "<stdin>", bytes: bytes)
    let (_, problems) = parseFile(bytes, file: file)
    if problems.hasErrors {
      report.show(problems, sources)
      return 2
    }
    let formatted = HCL.format(bytes)
    if check { return formatted == bytes ? 0 : 3 }
    world.output(bytes: formatted)
    return 0
  }

  private func format(_ paths: [String], _ world: World, _ report: Report) -> Int32 {
    var hasErrors = false
    var hasChanges = false
    for path in paths {
      do {
        let bytes = try world.files.read(path)
        var sources = SourceMap()
        let file = sources.add(path: path, bytes: bytes)
        let (_, problems) = parseFile(bytes, file: file)
        if problems.hasErrors {
          report.show(problems, sources)
          hasErrors = true
          continue
        }
        let formatted = HCL.format(bytes)
        if formatted == bytes { continue }
        hasChanges = true
        if list { world.output.line(path) }
        if diff { world.output(lineDifference(path, bytes, formatted)) }
        if write && !check { try world.files.write(formatted, to: path) }
      } catch {
        report.show([.error("Failed to format \(path)", "\(error)")], SourceMap())
        hasErrors = true
      }
    }
    return hasErrors ? 2 : check && hasChanges ? 3 : 0
  }
}

/// The lines of two texts that differ, as a unified difference with the equal lines at both ends left out.
func lineDifference(_ path: String, _ before: [UInt8], _ after: [UInt8]) -> String {
  func lines(_ bytes: [UInt8]) -> [String] {
    var parts = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    if parts.last?.isEmpty == true { parts.removeLast() }
    return parts.map { String(decoding: $0, as: UTF8.self) }
  }
  let (old, new) = (lines(before), lines(after))
  var start = 0
  while start < min(old.count, new.count), old[start] == new[start] { start += 1 }
  var (oldEnd, newEnd) = (old.count, new.count)
  while oldEnd > start, newEnd > start, old[oldEnd - 1] == new[newEnd - 1] {
    oldEnd -= 1
    newEnd -= 1
  }
  let context = max(0, start - 3)
  let tail = min(old.count, oldEnd + 3)
  var text = "--- old/\(path)\n+++ new/\(path)\n"
  text += "@@ -\(context + 1),\(tail - context) +\(context + 1),\(tail - context + (newEnd - oldEnd)) @@\n"
  for line in old[context..<start] { text += " \(line)\n" }
  for line in old[start..<oldEnd] { text += "-\(line)\n" }
  for line in new[start..<newEnd] { text += "+\(line)\n" }
  for line in old[oldEnd..<tail] { text += " \(line)\n" }
  return text
}
