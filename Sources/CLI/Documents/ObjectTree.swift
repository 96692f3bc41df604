import Addresses

/// The modules that hold objects, and the modules around these, each with its objects: the shape of `values` and
/// `planned_values`.
struct ObjectTree {
  struct Node {
    /// The address as text; empty for the root.
    var address: String
    /// Places in the list that the tree was made from, in its order.
    var objects: [Int] = []
    /// Places in `nodes`, sorted by address.
    var children: [Int] = []
  }

  /// The root is the first.
  private(set) var nodes = [Node(address: "")]
  private var indices: [ModuleInstance: Int] = [.root: 0]

  init(_ modules: some Sequence<(index: Int, module: ModuleInstance)>) {
    var lastModule = ModuleInstance.root
    var lastNode = 0
    for (index, module) in modules {
      if module != lastModule {
        lastModule = module
        lastNode = node(for: module)
      }
      nodes[lastNode].objects.append(index)
    }
    let addresses = nodes.map(\.address)
    for index in nodes.indices { nodes[index].children.sort { addresses[$0] < addresses[$1] } }
  }

  private mutating func node(for module: ModuleInstance) -> Int {
    if let index = indices[module] { return index }
    let parent = module.parent.map { node(for: $0) } ?? 0
    let index = nodes.count
    indices[module] = index
    nodes.append(Node(address: module.description))
    nodes[parent].children.append(index)
    return index
  }
}
