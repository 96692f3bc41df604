import Charts
import ProviderKit

/// Finds, fetches and checks charts. What was fetched is kept for as long as the program runs, so that planning, applying and many releases
/// of one chart fetch it once; only what lies in directories is read each time.
final class ChartLibrary: Sendable {
  private let surroundings: Surroundings
  private let downloader: Downloader
  private let registry: OCIRegistry
  private let repositories: KnownRepositories
  private let charts = OnceCache<ChartRequest, FetchedChart>()
  private let indexes = OnceCache<ArchiveKey, RepositoryIndex>()
  private let archives = OnceCache<ArchiveKey, [UInt8]>()

  /// A URL, and as whom it is asked for.
  private struct ArchiveKey: Hashable, Sendable {
    var url: String
    var access: RepositoryAccess
  }

  init(_ surroundings: Surroundings, credentials: RegistryCredentials, repositoriesFile: String) {
    self.surroundings = surroundings
    downloader = Downloader(surroundings: surroundings)
    registry = OCIRegistry(downloader, credentials)
    repositories = KnownRepositories(files: surroundings.files, path: repositoriesFile)
  }

  func chart(_ request: ChartRequest) async throws -> FetchedChart {
    let place = try place(request)
    if case .path = place { return try await fetch(request, place) }
    return try await charts.value(request) { [self] in try await fetch(request, place) }
  }

  // MARK: Places

  private enum Place {
    case path(String)
    /// A chart in a repository with an index.
    case repository(url: String, chart: String, RepositoryAccess)
    case archive(url: String, RepositoryAccess)
    case registry(OCIReference)
  }

  /// Where the chart is, by what the arguments look like and by what is on this machine.
  private func place(_ request: ChartRequest) throws -> Place {
    let chart = request.chart
    guard let repository = request.repository, !repository.isEmpty else { return try place(chart, request.access) }
    if OCIReference.isReference(repository) {
      return .registry(try OCIReference(repository.trimmingSlashes + "/" + chart))
    }
    if let url = URLText(repository) {
      switch url.scheme {
      case "http", "https": return .repository(url: repository, chart: chart, request.access)
      case "file": return .path(url.authority + url.path + "/" + chart)
      default:
        throw ChartProblem.repository("\"\(url.scheme)\" is no kind of repository that is known: give an http, https or oci URL, or a directory.")
      }
    }
    let path = repository.trimmingSlashes + "/" + chart
    if try surroundings.files.status(path) != nil { return .path(path) }
    if repository.hasPrefix("/") || repository.hasPrefix(".") { throw ChartProblem.chart("There is no chart at \(path).") }
    return try known(repository, chart)
  }

  /// Where a chart is of which no repository is given.
  private func place(_ chart: String, _ access: RepositoryAccess) throws -> Place {
    if OCIReference.isReference(chart) { return .registry(try OCIReference(chart)) }
    if let url = URLText(chart) {
      switch url.scheme {
      case "http", "https": return .archive(url: chart, access)
      case "file": return .path(url.authority + url.path)
      default: throw ChartProblem.chart("Charts cannot be fetched by \"\(url.scheme)\": give an http, https or oci URL, or a path.")
      }
    }
    if try surroundings.files.status(chart) != nil { return .path(chart) }
    let halves = chart.split(separator: "/", maxSplits: 1)
    if chart.hasPrefix("/") || chart.hasPrefix(".") || halves.count < 2 {
      throw ChartProblem.chart(
        "There is no file or directory \(chart)" + (halves.count < 2 ? ", and no repository is given." : "."))
    }
    return try known(String(halves[0]), String(halves[1]))
  }

  private func known(_ name: String, _ chart: String) throws -> Place {
    let repository = try repositories.repository(name)
    if OCIReference.isReference(repository.url) { return .registry(try OCIReference(repository.url.trimmingSlashes + "/" + chart)) }
    return .repository(url: repository.url, chart: chart, repository.access)
  }

  // MARK: Fetching

  private func fetch(_ request: ChartRequest, _ place: Place) async throws -> FetchedChart {
    do {
      switch place {
      case .path(let path): return try await read(path, request)
      case .archive(let url, let access):
        let name = URLText(url)?.lastName ?? ""
        let archive = try await archive(url, access)
        let provenance = request.isVerified ? try await self.archive(url + ".prov", access) : nil
        return try await unpack(archive, provenance, fileName: name, origin: url, request)
      case .repository(let url, let chart, let access):
        return try await fromRepository(url, chart, access, request)
      case .registry(let reference):
        let content = try await registry.content(
          reference, wanted: request.wantedVersion, access: request.access, withProvenance: request.isVerified)
        return try await unpack(
          content.archive, content.provenance, fileName: "\(reference.chart)-\(content.version).tgz", origin: reference.text, request)
      }
    } catch let error as ChartError {
      throw ChartProblem.broken("\(error)")
    }
  }

