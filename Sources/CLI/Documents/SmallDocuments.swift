import Diagnostics
import Plans
import Values

/// What `validate -json` prints, indented, with a line break at its end.
func validateDocument(_ diagnostics: [Diagnostic], _ renderer: DiagnosticRenderer) -> [UInt8] {
  let errors = diagnostics.count { $0.severity == .error }
  var writer = JSONWriter(style: .indented("  "))
  writer.beginObject()
  writer.member("format_version", "1.0")
  writer.member("valid", errors == 0)
  writer.member("error_count", errors)
  writer.member("warning_count", diagnostics.count - errors)
  writer.key("diagnostics")
  writer.beginArray()
  for diagnostic in diagnostics { writer.verbatim(renderer.json(diagnostic, indentation: 2)) }
  writer.endArray()
  writer.endObject()
  writer.newline()
  return writer.bytes
}

/// What `output -json` prints of all outputs, indented, with a line break at its end. Values are sensitive where they are
/// marked so, and shown all the same.
func outputsDocument(_ outputs: [String: Value]) -> [UInt8] {
  var writer = JSONWriter(style: .indented("  "))
  writer.beginObject()
  for (name, value) in outputs.sorted(by: { $0.key < $1.key }) {
    writer.key(name)
    writer.beginObject()
    writer.member("sensitive", value.containsMark(.sensitive))
    writer.key("type")
    writer.raw(JSONValueCodec.encodeType(value.type))
    writer.key("value")
    writer.knownParts(of: value)
    writer.endObject()
  }
  writer.endObject()
  writer.newline()
  return writer.bytes
}

/// What `output -json NAME` prints: the value on one line, with a line break at its end.
func outputDocument(_ value: Value) -> [UInt8] { JSONValueCodec.encode(value) + [UInt8(ascii: "\n")] }
