// librnp for Swift: OpenPGP keys and signatures.
#ifndef CRNP_SHIM_H
#define CRNP_SHIM_H

#include <rnp/rnp.h>
#include <rnp/rnp_err.h>

#endif
