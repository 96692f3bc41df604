// HelmProvider: releases of Helm charts, rendered here and applied object by object. `Fetching` finds charts, `Release` plans and applies
// them, `Records` keeps what Helm wants to know of a release, `Template` renders charts without a cluster.

import Charts
import Kubernetes
public import ProviderKit

/// The provider `helm`. Its configuration says which cluster releases are for, and as whom charts are fetched.
public struct Helm: Provider {
  public static let name = "helm"
  public static let description = "Releases of Helm charts, planned, applied and looked after object by object."

  @Attribute("Whether more is logged. Without effect: the host says what is logged.") var debug: Bool?
  @Attribute("Where Helm's plugins are. Without effect: no plugin is run.") var pluginsPath: String?
  @Attribute("Where `helm registry login` keeps passwords. By default the file that Helm uses.") var registryConfigPath: String?
  @Attribute("Where `helm repo add` keeps the names of repositories. By default the file that Helm uses.") var repositoryConfigPath: String?
  @Attribute("Where Helm keeps indexes. Without effect: what is fetched is kept in memory while the program runs.") var repositoryCache: String?
  @Attribute("Where records of releases are kept: secret (the default), configmap, or memory for nowhere.", .oneOf("secret", "configmap", "memory"))
  var helmDriver: String?
  @Attribute("Without effect: as many requests as the cluster takes are under way, and never more than 16.") var burstLimit: Int?
  @Attribute("Without effect, see burst_limit.") var qps: Double?
  @Attribute("The cluster.") var kubernetes: KubernetesArguments?
  @Attribute("Registries for charts, and as whom they are asked.") var registries: [RegistryArguments]?
  @Attribute("Features to be switched on.") var experiments: Experiments?

  /// What all calls share.
  private(set) var shared = SharedState.none

  public init() {}

  public static var resources: [any Resource<Helm>.Type] { [ReleaseResource.self] }
  public static var dataSources: [any DataSource<Helm>.Type] { [TemplateDataSource.self] }

  public mutating func configure(_ context: ConfigurationContext) async throws {
    let surroundings = context.surroundings
    var connection = ClusterConnection.unknown
    if $kubernetes.isUnknown || $registries.isUnknown || $experiments.isUnknown {
      if context.isDeferralAllowed {
        throw Deferral(.providerConfigurationUnknown, "The configuration of the provider is not known yet.")
      }
    } else {
      connection = Self.connection((kubernetes ?? KubernetesArguments()).settings, surroundings)
    }
    let records = $helmDriver.known ?? surroundings.environment["HELM_DRIVER"] ?? ""
    shared = SharedState(
      connection: connection, library: library(surroundings), records: RecordDriver(rawValue: records) ?? .secret,
      showsManifest: $experiments.known?.manifest ?? false)
  }

  /// Only what needs the cluster fails where there is none.
  private static func connection(_ settings: ClusterSettings, _ surroundings: Surroundings) -> ClusterConnection {
    if let file = settings.missingFile(surroundings) { return .absent("There is no kubeconfig \(file).") }
    do throws(AttributeError) {
      return .client(try ClusterClient(settings, surroundings))
    } catch {
      return .none(error)
    }
  }

  private func library(_ surroundings: Surroundings) -> ChartLibrary {
    let environment = surroundings.environment
    func variable(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }
    let home = environment["HOME"] ?? ""
    let directory = variable("HELM_CONFIG_HOME") ?? (variable("XDG_CONFIG_HOME") ?? home + "/.config") + "/helm"
    let registryFile = $registryConfigPath.known ?? variable("HELM_REGISTRY_CONFIG_PATH") ?? variable("HELM_REGISTRY_CONFIG")
    let repositoriesFile = $repositoryConfigPath.known ?? variable("HELM_REPOSITORY_CONFIG_PATH") ?? variable("HELM_REPOSITORY_CONFIG")
    var known: [String: BasicCredentials] = [:]
    for registry in $registries.known ?? [] {
      guard let url = registry.$url.known, let name = registry.$username.known, let password = registry.$password.known else { continue }
      known[URLText(url)?.authority ?? url] = BasicCredentials(username: name, password: password)
    }
    return ChartLibrary(
      surroundings,
      credentials: RegistryCredentials(surroundings: surroundings, configured: known, helmFile: registryFile ?? directory + "/registry/config.json"),
      repositoriesFile: repositoriesFile ?? directory + "/repositories.yaml")
  }
}

/// What was made of the provider's configuration.
struct SharedState: Sendable {
  var connection: ClusterConnection
  var library: ChartLibrary?
  var records: RecordDriver
  /// Whether releases show their manifests as one text.
  var showsManifest: Bool
  let ledger = ReleaseLedger()

  static let none = SharedState(connection: .unknown, library: nil, records: .secret, showsManifest: false)

