import Addresses
import Diagnostics
import Graphs
import Modules
import State

/// One `moved` statement, taken out of its module: it applies to every instance of that module.
private struct Move {
  var module: ModulePath
  var from: TargetAddress
  var to: TargetAddress
  var block: MovedBlock?
}

extension StoredObjects {
  /// Renames objects as `moved` blocks say, and where `count` was added to or taken from a resource (planning semantics, section 8).
  mutating func applyMoves(of tree: ModuleTree, evaluator: Evaluator) -> [Diagnostic] {
    let explicit = tree.modules.flatMap { module in
      module.moved.map { Move(module: module.path, from: $0.from, to: $0.to, block: $0) }
    }
    var diagnostics: [Diagnostic] = []
    var blocked: [(ResourceInstance, ResourceInstance)] = []
    if !explicit.isEmpty {
      let ordered = inOrder(explicit)
      if ordered == nil {
        diagnostics.append(
          .error(
            "Cyclic dependency in move statements",
            "The following chained move statements form a cycle, and so there is no final location to move objects to:"
              + explicit.map { "\n  - \($0.from) → \($0.to)" }.joined(), at: explicit.first?.block?.range))
      }
      for move in ordered ?? [] {
        let problems = execute(move, tree: tree, blocked: &blocked)
        diagnostics += problems
      }
    }
    let mentioned = Set(explicit.flatMap { [$0.from, $0.to] }.compactMap { $0.resourceName })
    moveBetweenRepetitions(tree, except: mentioned)
    if !blocked.isEmpty {
      diagnostics.append(
        .warning(
          "Unresolved resource instance address changes",
          "Terraform tried to adjust resource instance addresses in the prior state based on change information recorded in "
            + "the configuration, but some adjustments did not succeed due to existing objects already at the intended "
            + "addresses:" + blocked.map { "\n  - \($0.0) could not move to \($0.1)" }.joined()
            + "\n\nThe plan destroys or keeps these objects under their old addresses."))
    }
    return diagnostics
  }

  private func inOrder(_ moves: [Move]) -> [Move]? {
    var graph = DependencyGraph(vertexCount: moves.count)
    for (index, move) in moves.enumerated() {
      for (other, earlier) in moves.enumerated() where index != other && move.module == earlier.module {
        if move.from.overlaps(earlier.to) { graph.addEdge(from: index, to: other) }
      }
    }
    return graph.topologicalOrder()?.map { moves[$0] }
  }

  private mutating func execute(
    _ move: Move, tree: ModuleTree, blocked: inout [(ResourceInstance, ResourceInstance)]
  ) -> [Diagnostic] {
    var renames: [(ObjectKey, ResourceInstance)] = []
    for entry in all {
      if let target = move.destination(of: entry.object.address) { renames.append((entry.object.key, target)) }
    }
    for (key, target) in renames.sorted(by: { $0.0 < $1.0 }) {
      if key.address.resource.type != target.resource.type || key.address.resource.mode != target.resource.mode {
        return [
          .error(
            "Move between resource types is not supported yet",
            "\(key.address) cannot become \(target): moving an object to another resource type is not built yet.",
            at: move.block?.range)
        ]
      }
      if entry(ObjectKey(target, deposedKey: key.deposedKey)) != nil {
        blocked.append((key.address, target))
      } else {
        rename(key, to: target)
      }
    }
    return []
  }

  /// `x` becomes `x[0]` when `count` was added, and `x[0]` becomes `x` when it was taken away.
  private mutating func moveBetweenRepetitions(_ tree: ModuleTree, except mentioned: Set<String>) {
    for resource in resources {
      guard !mentioned.contains("\(resource.resource)"),
        let block = tree.module(at: resource.module)?.resources[resource.resource], resource.resource.mode == .managed
      else { continue }
      let hasCount = block.count != nil
      if !hasCount && block.forEach != nil { continue }
      for entry in entries(of: resource) {
        let address = entry.object.address
        let target: InstanceKey?
        if hasCount && address.key == nil {
          target = .integer(0)
        } else if !hasCount && address.key == .integer(0) {
          target = nil
        } else {
          continue
        }
        let destination = ResourceInstance(module: address.module, address.resource, key: target)
        if self.entry(ObjectKey(destination, deposedKey: entry.object.deposedKey)) == nil {
          rename(entry.object.key, to: destination)
        }
      }
    }
  }
}

extension Move {
  /// Where the statement takes an object; nil if it is not about it.
  func destination(of address: ResourceInstance) -> ResourceInstance? {
    let steps = address.module.steps
    guard steps.count >= module.names.count, steps.prefix(module.names.count).map(\.name) == module.names else { return nil }
    let base = Array(steps.prefix(module.names.count))
    let inner = Array(steps.dropFirst(module.names.count))
    switch (from, to) {
    case (.resource(let source), .resource(let target)):
      guard inner == source.module.steps, address.resource == source.resource else { return nil }
      let module = ModuleInstance(base + target.module.steps)
      if source.key == nil && target.key == nil {
        return ResourceInstance(module: module, target.resource, key: address.key)
      }
      return address.key == source.key ? ResourceInstance(module: module, target.resource, key: target.key) : nil
    case (.module(let source), .module(let target)):
      guard inner.count >= source.steps.count, let sourceLast = source.steps.last, let targetLast = target.steps.last
      else { return nil }
      let isWhole = sourceLast.key == nil && targetLast.key == nil
      let matched = inner.prefix(source.steps.count)
      guard matched.dropLast().elementsEqual(source.steps.dropLast()), let last = matched.last, last.name == sourceLast.name,
        isWhole || last.key == sourceLast.key
      else { return nil }
      var moved = target.steps
      if isWhole { moved[moved.count - 1].key = last.key }
      return ResourceInstance(
        module: ModuleInstance(base + moved + inner.dropFirst(source.steps.count)), address.resource, key: address.key)
    default: return nil
    }
  }
}

extension TargetAddress {
  fileprivate var resourceName: String? {
    if case .resource(let address) = self { return "\(address.resource)" }
    return nil
  }

  /// Whether something at one address can be, or lie within, something at the other.
  fileprivate func overlaps(_ other: TargetAddress) -> Bool {
    switch (self, other) {
    case (.resource(let a), .resource(let b)):
      return a.module == b.module && a.resource == b.resource && (a.key == b.key || a.key == nil || b.key == nil)
    case (.module(let a), .module(let b)): return a.steps.starts(with: b.steps) || b.steps.starts(with: a.steps)
    case (.resource(let a), .module(let b)), (.module(let b), .resource(let a)): return a.module.steps.starts(with: b.steps)
    }
  }
}