  private func fromRepository(_ url: String, _ chart: String, _ access: RepositoryAccess, _ request: ChartRequest) async throws -> FetchedChart {
    let entry = try await index(url, access).entry(chart, wanted: request.wantedVersion)
    guard let reference = entry.urls.first else { throw ChartProblem.chart("The repository \(url) does not say where \(chart) \(entry.version) lies.") }
    if OCIReference.isReference(reference) {
      var inner = request
      inner.version = nil
      inner.repository = nil
      inner.chart = reference
      return try await fetch(inner, .registry(try OCIReference(reference)))
    }
    guard let base = URLText(url) else { throw ChartProblem.repository("\(url) is no URL.") }
    let target = base.resolving(reference)
    let isSame = URLText(target)?.isSameServer(as: base) ?? false
    var allowed = access
    if !isSame, !access.passesCredentials { (allowed.username, allowed.password) = (nil, nil) }
    let archive = try await archive(target, allowed)
    let digest = Checksum.sha256(archive)
    if !entry.digest.isEmpty, entry.digest.lowercased() != digest {
      throw ChartProblem.broken("\(target) was changed: its digest is \(digest), and the repository's index says \(entry.digest).")
    }
    let provenance = request.isVerified ? try await self.archive(target + ".prov", allowed) : nil
    return try await unpack(archive, provenance, fileName: URLText(target)?.lastName ?? "", origin: target, request)
  }

  private func index(_ url: String, _ access: RepositoryAccess) async throws -> RepositoryIndex {
    try await indexes.value(ArchiveKey(url: url, access: access)) { [downloader] in
      guard let base = URLText(url) else { throw ChartProblem.repository("\(url) is no URL.") }
      let response: WebResponse
      do {
        response = try await downloader.get(base.resolving("index.yaml"), headers: access.credentials.map { [$0.header] } ?? [], access: access)
      } catch let error as WebError {
        throw ChartProblem.repository("\(error).")
      }
      guard response.isSuccess else { throw ChartProblem.repository("\(base.resolving("index.yaml")): \(response.problem)") }
      return try RepositoryIndex(response.body, url: url)
    }
  }

  private func archive(_ url: String, _ access: RepositoryAccess) async throws -> [UInt8] {
    try await archives.value(ArchiveKey(url: url, access: access)) { [downloader] in
      do {
        let response = try await downloader.get(url, headers: access.credentials.map { [$0.header] } ?? [], access: access)
        if response.isSuccess { return response.body }
        throw url.hasSuffix(".prov")
          ? ChartProblem.unverified("\(url): \(response.problem)") : ChartProblem.chart("\(url): \(response.problem)")
      } catch let error as WebError {
        throw ChartProblem.chart("\(error).")
      }
    }
  }

  /// A directory or an archive on this machine.
  private func read(_ path: String, _ request: ChartRequest) async throws -> FetchedChart {
    guard let status = try surroundings.files.status(path) else { throw ChartProblem.chart("There is no file or directory \(path).") }
    if status.isDirectory {
      if request.isVerified { throw ChartProblem.unverified("\(path) is a directory, and only archives can be signed.") }
      let files = try await completed(try ChartDirectory(files: surroundings.files).read(path), directory: path, request, depth: 0)
      return FetchedChart(chart: try Chart(directory: files), digest: Self.digest(files), origin: path)
    }
    let archive = try surroundings.files.read(path) ?? []
    let provenance = request.isVerified ? try surroundings.files.read(path + ".prov") : nil
    return try await unpack(archive, provenance, fileName: path.split(separator: "/").last.map(String.init) ?? path, origin: path, request)
  }

  private func unpack(
    _ archive: [UInt8], _ provenance: [UInt8]?, fileName: String, origin: String, _ request: ChartRequest
  ) async throws -> FetchedChart {
    if request.isVerified {
      guard let provenance else { throw ChartProblem.unverified("\(origin) has no provenance file, so that nobody says who made it.") }
      try Provenance.verify(
        archive, fileName: fileName, signed: provenance, keyRing: request.keyring ?? Provenance.usualKeyRing(surroundings.environment),
        surroundings.files)
    }
    let files = try await completed(try Chart.unpacked(archive: archive), directory: nil, request, depth: 0)
    return FetchedChart(chart: try Chart(unpacked: files), digest: Self.digest(files), origin: origin)
  }

