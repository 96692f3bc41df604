import YAML

/// RFC 6902.
enum JSONPatch {
  enum Problem: Error {
    case malformed(String)
    /// A test that fails, or a place that is not there.
    case inapplicable(String)
  }

  static func apply(_ patch: JSONValue, to value: JSONValue) throws(Problem) -> JSONValue {
    guard let operations = patch.asArray else { throw .malformed("a JSON patch must be an array, not \(patch.typeName)") }
    var result = value
    for operation in operations {
      guard let name = operation["op"]?.asString, let path = operation["path"]?.asString else {
        throw .malformed("an operation of a JSON patch needs op and path")
      }
      try apply(name, try steps(path), path, operation, to: &result)
    }
    return result
  }

  private static func apply(
    _ name: String, _ steps: [String], _ path: String, _ operation: JSONValue, to result: inout JSONValue
  ) throws(Problem) {
    func source() throws(Problem) -> [String] {
      guard let from = operation["from"]?.asString else { throw .malformed("the operation \(name) needs from") }
      return try self.steps(from)
    }
    switch name {
    case "add": result = try changed(result, steps, path, .add(operation["value"] ?? .null))
    case "remove": result = try changed(result, steps, path, .remove)
    case "replace": result = try changed(result, steps, path, .replace(operation["value"] ?? .null))
    case "copy": result = try changed(result, steps, path, .add(try found(result, try source(), path)))
    case "move":
      let from = try source()
      let moved = try found(result, from, path)
      result = try changed(result, from, path, .remove)
      result = try changed(result, steps, path, .add(moved))
    case "test":
      let value = try? found(result, steps, path)
      if value ?? .null != operation["value"] ?? .null { throw .inapplicable("testing path \(path) failed") }
    default: throw .malformed("there is no operation \"\(name)\" in JSON patches")
    }
  }

  private static func steps(_ path: String) throws(Problem) -> [String] {
    if path.isEmpty { return [] }
    guard path.hasPrefix("/") else { throw .malformed("the path \"\(path)\" does not begin with a slash") }
    return path.dropFirst().split(separator: "/", omittingEmptySubsequences: false).map {
      String($0.replacing("~1", with: "/").replacing("~0", with: "~"))
    }
  }

  private static func found(_ value: JSONValue, _ steps: [String], _ path: String) throws(Problem) -> JSONValue {
    var value = value
    for step in steps {
      guard let inner = value[step] ?? Int(step).flatMap({ value[$0] }) else { throw .inapplicable("nothing is at \(path)") }
      value = inner
    }
    return value
  }

  private enum Change {
    case add(JSONValue)
    case remove
    case replace(JSONValue)
  }

  private static func changed(_ value: JSONValue, _ steps: [String], _ path: String, _ change: Change) throws(Problem) -> JSONValue {
    guard let step = steps.first else {
      switch change {
      case .add(let new), .replace(let new): return new
      case .remove: return .null
      }
    }
    let rest = Array(steps.dropFirst())
    switch value {
    case .object(var members):
      if rest.isEmpty {
        switch change {
        case .add(let new): members[step] = new
        case .replace(let new):
          if members[step] == nil { throw .inapplicable("nothing is at \(path)") }
          members[step] = new
        case .remove:
          if members.removeValue(forKey: step) == nil { throw .inapplicable("nothing is at \(path)") }
        }
      } else {
        guard let inner = members[step] else { throw .inapplicable("nothing is at \(path)") }
        members[step] = try changed(inner, rest, path, change)
      }
      return .object(members)
    case .array(var items):
      let index = step == "-" ? items.count : Int(step) ?? -1
      if rest.isEmpty, case .add(let new) = change {
        guard (0...items.count).contains(index) else { throw .inapplicable("nothing is at \(path)") }
        items.insert(new, at: index)
        return .array(items)
      }
      guard items.indices.contains(index) else { throw .inapplicable("nothing is at \(path)") }
      if rest.isEmpty {
        if case .replace(let new) = change { items[index] = new } else { items.remove(at: index) }
      } else {
        items[index] = try changed(items[index], rest, path, change)
      }
      return .array(items)
    default: throw .inapplicable("nothing is at \(path)")
    }
  }
}

