import Plans
import Values

/// What differs between two values, arranged as it is shown: the same tree of attributes, elements and blocks,
/// each with what happens to it.
struct ValueDifference: Sendable {
  /// `noOp`, `create`, `update` or `delete`.
  var action: Action
  /// Whether this very place forces the replacement of the object.
  var forcesReplacement: Bool
  var content: Content

  indirect enum Content: Sendable {
    /// Both null, or of one primitive type.
    case primitive(before: Value, after: Value)
    /// Known after apply; with what was there before, shown as being removed.
    case unknown(before: ValueDifference?)
    case sensitive(SensitivityChange)
    case writeOnly
    case typeChange(before: ValueDifference, after: ValueDifference)
    case list([ValueDifference], showsNeighbours: Bool)
    /// In sets and maps of nested attributes the replacement is shown at the elements and not at the collection.
    case set([ValueDifference], isNested: Bool)
    case map([Member], isNested: Bool)
    case object([Member], isNested: Bool)
    case block(attributes: [Member], groups: [BlockGroup])
    case sensitiveBlock(SensitivityChange)
  }

  /// A named part; members are in ascending order of names.
  struct Member: Sendable {
    var name: String
    var difference: ValueDifference
  }

  /// What becomes of the contents and of the mark of a sensitive place.
  struct SensitivityChange: Sendable {
    var action: Action
    var isSensitiveBefore: Bool
    var isSensitiveAfter: Bool
  }

  /// The blocks of one type.
  struct BlockGroup: Sendable {
    var name: String
    /// The label is the key of a block in a map.
    var blocks: [(label: String?, difference: ValueDifference)]
    var forcesReplacement: Bool
    var isSensitiveBefore: Bool
    var isSensitiveAfter: Bool
  }

  init(_ action: Action, forcesReplacement: Bool = false, _ content: Content) {
    self.action = action
    self.forcesReplacement = forcesReplacement
    self.content = content
  }

  var isWriteOnly: Bool {
    if case .writeOnly = content { true } else { false }
  }
}

extension Action {
  /// What happens to the whole, of which this is known, when `part` happens to a part of it.
  func joined(with part: Action) -> Action { part == .noOp || part == self ? self : .update }
}

/// Which of a set of paths lead to a place or beyond it.
struct PathMatcher: Sendable {
  /// What is left of the paths that led here; nil matches everything.
  private var remaining: [ArraySlice<Path.Step>]?
  /// Whether what is under a matched place matches as well.
  private var coversChildren: Bool

  static let everything = PathMatcher(remaining: nil, coversChildren: true)
  static let nothing = PathMatcher([], coversChildren: false)

  private init(remaining: [ArraySlice<Path.Step>]?, coversChildren: Bool) {
    self.remaining = remaining
    self.coversChildren = coversChildren
  }

  init(_ paths: [Path], coversChildren: Bool) {
    self.init(remaining: paths.map { $0.steps[...] }, coversChildren: coversChildren)
  }

  /// Whether a path ends here, or above if it covers what is below.
  var matches: Bool {
    guard let remaining else { return true }
    return remaining.contains { $0.isEmpty || Self.entersSet($0) }
  }

  /// Whether a path ends here or goes on below.
  var matchesPartly: Bool { remaining.map { !$0.isEmpty } ?? true }

  /// An element of a set cannot be named again later, so that the path is taken to end at the set.
  private static func entersSet(_ path: ArraySlice<Path.Step>) -> Bool {
    guard case .index(let key)? = path.first else { return false }
    switch key.unmarked().0 {
    case .string, .number: return false
    default: return true
    }
  }

  func child(_ name: String) -> PathMatcher {
    child {
      switch $0 {
      case .attribute(let other): other == name
      case .index(let key): key.asString == name
      }
    }
  }

  func child(_ position: Int) -> PathMatcher {
    child {
      switch $0 {
      case .attribute: false
      case .index(let key): key.asInt == position || key.asString == String(position)
      }
    }
  }

  private func child(_ isWanted: (Path.Step) -> Bool) -> PathMatcher {
    guard let remaining, !remaining.isEmpty else { return self }
    var below: [ArraySlice<Path.Step>] = []
    for path in remaining {
      if let first = path.first {
        if isWanted(first) { below.append(path.dropFirst()) }
      } else if coversChildren {
        below.append(path)
      }
    }
    return PathMatcher(remaining: below, coversChildren: coversChildren)
  }
}
