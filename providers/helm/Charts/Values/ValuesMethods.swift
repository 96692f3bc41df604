/// The methods of `.Values`, which is a map like any other besides.
enum ValuesMethods {
  /// Nil when there is no method of this name.
  static func call(_ name: String, on map: MapValue, _ arguments: [Value]) throws(TemplateError) -> Value? {
    switch name {
    case "AsMap": return .map(MapValue(viewing: map, as: .any))
    case "YAML": return .string(SerializationFunctions.yaml(.map(map)) + "\n")
    case "Table":
      guard case .map(let table) = try find(path(arguments, name), in: map) else {
        throw TemplateError("\"\(try path(arguments, name))\" is not a table")
      }
      return .map(MapValue(viewing: table, as: .values))
    case "PathValue": return try find(path(arguments, name), in: map)
    default: return nil
    }
  }

  private static func path(_ arguments: [Value], _ method: String) throws(TemplateError) -> String {
    guard arguments.count == 1, let bytes = arguments[0].stringBytes else {
      throw TemplateError("wrong number or type of args for \(method): want one string")
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  private static func find(_ path: String, in map: MapValue) throws(TemplateError) -> Value {
    var value = Value.map(map)
    for name in path.split(separator: ".") {
      guard case .map(let map) = value, let next = map.entries[String(name)] else {
        throw TemplateError("\"\(path)\" is not a value")
      }
      value = next
    }
    return value
  }
}
