import Kubernetes
import ProviderKit
import Testing
import YAML

@testable import Kubernetes

/// Which cluster is meant, and who one is to it.
@Suite struct KubeconfigTests {
  private static let first = """
    current-context: one
    clusters:
    - name: c1
      cluster: {server: "https://one:6443/", certificate-authority: pki/ca.pem, tls-server-name: kubernetes}
    - name: shared
      cluster: {server: "https://first"}
    contexts:
    - name: one
      context: {cluster: c1, user: u1, namespace: ns}
    users:
    - name: u1
      user: {token: t1}
    """
  private static let second = """
    current-context: two
    clusters:
    - name: shared
      cluster: {server: "https://second", proxy-url: "http://proxy:3128"}
    - name: c2
      cluster: {server: "https://two", insecure-skip-tls-verify: true, proxy-url: "http://proxy:3128"}
    contexts:
    - name: two
      context: {cluster: c2, user: u2}
    - name: shared
      context: {cluster: shared, user: u2}
    users:
    - name: u2
      user:
        client-certificate-data: Q0VSVA==
        client-key-data: S0VZ
        as: boss
        as-uid: "7"
        as-groups: [g1, g2]
        as-user-extra: {"a/b": [x, z]}
    """

  private let files = Files.inMemory()

  init() throws {
    try files.write(Array(Self.first.utf8), to: "/k/first")
    try files.write(Array(Self.second.utf8), to: "/k/second")
    try files.write(Array("CA".utf8), to: "/k/pki/ca.pem")
  }

  private func access(environment: [String: String] = [:], _ change: (inout ClusterSettings) -> Void = { _ in }) throws(AttributeError) -> ClusterAccess {
    var settings = ClusterSettings()
    change(&settings)
    return try ClusterAccess(settings, Surroundings(files: files, environment: environment))
  }

  private func error(environment: [String: String] = [:], _ change: (inout ClusterSettings) -> Void = { _ in }) -> AttributeError? {
    do throws(AttributeError) {
      _ = try access(environment: environment, change)
      return nil
    } catch {
      return error
    }
  }

  @Test func pathsStartBesideTheFile() throws {
    let access = try access { $0.configPath = "/k/first" }
    #expect(access.server == "https://one:6443")
    let tls = access.tls(Credentials())
    #expect(tls.authorities == Array("CA".utf8))
    #expect(tls.serverName == "kubernetes" && tls.verifiesServer)
    #expect(access.user.token == "t1")
  }

  @Test func theFirstFileThatSaysSomethingCounts() throws {
    func both(_ settings: inout ClusterSettings) { settings.configPaths = ["/k/first", "/k/second"] }
    #expect(try access(both).server == "https://one:6443", "the first current-context")
    let two = try access { both(&$0); $0.configContext = "two" }
    #expect(two.server == "https://two" && two.proxy == "http://proxy:3128")
    #expect(!two.tls(Credentials()).verifiesServer)
    let shared = try access { both(&$0); $0.configContext = "shared" }
    #expect(shared.server == "https://first" && shared.proxy == nil, "no part of a later entry of the name is used")
    let mixed = try access { both(&$0); $0.configContextCluster = "c2"; $0.configContextAuthInfo = "u1" }
    #expect(mixed.server == "https://two" && mixed.user.token == "t1")
    #expect(try access { $0.configPaths = ["/k/second", "/k/first"] }.server == "https://two")
  }

