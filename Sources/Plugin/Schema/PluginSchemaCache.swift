import CZlib
package import Host

/// A provider's program, as what is cached of it is told from that of others.
struct PluginProgram: Sendable {
  var path: String
  /// The provider's name. A program may have several, each under a link of its own or by an argument.
  var provider: String
  /// What its process sees of the environment, as a digest. Many providers require an argument only while no variable stands in for
  /// it, and some have other types where a variable asks for them.
  var environment: String

  /// - Parameter source: the provider's address, of which the last part is its name.
  init(path: String, source: String, environment: [String: String]) {
    self.path = path
    provider = source.split(separator: "/").last.map(String.init) ?? source
    let seen = environment.filter { !Self.volatile.contains($0.key) }.sorted { $0.key < $1.key }
    self.environment = SHA256.hexadecimal(
      of: seen.flatMap { name, value in
        let isOfSession = Self.sessionPrefixes.contains { name.hasPrefix($0) }
        return Array("\(name)=\(isOfSession && !value.isEmpty ? "*" : value)\0".utf8)
      })
  }

  /// What differs from call to call of the same shell says nothing.
  private static let volatile: Set<String> = ["_", "PWD", "OLDPWD", "SHLVL", "COLUMNS", "LINES"]
  /// Names of what each terminal and each job of a pipeline has values of its own for: of these only counts that they are set, lest
  /// nothing be found again there.
  private static let sessionPrefixes = ["CI_", "DBUS_", "GPG_", "SSH_", "TERM", "TF_VAR_", "TMUX", "WINDOWID", "XDG_"]
}

