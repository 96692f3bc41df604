import Addresses
import Engine
import Plans
import Values

/// One change of plan JSON: elements of `resource_changes`, `resource_drift` and `deferred_changes`.
extension JSONWriter {
  /// - Parameter wildcard: the address to show where instance keys are not known.
  mutating func change(
    _ change: ResourceChange, _ schemas: SchemaTable, _ texts: inout AddressTexts, wildcard: String? = nil
  ) {
    let address = change.address
    beginObject()
    member("address", wildcard ?? texts.text(of: address))
    if change.isMove { member("previous_address", change.previousAddress.description) }
    if !address.module.isRoot { member("module_address", texts.text(of: address.module)) }
    member("mode", address.resource.mode.rawValue)
    member("type", address.resource.type)
    member("name", address.resource.name)
    index(address.key)
    if wildcard?.hasSuffix("[*]") == true { member("index_unknown", true) }
    member("provider_name", texts.text(of: change.provider.source))
    if let key = change.deposedKey { member("deposed", key) }
    key("change")
    values(change)
    if let reason = change.reason { member("action_reason", reason.rawValue) }
    endObject()
  }

  private mutating func values(_ change: ResourceChange) {
    beginObject()
    actions(change.action)
    key("before")
    knownParts(of: change.before)
    if change.after.isKnown {
      key("after")
      knownParts(of: change.after)
    }
    key("after_unknown")
    if change.after.isWhollyKnown {
      beginObject()
      endObject()
    } else {
      unknownParts(of: change.after)
    }
    key("before_sensitive")
    sensitiveParts(of: change.before)
    key("after_sensitive")
    sensitiveParts(of: change.after)
    if !change.replacePaths.isEmpty {
      key("replace_paths")
      beginArray()
      for path in change.replacePaths { steps(of: path) }
      endArray()
    }
    importing(change)
    if let text = change.generatedConfiguration, !text.isEmpty { member("generated_config", text) }
    endObject()
  }

  /// By what an object that is adopted was found.
  mutating func importing(_ change: ResourceChange) {
    guard let id = change.importID else { return }
    key("importing")
    beginObject()
    if let identity = change.importIdentity {
      key("identity")
      raw(identity.json)
    } else {
      member("id", id)
    }
    endObject()
  }

  mutating func actions(_ action: Action) {
    key("actions")
    beginArray()
    for name in action.jsonNames { text(name) }
    endArray()
  }

  /// The member `index`, unless there is no key.
  mutating func index(_ key: InstanceKey?) {
    guard let key else { return }
    self.key("index")
    instanceKey(key)
  }

  mutating func instanceKey(_ key: InstanceKey) {
    switch key {
    case .integer(let number): integer(number)
    case .string(let string): text(string)
    }
  }

  /// A path as an array of names, keys and numbers.
  mutating func steps(of path: Path) {
    beginArray()
    for step in path.steps {
      switch step {
      case .attribute(let name): text(name)
      case .index(let key): knownParts(of: key)
      }
    }
    endArray()
  }
}
