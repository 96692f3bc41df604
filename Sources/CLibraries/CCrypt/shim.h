// libcrypt for Swift: salted password hashes, of which bcrypt is used.
#ifndef CCRYPT_SHIM_H
#define CCRYPT_SHIM_H

#include <crypt.h>

#endif
