// Charts: Helm charts rendered as Helm renders them: templates, their functions, charts and values; bytes in, objects out.
// This target knows no network, no cluster, no clock and no disk of its own: what varies is handed in.

import YAML

/// A value inside a template, with the kinds that Go tells apart.
enum Value {
  case null
  case bool(Bool)
  case int(Int)
  case int64(Int)
  case float(Double)
  case string(String)
  /// A string that is not UTF-8, which Go's may be.
  case rawString([UInt8])
  case list(ListValue)
  case map(MapValue)
  case object(TemplateObject)

  /// A string of any bytes.
  static func text(_ bytes: [UInt8]) -> Value {
    if let text = String(validating: bytes, as: UTF8.self) { return .string(text) }
    return .rawString(bytes)
  }

  static func list(_ elements: [Value]) -> Value { .list(ListValue(elements)) }
  static func strings(_ texts: [String]) -> Value { .list(ListValue(texts.map { .string($0) }, of: .string)) }
  static func map(_ entries: [String: Value]) -> Value { .map(MapValue(entries)) }

  var isNull: Bool {
    if case .null = self { true } else { false }
  }

  /// The bytes of a string; nil for everything else.
  var stringBytes: [UInt8]? {
    switch self {
    case .string(let text): Array(text.utf8)
    case .rawString(let bytes): bytes
    default: nil
    }
  }

  /// What decides in conditions.
  var isTrue: Bool {
    switch self {
    case .null: false
    case .bool(let flag): flag
    case .int(let number), .int64(let number): number != 0
    case .float(let number): number != 0
    case .string(let text): !text.isEmpty
    case .rawString(let bytes): !bytes.isEmpty
    case .list(let list): !list.elements.isEmpty
    case .map(let map): !map.entries.isEmpty
    case .object(let object): object.isTrue
    }
  }

  /// What `default`, `empty`, `coalesce` and `compact` take for nothing.
  var isEmpty: Bool {
    if case .object(let object) = self { return object.mapping.map { $0.entries.isEmpty } ?? false }
    return !isTrue
  }

  /// Go's name of the kind.
  var kind: String {
    switch self {
    case .null: "invalid"
    case .bool: "bool"
    case .int: "int"
    case .int64: "int64"
    case .float: "float64"
    case .string, .rawString: "string"
    case .list: "slice"
    case .map: "map"
    case .object(let object): object.kind
    }
  }

  /// Go's name of the type.
  var typeName: String {
    switch self {
    case .null: "<nil>"
    case .list(let list): list.typeName
    case .map(let map): map.typeName
    case .object(let object): object.typeName
    default: kind
    }
  }

  /// As `typeName`, but as error messages about arguments say it.
  var typeNameInMessages: String { isNull ? "interface {}" : typeName }
}

/// A list; lists never change.
struct ListValue {
  enum Element {
    case any, string, int, byte, list
  }

  let elements: [Value]
  let element: Element
  /// What Go calls a nil slice: without elements like any other, and in JSON `null`.
  let isNil: Bool

  init(_ elements: [Value], of element: Element = .any) {
    self.elements = elements
    self.element = element
    isNil = false
  }

  private init(nilOf element: Element) {
    elements = []
    self.element = element
    isNil = true
  }

  /// As functions of Go have it that append to what nobody made: nil when nothing was appended.
  static func appended(_ elements: [Value], of element: Element = .any) -> ListValue {
    elements.isEmpty ? ListValue(nilOf: element) : ListValue(elements, of: element)
  }

  var typeName: String {
    switch element {
    case .any: "[]interface {}"
    case .string: "[]string"
    case .int: "[]int"
    case .byte: "[]uint8"
    case .list: "[][]interface {}"
    }
  }

  /// What the elements of a list of bytes say.
  var bytes: [UInt8]? {
    guard element == .byte else { return nil }
    return elements.map { if case .int(let number) = $0 { UInt8(truncatingIfNeeded: number) } else { 0 } }
  }
}

/// A map. All that hold it see a change of it, as `set` and `merge` need.
final class MapValue {
  enum Kind {
    case any
    /// What `.Values` is: a map with methods.
    case values
    case strings
  }

  /// What a map and the views of it share.
  private final class Storage {
    var entries: [String: Value]
    init(_ entries: [String: Value]) { self.entries = entries }
  }

  let kind: Kind
  private let storage: Storage
  private let startsNil: Bool

  init(_ entries: [String: Value] = [:], kind: Kind = .any) {
    storage = Storage(entries)
    self.kind = kind
    startsNil = false
  }

  private init(nilOf kind: Kind) {
    storage = Storage([:])
    self.kind = kind
    startsNil = true
  }

  /// What Go calls a nil map: it can be read, and nothing can be set in it.
  static func none() -> MapValue { MapValue(nilOf: .any) }

  /// The same map by another type.
  init(viewing base: MapValue, as kind: Kind) {
    storage = base.storage
    self.kind = kind
    startsNil = base.startsNil
  }

  /// Until entries are merged into it.
  var isNil: Bool { startsNil && storage.entries.isEmpty }

  var entries: [String: Value] {
    get { storage.entries }
    _modify { yield &storage.entries }
  }

  var typeName: String {
    switch kind {
    case .any: "map[string]interface {}"
    case .values: "common.Values"
    case .strings: "map[string]string"
    }
  }

  /// In the order of their bytes, as ranges and printing have them.
  var sortedKeys: [String] { entries.keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) } }

  /// What a key gives that may be missing.
  func value(_ key: String) -> Value { entries[key] ?? (kind == .strings ? .string("") : .null) }
}

/// Something with fields and methods: the files of a chart, capabilities, versions, times, certificates.
class TemplateObject {
  var typeName: String { "interface {}" }
  var kind: String { "struct" }
  var isTrue: Bool { true }
  /// How it prints.
  var text: String { "{}" }
  /// How it reads as JSON.
  var json: JSONValue { [:] }
  /// What it is when it is ranged over, indexed or counted.
  var mapping: MapValue? { nil }
  var list: ListValue? { nil }
  /// Two objects that this tells equal are equal in comparisons.
  func equals(_ other: TemplateObject) -> Bool { self === other }

  /// A field; nil when there is none of this name.
  func field(_ name: String) -> Value? { nil }

  /// A method's result; nil when there is none of this name.
  func call(_ name: String, _ arguments: [Value]) throws(TemplateError) -> Value? { nil }
}

/// Wrong numbers and kinds of a method's arguments, said as the template language says them.
extension TemplateObject {
  func string(_ arguments: [Value], of method: String) throws(TemplateError) -> String {
    try expect(1, arguments, of: method)
    guard let bytes = arguments[0].stringBytes else {
      throw TemplateError("wrong type for value; expected string; got \(arguments[0].typeNameInMessages)")
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  func expect(_ count: Int, _ arguments: [Value], of method: String) throws(TemplateError) {
    guard arguments.count == count else {
      throw TemplateError("wrong number of args for \(method): want \(count) got \(arguments.count)")
    }
  }
}
