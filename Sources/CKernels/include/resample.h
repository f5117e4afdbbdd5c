// Image resampling as Pillow does it (Image.resize, libImaging/Resample.c): each output pixel is a weighted sum over
// the kernel's support, which grows with the scale when shrinking (antialiasing); coefficients are fixed-point with
// 22 fractional bits, and the result of the first pass is rounded to 8 bits before the second.
#pragma once

#include <stddef.h>
#include <stdint.h>

/// The interpolation kernel: bilinear (support 1) or bicubic with a = -0.5 (support 2).
typedef enum { RESAMPLE_BILINEAR = 0, RESAMPLE_BICUBIC = 1 } ResampleFilter;

/// The instructions to use. Every level gives the same bits.
typedef enum { RESAMPLE_PLAIN = 0, RESAMPLE_AVX2 = 1, RESAMPLE_AVX512 = 2 } ResampleLevel;

/// A crop of an image of bytes, (height, width, channels), channels 1 or 3, and the size it is resized to.
typedef struct {
    /// The first byte of the crop.
    const uint8_t *pixels;
    /// Bytes from one row of the image to the next.
    size_t row_bytes;
    int channels;
    int crop_width;
    int crop_height;
    int output_width;
    int output_height;
    ResampleFilter filter;
    /// Not 0: mirrored left to right after resizing.
    int flip;
} ResampleJob;

/// The best level of this processor, no higher than `limit`.
ResampleLevel resample_level(ResampleLevel limit);

/// Bytes of scratch memory that the job needs.
size_t resample_scratch_bytes(const ResampleJob *job);

/// Resizes the crop to bytes, `output` being (output_height, output_width, channels). `scratch` is aligned to 64 bytes
/// and holds resample_scratch_bytes.
void resample_to_bytes(const ResampleJob *job, ResampleLevel level, void *scratch, uint8_t *output);

/// Resizes the crop, and writes each byte v of channel c as v * scale[c] + offset[c] to `output`, (3, output_height,
/// output_width). A grey crop is written three times. `scratch` as above.
void resample_to_floats(
    const ResampleJob *job, ResampleLevel level, void *scratch, const float scale[3], const float offset[3],
    float *output);
