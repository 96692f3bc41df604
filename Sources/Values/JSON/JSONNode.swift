/// A parsed JSON document with numbers as they were written and members in their order.
package indirect enum JSONNode: Hashable, Sendable {
  case null
  case bool(Bool)
  /// The text of the number as in the document.
  case number(String)
  case string(String)
  case array([JSONNode])
  case object([Member])

  package struct Member: Hashable, Sendable {
    package var key: String
    package var value: JSONNode
    package init(key: String, value: JSONNode) {
      self.key = key
      self.value = value
    }
  }

  /// Reads one document; anything but white space after it is an error.
  package init(parsing bytes: [UInt8]) throws(JSONError) {
    var scanner = JSONScanner(bytes)
    self = try scanner.node()
    try scanner.expectEnd()
  }

  /// The member of an object: the last one of that name; `nil` for all else.
  package subscript(key: String) -> JSONNode? {
    guard case .object(let members) = self else { return nil }
    return members.last { $0.key == key }?.value
  }

  package var string: String? { if case .string(let text) = self { text } else { nil } }
  package var bool: Bool? { if case .bool(let flag) = self { flag } else { nil } }
  package var integer: Int? { if case .number(let text) = self { Int(text) } else { nil } }
  package var array: [JSONNode]? { if case .array(let elements) = self { elements } else { nil } }
  package var members: [Member]? { if case .object(let members) = self { members } else { nil } }
  package var isNull: Bool { self == .null }

  /// The document as bytes, compact.
  package var bytes: [UInt8] {
    var writer = JSONWriter()
    writer.node(self)
    return writer.bytes
  }
}

/// What is wrong with a JSON text, and at which byte.
package struct JSONError: Error, Hashable, Sendable {
  package var message: String
  package var offset: Int
  package init(message: String, offset: Int) {
    self.message = message
    self.offset = offset
  }
}
