import Addresses
import Host

/// Packages behind a base URL, by the provider network mirror protocol.
struct NetworkMirror: Sendable {
  /// Ends in a slash.
  let base: String
  let client: ServiceClient

  func versions(of source: ProviderSource) async throws(InstallError) -> [SemanticVersion] {
    let (document, _) = try await get("\(base)\(source)/index.json", source)
    return (document["versions"]?.entries ?? []).compactMap { SemanticVersion(parsing: $0.keys[0]) }
  }

  func package(
    _ source: ProviderSource, _ version: SemanticVersion, _ platform: Platform
  ) async throws(InstallError) -> PackageOffer {
    let (document, finalURL) = try await get("\(base)\(source)/\(version).json", source)
    guard let archive = document["archives"]?[platform.description] else {
      throw .platformNotSupported(source, version, platform)
    }
    guard let url = archive["url"]?.text.flatMap({ WebAddress.resolve($0, against: finalURL) }) else {
      throw InstallError(.queryFailed, "the mirror \(base) gave an invalid address for \(source.displayName)")
    }
    let hashes = (archive["hashes"]?.elements ?? []).compactMap { $0.text.flatMap(PackageHash.init(parsing:)) }
    let known = hashes.filter(\.isKnown)
    return PackageOffer(content: .download(url: url), proof: known.isEmpty ? .none : .hashes(known))
  }

  private func get(_ url: String, _ source: ProviderSource) async throws(InstallError) -> (PlainData, String) {
    let response: HTTPResponse
    do throws(InstallError) {
      response = try await client.get(url, tokenOf: WebAddress.hostAndPort(of: base))
    } catch {
      throw failure(source, error.message)
    }
    switch response.status {
    case 200: break
    case 404: throw InstallError(.providerNotFound, "provider mirror \(base) does not have \(source.displayName)")
    case 401, 403: throw failure(source, "the mirror requires authentication credentials")
    default: throw failure(source, "server returned unsuccessful status \(response.status)")
    }
    do throws(PlainDataError) {
      return (try PlainData(json: response.body), response.finalURL)
    } catch {
      throw failure(source, "the answer is not valid JSON: \(error.message)")
    }
  }

  private func failure(_ source: ProviderSource, _ reason: String) -> InstallError {
    InstallError(.queryFailed, "the mirror \(base) could not be asked for \(source.displayName): \(reason)")
  }
}
