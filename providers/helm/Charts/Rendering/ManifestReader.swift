import YAML

/// Rendered text to documents.
enum ManifestReader {
  struct Document {
    var text: String
    /// In the file, from 1.
    var line: Int
    var value: JSONValue
  }

  /// The documents between lines that begin with three dashes; what is only blanks is none.
  static func documents(_ text: [UInt8], path: String) throws(ChartError) -> [Document] {
    var documents: [Document] = []
    for piece in pieces(text) {
      let lead = piece.prefix(while: isSpace)
      let content = piece[lead.endIndex...]
      if content.isEmpty { continue }
      let line = text[..<content.startIndex].count { $0 == 0x0A } + 1
      documents.append(
        Document(text: String(decoding: content, as: UTF8.self), line: line, value: try value(content, line, path)))
    }
    return documents
  }

  private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }

  private static func pieces(_ text: [UInt8]) -> [ArraySlice<UInt8>] {
    var pieces: [ArraySlice<UInt8>] = []
    var start = text.prefix(while: isSpace).endIndex
    var index = start
    while index + 3 <= text.count {
      let isAtStart = index == 0 || index == start && pieces.isEmpty || text[index - 1] == 0x0A
      if isAtStart, text[index] == UInt8(ascii: "-"), text[index..<(index + 3)].allSatisfy({ $0 == UInt8(ascii: "-") }) {
        pieces.append(text[start..<index])
        start = index + 3
        index = start
      } else {
        index = text[index...].firstIndex(of: 0x0A).map { $0 + 1 } ?? text.count
      }
    }
    return pieces + [text[start...]]
  }

  private static func value(_ content: ArraySlice<UInt8>, _ line: Int, _ path: String) throws(ChartError) -> JSONValue {
    func failure(_ inner: Int, _ message: String) -> ChartError {
      let lines = content.split(separator: 0x0A, omittingEmptySubsequences: false)
      let excerpt = lines.indices.contains(inner - 1) ? String(decoding: lines[inner - 1].prefix(120), as: UTF8.self) : ""
      return .output(path: path, line: line + max(0, inner - 1), excerpt: excerpt, message: message)
    }
    let value: JSONValue
    do throws(YAMLError) {
      // In a manifest each document ends in a line break, with which block scalars end; hooks are taken by themselves.
      let ended = try YAML.value(Array(content) + [0x0A])
      let isHook = ended[path: ["metadata", "annotations", "helm.sh/hook"]] != nil
      value = isHook ? try YAML.value(Array(content)) : ended
    } catch {
      throw failure(error.line, error.message)
    }
    switch value {
    case .null, .object: return value
    default: throw failure(1, "a manifest must be a mapping, got \(value.typeName)")
    }
  }
}
