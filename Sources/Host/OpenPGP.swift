import CRnp

/// Checks OpenPGP signatures by librnp.
package enum OpenPGP {
  /// The key that made a valid signature.
  package struct Signer: Hashable, Sendable {
    /// Upper-case hexadecimal: 16 and 40 digits.
    package var keyID: String
    package var fingerprint: String
  }

  package enum Failure: Error, Hashable, Sendable {
    /// A key cannot be read.
    case unreadableKey
    case unreadableSignature
    /// None of the keys made the signature.
    case unknownIssuer
    /// The signature is of another text.
    case invalid
  }

  /// Finds which of the keys signed the text. A signature or a key that is valid but has expired since is accepted,
  /// as old releases stay installable.
  /// - Parameters:
  ///   - signature: detached, binary or armored.
  ///   - keys: armored public keys.
  package static func verify(_ text: [UInt8], signature: [UInt8], keys: [String]) throws(Failure) -> Signer {
    // librnp complains on standard error of what is no OpenPGP data at all, so such data does not reach it: a packet
    // begins with the highest bit set, and armor with a line of its own.
    let isPacket = signature.first.map { $0 & 0x80 != 0 } ?? false
    guard isPacket || signature.starts(with: "-----BEGIN PGP SIGNATURE-----".utf8) else { throw .unreadableSignature }
    guard keys.allSatisfy({ $0.utf8.contains(UInt8(ascii: "-")) }) else { throw .unreadableKey }
    guard let checker = KeyRing() else { throw .unreadableKey }
    for key in keys {
      guard checker.add([UInt8](key.utf8)) else { throw .unreadableKey }
    }
    return try checker.verify(text, signature: signature)
  }

  /// Finds which of the keys signed a text that is readable with its signature below it, and gives that text.
  /// - Parameter keyRing: public keys, armored or not, or GnuPG's key box.
  package static func verify(cleartext message: [UInt8], keyRing: [UInt8]) throws(Failure) -> (text: [UInt8], signer: Signer) {
    guard message.starts(with: "-----BEGIN PGP SIGNED MESSAGE-----".utf8) else { throw .unreadableSignature }
    let isBox = keyRing.dropFirst(8).starts(with: "KBXf".utf8)
    guard isBox || keyRing.starts(with: "-----BEGIN PGP".utf8) || keyRing.first.map({ $0 & 0x80 != 0 }) ?? false, let checker = KeyRing(),
      checker.add(keyRing, isBox: isBox)
    else { throw .unreadableKey }
    return try checker.verify(cleartext: message)
  }
}

/// One rnp session with the keys that it has learned.
@safe private struct KeyRing: ~Copyable {
  private let session: rnp_ffi_t

  init?() {
    var session: rnp_ffi_t?
    guard unsafe rnp_ffi_create(&session, "GPG", "GPG") == RNP_SUCCESS, let session = unsafe session else { return nil }
    unsafe self.session = unsafe session
  }

  deinit { unsafe rnp_ffi_destroy(session) }

  func add(_ key: [UInt8], isBox: Bool = false) -> Bool {
    unsafe KeyRing.withInput(key) { input in
      unsafe rnp_load_keys(session, isBox ? "KBX" : "GPG", input, UInt32(RNP_LOAD_SAVE_PUBLIC_KEYS)) == RNP_SUCCESS
    } ?? false
  }

  /// The text counts for nothing unless the signature holds.
  func verify(cleartext message: [UInt8]) throws(OpenPGP.Failure) -> (text: [UInt8], signer: OpenPGP.Signer) {
    var created: rnp_output_t?
    guard unsafe rnp_output_to_memory(&created, 0) == RNP_SUCCESS, let output = unsafe created else { throw .unreadableSignature }
    defer { unsafe rnp_output_destroy(output) }
    var result = Outcome.failure(.unreadableSignature)
    _ = unsafe KeyRing.withInput(message) { message in
      var operation: rnp_op_verify_t?
      guard unsafe rnp_op_verify_create(&operation, session, message, output) == RNP_SUCCESS, let operation = unsafe operation else { return }
      result = unsafe outcome(operation)
    }
    let signer = try result.get()
    var bytes: UnsafeMutablePointer<UInt8>?
    var count = 0
    guard unsafe rnp_output_memory_get_buf(output, &bytes, &count, false) == RNP_SUCCESS, let bytes = unsafe bytes else {
      throw .unreadableSignature
    }
    return (unsafe Array(UnsafeBufferPointer(start: bytes, count: count)), signer)
  }

