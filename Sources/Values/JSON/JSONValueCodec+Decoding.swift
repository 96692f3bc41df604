extension JSONValueCodec {
  /// Reads a value of the type. Attributes that are absent are null, ones the type does not have are errors; primitive types accept
  /// each other's JSON where the language converts them; wrapped values stand where the type says `dynamic`.
  package static func decode(_ bytes: [UInt8], type: ValueType) throws(CodecError) -> Value {
    var decoder = JSONValueDecoder(bytes)
    return try decoder.document(type.withoutOptionals)
  }

  /// Reads any JSON: objects as objects, arrays as tuples, null without a type, as `jsondecode` does.
  package static func decode(_ bytes: [UInt8]) throws(CodecError) -> Value {
    var decoder = JSONValueDecoder(bytes)
    return try decoder.untypedDocument()
  }
}

/// One pass over the bytes, building values as it goes.
private struct JSONValueDecoder: ~Copyable {
  private var scanner: JSONScanner
  private var steps: [Path.Step] = []

  init(_ bytes: [UInt8]) { scanner = JSONScanner(bytes) }

  private func failure(_ message: String) -> CodecError { CodecError(path: Path(steps), message: message) }

  mutating func document(_ type: ValueType) throws(CodecError) -> Value {
    let value = try decode(type)
    try end()
    return value
  }

  mutating func untypedDocument() throws(CodecError) -> Value {
    do throws(JSONError) {
      let value = try untyped()
      try scanner.expectEnd()
      return value
    } catch {
      throw CodecError(message: error.message)
    }
  }

  private mutating func end() throws(CodecError) {
    do throws(JSONError) { try scanner.expectEnd() } catch { throw failure(error.message) }
  }

  private mutating func decode(_ type: ValueType) throws(CodecError) -> Value {
    let kind: JSONScanner.Kind
    do throws(JSONError) {
      if try scanner.readNull() { return .null(type) }
      kind = try scanner.peek()
    } catch {
      throw failure(error.message)
    }
    switch type {
    case .dynamic: return try wrapped(kind)
    case .bool, .number, .string: return try primitive(kind, type)
    case .list(let element): return .list(try elements(kind, element), of: element)
    case .set(let element): return .set(try elements(kind, element), of: element)
    case .tuple(let types):
      let parts = try elements(kind) { $0 < types.count ? types[$0] : nil }
      guard parts.count == types.count else { throw failure("not enough tuple elements (need \(types.count))") }
      return .tuple(parts)
    case .map(let element): return try map(kind, element)
    case .object(let object): return try self.object(kind, object)
    case .capsule: throw failure("a value of this type cannot be read from JSON")
    }
  }

  private mutating func primitive(_ kind: JSONScanner.Kind, _ type: ValueType) throws(CodecError) -> Value {
    do throws(JSONError) {
      switch (kind, type) {
      case (.string, .string): return .text(try scanner.readString())
      case (.number, .number): return .number(try scanner.readNumber())
      case (.bool, .bool): return .bool(try scanner.readBool())
      case (.bool, .string): return .string(try scanner.readBool() ? "true" : "false")
      case (.number, .string): return .string(try scanner.readNumber().text)
      case (.string, .number):
        guard let number = Number(parsing: try scanner.readString()) else {
          throw JSONError(message: "a number is required", offset: scanner.offset)
        }
        return .number(number)
      case (.string, .bool):
        switch try scanner.readString() {
        case "true", "1": return .true
        case "false", "0": return .false
        default: throw JSONError(message: "a bool is required", offset: scanner.offset)
        }
      default: throw JSONError(message: "a \(type.friendlyName) is required", offset: scanner.offset)
      }
    } catch {
      throw failure(error.message)
    }
  }

  private mutating func elements(_ kind: JSONScanner.Kind, _ element: ValueType) throws(CodecError) -> [Value] {
    let parts = try elements(kind) { _ in element }
    if let problem = element.problem(of: parts) { throw failure(problem) }
    return parts
  }

