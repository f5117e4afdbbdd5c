// Token sequences of the masked autoencoder; every sequence begins with the class token.

INLINE void copy_row(float *y, const float *x, long n) { memcpy(y, x, sizeof(float) * (size_t)n); }

// y[0] = class + positions[0]; y[1 + l] = x[l] + positions[1 + indices[l]].
static void tokens_assemble(const void *parameters, long tile, float *scratch) {
    (void)scratch;
    const ck_tokens *p = parameters;
    long n = p->width;
    float *y = p->y + tile * (1 + p->kept) * n;
    add_rows(y, p->token, p->positions, n);
    for (long l = 0; l < p->kept; l++) {
        long index = p->indices ? p->indices[tile * p->kept + l] : l;
        add_rows(y + (1 + l) * n, p->x + (tile * p->kept + l) * n, p->positions + (1 + index) * n, n);
    }
}

// x (images, 1 + kept, width) -> y (images * kept, width), without the class token.
static void tokens_split(const void *parameters, long tile, float *scratch) {
    (void)scratch;
    const ck_tokens *p = parameters;
    long n = p->width;
    copy_row(p->y + tile * p->kept * n, p->x + (tile * (1 + p->kept) + 1) * n, p->kept * n);
}

// y (1 + tokens, width) += x scattered to its positions. Tile = 64 columns.
enum { TOKEN_COLUMNS = 64 };
static void tokens_position_gradient(const void *parameters, long tile, float *scratch) {
    (void)scratch;
    const ck_tokens *p = parameters;
    long n = p->width, first = tile * TOKEN_COLUMNS;
    long count = n - first < TOKEN_COLUMNS ? n - first : TOKEN_COLUMNS;
    if (!p->accumulate)
        for (long t = 0; t < 1 + p->tokens; t++) memset(p->y + t * n + first, 0, sizeof(float) * (size_t)count);
    for (long image = 0; image < p->images; image++)
        for (long l = 0; l < 1 + p->kept; l++) {
            long index = l == 0 ? 0 : 1 + (p->indices ? p->indices[image * p->kept + l - 1] : l - 1);
            float *y = p->y + index * n + first;
            add_rows(y, y, p->x + (image * (1 + p->kept) + l) * n + first, count);
        }
}

// indices = where each of the `tokens` patches went when shuffled; those at kept and beyond were masked.
static void tokens_unshuffle(const void *parameters, long tile, float *scratch) {
    (void)scratch;
    const ck_tokens *p = parameters;
    long n = p->width;
    const float *x = p->x + tile * (1 + p->kept) * n;
    float *y = p->y + tile * (1 + p->tokens) * n;
    add_rows(y, x, p->positions, n);
    for (long t = 0; t < p->tokens; t++) {
        long from = p->indices[tile * p->tokens + t];
        add_rows(y + (1 + t) * n, from < p->kept ? x + (1 + from) * n : p->token, p->positions + (1 + t) * n, n);
    }
}

// x (images, 1 + tokens, width) -> y (images, 1 + kept, width); partial (images, width) = sums over the masked.
static void tokens_unshuffle_backward(const void *parameters, long tile, float *scratch) {
    (void)scratch;
    const ck_tokens *p = parameters;
    long n = p->width;
    const float *x = p->x + tile * (1 + p->tokens) * n;
    float *y = p->y + tile * (1 + p->kept) * n, *sum = p->partial + tile * n;
    memset(sum, 0, sizeof(float) * (size_t)n);
    copy_row(y, x, n);
    for (long t = 0; t < p->tokens; t++) {
        long from = p->indices[tile * p->tokens + t];
        if (from < p->kept)
            copy_row(y + (1 + from) * n, x + (1 + t) * n, n);
        else
            add_rows(sum, sum, x + (1 + t) * n, n);
    }
}

// y (images * kept, width) = x (images, 1 + tokens, width) at patches `indices`.
static void tokens_gather(const void *parameters, long tile, float *scratch) {
    (void)scratch;
    const ck_tokens *p = parameters;
    long n = p->width;
    for (long l = 0; l < p->kept; l++)
        copy_row(p->y + (tile * p->kept + l) * n,
            p->x + (tile * (1 + p->tokens) + 1 + p->indices[tile * p->kept + l]) * n, n);
}

// The reverse: y (images, 1 + tokens, width) is zero elsewhere.
static void tokens_scatter(const void *parameters, long tile, float *scratch) {
    (void)scratch;
    const ck_tokens *p = parameters;
    long n = p->width;
    float *y = p->y + tile * (1 + p->tokens) * n;
    memset(y, 0, sizeof(float) * (size_t)((1 + p->tokens) * n));
    for (long l = 0; l < p->kept; l++)
        copy_row(y + (1 + p->indices[tile * p->kept + l]) * n, p->x + (tile * p->kept + l) * n, n);
}

// y (images, width) = mean of x (images, 1 + tokens, width) without the class token.
static void tokens_mean(const void *parameters, long tile, float *scratch) {
    (void)scratch;
    const ck_tokens *p = parameters;
    long n = p->width;
    float *y = p->y + tile * n, scale = 1.0f / (float)p->tokens;
    memset(y, 0, sizeof(float) * (size_t)n);
    for (long t = 0; t < p->tokens; t++) add_rows(y, y, p->x + (tile * (1 + p->tokens) + 1 + t) * n, n);
    for (long i = 0; i < n; i++) y[i] *= scale;
}

static void tokens_mean_backward(const void *parameters, long tile, float *scratch) {
    (void)scratch;
    const ck_tokens *p = parameters;
    long n = p->width;
    float *y = p->y + tile * (1 + p->tokens) * n, scale = 1.0f / (float)p->tokens;
    memset(y, 0, sizeof(float) * (size_t)n);
    for (long i = 0; i < n; i++) y[n + i] = p->x[tile * n + i] * scale;
    for (long t = 1; t < p->tokens; t++) copy_row(y + (1 + t) * n, y + n, n);
}

// y (width) (+)= sum over images of x, rows `tokens` apart. Tile = 64 columns.
static void tokens_column_sums(const void *parameters, long tile, float *scratch) {
    const ck_tokens *p = parameters;
    long n = p->width, first = tile * TOKEN_COLUMNS;
    long count = n - first < TOKEN_COLUMNS ? n - first : TOKEN_COLUMNS;
    memset(scratch, 0, sizeof(float) * TOKEN_COLUMNS);
    for (long image = 0; image < p->images; image++)
        add_rows(scratch, scratch, p->x + image * p->tokens * n + first, count);
    if (p->accumulate)
        add_rows(p->y + first, p->y + first, scratch, count);
    else
        copy_row(p->y + first, scratch, count);
}

// y = x + scales[image] * branch, all (images, tokens, width); x may be NULL for none, y may be x or branch itself.
static void tokens_residual(const void *parameters, long tile, float *scratch) {
    (void)scratch;
    const ck_tokens *p = parameters;
    long n = p->tokens * p->width, start = tile * n;
    float scale = p->scales[tile];
    const float *branch = p->branch + start;
    float *y = p->y + start;
    if (p->x)
        for (long i = 0; i < n; i++) y[i] = p->x[start + i] + scale * branch[i];
    else
        for (long i = 0; i < n; i++) y[i] = scale * branch[i];
}
