import Addresses
import Diagnostics
import Expressions
import HCL
import Modules
import Values

/// One object to adopt: where to, and by which id or identity.
struct ImportTarget: Sendable {
  var address: ResourceInstance
  /// Empty if an identity takes its place.
  var id: String
  var identity: ResourceIdentity?
  /// Where the configuration names the target.
  var range: SourceRange?

  /// What is said of it: the id, or the identity as JSON.
  var subject: String { identity.map { String(decoding: $0.json, as: UTF8.self) } ?? id }
}

/// Evaluates an `import` block: its `for_each`, the instance keys of `to` and the `id` or `identity`.
///
/// Without planning, what is not known is left out; while planning it is an error.
struct ImportEvaluation {
  let block: ImportBlock
  /// The configuration of the target; nil if it has none.
  let declared: ResourceBlock?
  let isPlanning: Bool
  let context: (RepetitionData) -> EvaluationContext
  private(set) var diagnostics: [Diagnostic] = []

  init(
    _ block: ImportBlock, declared: ResourceBlock?, isPlanning: Bool, context: @escaping (RepetitionData) -> EvaluationContext
  ) {
    self.block = block
    self.declared = declared
    self.isPlanning = isPlanning
    self.context = context
  }

  mutating func targets() -> [ImportTarget] {
    guard let repetitions = repetitions() else { return [] }
    var targets: [ImportTarget] = []
    for data in repetitions {
      if let address = address(data), isRepeatedLike(address) {
        switch block.subject {
        case .id(let expression):
          if let id = id(expression, data) { targets.append(ImportTarget(address: address, id: id, range: block.to.range)) }
        case .identity(let expression):
          if let identity = identity(expression, data) {
            targets.append(ImportTarget(address: address, id: "", identity: identity, range: block.to.range))
          }
        }
      }
      // What is wrong with one is as a rule wrong with all.
      if diagnostics.hasErrors { break }
    }
    return targets
  }

  private mutating func error(_ summary: String, _ detail: String, at range: SourceRange) {
    diagnostics.append(.error(summary, detail, at: range))
  }

  // MARK: for_each

  private mutating func repetitions() -> [RepetitionData]? {
    guard let forEach = block.forEach else { return [RepetitionData()] }
    let (marked, problems) = evaluate(forEach, in: context(RepetitionData()))
    diagnostics += problems
    if problems.hasErrors { return nil }
    let value = marked.unmarked().0
    if value.isNull { return [] }
    switch value {
    case .map, .object: return zip(value.keys, value.elements).map { RepetitionData(eachKey: .text($0), eachValue: $1) }
    case .list, .tuple:
      return value.elements.enumerated().map { RepetitionData(eachKey: .int($0), eachValue: $1) }
    case .set(let set) where value.isWhollyKnown:
      return set.elements.map { RepetitionData(eachKey: $0, eachValue: $0) }
    case .set, .unknown: return unknownRepetition(forEach)
    default:
      error("Invalid for_each argument", "\"for_each\" of an import must be a collection.", at: forEach.range)
      return nil
    }
  }

  private mutating func unknownRepetition(_ expression: HCL.Expression) -> [RepetitionData]? {
    guard isPlanning else { return nil }
    error(
      "Invalid for_each argument",
      "This \"for_each\" is known only after apply, and the objects to import must be known now. Use values of the "
        + "configuration.", at: expression.range)
    return nil
  }

  // MARK: to

  /// The instance that `to` names with all its keys evaluated.
  private mutating func address(_ data: RepetitionData) -> ResourceInstance? {
    if let instance = block.instance { return instance }
    guard let traversal = evaluated(block.to, data) else { return nil }
    let (target, problems) = parseTarget(traversal)
    diagnostics += problems
    guard case .resource(let instance)? = target else { return nil }
    return instance
  }

