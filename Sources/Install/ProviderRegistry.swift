import Addresses
import Host

/// The registry that a provider's own address names, by the provider registry protocol.
struct ProviderRegistry: Sendable {
  let client: ServiceClient
  /// Major versions of the plugin protocol that this program speaks.
  private static let protocols = 5...6

  func versions(of source: ProviderSource) async throws(InstallError) -> AvailableVersions {
    let url = try await base(source) + "\(source.namespace)/\(source.type)/versions"
    let (document, _) = try await get(url, source) { status in
      status == 404
        ? InstallError(
          .providerNotFound,
          "the registry \(source.host) has no provider \(source.displayName)") : nil
    }
    let versions = (document["versions"]?.elements ?? []).compactMap {
      $0["version"]?.text.flatMap(SemanticVersion.init(parsing:))
    }
    let warnings = (document["warnings"]?.elements ?? []).compactMap(\.text)
    return AvailableVersions(versions: versions, warnings: warnings)
  }

  func package(
    _ source: ProviderSource, _ version: SemanticVersion, _ platform: Platform
  ) async throws(InstallError) -> PackageOffer {
    let url =
      try await base(source)
      + "\(source.namespace)/\(source.type)/\(version)/download/\(platform.system)/\(platform.architecture)"
    let (document, finalURL) = try await get(url, source) { status in
      status == 404 ? .platformNotSupported(source, version, platform) : nil
    }
    try checkProtocols(document, source, version)
    let offered = "\(document["os"]?.text ?? "")_\(document["arch"]?.text ?? "")"
    guard offered == platform.description else {
      throw InstallError(
        .failed, "the registry was asked for \(platform) and answered with \(offered)")
    }
    func address(_ key: String) throws(InstallError) -> String {
      guard let address = document[key]?.text.flatMap({ WebAddress.resolve($0, against: finalURL) }),
        ["http", "https"].contains(WebAddress.scheme(of: address))
      else { throw InstallError(.failed, "registry response includes an invalid \(key)") }
      return address
    }
    guard let checksum = document["shasum"]?.text.flatMap(Hexadecimal.decode), checksum.count == 32,
      let filename = document["filename"]?.text
    else { throw InstallError(.failed, "registry response includes an invalid SHA256 hash or no file name") }
    let keys = (document["signing_keys"]?["gpg_public_keys"]?.elements ?? []).compactMap { $0["ascii_armor"]?.text }
    let proof = RegistryProof(
      filename: filename, checksum: checksum, list: try await file(try address("shasums_url")),
      signature: try await file(try address("shasums_signature_url")), keys: keys)
    return PackageOffer(content: .download(url: try address("download_url")), proof: .registry(proof))
  }

  private func checkProtocols(
    _ document: PlainData, _ source: ProviderSource, _ version: SemanticVersion
  ) throws(InstallError) {
    let offered = (document["protocols"]?.elements ?? []).compactMap(\.text)
    let isSpoken = offered.contains { text in
      text.split(separator: ".").first.flatMap { Int($0) }.map(Self.protocols.contains) ?? false
    }
    if !offered.isEmpty, !isSpoken {
      throw InstallError(
        .protocolNotSupported,
        "provider \(source.displayName) v\(version) speaks plugin protocol \(offered.joined(separator: ", ")), but "
          + "this program speaks only 5 and 6; select another version of the provider")
    }
  }

  private func file(_ url: String) async throws(InstallError) -> [UInt8] {
    let response = try await client.get(url, tokenOf: nil)
    guard response.status == 200 else {
      throw InstallError(.failed, "failed to retrieve \(url): status \(response.status)")
    }
    return response.body
  }

  private func base(_ source: ProviderSource) async throws(InstallError) -> String {
    guard let base = try await client.service("providers.v1", of: source.host) else {
      throw InstallError(.queryFailed, "\(source.host) is no provider registry")
    }
    return base
  }

  private func get(
    _ url: String, _ source: ProviderSource, _ meaning: (Int) -> InstallError?
  ) async throws(InstallError) -> (PlainData, String) {
    let prefix = "the registry could not be asked for \(source.displayName): "
    let response: HTTPResponse
    do throws(InstallError) {
      response = try await client.get(url, tokenOf: source.host)
    } catch {
      throw InstallError(error.code, prefix + error.message)
    }
    if let failure = meaning(response.status) { throw failure }
    switch response.status {
    case 200: break
    case 401, 403: throw InstallError(.queryFailed, "host \(source.host) requires authentication credentials")
    default: throw InstallError(.queryFailed, prefix + "the server answered with status \(response.status)")
    }
    do throws(PlainDataError) {
      return (try PlainData(json: response.body), response.finalURL)
    } catch {
      throw InstallError(.queryFailed, prefix + error.message)
    }
  }
}

/// What a registry says of one package: its checksum, the signed list in which it must stand, and who may sign.
struct RegistryProof: Hashable, Sendable {
  var filename: String
  /// The SHA-256 of the archive.
  var checksum: [UInt8]
  /// The text of `SHA256SUMS`.
  var list: [UInt8]
  var signature: [UInt8]
  /// Armored public keys.
  var keys: [String]

  /// HashiCorp's package signing key, as published at hashicorp.com/trust/security.
  private static let hashiCorpFingerprint = "C874011F0AB405110D02105534365D9472D7468F"

  /// Checks the list against the checksum, the archive against the list and the list against its signature.
  func check(_ archive: PackageHash) throws(InstallError) -> (PackageTrust, [PackageHash]) {
    let wanted = Hexadecimal.encode(checksum)
    let lines = listed
    guard let line = lines.first(where: { $0.name == filename }) else {
      throw InstallError(.packageRejected, "the list of checksums has no SHA-256 hash of \"\(filename)\"")
    }
    guard line.hash == wanted else {
      throw InstallError(
        .packageRejected, "the list of checksums says \(line.hash), but \(wanted) is expected")
    }
    guard archive.value == wanted else {
      throw InstallError(.packageRejected, "the archive has the checksum \(archive), but zh:\(wanted) is expected")
    }
    let signer: OpenPGP.Signer
    do throws(OpenPGP.Failure) {
      signer = try OpenPGP.verify(list, signature: signature, keys: keys)
    } catch {
      switch error {
      case .unknownIssuer: throw InstallError(.packageRejected, "authentication signature from unknown issuer")
      case .unreadableKey:
        throw InstallError(.packageRejected, "error decoding signing key: it is no OpenPGP public key")
      case .unreadableSignature:
        throw InstallError(.packageRejected, "error checking signature: it is no OpenPGP signature")
      case .invalid: throw InstallError(.packageRejected, "error checking signature: it is not of this checksum list")
      }
    }
    let isHashiCorp = signer.fingerprint == Self.hashiCorpFingerprint
    let hashes = lines.map { PackageHash(scheme: "zh", value: $0.hash) }
    return (isHashiCorp ? .signedByHashiCorp(keyID: signer.keyID) : .selfSigned(keyID: signer.keyID), hashes)
  }

  /// `HASH  NAME` a line; lines of any other form are skipped.
  private var listed: [(hash: String, name: String)] {
    String(decoding: list, as: UTF8.self).split(whereSeparator: \.isNewline).compactMap { line in
      let fields = line.split(separator: " ", omittingEmptySubsequences: true)
      guard fields.count == 2, Hexadecimal.decode(String(fields[0]))?.count == 32 else { return nil }
      // A star before the name means that the file was read as binary, which it always is.
      return (fields[0].lowercased(), String(fields[1].hasPrefix("*") ? fields[1].dropFirst() : fields[1]))
    }
  }
}
