package import ProviderKit

/// What a provider's configuration says about a cluster. What is not said comes from the environment (`KUBE_HOST` and so on), from the
/// kubeconfig files that are named, or from the pod that the program runs in; there is no cluster by default.
package struct ClusterSettings: Hashable, Sendable {
  /// A URL, or a host with or without a port.
  package var host: String?
  package var username: String?
  package var password: String?
  package var token: String?
  /// PEM, as are the others.
  package var clientCertificate: String?
  package var clientKey: String?
  package var clusterCACertificate: String?
  /// Whether the server need not prove who it is.
  package var insecure: Bool?
  package var tlsServerName: String?
  package var proxyURL: String?
  package var configPath: String?
  package var configPaths: [String]
  package var configContext: String?
  package var configContextAuthInfo: String?
  package var configContextCluster: String?
  package var exec: ExecPlugin?
  /// Whom to act as.
  package var impersonation: Impersonation?

  package init() { configPaths = [] }

  /// The settings, with what the environment says where nothing is said.
  package func completed(from environment: [String: String]) -> ClusterSettings {
    func variable(_ name: String) -> String? { environment["KUBE_\(name)"].flatMap { $0.isEmpty ? nil : $0 } }
    var settings = self
    settings.host = host ?? variable("HOST")
    settings.username = username ?? variable("USER")
    settings.password = password ?? variable("PASSWORD")
    settings.token = token ?? variable("TOKEN")
    settings.clientCertificate = clientCertificate ?? variable("CLIENT_CERT_DATA")
    settings.clientKey = clientKey ?? variable("CLIENT_KEY_DATA")
    settings.clusterCACertificate = clusterCACertificate ?? variable("CLUSTER_CA_CERT_DATA")
    settings.insecure = insecure ?? variable("INSECURE").map { ["1", "t", "true"].contains($0.lowercased()) }
    settings.tlsServerName = tlsServerName ?? variable("TLS_SERVER_NAME")
    settings.proxyURL = proxyURL ?? variable("PROXY_URL")
    settings.configContext = configContext ?? variable("CTX")
    settings.configContextAuthInfo = configContextAuthInfo ?? variable("CTX_AUTH_INFO")
    settings.configContextCluster = configContextCluster ?? variable("CTX_CLUSTER")
    // What a configuration says of files is said of all of them.
    if configPath == nil, configPaths.isEmpty {
      settings.configPaths = variable("CONFIG_PATHS")?.split(separator: ":").map(String.init) ?? []
      if settings.configPaths.isEmpty { settings.configPath = variable("CONFIG_PATH") }
    }
    return settings
  }

  /// The kubeconfig files, in the order of their weight.
  var files: [String] { (configPath.map { [$0] } ?? configPaths).filter { !$0.isEmpty } }

  /// The first kubeconfig file that is named and is not there (yet); nil if all are.
  package func missingFile(_ surroundings: Surroundings) -> String? {
    let completed = completed(from: surroundings.environment)
    return completed.files.first { path in
      (try? surroundings.files.status(Kubeconfig.expanded(path, surroundings.environment))) == nil
    }
  }
}

/// A program that prints credentials.
package struct ExecPlugin: Hashable, Sendable {
  package enum InteractiveMode: String, Hashable, Sendable {
    case never = "Never"
    case ifAvailable = "IfAvailable"
    case always = "Always"
  }

  /// `client.authentication.k8s.io/v1` or `…/v1beta1`.
  package var apiVersion: String
  /// A path, or a name that is looked for along `PATH`.
  package var command: String
  package var arguments: [String]
  /// Beside what this program's own environment has.
  package var environment: [String: String]
  package var interactiveMode: InteractiveMode
  /// Whether it is told which cluster the credentials are for.
  package var providesClusterInfo: Bool
  /// What to do when it is not installed.
  package var installHint: String

  package init(
    apiVersion: String, command: String, arguments: [String] = [], environment: [String: String] = [:],
    interactiveMode: InteractiveMode = .ifAvailable, providesClusterInfo: Bool = false, installHint: String = ""
  ) {
    self.apiVersion = apiVersion
    self.command = command
    self.arguments = arguments
    self.environment = environment
    self.interactiveMode = interactiveMode
    self.providesClusterInfo = providesClusterInfo
    self.installHint = installHint
  }
}

/// Whom to act as, instead of who the credentials say.
package struct Impersonation: Hashable, Sendable {
  package var user: String
  package var uid: String
  package var groups: [String]
  package var extra: [String: [String]]

  package init(user: String, uid: String = "", groups: [String] = [], extra: [String: [String]] = [:]) {
    self.user = user
    self.uid = uid
    self.groups = groups
    self.extra = extra
  }
}
