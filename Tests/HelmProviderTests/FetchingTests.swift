import Foundation
import ProviderKit
import Synchronization
import Testing

@testable import Charts
@testable import HelmProvider

/// Where charts come from: directories, archives, repositories and registries.
@Suite struct FetchingTests {
  private static let password = "Basic \(ProviderKit.Base64.encode(Array("me:secret".utf8)))"

  private func archive(_ version: String, _ name: String = "web") -> [UInt8] {
    TestChart.archive(name, ["Chart.yaml": TestChart.metadata(name, version), "templates/a.yaml": TestChart.configMap("a", "v")])
  }

  private func index(_ versions: [String], url: (String) -> String = { "charts/web-\($0).tgz" }) -> String {
    "apiVersion: v1\nentries:\n  web:\n"
      + versions.map { version in
        "  - name: web\n    version: \(version)\n    urls: [\(url(version))]\n    digest: \(Checksum.sha256(archive(version)))\n"
      }.joined()
  }

  private func library(
    _ files: Files = .inMemory(), environment: [String: String] = ["HOME": "/root"], programs: Programs = .none,
    configured: [String: BasicCredentials] = [:], _ web: @escaping @Sendable (WebRequest) -> WebResponse? = { _ in nil }
  ) -> ChartLibrary {
    let surroundings = Surroundings(files: files, web: .scripted(web), environment: environment, programs: programs)
    return ChartLibrary(
      surroundings, credentials: RegistryCredentials(surroundings: surroundings, configured: configured, helmFile: "/root/.config/helm/registry/config.json"),
      repositoriesFile: "/root/.config/helm/repositories.yaml")
  }

  // MARK: Repositories

  @Test func repositoriesAreAskedOnceForVersionsAndRanges() async throws {
    let asked = Mutex<[String]>([])
    let index = index(["1.2.0", "1.10.0", "2.0.0-rc.1", "0.9.0"])
    let library = library { [self] request in
      asked.withLock { $0.append(request.url) }
      if request.url == "https://charts.test/stable/index.yaml" { return WebResponse(text: index) }
      guard let name = request.url.split(separator: "/").last, request.url.hasPrefix("https://charts.test/stable/charts/") else {
        return WebResponse(status: 404)
      }
      return WebResponse(body: archive(String(name.dropFirst(4).dropLast(4))))
    }
    var request = ChartRequest(chart: "web", repository: "https://charts.test/stable")
    #expect(try await library.chart(request).chart.metadata.version == "1.10.0")
    request.version = "~1.2"
    #expect(try await library.chart(request).chart.metadata.version == "1.2.0")
    request.version = "1.10.0"
    #expect(try await library.chart(request).chart.metadata.version == "1.10.0")
    request.version = nil
    request.allowsPrereleases = true
    #expect(try await library.chart(request).chart.metadata.version == "2.0.0-rc.1")
    _ = try await library.chart(request)
    let urls = asked.withLock { $0 }
    #expect(urls.count == 4 && Set(urls).count == 4, "the index and each archive are fetched once: \(urls)")
    request.version = ">=3"
    #expect(await problems { _ = try await library.chart(request) }.contains("no version of \"web\" that is \">=3\". It has 2.0.0-rc.1, 1.10.0, 1.2.0, 0.9.0"))
    request.chart = "we"
    #expect(await problems { _ = try await library.chart(request) }.contains("has no chart \"we\". It has \"web\""))
  }

  @Test func passwordsStayWithTheirServer() async throws {
    let seen = Mutex<[String: String?]>([:])
    let index = index(["1.0.0"]) { "https://other.test/web-\($0).tgz" }
    func fresh() -> ChartLibrary {
      library { [self] request in
        seen.withLock { $0[request.url] = request.header("Authorization") }
        if request.url.hasSuffix("index.yaml") { return request.header("Authorization") == Self.password ? WebResponse(text: index) : WebResponse(status: 401) }
        return WebResponse(body: archive("1.0.0"))
      }
    }
    var request = ChartRequest(chart: "web", repository: "https://charts.test")
    #expect(await problems { _ = try await fresh().chart(request) }.contains("repository_username"))
    request.access = RepositoryAccess(username: "me", password: "secret")
    _ = try await fresh().chart(request)
    #expect(seen.withLock { $0["https://other.test/web-1.0.0.tgz"] } == .some(nil))
    request.access.passesCredentials = true
    _ = try await fresh().chart(request)
    #expect(seen.withLock { $0["https://other.test/web-1.0.0.tgz"] } == Self.password)
  }

