// Matrix products with packed operands (the loop order of Goto & van de Geijn, 2008).
//
// A tile of C is computed in passes over the depth. In each, the tile's rows of A are copied to scratch with a stride
// that suits the cache; then every panel of B meets every panel of A. C stays in the L2 cache between passes.

enum { GEMM_PANEL = MICRO_COLUMNS, GEMM_ROWS = MICRO_ROWS };

// Passes of nearly equal depth, multiples of 8.
INLINE long pass_depth(long depth) {
    long passes = (depth + DEPTH - 1) / DEPTH;
    return ((depth + passes - 1) / passes + 7) / 8 * 8;
}

// Rows of the tile's unfinished C in scratch; not a multiple of a page, whatever the width of C is.
INLINE long unfinished_stride(long columns) { return (columns + 15) / 16 * 16 + 16; }

static long gemm_scratch(long rows, long columns) { return rows * (A_STRIDE + unfinished_stride(columns)); }

static void gemm(const void *parameters, long tile, float *scratch) {
    const ck_gemm *p = parameters;
    long n = p->n, k = p->k;
    long row = tile / p->column_tiles * p->row_block, column = tile % p->column_tiles * p->column_block;
    long rows = minimum(p->m - row, p->row_block), columns = minimum(n - column, p->column_block);
    long pass = pass_depth(k), panels = (rows + MICRO_ROWS - 1) / MICRO_ROWS;
    float *copied = scratch, *unfinished = scratch + rows * A_STRIDE;
    long unfinished_row = unfinished_stride(columns);
    for (long first = 0; first < k; first += pass) {
        long depth = minimum(k - first, pass), next = minimum(k - first - depth, pass);
        int begins = first == 0, ends = next == 0;
        copy_rows(p->a + row * p->lda + first, p->lda, rows, depth, copied);
        long calls = panels * ((columns + MICRO_COLUMNS - 1) / MICRO_COLUMNS);
        prefetcher next_a = prefetch_rows(p->a + row * p->lda + first + depth, next, p->lda, rows);
        long next_a_lines = (rows * ((next + 15) / 16 + 1) + calls - 1) / calls;
        for (long j = 0; j < columns; j += MICRO_COLUMNS) {
            const float *b = p->b + (column + j) * k + first * MICRO_COLUMNS;
            micro_block m = {
                .depth = depth,
                .b = b,
                .ldc = ends ? n : unfinished_row,
                .columns = minimum(columns - j, MICRO_COLUMNS),
                .lds = begins ? n : unfinished_row,
                .bias = begins && p->bias ? p->bias + column + j : NULL,
                .ldf = n,
            };
            prefetcher next_b = prefetch_rows(b + k * MICRO_COLUMNS, depth * MICRO_COLUMNS, 0,
                j + MICRO_COLUMNS < columns);
            long next_b_lines = (depth * MICRO_COLUMNS / 16 + panels - 1) / panels;
            const micro_function *kernels = micro_rows[m.columns > LANES];
            for (long i = 0; i < rows; i += MICRO_ROWS) {
                long height = minimum(rows - i, MICRO_ROWS), at = (row + i) * n + column + j;
                m.a = copied + i * A_STRIDE;
                m.c = ends ? p->c + at : unfinished + i * unfinished_row + j;
                m.start = !begins ? unfinished + i * unfinished_row + j : p->add ? p->add + at : NULL;
                m.factor = ends && p->epilogue == CK_MULTIPLY ? p->factor + at : NULL;
                prefetch_some(&next_b, next_b_lines);
                prefetch_some(&next_a, next_a_lines);
                kernels[height - 1](&m);
                if (ends && p->epilogue == CK_GELU)
                    for (long r = 0; r < height; r++)
                        gelu_row(m.c + r * n, p->derivative ? p->derivative + at + r * n : NULL, m.columns);
            }
        }
    }
}

