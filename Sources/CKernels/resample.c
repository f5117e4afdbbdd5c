#include "resample.h"

#include <stdbool.h>
#include <string.h>

// Both passes compute many outputs that share one set of coefficients: the vertical pass along a row, the horizontal
// pass along a column of a strip of 32 rows, transposed so that the column is contiguous. The inner loops are generic
// vectors of 16 lanes, which the compiler lowers to what each level has; integers make the results identical.

typedef int32_t Int16Lanes __attribute__((vector_size(64), aligned(4)));
typedef float Float16Lanes __attribute__((vector_size(64), aligned(4)));
typedef uint8_t Byte16Lanes __attribute__((vector_size(16), aligned(1)));
typedef uint8_t Byte8Lanes __attribute__((vector_size(8), aligned(1)));

// Rows of a strip, and the padding unit of rows between the passes.
enum { lanes = 16, strip = 32, precision_bits = 22 };

// Coefficients of one axis: output i is the sum over t < counts[i] of source[starts[i] + t] * weights[i * size + t].
typedef struct {
    int size;
    int *starts;
    int *counts;
    int32_t *weights;
} Axis;

typedef struct {
    Axis horizontal;
    // With the vertical pass first, `vertical_first` is that pass, and `vertical` copies.
    bool is_vertical_first;
    Axis vertical_first;
    Axis vertical;
    // What the horizontal pass reads: the crop, or (output_height, crop_width * channels) from the first pass.
    const uint8_t *source;
    uint8_t *shortened;
    size_t source_row_bytes;
    int source_height;
    // (crop_width, channels, 32): a strip of source rows, transposed.
    uint8_t *columns;
    // (channels, output_width padded to 32, 32): the same strip resized.
    uint8_t *resized_columns;
    // (channels, source_height padded to 32, padded_width): the result of the horizontal pass, in planes.
    uint8_t *rows;
    // (channels, padded_width): one row of the result.
    uint8_t *line;
    size_t padded_width;
    size_t padded_height;
} Plan;

static size_t padded(size_t count) { return (count + strip - 1) / strip * strip; }

static double support_of(ResampleFilter filter) { return filter == RESAMPLE_BICUBIC ? 2.0 : 1.0; }

// Bicubic as Keys (1981) with a = -0.5; bilinear is the triangle.
static double kernel(ResampleFilter filter, double x) {
    if (x < 0.0) x = -x;
    if (filter == RESAMPLE_BILINEAR) return x < 1.0 ? 1.0 - x : 0.0;
    const double a = -0.5;
    if (x < 1.0) return ((a + 2.0) * x - (a + 3.0)) * x * x + 1;
    if (x < 2.0) return (((x - 5) * x + 8) * x - 4) * a;
    return 0.0;
}

// The most taps an output has: ceil(support) * 2 + 1.
static int taps(int input, int output, ResampleFilter filter) {
    double scale = (double)input / output;
    double support = support_of(filter) * (scale < 1.0 ? 1.0 : scale);
    int whole = (int)support;
    return (whole + (whole < support ? 1 : 0)) * 2 + 1;
}

// The order of the floating-point operations is Pillow's, so that every coefficient rounds the same way.
static void fill_axis(Axis *axis, int input, int output, ResampleFilter filter, double *scratch) {
    double scale = (double)input / output;
    double filter_scale = scale < 1.0 ? 1.0 : scale;
    double support = support_of(filter) * filter_scale;
    double inverse = 1.0 / filter_scale;
    for (int i = 0; i < output; i++) {
        double centre = (i + 0.5) * scale;
        int first = (int)(centre - support + 0.5);
        if (first < 0) first = 0;
        int end = (int)(centre + support + 0.5);
        if (end > input) end = input;
        int count = end - first;
        double sum = 0.0;
        for (int t = 0; t < count; t++) {
            scratch[t] = kernel(filter, (t + first - centre + 0.5) * inverse);
            sum += scratch[t];
        }
        int32_t *weights = axis->weights + (size_t)i * (size_t)axis->size;
        for (int t = 0; t < count; t++) {
            double weight = sum != 0.0 ? scratch[t] / sum : scratch[t];
            double fixed = weight * (1 << precision_bits);
            weights[t] = (int32_t)(weight < 0 ? fixed - 0.5 : fixed + 0.5);
        }
        axis->starts[i] = first;
        axis->counts[i] = count;
    }
}

// Hands out pieces of the scratch memory, aligned to 64 bytes; with `memory` NULL it only counts.
static void *take(uint8_t *memory, size_t *used, size_t bytes) {
    void *piece = memory == NULL ? NULL : memory + *used;
    *used += (bytes + 63) / 64 * 64;
    return piece;
}

