import Addresses
import ArgumentParser
import Diagnostics
import Engine
import Host
import SQLiteStore
import State
import Values

struct StateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "state", abstract: "Look into the state, change it by hand, and hand it over.",
    subcommands: [
      StateListCommand.self, StateIdentitiesCommand.self, StateShowCommand.self, StateMoveCommand.self, StateRemoveCommand.self,
      StateReplaceProviderCommand.self, StatePullCommand.self, StatePushCommand.self, StateHistoryCommand.self, StateJournalCommand.self, StateResolveCommand.self,
    ])
}

/// Opens the state for a subcommand and shows what goes wrong.
///
/// Not inlined: the optimiser of Swift 6.3 crashes on the coroutine that would come of it.
/// - Parameters:
///   - path: a state file; nil for the workspace's state.
///   - leaseTimeout: milliseconds to wait for objects that another run is changing.
@inline(never)
func withEditableState(
  _ world: World, _ view: ViewArguments, path: String?, leaseTimeout: Int64 = 0,
  _ body: (EditableState) async throws -> Int32
) async -> Int32 {
  let session = Session(world)
  do {
    try session.checkWorkspace()
    let state = try await EditableState.open(session, path: path)
    state.leaseTimeout = leaseTimeout
    do {
      let code = try await body(state)
      await state.close()
      return code
    } catch {
      await state.close()
      throw error
    }
  } catch {
    Report(world, view).show(Pipeline.diagnostics(of: error), SourceMap())
    return 1
  }
}

/// As `withEditableState`, for what is about the store itself.
@inline(never)
private func withState(
  _ world: World, _ view: ViewArguments, _ body: (Session, SQLiteStore, StateSnapshot) async throws -> Int32
) async -> Int32 {
  let session = Session(world)
  return await withEditableState(world, view, path: nil) { state in
    guard let store = state.database else { return 1 }
    return try await body(session, store, state.snapshot)
  }
}

/// The state file to look into instead of the workspace's state.
struct StatePathArguments: ParsableArguments {
  @Option(help: ArgumentHelp("A Terraform state file to look into instead of the workspace's state.", valueName: "path"))
  var state: String?

  static let missing = DiagnosticsError(
    .error(
      "No state file was found!",
      "State management commands require a state. Run this command in a directory where Plumb has been run, or use the -state flag "
        + "to point the command to a specific state file."))
}

struct StateListCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "List resources in the state.",
    discussion: "Without an address: all instances. An address that matches nothing is an error.")

  @Argument(help: "Only instances in these modules or of these resources.")
  var addresses: [String] = []

  @Option(help: ArgumentHelp("Only instances whose id attribute is this.", valueName: "id"))
  var id: String?

  @OptionGroup(title: "State") var path: StatePathArguments
  @OptionGroup(title: "Output") var view: ViewArguments

  func run(in world: World) async -> Int32 {
    await withEditableState(world, view, path: path.state) { state in
      if state.isMissing { throw StatePathArguments.missing }
      let targets = try addresses.map { text throws(DiagnosticsError) in try AddressArgument.target(text) }
      let objects = state.snapshot.objects
      for target in targets where !objects.contains(where: { target.contains($0.address) }) { throw Self.unknown(target) }
      var shown = objects
      if let id { shown = objects.filter { $0.deposedKey == nil && $0.identifier == id } }
      for address in Self.addresses(of: shown, targets) { world.output.line(address.description) }
      return 0
    }
  }

  /// In the order of the targets; an instance with several objects once.
  private static func addresses(of objects: [StateObject], _ targets: [TargetAddress]) -> [ResourceInstance] {
    var all = objects.map(\.address)
    all = zip(all, [nil] + all.map(Optional.some)).filter { $0 != $1 }.map(\.0)
    return targets.isEmpty ? all : targets.flatMap { target in all.filter(target.contains) }
  }

  static func unknown(_ target: TargetAddress) -> DiagnosticsError {
    switch target {
    case .module(let module):
      return DiagnosticsError(
        .error(
          "Unknown module",
          "The current state contains no module at \(module). If you've just added this module to the configuration, you must run "
            + "\"plumb apply\" first to create the module's entry in the state."))
    case .resource(let address) where address.key == nil:
      return DiagnosticsError(
        .error(
          "Unknown resource",
          "The current state contains no resource \(address). If you've just added this resource to the configuration, you must "
            + "run \"plumb apply\" first to create the resource's entry in the state."))
    case .resource(let address):
      return DiagnosticsError(
        .error(
          "Unknown resource instance",
          "The current state contains no resource instance \(address). If you've just added its resource to the configuration or "
            + "have changed the count or for_each arguments, you must run \"plumb apply\" first to update the resource's entry in "
            + "the state."))
    }
  }
}

