import Addresses
import Diagnostics
import Engine
import Host
import Modules
import Plans

/// `plan -generate-config-out`: configuration for what import blocks adopt without any.
struct ConfigurationGenerating {
  /// The file to write, which must not exist yet.
  let path: String
  let session: Session

  /// What keeps the file from being written at all.
  func problems(mode: PlanMode) -> [Diagnostic] {
    if mode != .normal {
      return [
        .error(
          "Invalid generate-config-out flag",
          "Configuration is written by a plan that is neither -refresh-only nor -destroy.")
      ]
    }
    if (try? session.world.files.status(path)) != nil {
      return [
        .error(
          "Target generated file already exists",
          "Configuration is written to a new file only. Name another one, or move this file's content elsewhere and "
            + "delete it.")
      ]
    }
    return []
  }

  /// Generates the configuration, writes the file, and gives the pipeline with the new configuration in it. The options come to
  /// hold what was read on the way.
  func extend(
    _ pipeline: Pipeline, _ options: inout PlanOptions, context: EngineContext
  ) async -> (pipeline: Pipeline, diagnostics: [Diagnostic], writing: [Diagnostic]) {
    let outcome = await generateConfiguration(
      pipeline.graph, state: pipeline.snapshot, options: options, pool: pipeline.pool, context: context)
    if outcome.resources.isEmpty { return (pipeline, outcome.diagnostics, []) }
    let bytes = Array(Self.fileText(outcome.resources).utf8)
    options.imported = outcome.imported
    for resource in outcome.resources { options.generatedConfigurations[resource.address] = resource.text }
    let (tree, problems) = pipeline.tree.adding(file: path, bytes)
    // Whatever planning makes of it, the text is there to be mended.
    var writing: [Diagnostic] = []
    do {
      try session.world.files.write(bytes, to: path)
    } catch {
      writing = [.error("Failed to create target generated file", "The generated file \(path) could not be created: \(error).")]
    }
    return (
      pipeline.with(tree: tree),
      outcome.diagnostics + problems + [
        .warning(
          "Config generation is experimental",
          "What is written may look different in later versions.")
      ], writing
    )
  }

  private static func fileText(_ resources: [GeneratedResource]) -> String {
    let header =
      "# __generated__ by Plumb\n# Look through these blocks and move them to where they belong.\n"
    return header + resources.map { "\n# __generated__ by Plumb from \(quoted($0.importID))\n\($0.text)\n" }.joined()
  }
}
