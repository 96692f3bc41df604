import Diagnostics
import ProviderInterface
import Values

/// Message `Diagnostic`. One without a severity ends nothing (observed with 1.11), and some providers go on after such a one themselves.
func decodeDiagnostic(_ message: ProtobufReader) throws(ProtobufError) -> Diagnostic {
  var message = message
  var result = Diagnostic(.warning, "", attributePath: [])
  while let field = try message.next() {
    switch field.number {
    case 1: result.severity = field.int64 == 1 ? .error : .warning
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

/// Message `Diagnostic`. Of the path goes what the wire has steps for: an element of a set is known by its value, and for that there
/// is none.
func encodeDiagnostic(_ diagnostic: Diagnostic) -> [UInt8] {
  var writer = ProtobufWriter()
  writer.number(1, diagnostic.severity == .warning ? 2 : 1)
  writer.string(2, diagnostic.summary)
  writer.string(3, diagnostic.detail)
  if let path = diagnostic.attributePath { writer.message(4, encodePath(Path(printedSteps: path))) }
  return writer.bytes
}

/// Message `AttributePath`, up to the first step that has no form there.
func encodePath(_ path: Path) -> [UInt8] {
  var writer = ProtobufWriter()
  for step in path.steps {
    var selector = ProtobufWriter()
    switch step {
    case .attribute(let name): selector.message(1, Array(name.utf8))
    case .index(.string(let key)): selector.message(2, Array(key.utf8))
    case .index(.number(let number)):
      guard let position = number.int64 else { return writer.bytes }
      selector.presentNumber(3, position)
    case .index: return writer.bytes
    }
    writer.message(1, selector.bytes)
  }
  return writer.bytes
}

extension Path {
  /// Steps as diagnostics carry them, each as `Path` prints it: `.name`, `[0]`, `["key"]`. Ends before one that was an element of a
  /// set, which is not printed whole.
  fileprivate init(printedSteps: [String]) {
    self.init()
    for text in printedSteps {
      if text.hasPrefix(".") {
        steps.append(.attribute(String(text.dropFirst())))
      } else if let node = try? JSONNode(parsing: Array(text.utf8)), let key = node.array?.first {
        if let name = key.string {
          steps.append(.index(.string(name)))
        } else if let position = key.integer {
          steps.append(.index(.int(position)))
        } else {
          return
        }
      } else {
        return
      }
    }
  }
}

extension ServerCapabilities {
  /// Message `ServerCapabilities`.
  init(_ message: ProtobufReader) throws(ProtobufError) {
    let message = try ProtobufMessage(message)
    self.init(
      planDestroy: message.bool(1), getProviderSchemaOptional: message.bool(2), moveResourceState: message.bool(3))
  }

  var encoded: [UInt8] {
    var writer = ProtobufWriter()
    writer.bool(1, planDestroy)
    writer.bool(2, getProviderSchemaOptional)
    writer.bool(3, moveResourceState)
    return writer.bytes
  }
}

extension ClientCapabilities {
  /// Message `ClientCapabilities`; one that is not there promises nothing.
  init(_ message: ProtobufReader?) throws(ProtobufError) {
    let message = try message.map { reader throws(ProtobufError) in try ProtobufMessage(reader) }
    self.init(
      deferralAllowed: message?.bool(1) ?? false, writeOnlyAttributesAllowed: message?.bool(2) ?? false)
  }

  var encoded: [UInt8] {
    var writer = ProtobufWriter()
    writer.bool(1, deferralAllowed)
    writer.bool(2, writeOnlyAttributesAllowed)
    return writer.bytes
  }
}
