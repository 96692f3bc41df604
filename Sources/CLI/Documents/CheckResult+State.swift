import Addresses
import Plans
import Values

extension CheckResult {
  /// The outcome of conditions as a state keeps it: the `check_results` array of a state file. What cannot be read is left out.
  static func reading(_ json: [UInt8]?) -> [CheckResult] {
    guard let json, let results = (try? JSONNode(parsing: json))?.array else { return [] }
    return results.compactMap { node in
      guard let kind = node["object_kind"]?.string.flatMap(kind(named:)), let address = node["config_addr"]?.string,
        let status = node["status"]?.string.flatMap(CheckStatus.init(rawValue:))
      else { return nil }
      let instances = (node["objects"]?.array ?? []).compactMap { instance($0, kind) }
      return CheckResult(kind: kind, address: address, status: status, instances: instances)
    }
  }

  private static func kind(named name: String) -> CheckableKind? {
    name == "output" ? .output : CheckableKind(rawValue: name)
  }

  private static func instance(_ node: JSONNode, _ kind: CheckableKind) -> Instance? {
    guard let address = node["object_addr"]?.string,
      let status = node["status"]?.string.flatMap(CheckStatus.init(rawValue:))
    else { return nil }
    let failures = (node["failure_messages"]?.array ?? []).compactMap(\.string)
    if kind == .resource {
      let resource = ResourceInstance(parsing: address)
      return Instance(
        address: address, module: resource?.module.description, key: resource?.key, status: status, failures: failures)
    }
    // Before the name stands what it is: `output`, `var` or `check`; before that, the module. Names hold no dots.
    let end = address.lastIndex(of: ".").flatMap { address[..<$0].lastIndex(of: ".") }
    return Instance(address: address, module: end.map { String(address[..<$0]) }, status: status, failures: failures)
  }
}
