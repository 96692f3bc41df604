import CSSH
import Glibc

/// One SSH connection: logged in when it is made, closed when it goes away. Used by one thread at a time.
@safe final class SSHConnection {
  let session: OpaquePointer
  private var files: UnsafeMutablePointer<sftp_session_struct>?

  /// - Parameter descriptor: a connected socket, which from here on belongs to the connection; nil to connect to host and port.
  init(_ endpoint: RemoteEndpoint, descriptor: Int32?, timeoutSeconds: Int) throws(RemoteError) {
    guard let session = unsafe ssh_new() else {
      if let descriptor { close(descriptor) }
      throw RemoteError(.unreachable, "the SSH library could not start")
    }
    unsafe self.session = session
    try configure(endpoint, descriptor: descriptor, timeoutSeconds: timeoutSeconds)
    guard unsafe ssh_connect(session) == SSH_OK else { throw failure(.unreachable) }
    try checkHostKey(endpoint)
    unsafe try SSHLogin(session: session, endpoint: endpoint).logIn()
  }

  deinit {
    if let files = unsafe files { unsafe sftp_free(files) }
    unsafe ssh_disconnect(session)
    unsafe ssh_free(session)
  }

  private func failure(_ code: RemoteError.Code) -> RemoteError {
    RemoteError(code, unsafe ssh_get_error(UnsafeMutableRawPointer(session)).map { unsafe String(cString: $0) } ?? "unknown error")
  }

  private func configure(_ endpoint: RemoteEndpoint, descriptor: Int32?, timeoutSeconds: Int) throws(RemoteError) {
    // The settings of whoever runs this are not part of the configuration.
    var processesFiles: Int32 = 0
    unsafe ssh_options_set(session, SSH_OPTIONS_PROCESS_CONFIG, &processesFiles)
    unsafe ssh_options_set(session, SSH_OPTIONS_HOST, endpoint.host)
    unsafe ssh_options_set(session, SSH_OPTIONS_USER, endpoint.user)
    var port = UInt32(clamping: endpoint.port)
    unsafe ssh_options_set(session, SSH_OPTIONS_PORT, &port)
    var timeout = CLong(timeoutSeconds)
    unsafe ssh_options_set(session, SSH_OPTIONS_TIMEOUT, &timeout)
    if let socket = endpoint.agentSocket { unsafe ssh_options_set(session, SSH_OPTIONS_IDENTITY_AGENT, socket) }
    if var descriptor { unsafe ssh_options_set(session, SSH_OPTIONS_FD, &descriptor) }
    if let hostKey = endpoint.hostKey {
      guard let key = SSHKeyLine(hostKey) else {
        throw RemoteError(.invalid, "the host key is no line like \"ssh-ed25519 AAAA…\"")
      }
      // The machine may have keys of several kinds; it must show the one that is known.
      unsafe ssh_options_set(
        session, SSH_OPTIONS_HOSTKEYS, key.type == "ssh-rsa" ? "rsa-sha2-512,rsa-sha2-256,ssh-rsa" : key.type)
    }
  }

  private func checkHostKey(_ endpoint: RemoteEndpoint) throws(RemoteError) {
    guard let text = endpoint.hostKey, let line = SSHKeyLine(text) else { return }
    var actual: OpaquePointer?
    var expected: OpaquePointer?
    defer {
      unsafe ssh_key_free(actual)
      unsafe ssh_key_free(expected)
    }
    guard unsafe ssh_get_server_publickey(session, &actual) == SSH_OK else { throw failure(.unreachable) }
    guard unsafe ssh_pki_import_pubkey_base64(line.data, ssh_key_type_from_name(line.type), &expected) == SSH_OK else {
      throw RemoteError(.invalid, "the host key cannot be read")
    }
    if unsafe ssh_key_cmp(actual, expected, SSH_KEY_CMP_PUBLIC) != 0 {
      throw RemoteError(
        .invalid, "the host key of \(endpoint.host) is not the one that is given: this may be another machine than is meant")
    }
  }

  // MARK: Commands

