import YAML

extension Cluster {
  func get(_ call: Call) throws(Failure) -> Answer {
    guard let object = store.object(call.type.id, call.name) else { throw .notFound(call.type, call.name.name) }
    try checkRevision(call.request.query["resourceVersion"])
    return Answer(json: object.json(apiVersion: call.apiVersion, kind: call.type.kind))
  }

  /// A client may have seen more than there is, of a lab that forgot its state.
  private func checkRevision(_ text: String?) throws(Failure) {
    guard let text, !text.isEmpty, let wanted = try self.revision(text), wanted > store.revision else { return }
    throw Failure(
      code: 504, reason: "Timeout", message: "Timeout: Too large resource version: \(wanted), current: \(store.revision)",
      details: ["causes": [["reason": "ResourceVersionTooLarge", "message": "Too large resource version"]], "retryAfterSeconds": 1])
  }

  private func revision(_ text: String) throws(Failure) -> Int64? {
    guard let number = Int64(text), number >= 0 else {
      throw Failure(
        code: 400, reason: "BadRequest", message: "resourceVersion: Invalid value: \"\(text)\": strconv.ParseUint: parsing \"\(text)\": invalid syntax")
    }
    return number
  }

  // MARK: Lists

  func list(_ call: Call) throws(Failure) -> Answer {
    let query = call.request.query
    let selection = try Selection(namespace: call.name.namespace, query: query, call.type)
    if call.request.isSet("watch") { return try watch(call, selection) }
    try checkRevision(query["resourceVersion"])
    var names = store.names(call.type.id, namespace: selection.namespace)
    let limit = Int(query["limit"] ?? "") ?? 0
    var listRevision = store.revision
    if let token = query["continue"], !token.isEmpty {
      let place = try ListPlace(token: token)
      if place.revision <= store.restoredRevision, store.restoredRevision > 0 {
        throw .expired("The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter.")
      }
      listRevision = place.revision
      names = names[names.firstIndexBehind(place.last)...]
    } else if query["resourceVersionMatch"] == "Exact", let exact = Int64(query["resourceVersion"] ?? ""), exact <= store.restoredRevision {
      throw .expired("The resourceVersion for the provided list is too old.")
    }
    return page(call, selection, names, limit: limit > 0 ? limit : .max, listRevision)
  }

  private func page(
    _ call: Call, _ selection: Selection, _ names: ArraySlice<ObjectName>, limit: Int, _ revision: Int64
  ) -> Answer {
    var body: [UInt8] = []
    var count = 0
    var metadata: JSONValue = ["resourceVersion": .string(String(revision))]
    for (index, name) in zip(names.indices, names) {
      guard let object = store.object(call.type.id, name), selection.includes(object.value, name) else { continue }
      if count > 0 { body.append(UInt8(ascii: ",")) }
      // Only the items of custom kinds say what they are.
      body += call.type.isCustom ? object.json(apiVersion: call.apiVersion, kind: call.type.kind) : object.json
      count += 1
      if count == limit, index + 1 < names.endIndex {
        metadata["continue"] = .string(ListPlace(revision: revision, last: name).token)
        if selection.isEverything { metadata["remainingItemCount"] = .integer(Int64(names.endIndex - index - 1)) }
        break
      }
    }
    let head = "{\"kind\":\"\(call.type.listKind)\",\"apiVersion\":\"\(call.apiVersion)\",\"metadata\":"
    return Answer(json: Array(head.utf8) + metadata.json() + Array(",\"items\":[".utf8) + body + Array("]}".utf8))
  }

  // MARK: Watches

  private func watch(_ call: Call, _ selection: Selection) throws(Failure) -> Answer {
    var selection = selection
    // A watch of one name is a selection as well.
    if !call.name.name.isEmpty {
      selection.fields.append(FieldRequirement(path: ["metadata", "name"], value: call.name.name, isEqual: true))
    }
    let query = call.request.query
    var watch = Watch(
      type: call.type.id, apiVersion: call.apiVersion, kind: call.type.kind, selection: selection, revision: store.revision, head: [],
      wantsBookmarks: call.request.isSet("allowWatchBookmarks"), timeoutSeconds: Int64(query["timeoutSeconds"] ?? "") ?? 3600)
    let wanted = query["resourceVersion"] ?? ""
    let sendsInitial = call.request.isSet("sendInitialEvents")
    if sendsInitial, query["resourceVersionMatch"] != "NotOlderThan" {
      throw .invalid(
        kind: "ListOptions", group: "meta.k8s.io", "",
        [.forbidden("resourceVersionMatch", "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan")])
    }
    if wanted.isEmpty || wanted == "0" || sendsInitial {
      for (name, _) in store.values(call.type.id, namespace: selection.namespace) {
        guard let object = store.object(call.type.id, name), selection.includes(object.value, name) else { continue }
        watch.head += event("ADDED", object, watch)
      }
      if sendsInitial, watch.wantsBookmarks { watch.head += bookmark(watch, isEndOfList: true) }
    } else if let revision = try self.revision(wanted) {
      watch.revision = revision
      if store.events(call.type.id, after: revision) == nil || revision < store.restoredRevision {
        watch.head = Self.gone(revision, store.revision)
        watch.isEnded = true
      }
    }
    return Answer(headers: [("Content-Type", "application/json")], body: .watch(watch))
  }

