/// Names a file in a `SourceMap`.
package struct SourceFileID: Hashable, Sendable {
  package let index: UInt32
  package init(index: UInt32) { self.index = index }
}

/// A half-open range of bytes in one file. Lines and columns are computed only when somebody asks.
package struct SourceRange: Hashable, Sendable {
  package var file: SourceFileID
  package var start: UInt32
  package var end: UInt32

  package init(file: SourceFileID, start: UInt32, end: UInt32) {
    self.file = file
    self.start = start
    self.end = end
  }

  /// From the start of this range to the end of the other, which must be in the same file.
  package func through(_ other: SourceRange) -> SourceRange {
    SourceRange(file: file, start: min(start, other.start), end: max(end, other.end))
  }
}

/// The text of one file.
package struct SourceFile: Sendable {
  /// As shown to the user, relative to the working directory.
  package let path: String
  package let bytes: [UInt8]
  package init(path: String, bytes: [UInt8]) {
    self.path = path
    self.bytes = bytes
  }
}

/// Every file that a run has read, so that a range can be drawn with its text.
package struct SourceMap: Sendable {
  package private(set) var files: [SourceFile] = []
  package init() {}

  package mutating func add(path: String, bytes: [UInt8]) -> SourceFileID {
    files.append(SourceFile(path: path, bytes: bytes))
    return SourceFileID(index: UInt32(files.count - 1))
  }

  /// The diagnostic with its place told in words, for files that are not among those which messages are drawn with.
  package func tellingPlace(of diagnostic: Diagnostic) -> Diagnostic {
    guard let subject = diagnostic.subject else { return diagnostic }
    var result = diagnostic
    let place = "At \(describe(subject))."
    result.detail = diagnostic.detail.isEmpty ? place : "\(diagnostic.detail)\n\n\(place)"
    result.subject = nil
    result.context = nil
    return result
  }

  package subscript(id: SourceFileID) -> SourceFile? {
    files.indices.contains(Int(id.index)) ? files[Int(id.index)] : nil
  }
}
