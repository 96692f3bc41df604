// Modules: a directory becomes a tree of modules, with typed blocks and every check that needs no values.
// This room evaluates constants, and what is known before anything is planned; it knows no state, no plan and no provider schema.

package import Addresses
package import Diagnostics

/// A configuration: the root module and everything below it.
package final class ModuleTree: Sendable {
  package let root: Module
  /// Every file that was read, for drawing diagnostics.
  package let sources: SourceMap
  /// Whatever is wrong or doubtful in files, blocks, calls and references; sorted by module, file and place.
  package let diagnostics: [Diagnostic]
  /// Whether every file and every module could be read; what is wrong else is about what stands in them.
  package let isSound: Bool
  /// What refers to something that is not there, by module, if that is all that is wrong.
  package let faultyObjects: [ModulePath: Set<ModuleObject>]
  /// Every module by its path, the root included.
  private let byPath: [ModulePath: Module]

  package init(
    root: Module, sources: SourceMap, diagnostics: [Diagnostic], isSound: Bool = true,
    faultyObjects: [ModulePath: Set<ModuleObject>] = [:]
  ) {
    self.root = root
    self.sources = sources
    self.diagnostics = diagnostics
    self.isSound = isSound
    self.faultyObjects = faultyObjects
    var byPath: [ModulePath: Module] = [:]
    var pending = [root]
    while let module = pending.popLast() {
      byPath[module.path] = module
      pending += module.children.values
    }
    self.byPath = byPath
  }

  /// Whether enough is right to look at the rest: references to nothing keep only what has them from being checked.
  package var canBeValidated: Bool { !diagnostics.hasErrors || !faultyObjects.isEmpty }

  /// The module at a path; nil if there is none.
  package func module(at path: ModulePath) -> Module? { path.isRoot ? root : byPath[path] }

  /// Every module, parents before children, siblings by name.
  package var modules: [Module] { byPath.values.sorted { $0.path < $1.path } }
}