/// RFC 7386.
enum MergePatch {
  static func apply(_ patch: JSONValue, to value: JSONValue) -> JSONValue {
    guard case .object(let changes) = patch else { return patch }
    var members = value.asObject ?? [:]
    for (name, change) in changes {
      members[name] = change.isNull ? JSONValue.absent : apply(change, to: members[name] ?? .null)
    }
    return .object(members)
  }
}

/// Merge patches that know by the schema which lists are merged, and by which member; with the directives that clients send.
enum StrategicMergePatch {
  /// Nil when the patch deletes the value.
  static func apply(_ patch: JSONValue, to value: JSONValue?, _ schema: Schema) -> JSONValue? {
    guard case .object(let changes) = patch else { return patch.isNull ? JSONValue.absent : patch }
    switch changes["$patch"]?.asString {
    case "delete": return nil
    case "replace": return .object(changes.filter { !$0.key.hasPrefix("$") })
    default: break
    }
    var members = value?.asObject ?? [:]
    if let kept = changes["$retainKeys"]?.asArray?.compactMap(\.asString) { members = members.filter { kept.contains($0.key) } }
    for (name, change) in changes where !name.hasPrefix("$") {
      let below = schema.member(name) ?? .any
      if case .array(let items) = change {
        let order = changes["$setElementOrder/\(name)"]?.asArray
        members[name] = .array(merge(items, into: members[name]?.asArray ?? [], below, order: order))
      } else {
        members[name] = apply(change, to: members[name], below)
      }
    }
    for (name, change) in changes {
      if name.hasPrefix("$deleteFromPrimitiveList/") {
        let list = String(name.dropFirst("$deleteFromPrimitiveList/".count))
        let deleted = change.asArray ?? []
        members[list] = members[list]?.asArray.map { .array($0.filter { !deleted.contains($0) }) }
      } else if name.hasPrefix("$setElementOrder/") {
        let list = String(name.dropFirst("$setElementOrder/".count))
        guard changes[list] == nil, let items = members[list]?.asArray, let order = change.asArray else { continue }
        members[list] = .array(sorted(items, by: order, schema.member(list) ?? .any))
      }
    }
    return .object(members)
  }

  private static func merge(_ changes: [JSONValue], into items: [JSONValue], _ schema: Schema, order: [JSONValue]?) -> [JSONValue] {
    guard case .list(let element, let type) = schema.resolved, type != .atomic else { return changes }
    if changes.contains(where: { $0["$patch"]?.asString == "replace" }) { return changes.filter { $0["$patch"] == nil } }
    var merged = items
    guard case .keyed(let keys) = type, let key = keys.first else {
      for change in changes where !merged.contains(change) { merged.append(change) }
      return sorted(merged, by: order, schema)
    }
    for change in changes {
      let index = merged.firstIndex { $0[key] == change[key] }
      let result = apply(change, to: index.map { merged[$0] }, element)
      if let index {
        if let result { merged[index] = result } else { merged.remove(at: index) }
      } else if let result {
        merged.append(result)
      }
    }
    return sorted(merged, by: order, schema)
  }

  /// Items in the order that the client wants; those that it does not know come last.
  private static func sorted(_ items: [JSONValue], by order: [JSONValue]?, _ schema: Schema) -> [JSONValue] {
    guard let order, case .list(_, let type) = schema.resolved else { return items }
    func place(_ item: JSONValue) -> Int {
      if case .keyed(let keys) = type, let key = keys.first {
        return order.firstIndex { $0[key] == item[key] } ?? order.count
      }
      return order.firstIndex(of: item) ?? order.count
    }
    return items.enumerated().sorted { (place($0.element), $0.offset) < (place($1.element), $1.offset) }.map(\.element)
  }
}
