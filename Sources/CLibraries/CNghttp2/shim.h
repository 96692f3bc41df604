// libnghttp2: HTTP/2 on bytes, without any input or output of its own.
#pragma once
#include <nghttp2/nghttp2.h>
