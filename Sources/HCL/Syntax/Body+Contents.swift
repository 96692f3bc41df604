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

  /// A reference somewhere in a body.
  package struct ContainedReference {
    package let traversal: Traversal
    /// Whether it stands in what a dynamic block generates, and so is evaluated only if that block stands for any.
    package let isGenerated: Bool
  }

  /// Every reference anywhere in the body, in source order; iterators of dynamic blocks are left out.
  package var allReferences: [Traversal] { containedReferences.map(\.traversal) }

  /// The same, with where they stand.
  package var containedReferences: [ContainedReference] {
    var found: [ContainedReference] = []
    collectReferences(into: &found, hidden: [], isGenerated: false)
    return found
  }

  private func collectReferences(into found: inout [ContainedReference], hidden: Set<String>, isGenerated: Bool) {
    func add(_ expression: Expression, hidden: Set<String>, isGenerated: Bool) {
      for traversal in expression.variables where !hidden.contains(traversal.root) {
        found.append(ContainedReference(traversal: traversal, isGenerated: isGenerated))
      }
    }
    guard let (attributes, blocks) = nativeContents else {
      for attribute in justAttributes().0 {
        let isDynamic = attribute.name == "dynamic"
        let iterators = isDynamic ? hidden.union(attribute.expression.iteratorNames) : hidden
        add(attribute.expression, hidden: iterators, isGenerated: isGenerated || isDynamic)
      }
      return
    }
    for attribute in attributes { add(attribute.expression, hidden: hidden, isGenerated: isGenerated) }
    for block in blocks {
      guard block.type == "dynamic", let label = block.labels.first else {
        block.body.collectReferences(into: &found, hidden: hidden, isGenerated: isGenerated)
        continue
      }
      guard let (attributes, content) = block.body.nativeContents else { continue }
      let iterator = attributes.first { $0.name == "iterator" }?.expression.keyword() ?? label.text
      let inner = hidden.union([iterator])
      // What generates is looked at wherever it stands, as dynblock's walk of variables for expansion does.
      for attribute in attributes where attribute.name != "iterator" {
        add(attribute.expression, hidden: attribute.name == "for_each" ? hidden : inner, isGenerated: false)
      }
      for nested in content { nested.body.collectReferences(into: &found, hidden: inner, isGenerated: true) }
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
