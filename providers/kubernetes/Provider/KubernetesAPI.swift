// KubernetesProvider: objects of a Kubernetes cluster, typed and by manifest. What it knows of clusters is in the room `Kubernetes`; here are
// schemas, and how configurations become objects.

package import Kubernetes
public import ProviderKit

/// The provider `kubernetes`. Its configuration says which cluster, and who one is there.
public struct KubernetesAPI: Provider {
  public static let name = "kubernetes"
  public static let description =
    "Objects of a Kubernetes cluster. Without a host, a kubeconfig file or a pod around it there is no cluster: none is picked by default."

  @Attribute("The address of the API server: a URL, or a host with or without a port. Otherwise KUBE_HOST.")
  var host: String?
  @Attribute("The user's name for basic authentication. Otherwise KUBE_USER.")
  var username: String?
  @Attribute("The password for basic authentication. Otherwise KUBE_PASSWORD.", .sensitive)
  var password: String?
  @Attribute("Whether the server need not prove who it is. Otherwise KUBE_INSECURE.")
  var insecure: Bool?
  @Attribute("The name that the server's certificate must have, where it is not the host's. Otherwise KUBE_TLS_SERVER_NAME.")
  var tlsServerName: String?
  @Attribute("The client's certificate, as PEM. Otherwise KUBE_CLIENT_CERT_DATA.")
  var clientCertificate: String?
  @Attribute("The key of the client's certificate, as PEM. Otherwise KUBE_CLIENT_KEY_DATA.", .sensitive)
  var clientKey: String?
  @Attribute("The certificates of the authorities that are trusted, as PEM. Otherwise KUBE_CLUSTER_CA_CERT_DATA.")
  var clusterCaCertificate: String?
  @Attribute("Kubeconfig files, which are merged as kubectl does it. Otherwise KUBE_CONFIG_PATHS.", .conflicts(with: "config_path"))
  var configPaths: [String]?
  @Attribute("A kubeconfig file. Otherwise KUBE_CONFIG_PATH.")
  var configPath: String?
  @Attribute("The kubeconfig's context, where it is not the current one. Otherwise KUBE_CTX.")
  var configContext: String?
  @Attribute("The kubeconfig's user, where it is not the context's. Otherwise KUBE_CTX_AUTH_INFO.")
  var configContextAuthInfo: String?
  @Attribute("The kubeconfig's cluster, where it is not the context's. Otherwise KUBE_CTX_CLUSTER.")
  var configContextCluster: String?
  @Attribute("A bearer token. Otherwise KUBE_TOKEN.", .sensitive)
  var token: String?
  @Attribute("The proxy for all requests: an http, https or socks5 URL. Otherwise KUBE_PROXY_URL.")
  var proxyUrl: String?
  @Attribute("Annotations that others may change without being noticed: regular expressions for their names.")
  var ignoreAnnotations: [String]?
  @Attribute("Labels that others may change without being noticed: regular expressions for their names.")
  var ignoreLabels: [String]?
  @Block("A program that prints credentials.", count: 0...1)
  var exec: [ExecArguments]
  @Block("What has an effect in the provider of the same name elsewhere, and none here.", count: 0...1)
  var experiments: [Experiments]

  /// What resources ask.
  private var connection = Connection.unavailable("The provider is not configured.")
  /// The definitions of kinds that were planned in this run, so that objects of them can be checked before there are such.
  let definitions = PlannedDefinitions()

  private enum Connection {
    case ready(ClusterClient)
    /// There may be one later.
    case unavailable(String)
  }

  public init() {}

  public static var resources: [any Resource<KubernetesAPI>.Type] { [Manifest.self] }
  public static var ephemeralResources: [any EphemeralResource<KubernetesAPI>.Type] { [TokenRequest.self, EphemeralCertificate.self] }
  public static var dynamicResources: [any DynamicResource<KubernetesAPI>] {
    KindResource.all + PartialResource.all + IssuedResource.all
  }
  public static var dynamicDataSources: [any DynamicDataSource<KubernetesAPI>] { KindDataSource.all + [NodesDataSource()] }
  public static var dataSources: [any DataSource<KubernetesAPI>.Type] { [ObjectData.self, ObjectListData.self, ServerVersion.self, AllNamespaces.self] }

  public func validate() throws {
    for (attribute, patterns) in [($ignoreAnnotations, $ignoreAnnotations.known), ($ignoreLabels, $ignoreLabels.known)] {
      for pattern in patterns ?? [] where (try? Regex<AnyRegexOutput>(pattern)) == nil {
        throw attribute.error("\"\(pattern)\" is no regular expression.")
      }
    }
  }

