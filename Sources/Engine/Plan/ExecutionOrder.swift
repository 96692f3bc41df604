import Addresses
import Graphs
import Modules
import Plans

/// Puts the changes of a plan into the order in which they must be applied (planning semantics, section 25).
///
/// Every resource gets gathering vertices instead of edges between all pairs of instances, so that the graph stays linear:
/// - *applied*: the resource's creations and updates are done, those of what it needs, and destructions that come before them;
/// - *destroyed*: the resource's destructions are done, and those of what depends on it;
/// - *destroyedFirst*: the same, only destructions that precede the creation of a replacement;
/// - *applied above*: the creations and updates of the resource and of everything that depends on it are done;
/// - *applied alone*: those of the resource itself are done.
///
/// What the state remembers of old objects need not fit the configuration of today: dependencies may have turned round, and flags
/// may have changed. So there are several ways to see it, all of them right, and the first that has no cycle is taken.
struct ExecutionOrder {
  /// One way to see what must come before what.
  private struct View {
    var users = Users.nowAndBefore
    var removal = Removal.asFlagged
    /// Leaves out what is mere caution: that an object changes only after those of its users are gone that go, and that the old
    /// object stays until not only its users, but also what depends on these has moved on.
    var isLoose = false

    static let all: [View] = [
      View(), View(removal: .afterUsersChange), View(removal: .beforeUsersChange),
      View(users: .before), View(users: .before, removal: .afterUsersChange),
      View(users: .before, removal: .beforeUsersChange),
      View(users: .before, removal: .afterUsersChange, isLoose: true),
      // Old objects may contradict new ones altogether; then the new ones count, and the provider has the last word.
      View(users: .now, removal: .afterUsersChange, isLoose: true),
    ]
  }

  /// Who counts as using an object that is to be destroyed.
  private enum Users {
    /// Whoever refers to it now, and whoever did when it was last applied.
    case nowAndBefore
    /// The latter only: who refers to it anew has nothing of the old object.
    case before
    /// Whoever refers to it now.
    case now
  }

  /// When objects are destroyed that nothing replaces.
  private enum Removal {
    /// As their flag says: before what used them changes, or after that.
    case asFlagged
    case afterUsersChange
    case beforeUsersChange
  }

  private let plan: Plan
  private let view: View
  private let graph: ConfigurationGraph
  /// The changes that make steps.
  private let steps: [Int]
  private var execution = ExecutionGraph()
  /// The places of resources that only the state knows; those of the others are their vertices in the graph of the configuration.
  private var placesBehind: [ConfigurationResource: Int] = [:]
  private var dependencies: [[Int]] = []
  private var applied: [Int] = []
  private var destroyed: [Int] = []
  private var destroyedFirst: [Int] = []
  private var appliedAbove: [Int] = []
  private var appliedAlone: [Int] = []

  /// For each place the places that depend on it directly, by configuration or by what the state recorded.
  private var users: [[Int]] = []
  /// The places of steps, and those on a way from one to another: nothing has to be gathered anywhere else.
  private var isBetween: [Bool] = []

  /// The order of the steps; it has a cycle only if there is no way round it.
  static func makeGraph(plan: Plan, graph: ConfigurationGraph, tree: ModuleTree) -> ExecutionGraph {
    // Apply evaluates the conditions also of what does not change.
    var verified: Set<ConfigurationResource> = []
    for module in tree.modules {
      for block in module.sortedResources where !block.preconditions.isEmpty || !block.postconditions.isEmpty {
        verified.insert(block.address)
      }
    }
    let steps = plan.changes.indices.filter { index in
      plan.changes[index].action != .noOp || !verified.isEmpty && verified.contains(plan.changes[index].address.configuration)
    }
    if steps.isEmpty { return ExecutionGraph() }
    var first: ExecutionGraph?
    for view in View.all {
      let order = ExecutionOrder(plan: plan, steps: steps, graph: graph, view: view).makeGraph()
      if order.graph.topologicalOrder() != nil { return order }
      if first == nil { first = order }
    }
    return first ?? ExecutionGraph()
  }

  private init(plan: Plan, steps: [Int], graph: ConfigurationGraph, view: View) {
    self.plan = plan
    self.steps = steps
    self.graph = graph
    self.view = view
    let direct = graph.graph.dependencies
    dependencies = graph.vertices.indices.map { direct[$0].map(Int.init) }
    // What is only in the state hangs together as the state says.
    for record in plan.priorObjects where place(of: record.address.configuration) == nil {
      placesBehind[record.address.configuration] = dependencies.count
      dependencies.append([])
    }
    users = usersByPlace()
    isBetween = placesBetweenSteps()
  }

