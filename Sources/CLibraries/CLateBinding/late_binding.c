#include "late_binding.h"
#include <dlfcn.h>

void *late_binding(const char *library, const char *name, void **known) {
  void *found = __atomic_load_n(known, __ATOMIC_ACQUIRE);
  if (found) return found;
  // Loading it again gives the same library; it stays until the process ends.
  void *handle = dlopen(library, RTLD_NOW | RTLD_LOCAL);
  if (!handle) return NULL;
  found = dlsym(handle, name);
  __atomic_store_n(known, found, __ATOMIC_RELEASE);
  return found;
}
