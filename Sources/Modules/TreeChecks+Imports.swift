import Addresses
import Diagnostics
import Expressions
import HCL

extension TreeChecks {
  /// What can be said of the import blocks of the root module without any value.
  mutating func checkImports(in module: Module) {
    for block in module.imports where block.provider != nil { checkProvider(of: block) }
    if diagnostics.hasErrors { return }
    var seen: [ResourceInstance: ImportBlock] = [:]
    for block in module.imports {
      if let instance = block.instance {
        if let previous = seen[instance] {
          error(
            "Duplicate import configuration for \"\(instance)\"",
            "An import block for the resource \"\(instance)\" was already declared at \(tree.sources.place(of: previous.range)). A resource can "
              + "have only one import block.", at: block.to.range)
          continue
        }
        seen[instance] = block
      }
      checkTarget(of: block)
      checkIdentifier(of: block)
    }
  }

  private mutating func checkProvider(of block: ImportBlock) {
    guard let declared = tree.module(at: block.resource.module)?.resources[block.resource.resource],
      declared.provider?.key != block.provider?.key
    else { return }
    error(
      "Invalid import provider argument",
      "The provider argument can only be specified in import blocks that will generate configuration, and \(block.resource) is "
        + "configured already.\n\nUse the provider argument of the resource block to choose the provider configuration.",
      at: block.providerRange)
  }

  private mutating func checkTarget(of block: ImportBlock) {
    let resource = block.resource
    let target = block.instance?.description ?? resource.description
    guard let module = tree.module(at: resource.module) else {
      error(
        "Configuration for import target does not exist",
        "The configuration for the given import target \(target) does not exist. All target instances must have an associated "
          + "configuration to be imported.", at: block.to.range)
      return
    }
    if module.resources[resource.resource] == nil && !resource.module.isRoot {
      error(
        "Configuration for import target does not exist",
        "Resource \(target) not found. Only resources within the root module are eligible for config generation.",
        at: block.to.range)
    }
  }

  /// An object cannot be found by what is known only once it was found.
  private mutating func checkIdentifier(of block: ImportBlock) {
    guard block.resource.module.isRoot else { return }
    for traversal in block.subject.expression.variables {
      guard let reference = Reference.parse(traversal).0, reference.resource == block.resource.resource else { continue }
      error(
        "Invalid import id argument", "The import ID cannot reference the resource being imported.", at: reference.range)
    }
  }
}
