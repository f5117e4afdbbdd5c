// The hot loops of the program, in C, at three levels of instruction set.
//
// Every operation is a structure of parameters and a tile function `void f(const void *parameters, long tile, float
// *scratch)`. Tiles depend on the shapes only and write disjoint memory, so the result has the same bits whichever
// thread computes which tile. `scratch` belongs to the thread. Nothing here allocates; matrices are row-major floats.
#pragma once

#include <stdint.h>

#include "resample.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef void (*ck_tile)(const void *parameters, long tile, float *scratch);

/// Plain matrix product for the plain level: C (m,n) = beta C + op(A) op(B), as BLAS defines it, row-major.
typedef void (*ck_sgemm)(
    int transpose_a, int transpose_b, long m, long n, long k, const float *a, long lda, const float *b, long ldb,
    float beta, float *c, long ldc);

enum { CK_PLAIN = 0, CK_AVX2 = 1, CK_AVX512 = 2 };

/// What happens to a tile of the product while it is in cache.
enum {
    CK_NONE = 0,      ///< c = ab + bias (+ add)
    CK_GELU = 1,      ///< c = gelu(ab + bias), derivative = gelu'(ab + bias)
    CK_MULTIPLY = 2,  ///< c = (ab + bias) * factor
};

/// C (m,n) = A (m,k) B (k,n), then an epilogue. B is packed by `pack_transposed` or `pack_straight`.
typedef struct {
    long m, n, k;
    const float *a;
    long lda;
    const float *b;      ///< packed panels; for the plain level a copy of the weight, see b_transposed
    int b_transposed;    ///< plain level only: the copy is (n,k) rather than (k,n)
    float *c;            ///< (m,n), ldc = n
    const float *bias;   ///< (n) or NULL
    const float *add;    ///< (m,n) added at the end, may be c itself; NULL for none
    int epilogue;
    float *derivative;      ///< CK_GELU: (m,n) written, may be NULL
    const float *factor;    ///< CK_MULTIPLY: (m,n) read, may be c's alias
    long row_block, row_tiles, column_block, column_tiles;
    ck_sgemm sgemm;         ///< plain level only
} ck_gemm;

/// dW (n,k) (+)= dY (m,n)ᵀ X (m,k) and db (n) (+)= the column sums of dY.
typedef struct {
    long m, n, k;
    const float *dy;
    const float *x;
    float *dw;
    float *db;         ///< NULL for none
    int accumulate;
    long row_block, row_tiles, column_block, column_tiles;
    ck_sgemm sgemm;
} ck_weight_gradient;

/// Packs a weight (rows, columns) into panels for ck_gemm: transposed (B = Wᵀ) or straight (B = W). Tile = one panel.
typedef struct {
    long rows, columns;
    const float *weight;
    float *packed;
} ck_pack;

/// y = (x - mean) rstd gamma + beta over rows of `width`; and its backward pass.
typedef struct {
    long rows, width;
    float epsilon;
    const float *x, *gamma, *beta;
    float *y, *mean, *rstd;
    const float *dy;
    float *dx;
    int accumulate_dx;
    float *partial;   ///< backward: (tiles, 2, width) sums of one tile's rows for dgamma and dbeta
    float *dgamma, *dbeta;
    int accumulate;
    long row_block, row_tiles;
} ck_layer_norm;

/// Multi-head attention, tile = image * heads + head. qkv (images, tokens, 3, heads, width); y (images, tokens,
/// heads * width). Forward passes may cut the query rows of a head into `row_tiles` tiles, which come last in the number.
typedef struct {
    long images, tokens, heads, width;
    long row_tiles;
    const float *qkv;
    float *y;
    float *log_sum_exp;   ///< (images, heads, tokens)
    const float *dy;
    float *dqkv;
} ck_attention;

/// Rows of pixels for chosen patches, channel first (patch embedding) or channel last (targets).
typedef struct {
    long images, height, width, patch;
    const float *pixels;        ///< (images, 3, height, width)
    const int32_t *indices;     ///< (images, kept) patch numbers, NULL for 0 ..< kept
    long kept;
    float *rows;                ///< (images * kept, 3 * patch * patch)
    const float *prediction;    ///< reconstruction loss: (images * kept, patch * patch * 3)
    float *gradient;            ///< same shape, NULL for none
    float gradient_scale;
    int squared;                ///< 0: L1, 1: L2
    int normalised;             ///< per-patch normalisation of the target
    float epsilon;
    double *losses;             ///< (images * kept) sum of errors of each row
    float *pixels_out;          ///< unpatchify: (images, 3, height, width)
} ck_patches;

