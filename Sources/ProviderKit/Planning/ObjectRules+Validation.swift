import Diagnostics
import ProviderInterface
import Values

/// What a configuration says that it may not.
extension ObjectRules {
  /// Everything that is wrong, in the order of the names. What is unknown is not judged.
  func problems(_ configuration: Value, at path: Path = .root) -> [Diagnostic] {
    guard configuration.isKnownAndNotNull else { return [] }
    return names.flatMap { name in
      guard let member = members[name] else { return [Diagnostic]() }
      let value = configuration.attribute(name) ?? .null(member.type)
      let here = path.attribute(name)
      var found: [Diagnostic] = []
      if let attribute = member.attribute {
        found += attribute.problems(value, at: here)
        found += attribute.relations.compactMap { problem($0, of: attribute, configuration, at: here) }
      }
      guard let (nesting, rules) = member.nested else { return found }
      return found + nestedObjects(of: value, nesting).flatMap { rules.problems($0.object, at: $0.place.path(below: here)) }
    }
  }

  private func problem(
    _ relation: AttributeRelation, of attribute: AttributeDefinition, _ configuration: Value, at path: Path
  ) -> Diagnostic? {
    let own = configuration.attribute(attribute.name) ?? .dynamicNull
    let others = relation.names.map { ($0, configuration.attribute($0) ?? .dynamicNull) }
    let set = others.filter { $0.1.isKnownAndNotNull && !isAbsentBlock($0.0, $0.1) }.map(\.0)
    let isAnyUnknown = !own.isKnown || others.contains { !$0.1.isKnown }
    let all = [attribute.name] + relation.names
    let count = set.count + (own.isKnownAndNotNull ? 1 : 0)
    switch relation {
    case .conflicts:
      guard own.isKnownAndNotNull, !set.isEmpty else { return nil }
      return failure("Arguments exclude each other", "\"\(attribute.name)\" cannot be set together with \(quotedList(set)).", at: path)
    case .requires:
      let missing = others.filter { $0.1.isNull || isAbsentBlock($0.0, $0.1) }.map(\.0)
      guard own.isKnownAndNotNull, !missing.isEmpty else { return nil }
      return failure("Argument is missing", "\"\(attribute.name)\" needs \(quotedList(missing)) too.", at: path)
    case .exactlyOne:
      if count == 1 || (count == 0 && isAnyUnknown) { return nil }
      return failure(
        count == 0 ? "Argument is missing" : "Arguments exclude each other",
        "Exactly one of \(quotedList(all)) must be set, and \(count == 0 ? "none" : "\(count)") of them \(count == 1 ? "is" : "are").",
        at: path)
    case .atLeastOne:
      if count > 0 || isAnyUnknown { return nil }
      return failure("Argument is missing", "At least one of \(quotedList(all)) must be set.", at: path)
    }
  }

  private func isAbsentBlock(_ name: String, _ value: Value) -> Bool {
    members[name]?.block != nil && members[name]?.nested?.nesting != .single && value.count == 0
  }
}

extension AttributeDefinition {
  fileprivate func problems(_ value: Value, at path: Path) -> [Diagnostic] {
    if value.isNull {
      return presence == .required ? [failure("Argument is missing", "\"\(name)\" must be set, and is null.", at: path)] : []
    }
    var found: [Diagnostic] = []
    if let deprecation {
      found.append(Diagnostic(.warning, "Argument is deprecated", deprecation, attributePath: path.steps.map { Path([$0]).description }))
    }
    guard value.isWhollyKnown else { return found }
    let problems = typeProblems(value, type, at: path)
    if !problems.isEmpty { return found + problems }
    return found + validators.compactMap { $0(DynamicValue(value)) }.map { failure("Wrong value for \"\(name)\"", $0, at: path) }
  }

  private func typeProblems(_ value: Value, _ type: AttributeType, at path: Path) -> [Diagnostic] {
    if value.isNull { return [] }
    if let problem = type.problem(of: value) { return [failure("Wrong value for \"\(name)\"", problem, at: path)] }
    switch type {
    case .list(.object), .set(.object), .map(.object), .object: return []
    case .list(let element): return value.elements.enumerated().flatMap { typeProblems($1, element, at: path.index($0)) }
    case .set(let element): return value.elements.flatMap { typeProblems($0, element, at: path.index($0)) }
    case .map(let element): return zip(value.keys, value.elements).flatMap { typeProblems($1, element, at: path.key($0)) }
    default: return []
    }
  }
}

/// An error about a place in an object.
func failure(_ summary: String, _ detail: String, at path: Path = .root) -> Diagnostic {
  Diagnostic(.error, summary, detail, attributePath: path.steps.map { Path([$0]).description })
}
