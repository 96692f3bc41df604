import Host

/// The kinds of archives in which modules come, by the word that a source's `archive` argument has for them.
enum ArchiveFormat: String, CaseIterable {
  case zip
  case tarGzip = "tar.gz"
  case tarGzipShort = "tgz"
  case tarBzip2 = "tar.bz2"
  case tarBzip2Short = "tbz2"
  case tarXZ = "tar.xz"
  case tarXZShort = "txz"

  /// The largest archive, and the most that one may become: no module comes near it, and a small archive cannot fill the disk.
  static let sizeMax = 2 << 30
  static let entryCountMax = 200_000

  /// Nil when the name is none of an archive.
  init?(fileName: String) {
    guard let format = Self.allCases.first(where: { fileName.hasSuffix(".\($0.rawValue)") }) else { return nil }
    self = format
  }

  /// Writes the content below a directory, which is created.
  func unpack(
    _ bytes: [UInt8], to directory: String, _ setting: ModuleInstaller.Setting
  ) async throws(InstallError) {
    if self == .zip {
      try attempt {
        let archive = try ZipArchive(bytes: bytes)
        let size = archive.entries.reduce(0) { $0.addingReportingOverflow($1.size).partialValue }
        guard (0...Self.sizeMax).contains(size), archive.entries.count <= Self.entryCountMax else {
          throw ArchiveFailure(message: "it is larger than any module")
        }
        try archive.unpack(to: directory, files: setting.files)
      }
      return
    }
    let plain = try await decompress(bytes, setting)
    try attempt { try TarArchive(plain).unpack(to: directory, files: setting.files) }
  }

  private func decompress(_ bytes: [UInt8], _ setting: ModuleInstaller.Setting) async throws(InstallError) -> [UInt8] {
    switch self {
    case .zip: return bytes
    case .tarGzip, .tarGzipShort:
      return try attempt {
        let inflation = try Inflation(.gzip)
        var plain: [UInt8] = []
        for start in stride(from: 0, to: bytes.count, by: 1 << 18) {
          plain += try inflation.inflate(Array(bytes[start..<min(start + 1 << 18, bytes.count)]))
          if plain.count > Self.sizeMax { throw ArchiveFailure(message: "it is larger than any module") }
        }
        guard inflation.isFinished else { throw ArchiveFailure(message: "it is cut off") }
        return plain
      }
    case .tarBzip2, .tarBzip2Short: return try await filter("bzip2", bytes, setting)
    case .tarXZ, .tarXZShort: return try await filter("xz", bytes, setting)
    }
  }

  /// Decompresses with a program that every system has.
  private func filter(
    _ name: String, _ bytes: [UInt8], _ setting: ModuleInstaller.Setting
  ) async throws(InstallError) -> [UInt8] {
    let output = BoundedOutput(countMax: Self.sizeMax)
    let process: any RunningProcess
    do throws(ProcessError) {
      process = try await setting.launcher.launch(
        ProcessRequest(
          executable: name, arguments: ["-dc"], environment: setting.environment, input: .bytes(bytes))
      ) { channel, piece in
        if channel == .standardOutput { output.append(piece) }
      }
    } catch {
      throw InstallError(
        .failed,
        error.code == .notFound ? "\"\(name)\" is needed to unpack this archive, and is not on the PATH" : error.message
      )
    }
    guard await process.waitForExit().isSuccess else {
      throw InstallError(.failed, "failed to unpack the archive: \(name) cannot read it")
    }
    guard let plain = output.bytes else {
      throw InstallError(.failed, "failed to unpack the archive: it is larger than any module")
    }
    return plain
  }
}
