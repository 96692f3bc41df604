import Addresses
import Diagnostics
import Engine
import Expressions
import Host
import Install
import Plugin
import ProviderInterface
import State
import Values

/// Starts the providers of a run: programs that were installed, providers that run already, and the one that is built in.
struct SessionProviderFactory: ProviderFactory {
  let session: Session
  let installed: [ProviderSource: InstalledProvider]
  let reattachments: [ProviderSource: PluginReattachment]
  /// Whether a provider's process starts at once; without, only when something is asked that the schema cache does not know.
  var startsNow = true

  func start(_ source: ProviderSource) async throws(DiagnosticsError) -> any Provider {
    if source.isBuiltin {
      guard source == .builtin else {
        throw DiagnosticsError(
          .error("Unknown built-in provider", "There is no built-in provider \(source)."))
      }
      return session.makeBuiltinProvider()
    }
    if let reattachment = reattachments[source] {
      return PluginProvider(reattachment: reattachment, log: session.log.providerSink)
    }
    guard let provider = installed[source] else {
      throw DiagnosticsError(
        .error(
          "Required plugins are not installed",
          "There is no package for \(source) installed in \(session.dataDirectory)/providers. To install it, run:\n  plumb init"))
    }
    let launch = PluginLaunch(
      provider: source.description, executable: provider.executable, arguments: provider.arguments,
      environment: session.world.environment, log: session.log.providerSink)
    let cache = PluginSchemaCache(directory: "\(session.cacheDirectory)/schemas", files: session.world.files)
    return PluginProvider(launch: launch, with: session.world.launcher, schemaCache: cache, startsNow: startsNow)
  }
}

extension Session {
  /// Providers that the user runs himself, by `TF_REATTACH_PROVIDERS`.
  func reattachments() throws(DiagnosticsError) -> [ProviderSource: PluginReattachment] {
    guard let text = world.environment["TF_REATTACH_PROVIDERS"], !text.isEmpty else { return [:] }
    var result: [ProviderSource: PluginReattachment] = [:]
    for reattachment in try PluginReattachment.parse(text) {
      guard let source = ProviderSource(parsing: reattachment.provider) else {
        throw DiagnosticsError(
          .error("Invalid TF_REATTACH_PROVIDERS", "\"\(reattachment.provider)\" is no address of a provider."))
      }
      result[source] = reattachment
    }
    return result
  }

  /// Providers for looking at schemas, as far as they are installed.
  func schemaProviderFactory(_ sources: Set<ProviderSource>) throws(DiagnosticsError) -> any ProviderFactory {
    var map = SourceMap()
    let (locks, problems) = DependencyLocks.read(directory: ".", files: world.files, sources: &map)
    if problems.hasErrors { throw DiagnosticsError(problems.map(map.tellingPlace)) }
    let requirements = Dictionary(uniqueKeysWithValues: sources.map { ($0, VersionConstraints.any) })
    let reattachments = try reattachments()
    let installed = InstalledProviders(
      files: world.files, dataDirectory: dataDirectory, developmentOverrides: settings.developmentOverrides,
      bundled: bundledProviders)
    let (found, findProblems) = installed.find(requirements, locks: locks, unmanaged: Set(reattachments.keys))
    if findProblems.hasErrors { throw DiagnosticsError(findProblems) }
    return SessionProviderFactory(
      session: self, installed: found, reattachments: reattachments, startsNow: false)
  }

  func makeBuiltinProvider() -> any Provider {
    let world = world
    let functions = functions(planTimestamp: nil, isPlanning: false)
    return TerraformProvider(
      makeID: { world.newUUID() },
      readRemoteState: { backend, configuration, workspace in
        readRemoteState(world.files, backend: backend, configuration: configuration, workspace: workspace)
      },
      evaluateConstant: { expression in
        evaluate(expression, in: EvaluationContext(scope: EmptyScope(), functions: functions))
      })
  }
}

/// Reads the outputs of a state that another configuration keeps in a local file.
private func readRemoteState(
  _ files: any FileTree, backend: String, configuration: Value, workspace: String
) -> (outputs: [String: Value]?, diagnostics: [Diagnostic]) {
  guard backend == "local" else {
    return (
      nil,
      [
        .error(
          "Backend not supported yet",
          "Reading the state of a \"\(backend)\" backend is not built yet; only \"local\" is.")
      ]
    )
  }
  func text(_ name: String) -> String? { configuration.attribute(name)?.asString }
  var path = text("path") ?? "terraform.tfstate"
  if workspace != "default" { path = "\(text("workspace_dir") ?? "terraform.tfstate.d")/\(workspace)/terraform.tfstate" }
  do {
    guard let file = try StateFile(reading: try files.read(path)) else { return (nil, []) }
    var outputs: [String: Value] = [:]
    for (name, output) in file.snapshot.outputs {
      let value = try JSONValueCodec.decode(output.value, type: try JSONValueCodec.decodeType(output.type))
      outputs[name] = output.sensitive ? value.marked(with: .sensitive) : value
    }
    return (outputs, [])
  } catch let error as FileError where error.code == .notFound {
    return (nil, [])
  } catch {
    return (nil, [.error("Error loading state error", "error loading the remote state: \(error)")])
  }
}
