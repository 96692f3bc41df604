import ProviderKit
import YAML

/// One argument or block of a kind, and the member of the Kubernetes object that it stands for. Tables of these are all that is said
/// of a kind: the schema and the translation both ways follow from them.
struct Field: Sendable {
  enum Shape: Sendable {
    case value(ValueCoding)
    case block(BlockShape)
  }

  /// How soon the stored value of a computed attribute can be told.
  enum Settling: Sendable {
    /// A dry run tells it.
    case atPlan
    /// The server or a controller makes it up when the object is made; afterwards it stays.
    case atCreation
    /// It is another one after each change.
    case atEachChange
  }

  var name: String
  /// The member of the object; nothing is read or written for fields without one.
  var key: String?
  var shape: Shape
  var presence = AttributePresence.optional
  var defaultValue: DynamicValue?
  var settling = Settling.atPlan
  var replacement = AttributeReplacement.never
  var keepsPriorState = false
  var isSensitive = false
  var isWriteOnly = false
  var deprecation: String?
  var validators: [AttributeValidator] = []
  var relations: [AttributeRelation] = []
  /// Values that say no more than no value does, and that the server would refuse.
  var isOmitted: @Sendable (DynamicValue) -> Bool = { _ in false }
  /// Keys of a map that the server and its controllers write on their own account: never shown unless somebody asks for them.
  var isForeignKey: @Sendable (String) -> Bool = { _ in false }

  init(_ name: String, _ shape: Shape) {
    self.name = name
    self.shape = shape
    key = memberName(of: name)
  }

  var isComputed: Bool { presence == .computed || presence == .optionalAndComputed }
}

/// A block and the objects that it stands for.
struct BlockShape: Sendable {
  enum Form: Sendable {
    /// At most one block, for an object.
    case object
    /// At most one block, whose members stand in the object around it.
    case inline
    /// Any number of blocks, for a list of objects.
    case list
    /// Any number of blocks in no order.
    case set
  }

  var form: Form
  var fields: [Field]
  var minimumCount = 0
  var maximumCount: Int?
  /// The attribute by which an item of a list is the same one at another place.
  var mergeName: String?
  /// What the server stores where nobody said anything.
  var serverDefault: JSONValue?
  /// Whether configurations write it with an equals sign. An object then stands for itself, without a list around it.
  var isAttribute = false

  private var isBare: Bool { isAttribute && (form == .object || form == .inline) }

  /// The blocks in the value of a field; nil if there are none, or it is not known yet.
  func blocks(in value: DynamicValue) -> [DynamicValue]? {
    if !isBare { return value.elements }
    return value.isNull || value.isUnknown ? nil : [value]
  }

  /// The value of a field with such blocks.
  func value(of blocks: [DynamicValue]) -> DynamicValue {
    if isBare { return blocks.first ?? .null }
    return isAttribute && blocks.isEmpty ? .null : .sequence(blocks)
  }

  /// Where a block stands in the value of a field.
  func path(of index: Int, in field: AttributePath) -> AttributePath { isBare ? field : field.element(index) }
}

/// Collects the fields of a table.
@resultBuilder enum FieldList {
  static func buildExpression(_ field: Field) -> [Field] { [field] }
  static func buildExpression(_ fields: [Field]) -> [Field] { fields }
  static func buildBlock(_ parts: [Field]...) -> [Field] { parts.flatMap { $0 } }
  static func buildOptional(_ part: [Field]?) -> [Field] { part ?? [] }
  static func buildArray(_ parts: [[Field]]) -> [Field] { parts.flatMap { $0 } }
}

func makeFields(@FieldList _ content: () -> [Field]) -> [Field] { content() }

// MARK: What fields there are

func text(_ name: String) -> Field { Field(name, .value(.text)) }
func flag(_ name: String) -> Field { Field(name, .value(.flag)) }
func integer(_ name: String) -> Field { Field(name, .value(.integer)) }
/// A whole number that is written as a text, so that it can be left out.
func digits(_ name: String) -> Field { Field(name, .value(.digits)).validated(wholeNumberProblem) }
/// A number, a name or a percentage.
func numberOrText(_ name: String) -> Field { Field(name, .value(.numberOrText)) }
/// File permissions, `0644`.
func fileMode(_ name: String) -> Field { Field(name, .value(.fileMode)).validated(fileModeProblem) }
func quantity(_ name: String) -> Field { Field(name, .value(.quantity)).validated(quantityProblem) }
func texts(_ name: String) -> Field { Field(name, .value(.texts)) }
func textSet(_ name: String) -> Field { Field(name, .value(.textSet)) }
func integers(_ name: String) -> Field { Field(name, .value(.integers)) }
func integerSet(_ name: String) -> Field { Field(name, .value(.integerSet)) }
func textMap(_ name: String) -> Field { Field(name, .value(.textMap)) }
func quantityMap(_ name: String) -> Field { Field(name, .value(.quantityMap)).validated(quantitiesProblem) }
/// Texts that the object holds in base64.
func encodedMap(_ name: String) -> Field { Field(name, .value(.encodedMap)) }

/// A text that the object holds in base64.
func encodedText(_ name: String) -> Field { Field(name, .value(.encodedText)) }

/// At most one block, for an object.
func one(_ name: String, @FieldList _ content: () -> [Field]) -> Field {
  Field(name, .block(BlockShape(form: .object, fields: content(), maximumCount: 1)))
}

