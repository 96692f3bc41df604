import ProviderKit
import Testing

@Suite struct GreetingTests {
  @Test func greetingsAreWrittenAndMended() async throws {
    let files = Files.inMemory()
    let stage = ProviderTest(Greet.self, surroundings: Surroundings(files: files))
    let greeting = try await stage.apply("greet_greeting", ["path": "/hello", "name": "you"])
    #expect(greeting["text"] == "Hello, you!")
    try files.remove("/hello")
    #expect(try await stage.plan("greet_greeting", ["path": "/hello", "name": "you"]).action == .create)
  }
}
