// Multi-head attention, softmax(q kᵀ / sqrt(width)) v, one tile per image and head.

static long attention_scratch(long tokens, long width) {
    (void)width;
    return 2 * tokens;
}

static void attention_forward(const void *parameters, long tile, float *scratch) {
    const ck_attention *p = parameters;
    long tokens = p->tokens, d = p->width, row = 3 * p->heads * d, out = p->heads * d;
    long image = tile / p->heads, head = tile % p->heads;
    const float *q = p->qkv + image * tokens * row + head * d, *k = q + out, *v = k + out;
    float *y = p->y + image * tokens * out + head * d;
    float scale = 1.0f / __builtin_sqrtf((float)d);
    for (long i = 0; i < tokens; i++) {
        float top = -INFINITY, sum = 0;
        for (long j = 0; j < tokens; j++) {
            float s = 0;
            for (long c = 0; c < d; c++) s += q[i * row + c] * k[j * row + c];
            scratch[j] = s * scale;
            top = scratch[j] > top ? scratch[j] : top;
        }
        for (long j = 0; j < tokens; j++) sum += scratch[j] = expf(scratch[j] - top);
        for (long c = 0; c < d; c++) y[i * out + c] = 0;
        for (long j = 0; j < tokens; j++)
            for (long c = 0; c < d; c++) y[i * out + c] += scratch[j] / sum * v[j * row + c];
        if (p->log_sum_exp) p->log_sum_exp[tile * tokens + i] = top + logf(sum);
    }
}

static void attention_backward(const void *parameters, long tile, float *scratch) {
    (void)scratch;
    const ck_attention *p = parameters;
    long tokens = p->tokens, d = p->width, row = 3 * p->heads * d, out = p->heads * d;
    long image = tile / p->heads, head = tile % p->heads;
    const float *q = p->qkv + image * tokens * row + head * d, *k = q + out, *v = k + out;
    const float *y = p->y + image * tokens * out + head * d, *dy = p->dy + image * tokens * out + head * d;
    float *dq = p->dqkv + image * tokens * row + head * d, *dk = dq + out, *dv = dk + out;
    float scale = 1.0f / __builtin_sqrtf((float)d);
    for (long i = 0; i < tokens; i++)
        for (long c = 0; c < d; c++) dq[i * row + c] = dk[i * row + c] = dv[i * row + c] = 0;
    for (long i = 0; i < tokens; i++) {
        float delta = 0;
        for (long c = 0; c < d; c++) delta += dy[i * out + c] * y[i * out + c];
        for (long j = 0; j < tokens; j++) {
            float s = 0, dp = 0;
            for (long c = 0; c < d; c++) {
                s += q[i * row + c] * k[j * row + c];
                dp += dy[i * out + c] * v[j * row + c];
            }
            float probability = expf(s * scale - p->log_sum_exp[tile * tokens + i]);
            float ds = probability * (dp - delta) * scale;
            for (long c = 0; c < d; c++) {
                dq[i * row + c] += ds * k[j * row + c];
                dk[j * row + c] += ds * q[i * row + c];
                dv[j * row + c] += probability * dy[i * out + c];
            }
        }
    }
}
