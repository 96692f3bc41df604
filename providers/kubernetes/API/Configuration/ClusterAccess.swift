import ProviderKit
import YAML

/// Where a cluster is, how it is reached, and who one is to it: settings, kubeconfig and surroundings taken together.
struct ClusterAccess: Sendable {
  /// A URL without a slash at its end.
  let server: String
  let authority: Kubeconfig.Material
  let isInsecure: Bool
  let tlsServerName: String?
  let proxy: String?
  let user: Kubeconfig.User
  /// What exec plugins are told beside the cluster's address.
  let execExtension: JSONValue?
  /// The authority's certificates.
  private let authorities: [UInt8]?

  init(_ settings: ClusterSettings, _ surroundings: Surroundings) throws(AttributeError) {
    let settings = settings.completed(from: surroundings.environment)
    var (cluster, user) = try Self.configured(settings, surroundings)
    if let host = settings.host, !host.isEmpty { cluster.server = host }
    if let proxy = settings.proxyURL, !proxy.isEmpty { cluster.proxyURL = proxy }
    if let name = settings.tlsServerName, !name.isEmpty { cluster.tlsServerName = name }
    if let pem = settings.clusterCACertificate, !pem.isEmpty { cluster.authority = Kubeconfig.Material(data: Array(pem.utf8)) }
    if let insecure = settings.insecure { cluster.insecure = insecure }
    Self.override(&user, by: settings)
    if cluster.server.isEmpty, let pod = try Self.inCluster(surroundings, &user) { cluster = pod }
    if cluster.server.isEmpty { throw Self.nothingSaid(settings) }
    if let name = user.authProvider, user.exec == nil, user.token == nil, user.tokenFile == nil {
      throw AttributeError(
        "The user of the kubeconfig logs in by the auth-provider \"\(name)\", which Kubernetes has dropped. Make a kubeconfig that uses an exec plugin.",
        summary: Kubeconfig.summary, at: "config_path")
    }
    let hasTLS = !cluster.authority.isEmpty || !user.clientCertificate.isEmpty || cluster.insecure
    server = try Self.url(cluster.server, hasTLS)
    authority = cluster.authority
    isInsecure = cluster.insecure
    tlsServerName = cluster.tlsServerName
    proxy = cluster.proxyURL
    execExtension = cluster.execExtension
    self.user = user
    authorities = try Self.bytes(cluster.authority, surroundings, "the cluster's certificate authority", at: "config_path")
    for (material, what) in [(user.clientCertificate, "the client certificate"), (user.clientKey, "the client's key")] {
      _ = try Self.bytes(material, surroundings, what, at: "config_path")
    }
  }

  // MARK: Where it comes from

  /// What the kubeconfig says, if one is named.
  private static func configured(
    _ settings: ClusterSettings, _ surroundings: Surroundings
  ) throws(AttributeError) -> (Kubeconfig.Cluster, Kubeconfig.User) {
    let argument: AttributePath = settings.configPath == nil ? "config_paths" : "config_path"
    if settings.files.isEmpty { return (Kubeconfig.Cluster(), Kubeconfig.User()) }
    let config = try Kubeconfig(settings.files, surroundings, argument: argument)
    let files = config.files.joined(separator: ", ")
    var context = Kubeconfig.Context()
    if let name = settings.configContext.flatMap({ $0.isEmpty ? nil : $0 }) ?? config.currentContext {
      guard let found = config.contexts[name] else {
        let there = config.contexts.isEmpty ? "none" : config.contexts.keys.sorted().joined(separator: ", ")
        throw AttributeError(
          "There is no context \"\(name)\" in \(files). There \(config.contexts.count == 1 ? "is" : "are"): \(there).", summary: Kubeconfig.summary,
          at: settings.configContext == nil ? argument : "config_context")
      }
      context = found
    }
    if let name = settings.configContextCluster, !name.isEmpty { context.cluster = name }
    if let name = settings.configContextAuthInfo, !name.isEmpty { context.user = name }
    var (cluster, user) = (Kubeconfig.Cluster(), Kubeconfig.User())
    if !context.cluster.isEmpty {
      guard let found = config.clusters[context.cluster] else { throw missing("cluster", context.cluster, files, argument) }
      cluster = found
    }
    if !context.user.isEmpty {
      guard let found = config.users[context.user] else { throw missing("user", context.user, files, argument) }
      user = found
    }
    if cluster.server.isEmpty, settings.host ?? "" == "" {
      throw AttributeError(
        context.cluster.isEmpty
          ? "No context is chosen in \(files), so that it is not clear which cluster is meant. Set config_context, or current-context in the file."
          : "The cluster \"\(context.cluster)\" in \(files) has no server.", summary: Kubeconfig.summary,
        at: context.cluster.isEmpty ? "config_context" : argument)
    }
    return (cluster, user)
  }

  private static func missing(_ what: String, _ name: String, _ files: String, _ argument: AttributePath) -> AttributeError {
    AttributeError("There is no \(what) \"\(name)\" in \(files).", summary: Kubeconfig.summary, at: argument)
  }

