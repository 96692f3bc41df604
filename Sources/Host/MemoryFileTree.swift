import Synchronization

/// A file tree in memory, for tests and for work on files that must not reach the disk.
///
/// Obeys the same contract as `LocalFileTree`. Permissions are kept and reported, not enforced.
/// Modification times are a counter that moves with every change.
package final class MemoryFileTree: FileTree {
  private let state: Mutex<Storage>

  /// A tree with these files; the directories that they need are created.
  /// - Parameter workingDirectory: absolute; where relative paths start. It is created.
  package init(_ files: [String: String] = [:], workingDirectory: String = "/") {
    state = Mutex(Storage(workingDirectory: workingDirectory))
    try? createDirectory(workingDirectory)
    for (path, text) in files.sorted(by: { $0.key < $1.key }) {
      if let parent = parentPath(path) { try? createDirectory(parent) }
      try? write([UInt8](text.utf8), to: path)
    }
  }

  package func read(_ path: String) throws(FileError) -> [UInt8] {
    try state.withLock { (storage) throws(FileError) in try storage.content(path) }
  }

  package func read(_ path: String, from offset: Int, count: Int) throws(FileError) -> [UInt8] {
    guard offset >= 0, count >= 0 else { throw FileError(.invalidPath, path: path) }
    return try [UInt8](read(path).dropFirst(offset).prefix(count))
  }

  package func write(_ bytes: [UInt8], to path: String, mode: UInt32) throws(FileError) {
    try state.withLock { (storage) throws(FileError) in
      let place = try storage.place(path)
      if let present = place.node, storage.isDirectory(present) { throw FileError(.isDirectory, path: path) }
      if path.hasSuffix("/") { throw FileError(.notDirectory, path: path) }
      storage.attach(.file(bytes), mode: mode, at: place)
    }
  }

  package func write(to path: String, mode: UInt32, next: () throws -> [UInt8]?) throws {
    var bytes: [UInt8] = []
    while let piece = try next() { bytes += piece }
    try write(bytes, to: path, mode: mode)
  }

  package func status(_ path: String) throws(FileError) -> FileStatus {
    try state.withLock { (storage) throws(FileError) in storage.status(try storage.find(path, followLast: true)) }
  }

  package func linkStatus(_ path: String) throws(FileError) -> FileStatus {
    try state.withLock { (storage) throws(FileError) in storage.status(try storage.find(path, followLast: false)) }
  }

  package func list(_ directory: String) throws(FileError) -> [String] {
    try state.withLock { (storage) throws(FileError) in
      let node = try storage.find(directory, followLast: true)
      guard let children = storage.children(node) else { throw FileError(.notDirectory, path: directory) }
      return [String](children.keys).sortedByBytes()
    }
  }

  package func createDirectory(_ path: String) throws(FileError) {
    try state.withLock { (storage) throws(FileError) in try storage.createDirectories(path) }
  }

  package func createSymbolicLink(at path: String, to target: String) throws(FileError) {
    try state.withLock { (storage) throws(FileError) in
      let place = try storage.place(path)
      if place.node != nil { throw FileError(.alreadyExists, path: path) }
      storage.attach(.symbolicLink(target), mode: 0o777, at: place)
    }
  }

  package func readSymbolicLink(_ path: String) throws(FileError) -> String {
    try state.withLock { (storage) throws(FileError) in
      let node = try storage.find(path, followLast: false)
      guard case .symbolicLink(let target) = storage.content(of: node) else {
        throw FileError(.invalidPath, path: path)
      }
      return target
    }
  }

  package func removeEntry(_ path: String) throws(FileError) {
    try state.withLock { (storage) throws(FileError) in
      let place = try storage.place(path)
      guard let node = place.node else { throw FileError(.notFound, path: path) }
      if let children = storage.children(node), !children.isEmpty { throw FileError(.notEmpty, path: path) }
      storage.detach(place)
    }
  }

  package func rename(_ source: String, to destination: String) throws(FileError) {
    try state.withLock { (storage) throws(FileError) in try storage.rename(source, to: destination) }
  }

  package func setMode(_ mode: UInt32, of path: String) throws(FileError) {
    try state.withLock { (storage) throws(FileError) in
      storage.setMode(mode & 0o7777, of: try storage.find(path, followLast: true))
    }
  }

  package func resolve(_ path: String) throws(FileError) -> String {
    try state.withLock { (storage) throws(FileError) in try storage.canonicalPath(path) }
  }
}

/// Nodes by number: a directory names its children, so that a rename moves one entry.
private struct Storage {
  enum Content {
    case file([UInt8])
    case directory([String: Int])
    case symbolicLink(String)
  }

  struct Node {
    var content: Content
    var mode: UInt32
    var modified: Int64
  }

  /// A name in an existing directory, and what is there now.
  struct Place {
    var directory: Int
    var name: String
    var node: Int?
  }

  private static let root = 0
  private let workingDirectory: String
  private var nodes: [Int: Node] = [root: Node(content: .directory([:]), mode: 0o755, modified: 0)]
  private var nextNode = 1
  private var clock: Int64 = 0

  init(workingDirectory: String) {
    self.workingDirectory = workingDirectory
  }

  // MARK: Looking

  func content(of node: Int) -> Content? { nodes[node]?.content }

  func children(_ node: Int) -> [String: Int]? {
    if case .directory(let children) = nodes[node]?.content { return children }
    return nil
  }

  func isDirectory(_ node: Int) -> Bool { children(node) != nil }

