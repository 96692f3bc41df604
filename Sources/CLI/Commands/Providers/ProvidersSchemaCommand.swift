import Addresses
import ArgumentParser
import Diagnostics
import Engine
import Modules
import SQLiteStore
import State

struct ProvidersSchemaCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "schema", abstract: "Show what the providers of the configuration offer, as JSON.",
    discussion: """
      Prints one document with the schemas of all resources, data sources, ephemeral resources and functions of the providers that \
      configuration and state use. Providers must be installed. The option -json is required, since there is no other form.
      """)

  static let manual = Manual(
    environment: EnvironmentVariable.common,
    examples: [
      Manual.Example("The types of resources that can be used here", "plumb providers schema -json | jq '.provider_schemas[].resource_schemas | keys'")
    ])

  @Flag(help: "Write one JSON document for programs. It is the only form.")
  var json = false

  @OptionGroup(title: "Output") var view: ViewArguments

  func run(in world: World) async -> Int32 {
    let session = Session(world)
    let report = Report(world, view)
    guard json else {
      report.show(
        [.error("Add -json: `plumb providers schema` prints nothing else.", "Run it again with -json.")], SourceMap())
      return 1
    }
    let tree = session.loadModules(for: .listing)
    if tree.diagnostics.hasErrors {
      report.show(session.settingsDiagnostics + tree.diagnostics, tree.sources)
      return 1
    }
    do {
      let store = session.openStore()
      let snapshot = try await session.readState(store).snapshot
      await store.close()
      let (factory, problems) = try session.providerFactory([tree], snapshot)
      if problems.hasErrors { throw DiagnosticsError(problems) }
      let pool = ProviderPool(factory: factory)
      var sources = Set(session.providerConstraints(tree).0.keys)
      sources.formUnion(snapshot.objects.filter { $0.address.resource.mode == .managed }.map(\.provider.source))
      var descriptions: [ProviderDescription] = []
      do {
        for source in sources.sorted() {
          descriptions.append(try await .load(source, from: try await pool.anyProvider(of: source)))
        }
      } catch {
        await pool.close()
        throw error
      }
      await pool.close()
      world.output(bytes: providerSchemasDocument(descriptions))
      world.output.line()
      return 0
    } catch {
      report.show(Pipeline.diagnostics(of: error), tree.sources)
      return 1
    }
  }
}
