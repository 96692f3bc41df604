/// Something said of an attribute beside its type: `@Attribute("The port.", .range(1...65535), .requiresReplacement) var port: Int`.
///
/// Without any, an attribute is required, or optional where its type is optional or a default is given.
public struct AttributeTrait<Value: AttributeValue>: Sendable {
  let apply: @Sendable (inout AttributeDefinition) -> Void

  init(_ apply: @escaping @Sendable (inout AttributeDefinition) -> Void) { self.apply = apply }
}

// MARK: Who decides the value

extension AttributeTrait {
  /// The configuration must say it. So it is with every type that is not optional.
  public static var required: Self { Self { $0.state(.required) } }

  /// The configuration may say it. So it is with every optional type.
  public static var optional: Self { Self { $0.state(.optional) } }

  /// The provider says it; together with `optional`, only where the configuration does not.
  public static var computed: Self { Self { $0.state(.computed) } }

  /// Part of what objects of the type are known by. Objects can be imported by it.
  public static var identity: Self { Self { $0.isIdentity = true } }
}

// MARK: What is shown and stored

extension AttributeTrait {
  /// Not to be shown.
  public static var sensitive: Self { Self { $0.isSensitive = true } }

  /// Never stored: seen by `create` and `update` alone. Hosts cannot tell whether it changed; give it a companion, for example
  /// `password_version`, whose change says so.
  public static var writeOnly: Self { Self { $0.isWriteOnly = true } }

  /// - Parameter message: what to use instead.
  public static func deprecated(_ message: String) -> Self { Self { $0.deprecation = message } }
}

// MARK: How changes are planned

extension AttributeTrait {
  /// A change can only be had by a new object.
  public static var requiresReplacement: Self { Self { $0.replacement = .always } }

  /// A change can only be had by a new object if the closure says so of the value before and the new one. What is not known yet counts
  /// as a change that needs a new object. Null is not asked about: to set it or to drop it needs a new object too.
  public static func requiresReplacement(when condition: @escaping @Sendable (_ prior: Value, _ new: Value) -> Bool) -> Self {
    Self {
      $0.replacement = .when { prior, new in
        guard let prior = Value(read: prior), let new = Value(read: new) else { return true }
        return condition(prior, new)
      }
    }
  }

  /// A computed value stays as it is when other attributes change. Without this it is unknown until the change is made.
  public static var keepsPriorState: Self { Self { $0.keepsPriorState = true } }

  /// Values for which the closure is true mean the same. The one that is there stays, so that no change is planned: not when somebody
  /// writes it in other words, and not when the service gives it back in its own.
  public static func equivalent(_ isSame: @escaping @Sendable (_ prior: Value, _ new: Value) -> Bool) -> Self {
    Self {
      $0.equivalence = { prior, new in
        guard let prior = Value(read: prior), let new = Value(read: new) else { return false }
        return isSame(prior, new)
      }
    }
  }
}

// MARK: Which values are good

extension AttributeTrait {
  /// Says what is wrong with a value by throwing an error with a sentence.
  public static func validated(_ check: @escaping @Sendable (Value) throws -> Void) -> Self {
    validator { value in
      do {
        try check(value)
        return nil
      } catch {
        return "\(error)"
      }
    }
  }

  /// May not be set together with the attributes of these names.
  public static func conflicts(with names: String...) -> Self { Self { $0.relations.append(.conflicts(names)) } }
  /// Only together with the attributes of these names.
  public static func requires(_ names: String...) -> Self { Self { $0.relations.append(.requires(names)) } }
  /// Exactly one of this attribute and those must be set. One of the attributes has to say so.
  public static func exactlyOne(with names: String...) -> Self { Self { $0.relations.append(.exactlyOne(names)) } }
  /// At least one of this attribute and those must be set.
  public static func atLeastOne(with names: String...) -> Self { Self { $0.relations.append(.atLeastOne(names)) } }

  static func validator(_ problem: @escaping @Sendable (Value) -> String?) -> Self {
    Self { definition in
      definition.validators.append { value in Value(read: value).flatMap(problem) }
    }
  }
}

extension AttributeTrait where Value: Equatable {
  public static func oneOf(_ values: Value...) -> Self {
    validator { value in
      values.contains(value)
        ? nil : "It must be one of \(values.map { $0.dynamicValue.description }.joined(separator: ", ")), not \(value.dynamicValue)."
    }
  }
}

extension AttributeTrait where Value: Comparable {
  public static func range(_ range: ClosedRange<Value>) -> Self {
    validator { value in
      range.contains(value)
        ? nil
        : "It must be between \(range.lowerBound.dynamicValue) and \(range.upperBound.dynamicValue), not \(value.dynamicValue)."
    }
  }

  public static func range(_ range: PartialRangeFrom<Value>) -> Self {
    validator { value in
      range.contains(value) ? nil : "It must be at least \(range.lowerBound.dynamicValue), not \(value.dynamicValue)."
    }
  }
}

extension AttributeTrait where Value: Collection {
  /// The number of elements, or of characters in a string.
  public static func length(_ range: ClosedRange<Int>) -> Self {
    validator { value in
      range.contains(value.count)
        ? nil : "Its length must be between \(range.lowerBound) and \(range.upperBound); this one has \(value.count)."
    }
  }

  /// The least number of elements, or of characters in a string.
  public static func length(_ range: PartialRangeFrom<Int>) -> Self {
    validator { value in
      range.contains(value.count) ? nil : "Its length must be at least \(range.lowerBound); this one has \(value.count)."
    }
  }
}

extension AttributeTrait where Value == String {
  /// The whole string must match a regular expression.
  /// - Parameter meaning: what the expression stands for, after "It must be": `a name in lower case`.
  public static func matches(_ pattern: String, _ meaning: String? = nil) -> Self {
    Self { definition in
      guard (try? Regex<AnyRegexOutput>(pattern)) != nil else {
        definition.definitionProblem = "has a pattern that is no regular expression: \(pattern)"
        return
      }
      definition.validators.append { value in
        // An expression cannot be shared between tasks, so that each makes its own.
        guard let text = value.string, let expression = try? Regex<AnyRegexOutput>(pattern),
          (try? expression.wholeMatch(in: text)) == nil
        else { return nil }
        return "It must be \(meaning ?? "a text that matches \(pattern)"), not \(value)."
      }
    }
  }
}

extension AttributeDefinition {
  /// Adds what one trait says of who decides the value to what others said.
  fileprivate mutating func state(_ stated: AttributePresence) {
    switch (isPresenceStated ? presence : stated, stated) {
    case (let one, let other) where one == other: presence = stated
    case (.computed, .optional), (.optional, .computed), (.optionalAndComputed, .optional), (.optionalAndComputed, .computed):
      presence = .optionalAndComputed
    default: definitionProblem = "is required and also optional or computed"
    }
    isPresenceStated = true
  }
}

extension AttributeValue {
  /// The Swift value of a known value that is not null; nil for all else.
  init?(read value: DynamicValue) {
    if value.isUnknown || value.isNull { return nil }
    guard let read = try? AttributeReader(value, at: .root, ModelReading(.planning)).read(as: Self.self) else { return nil }
    self = read
  }
}
