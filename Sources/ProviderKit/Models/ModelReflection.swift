import ProviderInterface
import Synchronization
import Values

/// How the attributes of a model may be read, and what was read wrongly.
struct ModelReading: Sendable {
  enum Phase: Sendable {
    /// Anything may be unknown.
    case planning
    /// What configurations say is known; unknown is only what the provider itself is about to say. An optional attribute among
    /// these reads as nil.
    case acting
  }

  let phase: Phase
  let faults = ReadingFaults()

  init(_ phase: Phase) { self.phase = phase }
}

/// What a provider read though it had no value: mistakes of its author, reported when the call ends.
final class ReadingFaults: Sendable {
  private let recorded = Mutex<[AttributeError]>([])

  func record(_ error: AttributeError) {
    recorded.withLock { if !$0.contains(error) { $0.append(error) } }
  }

  var all: [AttributeError] { recorded.withLock { $0 } }

  /// Throws what was recorded.
  func check() throws {
    let errors = all
    if !errors.isEmpty { throw AttributeErrors(errors) }
  }
}

/// A wrapped property of a model.
protocol ModelField {
  var explicitName: String? { get }
  func member(named name: String) -> ModelMember
  /// Takes a value of the host. Only for models that nobody else has yet: copies share it.
  func load(_ value: Value, at path: Path, _ reading: ModelReading)
  /// The value for the host.
  var stored: Value { get }
}

enum ModelMember {
  case attribute(AttributeDefinition)
  case block(BlockDefinition)
}

extension Model {
  /// The wrapped properties with their names, in the order of their declaration.
  private var fields: [(name: String, field: any ModelField)] {
    Mirror(reflecting: self).children.compactMap { label, value in
      guard let field = value as? any ModelField, let label else { return nil }
      return (field.explicitName ?? attributeName(ofProperty: label), field)
    }
  }

  var members: (attributes: [AttributeDefinition], blocks: [BlockDefinition]) {
    var attributes: [AttributeDefinition] = []
    var blocks: [BlockDefinition] = []
    for (name, field) in fields {
      switch field.member(named: name) {
      case .attribute(let attribute): attributes.append(attribute)
      case .block(let block): blocks.append(block)
      }
    }
    return (attributes, blocks)
  }

  func definition(description: String = "", deprecation: String? = nil) -> ObjectDefinition {
    let members = members
    return ObjectDefinition(
      attributes: members.attributes, blocks: members.blocks, description: description, deprecation: deprecation)
  }

  /// Fills a model that was just made.
  func load(_ object: Value, at path: Path = .root, _ reading: ModelReading) {
    for (name, field) in fields {
      // Inside of an unknown object everything is.
      let value = object.isKnown ? object.attribute(name) ?? object.element(at: name) : .dynamicUnknown
      field.load(value ?? .dynamicNull, at: path.attribute(name), reading)
    }
  }

  /// An object of all wrapped properties. What the provider has not said yet is unknown.
  var stored: Value { .object(fields.map { ($0.name, $0.field.stored) }) }

  static func loaded(_ object: DynamicValue, _ reading: ModelReading) -> Self {
    let model = Self()
    model.load(object.value, reading)
    return model
  }
}

/// `_httpPort` → `http_port`, `useTLS` → `use_tls`.
func attributeName(ofProperty label: String) -> String {
  let letters = Array(label.drop { $0 == "_" || $0 == "`" })
  var name = ""
  for (index, letter) in letters.enumerated() {
    if letter.isUppercase, index > 0 {
      let endsWord = !letters[index - 1].isUppercase && letters[index - 1] != "_"
      let beginsWord = index + 1 < letters.count && letters[index + 1].isLowercase && letters[index - 1] != "_"
      if endsWord || beginsWord { name += "_" }
    }
    name += letter.lowercased()
  }
  return name
}