  func requiredLibrary() throws -> ChartLibrary {
    if let library { return library }
    throw AttributeError("Nothing can be fetched before the provider is configured.", summary: "The provider is not configured")
  }

  /// The cluster, for what cannot be done without one.
  func requiredClient() throws -> ClusterClient {
    switch connection {
    case .client(let client): return client
    case .absent(let reason): throw AttributeError(reason, summary: "There is no cluster", at: "kubernetes")
    case .none(let reason): throw AttributeError(reason.message, summary: reason.summary ?? "There is no cluster")
    case .unknown:
      throw AttributeError("Which cluster this is for is not known yet.", summary: "The provider's configuration is not known yet")
    }
  }
}

/// How far the way to a cluster is known.
enum ClusterConnection: Sendable {
  case client(ClusterClient)
  /// What says where it is may still be made: a sentence.
  case absent(String)
  /// Nothing says where it is.
  case none(AttributeError)
  /// It will be said later.
  case unknown
}

/// `registries`
struct RegistryArguments: NestedObject {
  @Attribute("Where it is: `oci://host` or `oci://host:port`.") var url: String
  @Attribute("As whom it is asked.") var username: String
  @Attribute("That one's password.", .sensitive) var password: String
}

/// `experiments`
struct Experiments: NestedObject {
  @Attribute("Whether releases show all that was rendered in `manifest` and `resources`. Their `objects` show it in any case.") var manifest: Bool?
}

/// `kubernetes`
struct KubernetesArguments: NestedObject {
  @Attribute("The server's URL. Can be given as KUBE_HOST.") var host: String?
  @Attribute("A name, for servers that take a password. Can be given as KUBE_USER.") var username: String?
  @Attribute("The password. Can be given as KUBE_PASSWORD.", .sensitive) var password: String?
  @Attribute("Whether the server need not prove who it is. Can be given as KUBE_INSECURE.") var insecure: Bool?
  @Attribute("The name that the server's certificate must have, where it is not that of the host. Can be given as KUBE_TLS_SERVER_NAME.")
  var tlsServerName: String?
  @Attribute("The client's certificate as PEM. Can be given as KUBE_CLIENT_CERT_DATA.") var clientCertificate: String?
  @Attribute("The key of the client's certificate as PEM. Can be given as KUBE_CLIENT_KEY_DATA.", .sensitive) var clientKey: String?
  @Attribute("The certificates that are trusted, as PEM. Can be given as KUBE_CLUSTER_CA_CERT_DATA.") var clusterCACertificate: String?
  @Attribute("A kubeconfig file. Can be given as KUBE_CONFIG_PATH.", .conflicts(with: "config_paths")) var configPath: String?
  @Attribute("Kubeconfig files, of which the first that says something counts. Can be given as KUBE_CONFIG_PATHS, with colons between them.")
  var configPaths: [String]?
  @Attribute("The context in the kubeconfig. Can be given as KUBE_CTX.") var configContext: String?
  @Attribute("The user in the kubeconfig, instead of the context's. Can be given as KUBE_CTX_AUTH_INFO.") var configContextAuthInfo: String?
  @Attribute("The cluster in the kubeconfig, instead of the context's. Can be given as KUBE_CTX_CLUSTER.") var configContextCluster: String?
  @Attribute("A token of a service account or a user. Can be given as KUBE_TOKEN.", .sensitive) var token: String?
  @Attribute("The proxy for all requests. Can be given as KUBE_PROXY_URL.", name: "proxy_url") var proxyURL: String?
  @Attribute("A program that gives credentials.") var exec: ExecArguments?

  var settings: ClusterSettings {
    var settings = ClusterSettings()
    settings.host = host
    settings.username = username
    settings.password = password
    settings.insecure = insecure
    settings.tlsServerName = tlsServerName
    settings.clientCertificate = clientCertificate
    settings.clientKey = clientKey
    settings.clusterCACertificate = clusterCACertificate
    settings.configPath = configPath
    settings.configPaths = configPaths ?? []
    settings.configContext = configContext
    settings.configContextAuthInfo = configContextAuthInfo
    settings.configContextCluster = configContextCluster
    settings.token = token
    settings.proxyURL = proxyURL
    settings.exec = exec.map {
      ExecPlugin(apiVersion: $0.apiVersion, command: $0.command, arguments: $0.args ?? [], environment: $0.env ?? [:])
    }
    return settings
  }
}

/// `exec`
struct ExecArguments: NestedObject {
  @Attribute("What the program's answer is: `client.authentication.k8s.io/v1` or `client.authentication.k8s.io/v1beta1`.") var apiVersion: String
  @Attribute("The program.") var command: String
  @Attribute("Its arguments.") var args: [String]?
  @Attribute("Environment variables that it gets besides.") var env: [String: String]?
}
