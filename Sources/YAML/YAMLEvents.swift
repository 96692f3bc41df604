import CYaml

/// What libyaml's parser finds in a text, event by event, copied out of its memory.
@safe package struct YAMLEvents: ~Copyable {
  private let parser: UnsafeMutablePointer<yaml_parser_t>
  private let input: UnsafeMutableBufferPointer<UInt8>

  package enum Kind: Sendable {
    case streamStart, streamEnd, documentStart, documentEnd
    case alias, scalar, sequenceStart, sequenceEnd, mappingStart, mappingEnd
  }

  /// Lines and columns count from 0. The anchor of an alias is the one that it refers to.
  package struct Event: Sendable {
    package var kind: Kind
    package var line: Int
    package var column: Int
    package var anchor: String?
    package var tag: String?
    package var text = ""
    package var isPlain = false
  }

  /// Why there is no next event. Lines and columns count from 0.
  package struct Problem: Error, Sendable {
    /// Which part of the parser found it.
    package enum Stage: Sendable { case reader, scanner, parser }

    package var stage: Stage
    package var line: Int
    package var column: Int
    package var message: String
  }

  /// - Parameter detectsEncoding: whether UTF-16 is read too where a byte order mark says so.
  package init(_ bytes: [UInt8], detectsEncoding: Bool) throws(Problem) {
    unsafe parser = .allocate(capacity: 1)
    unsafe parser.initialize(to: yaml_parser_t())
    unsafe input = .allocate(capacity: bytes.count)
    _ = unsafe input.initialize(fromContentsOf: bytes)
    guard unsafe yaml_parser_initialize(parser) == 1 else {
      throw Problem(stage: .reader, line: 0, column: 0, message: "out of memory")
    }
    if !detectsEncoding { unsafe yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING) }
    unsafe yaml_parser_set_input_string(parser, input.baseAddress, input.count)
  }

  deinit {
    unsafe yaml_parser_delete(parser)
    unsafe parser.deallocate()
    unsafe input.deallocate()
  }

  package mutating func next() throws(Problem) -> Event {
    var event = unsafe yaml_event_t()
    guard unsafe yaml_parser_parse(parser, &event) == 1 else { throw problem() }
    defer { unsafe yaml_event_delete(&event) }
    var result = unsafe Event(
      kind: YAMLEvents.kind(event.type), line: Int(event.start_mark.line), column: Int(event.start_mark.column))
    switch result.kind {
    case .alias: unsafe result.anchor = YAMLEvents.string(event.data.alias.anchor)
    case .scalar:
      unsafe result.anchor = YAMLEvents.string(event.data.scalar.anchor)
      unsafe result.tag = YAMLEvents.string(event.data.scalar.tag)
      unsafe result.isPlain = event.data.scalar.style == YAML_PLAIN_SCALAR_STYLE
      if let value = unsafe event.data.scalar.value {
        unsafe result.text = String(
          decoding: UnsafeBufferPointer(start: value, count: Int(event.data.scalar.length)), as: UTF8.self)
      }
    case .sequenceStart:
      unsafe result.anchor = YAMLEvents.string(event.data.sequence_start.anchor)
      unsafe result.tag = YAMLEvents.string(event.data.sequence_start.tag)
    case .mappingStart:
      unsafe result.anchor = YAMLEvents.string(event.data.mapping_start.anchor)
      unsafe result.tag = YAMLEvents.string(event.data.mapping_start.tag)
    default: break
    }
    return result
  }

  /// A parser that is through says so again and again, without a kind.
  private static func kind(_ type: yaml_event_type_t) -> Kind {
    switch type {
    case YAML_STREAM_START_EVENT: .streamStart
    case YAML_DOCUMENT_START_EVENT: .documentStart
    case YAML_DOCUMENT_END_EVENT: .documentEnd
    case YAML_ALIAS_EVENT: .alias
    case YAML_SCALAR_EVENT: .scalar
    case YAML_SEQUENCE_START_EVENT: .sequenceStart
    case YAML_SEQUENCE_END_EVENT: .sequenceEnd
    case YAML_MAPPING_START_EVENT: .mappingStart
    case YAML_MAPPING_END_EVENT: .mappingEnd
    default: .streamEnd
    }
  }

  private static func string(_ pointer: UnsafeMutablePointer<UInt8>?) -> String? {
    guard let pointer = unsafe pointer else { return nil }
    return unsafe String(cString: pointer)
  }

  private func problem() -> Problem {
    let message = unsafe parser.pointee.problem.map { unsafe String(cString: $0) } ?? "invalid YAML"
    let stage: Problem.Stage =
      switch unsafe parser.pointee.error {
      case YAML_READER_ERROR: .reader
      case YAML_SCANNER_ERROR: .scanner
      default: .parser
      }
    return unsafe Problem(
      stage: stage, line: Int(parser.pointee.problem_mark.line), column: Int(parser.pointee.problem_mark.column), message: message)
  }
}
