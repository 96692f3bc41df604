import RegularExpressions
import YAML

/// `.Files`: the files of a chart that are neither templates nor charts, by their paths.
final class FilesObject: TemplateObject {
  private let files: [String: [UInt8]]
  /// Made when it is first ranged over or indexed: as a rule it never is.
  private lazy var entries = MapValue(files.mapValues(Self.bytes))

  init(_ files: [String: [UInt8]]) { self.files = files }

  private static func bytes(_ bytes: [UInt8]) -> Value { .list(ListValue(bytes.map { .int(Int($0)) }, of: .byte)) }

  override var typeName: String { "engine.files" }
  override var kind: String { "map" }
  override var isTrue: Bool { !files.isEmpty }
  override var mapping: MapValue? { entries }

  override func call(_ name: String, _ arguments: [Value]) throws(TemplateError) -> Value? {
    switch name {
    case "Get": return .text(files[try string(arguments, of: name)] ?? [])
    case "GetBytes":
      return Self.bytes(files[try string(arguments, of: name)] ?? [])
    case "Glob": return .object(FilesObject(matching(try string(arguments, of: name))))
    case "Lines": return .list(ListValue(lines(try string(arguments, of: name)), of: .string))
    case "AsConfig": return .string(asYAML { String(decoding: $0, as: UTF8.self) })
    case "AsSecrets": return .string(asYAML(Base64.encode))
    default: return nil
    }
  }

  /// What is no pattern matches everything.
  private func matching(_ pattern: String) -> [String: [UInt8]] {
    guard let expression = GlobPattern.expression(pattern, style: .files), let pattern = try? RegularExpression.compiled(expression) else { return files }
    return files.filter { pattern.firstMatch(in: Array($0.key.utf8), from: 0) != nil }
  }

  private func lines(_ path: String) -> [Value] {
    guard var bytes = files[path], !bytes.isEmpty else { return [] }
    if bytes.last == 0x0A { bytes.removeLast() }
    return bytes.split(separator: 0x0A, omittingEmptySubsequences: false).map { .text(Array($0)) }
  }

  /// By the last name of each path; of equal ones the last path has the say.
  private func asYAML(_ content: ([UInt8]) -> String) -> String {
    var members: [String: JSONValue] = [:]
    for path in files.keys.sorted() { members[PathFunctions.base(path)] = .string(content(files[path] ?? [])) }
    return String(YAML.text(.object(members)).dropLast())
  }
}
