// Everything one level consists of; included once by each Level*.c after its vector type.
#include "../Micro.h"
#include "../Activation.h"
#ifdef LEVEL_USES_BLAS
#include "../GemmBLAS.h"
#else
#include "../Gemm.h"
#endif
#include "../Normalisation.h"
#include "../Attention.h"
#include "../Patches.h"
#include "../Tokens.h"
#include "../Optimiser.h"
#include "../Smoothing.h"

const ck_table LEVEL(ck_table) = {
    .level = LEVEL_NUMBER,
    .name = LEVEL_NAME,
    .panel = GEMM_PANEL,
    .row_panel = GEMM_ROWS,
    .gemm_scratch = gemm_scratch,
    .weight_gradient_scratch = weight_gradient_scratch,
    .gemm = gemm,
    .weight_gradient = weight_gradient,
    .pack_transposed = pack_transposed,
    .pack_straight = pack_straight,
    .layer_norm_forward = layer_norm_forward,
    .layer_norm_backward = layer_norm_backward,
    .layer_norm_reduce = layer_norm_reduce,
    .attention_forward = attention_forward,
    .attention_backward = attention_backward,
    .attention_scratch = attention_scratch,
    .patches_extract = patches_extract,
    .patches_patchify = patches_patchify,
    .patches_unpatchify = patches_unpatchify,
    .patches_loss = patches_loss,
    .tokens_assemble = tokens_assemble,
    .tokens_split = tokens_split,
    .tokens_position_gradient = tokens_position_gradient,
    .tokens_unshuffle = tokens_unshuffle,
    .tokens_unshuffle_backward = tokens_unshuffle_backward,
    .tokens_gather = tokens_gather,
    .tokens_scatter = tokens_scatter,
    .tokens_mean = tokens_mean,
    .tokens_mean_backward = tokens_mean_backward,
    .tokens_column_sums = tokens_column_sums,
    .tokens_residual = tokens_residual,
    .vector_sum_squares = vector_sum_squares,
    .vector_non_finite = vector_non_finite,
    .vector_scale = vector_scale,
    .vector_add = vector_add,
    .adamw = adamw,
    .fma_burst = fma_burst,
    .smooth_scratch = smooth_scratch,
    .smooth_convolve = smooth_convolve,
    .smooth_residual = smooth_residual,
    .smooth_moments = smooth_moments,
};
