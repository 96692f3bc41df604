import ProviderKit
import YAML

/// One run of a program that prints credentials (`client.authentication.k8s.io`).
struct ExecPluginRun {
  private static let versions = ["client.authentication.k8s.io/v1", "client.authentication.k8s.io/v1beta1"]
  private let plugin: ExecPlugin
  private let access: ClusterAccess
  private let surroundings: Surroundings

  init(_ plugin: ExecPlugin, _ access: ClusterAccess, _ surroundings: Surroundings) {
    self.plugin = plugin
    self.access = access
    self.surroundings = surroundings
  }

  func credentials() async throws(AttributeError) -> Credentials {
    guard Self.versions.contains(plugin.apiVersion) else {
      throw failure("has the apiVersion \"\(plugin.apiVersion)\"; known are \(Self.versions.joined(separator: " and ")).")
    }
    if plugin.interactiveMode == .always { throw failure("wants to ask questions at a terminal, and there is none here.") }
    let result: ProgramResult
    do {
      result = try await surroundings.programs.run(
        Program(plugin.command, plugin.arguments, environment: environment), timeout: .seconds(120))
    } catch let error as ProgramError {
      let hint = plugin.installHint.trimmingBlanks
      throw failure("could not be started: \(error.message)." + (hint.isEmpty ? "" : "\n\n\(hint)"))
    } catch {
      throw failure("was stopped.")
    }
    guard result.isSuccess else {
      let said = String(decoding: result.standardError, as: UTF8.self).trimmingBlanks
      throw failure("ended with \(result.ending)." + (said.isEmpty ? "" : " It said:\n\n\(said.prefix(2000))"))
    }
    return try read(result.standardOutput)
  }

  private var environment: [String: String] {
    var spec: JSONValue = ["interactive": false]
    if plugin.providesClusterInfo { spec["cluster"] = access.execInformation }
    let information: JSONValue = ["apiVersion": .string(plugin.apiVersion), "kind": "ExecCredential", "spec": spec]
    var environment = surroundings.environment.merging(plugin.environment) { $1 }
    environment["KUBERNETES_EXEC_INFO"] = information.jsonText()
    return environment
  }

  private func read(_ bytes: [UInt8]) throws(AttributeError) -> Credentials {
    let json: JSONValue
    do { json = try JSONValue(json: bytes) } catch { throw failure("printed what is no ExecCredential: \(error).") }
    guard json["kind"]?.asString == "ExecCredential", json["apiVersion"]?.asString == plugin.apiVersion else {
      throw failure(
        "printed a \"\(json["kind"]?.asString ?? "")\" of \"\(json["apiVersion"]?.asString ?? "")\", and not an ExecCredential of \"\(plugin.apiVersion)\".")
    }
    let status = json["status"] ?? [:]
    func text(_ name: String) -> String? { status[name]?.asString.flatMap { $0.isEmpty ? nil : $0 } }
    var credentials = Credentials()
    if let token = text("token") { credentials.headers = [WebHeader("Authorization", "Bearer \(token.trimmingBlanks)")] }
    credentials.clientCertificate = text("clientCertificateData").map { Array($0.utf8) }
    credentials.clientKey = text("clientKeyData").map { Array($0.utf8) }
    guard (credentials.clientCertificate == nil) == (credentials.clientKey == nil) else {
      throw failure("printed a client certificate without its key, or a key without its certificate.")
    }
    if credentials.headers.isEmpty, credentials.clientCertificate == nil { throw failure("printed neither a token nor a client certificate.") }
    if let time = text("expirationTimestamp") {
      guard let seconds = Timestamp.seconds(time) else { throw failure("printed the expirationTimestamp \"\(time)\", which is no time.") }
      credentials.expiry = seconds
    }
    return credentials
  }

  private func failure(_ text: String) -> AttributeError {
    AttributeError("The exec plugin \"\(plugin.command)\" \(text)", summary: "No credentials for the cluster")
  }
}
