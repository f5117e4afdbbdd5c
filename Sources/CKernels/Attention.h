// Multi-head attention, softmax(q kᵀ / sqrt(width)) v, one tile per image and head.
//
// Scores are computed for a block of query rows against all keys, in scratch, as runs of DEPTH keys (the rows layout of
// the micro-kernel), turned into probabilities there, and used as the A operand of the next product. Scores carry the
// factor log2(e), so that probabilities are powers of two.

static const float log2e = 1.44269504088896341f, ln2 = 0.69314718055994531f;

INLINE long runs(long tokens) { return (tokens + DEPTH - 1) / DEPTH; }
INLINE long panels_size(long depth, long columns) {
    return (columns + MICRO_COLUMNS - 1) / MICRO_COLUMNS * MICRO_COLUMNS * depth;
}
// Query rows of one block of the backward pass: its probabilities and their gradients stay in the L2 cache.
INLINE long query_block(long tokens) {
    long rows = 240 / runs(tokens) / MICRO_ROWS * MICRO_ROWS;
    if (rows < MICRO_ROWS) rows = MICRO_ROWS;
    return minimum(rows, tokens);
}

static long attention_scratch(long tokens, long width) {
    long block = query_block(tokens);
    return 2 * panels_size(width, tokens) + panels_size(tokens, width) + 2 * panels_size(block, width)
        + (2 * runs(tokens) + runs(width)) * (block + MICRO_ROWS) * A_STRIDE + 2 * tokens + 64;
}

// rows of x, times scale, in runs of DEPTH columns `run_size` apart.
INLINE void copy_runs(const float *x, long stride, long rows, long n, float scale, float *to, long run_size) {
    for (long first = 0; first < n; first += DEPTH) {
        long count = minimum(n - first, DEPTH);
        float *run = to + first / DEPTH * run_size;
        for (long r = 0; r < rows; r++)
            for (long i = 0; i < count; i += LANES) {
                long lanes = minimum(count - i, LANES);
                vf v = v_load_part(x + r * stride + first + i, lanes);
                v_store_part(run + r * A_STRIDE + i, v_set(scale) * v, lanes);
            }
    }
}

// Panels of B = x: depth rows, n columns.
INLINE void straight_panels(const float *x, long stride, long depth, long n, float *to) {
    for (long j = 0; j < n; j += MICRO_COLUMNS)
        copy_panel(x + j, stride, depth, minimum(n - j, MICRO_COLUMNS), to + j * depth);
}

// Panels of B = xᵀ: depth n, one column for each row of x.
INLINE void transposed_panels(const float *x, long stride, long rows, long n, float *to) {
    for (long j = 0; j < rows; j += MICRO_COLUMNS)
        transpose_panel(x + j * stride, stride, minimum(rows - j, MICRO_COLUMNS), n, to + j * n);
}

// c (rows, n) = a b for at most MICRO_ROWS rows; a in runs of depth DEPTH; c in rows `ldc` apart, or itself in runs
// `c_run` apart.
INLINE void multiply_strip(
    const float *a, long a_run, long rows, long depth, const float *b, long n, float *c, long ldc, long c_run) {
    for (long j = 0; j < n; j += MICRO_COLUMNS) {
        prefetcher none = {0};
        micro_block m = {.ldc = ldc, .lds = ldc, .columns = minimum(n - j, MICRO_COLUMNS), .next_a = &none, .next_b = &none};
        m.c = c_run ? c + j / DEPTH * c_run + j % DEPTH : c + j;
        for (long first = 0; first < depth; first += DEPTH) {
            m.depth = minimum(depth - first, DEPTH);
            m.a = a + first / DEPTH * a_run;
            m.b = b + j * depth + first * MICRO_COLUMNS;
            m.start = first ? m.c : NULL;
            micro_rows[m.columns > LANES][rows - 1](&m);
        }
    }
}

