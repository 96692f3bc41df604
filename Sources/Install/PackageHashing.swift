import Host

/// Computes the hashes that lock files record.
enum PackageHashing {
  /// One regular file of a package.
  private struct Member {
    var name: String
    var path: String
    var status: FileStatus
  }

  /// `h1:` of an unpacked package: a SHA-256 over the sorted names and SHA-256 digests of its files.
  static func contentHash(ofDirectory directory: String, files: any FileTree) throws(FileError) -> PackageHash {
    var lines = SHA256Digest()
    for member in try members(of: directory, files: files) {
      let digest = Hexadecimal.encode(try SHA256Digest.ofFile(member.path, in: files))
      lines.update([UInt8]("\(digest)  \(member.name)\n".utf8))
    }
    return PackageHash(scheme: "h1", value: Base64.encode(lines.finish()))
  }

  /// `h1:` of a package in an archive, which is the same as that of the unpacked package.
  static func contentHash(of archive: ZipArchive) throws -> PackageHash {
    var lines = SHA256Digest()
    let entries = archive.entries.filter { !$0.isDirectory }
    for entry in entries.sorted(by: { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }) {
      var digest = SHA256Digest()
      try archive.forEachPiece(of: entry) { digest.update($0) }
      lines.update([UInt8]("\(Hexadecimal.encode(digest.finish()))  \(entry.name)\n".utf8))
    }
    return PackageHash(scheme: "h1", value: Base64.encode(lines.finish()))
  }

  /// `zh:` of a distribution archive: the SHA-256 of the file itself.
  static func archiveHash(of bytes: [UInt8]) -> PackageHash {
    PackageHash(scheme: "zh", value: Hexadecimal.encode(SHA256Digest.of(bytes)))
  }

  static func archiveHash(ofFile path: String, files: any FileTree) throws(FileError) -> PackageHash {
    PackageHash(scheme: "zh", value: Hexadecimal.encode(try SHA256Digest.ofFile(path, in: files)))
  }

  /// What changes whenever a file of the package does: names, sizes, times and inodes, without reading any content.
  static func fingerprint(ofDirectory directory: String, files: any FileTree) throws(FileError) -> String {
    var digest = SHA256Digest()
    for member in try members(of: directory, files: files) {
      let status = member.status
      digest.update(
        [UInt8]("\(member.name)\n\(status.size) \(status.modifiedNanoseconds) \(status.inode) \(status.mode)\n".utf8))
    }
    return Hexadecimal.encode(digest.finish())
  }

  /// The files of a package, sorted by the bytes of their whole names.
  private static func members(of directory: String, files: any FileTree) throws(FileError) -> [Member] {
    var members: [Member] = []
    var pending = [""]
    while let prefix = pending.popLast() {
      for name in try files.list(directory + "/" + prefix) {
        let path = directory + "/" + prefix + name
        let isLink = try files.linkStatus(path).kind == .symbolicLink
        let status = try files.status(path)
        if status.kind == .directory {
          // A link to a directory is no part of a package, and could lead round in a circle.
          if isLink { throw FileError(.isDirectory, path: path) }
          pending.append(prefix + name + "/")
        } else {
          members.append(Member(name: prefix + name, path: path, status: status))
        }
      }
    }
    return members.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
  }
}
