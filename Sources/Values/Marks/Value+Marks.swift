extension Value {
  /// This value with more marks.
  package func marked(with marks: Marks) -> Value {
    if marks.isEmpty { return self }
    if case .marked(let node) = self {
      return node.marks.isSuperset(of: marks)
        ? self : .marked(MarkedValue(marks: node.marks.union(marks), value: node.value))
    }
    return .marked(MarkedValue(marks: marks, value: self))
  }

  /// The value and the marks on itself; what is inside keeps its own.
  package func unmarked() -> (Value, Marks) {
    if case .marked(let node) = self { return (node.value, node.marks) }
    return (self, [])
  }

  /// The marks on the value itself.
  package var marks: Marks {
    if case .marked(let node) = self { return node.marks }
    return []
  }

  package func isMarked(_ marks: Marks) -> Bool { self.marks.isSuperset(of: marks) }

  /// The marks on it and on all that is inside.
  package var allMarks: Marks {
    guard hasMarks else { return [] }
    if case .marked(let node) = self { return node.marks.union(node.value.allMarks) }
    return elements.reduce(into: []) { $0.formUnion($1.allMarks) }
  }

  /// Whether the mark is on it or on anything inside.
  package func containsMark(_ mark: Marks) -> Bool {
    guard hasMarks else { return false }
    if case .marked(let node) = self, node.marks.contains(mark) { return true }
    return elements.contains { $0.containsMark(mark) }
  }

  /// This value without any marks, at any depth.
  package var withoutMarks: Value {
    guard hasMarks else { return self }
    if case .marked(let node) = self { return node.value.withoutMarks }
    return replacingElements(elements.map(\.withoutMarks), keepingTypes: true)
  }

  /// The value without any marks, and where they were, outermost first and in key order.
  package func unmarkedDeep() -> (Value, [PathMarks]) {
    guard hasMarks else { return (self, []) }
    var found: [PathMarks] = []
    var steps: [Path.Step] = []
    let value = collectMarks(at: &steps, into: &found)
    return (value, found)
  }

  private func collectMarks(at steps: inout [Path.Step], into found: inout [PathMarks]) -> Value {
    guard hasMarks else { return self }
    if case .marked(let node) = self {
      found.append(PathMarks(path: Path(steps), marks: node.marks))
      return node.value.collectMarks(at: &steps, into: &found)
    }
    var plain = elements
    for index in plain.indices where plain[index].hasMarks {
      steps.append(step(toElementAt: index))
      plain[index] = plain[index].collectMarks(at: &steps, into: &found)
      steps.removeLast()
    }
    return replacingElements(plain, keepingTypes: true)
  }

  /// Puts marks back. A path that leads nowhere marks the deepest value on its way that exists when that is a set or unknown,
  /// and is ignored otherwise.
  package func markedDeep(with pathMarks: [PathMarks]) -> Value {
    if pathMarks.isEmpty { return self }
    return applyMarks(pathMarks[...], depth: 0)
  }

  private func applyMarks(_ all: ArraySlice<PathMarks>, depth: Int) -> Value {
    var here: Marks = []
    var deeper: [Path.Step: [PathMarks]] = [:]
    for entry in all {
      if entry.path.steps.count <= depth {
        here.formUnion(entry.marks)
      } else if isSetOrUnknown {
        here.formUnion(entry.marks)
      } else {
        deeper[entry.path.steps[depth], default: []].append(entry)
      }
    }
    guard !deeper.isEmpty else { return marked(with: here) }
    let (plain, own) = unmarked()
    var parts = plain.elements
    for (step, entries) in deeper {
      guard let index = plain.elementIndex(of: step) else { continue }
      parts[index] = parts[index].applyMarks(entries[...], depth: depth + 1)
    }
    return plain.replacingElements(parts, keepingTypes: true).marked(with: own.union(here))
  }

  private var isSetOrUnknown: Bool {
    switch self {
    case .set, .unknown: true
    case .marked(let node): node.value.isSetOrUnknown
    default: false
    }
  }
}
