import Addresses
import ArgumentParser
import Diagnostics
import State

struct StateMoveCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "mv", abstract: "Move an item in the state.",
    discussion: """
      Gives an instance, a resource or a module another name, so that configuration that was renamed finds its objects again; or moves it \
      into another state file. A moved block in the configuration does the same for everybody who uses it, and is shown in the plan.
      """)

  static let manual = Manual(
    environment: EnvironmentVariable.common,
    examples: [
      Manual.Example("After a rename", "plumb state mv aws_instance.web aws_instance.server"),
      Manual.Example("Into a module", "plumb state mv aws_vpc.main module.network.aws_vpc.main"),
      Manual.Example("Into another state", "plumb state mv -state-out=other.tfstate module.dns module.dns"),
    ])

  @Argument(help: "The address of an instance, a resource or a module.")
  var source: String

  @Argument(help: "Its new address.")
  var destination: String

  @Flag(name: .customLong("dry-run"), help: "Say what would be moved, and move nothing.")
  var isDryRun = false

  @Option(
    name: .customLong("state-out"),
    help: ArgumentHelp("Move into this state file in Terraform's format, which need not exist yet.", valueName: "path"))
  var stateOut: String?

  @Option(
    name: .customLong("backup-out"),
    help: ArgumentHelp("Write the state of -state-out as it was to this file.", valueName: "path"))
  var backupOut: String?

  @OptionGroup(title: "State") var change: StateChangeArguments
  @OptionGroup(title: "Output") var view: ViewArguments

  func run(in world: World) async -> Int32 {
    await withEditableState(world, view, path: change.state, leaseTimeout: change.locking.timeout) { state in
      let move = StateMove(try AddressArgument.target(source), to: try AddressArgument.target(destination))
      if let stateOut, stateOut != change.state {
        return try await moveOut(move, of: state, to: stateOut, world)
      }
      let pairs = try move.pairs(from: state.snapshot, into: state.snapshot)
      let count = announce(move.parts(of: pairs), world)
      if isDryRun { return 0 }
      try await state.edit(
        command: "state mv", backup: BackupOption(path: change.backup, isTimed: true),
        changes: { snapshot in
          try move.pairs(from: snapshot, into: snapshot).map {
            .move(from: $0.object.key, to: $0.key, expectedVersion: $0.object.version)
          }
        }, consequences: { StateMove.dependents(of: pairs, in: $0) })
      world.output.line("Successfully moved \(count) object(s).")
      return 0
    }
  }

  /// The destination is written first: whatever happens in between, each object is known to one of the states.
  private func moveOut(_ move: StateMove, of state: EditableState, to path: String, _ world: World) async throws -> Int32 {
    let other = try await EditableState.open(Session(world), path: path)
    let pairs = try move.pairs(from: state.snapshot, into: other.snapshot)
    let count = announce(move.parts(of: pairs), world)
    if isDryRun { return 0 }
    try await other.edit(command: "state mv", backup: BackupOption(path: backupOut, isTimed: true)) { _ in
      pairs.map {
        var object = $0.object
        object.key = $0.key
        return .put(object, expectedVersion: 0)
      }
    }
    try await state.edit(command: "state mv", backup: BackupOption(path: change.backup, isTimed: true)) { snapshot in
      try move.pairs(from: snapshot, into: StateSnapshot()).map {
        .remove($0.object.key, expectedVersion: $0.object.version)
      }
    }
    world.output.line("Successfully moved \(count) object(s).")
    return 0
  }

  private func announce(_ parts: [(from: String, to: String)], _ world: World) -> Int {
    let verb = isDryRun ? "Would move" : "Move"
    for part in parts { world.output.line("\(verb) \(quoted(part.from)) to \(quoted(part.to))") }
    return parts.count
  }
}

/// What is to be moved where, before anybody has looked whether it can be.
struct StateMove {
  let source: TargetAddress
  let destination: TargetAddress

  init(_ source: TargetAddress, to destination: TargetAddress) {
    self.source = source
    self.destination = destination
  }

  /// Every object that moves with its new name, or why it cannot be.
  func pairs(
    from snapshot: StateSnapshot, into other: StateSnapshot
  ) throws(DiagnosticsError) -> [(object: StateObject, key: ObjectKey)] {
    switch source {
    case .module(let module): return try modulePairs(module, snapshot, other)
    case .resource(let address):
      if address.key == nil && !snapshot.objects.contains(where: { $0.address == address }) {
        return try resourcePairs(address, snapshot, other)
      }
      return try instancePairs(address, snapshot, other)
    }
  }

