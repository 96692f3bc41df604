import Addresses
import Glibc
import SQLiteStore
import State
import Synchronization
import Testing

/// Files beside the tests.
enum Fixture {
  static func bytes(_ name: String) throws -> [UInt8] {
    let directory = #filePath.split(separator: "/").dropLast().joined(separator: "/")
    return try #require(readFile("/\(directory)/Fixtures/\(name)"))
  }
}

func readFile(_ path: String) -> [UInt8]? {
  guard let file = fopen(path, "r") else { return nil }
  defer { fclose(file) }
  var bytes: [UInt8] = []
  var buffer = [UInt8](repeating: 0, count: 65_536)
  while true {
    let count = fread(&buffer, 1, buffer.count, file)
    if count == 0 { return bytes }
    bytes += buffer.prefix(count)
  }
}

func writeFile(_ path: String, _ bytes: [UInt8]) {
  guard let file = fopen(path, "w") else { return }
  fwrite(bytes, 1, bytes.count, file)
  fclose(file)
}

/// A new directory that is removed with its last reference.
final class TemporaryDirectory: Sendable {
  let path: String

  init() {
    var template = Array("/tmp/plumb-state-XXXXXX".utf8CString)
    _ = mkdtemp(&template)
    path = String(decoding: template.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
  }

  deinit {
    for name in ["plumb.sqlite", "plumb.sqlite-wal", "plumb.sqlite-shm"] { unlink("\(path)/\(name)") }
    rmdir(path)
  }
}

func address(_ text: String) -> ResourceInstance {
  ResourceInstance(parsing: text) ?? ResourceInstance(Resource(.managed, "not", "an_address"))
}

func key(_ text: String, deposed: String? = nil) -> ObjectKey { ObjectKey(address(text), deposedKey: deposed) }

let exampleProvider = ProviderConfigurationAddress(source: ProviderSource(type: "example"))

func object(_ text: String, _ attributes: String = "{}", deposed: String? = nil) -> StateObject {
  StateObject(key: key(text, deposed: deposed), provider: exampleProvider, attributes: Array(attributes.utf8))
}

extension StateObject {
  var text: String { String(decoding: attributes, as: UTF8.self) }
}

/// Both stores, behind what a test needs of the world: a clock it moves, and processes it kills.
final class World: Sendable {
  enum Kind: String, CaseIterable, Sendable { case memory, sqlite }

  let kind: Kind
  /// 2026-08-01T12:00:00Z.
  let time = Mutex<Int64>(1_785_585_600_000)
  let dead = Mutex<Set<Int32>>([])
  let lineages = Mutex(0)
  let directory = TemporaryDirectory()
  let database = MemoryDatabase()

  init(_ kind: Kind) { self.kind = kind }

  var path: String { "\(directory.path)/plumb.sqlite" }

  func environment(process: Int32 = 100, host: String = "here") -> StoreEnvironment {
    StoreEnvironment(
      now: { self.time.withLock { $0 } },
      newLineage: {
        self.lineages.withLock { count in
          count += 1
          return "lineage-\(count)"
        }
      },
      host: host, user: "ann", processID: process, isProcessAlive: { id in !self.dead.withLock { $0.contains(id) } })
  }

  func open(process: Int32 = 100, host: String = "here") -> any StateStore {
    let environment = environment(process: process, host: host)
    switch kind {
    case .memory: return MemoryStateStore(database: database, environment: environment)
    case .sqlite: return SQLiteStore(path: path, environment: environment)
    }
  }

  func advance(seconds: Int64) { time.withLock { $0 += seconds * 1000 } }
  func kill(_ process: Int32) { dead.withLock { _ = $0.insert(process) } }
}

/// Begins and finishes one operation that puts the object. Gives its version.
@discardableResult
func store(_ object: StateObject, in store: any StateStore, run: Run, expecting version: Int64 = 0) async throws
  -> Int64
{
  try await store.lease([object.key], for: run)
  let operation = try await store.beginOperation(
    run: run, key: object.key, action: version == 0 ? "create" : "update", planned: object.attributes,
    provider: object.provider)
  return try await store.finishOperation(
    operation, changes: [.put(object, expectedVersion: version)], succeeded: true, message: nil)[0]
}

/// The error that the body throws.
func failure(_ body: () async throws -> Void) async -> StoreError? {
  do {
    try await body()
    return nil
  } catch {
    return error as? StoreError
  }
}
