// The functions of libssh that are used, each of which loads it when it is first called.
#include "late_binding.h"
#include "CSSH.h"

#define FORWARD(failure, result, name, parameters, arguments) LATE_BINDING("libssh.so.4", failure, result, name, parameters, arguments)
#define FORWARD_VOID(name, parameters, arguments) LATE_BINDING_VOID("libssh.so.4", name, parameters, arguments)

FORWARD_VOID(sftp_attributes_free, (sftp_attributes file), (file))
FORWARD(SSH_ERROR, int, sftp_chmod, (sftp_session sftp, const char *file, mode_t mode), (sftp, file, mode))
FORWARD(SSH_ERROR, int, sftp_close, (sftp_file file), (file))
FORWARD_VOID(sftp_free, (sftp_session sftp), (sftp))
FORWARD(SSH_ERROR, int, sftp_get_error, (sftp_session sftp), (sftp))
FORWARD(SSH_ERROR, int, sftp_init, (sftp_session sftp), (sftp))
FORWARD(SSH_ERROR, int, sftp_mkdir, (sftp_session sftp, const char *directory, mode_t mode), (sftp, directory, mode))
FORWARD(NULL, sftp_session, sftp_new, (ssh_session session), (session))
FORWARD(NULL, sftp_file, sftp_open,
  (sftp_session session, const char *file, int accesstype, mode_t mode), (session, file, accesstype, mode))
FORWARD(NULL, sftp_attributes, sftp_stat, (sftp_session session, const char *path), (session, path))
FORWARD(SSH_ERROR, int, sftp_unlink, (sftp_session sftp, const char *file), (sftp, file))
FORWARD(SSH_ERROR, ssize_t, sftp_write, (sftp_file file, const void *buf, size_t count), (file, buf, count))
FORWARD_VOID(ssh_channel_free, (ssh_channel channel), (channel))
FORWARD(SSH_ERROR, int, ssh_channel_get_exit_status, (ssh_channel channel), (channel))
FORWARD(SSH_ERROR, int, ssh_channel_is_eof, (ssh_channel channel), (channel))
FORWARD(NULL, ssh_channel, ssh_channel_new, (ssh_session session), (session))
FORWARD(SSH_ERROR, int, ssh_channel_open_forward,
  (ssh_channel channel, const char *remotehost, int remoteport, const char *sourcehost, int localport),
  (channel, remotehost, remoteport, sourcehost, localport))
FORWARD(SSH_ERROR, int, ssh_channel_open_session, (ssh_channel channel), (channel))
FORWARD(SSH_ERROR, int, ssh_channel_read_nonblocking,
  (ssh_channel channel, void *dest, uint32_t count, int is_stderr), (channel, dest, count, is_stderr))
FORWARD(SSH_ERROR, int, ssh_channel_read_timeout,
  (ssh_channel channel, void *dest, uint32_t count, int is_stderr, int timeout_ms), (channel, dest, count, is_stderr, timeout_ms))
FORWARD(SSH_ERROR, int, ssh_channel_request_exec, (ssh_channel channel, const char *cmd), (channel, cmd))
FORWARD(SSH_ERROR, int, ssh_channel_request_pty_size,
  (ssh_channel channel, const char *term, int cols, int rows), (channel, term, cols, rows))
FORWARD(SSH_ERROR, int, ssh_channel_send_eof, (ssh_channel channel), (channel))
FORWARD(SSH_ERROR, int, ssh_channel_write, (ssh_channel channel, const void *data, uint32_t len), (channel, data, len))
FORWARD(SSH_ERROR, int, ssh_connect, (ssh_session session), (session))
FORWARD_VOID(ssh_disconnect, (ssh_session session), (session))
FORWARD_VOID(ssh_free, (ssh_session session), (session))
FORWARD(NULL, const char *, ssh_get_error, (void *error), (error))
FORWARD(SSH_ERROR, socket_t, ssh_get_fd, (ssh_session session), (session))
FORWARD(SSH_ERROR, int, ssh_get_server_publickey, (ssh_session session, ssh_key *key), (session, key))
FORWARD(0, int, ssh_is_connected, (ssh_session session), (session))
FORWARD(SSH_ERROR, int, ssh_key_cmp, (const ssh_key k1, const ssh_key k2, enum ssh_keycmp_e what), (k1, k2, what))
FORWARD_VOID(ssh_key_free, (ssh_key key), (key))
FORWARD(SSH_KEYTYPE_UNKNOWN, enum ssh_keytypes_e, ssh_key_type_from_name, (const char *name), (name))
FORWARD(NULL, ssh_session, ssh_new, (void), ())
FORWARD(SSH_ERROR, int, ssh_options_set,
  (ssh_session session, enum ssh_options_e type, const void *value), (session, type, value))
FORWARD(SSH_ERROR, int, ssh_pki_copy_cert_to_privkey, (const ssh_key cert_key, ssh_key privkey), (cert_key, privkey))
FORWARD(SSH_ERROR, int, ssh_pki_import_cert_base64,
  (const char *b64_cert, enum ssh_keytypes_e type, ssh_key *pkey), (b64_cert, type, pkey))
FORWARD(SSH_ERROR, int, ssh_pki_import_privkey_base64,
  (const char *b64_key, const char *passphrase, ssh_auth_callback auth_fn, void *auth_data, ssh_key *pkey),
  (b64_key, passphrase, auth_fn, auth_data, pkey))
FORWARD(SSH_ERROR, int, ssh_pki_import_pubkey_base64,
  (const char *b64_key, enum ssh_keytypes_e type, ssh_key *pkey), (b64_key, type, pkey))
FORWARD(SSH_ERROR, int, ssh_userauth_agent, (ssh_session session, const char *username), (session, username))
FORWARD(SSH_ERROR, int, ssh_userauth_kbdint,
  (ssh_session session, const char *user, const char *submethods), (session, user, submethods))
FORWARD(SSH_ERROR, int, ssh_userauth_kbdint_getnprompts, (ssh_session session), (session))
FORWARD(SSH_ERROR, int, ssh_userauth_kbdint_setanswer,
  (ssh_session session, unsigned int i, const char *answer), (session, i, answer))
FORWARD(SSH_ERROR, int, ssh_userauth_none, (ssh_session session, const char *username), (session, username))
FORWARD(SSH_ERROR, int, ssh_userauth_password,
  (ssh_session session, const char *username, const char *password), (session, username, password))
FORWARD(SSH_ERROR, int, ssh_userauth_publickey,
  (ssh_session session, const char *username, const ssh_key privkey), (session, username, privkey))
