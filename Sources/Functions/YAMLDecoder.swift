import Values
import YAML

/// `yamldecode`: one document of YAML as objects, tuples and primitive values.
struct YAMLDecoder: ~Copyable {
  private typealias Event = YAMLEvents.Event

  private var events: YAMLEvents
  private var anchors: [String: Value] = [:]
  /// The anchors of the nodes that are being read.
  private var openAnchors: [String] = []
  private var depth = 0
  /// The weight of all that references have put in.
  private var aliased: UInt32 = 0

  private static let deepestNesting = 1000

  static func decode(_ text: String) throws(FunctionError) -> Value {
    var decoder = try YAMLDecoder(text)
    return try decoder.document()
  }

  private init(_ text: String) throws(FunctionError) {
    do throws(YAMLEvents.Problem) {
      // No text at all counts as an empty line.
      events = try YAMLEvents(text.isEmpty ? [UInt8(ascii: "\n")] : Array(text.utf8), detectsEncoding: false)
    } catch {
      throw YAMLDecoder.failure(error)
    }
  }

  private mutating func next() throws(FunctionError) -> Event {
    do throws(YAMLEvents.Problem) {
      return try events.next()
    } catch {
      throw YAMLDecoder.failure(error)
    }
  }

  private static func failure(_ problem: YAMLEvents.Problem) -> FunctionError {
    if problem.line == 0 { return FunctionError(problem.message) }
    // The scanner counts the line only after it is through with it.
    if problem.stage == .scanner { return FunctionError("on line \(problem.line + 1), column 1: \(problem.message)") }
    return FunctionError("on line \(problem.line), column \(problem.column + 1): \(problem.message)")
  }

  private func failure(_ message: String, at event: Event) -> FunctionError {
    FunctionError(event.line == 0 ? message : "on line \(event.line), column \(event.column + 1): \(message)")
  }

  // MARK: Nodes

  private mutating func document() throws(FunctionError) -> Value {
    _ = try next()
    let start = try next()
    if start.kind == .streamEnd { throw failure("missing start of document", at: start) }
    let value = try node(try next())
    _ = try next()
    let end = try next()
    if end.kind != .streamEnd { throw failure("unexpected extra content after value", at: end) }
    return value
  }

  private mutating func node(_ event: Event) throws(FunctionError) -> Value {
    switch event.kind {
    case .alias:
      let name = event.anchor ?? ""
      if openAnchors.contains(name) {
        throw failure("cannot refer to anchor \(quoted(name)) from inside its own definition", at: event)
      }
      guard let value = anchors[name] else {
        throw failure("reference to undefined anchor \(quoted(name))", at: event)
      }
      // References to references multiply.
      aliased = aliased.addingClamped(value.weight)
      if aliased > Value.largestWeight { throw failure("the document is too large with all that it refers to", at: event) }
      return value
    case .scalar:
      return remembered(event, try scalar(event))
    case .sequenceStart:
      return try nested(event) { (decoder, event) throws(FunctionError) in
        try decoder.sequence(event)
      }
    case .mappingStart:
      return try nested(event) { (decoder, event) throws(FunctionError) in
        try decoder.mapping(event)
      }
    default: throw failure("unexpected end of the value", at: event)
    }
  }

  private mutating func nested(
    _ event: Event, _ read: (inout YAMLDecoder, Event) throws(FunctionError) -> Value
  ) throws(FunctionError) -> Value {
    if depth >= YAMLDecoder.deepestNesting { throw failure("the value is nested too deeply", at: event) }
    depth += 1
    if let anchor = event.anchor { openAnchors.append(anchor) }
    let value = try read(&self, event)
    if event.anchor != nil { openAnchors.removeLast() }
    depth -= 1
    return remembered(event, value)
  }

  private mutating func remembered(_ event: Event, _ value: Value) -> Value {
    if let anchor = event.anchor { anchors[anchor] = value }
    return value
  }

  private mutating func sequence(_ event: Event) throws(FunctionError) -> Value {
    if let tag = event.tag, tag != YAMLTag.sequence {
      throw failure("can't interpret sequence as \(tag)", at: event)
    }
    var elements: [Value] = []
    while true {
      let next = try next()
      if next.kind == .sequenceEnd { return .tuple(elements) }
      elements.append(try node(next))
    }
  }

  private mutating func mapping(_ event: Event) throws(FunctionError) -> Value {
    if let tag = event.tag, tag != YAMLTag.mapping { throw failure("can't interpret mapping as \(tag)", at: event) }
    var attributes: [String: Value] = [:]
    while true {
      let keyEvent = try next()
      if keyEvent.kind == .mappingEnd { return .object(attributes) }
      if keyEvent.kind == .scalar && keyEvent.text == "<<" {
        // A merge puts all attributes of another mapping at its place: what comes later wins.
        let merged = try node(try next())
        guard case .object(let object) = merged else {
          throw failure("cannot merge \(merged.type.friendlyName) into mapping", at: keyEvent)
        }
        for (name, value) in Swift.zip(object.names, object.values) { attributes[name] = value }
        continue
      }
      let key = try node(keyEvent)
      if key.isNull { throw failure("mapping key cannot be null", at: keyEvent) }
      guard let name = (try? convert(key, to: .string))?.asString else {
        throw failure("only strings are allowed as mapping keys", at: keyEvent)
      }
      attributes[name] = try node(try next())
    }
  }

  private func scalar(_ event: Event) throws(FunctionError) -> Value {
    do throws(YAMLTag.Problem) {
      return try YAMLTag.resolve(event.text, tag: event.tag, isPlain: event.isPlain)
    } catch {
      throw failure(error.message, at: event)
    }
  }
}

private func quoted(_ text: String) -> String { JSONWriter.quoted(text, escapesHTML: false) }
