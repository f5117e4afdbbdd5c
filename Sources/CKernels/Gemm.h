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
    long pass = pass_depth(k);
    float *copied = scratch, *unfinished = scratch + rows * A_STRIDE;
    long unfinished_row = unfinished_stride(columns);
    for (long first = 0; first < k; first += pass) {
        long depth = minimum(k - first, pass), next = minimum(k - first - depth, pass);
        int begins = first == 0, ends = next == 0;
        copy_rows(p->a + row * p->lda + first, p->lda, rows, depth, copied);
        prefetcher next_a = prefetch_rows(p->a + row * p->lda + first + depth, next, p->lda, rows);
        for (long j = 0; j < columns; j += MICRO_COLUMNS) {
            const float *b = p->b + (column + j) * k + first * MICRO_COLUMNS;
            prefetcher next_b = prefetch_rows(b + k * MICRO_COLUMNS, depth * MICRO_COLUMNS, 0,
                j + MICRO_COLUMNS < columns);
            micro_block m = {
                .depth = depth,
                .b = b,
                .ldc = ends ? n : unfinished_row,
                .columns = minimum(columns - j, MICRO_COLUMNS),
                .lds = begins ? n : unfinished_row,
                .bias = begins && p->bias ? p->bias + column + j : NULL,
                .ldf = n,
                .next_a = &next_a,
                .next_b = &next_b,
            };
            const micro_function *kernels = micro_rows[m.columns > LANES];
            for (long i = 0; i < rows; i += MICRO_ROWS) {
                long height = minimum(rows - i, MICRO_ROWS), at = (row + i) * n + column + j;
                m.a = copied + i * A_STRIDE;
                m.c = ends ? p->c + at : unfinished + i * unfinished_row + j;
                m.start = !begins ? unfinished + i * unfinished_row + j : p->add ? p->add + at : NULL;
                m.also = !ends ? NULL : p->epilogue == CK_MULTIPLY ? p->factor + at : p->add && p->add != p->c ? p->add + at : NULL;
                m.factor = ends && p->epilogue == CK_MULTIPLY ? p->factor + at : NULL;
                kernels[height - 1](&m);
                if (ends && p->epilogue == CK_GELU)
                    for (long r = 0; r < height; r++)
                        gelu_row(m.c + r * n, p->derivative ? p->derivative + at + r * n : NULL, m.columns);
            }
        }
    }
    if (p->derivative) v_fence();
}

// db (n) += column sums of one copied panel, in an order fixed by the depth.
INLINE void add_steps(const float *panel, long steps, long n, float *db) {
    for (long j = 0; j < n; j += LANES) {
        long lanes = minimum(n - j, LANES);
        // Four sums, so that one addition need not wait for the last.
        vf s[4] = {v_load_part(db + j, lanes), v_set(0), v_set(0), v_set(0)};
        long i = 0;
        for (; i + 4 <= steps; i += 4)
            UNROLL_FULLY for (int l = 0; l < 4; l++) s[l] += v_load_part(panel + (i + l) * A_PANEL + j, lanes);
        for (; i < steps; i++) s[0] += v_load_part(panel + i * A_PANEL + j, lanes);
        v_store_part(db + j, (s[0] + s[2]) + (s[1] + s[3]), lanes);
    }
}

// One panel after another, a cache line between them: panels of 2^n bytes would meet in the same cache sets.
enum { STEPS_PANEL = (A_PANEL * DEPTH + 15) / 16 * 16 + 16 };

static long weight_gradient_scratch(long rows, long columns) {
    long panels = (rows + MICRO_ROWS - 1) / MICRO_ROWS;
    return panels * STEPS_PANEL + MICRO_COLUMNS * DEPTH + panels * MICRO_ROWS * unfinished_stride(columns);
}

// Row by row, so that memory is read in order; the lanes beyond a panel are overwritten by its next step.
INLINE void copy_all_steps(const float *from, long stride, long steps, long n, float *to) {
    for (long i = 0; i < steps; i++) {
        const float *x = from + i * stride;
        float *y = to + i * A_PANEL;
        long j = 0;
        for (; j + LANES <= n; j += MICRO_ROWS, y += STEPS_PANEL) {
            long l = 0;
            for (; l + LANES <= MICRO_ROWS; l += LANES) v_store(y + l, v_load(x + j + l));
            if (l < MICRO_ROWS) v_store(y + l, v_load(x + j + l));
        }
        for (; j < n; j += MICRO_ROWS, y += STEPS_PANEL)
            for (long l = 0; l < minimum(n - j, MICRO_ROWS); l += LANES) {
                long lanes = minimum(minimum(n - j, MICRO_ROWS) - l, LANES);
                v_store_part(y + l, v_load_part(x + j + l, lanes), lanes);
            }
    }
}