  private mutating func evaluated(_ expression: HCL.Expression, _ data: RepetitionData) -> Traversal? {
    switch expression.kind {
    case .scopeTraversal(let traversal): return traversal
    case .relativeTraversal(let source, let steps):
      guard var traversal = evaluated(source, data) else { return nil }
      traversal.steps += steps
      traversal.range = expression.range
      return traversal
    case .index(let collection, let key):
      guard var traversal = evaluated(collection, data), let step = step(key, data) else { return nil }
      traversal.steps.append(step)
      traversal.range = expression.range
      return traversal
    default: return nil
    }
  }

  private mutating func step(_ key: HCL.Expression, _ data: RepetitionData) -> TraversalStep? {
    let foreign = key.variables.filter { $0.root != "each" }
    for traversal in foreign {
      error(
        "Unknown variable",
        "\"\(traversal.root)\" is not known in an import's address: it has each.key and each.value only.", at: traversal.rootRange)
    }
    if !foreign.isEmpty { return nil }
    let (value, problems) = evaluate(key, in: context(data))
    diagnostics += problems
    if problems.hasErrors { return nil }
    if value.containsMark(.sensitive) {
      error("Invalid index expression", "The key in an import's address must not be sensitive.", at: key.range)
      return nil
    }
    switch value.withoutMarks {
    case .string(let text): return .index(.string(text), key.range)
    case .number(let number):
      if let integer = number.int64 { return .index(.number(.integer(integer)), key.range) }
    case .unknown:
      guard isPlanning else { return nil }
      error(
        "Invalid index expression", "Import address index expression is not known before apply, so the target cannot be told.",
        at: key.range)
      return nil
    default: break
    }
    error("Invalid address", "An instance key is a whole number or a string.", at: key.range)
    return nil
  }

  /// Whether the key is of the kind that the resource's repetition makes.
  private mutating func isRepeatedLike(_ address: ResourceInstance) -> Bool {
    let problem: String
    switch address.key {
    case nil where declared?.count != nil: problem = "The target resource is using count."
    case nil where declared?.forEach != nil: problem = "The target resource is using for_each."
    case .integer where declared?.count == nil:
      problem =
        "This resource has no \"count\", so its instances have no numbers."
    case .string where declared?.forEach == nil:
      problem =
        "This resource has no \"for_each\", so its instances have no keys."
    default: return true
    }
    error("Invalid import 'to' expression", problem, at: block.to.range)
    return false
  }

  // MARK: id

  private mutating func id(_ expression: HCL.Expression, _ data: RepetitionData) -> String? {
    let (value, problems) = evaluate(expression, as: .string, in: context(data))
    diagnostics += problems
    if problems.hasErrors { return nil }
    if value.isNull {
      error("Invalid import id argument", "The import ID cannot be null.", at: expression.range)
      return nil
    }
    guard let id = value.withoutMarks.asString else {
      guard isPlanning else { return nil }
      error(
        "Invalid import id argument",
        "\"id\" is known only after apply, so the object cannot be imported now. Use a value that is known.",
        at: expression.range)
      return nil
    }
    if id.isEmpty {
      error(
        "Invalid import id argument", "\"id\" is empty. Give the ID of the object.",
        at: expression.range)
      return nil
    }
    return id
  }

  // MARK: identity

  /// The attributes that the provider is to know the object by; whether they are the right ones only the provider can say.
  private mutating func identity(_ expression: HCL.Expression, _ data: RepetitionData) -> ResourceIdentity? {
    let (marked, problems) = evaluate(expression, in: context(data))
    diagnostics += problems
    if problems.hasErrors { return nil }
    let value = marked.withoutMarks
    guard value.isWhollyKnown else {
      guard isPlanning else { return nil }
      error(
        "Invalid import identity argument",
        "\"identity\" is known only after apply, so the object cannot be imported now. Use values that are known.",
        at: expression.range)
      return nil
    }
    guard case .object = value, marked.containsMark(.ephemeral) == false else {
      error(
        "Invalid import identity argument", "The import identity must be an object, and it must not come from ephemeral values.",
        at: expression.range)
      return nil
    }
    return ResourceIdentity(json: JSONValueCodec.encode(value))
  }
}
