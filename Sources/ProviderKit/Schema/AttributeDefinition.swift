import Values

/// One attribute: its place in the schema, and how changes of it are planned. What property wrappers say in Swift, as data.
public struct AttributeDefinition: Sendable {
  public var name: String
  public var type: AttributeType
  public var description: String
  /// Who decides the value.
  public var presence: AttributePresence
  public var isSensitive = false
  /// Never stored, neither in plans nor in states: seen by create and update alone.
  public var isWriteOnly = false
  /// What to use instead; nil if the attribute is not deprecated.
  public var deprecation: String?
  /// Whether the attribute belongs to what objects of the type are known by.
  public var isIdentity = false
  /// Used where the configuration says nothing.
  public var defaultValue: DynamicValue?
  /// Whether a computed value stays when other attributes change, instead of being unknown until the change is made.
  public var keepsPriorState = false
  public var replacement = AttributeReplacement.never
  public var validators: [AttributeValidator] = []
  public var relations: [AttributeRelation] = []
  /// Whether two values mean the same, so that the one that was there before stays.
  public var equivalence: (@Sendable (_ prior: DynamicValue, _ new: DynamicValue) -> Bool)?
  /// Whether the provider may leave it without a value.
  public var isNullable = true
  /// What is wrong with the definition itself; nil if nothing is.
  var definitionProblem: String?
  /// Whether a trait said who decides the value.
  var isPresenceStated = false

  public init(
    _ name: String, _ type: AttributeType, _ presence: AttributePresence = .optional, description: String = "",
    configure: (inout AttributeDefinition) -> Void = { _ in }
  ) {
    self.name = name
    self.type = type
    self.presence = presence
    self.description = description
    configure(&self)
  }
}

public enum AttributePresence: Hashable, Sendable {
  /// The configuration must say it.
  case required
  /// The configuration may say it.
  case optional
  /// The provider says it.
  case computed
  /// The configuration may say it; if it does not, the provider does.
  case optionalAndComputed
}

/// Whether a change of an attribute can only be had by a new object.
public enum AttributeReplacement: Sendable {
  case never
  case always
  /// Decided by looking at the value before and the new one, which is known.
  case when(@Sendable (_ prior: DynamicValue, _ new: DynamicValue) -> Bool)
}

/// Says in a sentence what is wrong with a known value that is not null; nil if nothing is.
public typealias AttributeValidator = @Sendable (DynamicValue) -> String?

/// What an attribute has to do with others of the same object, by their names.
public enum AttributeRelation: Hashable, Sendable {
  /// None of them may be set together with this one.
  case conflicts([String])
  /// All of them must be set if this one is.
  case requires([String])
  /// Exactly one of them and this one must be set.
  case exactlyOne([String])
  /// At least one of them and this one must be set.
  case atLeastOne([String])
}

extension AttributeDefinition {
  /// Whether the provider may decide the value. A default is a decision of the provider's, for hosts.
  var isComputed: Bool { presence == .computed || presence == .optionalAndComputed || defaultValue != nil }
  var isOptional: Bool { presence == .optional || presence == .optionalAndComputed }

  var schema: AttributeSchema {
    if let nested = type.nested {
      return AttributeSchema(
        name: name, nestedType: NestedAttributeSchema(nesting: nested.nesting, attributes: nested.attributes.map(\.schema)),
        required: presence == .required, optional: isOptional, computed: isComputed, sensitive: isSensitive,
        writeOnly: isWriteOnly, deprecated: deprecation != nil, deprecationMessage: deprecation ?? "",
        description: description)
    }
    return AttributeSchema(
      name: name, type: type.valueType, required: presence == .required, optional: isOptional, computed: isComputed,
      sensitive: isSensitive, writeOnly: isWriteOnly, deprecated: deprecation != nil, deprecationMessage: deprecation ?? "",
      description: description)
  }

  /// What no host could work with, or what contradicts itself.
  var problem: String? {
    func says(_ text: String) -> String { "attribute \(name) \(text)" }
    if !isValidName(name) { return says("needs a name of lower-case letters, digits and underscores that begins with a letter") }
    if let definitionProblem { return says(definitionProblem) }
    if let problem = type.problem { return problem.hasPrefix("attribute ") ? "\(problem) (in \(name))" : says(problem) }
    if isWriteOnly, isComputed { return says("is write-only and computed, so that nobody would ever see what was computed") }
    if isWriteOnly, isIdentity { return says("is write-only and part of the identity, which is stored") }
    if isWriteOnly, mayNeedReplacement {
      return says("is write-only and requires a replacement, but nobody can tell whether it changed")
    }
    if presence == .required, defaultValue != nil { return says("is required and has a default, which could never be used") }
    if keepsPriorState, !isComputed { return says("keeps its prior state, but only what is computed has one to keep") }
    return nil
  }
}

/// What Terraform takes for the name of an attribute or block.
func isValidName(_ name: String) -> Bool {
  let bytes = Array(name.utf8)
  guard let first = bytes.first, (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(first) else { return false }
  return bytes.allSatisfy {
    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
      || $0 == UInt8(ascii: "_")
  }
}
