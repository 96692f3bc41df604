import ProviderKit
import YAML

/// Kubeconfig files, merged: which clusters there are, who one is to them, and which of both go together.
struct Kubeconfig: Sendable {
  struct Cluster: Sendable {
    var server = ""
    var authority = Material()
    var insecure = false
    var tlsServerName: String?
    var proxyURL: String?
    /// Handed on to exec plugins as it is.
    var execExtension: JSONValue?
  }

  struct User: Sendable {
    var clientCertificate = Material()
    var clientKey = Material()
    var token: String?
    var tokenFile: String?
    var username: String?
    var password: String?
    var exec: ExecPlugin?
    var impersonation: Impersonation?
    /// The name of a login method that kubectl once had built in.
    var authProvider: String?
  }

  struct Context: Sendable {
    var cluster = ""
    var user = ""
  }

  /// PEM that stands in the file, or in one beside it.
  struct Material: Sendable {
    var data: [UInt8]?
    var path: String?
    var isEmpty: Bool { data == nil && path == nil }
  }

  var clusters: [String: Cluster] = [:]
  var users: [String: User] = [:]
  var contexts: [String: Context] = [:]
  var currentContext: String?
  /// For error messages.
  var files: [String] = []

  /// Reads files. As for kubectl, what an earlier one says of a cluster, user or context counts, and as a whole.
  init(_ paths: [String], _ surroundings: Surroundings, argument: AttributePath) throws(AttributeError) {
    for path in paths {
      let path = Self.expanded(path, surroundings.environment)
      let bytes: [UInt8]?
      do { bytes = try surroundings.files.read(path) } catch {
        throw AttributeError("The kubeconfig \(path) cannot be read: \(error)", summary: Self.summary, at: argument)
      }
      guard let bytes else { throw AttributeError("There is no kubeconfig at \(path).", summary: Self.summary, at: argument) }
      do throws(KubeconfigError) {
        let file = try KubeconfigFile(bytes, directory: Self.directory(of: path))
        clusters.merge(file.clusters) { first, _ in first }
        users.merge(file.users) { first, _ in first }
        contexts.merge(file.contexts) { first, _ in first }
        if currentContext == nil { currentContext = file.currentContext }
        files.append(path)
      } catch {
        throw AttributeError("The kubeconfig \(path) cannot be used: \(error.message)", summary: Self.summary, at: argument)
      }
    }
  }

  static let summary = "Invalid kubeconfig"

  /// A path with the home directory in the place of a `~`.
  static func expanded(_ path: String, _ environment: [String: String]) -> String {
    guard let home = environment["HOME"], !home.isEmpty else { return path }
    if path == "~" { return home }
    return path.hasPrefix("~/") ? home + path.dropFirst() : path
  }

  private static func directory(of path: String) -> String {
    path.lastIndex(of: "/").map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
  }
}

struct KubeconfigError: Error {
  var message: String
}

/// One file.
struct KubeconfigFile {
  var clusters: [String: Kubeconfig.Cluster] = [:]
  var users: [String: Kubeconfig.User] = [:]
  var contexts: [String: Kubeconfig.Context] = [:]
  var currentContext: String?
  /// Where the paths in it start.
  private let directory: String

  init(_ bytes: [UInt8], directory: String) throws(KubeconfigError) {
    self.directory = directory
    let json: JSONValue
    do { json = try YAML.value(bytes) } catch { throw KubeconfigError(message: "\(error).") }
    if json.isNull { return }
    guard json.asObject != nil else { throw KubeconfigError(message: "it is a \(json.typeName) and no object.") }
    if let kind = json["kind"]?.asString, kind != "Config" { throw KubeconfigError(message: "it is of kind \"\(kind)\", not \"Config\".") }
    if let name = json["current-context"]?.asString, !name.isEmpty { currentContext = name }
    for (name, entry) in try Self.entries("clusters", "cluster", json) where clusters[name] == nil { clusters[name] = try cluster(entry, name) }
    for (name, entry) in try Self.entries("users", "user", json) where users[name] == nil { users[name] = try user(entry, name) }
    for (name, entry) in try Self.entries("contexts", "context", json) where contexts[name] == nil {
      contexts[name] = Kubeconfig.Context(cluster: entry["cluster"]?.asString ?? "", user: entry["user"]?.asString ?? "")
    }
  }