static void weight_gradient(const void *parameters, long tile, float *scratch) {
    const ck_weight_gradient *p = parameters;
    long row = tile / p->column_tiles * p->row_block, column = tile % p->column_tiles * p->column_block;
    long rows = minimum(p->n - row, p->row_block), columns = minimum(p->k - column, p->column_block);
    if (rows <= 0 || columns <= 0) return;
    long pass = pass_depth(p->m), panels = (rows + MICRO_ROWS - 1) / MICRO_ROWS;
    float *a = scratch, *b = a + panels * STEPS_PANEL, *unfinished = b + MICRO_COLUMNS * DEPTH;
    long unfinished_row = unfinished_stride(columns);
    int sums = p->db && column == 0;
    if (sums && !p->accumulate) memset(p->db + row, 0, sizeof(float) * (size_t)rows);
    for (long first = 0; first < p->m; first += pass) {
        long depth = minimum(p->m - first, pass), next = minimum(p->m - first - depth, pass);
        int begins = first == 0, ends = next == 0;
        copy_all_steps(p->dy + first * p->n + row, p->n, depth, rows, a);
        if (sums)
            for (long i = 0; i < panels; i++)
                add_steps(a + i * STEPS_PANEL, depth, minimum(rows - i * MICRO_ROWS, MICRO_ROWS),
                    p->db + row + i * MICRO_ROWS);
        prefetcher next_a = prefetch_rows(p->dy + (first + depth) * p->n + row, rows, p->n, next);
        for (long j = 0; j < columns; j += MICRO_COLUMNS) {
            const float *x = p->x + first * p->k + column + j;
            long width = minimum(columns - j, MICRO_COLUMNS);
            copy_panel(x, p->k, depth, width, b);
            int turns = j + MICRO_COLUMNS >= columns;
            prefetcher next_b = turns
                ? prefetch_rows(p->x + (first + depth) * p->k + column, MICRO_COLUMNS, p->k, next)
                : prefetch_rows(x + MICRO_COLUMNS, MICRO_COLUMNS, p->k, depth);
            micro_block m = {
                .depth = depth,
                .b = b,
                .ldc = ends ? p->k : unfinished_row,
                .columns = width,
                .lds = begins ? p->k : unfinished_row,
                .next_a = &next_a,
                .next_b = &next_b,
            };
            const micro_function *kernels = micro_steps[m.columns > LANES];
            for (long i = 0; i < panels; i++) {
                float *dw = p->dw + (row + i * MICRO_ROWS) * p->k + column + j;
                float *kept = unfinished + i * MICRO_ROWS * unfinished_row + j;
                m.a = a + i * STEPS_PANEL;
                m.c = ends ? dw : kept;
                m.start = !begins ? kept : p->accumulate ? dw : NULL;
                kernels[minimum(rows - i * MICRO_ROWS, MICRO_ROWS) - 1](&m);
            }
        }
    }
}

// Panel `tile` of B = Wᵀ: MICRO_COLUMNS rows of W.
static void pack_transposed(const void *parameters, long tile, float *scratch) {
    (void)scratch;
    const ck_pack *p = parameters;
    long first = tile * MICRO_COLUMNS;
    transpose_panel_with(p->weight + first * p->columns, p->columns, minimum(p->rows - first, MICRO_COLUMNS),
        p->columns, p->packed + first * p->columns, v_stream);
    v_fence();
}

// Panel `tile` of B = W: MICRO_COLUMNS columns of W.
static void pack_straight(const void *parameters, long tile, float *scratch) {
    (void)scratch;
    const ck_pack *p = parameters;
    long first = tile * MICRO_COLUMNS;
    copy_panel_with(p->weight + first, p->columns, p->rows, minimum(p->columns - first, MICRO_COLUMNS),
        p->packed + first * p->rows, v_stream);
    v_fence();
}
