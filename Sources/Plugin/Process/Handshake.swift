/// What a plugin says of itself in the one line it prints at the start.
struct Handshake: Equatable, Sendable {
  var protocolVersion: Int
  var address: PluginAddress
  /// The plugin's certificate, DER; nil when it speaks in the clear.
  var certificate: [UInt8]?
}

/// A handshake line that cannot be accepted, with the sentence for the user.
struct HandshakeError: Error, Equatable {
  var code: PluginError.Code
  var message: String
}

extension Handshake {
  /// Reads `CORE|APP|NETWORK|ADDRESS|PROTOCOL|SERVERCERT[|MULTIPLEX]` (go-plugin's `docs/internals.md`).
  init(line: String) throws(HandshakeError) {
    let trimmed = line.drop { $0 == " " || $0 == "\t" || $0 == "\r" }
    let parts = trimmed.split(separator: "|", omittingEmptySubsequences: false).map(Self.trimmed)
    guard parts.count >= 4 else {
      throw HandshakeError(
        code: .unrecognizedHandshake,
        message: """
          it did not answer as a provider does. Its first line of output was:
            \(Self.shown(line))
          This usually means that the program is no provider, was built for another system, or misses a library that it \
          needs. Reinstalling it may help.
          """)
    }
    guard parts[0] == "1" else {
      throw HandshakeError(
        code: .unsupportedProtocol,
        message: "it uses version \(Self.shown(parts[0])) of the plugin handshake; only version 1 is supported. "
          + "A newer release of this program may support it.")
    }
    guard let version = Int(parts[1]), PluginProtocol.majorVersions.contains(version) else {
      throw HandshakeError(
        code: .unsupportedProtocol,
        message: """
          it speaks plugin protocol version \(Self.shown(parts[1])); supported are versions 5 and 6. Choose \
          \(Int(parts[1]).map { $0 < 5 } ?? false ? "a newer" : "another") version of the provider.
          """)
    }
    // A line without a fifth field is from before gRPC.
    let transport = parts.count > 4 ? parts[4] : "netrpc"
    guard transport == "grpc" else {
      throw HandshakeError(
        code: .unsupportedProtocol,
        message: "it uses the transport \(Self.shown(transport)), which is not supported; only gRPC is. "
          + "Choose a newer version of the provider.")
    }
    guard let address = PluginAddress(network: parts[2], address: parts[3]) else {
      throw HandshakeError(
        code: .unrecognizedHandshake,
        message: "it listens at an address that makes no sense: \(Self.shown(parts[2])) \(Self.shown(parts[3])).")
    }
    self.protocolVersion = version
    self.address = address
    // Go's client too takes only a longer text for a certificate.
    if parts.count > 5, parts[5].utf8.count > 50 {
      guard let certificate = decodeBase64(parts[5].utf8) else {
        throw HandshakeError(code: .unrecognizedHandshake, message: "the certificate it announced is not valid base64.")
      }
      self.certificate = certificate
    }
  }

  private static func trimmed(_ text: Substring) -> String {
    var text = text
    while let last = text.last, last.isWhitespace { text.removeLast() }
    return String(text.drop { $0.isWhitespace })
  }

  /// Foreign text made fit for a message: one line, no control characters, not too long.
  static func shown(_ text: some StringProtocol) -> String {
    let clean = String(text.unicodeScalars.prefix(200).map { $0.value < 32 || $0.value == 127 ? "?" : Character($0) })
    return clean.isEmpty ? "\"\"" : clean
  }
}