  @Test func changedArchivesAreRefused() async throws {
    let index = index(["1.0.0"])
    let library = library { [self] request in
      request.url.hasSuffix("index.yaml") ? WebResponse(text: index) : WebResponse(body: archive("6.6.6"))
    }
    let text = await problems { _ = try await library.chart(ChartRequest(chart: "web", repository: "https://charts.test")) }
    #expect(text.contains("was changed: its digest is"), "\(text)")
  }

  @Test func namedRepositoriesAreThoseOfHelm() async throws {
    let files = Files.inMemory()
    try files.write(
      Array("repositories:\n- name: mine\n  url: https://charts.test/x\n  username: me\n  password: secret\n".utf8),
      to: "/root/.config/helm/repositories.yaml")
    let index = index(["1.0.0"])
    let library = library(files) { [self] request in
      guard request.header("Authorization") == Self.password else { return WebResponse(status: 401) }
      return request.url.hasSuffix("x/index.yaml") ? WebResponse(text: index) : WebResponse(body: archive("1.0.0"))
    }
    #expect(try await library.chart(ChartRequest(chart: "mine/web")).chart.name == "web")
    #expect(try await library.chart(ChartRequest(chart: "web", repository: "mine")).chart.name == "web")
    #expect(await problems { _ = try await library.chart(ChartRequest(chart: "yours/web")) }.contains("no repository named \"yours\""))
  }

  // MARK: Registries

