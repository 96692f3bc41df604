import Addresses
import Diagnostics
import Expressions
import Graphs
import HCL
import Modules

extension ConfigurationGraph {
  /// One message for each cycle, with the place of each step of its path.
  func cycleDiagnostics() -> [Diagnostic] {
    graph.cycles().map { cycle in
      let names = cycle.map { name(of: vertices[$0]) }
      let path = names + names.prefix(1)
      let steps = cycle.indices.compactMap { index -> String? in
        let (own, next) = (vertices[cycle[index]], vertices[cycle[(index + 1) % cycle.count]])
        guard let place = place(where: own, needs: next) else { return nil }
        return "\n  \(place): \(path[index]) needs \(path[index + 1])"
      }
      return .error(
        "Cycle: \(names.joined(separator: ", "))",
        "Each of these needs the value of the next, and the last needs the first: \(path.joined(separator: " → ")).\n"
          + steps.joined())
    }
  }

  /// `main.tf:12`: where one object refers to another, or else where it is declared; nil for what stands nowhere.
  private func place(where own: Vertex, needs next: Vertex) -> String? {
    let (traversals, module, declaration) = references(of: own)
    let reference = traversals.first { targets(of: $0, in: module).contains(next) }
    guard let range = reference?.range ?? declaration, let file = tree.sources[range.file] else { return nil }
    return "\(file.path):\(file.position(of: range.start).line)"
  }

  /// What an object refers to, in which module, and where it is declared.
  private func references(of vertex: Vertex) -> (traversals: [Traversal], module: ModulePath, declaration: SourceRange?) {
    let path = vertex.module
    let module = tree.module(at: path)
    switch vertex {
    case .local(_, let name):
      let local = module?.locals[name]
      return (local?.expression.variables ?? [], path, local?.range)
    case .output(_, let name):
      let output = module?.outputs[name]
      let rules = output?.preconditions.flatMap(\.references) ?? []
      return ((output?.expression.variables ?? []) + (output?.dependsOn ?? []) + rules, path, output?.range)
    case .resource(let address):
      let block = module?.resources[address.resource]
      let arguments = plan(of: address)?.references ?? []
      let repetition = block?.repetition.flatMap(\.variables) ?? []
      return (repetition + arguments + (block?.dependsOn ?? []), path, block?.range)
    case .variable(_, let name):
      let variable = module?.variables[name]
      guard let (call, parent) = call(of: path) else {
        return (variable?.validations.flatMap(\.references) ?? [], path, variable?.range)
      }
      return (call.arguments[name]?.expression.variables ?? [], parent, call.arguments[name]?.expression.range ?? call.range)
    case .moduleCall, .moduleEnd:
      guard let (call, parent) = call(of: path) else { return ([], path, nil) }
      return (call.repetition.flatMap(\.variables) + call.dependsOn, parent, call.range)
    case .provider(let address): return (plan(of: address)?.references ?? [], path, nil)
    case .check(_, let name): return (module?.checks[name]?.asserts.flatMap(\.references) ?? [], path, module?.checks[name]?.range)
    }
  }

  /// The block that calls a module, and the module it stands in.
  private func call(of path: ModulePath) -> (ModuleCall, ModulePath)? {
    guard let parent = path.parent, let name = path.names.last, let call = tree.module(at: parent)?.moduleCalls[name] else { return nil }
    return (call, parent)
  }
}