// db (n) (+)= column sums of the copied panels, in the order of the rows.
INLINE void add_steps(const float *panel, long steps, long n, float *db) {
    for (long j = 0; j < n; j += LANES) {
        long lanes = minimum(n - j, LANES);
        vf s = v_load_part(db + j, lanes);
        for (long i = 0; i < steps; i++) s += v_load_part(panel + i * A_PANEL + j, lanes);
        v_store_part(db + j, s, lanes);
    }
}

static long weight_gradient_scratch(long rows, long columns) {
    (void)columns;
    return ((rows + MICRO_ROWS - 1) / MICRO_ROWS * A_PANEL + MICRO_COLUMNS) * DEPTH;
}

static void weight_gradient(const void *parameters, long tile, float *scratch) {
    const ck_weight_gradient *p = parameters;
    long row = tile / p->column_tiles * p->row_block, column = tile % p->column_tiles * p->column_block;
    long rows = minimum(p->n - row, p->row_block), columns = minimum(p->k - column, p->column_block);
    long pass = pass_depth(p->m);
    float *a = scratch, *b = scratch + (rows + MICRO_ROWS - 1) / MICRO_ROWS * A_PANEL * pass;
    int sums = p->db && column == 0;
    if (sums && !p->accumulate) memset(p->db + row, 0, sizeof(float) * (size_t)rows);
    for (long first = 0; first < p->m; first += pass) {
        long depth = minimum(p->m - first, pass);
        int begins = first == 0 && !p->accumulate;
        for (long i = 0; i < rows; i += MICRO_ROWS) {
            long height = minimum(rows - i, MICRO_ROWS);
            float *panel = a + i / MICRO_ROWS * A_PANEL * pass;
            copy_steps(p->dy + first * p->n + row + i, p->n, depth, height, panel);
            if (sums) add_steps(panel, depth, height, p->db + row + i);
        }
        long calls = (rows + MICRO_ROWS - 1) / MICRO_ROWS * ((columns + MICRO_COLUMNS - 1) / MICRO_COLUMNS);
        long next = minimum(p->m - first - depth, pass);
        prefetcher next_a = prefetch_rows(p->dy + (first + depth) * p->n + row, rows, p->n, next);
        prefetcher next_b = prefetch_rows(p->x + (first + depth) * p->k + column, columns, p->k, next);
        long next_a_lines = (next * (rows / 16 + 1) + calls - 1) / calls;
        long next_b_lines = (next * (columns / 16 + 1) + calls - 1) / calls;
        for (long j = 0; j < columns; j += MICRO_COLUMNS) {
            micro_block m = {
                .depth = depth,
                .b = b,
                .ldc = p->k,
                .columns = minimum(columns - j, MICRO_COLUMNS),
                .lds = p->k,
            };
            copy_panel(p->x + first * p->k + column + j, p->k, depth, m.columns, b);
            const micro_function *kernels = micro_steps[m.columns > LANES];
            for (long i = 0; i < rows; i += MICRO_ROWS) {
                m.a = a + i / MICRO_ROWS * A_PANEL * pass;
                m.c = p->dw + (row + i) * p->k + column + j;
                m.start = begins ? NULL : m.c;
                prefetch_some(&next_a, next_a_lines);
                prefetch_some(&next_b, next_b_lines);
                kernels[minimum(rows - i, MICRO_ROWS) - 1](&m);
            }
        }
    }
}

// Panel `tile` of B = Wᵀ: MICRO_COLUMNS rows of W.
static void pack_transposed(const void *parameters, long tile, float *scratch) {
    (void)scratch;
    const ck_pack *p = parameters;
    long first = tile * MICRO_COLUMNS;
    transpose_panel(p->weight + first * p->columns, p->columns, minimum(p->rows - first, MICRO_COLUMNS), p->columns,
        p->packed + first * p->columns);
}

// Panel `tile` of B = W: MICRO_COLUMNS columns of W.
static void pack_straight(const void *parameters, long tile, float *scratch) {
    (void)scratch;
    const ck_pack *p = parameters;
    long first = tile * MICRO_COLUMNS;
    copy_panel(p->weight + first, p->columns, p->rows, minimum(p->columns - first, MICRO_COLUMNS),
        p->packed + first * p->rows);
}
