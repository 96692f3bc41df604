// Libraries that few commands need, loaded when the first of their functions is called. What a program is linked to costs time at
// each of its starts, whether it is used or not: these libraries, with all that they need themselves, more than all of the rest.
#pragma once
#include <stddef.h>

/// Finds a function of a library, and loads the library if need be. `known` is where the answer is kept.
/// NULL if the library or the function is not there.
void *late_binding(const char *library, const char *name, void **known);

/// Defines a function that calls the one of the same name in the library, or answers `failure` if it is not there.
#define LATE_BINDING(library, failure, result, name, parameters, arguments) \
  result name parameters {                                                  \
    static void *known;                                                     \
    void *found = late_binding(library, #name, &known);                     \
    if (!found) return failure;                                             \
    return ((__typeof__(&name))found) arguments;                            \
  }

/// The same for a function without a result.
#define LATE_BINDING_VOID(library, name, parameters, arguments) \
  void name parameters {                                        \
    static void *known;                                         \
    void *found = late_binding(library, #name, &known);         \
    if (found) ((__typeof__(&name))found) arguments;            \
  }
