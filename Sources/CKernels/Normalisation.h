// Layer normalisation (Ba et al., 2016), rows of `width`, biased variance.

INLINE float row_sum(const float *x, long n) {
    vf s = v_set(0);
    long i = 0;
    for (; i + LANES <= n; i += LANES) s += v_load(x + i);
    if (i < n) s += v_load_part(x + i, n - i);
    return v_sum(s);
}

INLINE float row_squares_about(const float *x, float mean, long n) {
    vf s = v_set(0), m = v_set(mean);
    long i = 0;
    for (; i + LANES <= n; i += LANES) {
        vf d = v_load(x + i) - m;
        s = v_fma(d, d, s);
    }
    float sum = v_sum(s);
    for (; i < n; i++) sum += (x[i] - mean) * (x[i] - mean);
    return sum;
}

static void layer_norm_forward(const void *parameters, long tile, float *scratch) {
    (void)scratch;
    const ck_layer_norm *p = parameters;
    long n = p->width, first = tile * p->row_block;
    long last = first + p->row_block < p->rows ? first + p->row_block : p->rows;
    for (long row = first; row < last; row++) {
        const float *x = p->x + row * n;
        float *y = p->y + row * n;
        float mean = row_sum(x, n) / (float)n;
        float rstd = 1.0f / __builtin_sqrtf(row_squares_about(x, mean, n) / (float)n + p->epsilon);
        if (p->mean) p->mean[row] = mean;
        if (p->rstd) p->rstd[row] = rstd;
        vf m = v_set(mean), r = v_set(rstd);
        long i = 0;
        for (; i + LANES <= n; i += LANES)
            v_store(y + i, v_fma((v_load(x + i) - m) * r, v_load(p->gamma + i), v_load(p->beta + i)));
        if (i < n) {
            long t = n - i;
            v_store_part(y + i, v_fma((v_load_part(x + i, t) - m) * r, v_load_part(p->gamma + i, t),
                v_load_part(p->beta + i, t)), t);
        }
    }
}

// dx = rstd (g - mean(g) - xhat mean(g xhat)) with g = dy gamma.
static void layer_norm_backward(const void *parameters, long tile, float *scratch) {
    (void)scratch;
    const ck_layer_norm *p = parameters;
    long n = p->width, first = tile * p->row_block;
    long last = first + p->row_block < p->rows ? first + p->row_block : p->rows;
    float *dgamma = p->partial + tile * 2 * n, *dbeta = dgamma + n;
    memset(dgamma, 0, sizeof(float) * 2 * (size_t)n);
    for (long row = first; row < last; row++) {
        const float *x = p->x + row * n, *dy = p->dy + row * n;
        float *dx = p->dx + row * n;
        vf m = v_set(p->mean[row]), r = v_set(p->rstd[row]);
        vf sg = v_set(0), sgx = v_set(0);
        for (long i = 0; i < n; i += LANES) {
            long t = n - i < LANES ? n - i : LANES;
            vf d = v_load_part(dy + i, t), xhat = (v_load_part(x + i, t) - m) * r;
            vf g = d * v_load_part(p->gamma + i, t);
            sg += g;
            sgx = v_fma(g, xhat, sgx);
            v_store_part(dgamma + i, v_fma(d, xhat, v_load_part(dgamma + i, t)), t);
            v_store_part(dbeta + i, d + v_load_part(dbeta + i, t), t);
        }
        vf mg = v_set(v_sum(sg) / (float)n), mgx = v_set(v_sum(sgx) / (float)n);
        for (long i = 0; i < n; i += LANES) {
            long t = n - i < LANES ? n - i : LANES;
            vf xhat = (v_load_part(x + i, t) - m) * r;
            vf g = v_load_part(dy + i, t) * v_load_part(p->gamma + i, t);
            vf d = r * (g - mg - xhat * mgx);
            if (p->accumulate_dx) d += v_load_part(dx + i, t);
            v_store_part(dx + i, d, t);
        }
    }
}

// Tile = CK_REDUCE_COLUMNS columns: adds the tiles' sums in their order.
enum { REDUCE_COLUMNS = 64 };
static void layer_norm_reduce(const void *parameters, long tile, float *scratch) {
    (void)scratch;
    const ck_layer_norm *p = parameters;
    long n = p->width, first = tile * REDUCE_COLUMNS;
    long last = first + REDUCE_COLUMNS < n ? first + REDUCE_COLUMNS : n;
    for (long i = first; i < last; i++) {
        float a = 0, b = 0;
        for (long t = 0; t < p->row_tiles; t++) {
            a += p->partial[t * 2 * n + i];
            b += p->partial[t * 2 * n + n + i];
        }
        p->dgamma[i] = p->accumulate ? p->dgamma[i] + a : a;
        p->dbeta[i] = p->accumulate ? p->dbeta[i] + b : b;
    }
}
