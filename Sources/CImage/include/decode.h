// Decoding JPEG and PNG behind functions that return errors: libjpeg and libpng report theirs by longjmp, which may
// not cross Swift frames, so every jump starts and ends in this target. Nothing is printed.
#pragma once

#include <stddef.h>
#include <stdint.h>

/// What a decoding function returns.
enum {
    IMAGE_OK = 0,
    /// The file breaks the format's rules, or ends too early.
    IMAGE_DAMAGED = 1,
    /// A valid image of a kind that is not decoded, such as two-component JPEG.
    IMAGE_UNSUPPORTED = 2,
    /// The header promises more than the limits below, or more than the file can hold.
    IMAGE_TOO_LARGE = 3,
    /// Less than half of the image is there.
    IMAGE_MISSING = 4,
    /// The coded data are corrupt in more places than the image has rows of blocks: noise, not a picture.
    IMAGE_CORRUPT = 5,
    /// The caller's buffer is smaller than (height, width, channels) bytes.
    IMAGE_BUFFER = 6,
};

/// Images beyond these are refused before anything is allocated.
#define IMAGE_MAXIMUM_SIDE 65500
#define IMAGE_MAXIMUM_PIXELS 100000000

/// An image's header, and after decoding what happened.
typedef struct {
    /// Size as stored in the file, before the EXIF orientation is applied.
    uint32_t width;
    uint32_t height;
    /// 1 (grey) or 3 (RGB) after decoding.
    uint32_t channels;
    /// EXIF orientation, 1 to 8; 1 when absent or nonsense.
    uint32_t orientation;
    /// Recoverable faults met while decoding.
    uint32_t warnings;
    /// Those among them that lose part of the picture.
    uint32_t faults;
    /// Rows of the stored image decoded before the first fault; the height if there was none.
    uint32_t intact_rows;
    /// The first fault in the library's words, or the reason of a refusal; empty if there was none.
    char message[200];
} ImageDecoding;

/// Reads the header of a JPEG. Width and height are those at full scale.
int image_header_jpeg(const uint8_t *data, size_t length, ImageDecoding *info);

/// Decodes a JPEG at scale_numerator / 8 (1, 2, 4 or 8) of its size: each side is rounded up. Pixels are written as
/// (height, width, channels); `info` gets the decoded size. CMYK and YCCK are converted to RGB.
///
/// A file whose data end early or are corrupt is accepted, with its warnings counted, if at least half of the rows
/// (of the first scan, when progressive) came before the fault; otherwise the result is IMAGE_MISSING or IMAGE_CORRUPT.
int image_decode_jpeg(
    const uint8_t *data, size_t length, int scale_numerator, uint8_t *pixels, size_t capacity, ImageDecoding *info);

/// Reads the header of a PNG.
int image_header_png(const uint8_t *data, size_t length, ImageDecoding *info);

/// Decodes a PNG to 8 bits, grey or RGB, as (height, width, channels). Palettes become RGB, 16-bit samples keep their
/// high byte, and alpha is dropped with the colours under it kept as stored. PNG data are checksummed, so any fault
/// in them refuses the file.
int image_decode_png(const uint8_t *data, size_t length, uint8_t *pixels, size_t capacity, ImageDecoding *info);

/// The orientation (tag 0x0112) in a block of EXIF data that begins with its TIFF header; 0 when there is none.
/// Never reads outside the block, whatever its offsets say.
uint32_t image_exif_orientation(const uint8_t *tiff, size_t length);
