import CYaml

/// Documents from libyaml's events, built with a stack of its own so that no input can exhaust the thread's.
@safe struct YAMLReader: ~Copyable {
  private let parser: UnsafeMutablePointer<yaml_parser_t>
  private let input: UnsafeMutableBufferPointer<UInt8>
  private let refusesDuplicates: Bool
  private var open: [Collection] = []
  private var anchors: [String: (value: JSONValue, weight: Int)] = [:]
  private var aliasing = Aliasing()

  /// A collection that is not yet closed.
  private struct Collection {
    enum Content {
      case sequence([JSONValue])
      case mapping([String: JSONValue], key: Key?)
    }

    enum Key {
      case name(String)
      case merge
    }

    var content: Content
    var anchor: String?
    /// Nodes in it so far, itself included.
    var weight = 1
    var line: Int
  }

  init(_ bytes: [UInt8], refusesDuplicates: Bool) throws(YAMLError) {
    self.refusesDuplicates = refusesDuplicates
    unsafe parser = .allocate(capacity: 1)
    unsafe parser.initialize(to: yaml_parser_t())
    unsafe input = .allocate(capacity: bytes.count)
    _ = unsafe input.initialize(fromContentsOf: bytes)
    guard unsafe yaml_parser_initialize(parser) == 1 else { throw YAMLError(line: 0, message: "out of memory") }
    unsafe yaml_parser_set_input_string(parser, input.baseAddress, input.count)
  }

  deinit {
    unsafe yaml_parser_delete(parser)
    unsafe parser.deallocate()
    unsafe input.deallocate()
  }

  /// The next document; nil at the end of the stream.
  mutating func document() throws(YAMLError) -> JSONValue? {
    var result: JSONValue?
    while true {
      let event = try next()
      switch event.kind {
      case YAML_STREAM_END_EVENT, YAML_NO_EVENT: return nil
      case YAML_DOCUMENT_START_EVENT:
        anchors = [:]
        aliasing = Aliasing()
      case YAML_DOCUMENT_END_EVENT: return result ?? .null
      case YAML_STREAM_START_EVENT: break
      default: if let root = try take(event) { result = root }
      }
    }
  }

  // MARK: Nodes

  /// Works one event in; gives the document's root when that is complete.
  private mutating func take(_ event: Event) throws(YAMLError) -> JSONValue? {
    switch event.kind {
    case YAML_SEQUENCE_START_EVENT: try push(.sequence([]), event)
    case YAML_MAPPING_START_EVENT: try push(.mapping([:], key: nil), event)
    case YAML_SEQUENCE_END_EVENT, YAML_MAPPING_END_EVENT: return try close()
    case YAML_SCALAR_EVENT: return try scalar(event)
    case YAML_ALIAS_EVENT: return try alias(event)
    default: break
    }
    return nil
  }

  private mutating func push(_ content: Collection.Content, _ event: Event) throws(YAMLError) {
    if open.count >= JSONValue.deepestNesting { throw failure("exceeded max depth of \(JSONValue.deepestNesting)", event.line) }
    if isAtKey { throw failure("a key may not be a mapping or a sequence", event.line) }
    open.append(Collection(content: content, anchor: event.anchor, line: event.line))
  }

  private mutating func close() throws(YAMLError) -> JSONValue? {
    guard let collection = open.popLast() else { return nil }
    let value: JSONValue =
      switch collection.content {
      case .sequence(let items): .array(items)
      case .mapping(let members, _): .object(members)
      }
    if let anchor = collection.anchor { anchors[anchor] = (value, collection.weight) }
    return try put(value, weight: collection.weight, line: collection.line)
  }

  private mutating func scalar(_ event: Event) throws(YAMLError) -> JSONValue? {
    if isAtKey {
      if event.isPlain && event.text == "<<" && (event.tag == nil || event.tag == YAMLScalar.mergeTag) {
        setKey(.merge)
        return nil
      }
      let name = try YAMLScalar.key(event.text, tag: event.tag, isPlain: event.isPlain, line: event.line)
      if let anchor = event.anchor { anchors[anchor] = (.string(name), 1) }
      try setName(name, event.line)
      return nil
    }
    let value = try YAMLScalar.value(event.text, tag: event.tag, isPlain: event.isPlain, line: event.line)
    if let anchor = event.anchor { anchors[anchor] = (value, 1) }
    return try put(value, weight: 1, line: event.line)
  }

  private mutating func alias(_ event: Event) throws(YAMLError) -> JSONValue? {
    let name = event.anchor ?? ""
    guard let known = anchors[name] else {
      let isOpen = open.contains { $0.anchor == name }
      throw failure(isOpen ? "anchor '\(name)' value contains itself" : "unknown anchor '\(name)' referenced", event.line)
    }
    guard aliasing.allows(known.weight) else { throw failure("document contains excessive aliasing", event.line) }
    if isAtKey {
      guard case .string(let text) = known.value else { throw failure("a key must be a scalar", event.line) }
      try setName(text, event.line)
      return nil
    }
    return try put(known.value, weight: known.weight, line: event.line)
  }

