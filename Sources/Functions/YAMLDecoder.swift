import CYaml
import Values

/// `yamldecode`: one document of YAML as objects, tuples and primitive values.
@safe struct YAMLDecoder: ~Copyable {
  private let parser: UnsafeMutablePointer<yaml_parser_t>
  private let input: UnsafeMutableBufferPointer<UInt8>
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
    // No text at all counts as an empty line.
    let bytes = text.isEmpty ? [UInt8(ascii: "\n")] : Array(text.utf8)
    unsafe parser = .allocate(capacity: 1)
    unsafe parser.initialize(to: yaml_parser_t())
    unsafe input = .allocate(capacity: bytes.count)
    _ = unsafe input.initialize(fromContentsOf: bytes)
    guard unsafe yaml_parser_initialize(parser) == 1 else { throw FunctionError("out of memory") }
    unsafe yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
    unsafe yaml_parser_set_input_string(parser, input.baseAddress, input.count)
  }

  deinit {
    unsafe yaml_parser_delete(parser)
    unsafe parser.deallocate()
    unsafe input.deallocate()
  }

  // MARK: Events

  /// What the parser said next, copied out of its memory.
  private struct Event {
    var kind: yaml_event_type_t
    var line: Int
    var column: Int
    var anchor: String?
    var tag: String?
    var text = ""
    var isPlain = false
  }

  private static func string(_ pointer: UnsafeMutablePointer<UInt8>?) -> String? {
    guard let pointer = unsafe pointer else { return nil }
    return unsafe String(cString: pointer)
  }

  private mutating func next() throws(FunctionError) -> Event {
    var event = unsafe yaml_event_t()
    guard unsafe yaml_parser_parse(parser, &event) == 1 else { throw syntaxError() }
    defer { unsafe yaml_event_delete(&event) }
    var result = unsafe Event(
      kind: event.type, line: Int(event.start_mark.line), column: Int(event.start_mark.column))
    switch unsafe event.type {
    case YAML_ALIAS_EVENT:
      unsafe result.anchor = YAMLDecoder.string(event.data.alias.anchor)
    case YAML_SCALAR_EVENT:
      unsafe result.anchor = YAMLDecoder.string(event.data.scalar.anchor)
      unsafe result.tag = YAMLDecoder.string(event.data.scalar.tag)
      unsafe result.isPlain = event.data.scalar.style == YAML_PLAIN_SCALAR_STYLE
      if let value = unsafe event.data.scalar.value {
        unsafe result.text = String(
          decoding: UnsafeBufferPointer(start: value, count: Int(event.data.scalar.length)), as: UTF8.self)
      }
    case YAML_SEQUENCE_START_EVENT:
      unsafe result.anchor = YAMLDecoder.string(event.data.sequence_start.anchor)
      unsafe result.tag = YAMLDecoder.string(event.data.sequence_start.tag)
    case YAML_MAPPING_START_EVENT:
      unsafe result.anchor = YAMLDecoder.string(event.data.mapping_start.anchor)
      unsafe result.tag = YAMLDecoder.string(event.data.mapping_start.tag)
    default: break
    }
    return result
  }

  private func syntaxError() -> FunctionError {
    let problem = unsafe parser.pointee.problem.map { unsafe String(cString: $0) } ?? "invalid YAML"
    let line = unsafe Int(parser.pointee.problem_mark.line)
    let column = unsafe Int(parser.pointee.problem_mark.column)
    if line == 0 { return FunctionError(problem) }
    // The scanner counts the line only after it is through with it.
    if unsafe parser.pointee.error == YAML_SCANNER_ERROR {
      return FunctionError("on line \(line + 1), column 1: \(problem)")
    }
    return FunctionError("on line \(line), column \(column + 1): \(problem)")
  }

  private func failure(_ message: String, at event: Event) -> FunctionError {
    FunctionError(event.line == 0 ? message : "on line \(event.line), column \(event.column + 1): \(message)")
  }

  // MARK: Nodes

  private mutating func document() throws(FunctionError) -> Value {
    _ = try next()
    let start = try next()
    if start.kind == YAML_STREAM_END_EVENT { throw failure("missing start of document", at: start) }
    let value = try node(try next())
    _ = try next()
    let end = try next()
    if end.kind != YAML_STREAM_END_EVENT { throw failure("unexpected extra content after value", at: end) }
    return value
  }

  private mutating func node(_ event: Event) throws(FunctionError) -> Value {
    switch event.kind {
    case YAML_ALIAS_EVENT:
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
    case YAML_SCALAR_EVENT:
      return remembered(event, try scalar(event))
    case YAML_SEQUENCE_START_EVENT:
      return try nested(event) { (decoder, event) throws(FunctionError) in
        try decoder.sequence(event)
      }
    case YAML_MAPPING_START_EVENT:
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
      if next.kind == YAML_SEQUENCE_END_EVENT { return .tuple(elements) }
      elements.append(try node(next))
    }
  }

  private mutating func mapping(_ event: Event) throws(FunctionError) -> Value {
    if let tag = event.tag, tag != YAMLTag.mapping { throw failure("can't interpret mapping as \(tag)", at: event) }
    var attributes: [String: Value] = [:]
    while true {
      let keyEvent = try next()
      if keyEvent.kind == YAML_MAPPING_END_EVENT { return .object(attributes) }
      if keyEvent.kind == YAML_SCALAR_EVENT && keyEvent.text == "<<" {
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
