// The micro-kernel: a block of MICRO_ROWS x MICRO_COLUMNS of a product, held in registers over the whole depth.
//
// B is a packed panel: MICRO_COLUMNS floats for each step of the depth. A is read one float at a time, in one of three
// layouts with constant strides, so that every address is one register plus a constant:
//   rows   a[row * A_STRIDE + step]    copied rows (A_STRIDE is not a multiple of 4096 bytes, whatever the matrix is)
//   steps  a[row + step * A_PANEL]     copied columns, for products with Aᵀ
//   turned a[row + step * A_STRIDE]    the rows layout read as its transpose, for attention

enum {
    MICRO_COLUMNS = 2 * LANES,
    DEPTH = 256,                // steps per pass: a panel of B (32 KB at 16 lanes) stays in the L1 cache
    A_STRIDE = DEPTH + 16,
    A_PANEL = MICRO_ROWS,
};

// Work spread over the calls of the micro-kernel: brings rows of memory into the L2 cache before they are needed.
typedef struct {
    const char *next;
    long row_bytes, stride_bytes, rows, offset;
} prefetcher;

INLINE prefetcher prefetch_rows(const float *from, long floats, long stride, long rows) {
    return (prefetcher){(const char *)from, floats * 4, stride * 4, rows, 0};
}

INLINE void prefetch_one(prefetcher *p) {
    if (p->rows <= 0) return;
    __builtin_prefetch(p->next + p->offset, 0, 2);
    p->offset += 64;
    if (p->offset >= p->row_bytes) {
        p->offset = 0;
        p->next += p->stride_bytes;
        p->rows--;
    }
}

typedef struct {
    long depth;
    const float *a, *b;
    float *c;              // rows of ldc floats
    long ldc;
    long columns;          // 1 ... MICRO_COLUMNS
    const float *start;    // c begins as start + bias instead of 0; rows of `lds` floats
    long lds;
    const float *bias;     // one row
    prefetcher *next_a, *next_b;   // what to fetch for later calls, a line each for every 8 steps; of 0 rows for nothing
    const float *also;     // what else is read beside c, in rows of `ldc` floats: fetched early; NULL for nothing
    const float *factor;   // c is multiplied by factor at the end; rows of `ldf` floats
    long ldf;
} micro_block;

#define UNROLL_FULLY _Pragma("clang loop unroll(full)")

#define MICRO_STEP(S)                                                        \
    {                                                                        \
        vf b0 = v_load(b + (S) * MICRO_COLUMNS);                             \
        vf b1 = vectors > 1 ? v_load(b + (S) * MICRO_COLUMNS + LANES) : b0;  \
        UNROLL_FULLY for (int r = 0; r < rows; r++) {                        \
            vf x = v_set(a[r * row_stride + (S) * step]);                    \
            c[r][0] = v_fma(x, b0, c[r][0]);                                 \
            if (vectors > 1) c[r][1] = v_fma(x, b1, c[r][1]);                \
        }                                                                    \
    }