static void take_axis(Axis *axis, uint8_t *memory, size_t *used, int input, int output, ResampleFilter filter) {
    axis->size = taps(input, output, filter);
    axis->starts = take(memory, used, (size_t)output * sizeof(int));
    axis->counts = take(memory, used, (size_t)output * sizeof(int));
    axis->weights = take(memory, used, (size_t)output * (size_t)axis->size * sizeof(int32_t));
    double *scratch = take(memory, used, (size_t)axis->size * sizeof(double));
    if (memory != NULL) fill_axis(axis, input, output, filter, scratch);
}

static size_t make_plan(const ResampleJob *job, uint8_t *memory, Plan *plan) {
    size_t used = 0;
    size_t channels = (size_t)job->channels;
    plan->padded_width = padded((size_t)job->output_width);
    // The order of the passes shows in the rounding between them. Pillow takes the vertical one first, since version
    // 13, when the height shrinks by more than twice as many pixels as the width.
    plan->is_vertical_first = job->crop_height > job->output_height
        && job->crop_height - job->output_height > 2 * (job->crop_width - job->output_width);
    plan->source = job->pixels;
    plan->source_row_bytes = job->row_bytes;
    plan->source_height = job->crop_height;
    take_axis(&plan->horizontal, memory, &used, job->crop_width, job->output_width, job->filter);
    if (plan->is_vertical_first) {
        take_axis(&plan->vertical_first, memory, &used, job->crop_height, job->output_height, job->filter);
        plan->source_row_bytes = padded((size_t)job->crop_width * channels);
        plan->source_height = job->output_height;
        plan->shortened = take(memory, &used, plan->source_row_bytes * (size_t)job->output_height);
        plan->source = plan->shortened;
    }
    take_axis(&plan->vertical, memory, &used, plan->source_height, job->output_height, job->filter);
    plan->padded_height = padded((size_t)plan->source_height);
    plan->columns = take(memory, &used, padded((size_t)job->crop_width * channels) * strip);
    plan->resized_columns = take(memory, &used, channels * plan->padded_width * strip);
    plan->rows = take(memory, &used, channels * plan->padded_height * plan->padded_width);
    plan->line = take(memory, &used, channels * plan->padded_width);
    return used;
}

size_t resample_scratch_bytes(const ResampleJob *job) {
    Plan plan;
    return make_plan(job, NULL, &plan);
}

// Vectors wider than the plain level's registers are passed only between functions that are inlined away.
#pragma clang diagnostic ignored "-Wpsabi"

#define INLINE static inline __attribute__((always_inline))

