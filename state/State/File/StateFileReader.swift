import Addresses
import Values

/// Reads format version 4 in one pass; attributes are not looked into.
struct StateFileReader: ~Copyable {
  private let bytes: [UInt8]
  private var scanner: JSONScanner
  /// Many objects share a module, a provider or a list of dependencies.
  private var modules: [String: ModuleInstance] = [:]
  private var providers: [String: ProviderConfigurationAddress] = [:]

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    scanner = JSONScanner(bytes)
  }

  mutating func file() throws(StoreError) -> StateFile {
    do {
      try Self.checkVersion(bytes)
      return try document()
    } catch let error as JSONError {
      throw Self.unreadable("it is no valid JSON: \(error.message) at byte \(error.offset)")
    } catch let error as StoreError {
      throw error
    } catch {
      throw Self.unreadable("\(error)")
    }
  }

  // MARK: Versions

  /// Looks for the version first: what else a file must have depends on it.
  private static func checkVersion(_ bytes: [UInt8]) throws {
    var scanner = JSONScanner(bytes)
    guard try scanner.peek() == .object else { throw unreadable("it is no JSON object") }
    try scanner.beginObject()
    var version: Int?
    while let key = try scanner.nextKey() {
      if key == "version", try scanner.peek() == .number {
        version = Int(try scanner.readNumberText())
      } else {
        _ = try scanner.skipValue()
      }
    }
    try scanner.expectEnd()
    guard let version, version > 0 else {
      throw unreadable("it has no \"version\", which tells the format")
    }
    if version > StateFile.formatVersion {
      throw StoreError(
        .newerVersion,
        "The state file has format version \(version); this program knows versions up to \(StateFile.formatVersion). Use a newer version of the program, or the one that wrote the file."
      )
    }
    if version < StateFile.formatVersion {
      throw unreadable(
        "it has format version \(version), which was written before Terraform 0.12. Upgrade it with `terraform apply -refresh-only` of Terraform 1.x first"
      )
    }
  }

  private static func unreadable(_ reason: String) -> StoreError {
    StoreError(.invalidStateFile, "The state file cannot be used: \(reason).")
  }

  // MARK: Document

  private mutating func document() throws -> StateFile {
    var terraformVersion = ""
    var lineage = ""
    var serial: UInt64 = 0
    var outputs: [String: OutputState] = [:]
    var objects: [StateObject] = []
    var checkResults: [UInt8]?
    try scanner.beginObject()
    while let key = try scanner.nextKey() {
      if try scanner.readNull() { continue }
      switch key {
      case "terraform_version": terraformVersion = try scanner.readString()
      case "lineage": lineage = try scanner.readString()
      case "serial":
        let text = try scanner.readNumberText()
        guard let number = UInt64(text) else { throw Self.unreadable("its serial \(text) is no whole number") }
        serial = number
      case "outputs": outputs = try readOutputs()
      case "resources":
        try scanner.beginArray()
        while try scanner.nextElement() { try readResource(into: &objects) }
      case "check_results": checkResults = compact(try scanner.skipValue())
      default: _ = try scanner.skipValue()
      }
    }
    let snapshot = StateSnapshot(
      lineage: lineage, serial: serial, objects: objects, outputs: outputs, checkResults: checkResults)
    return StateFile(terraformVersion: terraformVersion, snapshot: snapshot)
  }

  private func compact(_ range: Range<Int>) -> [UInt8] { JSONLayout.compact(bytes[range]) }

  private mutating func readOutputs() throws -> [String: OutputState] {
    var outputs: [String: OutputState] = [:]
    try scanner.beginObject()
    while let name = try scanner.nextKey() {
      var output = OutputState(value: Array("null".utf8), type: Array("\"dynamic\"".utf8))
      try scanner.beginObject()
      while let key = try scanner.nextKey() {
        switch key {
        case "value": output.value = compact(try scanner.skipValue())
        case "type": output.type = compact(try scanner.skipValue())
        case "sensitive": output.sensitive = try scanner.readNull() ? false : try scanner.readBool()
        default: _ = try scanner.skipValue()
        }
      }
      outputs[name] = output
    }
    return outputs
  }

  // MARK: Resources

  private mutating func readResource(into objects: inout [StateObject]) throws {
    var texts: [String: String] = [:]
    var instances: Range<Int>?
    try scanner.beginObject()
    while let key = try scanner.nextKey() {
      switch key {
      case "module", "mode", "type", "name", "provider": texts[key] = try scanner.readString()
      case "instances": instances = try scanner.skipValue()
      default: _ = try scanner.skipValue()
      }
    }
    let type = texts["type"] ?? ""
    let name = texts["name"] ?? ""
    guard let mode = texts["mode"].flatMap(ResourceMode.init(rawValue:)), mode != .ephemeral, !type.isEmpty,
      !name.isEmpty
    else { throw Self.unreadable("a resource \"\(type).\(name)\" has no mode, type or name, or an unknown mode") }
    let owner = ResourceInstance(module: try module(texts["module"] ?? ""), Resource(mode, type, name))
    var provider: ProviderConfigurationAddress?
    if let text = texts["provider"] { provider = try self.provider(text, of: owner) }
    guard let instances else { return }
    // The instances may stand before the members that name them, so that they are read from their range.
    var inner = JSONScanner(bytes, from: instances.lowerBound)
    swap(&inner, &scanner)
    try scanner.beginArray()
    while try scanner.nextElement() { objects.append(try readObject(of: owner, provider: provider)) }
    swap(&inner, &scanner)
  }

  private mutating func module(_ text: String) throws -> ModuleInstance {
    if let module = modules[text] { return module }
    guard let module = ModuleInstance(parsing: text) else {
      throw Self.unreadable("\"\(text)\" is no address of a module")
    }
    modules[text] = module
    return module
  }

  private mutating func provider(_ text: String, of owner: ResourceInstance) throws -> ProviderConfigurationAddress {
    if let provider = providers[text] { return provider }
    guard let provider = ProviderConfigurationAddress(parsing: text) else {
      throw Self.unreadable("\(owner) has the provider \"\(text)\", which is no address of a provider configuration")
    }
    providers[text] = provider
    return provider
  }

  private mutating func readObject(
    of owner: ResourceInstance, provider shared: ProviderConfigurationAddress?
  ) throws -> StateObject {
    var own = shared
    var identityVersion: Int64 = 0
    var object = StateObject(key: ObjectKey(owner), provider: shared ?? .init(source: .builtin), attributes: [])
    try scanner.beginObject()
    while let key = try scanner.nextKey() {
      if try scanner.readNull() { continue }
      switch key {
      case "index_key": object.key.address.key = try instanceKey(of: owner)
      case "deposed": object.key.deposedKey = try scanner.readString()
      case "provider": own = try provider(try scanner.readString(), of: owner)
      case "status": object.isTainted = try scanner.readString() == "tainted"
      case "schema_version": object.schemaVersion = Int64(try scanner.readNumberText()) ?? 0
      case "attributes": object.attributes = compact(try scanner.skipValue())
      case "sensitive_attributes":
        guard let paths = SensitivePaths.decode(compact(try scanner.skipValue())) else {
          throw Self.unreadable("\(object.key) has sensitive attributes that are no paths")
        }
        object.sensitivePaths = paths
      case "private":
        guard let bytes = Base64.decode(try scanner.readString()) else {
          throw Self.unreadable("the private data of \(object.key) is not base64")
        }
        object.private = bytes
      case "dependencies": object.dependencies = try readDependencies(of: object.key)
      case "create_before_destroy": object.createBeforeDestroy = try scanner.readBool()
      case "identity_schema_version": identityVersion = Int64(try scanner.readNumberText()) ?? 0
      case "identity": object.identity = ResourceIdentity(json: compact(try scanner.skipValue()))
      case "skip_destroy": object.skipDestroy = try scanner.readBool()
      default: _ = try scanner.skipValue()
      }
    }
    if object.deposedKey?.isEmpty == true { object.key.deposedKey = nil }
    guard let own else { throw Self.unreadable("\(owner) has no provider") }
    object.provider = own
    object.identity?.schemaVersion = identityVersion
    guard object.attributes.first == UInt8(ascii: "{") else {
      throw Self.unreadable(
        "\(object.key) has no \"attributes\" object. States that Terraform 0.11 wrote must be upgraded with `terraform apply -refresh-only` of Terraform 1.x first"
      )
    }
    return object
  }

  private mutating func instanceKey(of owner: ResourceInstance) throws -> InstanceKey {
    if try scanner.peek() == .string { return .string(try scanner.readString()) }
    let text = try scanner.readNumberText()
    guard let index = Int(text) else { throw Self.unreadable("\(owner) has the key \(text), which is no whole number") }
    return .integer(index)
  }

  private mutating func readDependencies(of key: ObjectKey) throws -> [ConfigurationResource] {
    var dependencies: [ConfigurationResource] = []
    try scanner.beginArray()
    while try scanner.nextElement() {
      let text = try scanner.readString()
      guard let resource = ConfigurationResource(parsing: text) else {
        throw Self.unreadable("\(key) depends on \"\(text)\", which is no address of a resource")
      }
      dependencies.append(resource)
    }
    return dependencies.sorted()
  }
}
