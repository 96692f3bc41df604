import CSSH

/// Proves who we are: with the private key first, then the password, then the keys of the agent.
@safe struct SSHLogin {
  let session: OpaquePointer
  let endpoint: RemoteEndpoint

  func logIn() throws(RemoteError) {
    if unsafe isAccepted(ssh_userauth_none(session, nil)) { return }
    var tried: [String] = []
    if let privateKey = endpoint.privateKey {
      tried.append("the private key")
      if try accepts(privateKey) { return }
    }
    if let password = endpoint.password {
      tried.append("the password")
      if unsafe isAccepted(ssh_userauth_password(session, nil, password)) || answersQuestions(with: password) { return }
    }
    if endpoint.agentSocket != nil {
      tried.append("the keys of the agent")
      if unsafe isAccepted(ssh_userauth_agent(session, nil)) { return }
    }
    let list = tried.isEmpty ? "nothing was given to log in with" : "tried \(tried.joined(separator: ", "))"
    throw RemoteError(.refused, "SSH authentication failed (\(endpoint.user)@\(endpoint.host):\(endpoint.port)): \(list)")
  }

  private func isAccepted(_ code: Int32) -> Bool { code == Int32(SSH_AUTH_SUCCESS.rawValue) }

  private func accepts(_ text: String) throws(RemoteError) -> Bool {
    var key: OpaquePointer?
    guard unsafe ssh_pki_import_privkey_base64(text, nil, nil, nil, &key) == SSH_OK else {
      throw RemoteError(
        .invalid, "the private key cannot be read: it must be the whole text of a key in the PEM or OpenSSH format without a passphrase")
    }
    defer { unsafe ssh_key_free(key) }
    if let certificate = endpoint.certificate { unsafe try addCertificate(certificate, to: key) }
    return unsafe isAccepted(ssh_userauth_publickey(session, nil, key))
  }

  private func addCertificate(_ text: String, to key: OpaquePointer?) throws(RemoteError) {
    var certificate: OpaquePointer?
    guard let line = SSHKeyLine(text),
      unsafe ssh_pki_import_cert_base64(line.data, ssh_key_type_from_name(line.type), &certificate) == SSH_OK
    else { throw RemoteError(.invalid, "the certificate cannot be read: it must be a line like the content of a file id_ed25519-cert.pub") }
    defer { unsafe ssh_key_free(certificate) }
    guard unsafe ssh_pki_copy_cert_to_privkey(certificate, key) == SSH_OK else {
      throw RemoteError(.invalid, "the certificate does not belong to the private key")
    }
  }

  /// Servers that ask for the password in a dialogue.
  private func answersQuestions(with password: String) -> Bool {
    var code = unsafe ssh_userauth_kbdint(session, nil, nil)
    // No server asks for ever.
    for _ in 0..<10 where code == Int32(SSH_AUTH_INFO.rawValue) {
      let count = unsafe ssh_userauth_kbdint_getnprompts(session)
      for index in 0..<max(0, count) { unsafe ssh_userauth_kbdint_setanswer(session, UInt32(index), password) }
      code = unsafe ssh_userauth_kbdint(session, nil, nil)
    }
    return isAccepted(code)
  }
}
