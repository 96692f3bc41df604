/// A kind of objects whose schema is data, for providers with many types that are described elsewhere. Values are objects with the
/// attributes of the schema. `Resource`s are served by way of this protocol too.
public protocol DynamicResource<Owner>: Sendable {
  associatedtype Owner: Provider
  /// The whole name, the provider's in front.
  var name: String { get }
  /// Asked for when the type is first used, once.
  func makeDefinition() throws -> ResourceDefinition
  func validate(_ configuration: DynamicValue) throws
  /// Says more of a planned change than the definition does; see `Resource.plan`.
  func plan(_ change: inout DynamicChange, _ context: Context<Owner>) async throws
  /// Warns of what a planned deletion means, or refuses it by throwing.
  func planDeletion(_ current: DynamicValue, _ context: Context<Owner>) async throws
  /// Makes the object that is planned, and gives it as it is.
  func create(_ change: DynamicChange, _ context: Context<Owner>) async throws -> DynamicValue
  /// The object as it is now; nil if it is no more.
  func read(_ current: DynamicValue, _ context: Context<Owner>) async throws -> DynamicValue?
  func update(_ change: DynamicChange, _ context: Context<Owner>) async throws -> DynamicValue
  func delete(_ current: DynamicValue, _ context: Context<Owner>) async throws
  /// An object with as many attributes as `read` needs to find it.
  func importObject(id: String, _ context: Context<Owner>) async throws -> DynamicValue
  /// Turns a state of that version into one of the next.
  func upgrade(_ state: inout DynamicValue, from version: Int) throws
  /// The object that another type's becomes; nil if objects of that type cannot become objects of this one.
  func move(_ source: MovedObject) throws -> DynamicValue?
}

extension DynamicResource {
  public func validate(_ configuration: DynamicValue) throws {}
  public func plan(_ change: inout DynamicChange, _ context: Context<Owner>) async throws {}
  public func planDeletion(_ current: DynamicValue, _ context: Context<Owner>) async throws {}
  public func read(_ current: DynamicValue, _ context: Context<Owner>) async throws -> DynamicValue? { current }
  public func update(_ change: DynamicChange, _ context: Context<Owner>) async throws -> DynamicValue {
    throw AttributeError("Objects of this type cannot be changed in place.", summary: "Update is not possible")
  }
  public func importObject(id: String, _ context: Context<Owner>) async throws -> DynamicValue {
    throw AttributeError("Objects of this type cannot be imported.", summary: "Import is not possible")
  }
  public func upgrade(_ state: inout DynamicValue, from version: Int) throws {}
  public func move(_ source: MovedObject) throws -> DynamicValue? { nil }
}

/// Something that is only read, with a schema that is data.
public protocol DynamicDataSource<Owner>: Sendable {
  associatedtype Owner: Provider
  /// The whole name, the provider's in front.
  var name: String { get }
  /// Asked for when the type is first used, once.
  func makeDefinition() throws -> ObjectDefinition
  func validate(_ configuration: DynamicValue) throws
  /// The configuration, completed.
  func read(_ configuration: DynamicValue, _ context: Context<Owner>) async throws -> DynamicValue
}

extension DynamicDataSource {
  public func validate(_ configuration: DynamicValue) throws {}
}

/// A change, planned or about to be made.
public struct DynamicChange: Sendable {
  /// The object as it is; nil when one is to be created.
  public let prior: DynamicValue?
  /// The object as it is to be. While planning, computed attributes may be set in it. When the change is made, write-only arguments
  /// have their values here.
  public var planned: DynamicValue
  /// What is written, write-only arguments included.
  public let configuration: DynamicValue
  private(set) var replacements: [AttributePath] = []

  init(prior: DynamicValue?, planned: DynamicValue, configuration: DynamicValue) {
    self.prior = prior
    self.planned = planned
    self.configuration = configuration
  }

  public var isCreation: Bool { prior == nil }

  /// Says that the change of this attribute can only be had by a new object. Without a change of it nothing is replaced.
  public mutating func requireReplacement(_ path: AttributePath) { replacements.append(path) }
}

/// An object of another type, of which this type may make its own.
public struct MovedObject: Sendable {
  public let typeName: String
  /// The full address of the provider whose type that is.
  public let provider: String
  public let version: Int
  public let state: DynamicValue
}
