package import Diagnostics
package import HCL
package import Values

extension DecodePlan {
  /// Where the body sets what a path leads to: the argument's expression, or the nearest block around it that is written.
  ///
  /// For messages of providers, which name a path in the object. Elements of sets are not told apart.
  package func sourceRange(of path: Path) -> SourceRange { root.place(of: path.steps[...]).range }

  /// The expression of the argument that a path leads to or into; nil if the body does not set it.
  package func argumentRange(of path: Path) -> SourceRange? {
    let place = root.place(of: path.steps[...])
    return place.isArgument ? place.range : nil
  }

  /// The expression of an argument of the block itself; nil if it is not written as one.
  package func argument(named name: String) -> Expression? { root.attributes.first { $0.name == name }?.expression }
}

private struct Place {
  var range: SourceRange
  var isArgument = false
}

extension BlockPlan {
  fileprivate func place(of steps: ArraySlice<Path.Step>, orElse fallback: SourceRange? = nil) -> Place {
    let here = Place(range: fallback ?? missingItemRange)
    guard case .attribute(let name)? = steps.first else { return here }
    if let attribute = attributes.first(where: { $0.name == name }) {
      return Place(range: attribute.range(of: steps.dropFirst()), isArgument: true)
    }
    guard let nested = blocks.first(where: { $0.name == name }) else { return here }
    var rest = steps.dropFirst()
    var place = 0
    if nested.nesting != .single, nested.nesting != .group, let step = rest.first {
      rest = rest.dropFirst()
      switch step {
      case .index(.number(let number)): place = Int(number.int64 ?? 0)
      case .index(.string(let label)):
        place =
          nested.items.firstIndex {
            if case .written(let block) = $0 { block.labels.first == label } else { false }
          } ?? 0
      default: break
      }
    }
    let items = nested.items
    // Behind a dynamic block, places in the value are not places in the source.
    guard let item = items.indices.contains(place) ? items[place] : items.last else { return here }
    switch item {
    case .written(let block): return block.plan.place(of: rest, orElse: block.range)
    case .dynamic(let block): return block.plan.place(of: rest, orElse: block.range)
    }
  }
}

extension AttributePlan {
  /// The expression, or the part of it that a constructor gives for the rest of the path.
  fileprivate func range(of steps: ArraySlice<Path.Step>) -> SourceRange {
    var current = expression
    for step in steps {
      switch (step, current.kind) {
      case (.attribute(let name), .object(let items)), (.index(.string(let name)), .object(let items)):
        guard let item = items.item(named: name) else { return current.range }
        current = item
      case (.index(.number(let number)), .tuple(let elements)):
        guard let place = number.int64.flatMap({ Int(exactly: $0) }), elements.indices.contains(place) else {
          return current.range
        }
        current = elements[place]
      default: return current.range
      }
    }
    return current.range
  }
}

extension [ObjectItem] {
  /// The value of the item whose key is written as that name.
  package func item(named name: String) -> Expression? {
    last { $0.keyName == name || $0.key.literalString == name }?.value
  }
}

extension Expression {
  fileprivate var literalString: String? {
    if case .string(let text) = kind { text } else { nil }
  }
}
