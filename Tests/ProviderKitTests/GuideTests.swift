import Foundation
import ProviderKit
import Testing

/// `providers/README.md` shows code that compiles and does what it says.
@Suite struct GuideTests {
  static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  @Test func theGuideShowsTheCodeThatIsCompiled() throws {
    let guide = try String(contentsOf: Self.root.appending(path: "providers/README.md"), encoding: .utf8)
    let code = try String(contentsOf: Self.root.appending(path: "Tests/ProviderKitTests/Greeting.swift"), encoding: .utf8)
    #expect(guide.contains("```swift\n// GreetProvider: says hello in files.\n\n\(code)```"))
    let test = try String(contentsOf: Self.root.appending(path: "Tests/ProviderKitTests/GreetingTests.swift"), encoding: .utf8)
    #expect(guide.contains("```swift\nimport GreetProvider\n\(test)```"))
  }
}