  /// A registry that wants a token, with one chart in a few versions.
  private func registry(_ seen: @escaping @Sendable (WebRequest) -> Void = { _ in }) -> @Sendable (WebRequest) -> WebResponse? {
    { [self] request in
      seen(request)
      let path = request.url.split(separator: "?")[0].replacing("https://reg.test", with: "")
      if path == "https://auth.test/token" {
        return request.header("Authorization") == Self.password && request.url.contains("scope=repository%3Acharts%2Fweb%3Apull")
          ? WebResponse(text: #"{"token":"t0ken"}"#) : WebResponse(status: 403, text: "who are you?")
      }
      guard request.header("Authorization") == "Bearer t0ken" else {
        return WebResponse(
          status: 401,
          headers: [WebHeader("WWW-Authenticate", #"Bearer realm="https://auth.test/token",service="reg.test",scope="repository:charts/web:pull""#)])
      }
      if path == "/v2/charts/web/tags/list" {
        return request.url.contains("last=")
          ? WebResponse(text: #"{"tags":["1.10.0_build.5","latest"]}"#)
          : WebResponse(text: #"{"tags":["1.2.0","2.0.0-rc.1"]}"#, headers: [WebHeader("Link", "</v2/charts/web/tags/list?last=x>; rel=\"next\"")])
      }
      for version in ["1.2.0", "1.10.0+build.5", "2.0.0-rc.1"] {
        let manifest = manifest(version)
        let digest = "sha256:" + Checksum.sha256(manifest)
        if path == "/v2/charts/web/manifests/\(OCIReference.tag(ofVersion: version))" || path == "/v2/charts/web/manifests/\(digest)" {
          return WebResponse(headers: [WebHeader("Docker-Content-Digest", digest)], body: manifest)
        }
        if path == "/v2/charts/web/blobs/sha256:\(Checksum.sha256(archive(version)))" { return WebResponse(body: archive(version)) }
      }
      return WebResponse(status: 404)
    }
  }

  private func manifest(_ version: String) -> [UInt8] {
    let digest = Checksum.sha256(archive(version))
    return Array(
      #"{"schemaVersion":2,"config":{"mediaType":"application/vnd.cncf.helm.config.v1+json"},"layers":[{"mediaType":"application/vnd.cncf.helm.chart.content.v1.tar+gzip","digest":"sha256:\#(digest)"}]}"#
        .utf8)
  }

  @Test func registriesGiveTokensAndVersions() async throws {
    let library = library(configured: ["reg.test": BasicCredentials(username: "me", password: "secret")], registry())
    var request = ChartRequest(chart: "web", repository: "oci://reg.test/charts")
    #expect(try await library.chart(request).chart.metadata.version == "1.10.0+build.5")
    request.version = "1.10.0+build.5"
    #expect(try await library.chart(request).chart.metadata.version == "1.10.0+build.5")
    request.version = "<1.10"
    #expect(try await library.chart(request).chart.metadata.version == "1.2.0")
    let digest = "sha256:" + Checksum.sha256(manifest("2.0.0-rc.1"))
    request = ChartRequest(chart: "oci://reg.test/charts/web@\(digest)")
    #expect(try await library.chart(request).chart.metadata.version == "2.0.0-rc.1")
    request.version = "1.2.0"
    #expect(await problems { _ = try await library.chart(request) }.contains("has the digest"))
    request = ChartRequest(chart: "oci://reg.test/charts/web:9.9.9")
    #expect(await problems { _ = try await library.chart(request) }.contains("no version 9.9.9"))
  }

  @Test func registriesOfThisMachineMayGoWithoutTLS() async throws {
    let manifest = manifest("1.2.0")
    let answer: @Sendable (WebRequest) -> WebResponse? = { [self] request in
      guard request.url.hasPrefix("http://") else { return nil }
      return request.url.hasSuffix("/manifests/1.2.0") ? WebResponse(body: manifest) : WebResponse(body: archive("1.2.0"))
    }
    let near = ChartRequest(chart: "oci://localhost:5000/charts/web", version: "1.2.0")
    #expect(try await library(.inMemory(), answer).chart(near).chart.name == "web")
    let far = ChartRequest(chart: "oci://reg.test/charts/web", version: "1.2.0")
    #expect(await problems { _ = try await library(.inMemory(), answer).chart(far) }.contains("cannot be asked"))
    let changed: @Sendable (WebRequest) -> WebResponse? = { request in
      request.url.contains("/manifests/") ? WebResponse(body: manifest) : WebResponse(text: "something else")
    }
    #expect(await problems { _ = try await library(.inMemory(), changed).chart(near) }.contains("was changed on its way"))
  }

  @Test func passwordsOfDockerAndHelmAreUsed() async throws {
    let request = ChartRequest(chart: "oci://reg.test/charts/web", version: "1.2.0")
    let files = Files.inMemory()
    #expect(await problems { _ = try await library(files, registry()).chart(request) }.contains("gives no token"))
    let auth = ProviderKit.Base64.encode(Array("me:secret".utf8))
    try files.write(Array(#"{"auths":{"reg.test":{"auth":"\#(auth)"}}}"#.utf8), to: "/root/.docker/config.json")
    #expect(try await library(files, registry()).chart(request).chart.name == "web")
    try files.write(Array(#"{"credHelpers":{"reg.test":"box"}}"#.utf8), to: "/root/.config/helm/registry/config.json")
    try files.remove("/root/.docker/config.json")
    let programs = Programs.scripted { program in
      program.executable == "docker-credential-box" && program.input == Array("reg.test".utf8)
        ? ProgramResult(text: #"{"Username":"me","Secret":"secret"}"#) : nil
    }
    #expect(try await library(files, programs: programs, registry()).chart(request).chart.name == "web")
  }

  // MARK: Directories

  @Test func directoriesHaveIgnoredFilesAndNeighbours() async throws {
    let files = Files.inMemory()
    try TestChart.write(
      [
        "Chart.yaml": TestChart.metadata("web", "1.0.0", "dependencies:\n- name: base\n  version: 1.x\n  repository: file://../base\n"),
        ".helmignore": "*.bak\nsecret/\n", "templates/a.yaml": TestChart.configMap("a", "v"), "templates/b.yaml.bak": "{{ broken",
        "secret/key": "x", "files/x": "1",
      ], to: "/charts/web", files)
    try TestChart.write(
      ["Chart.yaml": TestChart.metadata("base"), "templates/b.yaml": TestChart.configMap("b", "v")], to: "/charts/base", files)
    let fetched = try await library(files).chart(ChartRequest(chart: "web", repository: "/charts"))
    #expect(fetched.chart.subcharts.map(\.name) == ["base"])
    #expect(fetched.chart.files.map(\.path).contains("files/x") && !fetched.chart.files.map(\.path).contains { $0.hasPrefix("secret") })
    let before = fetched.digest
    try files.write(Array("2".utf8), to: "/charts/web/files/x")
    #expect(try await library(files).chart(ChartRequest(chart: "/charts/web")).digest != before)
    #expect(await problems { _ = try await library(files).chart(ChartRequest(chart: "/charts/none")) }.contains("no file or directory /charts/none"))
  }

  @Test func linksAreFollowed() async throws {
    let root = FileManager.default.temporaryDirectory.appending(path: "charts-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: root) }
    try TestChart.write(["Chart.yaml": TestChart.metadata("web"), "templates/a.yaml": TestChart.configMap("a", "v")], to: root.path + "/web", .real)
    try TestChart.write(["c.yaml": "kind: CustomResourceDefinition\n"], to: root.path + "/shared", .real)
    try FileManager.default.createSymbolicLink(atPath: root.path + "/web/crds", withDestinationPath: "../shared")
    let chart = try await library(.real).chart(ChartRequest(chart: root.path + "/web")).chart
    #expect(chart.files.map(\.path) == ["crds/c.yaml"])
    try FileManager.default.createSymbolicLink(atPath: root.path + "/web/round", withDestinationPath: ".")
    #expect(await problems { _ = try await library(.real).chart(ChartRequest(chart: root.path + "/web")) }.contains("round"), "links in circles end")
  }

  @Test func dependenciesAreFetchedWhenThatIsWanted() async throws {
    let files = Files.inMemory()
    try TestChart.write(
      [
        "Chart.yaml": TestChart.metadata("app", "1.0.0", "dependencies:\n- name: web\n  version: \"1.x\"\n  repository: https://charts.test\n"),
        "Chart.lock": "dependencies:\n- name: web\n  repository: https://charts.test\n  version: 1.2.0\ngenerated: \"2024-01-01T00:00:00Z\"\n",
      ], to: "/app", files)
    let index = index(["1.2.0", "1.10.0"])
    let library = library(files) { [self] request in
      if request.url == "https://charts.test/index.yaml" { return WebResponse(text: index) }
      return WebResponse(body: archive(String(request.url.split(separator: "/").last?.dropFirst(4).dropLast(4) ?? "")))
    }
    var request = ChartRequest(chart: "/app")
    #expect(try await library.chart(request).chart.missingDependencies.map(\.name) == ["web"])
    request.updatesDependencies = true
    #expect(try await library.chart(request).chart.subcharts.map(\.metadata.version) == ["1.2.0"], "Chart.lock says which")
    try files.remove("/app/Chart.lock")
    #expect(try await library.chart(request).chart.subcharts.map(\.metadata.version) == ["1.10.0"])
  }

  // MARK: Signatures

  @Test func signaturesAreVerified() async throws {
    let files = Files.inMemory()
    let archive = try #require(ProviderKit.Base64.decode(SignedChart.archive))
    try files.write(archive, to: "/signed-0.1.0.tgz")
    try files.write(Array(SignedChart.key.utf8), to: "/keys")
    var request = ChartRequest(chart: "/signed-0.1.0.tgz", isVerified: true, keyring: "/keys")
    #expect(await problems { _ = try await library(files).chart(request) }.contains("no provenance file"))
    try files.write(Array(SignedChart.provenance.utf8), to: "/signed-0.1.0.tgz.prov")
    #expect(try await library(files).chart(request).chart.name == "signed")
    try files.write(Array(SignedChart.provenance.replacing("0.1.0\n\n...", with: "0.1.1\n\n...").utf8), to: "/signed-0.1.0.tgz.prov")
    #expect(await problems { _ = try await library(files).chart(request) }.contains("not of the text"))
    try files.write(Array(SignedChart.provenance.utf8), to: "/signed-0.1.0.tgz.prov")
    try files.write(archive + [0], to: "/signed-0.1.0.tgz")
    #expect(await problems { _ = try await library(files).chart(request) }.contains("is what was signed"))
    request.keyring = "/none"
    #expect(await problems { _ = try await library(files).chart(request) }.contains("no key ring /none"))
  }
}
