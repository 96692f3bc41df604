package import Diagnostics

/// The header of the top-level block of a file that an offset lies in: `resource "aws_instance" "web"`, or for a JSON file
/// the properties down to it: `resource.aws_instance.web`. Parses the file anew, so it is for messages only.
package func blockHeader(of file: SourceFile, at offset: UInt32) -> String? {
  let id = SourceFileID(index: 0)
  if file.path.hasSuffix(".json") {
    let steps = propertyPath(JSONParser.parse(file.bytes, file: id).0, offset)
    return steps.isEmpty ? nil : steps.first == "." ? String(steps.dropFirst()) : steps
  }
  guard case .native(let body) = parseFile(file.bytes, file: id).0.storage,
    let block = body.blocks.first(where: { $0.range.start <= offset && offset < $0.range.end })
  else { return nil }
  return ([block.type] + block.labels.map { "\"\($0.text)\"" }).joined(separator: " ")
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
