import Addresses
import Plans
import Values

/// The outcome of conditions: `checks` of plan and state JSON.
extension JSONWriter {
  /// Sorted by address.
  mutating func checks(_ results: [CheckResult]) {
    beginArray()
    for result in results.sorted(by: { $0.address < $1.address }) {
      beginObject()
      key("address")
      checkable(result)
      member("status", result.status.rawValue)
      if !result.instances.isEmpty {
        key("instances")
        beginArray()
        for instance in result.instances.sorted(by: { $0.address < $1.address }) { checked(instance, result.kind) }
        endArray()
      }
      endObject()
    }
    endArray()
  }

  /// The parts of a configuration object's address, keys ascending.
  private mutating func checkable(_ result: CheckResult) {
    let resource = result.kind == .resource ? ConfigurationResource(parsing: result.address) : nil
    var parts = result.address.split(separator: ".")
    let name = parts.popLast().map(String.init) ?? ""
    // Before the name stands what it is: `output`, `var` or `check`.
    _ = parts.popLast()
    let module = resource.map(\.module.description) ?? parts.joined(separator: ".")
    beginObject()
    member("kind", result.kind.rawValue)
    if let resource { member("mode", resource.resource.mode.rawValue) }
    if !module.isEmpty { member("module", module) }
    member("name", resource?.resource.name ?? name)
    member("to_display", result.address)
    if let resource { member("type", resource.resource.type) }
    endObject()
  }

  private mutating func checked(_ instance: CheckResult.Instance, _ kind: CheckableKind) {
    beginObject()
    key("address")
    beginObject()
    if kind == .resource, let key = instance.key {
      self.key("instance_key")
      instanceKey(key)
    }
    if let module = instance.module, !module.isEmpty { member("module", module) }
    member("to_display", instance.address)
    endObject()
    member("status", instance.status.rawValue)
    if !instance.failures.isEmpty {
      key("problems")
      beginArray()
      for failure in instance.failures {
        beginObject()
        member("message", failure)
        endObject()
      }
      endArray()
    }
    endObject()
  }
}
