// OpenSSL 3: TLS, digests, keys and certificates. Wrappers stand for what Swift cannot import: macros and variadic functions.
#pragma once
#include <openssl/asn1.h>
#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/params.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

/// SSL_CTX_set_min_proto_version is a macro.
static inline int plumb_ssl_set_minimum_tls12(SSL_CTX *context) {
  return (int)SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
}

/// SSL_CTX_set_mode is a macro: writes may be partial and may be repeated from another buffer.
static inline void plumb_ssl_set_write_modes(SSL_CTX *context) {
  SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
}

/// SSL_set_tlsext_host_name is a macro.
static inline int plumb_ssl_set_server_name(SSL *ssl, const char *name) {
  return (int)SSL_set_tlsext_host_name(ssl, name);
}

/// A new key on a named elliptic curve such as "P-256" (EVP_PKEY_Q_keygen is variadic). The caller frees it.
static inline EVP_PKEY *plumb_new_elliptic_curve_key(const char *curve) {
  return EVP_PKEY_Q_keygen(NULL, NULL, "EC", curve);
}

/// A new RSA key of so many bits. The caller frees it.
static inline EVP_PKEY *plumb_new_rsa_key(size_t bits) {
  return EVP_PKEY_Q_keygen(NULL, NULL, "RSA", bits);
}

/// BIO_get_mem_data is a macro: the bytes a memory BIO holds, owned by the BIO.
static inline long plumb_bio_memory(BIO *bio, char **bytes) {
  return BIO_get_mem_data(bio, bytes);
}
