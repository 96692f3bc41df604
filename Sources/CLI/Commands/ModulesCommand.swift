import Addresses
import ArgumentParser
import Diagnostics
import Modules
import Values

struct ModulesCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "modules", abstract: "Show the modules that the configuration calls.",
    discussion: """
      Lists every module call of the configuration, those in called modules too, with its source, the version that is installed, and the \
      versions that are asked for. Modules must be installed.
      """)

  static let manual = Manual(
    environment: [.dataDirectory],
    examples: [Manual.Example("All sources that are in use", "plumb modules -json | jq -r '.modules[].source' | sort -u")])

  @Flag(help: "Write one JSON document for programs.")
  var json = false

  @OptionGroup(title: "Output") var view: ViewArguments

  func run(in world: World) async -> Int32 {
    let session = Session(world)
    let tree = session.loadModules(for: .installing)
    if tree.diagnostics.hasErrors {
      Report(world, view).show(session.settingsDiagnostics + tree.diagnostics, tree.sources)
      return 1
    }
    let manifest = ModuleManifest.read(dataDirectory: session.dataDirectory, files: world.files)
    if json {
      world.output(bytes: modulesDocument(tree.root, manifest))
    } else if tree.root.children.isEmpty {
      world.output.line("No modules found in configuration.")
    } else {
      world.output.line("\nModules declared by configuration:\n.")
      write(tree.root, indent: "", manifest, world)
      world.output.line()
    }
    return 0
  }

  private func write(_ module: Module, indent: String, _ manifest: ModuleManifest, _ world: World) {
    let children = module.children.sorted { $0.key < $1.key }
    for (index, (name, child)) in children.enumerated() {
      let isLast = index == children.count - 1
      let (source, version) = origin(child, manifest)
      let asked = module.moduleCalls[name]?.version?.text
      let suffix = version.isEmpty ? "" : " \(version)" + (asked.map { $0 == version ? "" : " (\($0))" } ?? "")
      world.output.line("\(indent)\(isLast ? "└──" : "├──") \"\(name)\"[\(source)]\(suffix)")
      write(child, indent: indent + (isLast ? "    " : "│\u{A0}\u{A0} "), manifest, world)
    }
  }
}

/// Where a module comes from, in full, and the version that is installed.
private func origin(_ module: Module, _ manifest: ModuleManifest) -> (source: String, version: String) {
  let entry = manifest[module.path.names.joined(separator: ".")]
  return (entry?.source ?? module.directory, entry?.version ?? "")
}

/// What `modules -json` prints: every call, parents before children, siblings by name.
func modulesDocument(_ root: Module, _ manifest: ModuleManifest) -> [UInt8] {
  var writer = JSONWriter(style: .compact)
  func add(_ module: Module) {
    for (name, child) in module.children.sorted(by: { $0.key < $1.key }) {
      let (source, version) = origin(child, manifest)
      writer.beginObject()
      writer.member("key", name)
      writer.member("source", source)
      writer.member("version", version)
      writer.endObject()
      add(child)
    }
  }
  writer.beginObject()
  writer.member("format_version", "1.0")
  writer.key("modules")
  if root.children.isEmpty {
    writer.null()
  } else {
    writer.beginArray()
    add(root)
    writer.endArray()
  }
  writer.endObject()
  writer.newline()
  return writer.bytes
}
