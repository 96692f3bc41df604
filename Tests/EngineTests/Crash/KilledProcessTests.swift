import Addresses
import Diagnostics
import Glibc
import Host
import SQLiteStore
import State
import Synchronization
import Testing
import Values

@testable import Engine

/// The same with a real database on disk and a real process that is really killed.
@Suite struct KilledProcessTests {
  @Test(arguments: [2, 9, 31, 64, 98, 131, 165, 202, 240, 270])
  func survivesARealKill(_ moment: Int) async throws {
    let directory = WorldDirectory()
    try await directory.store(CrashTests.eve.value)
    let path = directory.path
    await #expect(processExitsWith: .signal(SIGKILL)) { [path = path as String, moment = moment as Int] in
      try await WorldDirectory.applyAndDie(in: path, at: moment)
    }
    let stage = try directory.stage(firstProcess: 20_000)
    let aftermath = Aftermath(stage: stage)
    let broken = try await aftermath.broken()
    #expect(broken == [])
    try await aftermath.resolve()
    let graph = try await CrashTests.eve.value.graph
    let wrong = try await aftermath.converge(graph, names: CrashScenario.namesAfter)
    #expect(wrong == [])
  }
}

/// A directory with a SQLite store and a file for each object of the cloud, so that both outlive a process.
final class WorldDirectory: Sendable {
  let path: String
  private let isOwner: Bool

  init() {
    var template = Array("/tmp/plumb-crash-XXXXXX".utf8CString)
    _ = mkdtemp(&template)
    path = String(decoding: template.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    isOwner = true
  }

  private init(path: String) {
    self.path = path
    isOwner = false
  }

  deinit {
    guard isOwner else { return }
    for name in (try? LocalFileTree().list(path)) ?? [] { unlink("\(path)/\(name)") }
    rmdir(path)
  }

  /// Fills the directory with the eve of the change.
  func store(_ eve: CrashTests.Eve) async throws {
    let store = eve.stage().store()
    let snapshot = try await store.snapshot()
    for object in eve.cloud.objects { try write(.stored(object)) }
    let disk = stage(SimulatedCloud(), firstProcess: 100).store()
    try await disk.replaceAll(with: snapshot, force: true, run: nil)
    await disk.close()
  }

  /// What the directory holds.
  func stage(firstProcess: Int32) throws -> Stage { stage(try cloud(), firstProcess: firstProcess) }

  private func stage(_ cloud: SimulatedCloud, firstProcess: Int32) -> Stage {
    let file = "\(path)/plumb.sqlite"
    return Stage(cloud: cloud, firstProcess: firstProcess, openStore: { SQLiteStore(path: file, environment: $0) })
  }

  // MARK: The cloud as files

  private func write(_ change: SimulatedCloud.Change) throws {
    let id: String
    var members: [(String, Value)] = []
    switch change {
    case .deleted(let deleted): id = deleted
    case .stored(let object):
      id = object.id
      guard let schema = SimulatedSchemas.resources[object.typeName] else { return }
      let text = String(
        decoding: JSONValueCodec.encode(object.value, type: .object(schema.block.impliedType)), as: UTF8.self)
      members = [
        ("type", .string(object.typeName)), ("name", .string(object.name)), ("revision", .int(object.revision)),
        ("value", .string(text)),
      ]
    }
    let bytes = JSONValueCodec.encode(.object(members + [("id", .string(id))]))
    let name = String(id.map { $0 == "/" ? "_" : $0 })
    // A kill must leave the file as it was or as it will be.
    try LocalFileTree().write(bytes, to: "\(path)/\(name).new")
    rename("\(path)/\(name).new", "\(path)/\(name).object")
  }

  private func cloud() throws -> SimulatedCloud {
    var objects: [SimulatedCloud.Object] = []
    var deleted: Set<String> = []
    for name in try LocalFileTree().list(path) where name.hasSuffix(".object") {
      let record = try JSONValueCodec.decode(try LocalFileTree().read("\(path)/\(name)"))
      let id = try #require(record.attribute("id")?.asString)
      guard let type = record.attribute("type")?.asString, let schema = SimulatedSchemas.resources[type] else {
        deleted.insert(id)
        continue
      }
      let text = try #require(record.attribute("value")?.asString)
      objects.append(
        SimulatedCloud.Object(
          id: id, typeName: type, name: record.attribute("name")?.asString ?? "",
          value: try JSONValueCodec.decode(Array(text.utf8), type: .object(schema.block.impliedType)),
          revision: record.attribute("revision")?.asInt ?? 0))
    }
    return SimulatedCloud(objects: objects, deletedIDs: deleted) { change in try? self.write(change) }
  }

  // MARK: The process that dies

  /// What the child does: plans the change, applies it, and kills itself at the given moment.
  static func applyAndDie(in path: String, at moment: Int) async throws {
    let stage = try WorldDirectory(path: path).stage(firstProcess: 10_000)
    let (graph, _) = await Stage.graph(CrashScenario.after)
    let planned = try await stage.process().plan(graph)
    guard let plan = planned.plan, !planned.diagnostics.hasErrors else { return }
    let process = stage.process(
      life: KillSwitch(at: moment, onDeath: { kill(getpid(), SIGKILL) }), parallelism: 4)
    _ = await process.apply(plan, graph)
  }
}
