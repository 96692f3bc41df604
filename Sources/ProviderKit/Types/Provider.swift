/// A provider: the struct is the model of its configuration, and lists what it offers.
///
///     struct Files: Provider {
///       static let name = "files"
///       static var resources: [any Resource<Files>.Type] { [TextFile.self] }
///     }
public protocol Provider: Model {
  /// The prefix of its types' names, and its own in configurations.
  static var name: String { get }
  static var description: String { get }
  /// The address by which configurations require it, where it is a program of its own.
  static var address: String { get }
  static var resources: [any Resource<Self>.Type] { get }
  static var dataSources: [any DataSource<Self>.Type] { get }
  static var ephemeralResources: [any EphemeralResource<Self>.Type] { get }
  static var functions: [any Function.Type] { get }
  /// Resources and data sources whose schemas are data.
  static var dynamicResources: [any DynamicResource<Self>] { get }
  static var dynamicDataSources: [any DynamicDataSource<Self>] { get }
  /// Prepares what objects will need: reads credentials, makes clients, keeps them in properties of its own. Called once, before
  /// anything is read or changed. While a plan is made, part of the configuration may be unknown: ask `$host.known`, and throw a
  /// `Deferral` if nothing can be done without it.
  mutating func configure(_ context: ConfigurationContext) async throws
}

extension Provider {
  public static var description: String { "" }
  public static var address: String { "plumb.internal/bundled/\(name)" }
  public static var resources: [any Resource<Self>.Type] { [] }
  public static var dataSources: [any DataSource<Self>.Type] { [] }
  public static var ephemeralResources: [any EphemeralResource<Self>.Type] { [] }
  public static var functions: [any Function.Type] { [] }
  public static var dynamicResources: [any DynamicResource<Self>] { [] }
  public static var dynamicDataSources: [any DynamicDataSource<Self>] { [] }
  public mutating func configure(_ context: ConfigurationContext) async throws {}
}

/// What all kinds of types of a provider have in common.
public protocol ProvidedType: Model {
  /// What stands behind the provider's name in the type's: `text` in `files_text`. By default the Swift name in the schema's letters.
  static var name: String { get }
  static var description: String { get }
  /// What to use instead; nil if the type is not deprecated.
  static var deprecation: String? { get }
}

extension ProvidedType {
  public static var name: String { attributeName(ofProperty: "\(Self.self)") }
  public static var description: String { "" }
  public static var deprecation: String? { nil }

  static func makeDefinition() -> ObjectDefinition { Self().definition(description: description, deprecation: deprecation) }
}
