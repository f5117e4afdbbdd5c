// Four lanes without instruction-set extensions.
#pragma once

enum { LANES = 4 };
typedef float vf __attribute__((vector_size(16)));
typedef int32_t vi __attribute__((vector_size(16)));

#define INLINE static inline __attribute__((always_inline))

INLINE vf v_set(float a) { return (vf){a, a, a, a}; }
INLINE vf v_load(const float *p) { vf v; memcpy(&v, p, sizeof v); return v; }
INLINE void v_store(float *p, vf v) { memcpy(p, &v, sizeof v); }
INLINE void v_stream(float *p, vf v) { v_store(p, v); }
INLINE void v_fence(void) {}
INLINE vf v_load_part(const float *p, long n) {
    vf v = v_set(0);
    for (long i = 0; i < n; i++) v[i] = p[i];
    return v;
}
INLINE vf v_load_part_or(const float *p, long n, float otherwise) {
    vf v = v_set(otherwise);
    for (long i = 0; i < n; i++) v[i] = p[i];
    return v;
}
INLINE void v_store_part(float *p, vf v, long n) {
    for (long i = 0; i < n; i++) p[i] = v[i];
}
INLINE vf v_fma(vf a, vf b, vf c) { return a * b + c; }
// NaN in the second operand is kept.
INLINE vf v_max(vf a, vf b) {
    for (int i = 0; i < LANES; i++) b[i] = a[i] > b[i] ? a[i] : b[i];
    return b;
}
INLINE vf v_min(vf a, vf b) {
    for (int i = 0; i < LANES; i++) b[i] = a[i] < b[i] ? a[i] : b[i];
    return b;
}
INLINE vf v_sqrt(vf a) {
    for (int i = 0; i < LANES; i++) a[i] = __builtin_sqrtf(a[i]);
    return a;
}
INLINE vf v_abs(vf a) {
    for (int i = 0; i < LANES; i++) a[i] = __builtin_fabsf(a[i]);
    return a;
}
// Rounds to the nearest integer for |a| < 2^22: adding 1.5 * 2^23 pushes the fraction out.
INLINE vf v_round(vf a) { return (a + v_set(12582912.0f)) - v_set(12582912.0f); }
// p 2^n for integral n in -126 ... 127; callers clamp.
INLINE vf v_scale(vf p, vf n) {
    vi bits = (__builtin_convertvector(n, vi) + 127) << 23;
    return p * (vf)bits;
}
INLINE vf v_reciprocal(vf a) { return v_set(1) / a; }
// a where sign is negative, else b.
INLINE vf v_if_negative(vf sign, vf a, vf b) {
    vi mask = (vi)sign >> 31;
    return (vf)(((vi)a & mask) | ((vi)b & ~mask));
}
// The sign of a as -1, 0 or 1.
INLINE vf v_sign(vf a) {
    return __builtin_convertvector((a < 0) - (a > 0), vf);
}
INLINE float v_sum(vf a) { return (a[0] + a[2]) + (a[1] + a[3]); }
INLINE float v_maximum(vf a) {
    float m = a[0];
    for (int i = 1; i < LANES; i++) m = a[i] > m ? a[i] : m;
    return m;
}

// Two doubles.
enum { DOUBLES = 2 };
typedef double vdouble __attribute__((vector_size(16)));
INLINE vdouble d_set(double a) { return (vdouble){a, a}; }
INLINE vdouble d_load(const double *p) { vdouble v; memcpy(&v, p, sizeof v); return v; }
INLINE void d_store(double *p, vdouble v) { memcpy(p, &v, sizeof v); }
INLINE vdouble d_fma(vdouble a, vdouble b, vdouble c) { return a * b + c; }
INLINE vdouble d_min(vdouble a, vdouble b) {
    for (int i = 0; i < DOUBLES; i++) b[i] = a[i] < b[i] ? a[i] : b[i];
    return b;
}
INLINE vdouble d_max(vdouble a, vdouble b) {
    for (int i = 0; i < DOUBLES; i++) b[i] = a[i] > b[i] ? a[i] : b[i];
    return b;
}
// The one with the smaller absolute value, a of equals.
INLINE vdouble d_nearer_zero(vdouble a, vdouble b) {
    for (int i = 0; i < DOUBLES; i++) b[i] = __builtin_fabs(a[i]) <= __builtin_fabs(b[i]) ? a[i] : b[i];
    return b;
}
// a where known is a number, 0 where it is NaN.
INLINE vdouble d_where(vdouble known, vdouble a) {
    for (int i = 0; i < DOUBLES; i++) a[i] = known[i] == known[i] ? a[i] : 0;
    return a;
}

// x[i][j] <-> x[j][i]
INLINE void v_transpose(vf x[LANES]) {
    vf y[LANES];
    for (int i = 0; i < LANES; i++)
        for (int j = 0; j < LANES; j++) y[j][i] = x[i][j];
    for (int i = 0; i < LANES; i++) x[i] = y[i];
}
