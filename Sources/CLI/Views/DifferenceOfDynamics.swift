import Plans
import Values

extension ValueDifference {
  /// The difference at a place of any type, as in outputs and JSON documents: what counts is the form, so that a list
  /// and a tuple, a map and an object, are the same. Inside a document nothing is said to force a replacement.
  static func ofDynamic(_ comparison: ValueComparison) -> ValueDifference {
    var plain = comparison
    plain.before = comparison.before.documentForm
    plain.after = comparison.after.documentForm
    plain.replacement = .nothing
    return ofDocument(plain)
  }

  private static func ofDocument(_ comparison: ValueComparison) -> ValueDifference {
    var comparison = comparison
    // Inside a document a null stands for nothing where what takes its place is not known.
    if comparison.isUnknown, comparison.before.isNull { comparison.isBeforeExplicit = false }
    if let difference = ofSensitive(comparison, ofDocument) { return difference }
    if let difference = ofUnknown(comparison, ofDocument) { return difference }
    let before = DocumentKind(comparison.before)
    let after = DocumentKind(comparison.after)
    let isCreated = before == .null && !comparison.isBeforeExplicit
    let isDeleted = after == .null && !comparison.isAfterExplicit
    if before == after || isCreated || isDeleted { return ofDocument(comparison, kind: before == .null ? after : before) }
    return ValueDifference(
      .update, forcesReplacement: comparison.replacement.matches,
      .typeChange(
        before: ofDocument(comparison.asDeletion, kind: before), after: ofDocument(comparison.asCreation, kind: after)))
  }

  private static func ofDocument(_ comparison: ValueComparison, kind: DocumentKind) -> ValueDifference {
    switch kind {
    case .null, .bool, .number, .string:
      return comparison.difference(.primitive(before: comparison.before, after: comparison.after))
    case .array:
      return ofSequence(comparison, element: ofDocument, pairsDiffering: { DocumentKind($0) == .object })
    case .object:
      var action = comparison.actionOfContainer
      let members = mergedMembers(comparison.before, comparison.after).map { name, before, after in
        let part = ofDocument(comparison.element(before, after, name: name).unlessIrrelevant)
        action = action.joined(with: part.action)
        return Member(name: name, difference: part)
      }
      return ValueDifference(
        action, forcesReplacement: comparison.replacement.matches, .object(members, isNested: false))
    }
  }
}

/// The forms of a JSON document.
private enum DocumentKind: Sendable {
  case null, bool, number, string, array, object

  init(_ value: Value) {
    switch value.unmarked().0 {
    case .null, .unknown, .marked: self = .null
    case .bool: self = .bool
    case .number: self = .number
    case .string: self = .string
    case .list, .set, .tuple: self = .array
    case .map, .object: self = .object
    }
  }
}

extension Value {
  /// The same with tuples and objects for all collections, and nulls of no type, at any depth.
  fileprivate var documentForm: Value {
    switch self {
    case .null: return .dynamicNull
    case .unknown, .bool, .number, .string: return self
    case .list(let list): return .tuple(list.elements.map(\.documentForm))
    case .set(let set): return .tuple(set.elements.map(\.documentForm))
    case .tuple(let tuple): return .tuple(tuple.elements.map(\.documentForm))
    case .map(let map): return .object(zip(map.keys, map.values).map { ($0, $1.documentForm) })
    case .object(let object): return .object(zip(object.names, object.values).map { ($0, $1.documentForm) })
    case .marked(let marked): return marked.value.documentForm.marked(with: marked.marks)
    }
  }
}