  func content(_ path: String) throws(FileError) -> [UInt8] {
    switch nodes[try find(path, followLast: true)]?.content {
    case .file(let bytes): return bytes
    case .directory: throw FileError(.isDirectory, path: path)
    default: throw FileError(.notFound, path: path)
    }
  }

  func status(_ number: Int) -> FileStatus {
    let node = nodes[number]
    let (kind, size): (FileStatus.Kind, Int) =
      switch node?.content {
      case .file(let bytes): (.file, bytes.count)
      case .directory: (.directory, 0)
      case .symbolicLink(let target): (.symbolicLink, target.utf8.count)
      case nil: (.other, 0)
      }
    return FileStatus(
      kind: kind, size: size, modifiedNanoseconds: node?.modified ?? 0, inode: UInt64(number), mode: node?.mode ?? 0)
  }

  func find(_ path: String, followLast: Bool) throws(FileError) -> Int {
    guard let last = try walk(path, followLast: followLast).last else { return Storage.root }
    guard let node = last.node else { throw FileError(.notFound, path: path) }
    return node
  }

  func canonicalPath(_ path: String) throws(FileError) -> String {
    let trail = try walk(path, followLast: true)
    if let last = trail.last, last.node == nil { throw FileError(.notFound, path: path) }
    return "/" + trail.map(\.name).joined(separator: "/")
  }

  /// The directory entry that the path's last component names; the entry itself may be missing.
  func place(_ path: String) throws(FileError) -> Place {
    guard let place = try walk(path, followLast: false).last else { throw FileError(.invalidPath, path: path) }
    return place
  }

  /// The entries from the root to the path; only the last may be missing.
  private func walk(_ path: String, followLast: Bool) throws(FileError) -> [Place] {
    if path.isEmpty { throw FileError(.notFound, path: path) }
    var trail: [Place] = []
    var pending = components(path).reversed() as [String]
    if !path.hasPrefix("/") { pending += components(workingDirectory).reversed() }
    var linksLeft = 40
    while let name = pending.popLast() {
      let directory = trail.last.map(\.node) ?? Storage.root
      guard let directory else { throw FileError(.notFound, path: path) }
      guard let children = children(directory) else { throw FileError(.notDirectory, path: path) }
      if name == "." { continue }
      if name == ".." {
        _ = trail.popLast()
        continue
      }
      let node = children[name]
      if let node, case .symbolicLink(let target) = nodes[node]?.content,
        followLast || !pending.isEmpty || path.hasSuffix("/")
      {
        linksLeft -= 1
        if linksLeft < 0 { throw FileError(.tooManyLinks, path: path) }
        if target.hasPrefix("/") { trail = [] }
        pending += components(target).reversed()
        continue
      }
      trail.append(Place(directory: directory, name: name, node: node))
    }
    if path.hasSuffix("/"), let node = trail.last?.node, !isDirectory(node) {
      throw FileError(.notDirectory, path: path)
    }
    return trail
  }

  private func components(_ path: String) -> [String] {
    path.utf8.split(separator: UInt8(ascii: "/")).map { String(Substring($0)) }
  }

  // MARK: Changing

  mutating func attach(_ content: Content, mode: UInt32, at place: Place) {
    clock += 1
    nodes[nextNode] = Node(content: content, mode: mode & 0o7777, modified: clock)
    if let present = place.node { nodes[present] = nil }
    link(nextNode, place)
    nextNode += 1
  }

  mutating func detach(_ place: Place) {
    if let node = place.node { nodes[node] = nil }
    link(nil, place)
  }

  private mutating func link(_ node: Int?, _ place: Place) {
    guard case .directory(var children)? = nodes[place.directory]?.content else { return }
    clock += 1
    nodes[place.directory]?.content = .directory([:])
    children[place.name] = node
    nodes[place.directory]?.content = .directory(children)
    nodes[place.directory]?.modified = clock
  }

  mutating func setMode(_ mode: UInt32, of node: Int) { nodes[node]?.mode = mode }

  mutating func createDirectories(_ path: String) throws(FileError) {
    var known = path.hasPrefix("/") ? "" : "."
    let names = components(path)
    for (index, name) in names.enumerated() {
      known += "/" + name
      do throws(FileError) {
        if isDirectory(try find(known, followLast: true)) { continue }
      } catch {
        guard error.code == .notFound else { throw FileError(error.code, path: path) }
        let place = try place(known)
        if place.node == nil {
          attach(.directory([:]), mode: 0o755, at: place)
          continue
        }
      }
      throw FileError(index == names.count - 1 ? .alreadyExists : .notDirectory, path: path)
    }
  }

  mutating func rename(_ source: String, to destination: String) throws(FileError) {
    let from = try place(source)
    guard let node = from.node else { throw FileError(.notFound, path: source) }
    let to = try place(destination)
    if to.node == node { return }
    if isDirectory(node) {
      // A directory cannot move into itself.
      if try walk(destination, followLast: false).dropLast().contains(where: { $0.node == node }) {
        throw FileError(.invalidPath, path: source)
      }
      if let present = to.node {
        guard let children = children(present) else { throw FileError(.notDirectory, path: source) }
        if !children.isEmpty { throw FileError(.notEmpty, path: source) }
      }
    } else if let present = to.node, isDirectory(present) {
      throw FileError(.isDirectory, path: source)
    }
    if let present = to.node { nodes[present] = nil }
    link(nil, from)
    link(node, to)
  }
}
