import Addresses
import ArgumentParser
import Diagnostics
import Engine
import Host
import SQLiteStore
import State
import Values

struct StateHistoryCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "history", abstract: "Show every past version of an object, or the runs that changed the state.",
    discussion: """
      With the address of an instance: what happened to it, oldest first, with the run that did it and the attributes that changed. \
      Without: all runs with their numbers, when and by whom.
      """)

  static let manual = Manual(
    environment: EnvironmentVariable.common,
    examples: [Manual.Example("Who changed this, and when", "plumb state history aws_instance.web")],
    additions: "Terraform keeps no history.")

  @Argument(help: "The address of an instance.")
  var address: String?

  @Flag(help: "Write one JSON document for programs. Without an address it has no effect.")
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
    discussion: """
      Each change is written down before the provider is called. What is listed here was in flight when a run was cut off, so that its \
      object may exist or not. The next plan names it too; plumb state resolve closes it.
      """)

  static let manual = Manual(
    environment: EnvironmentVariable.common,
    examples: [Manual.Example("After a crash", "plumb state journal")],
    additions: "Terraform keeps no journal.")

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
    discussion: """
      Look at the provider's side first. When the operation did nothing, this closes it, and the next apply treats the object as the state \
      describes it. When it created an object, import the object instead.
      """)

  static let manual = Manual(
    environment: EnvironmentVariable.common,
    examples: [Manual.Example("The instance was never created", "plumb state resolve aws_instance.web")],
    additions: "Terraform keeps no journal.")

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
