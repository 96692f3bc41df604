import Addresses
import State
import Values

/// The columns that hold what an object is, in the order of `Query.contentColumns`; in `objects` and in `history` alike.
struct ObjectRow {
  static let columnCount: Int32 = 11

  var provider: String
  var schemaVersion: Int64
  var attributes: [UInt8]
  var sensitivePaths: [UInt8]
  var `private`: [UInt8]
  var status: String
  var dependencies: [UInt8]
  var createBeforeDestroy: Bool
  var skipDestroy: Bool
  var identity: ResourceIdentity?

  init(_ object: StateObject) {
    provider = object.provider.description
    schemaVersion = object.schemaVersion
    attributes = object.attributes
    sensitivePaths = SensitivePaths.encode(object.sensitivePaths)
    self.private = object.private
    status = object.isTainted ? "tainted" : "ready"
    dependencies = Self.encode(object.dependencies)
    createBeforeDestroy = object.createBeforeDestroy
    skipDestroy = object.skipDestroy
    identity = object.identity
  }

  /// Reads the columns from `first` on.
  init(_ statement: Statement, from first: Int32) {
    provider = statement.text(first)
    schemaVersion = statement.integer(first + 1)
    attributes = statement.bytes(first + 2)
    sensitivePaths = statement.bytes(first + 3)
    self.private = statement.bytes(first + 4)
    status = statement.text(first + 5)
    dependencies = statement.bytes(first + 6)
    createBeforeDestroy = statement.bool(first + 7)
    skipDestroy = statement.bool(first + 8)
    identity = statement.optionalInteger(first + 10).map {
      ResourceIdentity(schemaVersion: $0, json: statement.bytes(first + 9))
    }
  }

  /// Binds parameters 1 to 11.
  func bind(to statement: Statement) {
    statement.bind(1, provider)
    statement.bind(2, schemaVersion)
    statement.bindText(3, attributes)
    statement.bindText(4, sensitivePaths)
    statement.bindBlob(5, self.private)
    statement.bind(6, status)
    statement.bindText(7, dependencies)
    statement.bind(8, createBeforeDestroy)
    statement.bind(9, skipDestroy)
    if let identity {
      statement.bindText(10, identity.json)
      statement.bind(11, identity.schemaVersion)
    } else {
      statement.bindNull(10)
      statement.bindNull(11)
    }
  }

  static func bindNone(to statement: Statement) {
    for index in 1...columnCount { statement.bindNull(index) }
  }

  /// Whether the statement's row holds the same from the column `first` on. The order of sensitive paths does not count.
  func isEqual(to statement: Statement, from first: Int32) -> Bool {
    guard statement.holds(attributes, first + 2), statement.integer(first + 1) == schemaVersion,
      statement.text(first) == provider, statement.holds(self.private, first + 4), statement.text(first + 5) == status,
      statement.holds(dependencies, first + 6), statement.bool(first + 7) == createBeforeDestroy,
      statement.bool(first + 8) == skipDestroy, statement.optionalInteger(first + 10) == identity?.schemaVersion,
      identity == nil || statement.holds(identity?.json ?? [], first + 9)
    else { return false }
    if statement.holds(sensitivePaths, first + 3) { return true }
    guard let stored = SensitivePaths.decode(statement.bytes(first + 3)),
      let new = SensitivePaths.decode(sensitivePaths)
    else { return false }
    return Set(stored) == Set(new)
  }

  private static func encode(_ dependencies: [ConfigurationResource]) -> [UInt8] {
    if dependencies.isEmpty { return [UInt8(ascii: "["), UInt8(ascii: "]")] }
    var writer = JSONWriter(escapesHTML: false)
    writer.beginArray()
    for dependency in dependencies { writer.text(dependency.description) }
    writer.endArray()
    return writer.bytes
  }
}

/// Turns rows into objects. Keeps what many rows share, so that each module, provider and list is parsed once.
struct ObjectDecoder {
  private let path: String
  private var modules: [String: ModuleInstance] = ["": .root]
  private var providers: [String: ProviderConfigurationAddress] = [:]
  private var dependencies: [[UInt8]: [ConfigurationResource]] = [:]

  /// - Parameter path: the file, for messages.
  init(path: String) { self.path = path }

  mutating func object(
    _ row: ObjectRow, key: ObjectKey, version: Int64, lastVerified: String?
  ) throws(StoreError) -> StateObject {
    guard let paths = SensitivePaths.decode(row.sensitivePaths) else {
      throw .corruptStore(path, "the sensitive paths of \(key) are no paths")
    }
    var object = StateObject(
      key: key, provider: try provider(row.provider), schemaVersion: row.schemaVersion, attributes: row.attributes,
      sensitivePaths: paths, private: row.private, isTainted: row.status == "tainted",
      dependencies: try resources(row.dependencies, of: key), createBeforeDestroy: row.createBeforeDestroy,
      version: version, lastVerified: lastVerified)
    object.skipDestroy = row.skipDestroy
    object.identity = row.identity
    return object
  }

  mutating func module(_ text: String) throws(StoreError) -> ModuleInstance {
    if let module = modules[text] { return module }
    guard let module = ModuleInstance(parsing: text) else {
      throw .corruptStore(path, "\"\(text)\" is no address of a module")
    }
    modules[text] = module
    return module
  }

  mutating func provider(_ text: String) throws(StoreError) -> ProviderConfigurationAddress {
    if let provider = providers[text] { return provider }
    guard let provider = ProviderConfigurationAddress(parsing: text) else {
      throw .corruptStore(path, "\"\(text)\" is no address of a provider configuration")
    }
    providers[text] = provider
    return provider
  }

  private mutating func resources(_ json: [UInt8], of key: ObjectKey) throws(StoreError) -> [ConfigurationResource] {
    if json.count == 2 { return [] }
    if let known = dependencies[json] { return known }
    guard let array = (try? JSONNode(parsing: json))?.array else {
      throw .corruptStore(path, "the dependencies of \(key) are no JSON array")
    }
    var resources: [ConfigurationResource] = []
    for element in array {
      guard let resource = element.string.flatMap(ConfigurationResource.init(parsing:)) else {
        throw .corruptStore(path, "\(key) depends on something that is no resource")
      }
      resources.append(resource)
    }
    dependencies[json] = resources
    return resources
  }

  func key(_ address: String, _ deposed: String) throws(StoreError) -> ObjectKey {
    guard let parsed = ResourceInstance(parsing: address) else {
      throw .corruptStore(path, "\"\(address)\" is no address of a resource instance")
    }
    return ObjectKey(parsed, deposedKey: deposed.isEmpty ? nil : deposed)
  }
}