  /// What people are told of: the instance or resource, and of a module each module in it that has objects.
  func parts(of pairs: [(object: StateObject, key: ObjectKey)]) -> [(from: String, to: String)] {
    guard case .module = source else { return [(source.description, destination.description)] }
    var seen: Set<ModuleInstance> = []
    return pairs.filter { seen.insert($0.object.address.module).inserted }
      .map { (from: $0.object.address.module.description, to: $0.key.address.module.description) }
      .sorted { $0.from < $1.from }
  }

  /// The objects that depend on what was moved, with its new name: they must still be destroyed before it.
  static func dependents(of pairs: [(object: StateObject, key: ObjectKey)], in moved: StateSnapshot) -> [ObjectChange] {
    var names: [ConfigurationResource: Set<ConfigurationResource>] = [:]
    for pair in pairs {
      names[pair.object.address.configuration, default: []].insert(pair.key.address.configuration)
    }
    // Where other instances keep the old name, both are depended on.
    for name in moved.resources { names[name]?.insert(name) }
    return moved.objects.compactMap { object in
      var changed = object
      let renamed = Set(object.dependencies.flatMap { names[$0] ?? [$0] })
      changed.dependencies = renamed.subtracting([object.address.configuration]).sorted()
      return changed.dependencies == object.dependencies ? nil : .put(changed, expectedVersion: object.version)
    }
  }

  private func modulePairs(
    _ module: ModuleInstance, _ snapshot: StateSnapshot, _ other: StateSnapshot
  ) throws(DiagnosticsError) -> [(object: StateObject, key: ObjectKey)] {
    let objects = snapshot.objects.filter { $0.address.module.steps.starts(with: module.steps) }
    if objects.isEmpty { throw noMatch }
    guard case .module(let target) = destination else {
      throw failure(
        "Invalid target address",
        "\(source) is a module and \(destination) is none. Name a module in both places.")
    }
    if other.objects.contains(where: { $0.address.module.steps.starts(with: target.steps) }) {
      throw failure(
        "Error moving state: destination module already exists",
        "\(target) has objects already. Nothing was moved. Check the addresses and the paths of state files.")
    }
    return objects.map { object in
      var key = object.key
      key.address.module = ModuleInstance(target.steps + object.address.module.steps.dropFirst(module.steps.count))
      return (object, key)
    }
  }

  private func resourcePairs(
    _ address: ResourceInstance, _ snapshot: StateSnapshot, _ other: StateSnapshot
  ) throws(DiagnosticsError) -> [(object: StateObject, key: ObjectKey)] {
    let objects = snapshot.objects.filter { $0.address.module == address.module && $0.address.resource == address.resource }
    if objects.isEmpty { throw noMatch }
    guard case .resource(let target) = destination, target.key == nil else {
      throw failure(
        "Invalid target address",
        "\(source) is a whole resource and \(destination) is not. Name a whole resource in both places.")
    }
    try checkKind(address, target)
    if other.objects.contains(where: { $0.address.module == target.module && $0.address.resource == target.resource }) {
      throw failure(
        "Invalid target address",
        "There is a resource \(destination) in the state already. Name another address, or move that one first.")
    }
    return objects.map { object in
      (object, ObjectKey(ResourceInstance(module: target.module, target.resource, key: object.address.key), deposedKey: object.deposedKey))
    }
  }

  private func instancePairs(
    _ address: ResourceInstance, _ snapshot: StateSnapshot, _ other: StateSnapshot
  ) throws(DiagnosticsError) -> [(object: StateObject, key: ObjectKey)] {
    let objects = snapshot.objects.filter { $0.address == address }
    if objects.isEmpty { throw noMatch }
    guard case .resource(let target) = destination else {
      throw failure(
        "Invalid target address",
        "\(source) is an instance and \(destination) is none. Name an instance in both places.")
    }
    try checkKind(address, target)
    if other.objects.contains(where: { $0.address == target }) {
      throw failure(
        "Invalid target address",
        "There is an instance \(destination) in the state already. Name another address, or move that one first.")
    }
    return objects.map { ($0, ObjectKey(target, deposedKey: $0.deposedKey)) }
  }

  private func checkKind(_ from: ResourceInstance, _ to: ResourceInstance) throws(DiagnosticsError) {
    if from.resource.mode != to.resource.mode {
      let kind = from.resource.mode == .managed ? "managed" : "data"
      throw failure(
        "Invalid state move request",
        "\(from) cannot become \(to): a \(kind) resource can only become another \(kind) resource.")
    }
    if from.resource.type != to.resource.type {
      throw failure("Invalid state move request", "\(from) cannot become \(to): their types differ.")
    }
  }

  private var noMatch: DiagnosticsError {
    failure(
      "Invalid source address",
      "Nothing in the state is called \(source). \"plumb state list\" shows what is there.")
  }

  private func failure(_ summary: String, _ detail: String) -> DiagnosticsError {
    DiagnosticsError(.error(summary, detail))
  }
}