/// Replies to GetProviderSchema on disk, found by the checksum of the provider's program, its name and the environment: a big provider
/// needs half a second and more to make the reply, and reads back in milliseconds. What is the same in many environments is there once.
///
/// Scripts are always asked: what they run may change while they stay the same.
///
/// Whatever is wrong with the cache, nothing fails: the provider is asked instead.
package struct PluginSchemaCache: Sendable {
  /// Changes with the form of the files.
  private static let signature = Array("plumb provider schema 1\n".utf8)

  private let directory: String
  private let files: any FileTree

  /// The directory is made when it is first needed.
  package init(directory: String, files: any FileTree) {
    self.directory = directory
    self.files = files
  }

  /// The stored reply for a program. Runs on a thread of its own, since it may have to read the whole program once.
  func load(_ program: PluginProgram) async -> SchemaIndex? {
    await onThread { lookUp(program) }
  }

  /// Keeps a reply for the next time. Returns when it is on disk.
  func store(_ index: SchemaIndex, of program: PluginProgram) async {
    _ = await onThread { () -> SchemaIndex? in
      write(index, program)
      return nil
    }
  }

  // MARK: Verdicts

  /// Whether the program once found nothing to say about this question: a provider configuration. Validation looks at nothing but that
  /// and the environment, so it need not be asked again.
  func isKnownValid(_ program: PluginProgram, question: [UInt8]) async -> Bool {
    await onThread { verdictPath(program, question).map { files.exists($0) } ?? false } ?? false
  }

  /// Remembers that the program had nothing to say. Only a digest is kept, so that no secret of the question is on disk.
  func rememberValid(_ program: PluginProgram, question: [UInt8]) async {
    _ = await onThread { () -> Bool in
      guard let path = verdictPath(program, question) else { return false }
      try? files.createDirectory(directory)
      return (try? files.write([], to: path)) != nil
    }
  }

  private func verdictPath(_ program: PluginProgram, _ question: [UInt8]) -> String? {
    path(program, question: question).map { "\($0).valid" }
  }

  private func onThread<Result: Sendable>(_ body: @escaping @Sendable () -> Result?) async -> Result? {
    await withCheckedContinuation { continuation in
      if !startThread(named: "plumb-schemas", { continuation.resume(returning: body()) }) {
        continuation.resume(returning: nil)
      }
    }
  }

  private func lookUp(_ program: PluginProgram) -> SchemaIndex? {
    guard let note = path(program).flatMap({ try? files.read("\($0).schemas") }), note.count == 64,
      let stored = try? files.read("\(directory)/\(String(decoding: note, as: UTF8.self)).schema")
    else { return nil }
    return Self.unpack(stored)
  }

  private func write(_ index: SchemaIndex, _ program: PluginProgram) {
    guard let note = path(program), let packed = Self.pack(index) else { return }
    let name = SHA256.hexadecimal(of: packed)
    try? files.createDirectory(directory)
    guard (try? files.write(packed, to: "\(directory)/\(name).schema")) != nil else { return }
    try? files.write(Array(name.utf8), to: "\(note).schemas")
  }

  /// Where something is noted of a program, without an extension.
  private func path(_ program: PluginProgram, question: [UInt8] = []) -> String? {
    checksum(program.path).map {
      let subject = Array("\($0) \(program.provider) \(program.environment)\n".utf8)
      return "\(directory)/\(SHA256.hexadecimal(of: subject + question))"
    }
  }

  /// The program's SHA-256; nil of a script. A note beside the schemas remembers it for as long as path, size, time and inode stay.
  private func checksum(_ executable: String) -> String? {
    guard let resolved = try? files.resolve(executable), let status = try? files.status(resolved) else { return nil }
    let note = "\(directory)/\(SHA256.hexadecimal(of: Array(resolved.utf8))).checksum"
    let key = "\(status.size) \(status.modifiedNanoseconds) \(status.inode) \(resolved)"
    if let known = try? files.read(note) {
      let lines = String(decoding: known, as: UTF8.self).split(separator: "\n", maxSplits: 1)
      if lines.count == 2, lines[1] == key, lines[0].utf8.count == 64 { return String(lines[0]) }
    }
    guard let checksum = hash(resolved, size: status.size) else { return nil }
    try? files.createDirectory(directory)
    try? files.write(Array("\(checksum)\n\(key)".utf8), to: note)
    return checksum
  }

  private func hash(_ path: String, size: Int) -> String? {
    var digest = SHA256()
    var offset = 0
    while let piece = try? files.read(path, from: offset, count: 4 << 20) {
      // What a script does is not told by its own text alone.
      if offset == 0, piece.starts(with: "#!".utf8) { return nil }
      if piece.isEmpty { return offset == size ? digest.hexadecimal() : nil }
      digest.update(piece)
      offset += piece.count
    }
    return nil
  }

  /// Signature, protocol version, eight bytes of length, zlib data.
  static func pack(_ index: SchemaIndex) -> [UInt8]? {
    var result = signature
    result.append(UInt8(truncatingIfNeeded: index.protocolVersion))
    for shift in stride(from: 56, through: 0, by: -8) {
      result.append(UInt8(truncatingIfNeeded: index.bytes.count >> shift))
    }
    var length = compressBound(UInt(index.bytes.count))
    var compressed = [UInt8](repeating: 0, count: Int(length))
    guard unsafe compress2(&compressed, &length, index.bytes, UInt(index.bytes.count), 6) == Z_OK else { return nil }
    return result + compressed[..<Int(length)]
  }

  /// Nil when the bytes are not what `pack` made.
  static func unpack(_ stored: [UInt8]) -> SchemaIndex? {
    let header = signature.count + 9
    guard stored.count > header, stored.starts(with: signature) else { return nil }
    let version = Int(stored[signature.count])
    let length = stored[(signature.count + 1)..<header].reduce(0) { $0 << 8 | UInt64($1) }
    guard length <= UInt64(GRPCMessageReader.largestMessage), PluginProtocol.majorVersions.contains(version) else {
      return nil
    }
    var count = UInt(length)
    var isWhole = false
    let bytes = unsafe [UInt8](unsafeUninitializedCapacity: Int(length)) { buffer, initialized in
      unsafe stored.withUnsafeBufferPointer { stored in
        guard let source = stored.baseAddress, let target = buffer.baseAddress else { return }
        let code = unsafe uncompress(target, &count, source + header, UInt(stored.count - header))
        isWhole = code == Z_OK && UInt64(count) == length
      }
      initialized = isWhole ? Int(length) : 0
    }
    return isWhole ? try? SchemaIndex(bytes, protocolVersion: version) : nil
  }
}
