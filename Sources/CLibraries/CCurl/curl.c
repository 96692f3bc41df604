// The functions of libcurl that are used, each of which loads it when it is first called.
#include "CCurl.h"
#include <stdarg.h>
#include "late_binding.h"

#define FORWARD(failure, result, name, parameters, arguments) LATE_BINDING("libcurl.so.4", failure, result, name, parameters, arguments)
#define FORWARD_VOID(name, parameters, arguments) LATE_BINDING_VOID("libcurl.so.4", name, parameters, arguments)

FORWARD_VOID(curl_easy_cleanup, (CURL *curl), (curl))
FORWARD(NULL, CURL *, curl_easy_init, (void), ())
FORWARD(CURLE_FAILED_INIT, CURLcode, curl_easy_perform, (CURL *curl), (curl))
FORWARD_VOID(curl_easy_reset, (CURL *curl), (curl))
FORWARD(NULL, const char *, curl_easy_strerror, (CURLcode code), (code))
FORWARD_VOID(curl_free, (void *p), (p))
FORWARD(CURLE_FAILED_INIT, CURLcode, curl_global_init, (long flags), (flags))
FORWARD(NULL, struct curl_slist *, curl_slist_append, (struct curl_slist *list, const char *data), (list, data))
FORWARD_VOID(curl_slist_free_all, (struct curl_slist *list), (list))
FORWARD(NULL, CURLU *, curl_url, (void), ())
FORWARD_VOID(curl_url_cleanup, (CURLU *handle), (handle))
FORWARD(CURLUE_OUT_OF_MEMORY, CURLUcode, curl_url_get,
  (CURLU *handle, CURLUPart what, char **part, unsigned int flags), (handle, what, part, flags))
FORWARD(CURLUE_OUT_OF_MEMORY, CURLUcode, curl_url_set,
  (CURLU *handle, CURLUPart what, const char *part, unsigned int flags), (handle, what, part, flags))

// The two variadic ones take one more argument, which is as wide as a pointer whatever it is.
_Static_assert(sizeof(long) == sizeof(void *) && sizeof(curl_off_t) == sizeof(void *), "arguments of libcurl's options differ in width");

#undef curl_easy_setopt
CURLcode curl_easy_setopt(CURL *handle, CURLoption option, ...) {
  static void *known;
  void *found = late_binding("libcurl.so.4", "curl_easy_setopt", &known);
  if (!found) return CURLE_FAILED_INIT;
  va_list rest;
  va_start(rest, option);
  void *value = va_arg(rest, void *);
  va_end(rest);
  return ((CURLcode (*)(CURL *, CURLoption, ...))found)(handle, option, value);
}

#undef curl_easy_getinfo
CURLcode curl_easy_getinfo(CURL *handle, CURLINFO info, ...) {
  static void *known;
  void *found = late_binding("libcurl.so.4", "curl_easy_getinfo", &known);
  if (!found) return CURLE_FAILED_INIT;
  va_list rest;
  va_start(rest, info);
  void *place = va_arg(rest, void *);
  va_end(rest);
  return ((CURLcode (*)(CURL *, CURLINFO, ...))found)(handle, info, place);
}
