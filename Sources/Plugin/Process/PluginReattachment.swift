package import Diagnostics
import Values

/// A provider that somebody else started and that is to be used instead of an installed one: an entry of `TF_REATTACH_PROVIDERS`.
package struct PluginReattachment: Sendable, Hashable {
  /// The key as the user wrote it: a full or a short source address.
  package var provider: String
  package var protocolVersion: Int
  package var processIdentifier: Int
  let address: PluginAddress

  /// Reads the variable's JSON object. An empty text means no entries. What does not parse is one error diagnostic.
  package static func parse(_ text: String) throws(DiagnosticsError) -> [PluginReattachment] {
    guard text.contains(where: { !$0.isWhitespace }) else { return [] }
    let document: JSONNode
    do throws(JSONError) {
      document = try JSONNode(parsing: Array(text.utf8))
    } catch {
      throw invalid("it is not valid JSON: \(error.message)")
    }
    guard let members = document.members else { throw invalid("it must be a JSON object with one entry a provider") }
    var entries: [PluginReattachment] = []
    for member in members { entries.append(try entry(member.key, member.value)) }
    return entries.sorted { $0.provider < $1.provider }
  }

  private static func entry(_ provider: String, _ node: JSONNode) throws(DiagnosticsError) -> PluginReattachment {
    if let transport = node["Protocol"]?.string, transport != "grpc" {
      throw invalid("the entry for \(provider) names the transport \"\(transport)\"; only \"grpc\" is supported")
    }
    // Zero stands for plugins from before the field existed.
    let version = node["ProtocolVersion"]?.integer ?? 0
    guard version == 0 || PluginProtocol.majorVersions.contains(version) else {
      throw invalid("the entry for \(provider) has protocol version \(version); supported are 5 and 6")
    }
    guard let place = node["Addr"], let network = place["Network"]?.string, let address = place["String"]?.string,
      let parsed = PluginAddress(network: network, address: address)
    else {
      throw invalid("the entry for \(provider) needs an \"Addr\" with \"Network\" (unix or tcp) and \"String\"")
    }
    return PluginReattachment(
      provider: provider, protocolVersion: version == 0 ? 5 : version, processIdentifier: node["Pid"]?.integer ?? 0,
      address: parsed)
  }

  private static func invalid(_ why: String) -> DiagnosticsError {
    DiagnosticsError(.error("Invalid TF_REATTACH_PROVIDERS", "The environment variable cannot be used: \(why)."))
  }
}