/// Token sequences of the masked autoencoder, tile = image unless stated. Sequences carry the class token first.
typedef struct {
    long images, tokens, kept, width;
    const int32_t *indices;
    const float *x;
    const float *token;
    const float *positions;
    const float *branch;   ///< tokens_residual: (images, tokens, width)
    const float *scales;   ///< tokens_residual: one factor per image
    float *y;
    float *partial;
    int accumulate;
} ck_tokens;

/// Element-wise work on flat ranges, tile = a block of CK_BLOCK elements.
enum { CK_BLOCK = 16384 };
typedef struct {
    long count;
    float *x;
    const float *y;
    float scale;
    double *partial;   ///< one per tile
} ck_vector;

/// One AdamW step as PyTorch computes it, tile = a block of CK_BLOCK elements.
typedef struct {
    long count;
    float *parameter, *first, *second;
    const float *gradient;
    float gradient_scale;
    float beta2, epsilon;
    float rest1, rest2;   ///< 1 - beta1, 1 - beta2, rounded from double precision
    float decay;        ///< 1 - lr * weight decay
    float step_size;    ///< lr / (1 - beta1^t)
    float root_correction;   ///< sqrt(1 - beta2^t)
} ck_adamw;

/// A signal convolved with a symmetric filter, in double precision: y[j] = sum over k of weights[k] x[j + k].
typedef struct {
    long count;             ///< outputs
    long taps;
    const double *x;        ///< (count + taps - 1)
    const double *weights;  ///< (taps), with CK_SMOOTH_PADDING zeros before and after
    double *y;              ///< (count)
    double *scratch;        ///< (smooth_scratch(count, taps))
} ck_convolution;
enum { CK_SMOOTH_PADDING = 16 };

/// y = first + MD(x - second, x - third), clipped to low ... high. MD is the one nearer to zero, the first of equals.
typedef struct {
    long count;
    const double *x, *first;
    const double *second, *third;   ///< both NULL: no residual
    double low, high;
    double *y;
    const double *truth;    ///< smooth_moments only; NaN where there is none
} ck_residual;

/// Sums over the frames that have a truth, of d = y - y0 and e = truth - truth0, both taken from the first such frame.
typedef struct {
    double count, y0, truth0, d, e, dd, ee, de;
} ck_moments;

/// The functions of one level.
typedef struct {
    int level;
    const char *name;
    long panel;          ///< columns of a packed panel, 0 for the plain level
    long row_panel;      ///< rows of the micro-kernel
    long (*gemm_scratch)(long rows, long columns);              ///< floats per thread for a tile of this size
    long (*weight_gradient_scratch)(long rows, long columns);
    ck_tile gemm, weight_gradient, pack_transposed, pack_straight;
    ck_tile layer_norm_forward, layer_norm_backward, layer_norm_reduce;
    ck_tile attention_forward, attention_backward;
    long (*attention_scratch)(long tokens, long width);   ///< floats of scratch per thread
    ck_tile patches_extract, patches_patchify, patches_unpatchify, patches_loss;
    ck_tile tokens_assemble, tokens_split, tokens_position_gradient, tokens_unshuffle, tokens_unshuffle_backward;
    ck_tile tokens_gather, tokens_scatter, tokens_mean, tokens_mean_backward, tokens_column_sums;
    ck_tile tokens_residual;
    ck_tile vector_sum_squares, vector_non_finite, vector_scale, vector_add;
    ck_tile adamw;
    double (*fma_burst)(long rounds);   ///< floating-point operations done, all in registers
    long (*smooth_scratch)(long count, long taps);        ///< doubles
    void (*smooth_convolve)(const ck_convolution *convolution);
    void (*smooth_residual)(const ck_residual *residual);
    void (*smooth_moments)(const ck_residual *residual, ck_moments *moments);   ///< y is not written
} ck_table;

/// The table of a level, NULL if this processor cannot run it.
const ck_table *ck_table_for(int level);

// ---- Threads (ThreadPool.c) ----

/// A pool of threads that share the tiles of one job at a time. Opaque; of ck_pool_size() bytes.
typedef struct ck_pool ck_pool;

long ck_pool_size(void);
/// Starts threads - 1 workers; the caller of ck_pool_run is the remaining one. Returns 0 or an errno.
int ck_pool_start(ck_pool *pool, int threads);
void ck_pool_stop(ck_pool *pool);
/// Where thread i finds its scratch: base + i * stride. Only between jobs.
void ck_pool_set_scratch(ck_pool *pool, float *base, long stride);
/// Runs every tile once and returns when all are done. One caller at a time.
void ck_pool_run(ck_pool *pool, ck_tile function, const void *parameters, long tiles);

#ifdef __cplusplus
}
#endif