  /// Arguments count more than the kubeconfig. A way to log in that an argument gives replaces the others.
  private static func override(_ user: inout Kubeconfig.User, by settings: ClusterSettings) {
    func given(_ text: String?) -> String? { text.flatMap { $0.isEmpty ? nil : $0 } }
    if let pem = given(settings.clientCertificate) { user.clientCertificate = Kubeconfig.Material(data: Array(pem.utf8)) }
    if let pem = given(settings.clientKey) { user.clientKey = Kubeconfig.Material(data: Array(pem.utf8)) }
    if let token = given(settings.token) {
      (user.token, user.tokenFile, user.exec, user.username, user.password) = (token, nil, nil, nil, nil)
    } else if let name = given(settings.username) {
      (user.token, user.tokenFile, user.exec, user.username, user.password) = (nil, nil, nil, name, settings.password)
    } else if let exec = settings.exec {
      (user.token, user.tokenFile, user.exec, user.username, user.password) = (nil, nil, exec, nil, nil)
    }
    if let whom = settings.impersonation { user.impersonation = whom }
  }

  private static let serviceAccount = "/var/run/secrets/kubernetes.io/serviceaccount"

  /// The cluster that the program itself runs in; nil if it does not.
  private static func inCluster(_ surroundings: Surroundings, _ user: inout Kubeconfig.User) throws(AttributeError) -> Kubeconfig.Cluster? {
    guard let host = surroundings.environment["KUBERNETES_SERVICE_HOST"], let port = surroundings.environment["KUBERNETES_SERVICE_PORT"],
      !host.isEmpty, !port.isEmpty, (try? surroundings.files.status("\(serviceAccount)/token"))?.isFile ?? false
    else { return nil }
    if user.token == nil, user.exec == nil, user.username == nil { user.tokenFile = "\(serviceAccount)/token" }
    let authority = "\(serviceAccount)/ca.crt"
    let hasAuthority = (try? surroundings.files.status(authority))?.isFile ?? false
    return Kubeconfig.Cluster(
      server: "https://\(host.contains(":") ? "[\(host)]" : host):\(port)", authority: Kubeconfig.Material(path: hasAuthority ? authority : nil))
  }

  private static func nothingSaid(_ settings: ClusterSettings) -> AttributeError {
    AttributeError(
      "Nothing says which cluster is meant, and none is guessed. Name a kubeconfig with config_path (or KUBE_CONFIG_PATH) or config_paths (or "
        + "KUBE_CONFIG_PATHS), set host (or KUBE_HOST) with a token, a client certificate or an exec block, or run inside of a cluster with a service account.",
      summary: "No cluster is configured", at: "host")
  }

  /// A host as a URL: without a scheme it is taken for `https` where anything of TLS is configured.
  private static func url(_ host: String, _ hasTLS: Bool) throws(AttributeError) -> String {
    var url = host.contains("://") ? host : (hasTLS ? "https://" : "http://") + host
    while url.hasSuffix("/") { url.removeLast() }
    guard let scheme = url.firstRange(of: "://"), ["http", "https"].contains(url[..<scheme.lowerBound].lowercased()),
      scheme.upperBound < url.endIndex, !url.contains(where: { $0.isWhitespace || "?#".contains($0) })
    else {
      throw AttributeError("\"\(host)\" is no address of a cluster: a URL such as https://example.com:6443 is wanted.", summary: "Invalid host", at: "host")
    }
    return url
  }

  // MARK: What connections use

  func tls(_ credentials: Credentials) -> TLSSettings {
    TLSSettings(
      authorities: authorities, clientCertificate: credentials.clientCertificate, clientKey: credentials.clientKey,
      verifiesServer: !isInsecure, serverName: tlsServerName)
  }

  /// Headers that say as whom to act.
  var impersonation: [WebHeader] {
    guard let whom = user.impersonation else { return [] }
    var headers = [WebHeader("Impersonate-User", whom.user)]
    if !whom.uid.isEmpty { headers.append(WebHeader("Impersonate-Uid", whom.uid)) }
    headers += whom.groups.map { WebHeader("Impersonate-Group", $0) }
    for (key, values) in whom.extra.sorted(by: { $0.key < $1.key }) {
      headers += values.map { WebHeader("Impersonate-Extra-\(RequestPath.escaped(key))", $0) }
    }
    return headers
  }

  /// What exec plugins are told of the cluster.
  var execInformation: JSONValue {
    var information: JSONValue = ["server": .string(server)]
    if let authorities { information["certificate-authority-data"] = .string(Base64.encode(authorities)) }
    if isInsecure { information["insecure-skip-tls-verify"] = true }
    if let tlsServerName { information["tls-server-name"] = .string(tlsServerName) }
    if let proxy { information["proxy-url"] = .string(proxy) }
    if let execExtension { information["config"] = execExtension }
    return information
  }

  /// The content of PEM.
  /// - Parameter path: the provider's argument, while it is configured. Later calls are about objects, which have none of its arguments.
  static func bytes(
    _ material: Kubeconfig.Material, _ surroundings: Surroundings, _ what: String, at path: AttributePath = .root
  ) throws(AttributeError) -> [UInt8]? {
    if let data = material.data { return data }
    guard let file = material.path else { return nil }
    do {
      if let bytes = try surroundings.files.read(file) { return bytes }
    } catch {
      throw AttributeError("The file \(file) with \(what) cannot be read: \(error)", summary: Kubeconfig.summary, at: path)
    }
    throw AttributeError("There is no file \(file), in which \(what) should be.", summary: Kubeconfig.summary, at: path)
  }
}