  private static func entries(_ list: String, _ member: String, _ json: JSONValue) throws(KubeconfigError) -> [(String, JSONValue)] {
    guard let value = json[list], !value.isNull else { return [] }
    guard let items = value.asArray else { throw KubeconfigError(message: "\"\(list)\" is no list.") }
    return items.compactMap { item in item["name"]?.asString.map { ($0, item[member] ?? [:]) } }
  }

  private func cluster(_ json: JSONValue, _ name: String) throws(KubeconfigError) -> Kubeconfig.Cluster {
    let extensions = json["extensions"]?.asArray ?? []
    return Kubeconfig.Cluster(
      server: json["server"]?.asString ?? "", authority: try material("certificate-authority", json, "cluster \"\(name)\""),
      insecure: json["insecure-skip-tls-verify"]?.asBool ?? false, tlsServerName: Self.text(json["tls-server-name"]),
      proxyURL: Self.text(json["proxy-url"]),
      execExtension: extensions.first { $0["name"]?.asString == "client.authentication.k8s.io/exec" }?["extension"])
  }

  private func user(_ json: JSONValue, _ name: String) throws(KubeconfigError) -> Kubeconfig.User {
    var user = Kubeconfig.User()
    user.clientCertificate = try material("client-certificate", json, "user \"\(name)\"")
    user.clientKey = try material("client-key", json, "user \"\(name)\"")
    user.token = Self.text(json["token"])
    user.tokenFile = Self.text(json["tokenFile"]).map(absolute)
    user.username = Self.text(json["username"])
    user.password = Self.text(json["password"])
    if let exec = json["exec"], !exec.isNull { user.exec = try plugin(exec, name) }
    if let whom = Self.text(json["as"]) {
      user.impersonation = Impersonation(
        user: whom, uid: Self.text(json["as-uid"]) ?? "", groups: json["as-groups"]?.asArray?.compactMap(\.asString) ?? [],
        extra: json["as-user-extra"]?.asObject?.mapValues { $0.asArray?.compactMap(\.asString) ?? [] } ?? [:])
    }
    user.authProvider = json["auth-provider"].map { $0["name"]?.asString ?? "" }
    return user
  }

  private func plugin(_ json: JSONValue, _ name: String) throws(KubeconfigError) -> ExecPlugin {
    guard let command = Self.text(json["command"]) else { throw KubeconfigError(message: "the exec plugin of user \"\(name)\" has no command.") }
    let version = json["apiVersion"]?.asString ?? ""
    let said = Self.text(json["interactiveMode"])
    var mode = ExecPlugin.InteractiveMode.ifAvailable
    if let said {
      guard let known = ExecPlugin.InteractiveMode(rawValue: said) else {
        throw KubeconfigError(message: "the exec plugin of user \"\(name)\" has the interactiveMode \"\(said)\", which is none of Never, IfAvailable and Always.")
      }
      mode = known
    }
    var environment: [String: String] = [:]
    for entry in json["env"]?.asArray ?? [] {
      if let name = entry["name"]?.asString { environment[name] = entry["value"]?.asString ?? "" }
    }
    return ExecPlugin(
      apiVersion: version, command: command.contains("/") ? absolute(command) : command,
      arguments: json["args"]?.asArray?.compactMap(\.asString) ?? [], environment: environment, interactiveMode: mode,
      providesClusterInfo: json["provideClusterInfo"]?.asBool ?? false, installHint: json["installHint"]?.asString ?? "")
  }

  /// What stands in the file itself counts more than what it refers to.
  private func material(_ name: String, _ json: JSONValue, _ place: String) throws(KubeconfigError) -> Kubeconfig.Material {
    if let text = Self.text(json["\(name)-data"]) {
      guard let bytes = Base64.decode(text) else { throw KubeconfigError(message: "\(name)-data of \(place) is no base64.") }
      return Kubeconfig.Material(data: bytes)
    }
    return Kubeconfig.Material(path: Self.text(json[name]).map(absolute))
  }

  private func absolute(_ path: String) -> String {
    path.hasPrefix("/") ? path : "\(directory)/\(path.hasPrefix("./") ? path.dropFirst(2) : path[...])"
  }

  /// Empty texts say nothing.
  private static func text(_ value: JSONValue?) -> String? {
    guard let text = value?.asString, !text.isEmpty else { return nil }
    return text
  }
}
