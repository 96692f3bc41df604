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
        return "Module \"\(call)\" (from \(place)) cannot be found in the module registry at \(module.host)."
      case .noVersions(let module):
        return "Module \"\(module.package)\" (\(place)) has no versions available on \(module.host)."
      case .noMatchingVersion(let module, let newest):
        return "There is no available version of module \"\(module.package)\" (\(place)) which matches the given version "
          + "constraint. The newest available version is \(newest)."
      case .versionsFailed(let module, let reason):
        return "Failed to retrieve available versions for module \"\(call)\" (\(place)) from \(module.host): \(reason)."
      case .locationFailed(let module, let version, let reason):
        return "Failed to retrieve a download URL for \(module.package) \(version) from \(module.host): failed to get download "
          + "URL for \"\(module.package)\": \(reason)"
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
