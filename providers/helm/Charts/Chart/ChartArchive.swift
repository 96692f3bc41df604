/// Archives of charts: tar, as a rule compressed with gzip. All files lie in one folder, whose name does not matter.
enum ChartArchive {
  /// What an archive may hold when it is unpacked.
  private static let largestArchive = 256 << 20

  private static func inflated(_ bytes: [UInt8]) throws(ChartError) -> [UInt8] {
    guard let tar = Gzip.inflated(bytes, largest: largestArchive) else {
      throw .chart("the archive is damaged, or too large when it is unpacked")
    }
    return tar
  }

  /// The files without the folder around them.
  static func files(_ bytes: [UInt8]) throws(ChartError) -> [ChartFile] {
    let tar = bytes.starts(with: [0x1F, 0x8B]) ? try inflated(bytes) : bytes
    var files: [ChartFile] = []
    var offset = 0
    var longName: String?
    while offset + 512 <= tar.count, tar[offset] != 0 {
      let header = tar[offset..<(offset + 512)]
      guard let size = number(header, 124, 12), size >= 0, offset + 512 + size <= tar.count else {
        throw .chart("the archive is damaged")
      }
      let content = tar[(offset + 512)..<(offset + 512 + size)]
      switch tar[offset + 156] {
      case UInt8(ascii: "L"): longName = text(content)
      case UInt8(ascii: "x"): longName = path(inExtendedHeader: content) ?? longName
      case UInt8(ascii: "0"), 0:
        if let file = try file(longName ?? name(header), content) { files.append(file) }
        longName = nil
      default: longName = nil
      }
      offset += 512 + (size + 511) / 512 * 512
    }
    if files.isEmpty { throw .chart("the archive holds no files") }
    return files
  }

  private static func file(_ path: String, _ content: ArraySlice<UInt8>) throws(ChartError) -> ChartFile? {
    let names = path.split(separator: "/").filter { $0 != "." }
    if names.contains("..") { throw .chart("the archive has a path that leads out of it: \(path)") }
    guard names.count > 1 else { return nil }
    return ChartFile(path: names.dropFirst().joined(separator: "/"), bytes: Array(content))
  }

  private static func text(_ bytes: ArraySlice<UInt8>) -> String { String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self) }

  private static func name(_ header: ArraySlice<UInt8>) -> String {
    let start = header.startIndex
    let name = text(header[start..<(start + 100)])
    let isNewer = header[(start + 257)..<(start + 262)].elementsEqual("ustar".utf8)
    let prefix = isNewer ? text(header[(start + 345)..<(start + 500)]) : ""
    return prefix.isEmpty ? name : prefix + "/" + name
  }

  private static func number(_ header: ArraySlice<UInt8>, _ offset: Int, _ count: Int) -> Int? {
    let digits = text(header[(header.startIndex + offset)..<(header.startIndex + offset + count)]).filter { $0 != " " }
    return digits.isEmpty ? 0 : Int(digits, radix: 8)
  }

  /// Records of the form `length key=value`.
  private static func path(inExtendedHeader bytes: ArraySlice<UInt8>) -> String? {
    for line in bytes.split(separator: 0x0A) {
      let record = String(decoding: line, as: UTF8.self)
      if let space = record.firstIndex(of: " "), record[space...].hasPrefix(" path=") { return String(record[space...].dropFirst(6)) }
    }
    return nil
  }
}
