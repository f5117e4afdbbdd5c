// Matrix products of the plain level: BLAS inside our tiles, then the epilogue.
enum { GEMM_PANEL = 0, GEMM_ROWS = 4 };

static long gemm_scratch(long rows, long columns) { return rows * columns; }
static long weight_gradient_scratch(long rows, long columns) { return 0 * rows * columns; }

static void gemm(const void *parameters, long tile, float *scratch) {
    const ck_gemm *p = parameters;
    long n = p->n, k = p->k;
    long row = tile / p->column_tiles * p->row_block, column = tile % p->column_tiles * p->column_block;
    long rows = p->m - row < p->row_block ? p->m - row : p->row_block;
    long columns = n - column < p->column_block ? n - column : p->column_block;
    if (rows <= 0 || columns <= 0) return;
    float *c = p->c + row * n + column;
    const float *b = p->b_transposed ? p->b + column * k : p->b + column;
    // The residual may be c itself, so it goes in as the accumulator.
    if (p->add && p->add != p->c)
        for (long i = 0; i < rows; i++)
            memcpy(c + i * n, p->add + (row + i) * n + column, sizeof(float) * (size_t)columns);
    if (p->epilogue == CK_MULTIPLY && p->factor == p->c) {
        for (long i = 0; i < rows; i++)
            memcpy(scratch + i * columns, c + i * n, sizeof(float) * (size_t)columns);
    }
    p->sgemm(0, p->b_transposed, rows, columns, k, p->a + row * p->lda, p->lda, b, p->b_transposed ? k : n,
        p->add ? 1.0f : 0.0f, c, n);
    for (long i = 0; i < rows; i++) {
        float *y = c + i * n;
        long at = (row + i) * n + column;
        if (p->bias) add_rows(y, y, p->bias + column, columns);
        if (p->epilogue == CK_GELU) gelu_row(y, p->derivative ? p->derivative + at : NULL, columns);
        if (p->epilogue == CK_MULTIPLY)
            for (long j = 0; j < columns; j++) y[j] *= p->factor == p->c ? scratch[i * columns + j] : p->factor[at + j];
    }
}

static void weight_gradient(const void *parameters, long tile, float *scratch) {
    (void)scratch;
    const ck_weight_gradient *p = parameters;
    long row = tile / p->column_tiles * p->row_block, column = tile % p->column_tiles * p->column_block;
    long rows = p->n - row < p->row_block ? p->n - row : p->row_block;
    long columns = p->k - column < p->column_block ? p->k - column : p->column_block;
    if (rows <= 0 || columns <= 0) return;
    p->sgemm(1, 0, rows, columns, p->m, p->dy + row, p->n, p->x + column, p->k, p->accumulate ? 1.0f : 0.0f,
        p->dw + row * p->k + column, p->k);
    if (p->db && column == 0)
        for (long j = row; j < row + rows; j++) {
            float s = 0;
            for (long i = 0; i < p->m; i++) s += p->dy[i * p->n + j];
            p->db[j] = p->accumulate ? p->db[j] + s : s;
        }
}

static void pack_straight(const void *parameters, long tile, float *scratch) {
    (void)scratch;
    const ck_pack *p = parameters;
    if (tile == 0) memcpy(p->packed, p->weight, sizeof(float) * (size_t)(p->rows * p->columns));
}

static void pack_transposed(const void *parameters, long tile, float *scratch) {
    pack_straight(parameters, tile, scratch);
}