INLINE void micro_body(
    const micro_block *m, const int rows, const int vectors, const long row_stride, const long step) {
    vf c[MICRO_ROWS][2];
    const float *a = m->a, *b = m->b;
    const long last = m->columns - (vectors - 1) * LANES;   // lanes of the last vector
    float *to = m->c;
    const long ldc = m->ldc;
    prefetcher next_a = *m->next_a, next_b = *m->next_b;   // in registers: stores to c could change *m
    UNROLL_FULLY for (int r = 0; r < rows; r++) {
        UNROLL_FULLY for (int v = 0; v < vectors; v++) c[r][v] = v_set(0);
    }
    // Prefetches are spread over the depth: all at once they would hold up the loads of A and B. They reach the L2
    // cache only: rows a multiple of 4096 bytes apart would evict each other, and A and B, from L1.
    const float *touch = to, *also = m->also;
    long touched = 0;
    long left = m->depth;
    for (; left >= 8; left -= 8) {
        if (touched < rows) {
            __builtin_prefetch(touch, 0, 2);
            if (vectors > 1) __builtin_prefetch(touch + LANES, 0, 2);
            if (also) {
                __builtin_prefetch(also, 0, 2);
                if (vectors > 1) __builtin_prefetch(also + LANES, 0, 2);
                also += ldc;
            }
            touch += ldc;
            touched++;
        }
        prefetch_one(&next_a);
        prefetch_one(&next_b);
        for (int i = 0; i < 2; i++) {
            MICRO_STEP(0) MICRO_STEP(1) MICRO_STEP(2) MICRO_STEP(3)
            a += 4 * step;
            b += 4 * MICRO_COLUMNS;
        }
    }
    for (; left > 0; left--) {
        MICRO_STEP(0)
        a += step;
        b += MICRO_COLUMNS;
    }
    *m->next_a = next_a;
    *m->next_b = next_b;
    const float *bias = m->bias, *start = m->start, *factor = m->factor;
    const long lds = m->lds, ldf = m->ldf;
    if (last == LANES) {
        if (bias) {
            UNROLL_FULLY for (int v = 0; v < vectors; v++) {
                vf x = v_load(bias + v * LANES);
                UNROLL_FULLY for (int r = 0; r < rows; r++) c[r][v] += x;
            }
        }
        if (start) {
            UNROLL_FULLY for (int r = 0; r < rows; r++) {
                UNROLL_FULLY for (int v = 0; v < vectors; v++) c[r][v] += v_load(start + r * lds + v * LANES);
            }
        }
        if (factor) {
            UNROLL_FULLY for (int r = 0; r < rows; r++) {
                UNROLL_FULLY for (int v = 0; v < vectors; v++) c[r][v] *= v_load(factor + r * ldf + v * LANES);
            }
        }
        UNROLL_FULLY for (int r = 0; r < rows; r++) {
            UNROLL_FULLY for (int v = 0; v < vectors; v++) v_store(to + r * ldc + v * LANES, c[r][v]);
        }
    } else {
        UNROLL_FULLY for (int r = 0; r < rows; r++) {
            UNROLL_FULLY for (int v = 0; v < vectors; v++) {
                long n = v + 1 < vectors ? LANES : last;
                if (bias) c[r][v] += v_load_part(bias + v * LANES, n);
                if (start) c[r][v] += v_load_part(start + r * lds + v * LANES, n);
                if (factor) c[r][v] *= v_load_part(factor + r * ldf + v * LANES, n);
                v_store_part(to + r * ldc + v * LANES, c[r][v], n);
            }
        }
    }
}

typedef void (*micro_function)(const micro_block *);

#define MICRO(ROWS)                                                                                     \
    static void micro_rows_1_##ROWS(const micro_block *m) { micro_body(m, ROWS, 1, A_STRIDE, 1); }      \
    static void micro_rows_2_##ROWS(const micro_block *m) { micro_body(m, ROWS, 2, A_STRIDE, 1); }      \
    static void micro_steps_1_##ROWS(const micro_block *m) { micro_body(m, ROWS, 1, 1, A_PANEL); }      \
    static void micro_steps_2_##ROWS(const micro_block *m) { micro_body(m, ROWS, 2, 1, A_PANEL); }      \
    static void micro_turned_1_##ROWS(const micro_block *m) { micro_body(m, ROWS, 1, 1, A_STRIDE); }    \
    static void micro_turned_2_##ROWS(const micro_block *m) { micro_body(m, ROWS, 2, 1, A_STRIDE); }

#if MICRO_ROWS == 14
#define MICRO_ALL(M, S) \
    S(M, 1) S(M, 2) S(M, 3) S(M, 4) S(M, 5) S(M, 6) S(M, 7) \
    S(M, 8) S(M, 9) S(M, 10) S(M, 11) S(M, 12) S(M, 13) S(M, 14)
