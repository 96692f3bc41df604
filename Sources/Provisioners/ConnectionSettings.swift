import Host
import Values

/// What a `connection` block says, with what stands for what it does not say.
struct ConnectionSettings {
  var endpoint: RemoteEndpoint
  var bastion: RemoteEndpoint?
  var timeoutSeconds: Int
  var scriptPath: String
  var isWindows: Bool

  /// - Parameter readKey: gives the text of a key that is written as the path of its file.
  init(_ value: Value?, environment: [String: String], readKey: (String) -> String) throws(RemoteError) {
    guard let value else { throw RemoteError(.invalid, "Missing connection configuration for provisioner.") }
    func text(_ name: String) -> String? { value.text(name).flatMap { $0.isEmpty ? nil : $0 } }
    switch text("type") ?? "ssh" {
    case "ssh": break
    case "winrm":
      throw RemoteError(
        .invalid,
        "connection type 'winrm' is not supported: provisioners connect by SSH only. Windows has an OpenSSH server; with it, use type = "
          + "\"ssh\" and target_platform = \"windows\"")
    case let other: throw RemoteError(.invalid, "connection type '\(other)' not supported")
    }
    guard let host = text("host") else { throw RemoteError(.invalid, "host for provisioner cannot be empty") }
    if text("proxy_host") != nil {
      throw RemoteError(.invalid, "proxy_host is not supported: connections go straight to the host or through a bastion_host")
    }
    let platform = text("target_platform") ?? "unix"
    guard platform == "unix" || platform == "windows" else {
      throw RemoteError(.invalid, "target_platform for provisioner has to be either \"unix\" or \"windows\"")
    }
    isWindows = platform == "windows"
    scriptPath =
      text("script_path") ?? (isWindows ? "C:/windows/temp/terraform_%RAND%.cmd" : "/tmp/terraform_%RAND%.sh")
    let duration = text("timeout") ?? "5m"
    guard let seconds = Self.seconds(duration) else {
      throw RemoteError(.invalid, "timeout \"\(duration)\" is no duration like \"30s\" or \"5m\"")
    }
    timeoutSeconds = seconds
    let agent = environment["SSH_AUTH_SOCK"].flatMap { $0.isEmpty ? nil : $0 }
    let usesAgent = value.attribute("agent")?.asBool ?? true
    endpoint = RemoteEndpoint(
      host: host, port: try Self.port(value, "port") ?? 22, user: text("user") ?? "root", password: text("password"),
      privateKey: text("private_key").map(readKey), certificate: text("certificate").map(readKey), hostKey: text("host_key"),
      agentSocket: usesAgent ? agent : nil)
    if let bastionHost = text("bastion_host") {
      bastion = RemoteEndpoint(
        host: bastionHost, port: try Self.port(value, "bastion_port") ?? endpoint.port,
        user: text("bastion_user") ?? endpoint.user, password: text("bastion_password") ?? endpoint.password,
        privateKey: text("bastion_private_key").map(readKey) ?? endpoint.privateKey,
        certificate: text("bastion_certificate").map(readKey) ?? endpoint.certificate, hostKey: text("bastion_host_key"),
        agentSocket: endpoint.agentSocket)
    }
  }

  private static func port(_ value: Value, _ name: String) throws(RemoteError) -> Int? {
    guard let given = value.attribute(name), !given.isNull else { return nil }
    guard let port = given.asInt, (0...65_535).contains(port) else {
      throw RemoteError(.invalid, "\(name) must be a whole number from 1 to 65535")
    }
    return port == 0 ? nil : port
  }

  /// A duration of hours, minutes and seconds: `1h30m`, `45s`, `1.5m`; nil for anything else.
  static func seconds(_ text: String) -> Int? {
    var rest = text[...]
    var total = 0.0
    if rest == "0" { return 0 }
    if rest.isEmpty { return nil }
    while !rest.isEmpty {
      let digits = rest.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
      rest = rest.dropFirst(digits.count)
      let unit = rest.prefix { $0.isLetter }
      rest = rest.dropFirst(unit.count)
      let factors = ["h": 3600.0, "m": 60, "s": 1, "ms": 0.001]
      guard let number = Double(digits), let factor = factors[String(unit)] else { return nil }
      total += number * factor
    }
    return total < 1e9 ? Int(total.rounded(.up)) : nil
  }

  /// What people are told before the first attempt.
  var announcement: [String] {
    var lines = ["Connecting to remote host via SSH..."] + Self.lines(endpoint)
    lines.append("  Target Platform: \(isWindows ? "windows" : "unix")")
    if let bastion { lines += ["Using configured bastion host..."] + Self.lines(bastion) }
    return lines
  }

  private static func lines(_ endpoint: RemoteEndpoint) -> [String] {
    [
      "  Host: \(endpoint.host)", "  User: \(endpoint.user)", "  Password: \(endpoint.password != nil)",
      "  Private key: \(endpoint.privateKey != nil)", "  Certificate: \(endpoint.certificate != nil)",
      "  SSH Agent: \(endpoint.agentSocket != nil)", "  Checking Host Key: \(endpoint.hostKey != nil)",
    ]
  }
}
