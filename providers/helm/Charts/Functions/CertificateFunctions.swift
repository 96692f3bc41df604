import YAML

/// Keys and certificates.
enum CertificateFunctions {
  static let all: [Function] = [
    Function("genPrivateKey", .string, body: privateKey).varying,
    Function("genCA", .string, .int) { call throws(TemplateError) in try authority(call, key: nil) }.varying,
    Function("genCAWithKey", .string, .int, .string) { call throws(TemplateError) in try authority(call, key: call.text(2)) }.varying,
    Function("genSelfSignedCert", .string, .list, .list, .int) { call throws(TemplateError) in try leaf(call, nil, key: nil) }.varying,
    Function("genSelfSignedCertWithKey", .string, .list, .list, .int, .string) { call throws(TemplateError) in
      try leaf(call, nil, key: call.text(4))
    }.varying,
    Function("genSignedCert", .string, .list, .list, .int, .any) { call throws(TemplateError) in
      try leaf(call, try certificate(call[4]), key: nil)
    }.varying,
    Function("genSignedCertWithKey", .string, .list, .list, .int, .any, .string) { call throws(TemplateError) in
      try leaf(call, try certificate(call[4]), key: call.text(5))
    }.varying,
    Function("buildCustomCert", .string, .string, body: build),
  ]

  private static func privateKey(_ call: Call) throws(TemplateError) -> Value {
    guard let kind = KeyPair.Kind(rawValue: call.text(0).isEmpty ? "rsa" : call.text(0)) else {
      return .string("Unknown type " + call.text(0))
    }
    return .string(try KeyPair(generating: kind, bits: 4096).pem())
  }

  private static func pair(_ key: String?) throws(TemplateError) -> KeyPair {
    if let key { try KeyPair(pem: key) } else { try KeyPair(generating: .rsa, bits: 2048) }
  }

  private static func authority(_ call: Call, key: String?) throws(TemplateError) -> Value {
    let pair = try pair(key)
    let request = CertificateRequest(
      commonName: call.text(0), days: call.int(1), isAuthority: true, start: call.execution.world.now().seconds,
      serial: call.execution.world.randomBytes(16))
    return .object(CertificateObject(cert: try request.certificate(of: pair, signedBy: nil), key: try pair.pem()))
  }

  private static func leaf(_ call: Call, _ signer: CertificateObject?, key: String?) throws(TemplateError) -> Value {
    let pair = try pair(key)
    var request = CertificateRequest(
      commonName: call.text(0), days: call.int(3), isAuthority: false, start: call.execution.world.now().seconds,
      serial: call.execution.world.randomBytes(16))
    request.addresses = try strings(call[1], "ip")
    request.names = try strings(call[2], "alternate dns name")
    return .object(CertificateObject(cert: try request.certificate(of: pair, signedBy: signer), key: try pair.pem()))
  }

  private static func strings(_ value: Value, _ what: String) throws(TemplateError) -> [String] {
    guard case .list(let list) = value else { return [] }
    var texts: [String] = []
    for element in list.elements {
      guard let bytes = element.stringBytes else {
        throw TemplateError("error processing \(what): \(GoPrinting.text(element)) is not a string")
      }
      texts.append(String(decoding: bytes, as: UTF8.self))
    }
    return texts
  }

  private static func certificate(_ value: Value) throws(TemplateError) -> CertificateObject {
    guard case .object(let object) = value, let certificate = object as? CertificateObject else {
      throw TemplateError("wrong type for value; expected sprig.certificate; got \(value.typeNameInMessages)")
    }
    return certificate
  }

  private static func build(_ call: Call) throws(TemplateError) -> Value {
    guard let cert = Base64.decode(call.text(0)) else { throw TemplateError("unable to decode base64 certificate") }
    guard let key = Base64.decode(call.text(1)) else { throw TemplateError("unable to decode base64 private key") }
    let object = CertificateObject(cert: String(decoding: cert, as: UTF8.self), key: String(decoding: key, as: UTF8.self))
    _ = try IssuerCertificate(pem: object.cert)
    _ = try KeyPair(pem: object.key)
    return .object(object)
  }
}

/// A certificate and its key, both as PEM.
final class CertificateObject: TemplateObject {
  let cert: String
  let key: String

  init(cert: String, key: String) { (self.cert, self.key) = (cert, key) }

  override var typeName: String { "sprig.certificate" }
  override var text: String { "{\(cert) \(key)}" }
  override var json: JSONValue { ["Cert": .string(cert), "Key": .string(key)] }

  override func field(_ name: String) -> Value? {
    switch name {
    case "Cert": .string(cert)
    case "Key": .string(key)
    default: nil
    }
  }
}
