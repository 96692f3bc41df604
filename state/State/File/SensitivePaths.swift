package import Values

/// Paths as state files write them: arrays of `{"type":"get_attr","value":NAME}` and
/// `{"type":"index","value":{"value":KEY,"type":"string"|"number"}}`.
package enum SensitivePaths {
  /// Compact JSON, in the order given. A path that goes into a set ends before it: the whole set is sensitive.
  package static func encode(_ paths: [Path]) -> [UInt8] {
    if paths.isEmpty { return Array("[]".utf8) }
    var writer = JSONWriter()
    writer.beginArray()
    for path in paths {
      writer.beginArray()
      for step in path.steps {
        guard write(step, to: &writer) else { break }
      }
      writer.endArray()
    }
    writer.endArray()
    return writer.bytes
  }

  private static func write(_ step: Path.Step, to writer: inout JSONWriter) -> Bool {
    let name: String
    switch step {
    case .attribute(let attribute):
      writer.beginObject()
      writer.member("type", "get_attr")
      writer.member("value", attribute)
      writer.endObject()
      return true
    case .index(.string): name = "string"
    case .index(.number): name = "number"
    case .index: return false
    }
    writer.beginObject()
    writer.member("type", "index")
    writer.key("value")
    writer.beginObject()
    writer.key("value")
    if case .index(.string(let key)) = step { writer.text(key) }
    if case .index(.number(let number)) = step { writer.number(number) }
    writer.member("type", name)
    writer.endObject()
    writer.endObject()
    return true
  }

  /// Reads what `encode` and Terraform write; nil for anything else.
  package static func decode(_ json: [UInt8]) -> [Path]? {
    if json == [UInt8(ascii: "["), UInt8(ascii: "]")] { return [] }
    guard let array = (try? JSONNode(parsing: json))?.array else { return nil }
    var paths: [Path] = []
    for element in array {
      guard let steps = element.array else { return nil }
      var path = Path()
      for node in steps {
        guard let step = step(node) else { return nil }
        path = path.appending(step)
      }
      paths.append(path)
    }
    return paths
  }

  private static func step(_ node: JSONNode) -> Path.Step? {
    switch node["type"]?.string {
    case "get_attr": return node["value"]?.string.map(Path.Step.attribute)
    case "index":
      switch node["value"]?["value"] {
      case .string(let key)?: return .index(.string(key))
      case .number(let text)?: return Number(parsing: text).map { .index(.number($0)) }
      default: return nil
      }
    default: return nil
    }
  }
}
