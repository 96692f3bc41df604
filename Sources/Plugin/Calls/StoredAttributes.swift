import Values

/// A resource's attributes as JSON, the way they are stored.
enum StoredAttributes {
  /// The same attributes without those that the type has no more, at any depth. What is no JSON object stays as it is: the
  /// provider is the one to judge it.
  static func withoutRemoved(_ json: [UInt8], type: ValueType) -> [UInt8] {
    guard let node = try? JSONNode(parsing: json) else { return json }
    let kept = keeping(node, type)
    return kept.changed ? kept.node.bytes : json
  }

  private static func keeping(_ node: JSONNode, _ type: ValueType) -> (node: JSONNode, changed: Bool) {
    switch (node, type) {
    case (.object(let members), .object(let objectType)):
      var result: [JSONNode.Member] = []
      var changed = false
      for member in members {
        guard let attribute = objectType.type(of: member.key) else {
          changed = true
          continue
        }
        let kept = keeping(member.value, attribute)
        changed = changed || kept.changed
        result.append(JSONNode.Member(key: member.key, value: kept.node))
      }
      return (.object(result), changed)
    case (.object(let members), .map(let element)):
      let kept = members.map { ($0.key, keeping($0.value, element)) }
      return (.object(kept.map { JSONNode.Member(key: $0.0, value: $0.1.node) }), kept.contains { $0.1.changed })
    case (.array(let elements), .list(let element)), (.array(let elements), .set(let element)):
      let kept = elements.map { keeping($0, element) }
      return (.array(kept.map(\.node)), kept.contains(where: \.changed))
    case (.array(let elements), .tuple(let types)) where elements.count == types.count:
      let kept = zip(elements, types).map { keeping($0, $1) }
      return (.array(kept.map(\.node)), kept.contains(where: \.changed))
    default: return (node, false)
    }
  }
}
