#include "CRE2.h"

#include <re2/re2.h>

#include <map>
#include <new>
#include <string>
#include <vector>

struct CRE2Pattern {
  RE2 expression;
  int groups;

  CRE2Pattern(const char *text, size_t length, const RE2::Options &options)
      : expression(re2::StringPiece(text, length), options), groups(expression.NumberOfCapturingGroups()) {}
};

CRE2Pattern *CRE2CreatePattern(const char *text, size_t length) {
  RE2::Options options;
  options.set_log_errors(false);
  return new (std::nothrow) CRE2Pattern(text, length, options);
}

void CRE2FreePattern(CRE2Pattern *pattern) { delete pattern; }

int CRE2ErrorCode(const CRE2Pattern *pattern) { return static_cast<int>(pattern->expression.error_code()); }

const char *CRE2ErrorArgument(const CRE2Pattern *pattern, size_t *length) {
  const std::string &argument = pattern->expression.error_arg();
  *length = argument.size();
  return argument.data();
}

int CRE2GroupCount(const CRE2Pattern *pattern) { return pattern->groups < 0 ? 0 : pattern->groups; }

const char *CRE2GroupName(const CRE2Pattern *pattern, int group) {
  const std::map<int, std::string> &names = pattern->expression.CapturingGroupNames();
  auto found = names.find(group);
  return found == names.end() ? nullptr : found->second.c_str();
}

bool CRE2Match(const CRE2Pattern *pattern, const char *text, size_t length, size_t start, int64_t *offsets) {
  if (!pattern->expression.ok() || start > length) return false;
  // An empty text must still be a text: groups that took no part are told by their null pointer.
  const char *base = text == nullptr ? "" : text;
  std::vector<re2::StringPiece> found(static_cast<size_t>(CRE2GroupCount(pattern)) + 1);
  if (!pattern->expression.Match(re2::StringPiece(base, length), start, length, RE2::UNANCHORED, found.data(),
                                 static_cast<int>(found.size()))) {
    return false;
  }
  for (size_t group = 0; group < found.size(); group++) {
    bool took_part = found[group].data() != nullptr;
    offsets[2 * group] = took_part ? found[group].data() - base : -1;
    offsets[2 * group + 1] = took_part ? found[group].data() - base + static_cast<int64_t>(found[group].size()) : -1;
  }
  return true;
}
