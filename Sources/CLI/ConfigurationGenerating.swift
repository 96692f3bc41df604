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
          "Config can only be generated during a normal plan operation, and not during a refresh-only or destroy plan.")
      ]
    }
    if (try? session.world.files.status(path)) != nil {
      return [
        .error(
          "Target generated file already exists",
          "Generated configuration can only be written into a new file. Either choose a different target location or move all "
            + "existing configuration out of the target file, delete it and try again.")
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
          "Generating configuration during import is currently experimental, and the generated configuration format may change in "
            + "future versions.")
      ], writing
    )
  }

  private static func fileText(_ resources: [GeneratedResource]) -> String {
    let header =
      "# __generated__ by Plumb\n# Please review these resources and move them into your main configuration files.\n"
    return header + resources.map { "\n# __generated__ by Plumb from \(quoted($0.importID))\n\($0.text)\n" }.joined()
  }
}