  func verify(_ text: [UInt8], signature: [UInt8]) throws(OpenPGP.Failure) -> OpenPGP.Signer {
    var result = Outcome.failure(.unreadableSignature)
    _ = unsafe KeyRing.withInput(text) { text in
      unsafe KeyRing.withInput(signature) { signature in result = unsafe outcome(text, signature) }
    }
    return try result.get()
  }

  private typealias Outcome = Result<OpenPGP.Signer, OpenPGP.Failure>

  private func outcome(_ text: rnp_input_t, _ signature: rnp_input_t) -> Outcome {
    var created: rnp_op_verify_t?
    guard unsafe rnp_op_verify_detached_create(&created, session, text, signature) == RNP_SUCCESS,
      let operation = unsafe created
    else { return .failure(.unreadableSignature) }
    return unsafe outcome(operation)
  }

  /// Runs a verification and ends it.
  private func outcome(_ operation: rnp_op_verify_t) -> Outcome {
    defer { unsafe rnp_op_verify_destroy(operation) }
    // The result of the whole is not asked: it knows no difference between an unknown and a wrong signature.
    unsafe rnp_op_verify_execute(operation)
    var count = 0
    unsafe rnp_op_verify_get_signature_count(operation, &count)
    if count == 0 { return .failure(.unreadableSignature) }
    var failure = OpenPGP.Failure.unknownIssuer
    for index in 0..<count {
      var found: rnp_op_verify_signature_t?
      guard unsafe rnp_op_verify_get_signature_at(operation, index, &found) == RNP_SUCCESS, let found = unsafe found
      else {
        continue
      }
      switch unsafe rnp_op_verify_signature_get_status(found) {
      case rnp_result_t(RNP_SUCCESS), rnp_result_t(RNP_ERROR_SIGNATURE_EXPIRED):
        if let signer = unsafe signer(of: found) { return .success(signer) }
      case rnp_result_t(RNP_ERROR_KEY_NOT_FOUND): break
      default: failure = .invalid
      }
    }
    return .failure(failure)
  }

  private func signer(of signature: rnp_op_verify_signature_t) -> OpenPGP.Signer? {
    var found: rnp_key_handle_t?
    guard unsafe rnp_op_verify_signature_get_key(signature, &found) == RNP_SUCCESS, let key = unsafe found else {
      return nil
    }
    defer { unsafe rnp_key_handle_destroy(key) }
    // A signing subkey stands for the key that it belongs to.
    var text: UnsafeMutablePointer<CChar>?
    if unsafe rnp_key_get_primary_fprint(key, &text) != RNP_SUCCESS {
      guard unsafe rnp_key_get_fprint(key, &text) == RNP_SUCCESS else { return nil }
    }
    guard let text = unsafe text else { return nil }
    defer { unsafe rnp_buffer_destroy(text) }
    let fingerprint = unsafe String(cString: text).uppercased()
    // The identifier is the end of the fingerprint in version 4 of the format, its start later.
    let keyID = fingerprint.utf8.count == 40 ? fingerprint.suffix(16) : fingerprint.prefix(16)
    return OpenPGP.Signer(keyID: String(keyID), fingerprint: fingerprint)
  }

  /// Bytes as an rnp input, which copies them.
  private static func withInput<Result>(_ bytes: [UInt8], _ body: (rnp_input_t) -> Result) -> Result? {
    var created: rnp_input_t?
    let code = unsafe bytes.withUnsafeBufferPointer {
      unsafe rnp_input_from_memory(&created, $0.baseAddress, $0.count, true)
    }
    guard code == RNP_SUCCESS, let input = unsafe created else { return nil }
    defer { unsafe rnp_input_destroy(input) }
    return unsafe body(input)
  }
}
