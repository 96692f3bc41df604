// libre2 for Swift: compile a pattern, ask for its groups, match it. No memory crosses the border but patterns and the names in them.
#ifndef CRE2_H
#define CRE2_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct CRE2Pattern CRE2Pattern;

/// Compiles a pattern of UTF-8 text. NULL only when there is no memory; a pattern with an error is to be freed too.
CRE2Pattern *CRE2CreatePattern(const char *text, size_t length);
void CRE2FreePattern(CRE2Pattern *pattern);

/// What is wrong with the pattern: a value of RE2::ErrorCode, 0 for nothing.
int CRE2ErrorCode(const CRE2Pattern *pattern);
/// The piece of the pattern that is wrong. Lives as long as the pattern.
const char *CRE2ErrorArgument(const CRE2Pattern *pattern, size_t *length);

/// The number of capture groups.
int CRE2GroupCount(const CRE2Pattern *pattern);
/// The name of a group (from 1), NULL when it has none. Lives as long as the pattern.
const char *CRE2GroupName(const CRE2Pattern *pattern, int group);

/// Finds the leftmost match that begins at `start` or later. Writes begin and end of the match and then of each group to
/// `offsets`, -1 for groups that took no part; there must be room for 2 * (groups + 1) numbers.
bool CRE2Match(const CRE2Pattern *pattern, const char *text, size_t length, size_t start, int64_t *offsets);

#ifdef __cplusplus
}
#endif

#endif
