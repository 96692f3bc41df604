// FilesProvider: text files of the machine on which a run takes place. Small, and the worked example of how a provider is written:
// each thing that a provider can offer is here once.

public import ProviderKit

/// The provider `files`. Its configuration says where relative paths start.
public struct LocalFiles: Provider {
  public static let name = "files"
  public static let description = "Text files of the machine on which a run takes place."

  @Attribute("The directory in which relative paths start. By default the working directory.")
  var directory: String?

  public init() {}

  public static var resources: [any Resource<LocalFiles>.Type] { [TextFile.self] }
  public static var dataSources: [any DataSource<LocalFiles>.Type] { [TextFileContent.self] }
  public static var ephemeralResources: [any EphemeralResource<LocalFiles>.Type] { [TemporaryFile.self] }
  public static var functions: [any Function.Type] { [JoinPath.self] }

  public mutating func configure(_ context: ConfigurationContext) async throws {
    guard $directory.isUnknown else { return }
    throw Deferral(.providerConfigurationUnknown, "The directory of the provider is not known yet.")
  }

  func absolute(_ path: String) -> String {
    guard let directory, !path.hasPrefix("/") else { return path }
    return directory.hasSuffix("/") ? directory + path : "\(directory)/\(path)"
  }
}

/// Permissions as configurations write them: octal digits, with or without a zero in front.
enum Permissions {
  static func text(_ bits: UInt32) -> String {
    let digits = String(bits & 0o7777, radix: 8)
    return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
  }

  static func bits(_ text: String) -> UInt32 { UInt32(text, radix: 8) ?? 0o644 }
}
