import Addresses
import Host
import Modules

/// A registry of modules, by the module registry protocol.
struct ModuleRegistry: Sendable {
  let client: ServiceClient

  enum Failure: Error {
    case notFound(RegistryModule)
    case noVersions(RegistryModule)
    case noMatchingVersion(RegistryModule, newest: SemanticVersion)
    case versionsFailed(RegistryModule, String)
    case locationFailed(RegistryModule, SemanticVersion, String)

    var summary: String {
      switch self {
      case .notFound: "Module not found"
      case .noVersions: "Module has no versions"
      case .noMatchingVersion: "Unresolvable module version constraint"
      case .versionsFailed, .locationFailed: "Error accessing remote module registry"
      }
    }

    func detail(call: String, place: String) -> String {
      switch self {
      case .notFound(let module):
        return "\(module.host) has no module \"\(call)\" (\(place))."
      case .noVersions(let module):
        return "\(module.host) has no version of module \"\(module.package)\" (\(place))."
      case .noMatchingVersion(let module, let newest):
        return "No version of module \"\(module.package)\" (\(place)) fits the constraint. The newest is \(newest)."
      case .versionsFailed(let module, let reason):
        return "The versions of module \"\(call)\" (\(place)) could not be listed by \(module.host): \(reason)."
      case .locationFailed(let module, let version, let reason):
        return "\(module.host) did not tell where to fetch \(module.package) \(version): no download URL for "
          + "\"\(module.package)\": \(reason)"
      }
    }
  }

  func versions(of module: RegistryModule) async throws(Failure) -> [SemanticVersion] {
    let url = try await base(module) + "versions"
    let response: HTTPResponse
    do throws(InstallError) {
      response = try await client.get(url, tokenOf: module.host)
    } catch {
      throw .versionsFailed(module, error.message)
    }
    if response.status == 404 { throw .notFound(module) }
    guard response.status == 200 else {
      throw .versionsFailed(module, "error looking up module versions: status \(response.status)")
    }
    guard let document = try? PlainData(json: response.body) else {
      throw .versionsFailed(module, "the answer of \(url) is not JSON")
    }
    return (document["modules"]?.elements?.first?["versions"]?.elements ?? []).compactMap {
      $0["version"]?.text.flatMap(SemanticVersion.init(parsing:))
    }
  }

  /// Where the package of a version is: the text of a module source.
  func location(of module: RegistryModule, _ version: SemanticVersion) async throws(Failure) -> String {
    let url = try await base(module) + "\(version)/download"
    let response: HTTPResponse
    do throws(InstallError) {
      response = try await client.get(url, tokenOf: module.host)
    } catch {
      throw .locationFailed(module, version, error.message)
    }
    guard response.status == 200 || response.status == 204 else {
      throw .locationFailed(module, version, "status \(response.status)")
    }
    let inBody = (try? PlainData(json: response.body))?["location"]?.text
    guard let location = response.header("X-Terraform-Get") ?? inBody, !location.isEmpty else {
      throw .locationFailed(module, version, "the answer of \(url) has no header X-Terraform-Get")
    }
    guard ["/", "./", "../"].contains(where: location.hasPrefix) else { return location }
    guard let resolved = resolve(location, against: response.finalURL.isEmpty ? url : response.finalURL) else {
      throw .locationFailed(module, version, "\"\(location)\" is no URL")
    }
    return resolved
  }

  /// Resolves all but the subdirectory, whose two slashes a URL would not keep.
  private func resolve(_ location: String, against base: String) -> String? {
    guard let marker = location.dropFirst().firstRange(of: "//") else { return WebAddress.resolve(location, against: base) }
    return WebAddress.resolve(String(location[..<marker.lowerBound]), against: base).map {
      $0 + location[marker.lowerBound...]
    }
  }

  private func base(_ module: RegistryModule) async throws(Failure) -> String {
    let base: String?
    do throws(InstallError) {
      base = try await client.service("modules.v1", of: module.host)
    } catch {
      throw .versionsFailed(module, error.message)
    }
    guard let base else { throw .versionsFailed(module, "host \(module.host) does not provide a modules service") }
    return "\(base)\(module.namespace)/\(module.name)/\(module.system)/"
  }
}
