import Plans
import Values

/// Two values at one place, with what has been said about the place.
struct ValueComparison: Sendable {
  /// Without a mark on itself; null where there is nothing.
  var before: Value
  /// Without a mark on itself; null where there is nothing.
  var after: Value
  /// Whether a null in `before` was put there, as an element of a collection is, rather than standing for nothing.
  var isBeforeExplicit = false
  var isAfterExplicit = false
  var isBeforeSensitive: Bool
  var isAfterSensitive: Bool
  var replacement: PathMatcher
  var relevance: PathMatcher
  /// Whether an empty text stands for none here, as it does with providers that cannot tell the two apart.
  var isEmptyTextNothing = true

  /// `nil` stands for what does not exist.
  init(_ before: Value?, _ after: Value?, replacement: PathMatcher, relevance: PathMatcher) {
    let (plainBefore, beforeMarks) = (before ?? .dynamicNull).unmarked()
    let (plainAfter, afterMarks) = (after ?? .dynamicNull).unmarked()
    self.before = plainBefore
    self.after = plainAfter
    isBeforeSensitive = beforeMarks.contains(.concealed)
    isAfterSensitive = afterMarks.contains(.concealed)
    self.replacement = replacement
    self.relevance = relevance
  }

  var isUnknown: Bool { !after.isKnown }

  private var isAfterMissing: Bool { after.isNull || isUnknown }

  /// What happens here, seen without looking at the parts.
  var action: Action {
    let isExplicitAfter = isAfterExplicit || isUnknown
    if before.isNull && !isBeforeExplicit && (!isAfterMissing || isExplicitAfter) { return .create }
    if isAfterMissing && !isExplicitAfter && (!before.isNull || isBeforeExplicit) { return .delete }
    if isUnknown { return before.isNull ? .noOp : .update }
    return isUnchanged && isBeforeExplicit == isAfterExplicit ? .noOp : .update
  }

  private var isUnchanged: Bool {
    if before.isNull || after.isNull { return before.isNull && after.isNull }
    return before.isIdentical(to: after)
  }

  /// Where a look at the parts begins.
  var actionOfContainer: Action {
    switch (before.isNull, isAfterMissing) {
    case (true, false): .create
    case (false, true): .delete
    default: .noOp
    }
  }

  var isNullBeforeAndAfter: Bool { before.isNull && after.isNull }

  func child(_ before: Value?, _ after: Value?, name: String) -> ValueComparison {
    var child = ValueComparison(
      before, after, replacement: replacement.child(name), relevance: relevance.child(name))
    child.isEmptyTextNothing = isEmptyTextNothing
    return child
  }

  /// An element of a collection: what exists exists explicitly.
  func element(_ before: Value?, _ after: Value?, name: String) -> ValueComparison {
    var child = child(before, after, name: name)
    child.isBeforeExplicit = before != nil
    child.isAfterExplicit = after != nil
    return child
  }

  /// An element of a sequence. All elements of a relevant sequence are relevant: positions shift too easily to tell them apart.
  func element(_ before: Value?, _ after: Value?, position: Int) -> ValueComparison {
    var child = ValueComparison(
      before, after, replacement: replacement.child(position), relevance: .everything)
    child.isBeforeExplicit = before != nil
    child.isAfterExplicit = after != nil
    return child
  }

  /// The same without what is after. That the place forces a replacement is said of the whole and not of this half.
  var asDeletion: ValueComparison {
    var copy = self
    copy.replacement = .nothing
    copy.after = .dynamicNull
    copy.isAfterExplicit = false
    copy.isAfterSensitive = false
    return copy
  }

  /// The same without what was before.
  var asCreation: ValueComparison {
    var copy = self
    copy.before = .dynamicNull
    copy.isBeforeExplicit = false
    copy.isBeforeSensitive = false
    return copy
  }

  /// What is of no interest stands as it was.
  var unlessIrrelevant: ValueComparison {
    if relevance.matchesPartly { return self }
    var copy = self
    copy.after = before
    copy.isAfterExplicit = isBeforeExplicit
    copy.isAfterSensitive = isBeforeSensitive
    return copy
  }

  /// The same with nothing where an empty text stands for it.
  var withoutEmptyTexts: ValueComparison {
    guard isEmptyTextNothing, before.asString == "" || after.asString == "" else { return self }
    var copy = self
    if before.asString == "" { copy.before = .dynamicNull }
    if after.asString == "" { copy.after = .dynamicNull }
    return copy
  }

  /// Both sides without any mark.
  var withoutSensitivity: ValueComparison {
    var copy = self
    copy.before = before.withoutMarks
    copy.after = after.withoutMarks
    copy.isBeforeSensitive = false
    copy.isAfterSensitive = false
    return copy
  }

  func difference(_ content: ValueDifference.Content) -> ValueDifference {
    ValueDifference(action, forcesReplacement: replacement.matches, content)
  }
}
