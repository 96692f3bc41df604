import Addresses
import Diagnostics
import Engine
import Expressions
import HCL
import Modules
import Plans
import Values

/// Where in the configuration a change comes from: the expressions that force a replacement, and what unknown values wait for.
struct ChangeOrigins {
  private let tree: ModuleTree
  private let body: (ConfigurationResource) -> DecodePlan?
  /// The attributes of each resource that are not known yet, of some instance.
  private var unknown: [ConfigurationResource: Set<String>] = [:]
  /// The resources of which some instance changes.
  private var changing: Set<ConfigurationResource> = []
  /// What has been found out of locals, variables and outputs: many resources refer to the same.
  private var found: [Name: [String]] = [:]
  private var lineStarts: [SourceFileID: [Int]] = [:]

  private struct Name: Hashable {
    var module: ModulePath
    var subject: Reference.Subject
  }

  /// - Parameter body: the body of a resource, read under its schema; nil if there is none.
  init(_ plan: Plan, tree: ModuleTree, body: @escaping (ConfigurationResource) -> DecodePlan?) {
    self.tree = tree
    self.body = body
    for change in plan.changes where change.action != .noOp { note(change) }
    for deferred in plan.deferred { note(deferred.change) }
  }

  private mutating func note(_ change: ResourceChange) {
    changing.insert(change.address.configuration)
    guard case .object(let object) = change.after.unmarked().0, !change.after.isWhollyKnown else { return }
    let names = zip(object.attributeNames.names, object.values).filter { !$1.isWhollyKnown }.map(\.0)
    unknown[change.address.configuration, default: []].formUnion(names)
  }

  // MARK: Replacements

  /// For each place that forces a replacement, what the configuration says there: `size = var.size at main.tf:12`.
  mutating func replacementReasons(of change: ResourceChange) -> [String] {
    if change.reason == .replaceByTriggers { return triggerReasons(of: change) }
    guard let body = body(change.address.configuration) else { return [] }
    var reasons: [String] = []
    for path in change.replacePaths {
      guard let reason = reason(for: path, of: change, body), !reasons.contains(reason) else { continue }
      if reasons.count == Self.mostReasons { return reasons + ["and more"] }
      reasons.append(reason)
    }
    return reasons
  }

  /// The entries of `replace_triggered_by` whose objects change.
  private mutating func triggerReasons(of change: ResourceChange) -> [String] {
    let module = change.address.module.path
    let triggers = tree.module(at: module)?.resources[change.address.resource]?.replaceTriggeredBy ?? []
    return triggers.compactMap { trigger in
      let isChanging = trigger.variables.contains { traversal in
        Reference.parse(traversal).0?.resource.map { changing.contains(ConfigurationResource(module: module, $0)) } ?? false
      }
      guard isChanging, let (text, place) = source(of: trigger.range) else { return nil }
      return "because of \(text) at \(place)"
    }
  }

  private static let mostReasons = 3
  private static let longestExpression = 60

  private mutating func reason(for path: Path, of change: ResourceChange, _ body: DecodePlan) -> String? {
    guard let range = body.argumentRange(of: path) else {
      return "\(path.description.dropFirst()) is not set in the configuration"
    }
    guard let (text, place) = source(of: range) else { return nil }
    let name = path.description.dropFirst()
    let whole = Path(Array(path.steps.prefix(1)))
    let isSecret = [change.before, change.after].contains { $0.unmarked().0.get(at: whole)?.containsMark(.concealed) ?? false }
    if isSecret { return "\(name) at \(place)" }
    return "\(name) = \(text) at \(place)"
  }

  /// An expression on one line, shortened, and where it stands.
  private mutating func source(of range: SourceRange) -> (text: String, place: String)? {
    guard let file = tree.sources[range.file], range.start <= range.end, Int(range.end) <= file.bytes.count else { return nil }
    let place = "\(file.path):\(line(of: Int(range.start), in: range.file, file))"
    let text = String(decoding: file.bytes[Int(range.start)..<Int(range.end)], as: UTF8.self)
    let words = text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    return (words.count > Self.longestExpression ? words.prefix(Self.longestExpression) + "…" : words, place)
  }

  /// From 1.
  private mutating func line(of offset: Int, in id: SourceFileID, _ file: SourceFile) -> Int {
    if lineStarts[id] == nil {
      lineStarts[id] = [0] + file.bytes.indices.filter { file.bytes[$0] == UInt8(ascii: "\n") }.map { $0 + 1 }
    }
    let starts = lineStarts[id] ?? []
    var (low, high) = (0, starts.count)
    while low < high {
      let middle = (low + high) / 2
      if starts[middle] <= offset { low = middle + 1 } else { high = middle }
    }
    return low
  }

  // MARK: Deferrals

