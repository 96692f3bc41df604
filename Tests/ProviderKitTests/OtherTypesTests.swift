import ProviderKit
import Synchronization
import Testing

/// Data sources, ephemeral resources, functions, deferral and the end.
@Suite struct OtherTypesTests {
  let files = Files.inMemory()
  var stage: ProviderTest<Sample> { ProviderTest(Sample.self, configuration: ["token": "t"], surroundings: Surroundings(files: files)) }

  @Test func dataSourcesAreRead() async throws {
    let found = try await stage.read("sample_lookup", ["name": "you"])
    #expect(found["greeting"] == "hello t: you!")
    #expect(found["suffix"] == "!")
    #expect(found["nothing"].isNull)
    await expectProblem("Not found (name): There is no such thing.") { try await stage.read("sample_lookup", ["name": "missing"]) }
  }

  @Test func ephemeralResourcesAreOpenedRenewedAndClosed() async throws {
    let key = try await stage.withEphemeral("sample_session", ["user": "u"], renewals: 1) { session async throws in
      #expect(try files.readText("/sessions/u") == "renewed yes")
      return session["key"]
    }
    #expect(key == "key of u")
    #expect(try files.status("/sessions/u") == nil)
  }

  @Test func functionsAreCalled() async throws {
    #expect(try await stage.call("add", 1, 2) == 3)
    #expect(try await stage.call("add", 1, .null) == 1)
    #expect(try await stage.call("join", "-") == "")
    #expect(try await stage.call("join", "-", "a", "b") == "a-b")
    #expect(try await stage.call("shout", [["key": "a", "value": "b"]])["A"] == "b")
    await expectProblem("Error in function call ([0]): it must not be empty") { try await stage.call("join", "", "a") }
    await expectProblem("Error in function call ([0]): a whole number of 64 bits is needed here") { try await stage.call("add", 1.5, 2) }
  }

  @Test func whatDependsOnTheUnknownIsPutOff() async throws {
    let stage = ProviderTest(Sample.self, configuration: ["token": .unknown], isDeferralAllowed: true)
    #expect(try await stage.plan("sample_thing", ["name": "a"]).action == .deferred("provider_config_unknown"))
    await #expect(throws: ProviderDeferral(reason: "provider_config_unknown")) { try await stage.read("sample_lookup", ["name": "a"]) }
    await #expect(throws: ProviderDeferral(reason: "provider_config_unknown")) {
      try await stage.withEphemeral("sample_session", ["user": "u"]) { _ in }
    }
    await #expect(throws: ProviderDeferral(reason: "provider_config_unknown")) { try await stage.importObject("sample_thing", id: "a") }
    let known = ProviderTest(Sample.self, isDeferralAllowed: true)
    #expect(try await known.plan("sample_thing", ["name": "later"]).action == .deferred("absent_prereq"))
  }

  @Test func whereNothingCanBePutOffItIsAnError() async throws {
    let rule = "\n\nA host that can leave this for a later round would; this one cannot, so that it must be known now."
    await expectProblem("The provider sample could not be configured: The token is not known yet.\(rule)") {
      try await ProviderTest(Sample.self, configuration: ["token": .unknown]).plan("sample_thing", ["name": "a"])
    }
    await expectProblem("Planning sample_thing failed: What it stands on does not exist yet.\(rule)") {
      try await ProviderTest(Sample.self).plan("sample_thing", ["name": "later"])
    }
  }

  @Test func callsInFlightEndWhenAsked() async throws {
    // A clock on which nothing ever happens: only a cancellation ends a sleep.
    let stage = ProviderTest(Sample.self, surroundings: Surroundings(files: files, clock: ContinuousClock()))
    let applying = Task { try await stage.apply("sample_half", ["ready": 1_000]) }
    let stopper = Task {
      while !Task.isCancelled {
        await stage.stop()
        try? await Task.sleep(for: .milliseconds(5))
      }
    }
    await expectProblem("Creating sample_half failed: It was stopped before it was done.") { try await applying.value }
    stopper.cancel()
  }
}