  private mutating func elements(
    _ kind: JSONScanner.Kind, type: (Int) -> ValueType?
  ) throws(CodecError) -> [Value] {
    guard kind == .array else { throw failure("an array is required") }
    var parts: [Value] = []
    do throws(JSONError) { try scanner.beginArray() } catch { throw failure(error.message) }
    while try nextElement() {
      guard let element = type(parts.count) else { throw failure("too many tuple elements (need \(parts.count))") }
      steps.append(.index(.int(parts.count)))
      parts.append(try decode(element))
      steps.removeLast()
    }
    return parts
  }

  private mutating func nextElement() throws(CodecError) -> Bool {
    do throws(JSONError) { return try scanner.nextElement() } catch { throw failure(error.message) }
  }

  private mutating func nextKey() throws(CodecError) -> String? {
    do throws(JSONError) { return try scanner.nextKey() } catch { throw failure(error.message) }
  }

  private mutating func beginObject(_ kind: JSONScanner.Kind) throws(CodecError) {
    guard kind == .object else { throw failure("an object is required") }
    do throws(JSONError) { try scanner.beginObject() } catch { throw failure(error.message) }
  }

  private mutating func map(_ kind: JSONScanner.Kind, _ element: ValueType) throws(CodecError) -> Value {
    try beginObject(kind)
    var keys: [String] = []
    var values: [Value] = []
    var isSorted = true
    while let key = try nextKey()?.normalizedForValues {
      steps.append(.index(.string(key)))
      if let last = keys.last, last >= key { isSorted = false }
      keys.append(key)
      values.append(try decode(element))
      steps.removeLast()
    }
    if let problem = element.problem(of: values) { throw failure(problem) }
    if isSorted { return .map(sortedKeys: keys, values: values, of: element) }
    return .map(Dictionary(zip(keys, values), uniquingKeysWith: { _, last in last }), of: element)
  }

  private mutating func object(_ kind: JSONScanner.Kind, _ type: ObjectType) throws(CodecError) -> Value {
    try beginObject(kind)
    let names = type.names
    let types = type.types
    var values: [Value] = types.map { .null($0) }
    var expected = 0
    while let key = try nextKey() {
      // Keys mostly come in the order of the type.
      let isExpected = expected < names.count && names[expected] == key
      guard let place = isExpected ? expected : type.index(of: key) else {
        throw failure("unsupported attribute \(JSONWriter.quoted(key, escapesHTML: false))")
      }
      steps.append(.attribute(key))
      values[place] = try decode(types[place])
      steps.removeLast()
      expected = place + 1
    }
    return .object(type: type, values: values)
  }

  /// `{"value":…,"type":…}`: the type may come second, so the value is read once both are found.
  private mutating func wrapped(_ kind: JSONScanner.Kind) throws(CodecError) -> Value {
    try beginObject(kind)
    var type: ValueType?
    var body: Range<Int>?
    while let key = try nextKey() {
      do throws(JSONError) {
        switch key {
        case "type": type = try JSONValueCodec.type(of: scanner.node())
        case "value": body = try scanner.skipValue()
        default:
          throw JSONError(
            message: "invalid key \(JSONWriter.quoted(key)) in dynamically-typed value", offset: scanner.offset)
        }
      } catch {
        throw failure(error.message)
      }
    }
    guard let type else { throw failure("missing type in dynamically-typed value") }
    guard let body else { throw failure("missing value in dynamically-typed value") }
    let end = scanner.offset
    scanner.move(to: body.lowerBound)
    let value = try decode(type)
    scanner.move(to: end)
    return value
  }

  private mutating func untyped() throws(JSONError) -> Value {
    switch try scanner.peek() {
    case .null:
      _ = try scanner.readNull()
      return .dynamicNull
    case .bool: return .bool(try scanner.readBool())
    case .number: return .number(try scanner.readNumber())
    case .string: return .text(try scanner.readString())
    case .array:
      try scanner.beginArray()
      var parts: [Value] = []
      while try scanner.nextElement() { parts.append(try untyped()) }
      return .tuple(parts)
    case .object:
      try scanner.beginObject()
      var attributes: [(String, Value)] = []
      while let key = try scanner.nextKey() { attributes.append((key.normalizedForValues, try untyped())) }
      return .object(attributes)
    }
  }
}
