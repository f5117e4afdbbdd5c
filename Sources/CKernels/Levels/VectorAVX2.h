// Eight lanes: AVX2 and FMA. Included between the pragmas of LevelAVX2.c.
#pragma once

enum { LANES = 8 };
typedef __m256 vf;

#define INLINE static inline __attribute__((always_inline))

static const int32_t v_mask_words[16] = {-1, -1, -1, -1, -1, -1, -1, -1, 0, 0, 0, 0, 0, 0, 0, 0};

INLINE __m256i v_mask(long n) { return _mm256_loadu_si256((const __m256i *)(v_mask_words + 8 - n)); }
INLINE vf v_set(float a) { return _mm256_set1_ps(a); }
INLINE vf v_load(const float *p) { return _mm256_loadu_ps(p); }
INLINE void v_store(float *p, vf v) { _mm256_storeu_ps(p, v); }
// Past the caches; see VectorAVX512.h.
INLINE void v_stream(float *p, vf v) {
    if ((uintptr_t)p % 32 == 0) _mm256_stream_ps(p, v);
    else v_store(p, v);
}
INLINE void v_fence(void) { _mm_sfence(); }
INLINE vf v_load_part(const float *p, long n) { return _mm256_maskload_ps(p, v_mask(n)); }
INLINE vf v_load_part_or(const float *p, long n, float otherwise) {
    return _mm256_blendv_ps(v_set(otherwise), v_load_part(p, n), _mm256_castsi256_ps(v_mask(n)));
}
INLINE void v_store_part(float *p, vf v, long n) { _mm256_maskstore_ps(p, v_mask(n), v); }
INLINE vf v_fma(vf a, vf b, vf c) { return _mm256_fmadd_ps(a, b, c); }
// NaN in the second operand is kept.
INLINE vf v_max(vf a, vf b) { return _mm256_max_ps(a, b); }
INLINE vf v_min(vf a, vf b) { return _mm256_min_ps(a, b); }
INLINE vf v_abs(vf a) { return _mm256_andnot_ps(v_set(-0.0f), a); }
INLINE vf v_sqrt(vf a) { return _mm256_sqrt_ps(a); }
INLINE vf v_round(vf a) { return _mm256_round_ps(a, 8); }
// p 2^n for integral n in -126 ... 127; callers clamp.
INLINE vf v_scale(vf p, vf n) {
    __m256i exponent = _mm256_add_epi32(_mm256_cvtps_epi32(n), _mm256_set1_epi32(127));
    return p * _mm256_castsi256_ps(_mm256_slli_epi32(exponent, 23));
}
INLINE vf v_reciprocal(vf a) { return v_set(1) / a; }
// a where sign is negative, else b.
INLINE vf v_if_negative(vf sign, vf a, vf b) { return _mm256_blendv_ps(b, a, sign); }
// The sign of a as -1, 0 or 1.
INLINE vf v_sign(vf a) {
    vf one = _mm256_or_ps(v_set(1), _mm256_and_ps(a, v_set(-0.0f)));
    return _mm256_and_ps(one, _mm256_cmp_ps(a, v_set(0), _CMP_NEQ_UQ));
}
INLINE float v_sum(vf a) {
    __m128 s = _mm_add_ps(_mm256_castps256_ps128(a), _mm256_extractf128_ps(a, 1));
    s = _mm_add_ps(s, _mm_movehl_ps(s, s));
    return _mm_cvtss_f32(_mm_add_ss(s, _mm_movehdup_ps(s)));
}
INLINE float v_maximum(vf a) {
    __m128 s = _mm_max_ps(_mm256_castps256_ps128(a), _mm256_extractf128_ps(a, 1));
    s = _mm_max_ps(s, _mm_movehl_ps(s, s));
    return _mm_cvtss_f32(_mm_max_ss(s, _mm_movehdup_ps(s)));
}

// Four doubles.
enum { DOUBLES = 4 };
typedef __m256d vdouble;
INLINE vdouble d_set(double a) { return _mm256_set1_pd(a); }
INLINE vdouble d_load(const double *p) { return _mm256_loadu_pd(p); }
INLINE void d_store(double *p, vdouble v) { _mm256_storeu_pd(p, v); }
INLINE vdouble d_fma(vdouble a, vdouble b, vdouble c) { return _mm256_fmadd_pd(a, b, c); }
INLINE vdouble d_min(vdouble a, vdouble b) { return _mm256_min_pd(a, b); }
INLINE vdouble d_max(vdouble a, vdouble b) { return _mm256_max_pd(a, b); }
INLINE vdouble d_abs(vdouble a) { return _mm256_andnot_pd(d_set(-0.0), a); }
// The one with the smaller absolute value, a of equals.
INLINE vdouble d_nearer_zero(vdouble a, vdouble b) {
    return _mm256_blendv_pd(b, a, _mm256_cmp_pd(d_abs(a), d_abs(b), _CMP_LE_OQ));
}
// a where known is a number, 0 where it is NaN.
INLINE vdouble d_where(vdouble known, vdouble a) {
    return _mm256_and_pd(a, _mm256_cmp_pd(known, known, _CMP_ORD_Q));
}

// x[i][j] <-> x[j][i]
INLINE void v_transpose(vf x[LANES]) {
    vf y[LANES];
#pragma clang loop unroll(full)
    for (int i = 0; i < 8; i += 2) {
        y[i] = _mm256_unpacklo_ps(x[i], x[i + 1]);
        y[i + 1] = _mm256_unpackhi_ps(x[i], x[i + 1]);
    }
#pragma clang loop unroll(full)
    for (int i = 0; i < 8; i += 4) {
#pragma clang loop unroll(full)
        for (int j = 0; j < 2; j++) {
            __m256d a = _mm256_castps_pd(y[i + j]), b = _mm256_castps_pd(y[i + j + 2]);
            x[i + 2 * j] = _mm256_castpd_ps(_mm256_unpacklo_pd(a, b));
            x[i + 2 * j + 1] = _mm256_castpd_ps(_mm256_unpackhi_pd(a, b));
        }
    }
#pragma clang loop unroll(full)
    for (int c = 0; c < 4; c++) {
        y[c] = _mm256_permute2f128_ps(x[c], x[4 + c], 0x20);
        y[4 + c] = _mm256_permute2f128_ps(x[c], x[4 + c], 0x31);
    }
#pragma clang loop unroll(full)
    for (int i = 0; i < 8; i++) x[i] = y[i];
}
