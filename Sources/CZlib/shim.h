#include <zlib.h>

/* `inflateInit2` is a macro, which Swift cannot call. Raw deflate data, as zip archives hold it, have no header. */
static inline int maeface_inflate_begin(z_stream *stream) { return inflateInit2(stream, -MAX_WBITS); }