extension StateObject {
  /// The `id` attribute, if it is text.
  var identifier: String? { (try? JSONNode(parsing: attributes))?["id"]?.string }
}

struct StateShowCommand: Command {
  static let configuration = CommandConfiguration(commandName: "show", abstract: "Show a resource in the state.")

  @Argument(help: "The address of an instance.")
  var address: String

  @OptionGroup(title: "State") var path: StatePathArguments
  @OptionGroup(title: "Output") var view: ViewArguments

  func run(in world: World) async -> Int32 {
    await withEditableState(world, view, path: path.state) { state in
      let (session, snapshot) = (Session(world), state.snapshot)
      guard let address = ResourceInstance(parsing: address) else {
        throw DiagnosticsError(.error("Error parsing instance address: \(self.address)", Self.advice))
      }
      if state.isMissing { throw StatePathArguments.missing }
      guard let object = snapshot.object(at: address) else {
        throw DiagnosticsError(.error("No instance found for the given address!", Self.advice))
      }
      let schemas = try await session.schemas(tree: nil, objects: [(object.provider.source, address.resource)])
      let single = StateSnapshot(lineage: snapshot.lineage, serial: snapshot.serial, objects: [object])
      guard let record = try single.records(schemas: schemas).first,
        let schema = schemas.schema(of: address.resource, from: object.provider.source)
      else { return 1 }
      world.output(objectText(record, schema: schema, style: Report(world, view).style))
      return 0
    }
  }

  private static let advice =
    "This command requires that the address references one specific instance. To view the available instances, use \"plumb state "
    + "list\". Please modify the address to reference a specific instance."
}

struct StatePullCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "pull", abstract: "Write the state as a Terraform state file, format 4, to standard output.")

  @OptionGroup(title: "Output") var view: ViewArguments

  func run(in world: World) async -> Int32 {
    await withState(world, view) { _, _, snapshot in
      if !snapshot.wasNeverWritten {
        world.output(bytes: StateFile(terraformVersion: terraformVersion, snapshot: snapshot).bytes)
      }
      return 0
    }
  }
}

struct StatePushCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "push", abstract: "Replace the state with a Terraform state file.",
    discussion: "Refuses a file of another lineage or with an older serial, unless forced. With - it reads standard input.")

  @Argument(help: "The state file, or - for standard input.")
  var path: String

  @Flag(help: "Write the state even if lineages do not match or the serial is older.")
  var force = false

  @Flag(inversion: .prefixedNo, help: "Accepted for compatibility; leases take the place of the lock.")
  var lock = true

  @Option(
    name: .customLong("lock-timeout"),
    help: ArgumentHelp("Accepted for compatibility with scripts that set it.", valueName: "duration"))
  var lockTimeout = "0s"

  @Flag(name: .customLong("ignore-remote-version"), help: "Accepted for compatibility; it has a meaning for HCP Terraform only.")
  var ignoreRemoteVersion = false

  @OptionGroup(title: "Output") var view: ViewArguments

  func run(in world: World) async -> Int32 {
    await withState(world, view) { session, store, current in
      var bytes: [UInt8] = []
      if path == "-" {
        bytes = world.readInput()
      } else {
        bytes = try world.files.read(path)
      }
      guard let file = try StateFile(reading: bytes) else {
        throw DiagnosticsError(.error("Error reading source state \"\(path)\"", "The file is empty: there is no state in it."))
      }
      if try await session.readState(store).isFromTerraform { try await session.takeOver(current, into: store) }
      let run = try await store.beginRun(command: "state push")
      do {
        try await store.replaceAll(with: file.snapshot, force: force, run: run)
        try await store.finishRun(run.id, status: .succeeded)
      } catch {
        try? await store.finishRun(run.id, status: .failed)
        throw error
      }
      return 0
    }
  }
}

