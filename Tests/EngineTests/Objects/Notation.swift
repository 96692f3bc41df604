import Values

// A short notation for schemas and values, so that tables of cases can be read.
//
// Schema: one member a line (or between semicolons):
//     name string required
//     size number optional computed
//     disk blocks list { device string computed; size number optional }
//     ends nested list optional { port number required; url string computed }
//
// Value: `{name: "a", size: ?, disk: [{size: 1}]}` with `?` for unknown, `!` before what is sensitive. Left out attributes are null, left out
// blocks empty. Sets are written as lists. Where a type is dynamic, lists are tuples and braces are objects.

/// Reads the notation; a mistake in a test's table traps, since the table is wrong then.
struct Notation {
  private var tokens: [String]
  private var position = 0

  private init(_ text: String) {
    tokens = Notation.split(text)
  }

  static func schema(_ text: String) -> BlockSchema {
    var parser = Notation(text)
    let (attributes, blocks) = parser.members()
    precondition(parser.position == parser.tokens.count, "trailing \(parser.tokens[parser.position...])")
    return BlockSchema(attributes: attributes, blocks: blocks)
  }

  static func value(_ text: String, _ schema: BlockSchema) -> Value {
    var parser = Notation(text)
    let value = parser.object(.object(schema.impliedType), empty: schema.emptyValue, schema)
    precondition(parser.position == parser.tokens.count, "trailing \(parser.tokens[parser.position...])")
    return value
  }

  static func value(_ text: String, type: ValueType = .dynamic) -> Value {
    var parser = Notation(text)
    return parser.value(type)
  }

  private static func split(_ text: String) -> [String] {
    var tokens: [String] = []
    var word = ""
    var quote: Character?
    for character in text {
      if let open = quote {
        word.append(character)
        if character == open {
          tokens.append(word)
          word = ""
          quote = nil
        }
      } else if character == "\"" {
        quote = character
        word.append(character)
      } else if "{}[]:,;?!()\n".contains(character) || character == " " {
        if !word.isEmpty { tokens.append(word) }
        word = ""
        if character == "\n" || character == ";" {
          tokens.append(";")
        } else if character != " " {
          tokens.append("\(character)")
        }
      } else {
        word.append(character)
      }
    }
    if !word.isEmpty { tokens.append(word) }
    return tokens
  }

  private var current: String { position < tokens.count ? tokens[position] : "" }

  private mutating func next() -> String {
    defer { position += 1 }
    return current
  }

  private mutating func take(_ token: String) -> Bool {
    guard current == token else { return false }
    position += 1
    return true
  }

  // MARK: Schemas

  private mutating func members() -> ([AttributeSchema], [NestedBlockSchema]) {
    var attributes: [AttributeSchema] = []
    var blocks: [NestedBlockSchema] = []
    while true {
      while take(";") {}
      if current.isEmpty || current == "}" { return (attributes, blocks) }
      let name = next()
      if take("blocks") {
        let nesting = nestingMode()
        precondition(take("{"), "\(name) needs a body")
        let (innerAttributes, innerBlocks) = members()
        precondition(take("}"), "\(name) is not closed")
        blocks.append(
          NestedBlockSchema(
            name: name, nesting: nesting, block: BlockSchema(attributes: innerAttributes, blocks: innerBlocks)))
      } else if take("nested") {
        attributes.append(nestedAttribute(name))
      } else {
        let type = type()
        let flags = flags()
        attributes.append(
          AttributeSchema(
            name: name, type: type, required: flags.contains("required"), optional: flags.contains("optional"),
            computed: flags.contains("computed"), sensitive: flags.contains("sensitive"),
            writeOnly: flags.contains("writeonly")))
      }
    }
  }

  private mutating func nestedAttribute(_ name: String) -> AttributeSchema {
    let nesting = nestingMode()
    let flags = flags()
    precondition(take("{"), "\(name) needs a body")
    let (attributes, _) = members()
    precondition(take("}"), "\(name) is not closed")
    return AttributeSchema(
      name: name, nestedType: NestedAttributeSchema(nesting: nesting, attributes: attributes),
      required: flags.contains("required"), optional: flags.contains("optional"),
      computed: flags.contains("computed"), sensitive: flags.contains("sensitive"))
  }