  @Test func whoeverActsAsAnotherSaysSo() throws {
    let access = try access { $0.configPath = "/k/second" }
    #expect(
      access.impersonation == [
        WebHeader("Impersonate-User", "boss"), WebHeader("Impersonate-Uid", "7"), WebHeader("Impersonate-Group", "g1"),
        WebHeader("Impersonate-Group", "g2"), WebHeader("Impersonate-Extra-a%2Fb", "x"), WebHeader("Impersonate-Extra-a%2Fb", "z"),
      ])
  }

  @Test func argumentsCountMoreThanFilesAndTheEnvironmentLess() throws {
    let environment = ["KUBE_CONFIG_PATH": "~/second", "HOME": "/k", "KUBE_TOKEN": "env", "KUBE_CTX": "two", "KUBE_INSECURE": "false"]
    let access = try access(environment: environment) { $0.host = "https://mine"; $0.token = "own" }
    #expect(access.server == "https://mine" && access.user.token == "own")
    #expect(access.tls(Credentials()).verifiesServer, "KUBE_INSECURE=false takes back what the file says")
    #expect(try self.access(environment: environment).user.token == "env")
    let named = try self.access(environment: environment) { $0.username = "u"; $0.password = "p" }
    #expect(named.user.token == "env", "a token, wherever it is from, is preferred")
    let files = try self.access(environment: ["KUBE_CONFIG_PATHS": "/k/first:/k/second"])
    #expect(files.server == "https://one:6443")
  }

  @Test(arguments: [
    ("example.com", nil, "http://example.com"), ("example.com:6443", "CA", "https://example.com:6443"),
    ("https://example.com/base/", nil, "https://example.com/base"), ("HTTPS://x", nil, "HTTPS://x"),
  ] as [(String, String?, String)])
  func hostsBecomeURLs(_ host: String, _ authority: String?, _ url: String) throws {
    #expect(try access { $0.host = host; $0.clusterCACertificate = authority }.server == url)
  }

  @Test(arguments: ["ftp://x", "https://", "https://x?y=1", "a b"])
  func hostsThatAreNone(_ host: String) { #expect(error { $0.host = host }?.path == "host") }

  @Test func insideOfAClusterItsServiceAccountIsUsed() throws {
    let environment = ["KUBERNETES_SERVICE_HOST": "fd00::1", "KUBERNETES_SERVICE_PORT": "443"]
    #expect(error(environment: environment) != nil, "without a token nobody is inside")
    let folder = "/var/run/secrets/kubernetes.io/serviceaccount"
    try files.write(Array("abc\n".utf8), to: "\(folder)/token")
    try files.write(Array("POD CA".utf8), to: "\(folder)/ca.crt")
    let access = try access(environment: environment)
    #expect(access.server == "https://[fd00::1]:443")
    #expect(access.tls(Credentials()).authorities == Array("POD CA".utf8))
    #expect(access.user.tokenFile == "\(folder)/token")
    #expect(try self.access(environment: environment) { $0.host = "https://other" }.user.tokenFile == nil, "its token is for no other cluster")
  }

  /// Whatever is wrong is said beside the argument that can mend it; no cluster is guessed.
  @Test func whatIsMissingIsSaid() throws {
    let nothing = try #require(error())
    #expect(nothing.path == "host" && nothing.message.contains("config_path") && nothing.message.contains("KUBE_CONFIG_PATH"))
    #expect(error { $0.configPath = "/k/none" }?.path == "config_path")
    #expect(error { $0.configPaths = ["/k/first", "/k/none"] }?.path == "config_paths")
    let context = try #require(error { $0.configPath = "/k/first"; $0.configContext = "x" })
    #expect(context.path == "config_context" && context.message.contains("one"))
    #expect(error { $0.configPath = "/k/first"; $0.configContextAuthInfo = "x" }?.message.contains("\"x\"") == true)
    try files.write(Array("clusters: []".utf8), to: "/k/empty")
    #expect(error { $0.configPath = "/k/empty" }?.path == "config_context")
    try files.write(Array("a: [".utf8), to: "/k/broken")
    #expect(error { $0.configPath = "/k/broken" }?.message.contains("/k/broken") == true)
    try files.write(Array("{current-context: a, contexts: [{name: a, context: {cluster: c}}], clusters: [{name: c, cluster: {server: 's', certificate-authority: none.pem}}]}".utf8), to: "/k/ca")
    #expect(error { $0.configPath = "/k/ca" }?.message.contains("/k/none.pem") == true)
    var settings = ClusterSettings()
    settings.configPaths = ["/k/first", "~/later"]
    #expect(settings.missingFile(Surroundings(files: files, environment: ["HOME": "/h"])) == "~/later")
    settings.configPaths = ["/k/first"]
    #expect(settings.missingFile(Surroundings(files: files)) == nil)
  }

  @Test(arguments: [
    ("kind: Secret", "Secret"), ("- a", "array"), ("users: 1", "users"),
    ("users: [{name: u, user: {exec: {apiVersion: client.authentication.k8s.io/v1}}}]", "no command"),
    ("users: [{name: u, user: {exec: {command: c, interactiveMode: Maybe}}}]", "Maybe"),
    ("users: [{name: u, user: {client-key-data: '*'}}]", "client-key-data of user \"u\""),
  ])
  func filesThatAreNone(_ text: String, _ part: String) throws {
    try files.write(Array(text.utf8), to: "/k/odd")
    let error = try #require(error { $0.configPath = "/k/odd" })
    #expect(error.message.contains(part), "\(error.message)")
  }
}