  private static func digest(_ files: [ChartFile]) -> String {
    let sums = files.map { "\($0.path) \(Checksum.sha256($0.bytes))" }.sorted()
    return Checksum.sha256(sums.joined(separator: "\n"))
  }

  // MARK: Dependencies

  /// The files of a chart with the charts that it needs and that are not in it: those in directories beside it, and, if that is wanted,
  /// those in repositories.
  private func completed(
    _ files: [ChartFile], directory: String?, _ request: ChartRequest, depth: Int
  ) async throws -> [ChartFile] {
    let chart = directory == nil ? try Chart(unpacked: files) : try Chart(directory: files)
    var result = files
    var seen: Set<String> = []
    for dependency in chart.missingDependencies where seen.insert("\(dependency.name) \(dependency.version)").inserted {
      if dependency.repository.hasPrefix("file://") {
        guard let directory, depth < 20 else { continue }
        let path = directory + "/" + dependency.repository.dropFirst("file://".count)
        result += try await local(String(path), dependency, request, depth: depth)
      } else if request.updatesDependencies, !dependency.repository.isEmpty {
        let archive = try await dependencyArchive(dependency, locked: chart.lockedVersion(of: dependency), request)
        result.append(ChartFile(path: "charts/\(dependency.name)-\(Checksum.sha256(archive).prefix(12)).tgz", bytes: archive))
      }
    }
    return result
  }

  private func local(_ path: String, _ dependency: ChartDependency, _ request: ChartRequest, depth: Int) async throws -> [ChartFile] {
    guard let status = try surroundings.files.status(path) else {
      throw ChartProblem.chart("The chart needs \(dependency.name) from \(dependency.repository), and there is nothing at \(path).")
    }
    guard status.isDirectory else { return [ChartFile(path: "charts/\(dependency.name).tgz", bytes: try surroundings.files.read(path) ?? [])] }
    let files = try await completed(try ChartDirectory(files: surroundings.files).read(path), directory: path, request, depth: depth + 1)
    return files.map { ChartFile(path: "charts/\(dependency.name)/\($0.path)", bytes: $0.bytes) }
  }

  private func dependencyArchive(_ dependency: ChartDependency, locked: String?, _ request: ChartRequest) async throws -> [UInt8] {
    let wanted = locked ?? (dependency.version.isEmpty ? nil : dependency.version)
    var repository = dependency.repository
    var access = RepositoryAccess()
    for prefix in ["@", "alias:"] where repository.hasPrefix(prefix) {
      let known = try repositories.repository(String(repository.dropFirst(prefix.count)))
      (repository, access) = (known.url, known.access)
    }
    // What is said of the release's repository also holds for others on the same server.
    if let own = request.repository.flatMap(URLText.init), let other = URLText(repository), own.isSameServer(as: other) { access = request.access }
    if OCIReference.isReference(repository) {
      let reference = try OCIReference(repository.trimmingSlashes + "/" + dependency.name)
      return try await registry.content(reference, wanted: wanted, access: access, withProvenance: false).archive
    }
    let entry = try await index(repository, access).entry(dependency.name, wanted: wanted)
    guard let target = entry.urls.first, let base = URLText(repository) else {
      throw ChartProblem.chart("The repository \(repository) does not say where \(dependency.name) \(entry.version) lies.")
    }
    if OCIReference.isReference(target) {
      return try await registry.content(try OCIReference(target), wanted: nil, access: access, withProvenance: false).archive
    }
    let url = base.resolving(target)
    if !(URLText(url)?.isSameServer(as: base) ?? false), !access.passesCredentials { (access.username, access.password) = (nil, nil) }
    let archive = try await archive(url, access)
    if !entry.digest.isEmpty, entry.digest.lowercased() != Checksum.sha256(archive) {
      throw ChartProblem.broken("\(url) was changed: its digest is not the one in the repository's index.")
    }
    return archive
  }
}

extension String {
  /// Without slashes at the end.
  fileprivate var trimmingSlashes: String {
    var text = self
    while text.hasSuffix("/") { text.removeLast() }
    return text
  }
}
