import Diagnostics
import ProviderInterface
import Values

/// Message `Diagnostic`. A severity that is not known counts as an error (protocol reference: INVALID is to be treated so).
func decodeDiagnostic(_ message: ProtobufReader) throws(ProtobufError) -> Diagnostic {
  var message = message
  var result = Diagnostic(.error, "", attributePath: [])
  while let field = try message.next() {
    switch field.number {
    case 1: result.severity = field.int64 == 2 ? .warning : .error
    case 2: result.summary = message.string(field)
    case 3: result.detail = message.string(field)
    case 4: result.attributePath = try decodePath(message.message(field)).steps.map { Path([$0]).description }
    default: break
    }
  }
  if result.summary.isEmpty, result.detail.isEmpty { result.detail = "The provider does not say what is wrong." }
  return result
}

/// Message `AttributePath`.
func decodePath(_ message: ProtobufReader) throws(ProtobufError) -> Path {
  var message = message
  var path = Path()
  while let field = try message.next() {
    guard field.number == 1 else { continue }
    var step = message.message(field)
    while let selector = try step.next() {
      switch selector.number {
      case 1: path.steps.append(.attribute(step.string(selector)))
      case 2: path.steps.append(.index(.string(step.string(selector))))
      case 3: path.steps.append(.index(.int(Int(clamping: selector.int64))))
      default: break
      }
    }
  }
  return path
}

extension ClientCapabilities {
  /// Message `ClientCapabilities`.
  var encoded: [UInt8] {
    var writer = ProtobufWriter()
    writer.bool(1, deferralAllowed)
    writer.bool(2, writeOnlyAttributesAllowed)
    return writer.bytes
  }
}
