// Sixteen lanes: AVX-512 F, DQ, BW, VL. Included between the pragmas of LevelAVX512.c.
#pragma once

enum { LANES = 16 };
typedef __m512 vf;

#define INLINE static inline __attribute__((always_inline))

INLINE __mmask16 v_mask(long n) { return (__mmask16)((1u << n) - 1); }
INLINE vf v_set(float a) { return _mm512_set1_ps(a); }
INLINE vf v_load(const float *p) { return _mm512_loadu_ps(p); }
INLINE void v_store(float *p, vf v) { _mm512_storeu_ps(p, v); }
// Past the caches, for what is read much later: spares the processor fetching a line only to overwrite it. The thread
// must v_fence before it hands the memory over.
INLINE void v_stream(float *p, vf v) {
    if ((uintptr_t)p % 64 == 0) _mm512_stream_ps(p, v);
    else v_store(p, v);
}
INLINE void v_fence(void) { _mm_sfence(); }
INLINE vf v_load_part(const float *p, long n) { return _mm512_maskz_loadu_ps(v_mask(n), p); }
INLINE vf v_load_part_or(const float *p, long n, float otherwise) {
    return _mm512_mask_loadu_ps(v_set(otherwise), v_mask(n), p);
}
INLINE void v_store_part(float *p, vf v, long n) { _mm512_mask_storeu_ps(p, v_mask(n), v); }
INLINE vf v_fma(vf a, vf b, vf c) { return _mm512_fmadd_ps(a, b, c); }
// NaN in the second operand is kept.
INLINE vf v_max(vf a, vf b) { return _mm512_max_ps(a, b); }
INLINE vf v_min(vf a, vf b) { return _mm512_min_ps(a, b); }
INLINE vf v_abs(vf a) { return _mm512_abs_ps(a); }
INLINE vf v_sqrt(vf a) { return _mm512_sqrt_ps(a); }
INLINE vf v_round(vf a) { return _mm512_roundscale_ps(a, 8); }
// p 2^n for integral n; underflows to zero.
INLINE vf v_scale(vf p, vf n) { return _mm512_scalef_ps(p, n); }
INLINE vf v_reciprocal(vf a) {
    vf r = _mm512_rcp14_ps(a);
    return r * (v_set(2) - a * r);
}
// a where sign is negative, else b.
INLINE vf v_if_negative(vf sign, vf a, vf b) {
    return _mm512_mask_blend_ps(_mm512_movepi32_mask(_mm512_castps_si512(sign)), b, a);
}
// The sign of a as -1, 0 or 1.
INLINE vf v_sign(vf a) {
    vf one = _mm512_castsi512_ps(_mm512_or_si512(
        _mm512_castps_si512(v_set(1)), _mm512_and_si512(_mm512_castps_si512(a), _mm512_set1_epi32((int)0x80000000u))));
    return _mm512_maskz_mov_ps(_mm512_cmp_ps_mask(a, v_set(0), _CMP_NEQ_UQ), one);
}
INLINE float v_sum(vf a) { return _mm512_reduce_add_ps(a); }
INLINE float v_maximum(vf a) { return _mm512_reduce_max_ps(a); }

// Eight doubles.
enum { DOUBLES = 8 };
typedef __m512d vdouble;
INLINE vdouble d_set(double a) { return _mm512_set1_pd(a); }
INLINE vdouble d_load(const double *p) { return _mm512_loadu_pd(p); }
INLINE void d_store(double *p, vdouble v) { _mm512_storeu_pd(p, v); }
INLINE vdouble d_fma(vdouble a, vdouble b, vdouble c) { return _mm512_fmadd_pd(a, b, c); }
INLINE vdouble d_min(vdouble a, vdouble b) { return _mm512_min_pd(a, b); }
INLINE vdouble d_max(vdouble a, vdouble b) { return _mm512_max_pd(a, b); }
// The one with the smaller absolute value, a of equals.
INLINE vdouble d_nearer_zero(vdouble a, vdouble b) {
    return _mm512_mask_blend_pd(_mm512_cmp_pd_mask(_mm512_abs_pd(a), _mm512_abs_pd(b), _CMP_LE_OQ), b, a);
}
// a where known is a number, 0 where it is NaN.
INLINE vdouble d_where(vdouble known, vdouble a) {
    return _mm512_maskz_mov_pd(_mm512_cmp_pd_mask(known, known, _CMP_ORD_Q), a);
}

// x[i][j] <-> x[j][i]
INLINE void v_transpose(vf x[LANES]) {
    vf y[LANES];
#pragma clang loop unroll(full)
    for (int i = 0; i < 16; i += 2) {
        y[i] = _mm512_unpacklo_ps(x[i], x[i + 1]);
        y[i + 1] = _mm512_unpackhi_ps(x[i], x[i + 1]);
    }
#pragma clang loop unroll(full)
    for (int i = 0; i < 16; i += 4) {
#pragma clang loop unroll(full)
        for (int j = 0; j < 2; j++) {
            __m512d a = _mm512_castps_pd(y[i + j]), b = _mm512_castps_pd(y[i + j + 2]);
            x[i + 2 * j] = _mm512_castpd_ps(_mm512_unpacklo_pd(a, b));
            x[i + 2 * j + 1] = _mm512_castpd_ps(_mm512_unpackhi_pd(a, b));
        }
    }
    // x[4g + c] holds, in 128-bit part p, column 4p + c of rows 4g ... 4g + 3: the parts are transposed next.
#pragma clang loop unroll(full)
    for (int c = 0; c < 4; c++) {
        vf a = _mm512_shuffle_f32x4(x[c], x[4 + c], 0x88), b = _mm512_shuffle_f32x4(x[c], x[4 + c], 0xdd);
        vf d = _mm512_shuffle_f32x4(x[8 + c], x[12 + c], 0x88), e = _mm512_shuffle_f32x4(x[8 + c], x[12 + c], 0xdd);
        y[c] = _mm512_shuffle_f32x4(a, d, 0x88);
        y[8 + c] = _mm512_shuffle_f32x4(a, d, 0xdd);
        y[4 + c] = _mm512_shuffle_f32x4(b, e, 0x88);
        y[12 + c] = _mm512_shuffle_f32x4(b, e, 0xdd);
    }
#pragma clang loop unroll(full)
    for (int i = 0; i < 16; i++) x[i] = y[i];
}
