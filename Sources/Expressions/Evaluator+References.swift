package import Diagnostics
package import HCL
import Values

extension Evaluator {
  /// Evaluates a whole reference chain at once, keys first, if the expression is one: `a.b[count.index].c`.
  mutating func chain(_ expression: Expression) -> Value? {
    guard let root = chainRoot(of: expression) else { return nil }
    var steps: [ResolvedStep] = []
    collectSteps(of: expression, into: &steps)
    return resolve(root.root, steps, range: expression.range, in: expression)
  }

  /// The parts of a chain, without looking it up.
  mutating func chainSteps(_ expression: Expression) -> (root: String, steps: [ResolvedStep])? {
    guard let root = chainRoot(of: expression) else { return nil }
    var steps: [ResolvedStep] = []
    collectSteps(of: expression, into: &steps)
    return (root.root, steps)
  }

  private func chainRoot(of expression: Expression) -> Traversal? {
    var current = expression
    while true {
      switch current.kind {
      case .scopeTraversal(let traversal): return traversal
      case .relativeTraversal(let source, _): current = source
      case .index(let collection, _): current = collection
      default: return nil
      }
    }
  }

  private mutating func collectSteps(of expression: Expression, into steps: inout [ResolvedStep]) {
    switch expression.kind {
    case .scopeTraversal(let traversal): steps += resolved(traversal.steps)
    case .relativeTraversal(let source, let more):
      collectSteps(of: source, into: &steps)
      steps += resolved(more)
    case .index(let collection, let key):
      collectSteps(of: collection, into: &steps)
      steps.append(.index(value(of: key), bracketRange(of: expression, after: collection)))
    default: break
    }
  }

  mutating func resolved(_ steps: [TraversalStep]) -> [ResolvedStep] {
    if steps.isEmpty { return [] }
    var result: [ResolvedStep] = []
    result.reserveCapacity(steps.count)
    for step in steps {
      switch step {
      case .attribute(let name, let range): result.append(.attribute(name, range))
      case .index(.string(let key), let range): result.append(.index(.string(key), range))
      case .index(.number(let key), let range): result.append(.index(number(key, at: range), range))
      case .splat(let range): result.append(.index(.dynamicUnknown, range))
      }
    }
    return result
  }

  private func bracketRange(of expression: Expression, after collection: Expression) -> SourceRange {
    SourceRange(
      file: expression.range.file, start: max(expression.range.start, collection.range.end), end: expression.range.end)
  }

  /// Looks a chain up among the iterations' variables and then in the scope, and applies what steps are left.
  mutating func resolve(
    _ root: String, _ steps: [ResolvedStep], range: SourceRange, in expression: Expression
  ) -> Value {
    if let local = frames.last(where: { $0.name == root }) { return apply(steps[...], to: local.value, in: expression) }
    let resolution = context.scope.resolve(root: root, steps: steps, range: range)
    if !resolution.diagnostics.isEmpty { diagnostics += resolution.diagnostics }
    if resolution.consumed >= steps.count { return resolution.value }
    return apply(steps[resolution.consumed...], to: resolution.value, in: expression)
  }

  /// Applies steps one after another; after an error the rest is unknown.
  mutating func apply(_ steps: ArraySlice<ResolvedStep>, to value: Value, in expression: Expression) -> Value {
    var current = value
    for step in steps {
      do {
        current = try step.apply(to: current)
      } catch {
        report(error.summary, error.message + step.nearMiss(in: current), at: step.range, in: expression)
        return .dynamicUnknown
      }
    }
    return current
  }

  mutating func index(_ collection: Expression, _ key: Expression, in expression: Expression) -> Value {
    let value = value(of: collection)
    let step = ResolvedStep.index(self.value(of: key), bracketRange(of: expression, after: collection))
    return apply([step], to: value, in: expression)
  }
}

extension ResolvedStep {
  /// A sentence with the nearest name that the value does have, behind a space; nothing if none is near or the step asks for no name.
  fileprivate func nearMiss(in value: Value) -> String {
    let wanted: String
    switch self {
    case .attribute(let name, _): wanted = name
    case .index(.string(let key), _): wanted = key
    case .index: return ""
    }
    // Any two letters are near each other.
    if wanted.utf8.count < 3 { return "" }
    let names: [String]
    switch (value.unmarked().0, value.type) {
    case (.map(let map), _): names = value.containsMark(.sensitive) ? [] : map.keys.sorted()
    case (_, .object(let type)): names = type.attributeNames.names.sorted()
    default: names = []
    }
    return suggestion(for: wanted, among: names).map { " Did you mean \"\($0)\"?" } ?? ""
  }

  /// What the step leads to from a value. Marks of the value and of a key pass on.
  func apply(to value: Value) throws(OperationError) -> Value {
    switch self {
    case .attribute(let name, _): try Operations.getAttribute(value, name)
    case .index(let key, _): try Operations.index(value, key)
    }
  }
}

extension Value {
  /// The value as another type; nil when that cannot be.
  func converted(to type: ValueType) -> Value? {
    switch (self, type) {
    case (.string, .string), (.number, .number), (.bool, .bool): self
    default: try? convert(self, to: type)
    }
  }
}

/// A reference chain with its keys evaluated, for those who ask what is named and not for its value. Nil if the expression is
/// no chain.
package func resolvedChain(
  _ expression: Expression, in context: EvaluationContext
) -> (chain: (root: String, steps: [ResolvedStep])?, diagnostics: [Diagnostic]) {
  var evaluator = Evaluator(context)
  let chain = evaluator.chainSteps(expression)
  return (chain, evaluator.diagnostics)
}
