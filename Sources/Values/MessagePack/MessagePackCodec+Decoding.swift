extension MessagePackCodec {
  /// Reads a value of the type. Keys of objects may come in any order, but all must be there and no others; an empty map is
  /// an object with all attributes null. Numbers keep the precision of their form.
  package static func decode(_ bytes: [UInt8], type: ValueType) throws(CodecError) -> Value {
    var decoder = MessagePackDecoder(bytes)
    return try decoder.document(type.withoutOptionals)
  }
}

private struct MessagePackDecoder: ~Copyable {
  private var reader: MessagePackReader
  private var steps: [Path.Step] = []

  init(_ bytes: [UInt8]) { reader = MessagePackReader(bytes) }

  private func failure(_ message: String) -> CodecError { CodecError(path: Path(steps), message: message) }

  mutating func document(_ type: ValueType) throws(CodecError) -> Value {
    let value: Value
    do throws(CodecError) {
      value = try decode(type)
    } catch {
      throw error.path.isEmpty ? failure(error.message) : error
    }
    guard reader.isAtEnd else { throw failure("extra bytes after MessagePack value") }
    return value
  }

  private mutating func decode(_ type: ValueType) throws(CodecError) -> Value {
    switch try reader.peek() {
    case .null:
      _ = try reader.readNull()
      return .null(type)
    case .unknown: return try unknown(type)
    default: break
    }
    switch type {
    case .dynamic: return try dynamic()
    case .bool: return .bool(try reader.readBool())
    case .number: return .number(try reader.readNumber())
    case .string: return .text(try reader.readString())
    case .list(let element): return .list(try elements(element), of: element)
    case .set(let element): return .set(try elements(element), of: element)
    case .tuple(let types):
      let count = try reader.readArrayHeader()
      guard count == types.count else { throw failure("a tuple of length \(types.count) is required") }
      var parts: [Value] = []
      for (index, type) in types.enumerated() { parts.append(try part(type, at: .index(.int(index)))) }
      return .tuple(parts)
    case .map(let element): return try map(element)
    case .object(let object): return try self.object(object)
    case .capsule: throw failure("a value of this type cannot be read from MessagePack")
    }
  }

  private mutating func part(_ type: ValueType, at step: Path.Step) throws(CodecError) -> Value {
    steps.append(step)
    let value = try decode(type)
    steps.removeLast()
    return value
  }

  private mutating func elements(_ element: ValueType) throws(CodecError) -> [Value] {
    guard try reader.peek() == .array else { throw failure("a list is required") }
    let count = try reader.readArrayHeader()
    var parts: [Value] = []
    parts.reserveCapacity(count)
    for index in 0..<count { parts.append(try part(element, at: .index(.int(index)))) }
    if let problem = element.problem(of: parts) { throw failure(problem) }
    return parts
  }

  private mutating func map(_ element: ValueType) throws(CodecError) -> Value {
    guard try reader.peek() == .map else { throw failure("a map is required") }
    let count = try reader.readMapHeader()
    var keys: [String] = []
    var values: [Value] = []
    var isSorted = true
    for _ in 0..<count {
      let key = try reader.readString().normalizedForValues
      if let last = keys.last, last >= key { isSorted = false }
      keys.append(key)
      values.append(try part(element, at: .index(.string(key))))
    }
    if let problem = element.problem(of: values) { throw failure(problem) }
    if isSorted { return .map(sortedKeys: keys, values: values, of: element) }
    return .map(Dictionary(zip(keys, values), uniquingKeysWith: { _, last in last }), of: element)
  }

  private mutating func object(_ type: ObjectType) throws(CodecError) -> Value {
    guard try reader.peek() == .map else { throw failure("an object is required") }
    let count = try reader.readMapHeader()
    let types = type.types
    let names = type.names
    var values: [Value] = types.map { .null($0) }
    if count == 0 { return .object(type: type, values: values) }
    guard count == types.count else {
      throw failure("an object with \(types.count) attributes is required (\(count) given)")
    }
    var seen = Array(repeating: false, count: count)
    for position in 0..<count {
      let key = try reader.readString()
      // Keys mostly come in the order of the type.
      let isExpected = names[position] == key
      guard let place = isExpected ? position : type.index(of: key), !seen[place] else {
        throw failure("unsupported attribute \(JSONWriter.quoted(key, escapesHTML: false))")
      }
      seen[place] = true
      values[place] = try part(types[place], at: .attribute(key))
    }
    return .object(type: type, values: values)
  }

  /// `[type as JSON, value]`.
  private mutating func dynamic() throws(CodecError) -> Value {
    guard try reader.peek() == .array, try reader.readArrayHeader() == 2 else {
      throw failure("dynamic value array must have exactly two elements")
    }
    let type: ValueType
    do throws(CodecError) {
      type = try JSONValueCodec.decodeType(try reader.readBinary())
    } catch {
      throw failure(error.message)
    }
    return try decode(type)
  }

  /// The largest payload with refinements that is accepted, in bytes.
  private static let largestPayload = 1024

  private mutating func unknown(_ type: ValueType) throws(CodecError) -> Value {
    let (code, payload) = try reader.readExtension()
    // Later kinds of extensions are still unknown values.
    guard payload.count > 1, code == 12, type != .dynamic else { return .unknown(type) }
    guard payload.count <= Self.largestPayload else { throw failure("oversize unknown value refinement") }
    return .unknown(type, refined: try refinements(payload, type))
  }

  private func refinements(_ payload: [UInt8], _ type: ValueType) throws(CodecError) -> Refinements {
    var reader = MessagePackReader(payload)
    var known = Refinements()
    for _ in 0..<(try reader.readMapHeader()) {
      let key = try reader.readInteger()
      switch (key, type) {
      case (1, _): known.isNotNull = !(try reader.readBool())
      case (2, .string): known.stringPrefix = try reader.readString()
      case (3, .number): known.lowerBound = try bound(&reader)
      case (4, .number): known.upperBound = try bound(&reader)
      case (5, .list), (5, .set), (5, .map): known.minimumLength = max(0, try reader.readInteger())
      case (6, .list), (6, .set), (6, .map): known.maximumLength = max(0, try reader.readInteger())
      case (2...6, _): throw failure("unknown value refinement \(key) does not apply to \(type.friendlyName)")
      default: try reader.skip()
      }
    }
    return known
  }

  private func bound(_ reader: inout MessagePackReader) throws(CodecError) -> Refinements.Bound? {
    guard try reader.readArrayHeader() == 2 else { throw failure("invalid bound in unknown value refinement") }
    let number = try reader.readNumber()
    let isInclusive = try reader.readBool()
    return number.isInfinite ? nil : Refinements.Bound(number, isInclusive: isInclusive)
  }
}
