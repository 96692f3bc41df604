import Host
import Values

/// Digests, passwords, identifiers and RSA.
func hashFunctions(_ environment: FunctionEnvironment) -> [Function] {
  let hexadecimal: @Sendable ([UInt8]) -> String = { Hexadecimal.encode($0) }
  let base64: @Sendable ([UInt8]) -> String = { Base64.encode($0) }
  return [
    digest("md5", .md5, hexadecimal), digest("sha1", .sha1, hexadecimal), digest("sha256", .sha256, hexadecimal),
    digest("sha512", .sha512, hexadecimal), digest("base64sha256", .sha256, base64),
    digest("base64sha512", .sha512, base64),
    fileDigest("filemd5", .md5, environment, hexadecimal), fileDigest("filesha1", .sha1, environment, hexadecimal),
    fileDigest("filesha256", .sha256, environment, hexadecimal),
    fileDigest("filesha512", .sha512, environment, hexadecimal),
    fileDigest("filebase64sha256", .sha256, environment, base64),
    fileDigest("filebase64sha512", .sha512, environment, base64),
    Function("bcrypt", [.string("str")], variadic: .number("cost"), returns: .string) {
      (arguments) throws(FunctionError) in
      environment.isPlanning ? .unknownString : try bcrypt(arguments, environment)
    },
    Function("uuid", [], returns: .string) { _ in
      environment.isPlanning ? .unknownString : .string(Identifier.random(environment.randomBytes(16)).text)
    },
    Function("uuidv5", [.string("namespace"), .string("name")], returns: .string, call: nameBasedIdentifier),
    Function("rsadecrypt", [.string("ciphertext"), .string("privatekey")], returns: .string, call: decryptRSA),
  ]
}

private func digest(
  _ name: String, _ algorithm: MessageDigest.Algorithm, _ encode: @escaping @Sendable ([UInt8]) -> String
) -> Function {
  Function(name, [.string("str")], returns: .string) { arguments in
    .string(encode(MessageDigest.of(Array(arguments.text(0).utf8), algorithm)))
  }
}

private func fileDigest(
  _ name: String, _ algorithm: MessageDigest.Algorithm, _ environment: FunctionEnvironment,
  _ encode: @escaping @Sendable ([UInt8]) -> String
) -> Function {
  Function(name, [.string("path")], returns: .string) { (arguments) throws(FunctionError) in
    let (shown, actual) = try FileAccess(environment: environment).located(arguments.text(0))
    do throws(FileError) {
      return .string(encode(try MessageDigest.ofFile(actual, in: environment.files, algorithm)))
    } catch {
      throw FunctionError("\(error.code == .isDirectory ? "read" : "open") \(shown): \(error.sentence)")
    }
  }
}

private func bcrypt(_ arguments: [Value], _ environment: FunctionEnvironment) throws(FunctionError) -> Value {
  if arguments.count > 2 { throw FunctionError("bcrypt() takes no more than two arguments") }
  let cost = arguments.count == 2 ? try arguments.integer(1) : 10
  let password = Array(arguments.text(0).utf8)
  if password.count > 72 {
    throw FunctionError("error occured generating password bcrypt: password length exceeds 72 bytes")
  }
  if cost > 31 {
    throw FunctionError("error occured generating password crypto/bcrypt: cost \(cost) is outside allowed range (4,31)")
  }
  // A cost that is too small is not refused but replaced.
  guard let hash = PasswordHash.bcrypt(password, cost: cost < 4 ? 10 : cost, salt: environment.randomBytes(16)) else {
    throw FunctionError("error occured generating password: it cannot be hashed with bcrypt")
  }
  return .string(hash)
}

private let namespaces: [String: UInt8] = ["dns": 0x10, "url": 0x11, "oid": 0x12, "x500": 0x14]

private func nameBasedIdentifier(_ arguments: [Value]) throws(FunctionError) -> Value {
  let text = arguments.text(0)
  let namespace: Identifier
  if let number = namespaces[text] {
    namespace = .standardNamespace(number)
  } else {
    do throws(Identifier.Malformed) {
      namespace = try Identifier(parsing: text)
    } catch {
      throw FunctionError("uuidv5() doesn't support namespace \(text) (\(error.reason))")
    }
  }
  return .string(Identifier.named(Array(arguments.text(1).utf8), in: namespace).text)
}

private func decryptRSA(_ arguments: [Value]) throws(FunctionError) -> Value {
  let text = arguments.text(0)
  guard let ciphertext = Base64Text.decode(text) else {
    throw FunctionError(
      "failed to decode input \(JSONWriter.quoted(text, escapesHTML: false)): cipher text must be base64-encoded",
      argument: 0)
  }
  let key: PrivateKey
  do throws(PrivateKey.Unusable) {
    key = try PrivateKey(parsing: arguments.text(1))
  } catch {
    throw FunctionError(error.reason, argument: 1)
  }
  guard let plain = key.decrypt(ciphertext) else {
    throw FunctionError("failed to decrypt: crypto/rsa: decryption error")
  }
  return .text(String(decoding: plain, as: UTF8.self))
}