  /// The events that a watch has not seen, as lines; the watch moves on behind them.
  package func news(_ watch: inout Watch) -> [UInt8] {
    if watch.isEnded { return [] }
    guard let events = store.events(watch.type, after: watch.revision) else {
      watch.isEnded = true
      return Self.gone(watch.revision, store.revision)
    }
    var lines: [UInt8] = []
    for event in events {
      let isIn = event.kind != .deleted && watch.selection.includes(event.object.value, event.name)
      let wasIn = event.before.map { watch.selection.includes($0.value, event.name) } ?? false
      switch (wasIn, isIn) {
      case (false, true): lines += self.event("ADDED", event.object, watch)
      case (true, true): lines += self.event("MODIFIED", event.object, watch)
      case (true, false):
        let last = event.kind == .deleted ? event.object : StoredObject(event.before?.value ?? .null, revision: event.object.revision)
        lines += self.event("DELETED", last, watch)
      case (false, false): break
      }
    }
    watch.revision = max(watch.revision, store.revision)
    return lines
  }

  private func event(_ kind: String, _ object: StoredObject, _ watch: Watch) -> [UInt8] {
    Array("{\"type\":\"\(kind)\",\"object\":".utf8) + object.json(apiVersion: watch.apiVersion, kind: watch.kind) + Array("}\n".utf8)
  }

  package func bookmark(_ watch: Watch, isEndOfList: Bool = false) -> [UInt8] {
    var metadata: JSONValue = ["resourceVersion": .string(String(watch.revision)), "creationTimestamp": .null]
    if isEndOfList { metadata["annotations"] = ["k8s.io/initial-events-end": "true"] }
    let event: JSONValue = [
      "type": "BOOKMARK", "object": ["kind": .string(watch.kind), "apiVersion": .string(watch.apiVersion), "metadata": metadata],
    ]
    return event.json() + [0x0A]
  }

  private static func gone(_ revision: Int64, _ current: Int64) -> [UInt8] {
    let event: JSONValue = [
      "type": "ERROR", "object": Failure.expired("too old resource version: \(revision) (\(current))").status,
    ]
    return event.json() + [0x0A]
  }
}

/// Where a page of a list ended.
private struct ListPlace {
  var revision: Int64
  var last: ObjectName

  var token: String {
    let value: JSONValue = ["rv": .integer(revision), "namespace": .string(last.namespace), "name": .string(last.name)]
    return Base64.encode(value.json())
  }

  init(revision: Int64, last: ObjectName) {
    self.revision = revision
    self.last = last
  }

  init(token: String) throws(Failure) {
    guard let bytes = Base64.decode(token), let value = try? JSONValue(json: bytes), let revision = value["rv"]?.asInteger else {
      throw .badRequest("continue key is not valid: the token was not made by this server")
    }
    self.init(revision: revision, last: ObjectName(namespace: value["namespace"]?.asString ?? "", name: value["name"]?.asString ?? ""))
  }
}

extension ArraySlice<ObjectName> {
  fileprivate func firstIndexBehind(_ name: ObjectName) -> Int {
    startIndex + Array(self).lowerBound { $0 <= name }
  }
}

/// Bytes as letters.
enum Base64 {
  private static let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

  static func encode(_ bytes: [UInt8]) -> String {
    var text: [UInt8] = []
    var index = 0
    while index < bytes.count {
      let second = index + 1 < bytes.count ? bytes[index + 1] : 0
      let third = index + 2 < bytes.count ? bytes[index + 2] : 0
      let group = UInt32(bytes[index]) << 16 | UInt32(second) << 8 | UInt32(third)
      text.append(letters[Int(group >> 18)])
      text.append(letters[Int(group >> 12 & 63)])
      text.append(index + 1 < bytes.count ? letters[Int(group >> 6 & 63)] : UInt8(ascii: "="))
      text.append(index + 2 < bytes.count ? letters[Int(group & 63)] : UInt8(ascii: "="))
      index += 3
    }
    return String(decoding: text, as: UTF8.self)
  }

  /// Nil for what is no base64.
  static func decode(_ text: String) -> [UInt8]? {
    var bytes: [UInt8] = []
    var bits: UInt32 = 0
    var count = 0
    let body = text.utf8.filter { $0 != 0x0A && $0 != 0x0D }
    let padding = body.reversed().prefix { $0 == UInt8(ascii: "=") }.count
    guard body.count % 4 == 0, padding <= 2 else { return nil }
    for letter in body.dropLast(padding) {
      guard let value = letters.firstIndex(of: letter) else { return nil }
      bits = bits << 6 | UInt32(value)
      count += 6
      if count >= 8 {
        count -= 8
        bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(count)))
      }
    }
    return bytes
  }
}