// Transposes 16 x 16 bytes: four rounds of interleaving rows i and i + 8.
INLINE void transpose_16(const uint8_t *source, size_t source_stride, uint8_t *target, size_t target_stride) {
    Byte16Lanes a[16], b[16];
    for (int i = 0; i < 16; i++) a[i] = *(const Byte16Lanes *)(source + (size_t)i * source_stride);
    for (int round = 0; round < 4; round++) {
        for (int i = 0; i < 8; i++) {
            b[2 * i] = __builtin_shufflevector(
                a[i], a[i + 8], 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
            b[2 * i + 1] = __builtin_shufflevector(
                a[i], a[i + 8], 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
        }
        for (int i = 0; i < 16; i++) a[i] = b[i];
    }
    for (int i = 0; i < 16; i++) *(Byte16Lanes *)(target + (size_t)i * target_stride) = a[i];
}

// Brings `count` rows of the source, starting at `row`, into plan->columns as (row_length, 32). Lanes of absent rows
// keep old bytes; nothing reads what comes of them.
INLINE void load_strip(const ResampleJob *job, const Plan *plan, int row, int count) {
    size_t length = (size_t)job->crop_width * (size_t)job->channels;
    const uint8_t *source = plan->source + (size_t)row * plan->source_row_bytes;
    for (int part = 0; part < count; part += lanes) {
        int present = count - part < lanes ? count - part : lanes;
        const uint8_t *first = source + (size_t)part * plan->source_row_bytes;
        size_t x = 0;
        if (present == lanes) {
            for (; x + lanes <= length; x += lanes) {
                transpose_16(first + x, plan->source_row_bytes, plan->columns + x * strip + (size_t)part, strip);
            }
        }
        for (; x < length; x++) {
            uint8_t *column = plan->columns + x * strip + (size_t)part;
            for (int i = 0; i < present; i++) column[i] = first[(size_t)i * plan->source_row_bytes + x];
        }
    }
}

INLINE Int16Lanes widened(const uint8_t *bytes) {
    return __builtin_convertvector(*(const Byte16Lanes *)bytes, Int16Lanes);
}

INLINE Int16Lanes rounded(Int16Lanes sum) {
    Int16Lanes zero = {0};
    sum >>= precision_bits;
    return __builtin_elementwise_min(__builtin_elementwise_max(sum, zero), zero + 255);
}

INLINE void weighted_32(
    const uint8_t *source, size_t stride, const int32_t *weights, int count, Int16Lanes *low, Int16Lanes *high) {
    Int16Lanes a = (Int16Lanes){0} + (1 << (precision_bits - 1));
    Int16Lanes b = a;
    for (int t = 0; t < count; t++) {
        const uint8_t *bytes = source + (size_t)t * stride;
        a += widened(bytes) * weights[t];
        b += widened(bytes + lanes) * weights[t];
    }
    *low = rounded(a);
    *high = rounded(b);
}

INLINE void store_bytes(uint8_t *target, Int16Lanes low, Int16Lanes high) {
    *(Byte16Lanes *)target = __builtin_convertvector(low, Byte16Lanes);
    *(Byte16Lanes *)(target + lanes) = __builtin_convertvector(high, Byte16Lanes);
}

// The crop -> plan->shortened, resized vertically.
INLINE void first_vertical_pass(const ResampleJob *job, const Plan *plan) {
    const Axis *axis = &plan->vertical_first;
    size_t length = (size_t)job->crop_width * (size_t)job->channels;
    for (int y = 0; y < job->output_height; y++) {
        const uint8_t *rows = job->pixels + (size_t)axis->starts[y] * job->row_bytes;
        const int32_t *weights = axis->weights + (size_t)y * (size_t)axis->size;
        uint8_t *target = plan->shortened + (size_t)y * plan->source_row_bytes;
        size_t x = 0;
        for (; x + strip <= length; x += strip) {
            Int16Lanes low, high;
            weighted_32(rows + x, job->row_bytes, weights, axis->counts[y], &low, &high);
            store_bytes(target + x, low, high);
        }
        // A whole vector would read past the end of the image.
        for (; x < length; x++) {
            int32_t sum = 1 << (precision_bits - 1);
            for (int t = 0; t < axis->counts[y]; t++) sum += rows[(size_t)t * job->row_bytes + x] * weights[t];
            sum >>= precision_bits;
            target[x] = (uint8_t)(sum < 0 ? 0 : sum > 255 ? 255 : sum);
        }
    }
}

// The source -> plan->rows, resized horizontally, mirrored if asked for.
INLINE void horizontal_pass(const ResampleJob *job, const Plan *plan) {
    if (plan->is_vertical_first) first_vertical_pass(job, plan);
    const Axis *axis = &plan->horizontal;
    size_t channels = (size_t)job->channels;
    size_t width = plan->padded_width;
    for (int row = 0; row < plan->source_height; row += strip) {
        int count = plan->source_height - row < strip ? plan->source_height - row : strip;
        load_strip(job, plan, row, count);
        for (size_t c = 0; c < channels; c++) {
            uint8_t *resized = plan->resized_columns + c * width * strip;
            for (int x = 0; x < job->output_width; x++) {
                Int16Lanes low, high;
                weighted_32(
                    plan->columns + ((size_t)axis->starts[x] * channels + c) * strip, channels * strip,
                    axis->weights + (size_t)x * (size_t)axis->size, axis->counts[x], &low, &high);
                int target = job->flip != 0 ? job->output_width - 1 - x : x;
                store_bytes(resized + (size_t)target * strip, low, high);
            }
            uint8_t *rows = plan->rows + (c * plan->padded_height + (size_t)row) * width;
            for (size_t x = 0; x < width; x += lanes) {
                transpose_16(resized + x * strip, strip, rows + x, width);
                transpose_16(resized + x * strip + lanes, strip, rows + lanes * width + x, width);
            }
        }
    }
}

INLINE void pass_to_bytes(const ResampleJob *job, const Plan *plan, uint8_t *output) {
    horizontal_pass(job, plan);
    const Axis *axis = &plan->vertical;
    size_t width = (size_t)job->output_width;
    size_t channels = (size_t)job->channels;
    for (int y = 0; y < job->output_height; y++) {
        uint8_t *target = output + (size_t)y * width * channels;
        for (size_t c = 0; c < channels; c++) {
            const uint8_t *rows = plan->rows + (c * plan->padded_height + (size_t)axis->starts[y]) * plan->padded_width;
            for (size_t x = 0; x < plan->padded_width; x += strip) {
                Int16Lanes low, high;
                weighted_32(
                    rows + x, plan->padded_width, axis->weights + (size_t)y * (size_t)axis->size, axis->counts[y],
                    &low, &high);
                store_bytes(plan->line + x, low, high);
            }
            if (channels == 1) {
                memcpy(target, plan->line, width);
            } else {
                for (size_t x = 0; x < width; x++) target[x * 3 + c] = plan->line[x];
            }
        }
    }
}

// Writes up to 16 floats; whole vectors when there is room.
INLINE void store_floats(float *target, Float16Lanes values, size_t room) {
    if (room >= lanes) {
        *(Float16Lanes *)target = values;
    } else {
        for (size_t i = 0; i < room; i++) target[i] = values[i];
    }
}

INLINE void pass_to_floats(
    const ResampleJob *job, const Plan *plan, const float scale[3], const float offset[3], float *output) {
    horizontal_pass(job, plan);
    const Axis *axis = &plan->vertical;
    size_t width = (size_t)job->output_width;
    size_t plane = width * (size_t)job->output_height;
    for (int y = 0; y < job->output_height; y++) {
        float *row = output + (size_t)y * width;
        for (size_t c = 0; c < (size_t)job->channels; c++) {
            const uint8_t *rows = plan->rows + (c * plan->padded_height + (size_t)axis->starts[y]) * plan->padded_width;
            // A grey plane serves all three channels.
            size_t end = job->channels == 1 ? 3 : c + 1;
            for (size_t x = 0; x < width; x += strip) {
                Int16Lanes low, high;
                weighted_32(
                    rows + x, plan->padded_width, axis->weights + (size_t)y * (size_t)axis->size, axis->counts[y],
                    &low, &high);
                Float16Lanes first = __builtin_convertvector(low, Float16Lanes);
                Float16Lanes second = __builtin_convertvector(high, Float16Lanes);
                size_t room = width - x;
                for (size_t k = c; k < end; k++) {
                    float *target = row + k * plane + x;
                    store_floats(target, first * scale[k] + offset[k], room);
                    if (room > lanes) store_floats(target + lanes, second * scale[k] + offset[k], room - lanes);
                }
            }
        }
    }
}

#define VARIANT(suffix, attribute)                                                                                    \
    attribute static void bytes_##suffix(const ResampleJob *job, const Plan *plan, uint8_t *output) {                 \
        pass_to_bytes(job, plan, output);                                                                             \
    }                                                                                                                 \
    attribute static void floats_##suffix(                                                                            \
        const ResampleJob *job, const Plan *plan, const float *scale, const float *offset, float *output) {           \
        pass_to_floats(job, plan, scale, offset, output);                                                             \
    }

