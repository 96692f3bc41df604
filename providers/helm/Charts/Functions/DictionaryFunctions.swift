/// Maps: `set`, `unset` and the merging functions change their first argument.
enum DictionaryFunctions {
  static let all: [Function] = [
    Function("dict", rest: .any, body: dictionary),
    Function("get", .map, .string) { call in call.map(0).entries[call.text(1)] ?? .string("") },
    Function("set", .map, .string, .any, body: set),
    Function("unset", .map, .string, body: unset),
    Function("hasKey", .map, .string) { call in .bool(call.map(0).entries[call.text(1)] != nil) },
    Function("pluck", .string, rest: .map, body: pluck),
    Function("keys", rest: .map, body: keys),
    Function("values", .map) { call in .list(call.map(0).sortedKeys.map { call.map(0).value($0) }) },
    Function("pick", .map, rest: .string, body: pick),
    Function("omit", .map, rest: .string, body: omit),
    Function("merge", .map, rest: .map) { call throws(TemplateError) in try merge(call, overwrites: false) },
    Function("mustMerge", .map, rest: .map) { call throws(TemplateError) in try merge(call, overwrites: false) },
    Function("mergeOverwrite", .map, rest: .map) { call throws(TemplateError) in try merge(call, overwrites: true) },
    Function("mustMergeOverwrite", .map, rest: .map) { call throws(TemplateError) in try merge(call, overwrites: true) },
    Function("dig", rest: .any, body: dig),
  ]

  private static func dictionary(_ call: Call) throws(TemplateError) -> Value {
    var entries: [String: Value] = [:]
    for index in stride(from: 0, to: call.count, by: 2) {
      let key = String(decoding: GoPrinting.string(call[index]), as: UTF8.self)
      entries[key] = index + 1 < call.count ? call[index + 1] : .string("")
    }
    return .map(entries)
  }

  private static func set(_ call: Call) throws(TemplateError) -> Value {
    if call.map(0).isNil { throw TemplateError("assignment to entry in nil map") }
    call.map(0).entries[call.text(1)] = call[2]
    return call[0]
  }

  private static func unset(_ call: Call) throws(TemplateError) -> Value {
    call.map(0).entries[call.text(1)] = nil
    return call[0]
  }

  private static func pluck(_ call: Call) throws(TemplateError) -> Value {
    .list(call.arguments.indices.dropFirst().compactMap { call.map($0).entries[call.text(0)] })
  }

  /// Go gives them in no order; ours is that of their bytes, so that equal input gives equal output.
  private static func keys(_ call: Call) throws(TemplateError) -> Value {
    .strings(call.arguments.indices.flatMap { call.map($0).sortedKeys })
  }

  private static func pick(_ call: Call) throws(TemplateError) -> Value {
    let wanted = Set(call.arguments.indices.dropFirst().map { call.text($0) })
    return .map(call.map(0).entries.filter { wanted.contains($0.key) })
  }

  private static func omit(_ call: Call) throws(TemplateError) -> Value {
    let unwanted = Set(call.arguments.indices.dropFirst().map { call.text($0) })
    return .map(call.map(0).entries.filter { !unwanted.contains($0.key) })
  }

  // MARK: Merging

  private static func merge(_ call: Call, overwrites: Bool) throws(TemplateError) -> Value {
    for index in call.arguments.indices.dropFirst() { try merge(call.map(index), into: call.map(0), overwrites, depth: 0) }
    return call[0]
  }

  /// Maps are merged, everything else is taken whole: from the left unless that is empty, or from the right.
  private static func merge(_ source: MapValue, into target: MapValue, _ overwrites: Bool, depth: Int) throws(TemplateError) {
    if depth > 1000 { throw TemplateError("the maps are nested too deeply, or in themselves") }
    if source === target { return }
    for (key, value) in source.entries {
      // Nothing at all is put nowhere, unless it is to overwrite.
      if value.isNull {
        if overwrites { target.entries[key] = .null }
        continue
      }
      guard let known = target.entries[key] else {
        target.entries[key] = value
        continue
      }
      if case .map(let inner) = value, case .map(let into) = known {
        try merge(inner, into: into, overwrites, depth: depth + 1)
      } else if overwrites || known.isEmpty {
        target.entries[key] = value
      }
    }
  }

  private static func dig(_ call: Call) throws(TemplateError) -> Value {
    guard call.count >= 3 else { throw TemplateError("dig needs at least three arguments") }
    guard case .map(let map) = call[call.count - 1], map.kind == .any else {
      throw TemplateError("dig needs a plain map as its last argument, got \(call[call.count - 1].typeName)")
    }
    var current = map
    for index in 0..<(call.count - 2) {
      guard let bytes = call[index].stringBytes else {
        throw TemplateError("dig needs strings as keys, got \(call[index].typeName)")
      }
      let key = String(decoding: bytes, as: UTF8.self)
      guard let value = current.entries[key] else { return call[call.count - 2] }
      if index == call.count - 3 { return value }
      guard case .map(let inner) = value else {
        throw TemplateError("dig: \(key) is no map but \(value.typeName)")
      }
      current = inner
    }
    return .map(current)
  }
}