  private func place(of resource: ConfigurationResource) -> Int? {
    graph.index(of: .resource(resource)) ?? placesBehind[resource]
  }

  private consuming func makeGraph() -> ExecutionGraph {
    applied = joins()
    destroyed = joins()
    destroyedFirst = joins()
    appliedAbove = joins()
    appliedAlone = joins()
    for (place, needed) in dependencies.enumerated() where isBetween[place] {
      for other in needed where isBetween[other] {
        execution.order(applied[place], after: applied[other])
        execution.order(appliedAbove[other], after: appliedAbove[place])
      }
    }
    for (place, users) in users.enumerated() where isBetween[place] {
      for user in users where isBetween[user] {
        execution.order(destroyed[place], after: destroyed[user])
        execution.order(destroyedFirst[place], after: destroyedFirst[user])
      }
    }
    for index in steps { add(plan.changes[index], at: index) }
    return execution.pruned()
  }

  private mutating func joins() -> [Int] { isBetween.map { $0 ? execution.add(.join) : -1 } }

  private func placesBetweenSteps() -> [Bool] {
    var ways = DependencyGraph(vertexCount: dependencies.count)
    for (place, needed) in dependencies.enumerated() {
      for other in needed { ways.addEdge(from: place, to: other) }
    }
    for (place, users) in users.enumerated() {
      for user in users { ways.addEdge(from: user, to: place) }
    }
    let changed = steps.compactMap { place(of: plan.changes[$0].address.configuration) }
    let needed = ways.reachable(from: changed, through: ways.dependencies)
    let needing = ways.reachable(from: changed, through: ways.dependents)
    return zip(needed, needing).map { $0 && $1 }
  }

  private func usersByPlace() -> [[Int]] {
    var result = [Set<Int>](repeating: [], count: dependencies.count)
    if view.users != .before {
      for (place, needed) in dependencies.enumerated() {
        for other in needed where other != place { result[other].insert(place) }
      }
    }
    for record in plan.priorObjects where view.users != .now && !record.dependencies.isEmpty {
      guard let place = place(of: record.address.configuration) else { continue }
      for dependency in record.dependencies {
        if let other = self.place(of: dependency), other != place { result[other].insert(place) }
      }
    }
    return result.map { $0.sorted() }
  }

  private mutating func add(_ change: ResourceChange, at index: Int) {
    guard let place = place(of: change.address.configuration) else { return }
    switch change.action {
    case .create, .update, .read, .forgetThenCreate: _ = addApply(index, place: place)
    case .noOp:
      let step = execution.add(.verify(change: index))
      waitForNeeded(step, place: place)
    case .delete: addDestroy(execution.add(.destroy(change: index)), change, place: place)
    case .forget: _ = execution.add(.forget(change: index))
    case .deleteThenCreate, .createThenDelete:
      let create = addApply(index, place: place)
      let destroy = execution.add(.destroy(change: index))
      addDestroy(destroy, change, place: place)
      if change.action == .deleteThenCreate {
        execution.order(create, after: destroy)
      } else {
        execution.order(destroy, after: create)
      }
    }
  }

  private mutating func addApply(_ index: Int, place: Int) -> Int {
    let step = execution.add(.apply(change: index))
    waitForNeeded(step, place: place)
    // What used the old object is gone before the object changes.
    if !view.isLoose {
      for user in users[place] where isBetween[user] { execution.order(step, after: destroyedFirst[user]) }
    }
    execution.order(applied[place], after: step)
    execution.order(appliedAbove[place], after: step)
    execution.order(appliedAlone[place], after: step)
    return step
  }

  private mutating func waitForNeeded(_ step: Int, place: Int) {
    for other in dependencies[place] where isBetween[other] { execution.order(step, after: applied[other]) }
  }

  private mutating func addDestroy(_ step: Int, _ change: ResourceChange, place: Int) {
    for user in users[place] where isBetween[user] { execution.order(step, after: destroyed[user]) }
    execution.order(destroyed[place], after: step)
    if isAfterSuccessors(change) {
      // Whoever used it has moved on to its successor.
      for user in users[place] where isBetween[user] { execution.order(step, after: view.isLoose ? appliedAlone[user] : appliedAbove[user]) }
    } else {
      execution.order(destroyedFirst[place], after: step)
      execution.order(applied[place], after: step)
    }
  }

  private func isAfterSuccessors(_ change: ResourceChange) -> Bool {
    if change.action != .delete { return change.action == .createThenDelete }
    switch view.removal {
    case .asFlagged: return change.deposedKey != nil || change.createBeforeDestroy
    case .afterUsersChange: return true
    case .beforeUsersChange: return change.deposedKey != nil
    }
  }
}
