import Addresses
import ArgumentParser
import Diagnostics
import Engine
import Install
import Modules

/// The version of this program.
let plumbVersion = "0.1.0"

struct VersionCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "version", abstract: "Show the current version.",
    discussion: """
      Names the version of Plumb, the platform, the version of Terraform whose language and behaviour it has, and the providers in the \
      lock file of the directory, with those of its configuration that ship with this program.
      """)

  static let manual = Manual(
    examples: [Manual.Example("For a program", "plumb version -json | jq -r .terraform_version")])

  @Flag(help: "Write one JSON document for programs.")
  var json = false

  func run(in world: World) async -> Int32 {
    var sources = SourceMap()
    let (locks, _) = DependencyLocks.read(directory: ".", files: world.files, sources: &sources)
    let session = Session(world)
    // What ships with this program has its version; no lock tells of it.
    let required = session.providerConstraints(session.loadModules(for: .listing)).0.keys
    let bundled = required.filter(\.isBundled).map { ($0, plumbVersion) }
    let providers = (locks.sorted.map { ($0.source, "\($0.version)") } + bundled).sorted { $0.0 < $1.0 }
    if json {
      world.output(bytes: versionDocument(providers, platform: "\(Platform.current)"))
      return 0
    }
    world.output.line("Plumb v\(plumbVersion)\non \(Platform.current)\ncompatible with Terraform v\(terraformVersion)")
    for (source, version) in providers { world.output.line("+ provider \(source) v\(version)") }
    return 0
  }
}
