import Diagnostics
import Testing

@testable import Plugin

/// `TF_REATTACH_PROVIDERS`: what is taken, and what is refused with which word.
struct ReattachmentTests {
  @Test func entriesAreReadInOrderOfTheirNames() throws {
    let entries = try PluginReattachment.parse(
      """
      {"registry.terraform.io/example/foo":{"Protocol":"grpc","ProtocolVersion":6,"Pid":123,"Test":true,
        "Addr":{"Network":"unix","String":"/tmp/plugin1"}},
       "example/bar":{"Protocol":"grpc","Pid":7,"Test":true,"Addr":{"Network":"tcp","String":"127.0.0.1:4000"}}}
      """)
    #expect(entries.map(\.provider) == ["example/bar", "registry.terraform.io/example/foo"])
    #expect(entries.map(\.protocolVersion) == [5, 6])
    #expect(entries.map(\.address) == [.tcp(host: "127.0.0.1", port: 4000), .unix(path: "/tmp/plugin1")])
    #expect(try PluginReattachment.parse(" ") == [])
  }

  @Test(arguments: [
    ("{", "not valid JSON"), ("[]", "must be a JSON object"),
    (#"{"a/b":{"Protocol":"netrpc"}}"#, "netrpc"), (#"{"a/b":{"ProtocolVersion":4}}"#, "protocol version 4"),
    (#"{"a/b":{}}"#, "needs an \"Addr\""),
    (#"{"a/b":{"Addr":{"Network":"tcp","String":"nowhere"}}}"#, "needs an \"Addr\""),
  ])
  func whatIsWrongIsNamed(text: String, says: String) {
    let error = #expect(throws: DiagnosticsError.self) { try PluginReattachment.parse(text) }
    #expect(error?.diagnostics.first?.detail.contains(says) == true)
  }

  @Test(arguments: [
    ("unix", "/run/p", PluginAddress.unix(path: "/run/p") as PluginAddress?), ("unix", "", nil),
    ("tcp", "[::1]:80", .tcp(host: "::1", port: 80)), ("tcp", "localhost:99999", nil), ("udp", "x:1", nil),
  ])
  func addresses(network: String, address: String, parsed: PluginAddress?) {
    #expect(PluginAddress(network: network, address: address) == parsed)
  }
}
