package import Addresses
package import Diagnostics
package import HCL

/// Names that cannot be resource types in an address unless `resource.` stands before them.
package let reservedRoots: Set<String> = [
  "count", "each", "local", "path", "self", "terraform", "var", "template", "lazy", "arg", "run", "output", "check",
  "moved",
]

/// Reads a chain as the address of a module, a resource or an instance: `module.a[0].aws_vpc.main["x"]`.
package func parseTarget(_ traversal: Traversal) -> (TargetAddress?, [Diagnostic]) {
  var reader = TargetReader(traversal)
  let address = reader.read()
  return (address, reader.diagnostics)
}

private struct TargetReader {
  let traversal: Traversal
  var diagnostics: [Diagnostic] = []
  /// The root and the steps alike, so that they can be read in one go.
  private var parts: [TraversalStep]
  private var position = 0

  init(_ traversal: Traversal) {
    self.traversal = traversal
    parts = [.attribute(traversal.root, traversal.rootRange)] + traversal.steps
  }

  private mutating func fail(_ detail: String, _ range: SourceRange) -> TargetAddress? {
    diagnostics.append(.error("Invalid address", detail, at: range))
    return nil
  }

  private mutating func name() -> String? {
    guard position < parts.count, case .attribute(let name, _) = parts[position] else { return nil }
    position += 1
    return name
  }

  /// The key at the position, if there is one; the outer optional is empty after an error.
  private mutating func key() -> InstanceKey?? {
    guard position < parts.count, case .index(let key, let range) = parts[position] else { return .some(nil) }
    position += 1
    switch key {
    case .string(let text): return .some(.string(text))
    case .number(.integer(let number)): return .some(.integer(Int(number)))
    case .number(.decimal):
      _ = fail("Resource instance key must be integer.", range)
      return nil
    }
  }

  mutating func read() -> TargetAddress? {
    var steps: [ModuleInstance.Step] = []
    while position < parts.count, case .attribute("module", let range) = parts[position] {
      position += 1
      guard let call = name() else {
        return fail("Write a module's name after \"module.\".", range)
      }
      guard let key = key() else { return nil }
      steps.append(ModuleInstance.Step(call, key: key))
    }
    let module = ModuleInstance(steps)
    if position == parts.count { return .module(module) }
    return resource(in: module)
  }

  private mutating func resource(in module: ModuleInstance) -> TargetAddress? {
    guard var type = name() else {
      return fail(
        "Unexpected extra operators after address.", parts[position].range)
    }
    var mode = ResourceMode.managed
    var isExplicit = true
    switch type {
    case "data": mode = .data
    case "ephemeral": mode = .ephemeral
    case "resource": mode = .managed
    default: isExplicit = false
    }
    if isExplicit {
      guard let next = name() else {
        return fail("Write a resource's type and name, as in test_instance.foo.", traversal.range)
      }
      type = next
    } else if reservedRoots.contains(type) {
      return fail(
        "\"\(type)\" is no resource type by itself. If a resource type is called so, write \"resource.\" before it.",
        traversal.range)
    }
    guard let name = name() else {
      return fail(
        position < parts.count
          ? "A resource name is required." : "Write a resource's type and name, as in test_instance.foo.",
        position < parts.count ? parts[position].range : traversal.range)
    }
    guard let key = key() else { return nil }
    if position < parts.count {
      if key == nil {
        return fail("Write an instance key in brackets, as in test_instance.foo[0].", parts[position].range)
      }
      return fail("Unexpected extra operators after address.", parts[position].range)
    }
    return .resource(ResourceInstance(module: module, Resource(mode, type, name), key: key))
  }
}
