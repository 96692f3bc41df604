import ArgumentParser
import Diagnostics
import Engine
import Install

/// The version of this program.
let plumbVersion = "0.1.0"

struct VersionCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "version", abstract: "Show the current version.",
    discussion: """
      Names the version of Plumb, the platform, the version of Terraform whose language and behaviour it has, and the providers in the \
      lock file of the directory.
      """)

  static let manual = Manual(
    examples: [Manual.Example("For a program", "plumb version -json | jq -r .terraform_version")])

  @Flag(help: "Write one JSON document for programs.")
  var json = false

  func run(in world: World) async -> Int32 {
    var sources = SourceMap()
    let (locks, _) = DependencyLocks.read(directory: ".", files: world.files, sources: &sources)
    if json {
      world.output(bytes: versionDocument(locks, platform: "\(Platform.current)"))
      return 0
    }
    world.output.line("Plumb v\(plumbVersion)\non \(Platform.current)\ncompatible with Terraform v\(terraformVersion)")
    for lock in locks.sorted { world.output.line("+ provider \(lock.source) v\(lock.version)") }
    return 0
  }
}
