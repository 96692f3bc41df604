import Diagnostics
import Host
import Modules
import Plans
import Values

extension PlanFile {
  /// Where a saved plan keeps the list of installed modules, wherever the data directory is.
  private static let manifestPath = ".terraform/modules/modules.json"

  /// The files of a configuration as a saved plan carries them: each once, however often its module is called, and the list
  /// of installed modules.
  static func configuration(of sources: SourceMap, manifest: [UInt8]?) -> [(path: String, bytes: [UInt8])] {
    var seen: Set<String> = []
    var files: [(path: String, bytes: [UInt8])] = []
    for file in sources.files where seen.insert(file.path).inserted { files.append((file.path, file.bytes)) }
    if let manifest { files.append((manifestPath, manifest)) }
    return files
  }

  /// The configuration that the plan was made from, as it was then.
  func loadModules() -> ModuleTree {
    // Modules may lie beside the root module or further up, which must not lead out of the tree.
    let climbs = configuration.map { $0.path.split(separator: "/").prefix { $0 == ".." }.count }.max() ?? 0
    let files = MemoryFileTree(workingDirectory: "/" + Array(repeating: "x", count: climbs + 1).joined(separator: "/"))
    for (path, bytes) in configuration {
      if let slash = path.lastIndex(of: "/"), slash > path.startIndex { try? files.createDirectory(String(path[..<slash])) }
      try? files.write(bytes, to: path, mode: 0o600)
    }
    let (variables, workspace) = (plan.variables, workspace)
    let early = EarlyValues(workspace: workspace) {
      var input = InputVariables(sources: SourceMap())
      for (name, value) in variables { input.set(name, InputValue(.value(value), source: .plan)) }
      return input
    }
    return ModuleLoader(files: files, early: early).load(".")
  }
}
