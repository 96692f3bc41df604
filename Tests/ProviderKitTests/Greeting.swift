public import ProviderKit

/// A greeting that stands in a file.
struct Greeting: UpdatableResource {
  @Attribute("Where it stands.", .requiresReplacement, .identity) var path: String
  @Attribute("Who is greeted.") var name = "world"
  @Attribute("What is said.", .computed) var text: String

  mutating func create(_ context: Context<Greet>) async throws {
    text = "Hello, \(name)!"
    try context.files.write(Array(text.utf8), to: path)
  }
  mutating func read(_ context: Context<Greet>) async throws -> Existence {
    guard let found = try context.files.readText(path) else { return .gone }
    text = found
    return .exists
  }
  mutating func update(from prior: Greeting, _ context: Context<Greet>) async throws { try await create(context) }
  func delete(_ context: Context<Greet>) async throws { try context.files.remove(path) }
}

public struct Greet: Provider {
  public static let name = "greet"
  public static var resources: [any Resource<Greet>.Type] { [Greeting.self] }
  public init() {}
}