// c (n, columns) (+)= aᵀ b, a (depth, n) in runs, b panels of that depth.
INLINE void multiply_turned(const float *a, long a_run, long n, long depth, const float *b, long columns, float *c,
    long ldc, int accumulate) {
    for (long j = 0; j < columns; j += MICRO_COLUMNS) {
        prefetcher none = {0};
        micro_block m = {.depth = depth, .b = b + j * depth, .ldc = ldc, .lds = ldc, .next_a = &none, .next_b = &none};
        m.columns = minimum(columns - j, MICRO_COLUMNS);
        for (long first = 0; first < n; first += DEPTH)
            for (long i = first; i < minimum(first + DEPTH, n); i += MICRO_ROWS) {
                long rows = minimum(minimum(first + DEPTH, n) - i, MICRO_ROWS);
                m.a = a + first / DEPTH * a_run + i - first;
                m.c = c + i * ldc + j;
                m.start = accumulate ? m.c : NULL;
                micro_turned[m.columns > LANES][rows - 1](&m);
            }
    }
}

// s = 2^(s - top) over one row in runs; returns the sum.
INLINE float exponentials(float *s, long run, long n, float top) {
    vf t = v_set(top), sum0 = v_set(0), sum1 = v_set(0);
    for (long first = 0; first < n; first += DEPTH) {
        float *x = s + first / DEPTH * run;
        long count = minimum(n - first, DEPTH), i = 0;
        for (; i + 2 * LANES <= count; i += 2 * LANES) {
            vf a = v_exp2(v_load(x + i) - t), b = v_exp2(v_load(x + i + LANES) - t);
            v_store(x + i, a);
            v_store(x + i + LANES, b);
            sum0 += a;
            sum1 += b;
        }
        for (; i < count; i += LANES) {
            long lanes = minimum(count - i, LANES);
            vf a = v_exp2(v_load_part_or(x + i, lanes, -INFINITY) - t);
            v_store_part(x + i, a, lanes);
            sum0 += a;   // lanes beyond the row hold 1e-38
        }
    }
    return v_sum(sum0 + sum1);
}

INLINE float row_maximum(const float *s, long run, long n) {
    vf top = v_set(-INFINITY);
    for (long first = 0; first < n; first += DEPTH) {
        const float *x = s + first / DEPTH * run;
        long count = minimum(n - first, DEPTH), i = 0;
        for (; i + LANES <= count; i += LANES) top = v_max(top, v_load(x + i));
        if (i < count) top = v_max(top, v_load_part_or(x + i, count - i, -INFINITY));
    }
    return v_maximum(top);
}

static void attention_forward(const void *parameters, long tile, float *scratch) {
    const ck_attention *p = parameters;
    long tokens = p->tokens, d = p->width, stride = 3 * p->heads * d, out = p->heads * d;
    long part = tile % p->row_tiles, sequence = tile / p->row_tiles, image = sequence / p->heads, head = sequence % p->heads;
    // Whole strips, so that the cut changes no bits.
    long share = ((tokens + p->row_tiles - 1) / p->row_tiles + MICRO_ROWS - 1) / MICRO_ROWS * MICRO_ROWS;
    long begin = minimum(part * share, tokens), end = minimum(begin + share, tokens);
    const float *q = p->qkv + image * tokens * stride + head * d, *k = q + out, *v = k + out;
    float *y = p->y + image * tokens * out + head * d;
    float scale = log2e / __builtin_sqrtf((float)d);
    long run = MICRO_ROWS * A_STRIDE;
    float *keys = scratch, *values = keys + panels_size(d, tokens), *queries = values + panels_size(tokens, d);
    float *scores = queries + runs(d) * run;
    transposed_panels(k, stride, tokens, d, keys);
    straight_panels(v, stride, tokens, d, values);
    for (long row = begin; row < end; row += MICRO_ROWS) {
        long rows = minimum(end - row, MICRO_ROWS);
        float inverse[MICRO_ROWS];
        copy_runs(q + row * stride, stride, rows, d, scale, queries, run);
        multiply_strip(queries, run, rows, d, keys, tokens, scores, A_STRIDE, run);
        for (long r = 0; r < rows; r++) {
            float top = row_maximum(scores + r * A_STRIDE, run, tokens);
            float sum = exponentials(scores + r * A_STRIDE, run, tokens, top);
            inverse[r] = 1.0f / sum;
            if (p->log_sum_exp) p->log_sum_exp[sequence * tokens + row + r] = top * ln2 + logf(sum);
        }
        multiply_strip(scores, run, rows, tokens, values, d, y + row * out, out, 0);
        for (long r = 0; r < rows; r++) {
            float *o = y + (row + r) * out;
            for (long i = 0; i < d; i += LANES) {
                long lanes = minimum(d - i, LANES);
                v_store_part(o + i, v_set(inverse[r]) * v_load_part(o + i, lanes), lanes);
            }
        }
    }
}

