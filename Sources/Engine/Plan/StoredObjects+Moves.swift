import Addresses
import Diagnostics
import HCL
import Modules
import State

/// A move that found something in its way.
struct BlockedMove: Hashable, Comparable {
  var from: String
  var to: String
  static func < (left: Self, right: Self) -> Bool { (left.from, left.to) < (right.from, right.to) }
}

extension StoredObjects {
  /// Renames objects as `moved` blocks say, and where `count` was added to or taken from a resource (planning semantics, section
  /// 8). Gives the moves that could not be done. Statements that form a cycle are left to the validation.
  mutating func applyMoves(of tree: ModuleTree) -> [BlockedMove] {
    let statements = MoveStatement.all(of: tree)
    var blocked: Set<BlockedMove> = []
    for statement in MoveStatement.ordered(statements).order { execute(statement, &blocked) }
    moveBetweenRepetitions(tree, except: statements.flatMap { [$0.from, $0.to] }.filter { $0.resource != nil })
    return blocked.sorted()
  }

  private mutating func execute(_ statement: MoveStatement, _ blocked: inout Set<BlockedMove>) {
    var renames: [(ObjectKey, ResourceInstance)] = []
    for entry in all {
      let address = entry.object.address
      if let target = statement.destination(of: address), target != address { renames.append((entry.object.key, target)) }
    }
    renames.sort { $0.0 < $1.0 }
    // What is there is judged before anything moves: a module instance moves as a whole or not at all, and so do the current and
    // the deposed objects of a resource instance.
    let whole = renames.map { key, target in
      guard let source = statement.source(of: key.address) else {
        return (move: BlockedMove(from: "\(key.address)", to: "\(target)"), isFree: !hasInstance(target))
      }
      let destination = ModuleInstance(Array(target.module.steps.prefix(statement.to.steps.count)))
      return (move: BlockedMove(from: "\(source)", to: "\(destination)"), isFree: !hasModule(destination))
    }
    for ((key, target), (move, isFree)) in zip(renames, whole) {
      if isFree { rename(key, to: target) } else { blocked.insert(move) }
    }
  }

  /// Those with a `count` and those with an object `x[0]`: few in most stacks, so that most resources are not looked up for this.
  private func resourcesOfDoubtfulRepetition(_ tree: ModuleTree) -> Set<ConfigurationResource> {
    var result = resources { $0.object.key.address.key == .integer(0) }
    for module in tree.modules {
      for block in module.sortedResources where block.count != nil { result.insert(block.address) }
    }
    return result
  }

  /// `x` becomes `x[0]` when `count` was added, and `x[0]` becomes `x` when it was taken away.
  private mutating func moveBetweenRepetitions(_ tree: ModuleTree, except mentioned: [MoveEndpoint]) {
    for resource in resourcesOfDoubtfulRepetition(tree) {
      guard resource.resource.mode == .managed, let block = tree.module(at: resource.module)?.resources[resource.resource],
        !mentioned.contains(where: { $0.path == resource.module && $0.resource?.resource == resource.resource })
      else { continue }
      let hasCount = block.count != nil
      if !hasCount && block.forEach != nil { continue }
      for entry in entries(of: resource)?.sorted ?? [] {
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
