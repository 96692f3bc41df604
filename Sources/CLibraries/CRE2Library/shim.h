// libre2 for the C++ target CRE2. Swift does not see this module.
#ifndef CRE2LIBRARY_SHIM_H
#define CRE2LIBRARY_SHIM_H

#include <re2/re2.h>

#endif