  private mutating func nestingMode() -> NestingMode {
    switch next() {
    case "single": .single
    case "group": .group
    case "list": .list
    case "set": .set
    default: .map
    }
  }

  private mutating func flags() -> Set<String> {
    var found: Set<String> = []
    while ["required", "optional", "computed", "sensitive", "writeonly"].contains(current) { found.insert(next()) }
    return found
  }

  private mutating func type() -> ValueType {
    switch next() {
    case "string": return .string
    case "number": return .number
    case "bool": return .bool
    case "any": return .dynamic
    case let collection:
      precondition(take("("), "unknown type \(collection)")
      let element = type()
      precondition(take(")"), "\(collection) is not closed")
      return collection == "list" ? .list(element) : collection == "set" ? .set(element) : .map(element)
    }
  }

  // MARK: Values

  private mutating func value(_ type: ValueType) -> Value {
    switch current {
    case "!":
      position += 1
      return value(type).marked(with: .sensitive)
    case "?":
      position += 1
      return .unknown(type)
    case "null":
      position += 1
      return .null(type)
    case "true", "false": return .bool(next() == "true")
    case "[": return list(type)
    case "{":
      if case .map(let element) = type {
        let entries = entries { _ in element }
        return .map(Dictionary(uniqueKeysWithValues: entries), of: element)
      }
      return object(type, empty: nil, nil)
    default:
      let token = next()
      if token.hasPrefix("\"") { return .text(String(token.dropFirst().dropLast())) }
      guard let number = Number(parsing: token) else { preconditionFailure("no value: \(token)") }
      return .number(number)
    }
  }

  private mutating func list(_ type: ValueType) -> Value {
    precondition(take("["))
    var elements: [Value] = []
    while !take("]") {
      elements.append(value(type.elementType ?? .dynamic))
      _ = take(",")
    }
    switch type {
    case .list(let element): return .list(elements, of: element)
    case .set(let element): return .set(elements, of: element)
    default: return .tuple(elements)
    }
  }

  private mutating func entries(_ type: (String) -> ValueType) -> [(String, Value)] {
    precondition(take("{"), "an object is missing at \(current)")
    var found: [(String, Value)] = []
    while !take("}") {
      var key = next()
      if key.hasPrefix("\"") { key = String(key.dropFirst().dropLast()) }
      precondition(take(":"), "\(key) has no value")
      found.append((key, value(type(key))))
      _ = take(",")
    }
    return found
  }

  /// An object of a type: what is not written is as in the empty object, or null.
  private mutating func object(_ type: ValueType, empty: Value?, _ schema: BlockSchema?) -> Value {
    if current != "{" { return value(type) }
    guard let objectType = type.objectType else { return .object(entries { _ in .dynamic }) }
    let written = entries { name in
      guard let type = objectType.type(of: name) else { preconditionFailure("no attribute \(name)") }
      return type
    }
    let byName = Dictionary(uniqueKeysWithValues: written)
    let values = zip(objectType.names, objectType.types).map { name, type in
      byName[name] ?? empty?.attribute(name) ?? .null(type)
    }
    return .object(type: objectType, values: values)
  }
}

extension Value {
  /// The value in the notation, without what is null or an empty collection.
  var shown: String {
    switch self {
    case .null: return "null"
    case .unknown: return "?"
    case .bool(let flag): return "\(flag)"
    case .number(let number): return number.text
    case .string(let text): return "\"\(text)\""
    case .list, .set, .tuple: return "[\(elements.map(\.shown).joined(separator: ", "))]"
    case .map, .object:
      let isMap = if case .map = self { true } else { false }
      let parts = zip(keys, elements).filter { isMap || !$1.isNull && !$1.isEmptyCollection }
      return "{\(parts.map { "\($0): \($1.shown)" }.joined(separator: ", "))}"
    case .marked(let marked): return "!\(marked.value.shown)"
    }
  }

  private var isEmptyCollection: Bool {
    switch self {
    case .list, .set, .map: count == 0
    default: false
    }
  }
}