/// At most one block, whose members stand in the object around it.
func inline(_ name: String, @FieldList _ content: () -> [Field]) -> Field {
  Field(name, .block(BlockShape(form: .inline, fields: content(), maximumCount: 1)))
}

/// Any number of blocks, for a list of objects.
func many(_ name: String, _ key: String? = nil, by mergeName: String? = nil, @FieldList of content: () -> [Field]) -> Field {
  let field = Field(name, .block(BlockShape(form: .list, fields: content(), mergeName: mergeName)))
  return key.map(field.key) ?? field
}

/// Any number of blocks in no order.
func manyInNoOrder(_ name: String, _ key: String, @FieldList of content: () -> [Field]) -> Field {
  Field(name, .block(BlockShape(form: .set, fields: content()))).key(key)
}

// MARK: What may be said of them

extension Field {
  private func with(_ change: (inout Field) -> Void) -> Field {
    var field = self
    change(&field)
    return field
  }

  private func withBlock(_ change: (inout BlockShape) -> Void) -> Field {
    guard case .block(var block) = shape else { return self }
    change(&block)
    return with { $0.shape = .block(block) }
  }

  /// The member of the object, where it is not the name in other letters.
  func key(_ key: String) -> Field { with { $0.key = key } }
  /// Tells the provider what to do, and is no part of the object.
  var local: Field { with { $0.key = nil } }

  var required: Field { with { $0.presence = .required }.withBlock { $0.minimumCount = max(1, $0.minimumCount) } }
  /// What the configuration leaves out the server decides.
  var computed: Field { with { $0.presence = .optionalAndComputed } }
  /// Only the server says it.
  var readOnly: Field { with { $0.presence = .computed } }

  func defaults(to value: DynamicValue) -> Field { with { $0.defaultValue = value } }
  func settles(_ settling: Settling) -> Field { with { $0.settling = settling } }
  /// A change can only be had by a new object.
  var replaces: Field { with { $0.replacement = .always } }
  func replaces(when condition: @escaping @Sendable (DynamicValue, DynamicValue) -> Bool) -> Field {
    with { $0.replacement = .when(condition) }
  }
  var keepsPrior: Field { with { $0.keepsPriorState = true } }
  var sensitive: Field { with { $0.isSensitive = true } }
  var writeOnly: Field { with { $0.isWriteOnly = true } }
  func deprecated(_ message: String) -> Field { with { $0.deprecation = message } }
  func validated(_ problem: @escaping AttributeValidator) -> Field { with { $0.validators.append(problem) } }
  func conflicts(with names: String...) -> Field { with { $0.relations.append(.conflicts(names)) } }
  func exactlyOne(with names: String...) -> Field { with { $0.relations.append(.exactlyOne(names)) } }
  func atLeastOne(with names: String...) -> Field { with { $0.relations.append(.atLeastOne(names)) } }
  func requires(_ names: String...) -> Field { with { $0.relations.append(.requires(names)) } }
  /// Empty texts and nothing are the same.
  var omittedIfEmpty: Field { with { $0.isOmitted = { $0.string == "" } } }
  func omitted(if condition: @escaping @Sendable (DynamicValue) -> Bool) -> Field { with { $0.isOmitted = condition } }
  func ignoring(_ isForeign: @escaping @Sendable (String) -> Bool) -> Field { with { $0.isForeignKey = isForeign } }

  func among(_ choices: String...) -> Field {
    validated { value in
      guard let text = value.string, !choices.contains(text) else { return nil }
      return "It must be one of \(choices.map { "\"\($0)\"" }.joined(separator: ", ")), not \"\(text)\"."
    }
  }

  func atLeast(_ least: Int) -> Field {
    validated { value in
      guard let number = value.int, number < least else { return nil }
      return "It must be at least \(least), not \(number)."
    }
  }

  /// How many blocks there may be.
  func count(_ minimum: Int, _ maximum: Int? = nil) -> Field {
    withBlock {
      $0.minimumCount = minimum
      $0.maximumCount = maximum ?? $0.maximumCount
    }
  }

  /// Written with an equals sign, and so is all that is in it.
  var asAttribute: Field {
    withBlock {
      $0.isAttribute = true
      $0.fields = $0.fields.map(\.asAttribute)
    }
  }

  /// What the server stores where nobody said anything; such a block is not taken over when an object is imported.
  func whenUnsaid(_ value: JSONValue) -> Field { withBlock { $0.serverDefault = value } }

  /// The whole block cannot be changed in place: what the server decided in it stays until the object is a new one.
  var frozen: Field { keepingPriorState.replaces }

  private var keepingPriorState: Field {
    with { if $0.isComputed { $0.keepsPriorState = true } }.withBlock { $0.fields = $0.fields.map(\.keepingPriorState) }
  }
}

// MARK: Names

/// The member that an attribute stands for, by the custom of the Kubernetes API: `node_name` is `nodeName`, and `cluster_ip` is
/// `clusterIP`.
func memberName(of name: String) -> String {
  let words = name.split(separator: "_").map(String.init)
  return words.enumerated().map { index, word in
    if index == 0 { return word }
    return abbreviations[word] ?? word.prefix(1).uppercased() + word.dropFirst()
  }.joined()
}

/// Words that are written otherwise than with one capital.
private let abbreviations = [
  "ip": "IP", "ips": "IPs", "ipc": "IPC", "pid": "PID", "id": "ID", "uri": "URI", "urls": "URLs", "uuid": "UUID", "tls": "TLS",
]
