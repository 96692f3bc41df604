extension Body {
  /// Everything that a body in the native syntax holds, whatever a schema would say of it; nil for JSON, where only a
  /// schema can tell arguments from blocks. What `partialContent` has taken is left out.
  package var nativeContents: (attributes: [Attribute], blocks: [Block])? {
    guard case .native(let body) = storage else { return nil }
    // Mostly nothing is left out, and then nothing is copied.
    let keepsAttributes = takenAttributes.isEmpty || !body.attributes.contains { takenAttributes.contains($0.name) }
    let keepsBlocks = takenBlocks.isEmpty || !body.blocks.contains { takenBlocks.contains($0.type) }
    return (
      keepsAttributes ? body.attributes : body.attributes.filter { !takenAttributes.contains($0.name) },
      keepsBlocks ? body.blocks : body.blocks.filter { !takenBlocks.contains($0.type) }
    )
  }

  /// Every reference anywhere in the body, in source order; iterators of dynamic blocks are left out.
  package var allReferences: [Traversal] {
    var found: [Traversal] = []
    collectReferences(into: &found, hidden: [])
    return found
  }

  private func collectReferences(into found: inout [Traversal], hidden: Set<String>) {
    guard let (attributes, blocks) = nativeContents else {
      for attribute in justAttributes().0 {
        let isDynamic = attribute.name == "dynamic"
        let iterators = isDynamic ? hidden.union(attribute.expression.iteratorNames) : hidden
        found += attribute.expression.variables.filter { !iterators.contains($0.root) }
      }
      return
    }
    for attribute in attributes {
      found += attribute.expression.variables.filter { !hidden.contains($0.root) }
    }
    for block in blocks {
      guard block.type == "dynamic", let label = block.labels.first else {
        block.body.collectReferences(into: &found, hidden: hidden)
        continue
      }
      guard let (attributes, content) = block.body.nativeContents else { continue }
      let iterator = attributes.first { $0.name == "iterator" }?.expression.keyword() ?? label.text
      let inner = hidden.union([iterator])
      for attribute in attributes where attribute.name != "iterator" {
        let names = attribute.name == "for_each" ? hidden : inner
        found += attribute.expression.variables.filter { !names.contains($0.root) }
      }
      for nested in content { nested.body.collectReferences(into: &found, hidden: inner) }
    }
  }

  /// This body with what another one says in place of what both say: arguments by name, blocks by type.
  /// In JSON, everything counts as arguments.
  package func overridden(by other: Body) -> Body {
    let base = nativeContents ?? (justAttributes().0, [])
    let override = other.nativeContents ?? (other.justAttributes().0, [])
    let names = Set(override.attributes.map(\.name))
    let types = Set(override.blocks.map(\.type))
    return Body(
      attributes: base.attributes.filter { !names.contains($0.name) } + override.attributes,
      blocks: base.blocks.filter { !types.contains($0.type) } + override.blocks, range: range)
  }
}

extension Expression {
  /// The names under which the dynamic blocks of a JSON body know their elements.
  fileprivate var iteratorNames: Set<String> {
    var names: Set<String> = []
    for item in asStaticMap() ?? [] {
      let blocks = item.value.asStaticList() ?? [item.value]
      for block in blocks {
        let iterator = block.asStaticMap()?.first { $0.keyName == "iterator" }?.value.keyword()
        if let name = iterator ?? item.keyName { names.insert(name) }
      }
    }
    return names
  }
}
