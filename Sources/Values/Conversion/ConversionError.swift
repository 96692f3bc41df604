/// Why a value cannot become a value of another type.
package struct ConversionError: Error, Hashable, Sendable, CustomStringConvertible {
  /// Where in the value it is wrong; the root where the types as a whole do not fit.
  package var path: Path
  /// A sentence without capital and full stop: `a number is required`, `attribute "x" is required`.
  package var message: String

  package init(path: Path = .root, message: String) {
    self.path = path
    self.message = message
  }

  /// The path and the message: `.a[0]: a number is required`.
  package var description: String { path.isEmpty ? message : "\(path): \(message)" }
}

/// Says why no value of the one type can become one of the other: `string required`, `element 0: attribute "x" is required`.
/// The sentences are those of go-cty's `MismatchMessage`.
package func mismatchMessage(from given: ValueType, to wanted: ValueType) -> String {
  switch (given, wanted) {
  case (.object(let given), .object(let wanted)): objectMismatch(given, wanted)
  case (.tuple, .list(.dynamic)): "all list elements must have the same type"
  case (.tuple, .set(.dynamic)): "all set elements must have the same type"
  case (.object, .map(.dynamic)): "all map elements must have the same type"
  case (.tuple(let types), .list(let element)), (.tuple(let types), .set(let element)):
    elementMismatch(types.enumerated().lazy.map { (String($0), $1) }, element)
  case (.object(let type), .map(let element)):
    elementMismatch(zip(type.names, type.types).lazy.map { (JSONWriter.quoted($0, escapesHTML: false), $1) }, element)
  case (.list(let own), .list(let element)), (.set(let own), .list(let element)):
    "incorrect list element type: " + mismatchMessage(from: own, to: element)
  case (.list(let own), .set(let element)), (.set(let own), .set(let element)):
    "incorrect set element type: " + mismatchMessage(from: own, to: element)
  case (.map(let own), .map(let element)):
    "incorrect map element type: " + mismatchMessage(from: own, to: element)
  default: wanted.friendlyNameForConstraint + " required"
  }
}

private func objectMismatch(_ given: ObjectType, _ wanted: ObjectType) -> String {
  var missing: [String] = []
  for (name, type) in zip(wanted.names, wanted.types) {
    if let own = given.type(of: name) {
      if !canConvert(from: own, to: type) {
        return "attribute \(JSONWriter.quoted(name, escapesHTML: false)): \(mismatchMessage(from: own, to: type))"
      }
    } else if !wanted.optional.contains(name) {
      missing.append(JSONWriter.quoted(name, escapesHTML: false))
    }
  }
  switch missing.count {
  case 0: return "object required"
  case 1: return "attribute \(missing[0]) is required"
  case 2: return "attributes \(missing[0]) and \(missing[1]) are required"
  default:
    return "attributes \(missing.dropLast().joined(separator: ", ")), and \(missing[missing.count - 1]) are required"
  }
}

private func elementMismatch(_ parts: some Sequence<(String, ValueType)>, _ wanted: ValueType) -> String {
  for (label, type) in parts where !canConvert(from: type, to: wanted) {
    return "element \(label): \(mismatchMessage(from: type, to: wanted))"
  }
  return "all elements must be \(wanted.friendlyNameForConstraint)"
}