  /// Puts a complete value into the collection around it; gives it back when there is none.
  private mutating func put(_ value: JSONValue, weight: Int, line: Int) throws(YAMLError) -> JSONValue? {
    aliasing.decoded += 1
    guard var collection = open.popLast() else { return value }
    collection.weight += weight
    switch collection.content {
    case .sequence(var items):
      collection.content = .sequence([])
      items.append(value)
      collection.content = .sequence(items)
    case .mapping(var members, let key):
      collection.content = .mapping([:], key: nil)
      switch key {
      case .name(let name): members[name] = value
      case .merge: try merge(value, into: &members, line)
      case nil: break
      }
      collection.content = .mapping(members, key: nil)
    }
    open.append(collection)
    return nil
  }

  /// A merge puts the members of other mappings at its place; of several mappings the first has the say.
  private func merge(_ value: JSONValue, into members: inout [String: JSONValue], _ line: Int) throws(YAMLError) {
    let sources: [JSONValue] = if case .array(let items) = value { items.reversed() } else { [value] }
    for source in sources {
      guard case .object(let merged) = source else {
        throw failure("map merge requires map or sequence of maps as the value", line)
      }
      members.merge(merged) { $1 }
    }
  }

  private var isAtKey: Bool {
    guard case .mapping(_, key: nil)? = open.last?.content else { return false }
    return true
  }

  private mutating func setName(_ name: String, _ line: Int) throws(YAMLError) {
    if refusesDuplicates, case .mapping(let members, _)? = open.last?.content, members[name] != nil {
      throw failure("key \"\(name)\" already set in map", line)
    }
    setKey(.name(name))
  }

  private mutating func setKey(_ key: Collection.Key) {
    guard var collection = open.popLast() else { return }
    if case .mapping(let members, _) = collection.content { collection.content = .mapping(members, key: key) }
    open.append(collection)
  }

  /// How much of a document may be made of references: nearly all of a small one, a tenth of a huge one.
  private struct Aliasing {
    var decoded = 0
    var aliased = 0

    mutating func allows(_ weight: Int) -> Bool {
      decoded += weight
      aliased += weight
      if decoded <= 100 || aliased <= 1000 { return true }
      return Double(aliased) / Double(decoded) <= allowedShare
    }

    private var allowedShare: Double {
      let low = 400_000.0
      let high = 4_000_000.0
      let count = Double(decoded)
      if count <= low { return 0.99 }
      if count >= high { return 0.10 }
      return 0.99 - 0.89 * (count - low) / (high - low)
    }
  }

  // MARK: Events

  /// What the parser said next, copied out of its memory.
  private struct Event {
    var kind: yaml_event_type_t
    var line: Int
    var anchor: String?
    var tag: String?
    var text = ""
    var isPlain = false
  }

  private static func string(_ pointer: UnsafeMutablePointer<UInt8>?) -> String? {
    guard let pointer = unsafe pointer else { return nil }
    return unsafe String(cString: pointer)
  }

  private mutating func next() throws(YAMLError) -> Event {
    var event = unsafe yaml_event_t()
    guard unsafe yaml_parser_parse(parser, &event) == 1 else { throw syntaxError() }
    defer { unsafe yaml_event_delete(&event) }
    var result = unsafe Event(kind: event.type, line: Int(event.start_mark.line) + 1)
    switch unsafe event.type {
    case YAML_ALIAS_EVENT:
      unsafe result.anchor = YAMLReader.string(event.data.alias.anchor)
    case YAML_SCALAR_EVENT:
      unsafe result.anchor = YAMLReader.string(event.data.scalar.anchor)
      unsafe result.tag = YAMLReader.string(event.data.scalar.tag)
      unsafe result.isPlain = event.data.scalar.style == YAML_PLAIN_SCALAR_STYLE
      if let value = unsafe event.data.scalar.value {
        unsafe result.text = String(
          decoding: UnsafeBufferPointer(start: value, count: Int(event.data.scalar.length)), as: UTF8.self)
      }
    case YAML_SEQUENCE_START_EVENT:
      unsafe result.anchor = YAMLReader.string(event.data.sequence_start.anchor)
    case YAML_MAPPING_START_EVENT:
      unsafe result.anchor = YAMLReader.string(event.data.mapping_start.anchor)
    default: break
    }
    return result
  }

  private func syntaxError() -> YAMLError {
    let problem = unsafe parser.pointee.problem.map { unsafe String(cString: $0) } ?? "invalid YAML"
    if unsafe parser.pointee.error == YAML_READER_ERROR { return YAMLError(line: 0, message: problem) }
    return unsafe YAMLError(line: Int(parser.pointee.problem_mark.line) + 1, message: problem)
  }

  private func failure(_ message: String, _ line: Int) -> YAMLError { YAMLError(line: line, message: message) }
}
