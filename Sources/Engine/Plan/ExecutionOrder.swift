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
  private let tree: ModuleTree
  private var execution = ExecutionGraph()
  /// Configuration vertices and, behind them, resources that only the state knows.
  private var places: [ConfigurationResource: Int] = [:]
  private var dependencies: [[Int]] = []
  private var applied: [Int] = []
  private var destroyed: [Int] = []
  private var destroyedFirst: [Int] = []
  private var appliedAbove: [Int] = []
  private var appliedAlone: [Int] = []

  /// For each place the places that depend on it directly, by configuration or by what the state recorded.
  private var users: [[Int]] = []

  /// The order of the steps; it has a cycle only if there is no way round it.
  static func makeGraph(plan: Plan, graph: ConfigurationGraph, tree: ModuleTree) -> ExecutionGraph {
    var first: ExecutionGraph?
    for view in View.all {
      let order = ExecutionOrder(plan: plan, graph: graph, tree: tree, view: view).makeGraph()
      if order.graph.topologicalOrder() != nil { return order }
      if first == nil { first = order }
    }
    return first ?? ExecutionGraph()
  }

  private init(plan: Plan, graph: ConfigurationGraph, tree: ModuleTree, view: View) {
    self.plan = plan
    self.tree = tree
    self.view = view
    let direct = graph.graph.dependencies
    dependencies = graph.vertices.indices.map { direct[$0].map(Int.init) }
    for (index, vertex) in graph.vertices.enumerated() {
      if case .resource(let address) = vertex { places[address] = index }
    }
    // What is only in the state hangs together as the state says.
    for record in plan.priorObjects where places[record.address.configuration] == nil {
      places[record.address.configuration] = dependencies.count
      dependencies.append([])
    }
    users = usersByPlace()
  }

  private consuming func makeGraph() -> ExecutionGraph {
    applied = dependencies.map { _ in execution.add(.join) }
    destroyed = dependencies.map { _ in execution.add(.join) }
    destroyedFirst = dependencies.map { _ in execution.add(.join) }
    appliedAbove = dependencies.map { _ in execution.add(.join) }
    appliedAlone = dependencies.map { _ in execution.add(.join) }
    for (place, needed) in dependencies.enumerated() {
      for other in needed {
        execution.order(applied[place], after: applied[other])
        execution.order(appliedAbove[other], after: appliedAbove[place])
      }
    }
    for (place, users) in users.enumerated() {
      for user in users {
        execution.order(destroyed[place], after: destroyed[user])
        execution.order(destroyedFirst[place], after: destroyedFirst[user])
      }
    }
    for (index, change) in plan.changes.enumerated() { add(change, at: index) }
    return execution.pruned()
  }

  private func usersByPlace() -> [[Int]] {
    var result = [Set<Int>](repeating: [], count: dependencies.count)
    if view.users != .before {
      for (place, needed) in dependencies.enumerated() {
        for other in needed where other != place { result[other].insert(place) }
      }
    }
    for record in plan.priorObjects where view.users != .now {
      guard let place = places[record.address.configuration] else { continue }
      for dependency in record.dependencies {
        if let other = places[dependency], other != place { result[other].insert(place) }
      }
    }
    return result.map { $0.sorted() }
  }

  private mutating func add(_ change: ResourceChange, at index: Int) {
    guard let place = places[change.address.configuration] else { return }
    switch change.action {
    case .create, .update, .read: _ = addApply(index, place: place)
    case .noOp:
      let block = tree.module(at: change.address.module.path)?.resources[change.address.resource]
      if block?.preconditions.isEmpty == false || block?.postconditions.isEmpty == false {
        let step = execution.add(.verify(change: index))
        waitForNeeded(step, place: place)
      }
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
      for user in users[place] { execution.order(step, after: destroyedFirst[user]) }
    }
    execution.order(applied[place], after: step)
    execution.order(appliedAbove[place], after: step)
    execution.order(appliedAlone[place], after: step)
    return step
  }

  private mutating func waitForNeeded(_ step: Int, place: Int) {
    for other in dependencies[place] { execution.order(step, after: applied[other]) }
  }

  private mutating func addDestroy(_ step: Int, _ change: ResourceChange, place: Int) {
    for user in users[place] { execution.order(step, after: destroyed[user]) }
    execution.order(destroyed[place], after: step)
    if isAfterSuccessors(change) {
      // Whoever used it has moved on to its successor.
      for user in users[place] { execution.order(step, after: view.isLoose ? appliedAlone[user] : appliedAbove[user]) }
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
