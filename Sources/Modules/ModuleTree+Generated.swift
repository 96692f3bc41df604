import Addresses
package import Diagnostics
import HCL

extension ModuleTree {
  /// The same configuration with the resource blocks of one more file of the root module.
  ///
  /// What the file says is a machine's; that it parses is checked like any other.
  package func adding(file path: String, _ bytes: [UInt8]) -> (ModuleTree, [Diagnostic]) {
    var sources = sources
    let id = sources.add(path: path, bytes: bytes)
    var (body, problems) = parseFile(bytes, file: id)
    var reader = BlockReader(sources: sources)
    let file = reader.file(body, in: .root, isOverride: false)
    problems += reader.diagnostics
    var content = root.content
    for resource in file.resources where content.resources[resource.resource] == nil {
      content.resources[resource.resource] = resource
    }
    let extended = Module(path: root.path, directory: root.directory, children: root.children, content: content)
    return (ModuleTree(root: extended, sources: sources, diagnostics: diagnostics), problems)
  }
}
