/// Documents from events, built with a stack of its own so that no input can exhaust the thread's.
struct YAMLReader: ~Copyable {
  private var events: YAMLEvents
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
    do throws(YAMLEvents.Problem) {
      events = try YAMLEvents(bytes, detectsEncoding: true)
    } catch {
      throw YAMLReader.failure(error)
    }
  }

  /// The next document; nil at the end of the stream.
  mutating func document() throws(YAMLError) -> JSONValue? {
    var result: JSONValue?
    while true {
      let event = try next()
      switch event.kind {
      case .streamEnd: return nil
      case .documentStart:
        anchors = [:]
        aliasing = Aliasing()
      case .documentEnd: return result ?? .null
      case .streamStart: break
      default: if let root = try take(event) { result = root }
      }
    }
  }

  // MARK: Nodes

  /// Works one event in; gives the document's root when that is complete.
  private mutating func take(_ event: YAMLEvents.Event) throws(YAMLError) -> JSONValue? {
    switch event.kind {
    case .sequenceStart: try push(.sequence([]), event)
    case .mappingStart: try push(.mapping([:], key: nil), event)
    case .sequenceEnd, .mappingEnd: return try close()
    case .scalar: return try scalar(event)
    case .alias: return try alias(event)
    default: break
    }
    return nil
  }

  private mutating func push(_ content: Collection.Content, _ event: YAMLEvents.Event) throws(YAMLError) {
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

  private mutating func scalar(_ event: YAMLEvents.Event) throws(YAMLError) -> JSONValue? {
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

  private mutating func alias(_ event: YAMLEvents.Event) throws(YAMLError) -> JSONValue? {
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

  /// The next event, its line counted from 1.
  private mutating func next() throws(YAMLError) -> YAMLEvents.Event {
    do throws(YAMLEvents.Problem) {
      var event = try events.next()
      event.line += 1
      return event
    } catch {
      throw YAMLReader.failure(error)
    }
  }

  private static func failure(_ problem: YAMLEvents.Problem) -> YAMLError {
    YAMLError(line: problem.stage == .reader ? 0 : problem.line + 1, message: problem.message)
  }

  private func failure(_ message: String, _ line: Int) -> YAMLError { YAMLError(line: line, message: message) }
}