  func run(
    _ command: String, onOutput: (([UInt8]) -> Void), isInterrupted: () -> Bool
  ) throws(RemoteError) -> Int32 {
    guard let channel = unsafe ssh_channel_new(session) else { throw failure(.unreachable) }
    defer { unsafe ssh_channel_free(channel) }
    guard unsafe ssh_channel_open_session(channel) == SSH_OK,
      unsafe ssh_channel_request_pty_size(channel, "xterm", 80, 40) == SSH_OK,
      unsafe ssh_channel_request_exec(channel, command) == SSH_OK
    else { throw failure(.unreachable) }
    unsafe ssh_channel_send_eof(channel)
    var buffer = [UInt8](repeating: 0, count: 16_384)
    let size = UInt32(buffer.count)
    while true {
      if isInterrupted() { throw RemoteError(.interrupted, "interrupted") }
      let count = unsafe ssh_channel_read_timeout(channel, &buffer, size, 0, 200)
      if count > 0 {
        onOutput(Array(buffer.prefix(Int(count))))
      } else if count == SSH_ERROR {
        throw failure(.unreachable)
      } else if unsafe ssh_channel_is_eof(channel) != 0 {
        break
      } else if unsafe ssh_is_connected(session) == 0 {
        throw RemoteError(.unreachable, "the connection was closed while the command ran")
      }
    }
    let status = unsafe ssh_channel_get_exit_status(channel)
    if status < 0 { throw RemoteError(.unreachable, "the command ended without an exit status: it was killed, or the connection broke") }
    return status
  }

  // MARK: Files

  private func fileSession() throws(RemoteError) -> UnsafeMutablePointer<sftp_session_struct> {
    if let files = unsafe files { return unsafe files }
    guard let opened = unsafe sftp_new(session) else { throw failure(.file) }
    guard unsafe sftp_init(opened) == SSH_OK else {
      unsafe sftp_free(opened)
      throw RemoteError(.file, "the machine offers no file transfer (the sftp subsystem of its SSH server)")
    }
    unsafe files = opened
    return unsafe opened
  }

  private func fileFailure(_ path: String, _ files: UnsafeMutablePointer<sftp_session_struct>) -> RemoteError {
    let reason =
      switch unsafe sftp_get_error(files) {
      case SSH_FX_NO_SUCH_FILE, SSH_FX_NO_SUCH_PATH: "No such file or directory"
      case SSH_FX_PERMISSION_DENIED: "Permission denied"
      case SSH_FX_WRITE_PROTECT: "Read-only file system"
      default: "it is a directory, or the disk is full"
      }
    return RemoteError(.file, "\(path) could not be written: \(reason)")
  }

  func write(_ bytes: [UInt8], to path: String, mode: UInt32) throws(RemoteError) {
    let files = unsafe try fileSession()
    guard let file = unsafe sftp_open(files, path, O_WRONLY | O_CREAT | O_TRUNC, mode_t(mode)) else {
      throw unsafe fileFailure(path, files)
    }
    var offset = 0
    var isWritten = true
    while isWritten && offset < bytes.count {
      let piece = min(32_768, bytes.count - offset)
      let count = unsafe bytes.withUnsafeBytes { buffer in
        unsafe sftp_write(file, buffer.baseAddress?.advanced(by: offset), piece)
      }
      isWritten = count > 0
      offset += max(0, count)
    }
    let isClosed = unsafe sftp_close(file) == 0
    // An existing file keeps its bits when it is opened, and a new one has them less the mask of the server.
    guard isWritten && isClosed, unsafe sftp_chmod(files, path, mode_t(mode)) == 0 else { throw unsafe fileFailure(path, files) }
  }

  func isDirectory(_ path: String) throws(RemoteError) -> Bool {
    let files = unsafe try fileSession()
    guard let attributes = unsafe sftp_stat(files, path) else { return false }
    defer { unsafe sftp_attributes_free(attributes) }
    return unsafe attributes.pointee.type == UInt8(SSH_FILEXFER_TYPE_DIRECTORY)
  }

  func createDirectory(_ path: String) throws(RemoteError) {
    if try isDirectory(path) { return }
    let files = unsafe try fileSession()
    guard unsafe sftp_mkdir(files, path, 0o755) == 0 else { throw unsafe fileFailure(path, files) }
  }

  func remove(_ path: String) throws(RemoteError) {
    let files = unsafe try fileSession()
    guard unsafe sftp_unlink(files, path) == 0 else { throw unsafe fileFailure(path, files) }
  }
}

/// A public key or a certificate as one line: `ssh-ed25519 AAAA… comment`, with or without names of hosts before it.
struct SSHKeyLine {
  let type: String
  let data: String

  init?(_ text: String) {
    let words = text.split(whereSeparator: \.isWhitespace).map(String.init)
    guard let position = words.firstIndex(where: { unsafe ssh_key_type_from_name($0) != SSH_KEYTYPE_UNKNOWN }),
      position + 1 < words.count
    else { return nil }
    type = words[position]
    data = words[position + 1]
  }
}
