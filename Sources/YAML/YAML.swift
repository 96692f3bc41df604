/// YAML as the Kubernetes world has it: version 1.1's scalars, read through JSON, written with sorted keys.
///
/// Reading follows what Go's `sigs.k8s.io/yaml` does, on the events of libyaml; writing follows its layout byte by byte, since
/// templates indent what they get and checksums are made of it.
package enum YAML {
  /// What to make of a mapping that has a key twice.
  package enum DuplicateKeys: Sendable {
    /// The last one wins, as in charts, their values and in ordinary requests.
    case lastWins
    /// An error, as in strict decoding and in server-side apply.
    case refused
  }

  /// How collections and long lines are laid out.
  package enum Layout: Sendable {
    /// Items at the level of their key, long plain texts folded at 80 columns.
    case compact
    /// Items indented below their key, nothing folded.
    case indented
  }

  /// All documents of a stream; an empty one between separators is null. An empty stream has none.
  package static func documents(
    _ bytes: [UInt8], duplicateKeys: DuplicateKeys = .lastWins
  ) throws(YAMLError) -> [JSONValue] {
    var reader = try YAMLReader(bytes, refusesDuplicates: duplicateKeys == .refused)
    var documents: [JSONValue] = []
    while let document = try reader.document() { documents.append(document) }
    return documents
  }

  /// The first document of a stream, null when there is none. What follows it is not looked at.
  package static func value(_ bytes: [UInt8], duplicateKeys: DuplicateKeys = .lastWins) throws(YAMLError) -> JSONValue {
    var reader = try YAMLReader(bytes, refusesDuplicates: duplicateKeys == .refused)
    return try reader.document() ?? .null
  }

  /// As `value(_:duplicateKeys:)`, of a text.
  package static func value(_ text: String) throws(YAMLError) -> JSONValue { try value(Array(text.utf8)) }

  /// One document, with a line break at its end and no separators.
  package static func text(_ value: JSONValue, layout: Layout = .compact) -> String {
    var writer = YAMLWriter(layout: layout)
    writer.document(value)
    return String(decoding: writer.lines.output, as: UTF8.self)
  }
}

/// Why a text is no YAML, or none that JSON could say. The line counts from 1; 0 when there is no telling.
package struct YAMLError: Error, Hashable, Sendable, CustomStringConvertible {
  package var line: Int
  package var message: String

  package var description: String { line == 0 ? "yaml: \(message)" : "yaml: line \(line): \(message)" }
}
