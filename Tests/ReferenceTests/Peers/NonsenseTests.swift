import Foundation
import Testing

/// A provider that answers one of its calls with nonsense, call by call: whatever comes, it is said what was wrong, what was there is
/// remembered, what may be there is named, and the program ends by itself.
@Suite(.enabled(if: PeerProviders.peer.interpreter != nil, PeerTests.skipReason))
struct NonsenseTests {
  /// The calls of one run that needs all of them.
  private static let calls = [
    "GetProviderSchema", "ValidateProviderConfig", "ConfigureProvider", "ValidateResourceConfig", "ValidateDataResourceConfig",
    "ValidateEphemeralResourceConfig", "UpgradeResourceState", "MoveResourceState", "ImportResourceState", "ReadResource",
    "ReadDataSource", "OpenEphemeralResource", "RenewEphemeralResource", "CloseEphemeralResource", "CallFunction",
    "PlanResourceChange", "ApplyResourceChange", "GetResourceIdentitySchemas", "UpgradeResourceIdentity",
  ]
  /// What no call can be answered with: at least the first few are tried with each.
  private static let unusable = ["damaged", "exit", "cut", "noise", "groups", "error", "killed", "scrambled", "closed"]
  /// What may be an answer to some calls.
  private static let odd = ["values", "deep", "empty", "shortened", "numbers", "texts", "bytes", "truncated", "vast"]
  /// The calls that are tried with everything.
  private static let main = ["GetProviderSchema", "ReadResource", "PlanResourceChange", "ApplyResourceChange"]

  private static func settings(_ text: String) -> Data {
    Data(
      """
      terraform {
        required_providers {
          peer = {
            source = "example/peer"
          }
        }
      }
      \(text)
      """.utf8)
  }

  private static let before = settings(
    """
    resource "peer_thing" "old" {
      name = "old"
    }
    resource "peer_thing" "gone" {
      name = "gone"
    }
    resource "peer_chest" "before" {
      name = "before"
    }
    """)

  private static let after = settings(
    """
    ephemeral "peer_lease" "l" {
      name = "l"
      ttl  = 0
    }
    resource "peer_thing" "old" {
      name = "old"
      size = 2
    }
    resource "peer_thing" "new" {
      name   = "new"
      secret = ephemeral.peer_lease.l.value
      note   = provider::peer::shout(data.peer_fact.f.name)
    }
    data "peer_fact" "f" {
      name = "f"
    }
    import {
      to = peer_thing.found
      id = "found"
    }
    resource "peer_thing" "found" {
      name = "found"
    }
    moved {
      from = peer_chest.before
      to   = peer_thing.after
    }
    resource "peer_thing" "after" {
      name = "before"
    }
    """)

  @Test(arguments: calls)
  func nothingIsLost(call: String) async throws {
    let start = try Directory(["main.tf": Self.before])
    let home = try Directory([:])
    defer {
      start.remove()
      home.remove()
    }
    let settings = try PeerProviders.install([PeerProviders.peer], in: home.url, asMirror: false)
    var environment = ["TF_CLI_CONFIG_FILE": settings.path, "CHECKPOINT_DISABLE": "1", "PEER_IDENTITY": "1"]
    let made = try await start.plumb(["apply", "-auto-approve", "-no-color"], environment: environment)
    try #require(made.exitCode == 0, "\(made.errors)")
    var files = try start.contents()
    files["main.tf"] = Self.after
    files["peer.log"] = nil
    // What was written under an older schema of identities must be upgraded.
    environment["PEER_IDENTITY"] = "2"
    let isMain = Self.main.contains(call)
    for kind in Self.unusable.prefix(isMain ? 9 : 3) + Self.odd.prefix(isMain ? 9 : 2) {
      let directory = try Directory(files)
      defer { directory.remove() }
      environment["PEER_NONSENSE"] = "\(call)/\(kind)"
      let outcome = try await directory.plumb(["apply", "-auto-approve", "-no-color"], environment: environment, limitSeconds: 60)
      let said: Comment = "\(kind): \(outcome.output.suffix(1000))\(outcome.errors)"
      // Whoever fails to renew may still be useful; what then fails tells more.
      let isWarning = call == "RenewEphemeralResource" && outcome.exitCode == 0 && outcome.output.contains("Warning: ")
      #expect(Self.unusable.contains(kind) && !isWarning ? outcome.exitCode == 1 : [0, 1].contains(outcome.exitCode), said)
      #expect((outcome.exitCode == 0) == !outcome.errors.contains("Error: "), said)
      environment["PEER_NONSENSE"] = nil
      try await expectNothingLost(in: directory, environment, outcome, said)
    }
  }

  /// Everything that the provider made and did not destroy is in the state, or named by the next plan, unless the provider itself
  /// said that it is gone.
  private func expectNothingLost(
    in directory: Directory, _ environment: [String: String], _ outcome: Outcome, _ said: Comment
  ) async throws {
    let plan = try await directory.plumb(["plan", "-no-color", "-detailed-exitcode"], environment: environment, limitSeconds: 60)
    #expect([0, 1, 2].contains(plan.exitCode), said)
    let state = try await directory.plumb(["state", "pull"])
    let log = try String(contentsOf: directory.url.appending(path: "peer.log"), encoding: .utf8)
    let words = outcome.errors.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    let lines = log.split(separator: "\n").map { $0.split(separator: " ") }
    let named = { (verb: String) in Set(lines.filter { $0.count > 1 && $0[0] == verb }.map { String($0[1]) }) }
    for name in named("apply").union(["old", "gone", "before"]).subtracting(named("destroy")) {
      let isKnown = state.output.contains("\"name\": \"\(name)\"")
      let isNamed = plan.errors.contains("Object may already exist") && plan.errors.contains("peer_thing.\(name)")
      let isDenied = words.contains("said that peer_thing.\(name) is gone, right after it was applied")
      #expect(isKnown || isNamed || isDenied, "\(name) is lost. \(said)")
    }
    if plan.exitCode == 1 { #expect(plan.errors.contains("Object may already exist"), "\(plan.errors)") }
  }
}
