import Values

/// A kind of objects that a provider manages. The struct is the model of one object.
///
/// In `create` the struct holds what was planned; the method makes the object and sets the computed attributes. An object of a type that
/// is not an `UpdatableResource` is replaced whenever its configuration changes.
public protocol Resource<Owner>: ProvidedType {
  associatedtype Owner: Provider
  /// Goes up when states of older versions have to be upgraded.
  static var version: Int { get }
  /// How states of older versions become those of the next: `[0: { state in state["path"] = state["filename"] }]`.
  static var upgrades: [Int: StateUpgrade] { get }
  /// What objects are known by, where that is not some of their attributes; nil for the attributes with the trait `identity`.
  static var identity: ObjectIdentity? { get }
  /// Which types' objects may become objects of this one, by `moved` blocks.
  static var moves: [StateMove<Self>] { get }

  /// Says more of a planned change than the attributes' traits do. The struct holds the planned object: computed attributes whose
  /// values are known already may be set, and nothing that the configuration says may be changed. Not called for deletions.
  mutating func plan(_ change: inout PlannedChange<Self>, _ context: Context<Owner>) async throws
  /// Warns of what a planned deletion means, or refuses it by throwing.
  func planDeletion(_ context: Context<Owner>) async throws
  /// Makes the object. What throws has made nothing, unless `context.save(self)` said otherwise.
  mutating func create(_ context: Context<Owner>) async throws
  /// Looks what became of the object, and sets the attributes to what is there now.
  mutating func read(_ context: Context<Owner>) async throws -> Existence
  func delete(_ context: Context<Owner>) async throws
  /// Sets the attributes by which `read`, which is called next, finds the object. By default an id is the value of the only attribute
  /// with the trait `identity`.
  mutating func importObject(id: String, _ context: Context<Owner>) async throws
}

/// A resource whose objects can be changed in place.
public protocol UpdatableResource<Owner>: Resource {
  /// Changes the object to what the struct holds. What throws has changed nothing, unless `context.save(self)` said otherwise.
  mutating func update(from prior: Self, _ context: Context<Owner>) async throws
}

/// What reading found.
public enum Existence: Hashable, Sendable {
  case exists
  /// The object is no more; it leaves the state, and the next plan makes it again.
  case gone
}

extension Resource {
  public static var version: Int { 0 }
  public static var upgrades: [Int: StateUpgrade] { [:] }
  public static var identity: ObjectIdentity? { nil }
  public static var moves: [StateMove<Self>] { [] }
  public mutating func plan(_ change: inout PlannedChange<Self>, _ context: Context<Owner>) async throws {}
  public func planDeletion(_ context: Context<Owner>) async throws {}
  public mutating func read(_ context: Context<Owner>) async throws -> Existence { .exists }

  public mutating func importObject(id: String, _ context: Context<Owner>) async throws {
    let members = Self.makeDefinition().attributes.filter(\.isIdentity)
    guard members.count == 1, let member = members.first else {
      throw AttributeError(
        members.isEmpty
          ? "Objects of this type cannot be imported."
          : "Objects of this type cannot be imported by an id; import them by their identity: \(quotedList(members.map(\.name))).",
        summary: "Import is not possible")
    }
    guard let value = member.type.value(parsing: id) else {
      throw AttributeError("The id \"\(id)\" is no \(member.type.valueType.friendlyName) for \(member.name).", summary: "Wrong id")
    }
    let object = DynamicValue(stored)
    var attributes = object.attributes ?? [:]
    attributes[member.name] = value
    self = Self.loaded(.object(attributes), ModelReading(.acting))
  }
}

extension AttributeType {
  /// The value of a primitive type that a text stands for.
  func value(parsing text: String) -> DynamicValue? {
    switch self {
    case .string, .choice, .dynamic: .string(text)
    case .bool: ["true": true, "false": false][text].map(DynamicValue.bool)
    case .number: ExactNumber(text).map(DynamicValue.number)
    case .integer: Int(text).map(DynamicValue.int)
    default: nil
    }
  }
}

/// Turns the state of one version into that of the next. Attributes that are no longer in the schema afterwards are dropped.
public typealias StateUpgrade = @Sendable (inout DynamicValue) throws -> Void

/// Objects of another type, perhaps of another provider, that may become objects of this one.
public struct StateMove<Target: Resource>: Sendable {
  let typeName: String
  let provider: String?
  let convert: @Sendable (DynamicValue, inout Target) throws -> Void

  /// - Parameters:
  ///   - typeName: the full name of the type that the objects have.
  ///   - provider: the end of its provider's address, `hashicorp/local`; nil for this provider or any.
  ///   - convert: sets the attributes of the target by the state of the source. `read` is called next.
  public init(
    from typeName: String, of provider: String? = nil,
    _ convert: @escaping @Sendable (_ source: DynamicValue, _ target: inout Target) throws -> Void
  ) {
    self.typeName = typeName
    self.provider = provider
    self.convert = convert
  }

  func isOf(_ typeName: String, _ address: String) -> Bool {
    typeName == self.typeName && (provider.map { address == $0 || address.hasSuffix("/\($0)") } ?? true)
  }
}

/// A change that is being planned, beside the object that is its outcome.
public struct PlannedChange<Model: Resource>: Sendable {
  /// The object as it is; nil when one is to be created.
  public let prior: Model?
  /// What is written, write-only arguments included.
  public let configuration: Model
  private(set) var replacements: [AttributePath] = []

  init(prior: Model?, configuration: Model) {
    self.prior = prior
    self.configuration = configuration
  }

  public var isCreation: Bool { prior == nil }

  /// Says that the change of this attribute can only be had by a new object. Without a change of it nothing is replaced.
  public mutating func requireReplacement(_ path: AttributePath) { replacements.append(path) }
}
