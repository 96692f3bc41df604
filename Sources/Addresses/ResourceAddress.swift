/// What kind of object a resource block declares.
package enum ResourceMode: String, Hashable, Sendable, Comparable {
  case managed
  case data
  case ephemeral

  /// What stands before the type in an address.
  package var prefix: String {
    switch self {
    case .managed: return ""
    case .data: return "data."
    case .ephemeral: return "ephemeral."
    }
  }

  package static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }

  /// Not the text that it stands for: addresses are hashed too often for that.
  package func hash(into hasher: inout Hasher) {
    switch self {
    case .managed: hasher.combine(0 as UInt8)
    case .data: hasher.combine(1 as UInt8)
    case .ephemeral: hasher.combine(2 as UInt8)
    }
  }
}

/// A resource within its module: `aws_vpc.main`, `data.aws_ami.x`.
///
/// One word in size, with its hash kept: plans look resources up all the time, and carry them in everything.
package struct Resource: Hashable, Sendable, Comparable, CustomStringConvertible {
  private struct Parts: Hashable {
    let mode: ResourceMode
    let type: String
    let name: String
  }

  private let parts: KeptHash<Parts>

  package init(_ mode: ResourceMode = .managed, _ type: String, _ name: String) {
    parts = KeptHash(Parts(mode: mode, type: type, name: name))
  }

  package var mode: ResourceMode { parts.content.mode }
  package var type: String { parts.content.type }
  package var name: String { parts.content.name }

  package var description: String { "\(mode.prefix)\(type).\(name)" }

  /// The provider's local name when the block names none: the type up to its first underscore.
  package var impliedProvider: String { String(decoding: type.utf8.prefix { $0 != UInt8(ascii: "_") }, as: UTF8.self) }

  package static func < (left: Self, right: Self) -> Bool {
    if left.mode != right.mode { return left.mode < right.mode }
    if left.type != right.type { return left.type < right.type }
    return left.name < right.name
  }
}

/// A resource in the configuration, without any instance key. State records dependencies in this form.
package struct ConfigurationResource: Hashable, Sendable, Comparable, CustomStringConvertible {
  package var module: ModulePath
  package var resource: Resource

  package init(module: ModulePath = .root, _ resource: Resource) {
    self.module = module
    self.resource = resource
  }

  /// Parses what `description` prints.
  package init?(parsing text: String) {
    guard let address = ResourceInstance(parsing: text), address.key == nil,
      address.module.steps.allSatisfy({ $0.key == nil })
    else { return nil }
    self = address.configuration
  }

  package var description: String { module.isRoot ? "\(resource)" : "\(module).\(resource)" }
  package static func < (left: Self, right: Self) -> Bool {
    if left.module != right.module { return left.module < right.module }
    return left.resource < right.resource
  }
}

/// One instance of a resource: `module.a["x"].aws_instance.web[0]`.
package struct ResourceInstance: Hashable, Sendable, Comparable, CustomStringConvertible {
  package var module: ModuleInstance
  package var resource: Resource
  package var key: InstanceKey?

  package init(module: ModuleInstance = .root, _ resource: Resource, key: InstanceKey? = nil) {
    self.module = module
    self.resource = resource
    self.key = key
  }

  /// Parses what `description` prints; nil if the text is no address of a resource or its instance.
  package init?(parsing text: String) {
    var parser = AddressParser(text)
    guard let steps = parser.moduleSteps(), let (resource, key) = parser.resourceInstance(), parser.isAtEnd else {
      return nil
    }
    self.init(module: ModuleInstance(steps), resource, key: key)
  }

  package var configuration: ConfigurationResource { ConfigurationResource(module: module.path, resource) }
  package var description: String {
    let local = "\(resource)\(key.suffix)"
    return module.isRoot ? local : "\(module).\(local)"
  }
  package static func < (left: Self, right: Self) -> Bool {
    if left.module != right.module { return left.module < right.module }
    if left.resource != right.resource { return left.resource < right.resource }
    return InstanceKey?.isOrdered(left.key, right.key)
  }
}

/// The argument of `-target`, `-exclude`, `-replace` and their like: a module, a module instance, a resource or one instance.
package enum TargetAddress: Hashable, Sendable, CustomStringConvertible {
  /// Without a key on its last step it stands for all instances of that module.
  case module(ModuleInstance)
  /// Without a key it stands for all instances of that resource.
  case resource(ResourceInstance)

  /// Parses an address as a user types it; nil if it is none.
  package init?(parsing text: String) {
    if let address = ResourceInstance(parsing: text) {
      self = .resource(address)
    } else if let module = ModuleInstance(parsing: text), !module.isRoot {
      self = .module(module)
    } else {
      return nil
    }
  }

  package var description: String {
    switch self {
    case .module(let module): return module.description
    case .resource(let resource): return resource.description
    }
  }

  /// Whether the instance is what the address names. A step without a key in the target matches every key.
  package func contains(_ instance: ResourceInstance) -> Bool {
    switch self {
    case .module(let module): return Self.steps(module, contain: instance.module, whole: false)
    case .resource(let target):
      return target.resource == instance.resource && Self.steps(target.module, contain: instance.module, whole: true)
        && (target.key == nil || target.key == instance.key)
    }
  }

  /// Whether some instance of the resource can be what the address names.
  package func mayContain(_ resource: ConfigurationResource) -> Bool {
    switch self {
    case .module(let module): return resource.module.names.starts(with: module.path.names)
    case .resource(let target): return target.configuration == resource
    }
  }

  /// Whether it names all instances of whatever it names.
  package var isWithoutKeys: Bool {
    switch self {
    case .module(let module): return module.steps.allSatisfy { $0.key == nil }
    case .resource(let target): return target.key == nil && target.module.steps.allSatisfy { $0.key == nil }
    }
  }

  private static func steps(_ target: ModuleInstance, contain module: ModuleInstance, whole: Bool) -> Bool {
    if whole ? target.steps.count != module.steps.count : target.steps.count > module.steps.count { return false }
    return zip(target.steps, module.steps).allSatisfy { $0.name == $1.name && ($0.key == nil || $0.key == $1.key) }
  }
}
