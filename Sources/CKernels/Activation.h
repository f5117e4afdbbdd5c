// Exponential and GELU without libm: polynomials fitted to a relative error of 1e-7 (minimax in exact arithmetic).

// 2^x; beyond the range of normal floats it is the nearest of them, or 0.
INLINE vf v_exp2(vf x) {
    x = v_min(v_set(127.0f), v_max(v_set(-126.0f), x));
    vf n = v_round(x), r = x - n;
    vf p = v_fma(v_set(1.3309198743908402e-3f), r, v_set(9.676714232857547e-3f));
    p = v_fma(p, r, v_set(5.550592041016175e-2f));
    p = v_fma(p, r, v_set(2.4022096511749286e-1f));
    p = v_fma(p, r, v_set(6.931470720142037e-1f));
    p = v_fma(p, r, v_set(1.0f));
    return v_scale(p, n);
}

// e^x; x log2(e) is formed in two parts, so that large |x| keep their precision.
INLINE vf v_exp(vf x) {
    x = v_min(v_set(88.0f), v_max(v_set(-87.3f), x));
    vf n = v_round(x * v_set(1.44269504088896341f));
    vf r = v_fma(n, v_set(-6.93145751953125e-1f), x);
    r = v_fma(n, v_set(-1.42860682030941723e-6f), r) * v_set(1.44269504088896341f);
    vf p = v_fma(v_set(1.3309198743908402e-3f), r, v_set(9.676714232857547e-3f));
    p = v_fma(p, r, v_set(5.550592041016175e-2f));
    p = v_fma(p, r, v_set(2.4022096511749286e-1f));
    p = v_fma(p, r, v_set(6.931470720142037e-1f));
    p = v_fma(p, r, v_set(1.0f));
    return v_scale(p, n);
}

// GELU(v) = v Φ(v) and GELU'(v) = Φ(v) + v φ(v) (Hendrycks & Gimpel, 2016).
// 1 - Φ(z) = φ(z) t P(t) for z >= 0, with t = 1 / (1 + 0.3 z): the Mills ratio is smooth in t over all z >= 0.
INLINE vf v_gelu(vf v, vf *derivative) {
    vf z = v_abs(v);
    vf t = v_reciprocal(v_fma(z, v_set(0.3f), v_set(1.0f)));
    vf density = v_exp2(v * v * v_set(-0.72134752044448170f)) * v_set(0.39894228040143268f);
    vf p = v_fma(v_set(8.931424e-2f), t, v_set(-3.9351726e-1f));
    p = v_fma(p, t, v_set(5.1620194e-1f));
    p = v_fma(p, t, v_set(-1.3348466e-1f));
    p = v_fma(p, t, v_set(3.2163265e-1f));
    p = v_fma(p, t, v_set(2.5064653e-1f));
    p = v_fma(p, t, v_set(3.0265221e-1f));
    p = v_fma(p, t, v_set(2.9986834e-1f));
    vf tail = density * (p * t);
    vf cdf = v_if_negative(v, tail, v_set(1.0f) - tail);
    *derivative = v_fma(v, density, cdf);
    return v * cdf;
}

INLINE void gelu_row(float *y, float *derivative, long n) {
    long i = 0;
    for (; i + LANES <= n; i += LANES) {
        vf d;
        v_store(y + i, v_gelu(v_load(y + i), &d));
        if (derivative) v_stream(derivative + i, d);
    }
    if (i < n) {
        vf d;
        v_store_part(y + i, v_gelu(v_load_part(y + i, n - i), &d), n - i);
        if (derivative) v_store_part(derivative + i, d, n - i);
    }
}

// y = a + b
INLINE void add_rows(float *y, const float *a, const float *b, long n) {
    long i = 0;
    for (; i + LANES <= n; i += LANES) v_store(y + i, v_load(a + i) + v_load(b + i));
    for (; i < n; i++) y[i] = a[i] + b[i];
}
