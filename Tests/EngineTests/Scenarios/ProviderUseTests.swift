import Addresses
import Diagnostics
import Plans
import ProviderInterface
import State
import Testing
import Values

@testable import Engine

/// Which provider processes a run starts, and with what it configures them.
@Suite struct ProviderUseTests {
  @Test func aConfigurationIsGivenOnceToOneProcess() async throws {
    let stage = Stage()
    let act = try await stage.act(
      """
      provider "sim" { region = "here" }
      provider "sim" {
        alias  = "there"
        region = "there"
      }
      resource "sim_simple" "a" {
        count = 5
        name  = "a${count.index}"
      }
      resource "sim_simple" "b" {
        provider = sim.there
        name     = "b"
        note     = sim_simple.a[0].id
      }
      """)
    #expect(act.errors == [])
    let regions = act.process.factory.started.map { $0.configurations.map { $0.attribute("region")?.asString ?? "" } }
    #expect(regions.sorted { $0.first ?? "" < $1.first ?? "" } == [["here"], ["there"]])
  }

  @Test func instancesOfAConfigurationHaveAProcessEach() async throws {
    let stage = Stage()
    func main(_ regions: String) -> String {
      """
      provider "sim" {
        alias    = "by_region"
        for_each = toset(["x", "y", "z"])
        region   = each.key
      }
      resource "sim_simple" "a" {
        for_each = toset([\(regions)])
        provider = sim.by_region[each.key]
        name     = each.key
      }
      """
    }
    let act = try await stage.act(main("\"x\", \"y\""))
    #expect(act.errors == [])
    // Nobody needs the third.
    #expect(
      act.process.factory.started.flatMap { $0.configurations.map { $0.attribute("region")?.asString ?? "" } }.sorted() == ["x", "y"])
    #expect(
      try await stage.snapshot().objects.map(\.provider.description) == [
        "provider[\"registry.terraform.io/hashicorp/sim\"].by_region[\"x\"]",
        "provider[\"registry.terraform.io/hashicorp/sim\"].by_region[\"y\"]",
      ])
    // What goes is destroyed by the instance that it was made with.
    let second = try await stage.act(main("\"y\""))
    #expect(second.errors == [])
    #expect(second.actions == ["delete sim_simple.a[\"x\"]"])
    #expect(
      second.process.factory.started.flatMap { $0.configurations.map { $0.attribute("region")?.asString ?? "" } }.sorted() == ["x", "y"])
  }

  @Test func aModuleIsGivenAnInstance() async throws {
    let stage = Stage()
    let files = [
      "main.tf": """
        provider "sim" {
          alias    = "by_region"
          for_each = { one = "x", two = "y" }
          region   = each.value
        }
        module "m" {
          source    = "./m"
          for_each  = toset(["one", "two"])
          providers = { sim = sim.by_region[each.key] }
        }
        """,
      "m/main.tf": "resource \"sim_simple\" \"a\" { name = \"a\" }",
    ]
    let (graph, problems) = await Stage.graph(files)
    #expect(problems.errors == [])
    let process = stage.process()
    let planned = try await process.plan(graph)
    #expect(planned.diagnostics.errors == [])
    let outcome = await process.apply(try #require(planned.plan), graph)
    #expect(outcome.diagnostics.errors == [])
    await process.end()
    #expect(try await stage.snapshot().objects.map(\.provider.key) == [.string("one"), .string("two")])
    #expect(
      process.factory.started.flatMap { $0.configurations.map { $0.attribute("region")?.asString ?? "" } }.sorted() == ["x", "y"])
  }

  @Test func aProviderThatNothingUsesIsLeftAlone() async throws {
    let stage = Stage()
    let act = try await stage.act(
      """
      provider "sim" {
        alias  = "unused"
        region = "there"
      }
      resource "sim_simple" "a" { name = "a" }
      """)
    #expect(act.errors == [])
    #expect(
      act.process.factory.started.flatMap { $0.configurations.map { $0.attribute("region") } } == [.null(.string)])
  }

  /// A process can be configured once in its life: what was planned with an unknown region is applied by another.
  @Test func aConfigurationThatBecomesKnownTakesANewProcess() async throws {
    let stage = Stage()
    let main = """
      resource "sim_simple" "a" { name = "a" }
      provider "sim" {
        alias  = "late"
        region = sim_simple.a.id
      }
      resource "sim_simple" "b" {
        provider = sim.late
        name     = "b"
      }
      """
    let act = try await stage.act(main)
    #expect(act.errors == [])
    #expect(act.actions == ["create sim_simple.a", "create sim_simple.b"])
    let regions = act.process.factory.started.flatMap(\.configurations).compactMap { $0.attribute("region") }
    #expect(regions.filter { !$0.isKnown }.count == 1)
    #expect(regions.contains(.string("sim_simple/a#1")))
    #expect(act.process.factory.started.allSatisfy { $0.configurations.count <= 1 })
    let creator = act.process.factory.started.first { $0.inner.calls(.create).contains { $0.name == "b" } }
    #expect(creator?.configurations.first?.attribute("region") == .string("sim_simple/a#1"))
    let again = try await stage.act(main)
    #expect(again.planned.plan?.isEmpty == true)
  }

  @Test func aFailedConfigurationStopsItsResourcesOnly() async throws {
    let stage = Stage()
    var direction = Direction()
    direction.configure = { request in
      request.configuration.attribute("region")?.asString == "bad" ? [.error("No such region")] : nil
    }
    let act = try await stage.act(
      """
      provider "sim" {
        alias  = "bad"
        region = "bad"
      }
      resource "sim_simple" "a" { name = "a" }
      resource "sim_simple" "b" {
        provider = sim.bad
        name     = "b"
      }
      """, direction: direction)
    #expect(act.errorSummaries == ["No such region"])
    #expect(act.actions == ["create sim_simple.a"])
    #expect(stage.existing == [])
  }
}
