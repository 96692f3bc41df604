import Glibc
import YAML

/// A file to which every change is added as a line of JSON, so that a server finds its objects again however it ended.
///
/// Each change is one write: the process may be killed at any time and loses nothing that it has answered. Half a line at the end,
/// of a machine that stopped, is left out and cut off. A file that has grown far beyond what it says is written anew beside the
/// old one and put in its place.
final class Journal {
  struct Entry {
    var type: String
    var name: ObjectName
    var revision: Int64
    /// Nil for an object that is gone.
    var value: JSONValue?
  }

  struct Problem: Error {
    var message: String
  }

  private let path: String
  private var descriptor: Int32
  private var lines: Int
  private weak var store: ObjectStore?

  /// Opens a journal in a directory, which is made if it is not there, and restores what it holds.
  init(directory: String, store: ObjectStore) throws(Problem) {
    _ = unsafe mkdir(directory, 0o700)
    path = directory + "/kubernetes.jsonl"
    descriptor = unsafe open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
    lines = 0
    guard descriptor >= 0 else { throw Problem(message: "\(path) cannot be opened: \(Self.reason())") }
    guard Self.lock(descriptor) else { throw Problem(message: "\(path) is in use by another lab.") }
    let (entries, end) = try Self.read(descriptor, path)
    guard ftruncate(descriptor, off_t(end)) == 0 else { throw Problem(message: "\(path) cannot be cut: \(Self.reason())") }
    lines = entries.count
    store.restore(entries)
    self.store = store
  }

  /// A lab that was just killed may take a moment to be gone.
  private static func lock(_ descriptor: Int32) -> Bool {
    for attempt in 0..<20 {
      if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { return true }
      if attempt < 19 { usleep(50_000) }
    }
    return false
  }

  deinit {
    if descriptor >= 0 { close(descriptor) }
  }

  func put(_ type: String, _ name: ObjectName, _ object: StoredObject, count: Int) {
    add(Self.line(type, name, object), count)
  }

  func remove(_ type: String, _ name: ObjectName, revision: Int64, count: Int) {
    let entry: JSONValue = [
      "type": .string(type), "namespace": .string(name.namespace), "name": .string(name.name), "revision": .integer(revision),
    ]
    add(entry.json() + [0x0A], count)
  }

  private static func line(_ type: String, _ name: ObjectName, _ object: StoredObject) -> [UInt8] {
    let head: JSONValue = [
      "type": .string(type), "namespace": .string(name.namespace), "name": .string(name.name), "revision": .integer(object.revision),
    ]
    return head.json().dropLast() + Array(",\"object\":".utf8) + object.json + Array("}\n".utf8)
  }

  private func add(_ line: [UInt8], _ count: Int) {
    Self.write(line, to: descriptor)
    lines += 1
    if lines > 2 * count + 2000 { compact() }
  }

  /// A file that cannot be written anew goes on as it is.
  private func compact() {
    guard let store else { return }
    let fresh = path + ".new"
    let target = unsafe open(fresh, O_RDWR | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0o600)
    guard target >= 0 else { return }
    let objects = store.snapshot
    var isWhole = flock(target, LOCK_EX | LOCK_NB) == 0
    // The last revision may be that of an object which is gone.
    isWhole = isWhole && Self.write(Array("{\"revision\":\(store.revision)}\n".utf8), to: target)
    for (reference, object) in objects where isWhole {
      isWhole = Self.write(Self.line(reference.type, reference.name, object), to: target)
    }
    guard isWhole, unsafe rename(fresh, path) == 0 else {
      close(target)
      return
    }
    close(descriptor)
    descriptor = target
    lines = objects.count + 1
  }

  @discardableResult
  private static func write(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
    var offset = 0
    while offset < bytes.count {
      let written = unsafe bytes.withUnsafeBytes { buffer in
        unsafe Glibc.write(descriptor, buffer.baseAddress?.advanced(by: offset), bytes.count - offset)
      }
      if written < 0, errno == EINTR { continue }
      if written <= 0 { return false }
      offset += written
    }
    return true
  }

  /// The entries of a file, and where the last whole line ends.
  private static func read(_ descriptor: Int32, _ path: String) throws(Problem) -> ([Entry], Int) {
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 20)
    while true {
      let count = unsafe Glibc.read(descriptor, &buffer, buffer.count)
      if count < 0, errno == EINTR { continue }
      if count < 0 { throw Problem(message: "\(path) cannot be read: \(reason())") }
      if count == 0 { break }
      bytes += buffer[..<count]
    }
    var entries: [Entry] = []
    var start = 0
    while let end = bytes[start...].firstIndex(of: 0x0A) {
      guard let value = try? JSONValue(json: Array(bytes[start..<end])), let revision = value["revision"]?.asInteger else {
        throw Problem(message: "\(path) is not a lab's journal: line \(entries.count + 1) is damaged.")
      }
      let name = ObjectName(namespace: value["namespace"]?.asString ?? "", name: value["name"]?.asString ?? "")
      entries.append(Entry(type: value["type"]?.asString ?? "", name: name, revision: revision, value: value["object"]))
      start = end + 1
    }
    return (entries, start)
  }

  private static func reason() -> String { unsafe String(cString: strerror(errno)) }
}
