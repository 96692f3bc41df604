// zlib: deflate and its gzip wrapping. The initialisers are macros, so they stand here as functions.
#pragma once
#include <zlib.h>

/// Starts compression. `windowBits`: 15 for zlib, 31 for gzip, -15 for raw deflate.
static inline int plumb_deflate_init(z_stream *stream, int level, int windowBits) {
  return deflateInit2(stream, level, Z_DEFLATED, windowBits, 8, Z_DEFAULT_STRATEGY);
}

/// Starts decompression. `windowBits` as above; 47 recognises zlib and gzip by themselves.
static inline int plumb_inflate_init(z_stream *stream, int windowBits) {
  return inflateInit2(stream, windowBits);
}