  public mutating func configure(_ context: ConfigurationContext) async throws {
    if let name = unknownArguments.first {
      let message = "The cluster is not known yet: the provider's argument \(name) depends on what is still to be made."
      if context.isDeferralAllowed { throw Deferral(.providerConfigurationUnknown, message) }
      connection = .unavailable(message)
      return
    }
    let settings = settings
    if let file = settings.missingFile(context.surroundings) {
      let message = "The kubeconfig file \(file) does not exist."
      if context.isDeferralAllowed { throw Deferral(.absentPrerequisite, message) }
      connection = .unavailable(message)
      return
    }
    connection = .ready(try ClusterClient(settings, context.surroundings))
  }

  /// The cluster; nil while it is not known which one that is.
  package var client: ClusterClient? {
    if case .ready(let client) = connection { client } else { nil }
  }

  /// The cluster, for what cannot be done without.
  /// - Throws: why it is not known which one that is.
  package func requiredClient() throws -> ClusterClient {
    switch connection {
    case .ready(let client): return client
    case .unavailable(let reason): throw AttributeError(reason, summary: "There is no cluster to ask")
    }
  }

  /// Why there is no cluster to ask; nil if there is one.
  package var unavailability: String? {
    if case .unavailable(let reason) = connection { reason } else { nil }
  }

  /// Whether others may change a field without its being noticed.
  func ignores(_ path: FieldPath) -> Bool {
    guard path.steps.count == 3, path.steps[0] == .field("metadata"), case .field(let name) = path.steps[2] else { return false }
    let patterns: [String]? =
      switch path.steps[1] {
      case .field("annotations"): ignoreAnnotations
      case .field("labels"): ignoreLabels
      default: nil
      }
    return (patterns ?? []).contains { pattern in
      (try? Regex<AnyRegexOutput>(pattern)).flatMap { try? $0.firstMatch(in: name) } != nil
    }
  }

  private var unknownArguments: [String] {
    let all: [(String, Bool)] = [
      ("host", $host.isUnknown), ("username", $username.isUnknown), ("password", $password.isUnknown), ("insecure", $insecure.isUnknown),
      ("tls_server_name", $tlsServerName.isUnknown), ("client_certificate", $clientCertificate.isUnknown), ("client_key", $clientKey.isUnknown),
      ("cluster_ca_certificate", $clusterCaCertificate.isUnknown), ("config_paths", $configPaths.isUnknown), ("config_path", $configPath.isUnknown),
      ("config_context", $configContext.isUnknown), ("config_context_auth_info", $configContextAuthInfo.isUnknown),
      ("config_context_cluster", $configContextCluster.isUnknown), ("token", $token.isUnknown), ("proxy_url", $proxyUrl.isUnknown),
      ("exec", $exec.isUnknown || ($exec.known ?? []).contains { !$0.dynamicValue.isWhollyKnown }),
      ("ignore_annotations", $ignoreAnnotations.isUnknown), ("ignore_labels", $ignoreLabels.isUnknown),
    ]
    return all.filter(\.1).map(\.0)
  }

  private var settings: ClusterSettings {
    var settings = ClusterSettings()
    settings.host = host
    settings.username = username
    settings.password = password
    settings.token = token
    settings.clientCertificate = clientCertificate
    settings.clientKey = clientKey
    settings.clusterCACertificate = clusterCaCertificate
    settings.insecure = insecure
    settings.tlsServerName = tlsServerName
    settings.proxyURL = proxyUrl
    settings.configPath = configPath
    settings.configPaths = configPaths ?? []
    settings.configContext = configContext
    settings.configContextAuthInfo = configContextAuthInfo
    settings.configContextCluster = configContextCluster
    settings.exec = exec.first.map {
      ExecPlugin(apiVersion: $0.apiVersion, command: $0.command, arguments: $0.args ?? [], environment: $0.env ?? [:])
    }
    return settings
  }
}

/// The block `exec`.
struct ExecArguments: NestedObject {
  @Attribute("The version of the credentials that it prints: client.authentication.k8s.io/v1 or …/v1beta1.")
  var apiVersion: String
  @Attribute("The program.")
  var command: String
  @Attribute("Its environment, beside what this one's has.")
  var env: [String: String]?
  @Attribute("Its arguments.")
  var args: [String]?
}

/// The block `experiments`, which other versions of configurations still have.
struct Experiments: NestedObject {
  @Attribute("Without effect: manifests are always there.")
  var manifestResource: Bool?
}