  /// What decides how many instances a resource has, if it is not known yet: `count = length(x) at main.tf:3`.
  mutating func repetition(of change: ResourceChange) -> String? {
    let address = change.address.configuration
    guard change.address.key == nil, let block = tree.module(at: address.module)?.resources[address.resource] else { return nil }
    for (name, expression) in [("count", block.count), ("for_each", block.forEach)] {
      if let expression, let (text, place) = source(of: expression.range) { return "\(name) = \(text) at \(place)" }
    }
    return nil
  }

  // MARK: Unknown values

  /// For each argument that is not known yet because of what it refers to, what that is; of objects that are written out, for each
  /// part by itself.
  mutating func unknownReasons(of change: ResourceChange) -> UnknownReasons {
    let resource = change.address.configuration
    var reasons = UnknownReasons()
    guard let names = unknown[resource], let body = body(resource) else { return reasons }
    for name in names {
      if let expression = body.argument(named: name), let value = change.after.unmarked().0.get(at: Path([.attribute(name)])) {
        reasons.parts[name] = self.reasons(behind: expression, value, resource)
      } else {
        reasons.parts[name] = self.reasons(of: body.references(behind: Path([.attribute(name)])), resource)
      }
    }
    return reasons
  }

  private mutating func reasons(behind expression: Expression, _ value: Value, _ resource: ConfigurationResource) -> UnknownReasons? {
    let value = value.unmarked().0
    if value.isWhollyKnown { return nil }
    guard case .object(let items) = expression.kind, value.isKnown, !value.isNull else {
      return reasons(of: expression.variables, resource)
    }
    var reasons = UnknownReasons()
    for (name, part) in value.namedParts {
      guard let item = items.item(named: name) else { return self.reasons(of: expression.variables, resource) }
      reasons.parts[name] = self.reasons(behind: item, part, resource)
    }
    return reasons
  }

  private mutating func reasons(of traversals: [Traversal], _ resource: ConfigurationResource) -> UnknownReasons? {
    let origins = origins(of: traversals, in: resource.module, except: resource)
    if origins.isEmpty { return nil }
    return UnknownReasons(
      own: origins.prefix(Self.mostReasons).joined(separator: ", ") + (origins.count > Self.mostReasons ? ", …" : ""))
  }

  /// Without repetition, in the order in which they are referred to.
  private mutating func origins(
    of traversals: [Traversal], in module: ModulePath, except own: ConfigurationResource? = nil
  ) -> [String] {
    var result: [String] = []
    for traversal in traversals {
      guard let reference = Reference.parse(traversal).0 else { continue }
      for origin in origins(of: reference, in: module, except: own) where !result.contains(origin) { result.append(origin) }
    }
    return result
  }

  private mutating func origins(
    of reference: Reference, in module: ModulePath, except own: ConfigurationResource?
  ) -> [String] {
    if case .resource(let resource, let key) = reference.subject {
      let address = ConfigurationResource(module: module, resource)
      guard address != own, let names = unknown[address] else { return [] }
      let instance = "\(address)\(key.suffix)"
      guard let name = reference.remaining.attributeName else { return [instance] }
      return names.contains(name) ? ["\(instance).\(name)"] : []
    }
    let name = Name(module: module, subject: reference.subject)
    if let known = found[name] { return known }
    // Whatever leads back to itself adds nothing.
    found[name] = []
    let result: [String]
    switch reference.subject {
    case .local(let local):
      result = origins(of: tree.module(at: module)?.locals[local]?.expression.variables ?? [], in: module)
    case .variable(let variable):
      guard let parent = module.parent, let call = module.names.last,
        let argument = tree.module(at: parent)?.moduleCalls[call]?.arguments[variable]
      else { return [] }
      result = origins(of: argument.expression.variables, in: parent)
    case .moduleOutput(let call, _, let output):
      let child = module.child(call)
      result = origins(of: tree.module(at: child)?.outputs[output]?.expression.variables ?? [], in: child)
    default: result = []
    }
    found[name] = result
    return result
  }
}

/// What a value that is not known yet waits for, or else what its parts wait for, by name.
struct UnknownReasons {
  var own: String?
  var parts: [String: UnknownReasons] = [:]
}

extension Value {
  /// The attributes of an object and the elements of a map.
  fileprivate var namedParts: [(String, Value)] {
    switch self {
    case .object(let object): Array(zip(object.attributeNames.names, object.values))
    case .map(let map): map.keys.map { ($0, map[$0] ?? .dynamicNull) }
    default: []
    }
  }
}

extension [TraversalStep] {
  /// The first attribute that the steps name; nil if another step comes first.
  fileprivate var attributeName: String? {
    for step in self {
      switch step {
      case .attribute(let name, _): return name
      case .splat: continue
      case .index: return nil
      }
    }
    return nil
  }
}