#elif MICRO_ROWS == 6
#define MICRO_ALL(M, S) S(M, 1) S(M, 2) S(M, 3) S(M, 4) S(M, 5) S(M, 6)
#else
#define MICRO_ALL(M, S) S(M, 1) S(M, 2) S(M, 3) S(M, 4)
#endif

#define MICRO_DEFINE(M, ROWS) MICRO(ROWS)
MICRO_ALL(, MICRO_DEFINE)

#define MICRO_NAME(M, ROWS) M##_##ROWS,
static const micro_function micro_rows[2][MICRO_ROWS] = {
    {MICRO_ALL(micro_rows_1, MICRO_NAME)}, {MICRO_ALL(micro_rows_2, MICRO_NAME)}};
static const micro_function micro_steps[2][MICRO_ROWS] = {
    {MICRO_ALL(micro_steps_1, MICRO_NAME)}, {MICRO_ALL(micro_steps_2, MICRO_NAME)}};
static const micro_function micro_turned[2][MICRO_ROWS] = {
    {MICRO_ALL(micro_turned_1, MICRO_NAME)}, {MICRO_ALL(micro_turned_2, MICRO_NAME)}};

INLINE long minimum(long a, long b) { return a < b ? a : b; }

// Copies `rows` rows of n floats (n <= A_STRIDE) to rows A_STRIDE apart.
INLINE void copy_rows(const float *from, long stride, long rows, long n, float *to) {
    for (long r = 0; r < rows; r++) {
        const float *x = from + r * stride;
        float *y = to + r * A_STRIDE;
        long i = 0;
        for (; i + LANES <= n; i += LANES) v_store(y + i, v_load(x + i));
        if (i < n) v_store_part(y + i, v_load_part(x + i, n - i), n - i);
    }
}

// Copies n columns of `steps` rows into one panel of B, zero beyond n.
INLINE void copy_panel_with(
    const float *from, long stride, long steps, long n, float *to, void (*store)(float *, vf)) {
    if (n >= MICRO_COLUMNS) {
        for (long i = 0; i < steps; i++) {
            vf x = v_load(from + i * stride), y = v_load(from + i * stride + LANES);
            store(to + i * MICRO_COLUMNS, x);
            store(to + i * MICRO_COLUMNS + LANES, y);
        }
        return;
    }
    long first = minimum(n, LANES), second = n - first;
    for (long i = 0; i < steps; i++) {
        vf x = v_load_part(from + i * stride, first);
        vf y = second > 0 ? v_load_part(from + i * stride + LANES, second) : v_set(0);
        store(to + i * MICRO_COLUMNS, x);
        store(to + i * MICRO_COLUMNS + LANES, y);
    }
}

INLINE void copy_panel(const float *from, long stride, long steps, long n, float *to) {
    copy_panel_with(from, stride, steps, n, to, v_store);
}

// The panels of a weight are read long after they are written: `store` may be v_stream, past the caches.
// Writes up to MICRO_COLUMNS rows of n floats as one panel of B with depth n: the transpose; zero beyond `rows`.
INLINE void transpose_panel_with(
    const float *from, long stride, long rows, long n, float *to, void (*store)(float *, vf)) {
    for (long r = 0; r < MICRO_COLUMNS; r += LANES)
        for (long j = 0; j < n; j += LANES) {
            long lanes = minimum(n - j, LANES);
            vf x[LANES];
            if (lanes == LANES && r + LANES <= rows) {
                UNROLL_FULLY for (int i = 0; i < LANES; i++) x[i] = v_load(from + (r + i) * stride + j);
            } else {
                UNROLL_FULLY for (int i = 0; i < LANES; i++)
                    x[i] = r + i < rows ? v_load_part(from + (r + i) * stride + j, lanes) : v_set(0);
            }
            v_transpose(x);
            for (int i = 0; i < lanes; i++) store(to + (j + i) * MICRO_COLUMNS + r, x[i]);
        }
}

static void transpose_panel(const float *from, long stride, long rows, long n, float *to) {
    transpose_panel_with(from, stride, rows, n, to, v_store);
}
