// Element-wise work on flat ranges of parameters, and AdamW (Loshchilov & Hutter, 2019). Tile = CK_BLOCK elements.

INLINE long block_end(long count, long tile) {
    long end = (tile + 1) * CK_BLOCK;
    return end < count ? end : count;
}

typedef double vd __attribute__((vector_size(8 * LANES)));

static void vector_sum_squares(const void *parameters, long tile, float *scratch) {
    (void)scratch;
    const ck_vector *p = parameters;
    vd sum = {0};
    long i = tile * CK_BLOCK, end = block_end(p->count, tile);
    for (; i < end; i += LANES) {
        vd x = __builtin_convertvector(i + LANES <= end ? v_load(p->y + i) : v_load_part(p->y + i, end - i), vd);
        sum += x * x;
    }
    double total = 0;
    for (int l = 0; l < LANES; l++) total += sum[l];
    p->partial[tile] = total;
}

static void vector_non_finite(const void *parameters, long tile, float *scratch) {
    (void)scratch;
    const ck_vector *p = parameters;
    long count = 0;
    for (long i = tile * CK_BLOCK, end = block_end(p->count, tile); i < end; i++) {
        uint32_t bits;
        memcpy(&bits, p->y + i, sizeof bits);
        count += (bits & 0x7f800000u) == 0x7f800000u;
    }
    p->partial[tile] = (double)count;
}

static void vector_scale(const void *parameters, long tile, float *scratch) {
    (void)scratch;
    const ck_vector *p = parameters;
    for (long i = tile * CK_BLOCK, end = block_end(p->count, tile); i < end; i++) p->x[i] *= p->scale;
}

// x += scale y
static void vector_add(const void *parameters, long tile, float *scratch) {
    (void)scratch;
    const ck_vector *p = parameters;
    for (long i = tile * CK_BLOCK, end = block_end(p->count, tile); i < end; i++) p->x[i] += p->scale * p->y[i];
}

INLINE void adamw_lanes(const ck_adamw *p, long i, long n) {
    vf g = v_load_part(p->gradient + i, n) * v_set(p->gradient_scale);
    vf m = v_load_part(p->first + i, n), v = v_load_part(p->second + i, n);
    m += v_set(p->rest1) * (g - m);
    v = v * v_set(p->beta2) + v_set(p->rest2) * g * g;
    vf w = v_load_part(p->parameter + i, n) * v_set(p->decay);
    vf denominator = v_sqrt(v) / v_set(p->root_correction) + v_set(p->epsilon);
    w -= v_set(p->step_size) * (m / denominator);
    v_store_part(p->first + i, m, n);
    v_store_part(p->second + i, v, n);
    v_store_part(p->parameter + i, w, n);
}

static void adamw(const void *parameters, long tile, float *scratch) {
    (void)scratch;
    const ck_adamw *p = parameters;
    long i = tile * CK_BLOCK, end = block_end(p->count, tile);
    for (; i + LANES <= end; i += LANES) adamw_lanes(p, i, LANES);
    if (i < end) adamw_lanes(p, i, end - i);
}

static double fma_burst(long rounds) {
    vf a[10];
    for (int i = 0; i < 10; i++) a[i] = v_set((float)i);
    vf x = v_set(0.999f), y = v_set(1e-3f);
    for (long r = 0; r < rounds; r++) {
        for (int i = 0; i < 10; i++) a[i] = v_fma(a[i], x, y);
        __asm__ volatile("" : "+x"(x));
    }
    vf s = a[0];
    for (int i = 1; i < 10; i++) s += a[i];
    volatile float keep = v_sum(s);
    (void)keep;
    return 2.0 * LANES * 10 * (double)rounds;
}
