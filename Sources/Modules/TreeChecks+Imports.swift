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
            "\(instance) is imported by the block at \(tree.sources.place(of: previous.range)) already. Remove one of "
              + "the two.", at: block.to.range)
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
      "\(block.resource) has a configuration already, so \"provider\" of the import has no effect.\n\nSet "
        + "\"provider\" in the resource block instead.",
      at: block.providerRange)
  }

  private mutating func checkTarget(of block: ImportBlock) {
    let resource = block.resource
    let target = block.instance?.description ?? resource.description
    guard let module = tree.module(at: resource.module) else {
      error(
        "Configuration for import target does not exist",
        "There is nothing in the configuration at \(target). Write its resource block, or have one written by "
          + "-generate-config-out.", at: block.to.range)
      return
    }
    if module.resources[resource.resource] == nil && !resource.module.isRoot {
      error(
        "Configuration for import target does not exist",
        "\(target) is in a module. Configuration is written only for the root module, so write its resource block "
          + "yourself.",
        at: block.to.range)
    }
  }

  /// An object cannot be found by what is known only once it was found.
  private mutating func checkIdentifier(of block: ImportBlock) {
    guard block.resource.module.isRoot else { return }
    for traversal in block.subject.expression.variables {
      guard let reference = Reference.parse(traversal).0, reference.resource == block.resource.resource else { continue }
      error(
        "Invalid import id argument",
        "An import's ID must be known without the object that it imports. Do not refer to that here.", at: reference.range)
    }
  }
}