INLINE float row_product(const float *a, const float *b, long n) {
    vf s = v_set(0);
    for (long i = 0; i < n; i += LANES) {
        long lanes = minimum(n - i, LANES);
        s = v_fma(v_load_part(a + i, lanes), v_load_part(b + i, lanes), s);
    }
    return v_sum(s);
}

// With P the probabilities and dP = dy vᵀ: dS = P (dP - rowsum(dy y)) / sqrt(d); dq = dS k, dk = dSᵀ q, dv = Pᵀ dy.
static void attention_backward(const void *parameters, long tile, float *scratch) {
    const ck_attention *p = parameters;
    long tokens = p->tokens, d = p->width, stride = 3 * p->heads * d, out = p->heads * d;
    long image = tile / p->heads, head = tile % p->heads;
    const float *q = p->qkv + image * tokens * stride + head * d, *k = q + out, *v = k + out;
    const float *y = p->y + image * tokens * out + head * d, *dy = p->dy + image * tokens * out + head * d;
    const float *lse = p->log_sum_exp + tile * tokens;
    float *dq = p->dqkv + image * tokens * stride + head * d, *dk = dq + out, *dv = dk + out;
    float scale = 1.0f / __builtin_sqrtf((float)d);
    long block = query_block(tokens), run = (block + MICRO_ROWS) * A_STRIDE;
    float *keys = scratch, *values = keys + panels_size(d, tokens), *straight_keys = values + panels_size(d, tokens);
    float *queries = straight_keys + panels_size(tokens, d), *gradients = queries + panels_size(block, d);
    float *probabilities = gradients + panels_size(block, d), *scores = probabilities + runs(tokens) * run;
    float *strip = scores + runs(tokens) * run;
    transposed_panels(k, stride, tokens, d, keys);
    transposed_panels(v, stride, tokens, d, values);
    straight_panels(k, stride, tokens, d, straight_keys);
    for (long begin = 0; begin < tokens; begin += block) {
        long count = minimum(tokens - begin, block);
        for (long row = 0; row < count; row += MICRO_ROWS) {
            long rows = minimum(count - row, MICRO_ROWS), at = begin + row;
            float *ps = probabilities + row * A_STRIDE, *ds = scores + row * A_STRIDE;
            copy_runs(q + at * stride, stride, rows, d, scale * log2e, strip, run);
            multiply_strip(strip, run, rows, d, keys, tokens, ps, A_STRIDE, run);
            copy_runs(dy + at * out, out, rows, d, 1, strip, run);
            multiply_strip(strip, run, rows, d, values, tokens, ds, A_STRIDE, run);
            for (long r = 0; r < rows; r++) {
                exponentials(ps + r * A_STRIDE, run, tokens, lse[at + r] * log2e);
                vf delta = v_set(row_product(dy + (at + r) * out, y + (at + r) * out, d));
                for (long first = 0; first < tokens; first += DEPTH) {
                    float *x = ds + r * A_STRIDE + first / DEPTH * run;
                    const float *w = ps + r * A_STRIDE + first / DEPTH * run;
                    long n = minimum(tokens - first, DEPTH), i = 0;
                    for (; i < n; i += LANES) {
                        long lanes = minimum(n - i, LANES);
                        vf change = v_load_part(x + i, lanes) - delta;
                        v_store_part(x + i, v_load_part(w + i, lanes) * change * v_set(scale), lanes);
                    }
                }
            }
            multiply_strip(ds, run, rows, tokens, straight_keys, d, dq + at * stride, stride, 0);
        }
        straight_panels(q + begin * stride, stride, count, d, queries);
        straight_panels(dy + begin * out, out, count, d, gradients);
        multiply_turned(scores, run, tokens, count, queries, d, dk, stride, begin > 0);
        multiply_turned(probabilities, run, tokens, count, gradients, d, dv, stride, begin > 0);
    }
}
