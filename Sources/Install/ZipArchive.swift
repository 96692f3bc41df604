import Host

/// A zip file, read from where it lies. Stored and deflated entries; no encryption, no archives beyond 4 GB.
struct ZipArchive {
  struct Entry: Sendable {
    /// With `/` separators, as written in the archive.
    var name: String
    /// Permission bits, 0 when the archive does not tell.
    var mode: UInt32
    /// In bytes, unpacked.
    var size: Int
    fileprivate var method: UInt16
    fileprivate var checksum: UInt32
    fileprivate var compressedSize: Int
    fileprivate var headerOffset: Int

    var isDirectory: Bool { name.hasSuffix("/") }
  }

  typealias Failure = ArchiveFailure

  /// In the order of the archive's directory.
  let entries: [Entry]
  private let read: (_ offset: Int, _ count: Int) throws -> [UInt8]

  /// Opens a file.
  init(path: String, files: any FileTree) throws {
    let size = try files.status(path).size
    try self.init(size: size) { try files.read(path, from: $0, count: $1) }
  }

  /// Opens an archive in memory.
  init(bytes: [UInt8]) throws {
    try self.init(size: bytes.count) { [UInt8](bytes[min($0, bytes.count)..<min($0 + $1, bytes.count)]) }
  }

  private init(size: Int, read: @escaping (Int, Int) throws -> [UInt8]) throws {
    self.read = read
    // The end record is the last thing in the file, save for a comment of up to 65535 bytes.
    let tailStart = max(0, size - 65557)
    let tail = try read(tailStart, size - tailStart)
    let signature: [UInt8] = [0x50, 0x4B, 0x05, 0x06]
    guard tail.count >= 22,
      let end = (0...(tail.count - 22)).reversed().first(where: { tail[$0...].starts(with: signature) })
    else { throw Failure(message: "it is not a zip archive") }
    var record = ByteReader(tail[end...])
    record.skip(10)
    let count = Int(record.uint16())
    let directorySize = Int(record.uint32())
    let directoryOffset = Int(record.uint32())
    guard count < 0xFFFF, directoryOffset < 0xFFFF_FFFF, directoryOffset + directorySize <= size else {
      throw Failure(message: "it is a zip archive of the 64-bit kind, which is not supported, or damaged")
    }
    var directory = ByteReader(try read(directoryOffset, directorySize)[...])
    entries = try (0..<count).map { _ in try ZipArchive.entry(&directory) }
  }

  private static func entry(_ reader: inout ByteReader) throws -> Entry {
    guard reader.uint32() == 0x0201_4B50 else { throw Failure(message: "its directory is damaged") }
    let madeBy = reader.uint16()
    reader.skip(2)
    let flags = reader.uint16()
    let method = reader.uint16()
    reader.skip(4)
    let checksum = reader.uint32()
    let compressedSize = reader.uint32()
    let size = reader.uint32()
    let nameLength = Int(reader.uint16())
    let extraLength = Int(reader.uint16())
    let commentLength = Int(reader.uint16())
    reader.skip(4)
    let attributes = reader.uint32()
    let offset = reader.uint32()
    let name = reader.take(nameLength)
    reader.skip(extraLength + commentLength)
    if reader.isOverrun || name.isEmpty { throw Failure(message: "its directory is damaged") }
    let text = String(decoding: name, as: UTF8.self)
    if flags & 1 != 0 { throw Failure(message: "its entry \(text) is encrypted") }
    guard method == 0 || method == 8 else { throw Failure(message: "its entry \(text) has an unknown compression") }
    guard [compressedSize, size, offset].allSatisfy({ $0 != 0xFFFF_FFFF }) else {
      throw Failure(message: "its entry \(text) is larger than 4 GB, which is not supported")
    }
    // The upper half of the attributes holds Unix permissions if a Unix system made the entry.
    let mode = madeBy >> 8 == 3 ? attributes >> 16 & 0o777 : 0
    return Entry(
      name: text, mode: mode, size: Int(size), method: method, checksum: checksum, compressedSize: Int(compressedSize),
      headerOffset: Int(offset))
  }

  /// Hands out an entry's content piece by piece, and throws at the end when it does not match its checksum.
  func forEachPiece(of entry: Entry, _ body: ([UInt8]) throws -> Void) throws {
    let next = try pieces(of: entry)
    while let piece = try next() { try body(piece) }
  }

  /// A function that gives an entry's next piece, then nil.
  func pieces(of entry: Entry) throws -> () throws -> [UInt8]? {
    var header = ByteReader(try read(entry.headerOffset, 30)[...])
    guard header.uint32() == 0x0403_4B50 else { throw Failure(message: "its entry \(entry.name) is damaged") }
    header.skip(22)
    var offset = entry.headerOffset + 30 + Int(header.uint16()) + Int(header.uint16())
    let end = offset + entry.compressedSize
    let inflation = entry.method == 8 ? try Inflation() : nil
    var checksum = Checksum32()
    var size = 0
    let read = self.read
    return {
      while offset < end {
        let compressed = try read(offset, min(end - offset, 1 << 20))
        if compressed.isEmpty { throw Failure(message: "its entry \(entry.name) is cut off") }
        offset += compressed.count
        let plain = try inflation.map { try $0.inflate(compressed) } ?? compressed
        checksum.update(plain)
        size += plain.count
        // More than announced would let a small archive fill the disk.
        if size > entry.size { throw Failure(message: "its entry \(entry.name) is longer than announced") }
        if !plain.isEmpty { return plain }
      }
      guard size == entry.size, UInt32(truncatingIfNeeded: checksum.value) == entry.checksum else {
        throw Failure(message: "its entry \(entry.name) does not match its checksum")
      }
      return nil
    }
  }

  /// Writes every entry below a directory, which is created. Names that lead out of it are refused.
  func unpack(to directory: String, files: any FileTree) throws {
    try files.createDirectory(directory)
    for entry in entries {
      let parts = entry.name.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
      let isSafe =
        !entry.name.hasPrefix("/") && !entry.name.utf8.contains(where: { $0 == UInt8(ascii: "\\") || $0 == 0 })
        && !parts.contains { $0.elementsEqual("..".utf8) }
      guard isSafe else { throw Failure(message: "its entry \(entry.name) would be written outside of the package") }
      let path = directory + "/" + entry.name
      if entry.isDirectory {
        try files.createDirectory(path)
        continue
      }
      if parts.count > 1 {
        try files.createDirectory(
          directory + "/" + parts.dropLast().map { String(Substring($0)) }.joined(separator: "/"))
      }
      try files.write(to: path, mode: entry.mode == 0 ? 0o644 : entry.mode, next: try pieces(of: entry))
    }
  }
}

/// Why an archive cannot be used; a clause without a full stop.
struct ArchiveFailure: Error {
  var message: String
}

/// Little-endian numbers from bytes. Reading past the end gives zeros and is remembered.
private struct ByteReader {
  private var rest: ArraySlice<UInt8>
  private(set) var isOverrun = false

  init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

  mutating func take(_ count: Int) -> ArraySlice<UInt8> {
    if rest.count < count { isOverrun = true }
    defer { rest = rest.dropFirst(count) }
    return rest.prefix(count)
  }

  mutating func skip(_ count: Int) { _ = take(count) }

  mutating func uint16() -> UInt16 { take(2).reversed().reduce(0) { $0 << 8 | UInt16($1) } }

  mutating func uint32() -> UInt32 { take(4).reversed().reduce(0) { $0 << 8 | UInt32($1) } }
}
