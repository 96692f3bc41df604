package import Diagnostics
import Synchronization

/// Finds the header of the top-level block of a file that an offset lies in: `resource "aws_instance" "web"`, or for a JSON
/// file the properties down to it: `resource.aws_instance.web`. For messages only.
///
/// A file is read when first asked for and remembered by its path, so that many messages about one file cost little more than one.
package func blockHeaders() -> EnclosingBlock {
  let known = KnownHeaders()
  return { file, offset in known.headers(of: file).header(at: offset) }
}

private final class KnownHeaders: Sendable {
  private let files = Mutex<[String: FileHeaders]>([:])

  func headers(of file: SourceFile) -> FileHeaders {
    files.withLock { files in
      if let headers = files[file.path] { return headers }
      let headers = FileHeaders(file)
      files[file.path] = headers
      return headers
    }
  }
}

/// What encloses what in one file.
private enum FileHeaders: Sendable {
  /// The top-level blocks, in source order.
  case native([(range: SourceRange, header: String)])
  case json(JSONValue)

  init(_ file: SourceFile) {
    let id = SourceFileID(index: 0)
    if file.path.hasSuffix(".json") {
      self = .json(JSONParser.parse(file.bytes, file: id).0)
    } else if case .native(let body) = parseFile(file.bytes, file: id).0.storage {
      self = .native(
        body.blocks.map { block in
          (block.range, ([block.type] + block.labels.map { "\"\($0.text)\"" }).joined(separator: " "))
        })
    } else {
      self = .native([])
    }
  }

  func header(at offset: UInt32) -> String? {
    switch self {
    case .native(let blocks):
      // The last block that begins at or before the offset.
      var low = 0
      var high = blocks.count
      while low < high {
        let middle = (low + high) / 2
        if blocks[middle].range.start <= offset { low = middle + 1 } else { high = middle }
      }
      return low > 0 && offset < blocks[low - 1].range.end ? blocks[low - 1].header : nil
    case .json(let value):
      let steps = propertyPath(value, offset)
      return steps.isEmpty ? nil : steps.first == "." ? String(steps.dropFirst()) : steps
    }
  }
}

/// The properties and indices of the containers that an offset lies in.
private func propertyPath(_ value: JSONValue, _ offset: UInt32) -> String {
  func holds(_ value: JSONValue) -> Bool {
    switch value {
    case .array, .object: value.range.start <= offset && offset < value.range.end
    default: false
    }
  }
  switch value {
  case .object(let members, _, _, _):
    guard let member = members.first(where: { holds($0.value) }) else { return "" }
    return ".\(member.name)" + propertyPath(member.value, offset)
  case .array(let elements, _, _):
    guard let index = elements.firstIndex(where: holds) else { return "" }
    return "[\(index)]" + propertyPath(elements[index], offset)
  default: return ""
  }
}