struct StateHistoryCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "history", abstract: "Show every past version of an object, or the runs that changed the state.",
    discussion: "With the address of an instance: what happened to it, oldest first. Without: the runs.")

  @Argument(help: "The address of an instance.")
  var address: String?

  @Flag(help: "Write JSON.")
  var json = false

  @OptionGroup(title: "Output") var view: ViewArguments

  func run(in world: World) async -> Int32 {
    await withState(world, view) { _, store, _ in try await show(store, world) }
  }

  private func show(_ store: SQLiteStore, _ world: World) async throws -> Int32 {
    if let address { try await showHistory(of: address, store, world) } else { try await showRuns(store, world) }
    return 0
  }

  private func showHistory(of text: String, _ store: SQLiteStore, _ world: World) async throws {
    let address = try AddressArgument.instance(text)
    let entries = try await store.history(of: address)
    if json {
      world.output(bytes: document(entries))
      return
    }
    if entries.isEmpty { world.output.line("Nothing is recorded about \(address).") }
    for entry in entries { write(entry, world) }
  }

  private func showRuns(_ store: SQLiteStore, _ world: World) async throws {
    for run in try await store.runs() {
      let count = try await store.operations(of: run.id).count
      world.output.line(
        "run \(run.id)  \(run.startedAt)  \(run.command)  \(run.status.rawValue)  \(run.user)@\(run.host)  "
          + "\(count) operation\(count == 1 ? "" : "s")")
    }
  }

  private func write(_ entry: HistoryEntry, _ world: World) {
    let run = entry.runID.map { "run \($0)" } ?? "no run"
    world.output.line("\(entry.at)  \(run)  \(entry.key)  \(entry.change.rawValue)")
    let before = members(entry.before)
    let after = members(entry.after)
    for name in Set(before.keys).union(after.keys).sorted() where before[name] != after[name] {
      world.output.line("    \(name): \(before[name] ?? "(absent)") -> \(after[name] ?? "(absent)")")
    }
  }

  /// The attributes as compact JSON; sensitive ones are not shown.
  private func members(_ object: StateObject?) -> [String: String] {
    guard let object, let node = try? JSONNode(parsing: object.attributes) else { return [:] }
    var result: [String: String] = [:]
    let hidden = Set(
      object.sensitivePaths.compactMap { path -> String? in
        if case .attribute(let name)? = path.steps.first { return name }
        return nil
      })
    for member in node.members ?? [] {
      result[member.key] = hidden.contains(member.key) ? "(sensitive)" : String(decoding: member.value.bytes, as: UTF8.self)
    }
    return result
  }

  private func document(_ entries: [HistoryEntry]) -> [UInt8] {
    var writer = JSONWriter()
    writer.beginArray()
    for entry in entries {
      writer.beginObject()
      writer.member("at", entry.at)
      writer.key("run")
      if let run = entry.runID { writer.integer(run) } else { writer.null() }
      writer.member("address", entry.key.address.description)
      if let deposed = entry.key.deposedKey { writer.member("deposed", deposed) }
      writer.member("change", entry.change.rawValue)
      writer.key("before")
      if let before = entry.before { writer.raw(before.attributes) } else { writer.null() }
      writer.key("after")
      if let after = entry.after { writer.raw(after.attributes) } else { writer.null() }
      writer.endObject()
    }
    writer.endArray()
    writer.newline()
    return writer.bytes
  }
}

struct StateJournalCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "journal", abstract: "List operations of which nobody wrote down the result.",
    discussion: "They were in flight when a run was cut off; the objects may exist or not.")

  @OptionGroup(title: "Output") var view: ViewArguments

  func run(in world: World) async -> Int32 {
    await withState(world, view) { _, _, snapshot in
      for operation in snapshot.interruptedOperations {
        world.output.line(
          "operation \(operation.id)  run \(operation.runID)  \(operation.startedAt)  \(operation.action)  \(operation.key)")
      }
      if snapshot.interruptedOperations.isEmpty { world.output.line("Nothing is in flight.") }
      return 0
    }
  }
}

struct StateResolveCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "resolve", abstract: "Say that an interrupted operation left nothing behind.",
    discussion: "Use it after looking at the provider: the next apply then treats the object as the state describes it.")

  @Argument(help: "The address of the instance.")
  var address: String

  @OptionGroup(title: "Output") var view: ViewArguments

  func run(in world: World) async -> Int32 {
    await withState(world, view) { _, store, snapshot in
      let address = try AddressArgument.instance(address)
      let operations = snapshot.interruptedOperations.filter { $0.key.address == address }
      if operations.isEmpty {
        throw DiagnosticsError(
          .error("Nothing to resolve", "No interrupted operation of \(address) is recorded; plumb state journal lists them all."))
      }
      for operation in operations {
        try await store.resolveOperation(operation.id, message: "resolved by hand: left nothing behind")
        world.output.line("Resolved: \(operation.action) of \(operation.key) in run \(operation.runID).")
      }
      return 0
    }
  }
}
