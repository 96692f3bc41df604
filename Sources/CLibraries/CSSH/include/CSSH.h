// libssh takes RSA keys with SHA-2 signatures and OpenSSH certificates, which servers ask for today and libssh2 of Debian 12 lacks.
#include <fcntl.h>
#include <libssh/libssh.h>
#include <libssh/sftp.h>
