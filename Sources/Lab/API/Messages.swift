package import YAML

/// What a client asks.
package struct Request: Sendable {
  package var method: String
  /// Without the query, its escapes undone.
  package var path: String
  package var query: [String: String]
  /// By their names in small letters.
  package var headers: [String: String]
  package var body: [UInt8]

  package init(_ method: String, _ path: String, query: [String: String] = [:], headers: [String: String] = [:], body: [UInt8] = []) {
    self.method = method
    self.path = path
    self.query = query
    self.headers = headers
    self.body = body
  }

  var contentType: String {
    let type = headers["content-type"] ?? ""
    return type.split(separator: ";").first.map { $0.trimming(" ") } ?? ""
  }

  /// Whether a query parameter is there and true.
  func isSet(_ name: String) -> Bool {
    guard let value = query[name] else { return false }
    return ["", "1", "t", "true", "True", "TRUE"].contains(value)
  }
}

/// What the server says.
package struct Answer: Sendable {
  package var code: Int
  package var headers: [(name: String, value: String)]
  package var body: Body

  package enum Body: Sendable {
    case bytes([UInt8])
    /// Events for as long as the client listens.
    case watch(Watch)
  }

  /// What was said, once, as text.
  package var text: String {
    if case .bytes(let bytes) = body { String(decoding: bytes, as: UTF8.self) } else { "" }
  }

  package var json: JSONValue {
    if case .bytes(let bytes) = body { (try? JSONValue(json: bytes)) ?? .null } else { .null }
  }

  init(code: Int = 200, headers: [(name: String, value: String)] = [], body: Body) {
    self.code = code
    self.headers = headers
    self.body = body
  }

  init(code: Int = 200, _ value: JSONValue, type: String = "application/json") {
    self.init(code: code, json: value.json(), type: type)
  }

  init(code: Int = 200, json: [UInt8], type: String = "application/json") {
    self.init(code: code, headers: [("Content-Type", type)], body: .bytes(json + [0x0A]))
  }

  init(text: String, code: Int = 200) {
    self.init(code: code, headers: [("Content-Type", "text/plain; charset=utf-8")], body: .bytes(Array(text.utf8)))
  }

  init(_ failure: Failure) {
    if failure.isPlain {
      self.init(text: failure.message, code: failure.code)
    } else {
      self.init(code: failure.code, failure.status)
    }
    headers += failure.headers
  }
}

/// What a client listens to: the events of one type that a selection lets through.
package struct Watch: Sendable {
  var type: String
  var apiVersion: String
  var kind: String
  var selection: Selection
  /// Events after this one are still to come.
  var revision: Int64
  /// What comes first: objects that are there already, or what is wrong.
  package internal(set) var head: [UInt8]
  var wantsBookmarks: Bool
  package internal(set) var timeoutSeconds: Int64
  /// Nothing comes after the head.
  package internal(set) var isEnded = false
}

extension StringProtocol {
  func trimming(_ characters: String) -> String {
    var text = self[...]
    while let first = text.first, characters.contains(first) { text = text.dropFirst() }
    while let last = text.last, characters.contains(last) { text = text.dropLast() }
    return String(text)
  }
}