VARIANT(plain, )
#if defined(__x86_64__)
VARIANT(avx2, __attribute__((target("avx2"))))
VARIANT(avx512, __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,prefer-256-bit"))))
#endif

ResampleLevel resample_level(ResampleLevel limit) {
#if defined(__x86_64__)
    __builtin_cpu_init();
    bool wide = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw")
        && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
    if (limit >= RESAMPLE_AVX512 && wide) return RESAMPLE_AVX512;
    if (limit >= RESAMPLE_AVX2 && __builtin_cpu_supports("avx2")) return RESAMPLE_AVX2;
#endif
    (void)limit;
    return RESAMPLE_PLAIN;
}

void resample_to_bytes(const ResampleJob *job, ResampleLevel level, void *scratch, uint8_t *output) {
    Plan plan;
    make_plan(job, scratch, &plan);
#if defined(__x86_64__)
    if (level == RESAMPLE_AVX512) return bytes_avx512(job, &plan, output);
    if (level == RESAMPLE_AVX2) return bytes_avx2(job, &plan, output);
#endif
    (void)level;
    bytes_plain(job, &plan, output);
}

void resample_to_floats(
    const ResampleJob *job, ResampleLevel level, void *scratch, const float scale[3], const float offset[3],
    float *output) {
    Plan plan;
    make_plan(job, scratch, &plan);
#if defined(__x86_64__)
    if (level == RESAMPLE_AVX512) return floats_avx512(job, &plan, scale, offset, output);
    if (level == RESAMPLE_AVX2) return floats_avx2(job, &plan, scale, offset, output);
#endif
    (void)level;
    floats_plain(job, &plan, scale, offset, output);
}
