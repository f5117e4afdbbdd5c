#pragma once

#include <stddef.h>
#include <stdint.h>

/// An encoded image, or the reason why there is none.
///
/// `bytes` comes from malloc and is given back with `image_encoding_free`; it is NULL when `message` says what failed.
typedef struct {
    uint8_t *bytes;
    size_t count;
    char message[200];
} ImageEncoding;

/// Encodes pixels of (height, width, channels), channels 1 (grey) or 3 (RGB), as a baseline JPEG.
///
/// The slow exact DCT is used, so that the same pixels give the same file with every SIMD level of the library.
/// `quality` is libjpeg's scale of 1 to 100; at 90 and above colour is kept at full resolution. `comment`, when not
/// NULL, goes into a COM segment.
ImageEncoding image_encode_jpeg(
    const uint8_t *pixels, int width, int height, int channels, int quality, const char *comment);

/// Encodes pixels of (height, width, channels), channels 1 (grey) or 3 (RGB), as a PNG of 8 bits a channel.
ImageEncoding image_encode_png(const uint8_t *pixels, int width, int height, int channels);

/// Gives the bytes back and leaves the encoding empty.
void image_encoding_free(ImageEncoding *encoding);
