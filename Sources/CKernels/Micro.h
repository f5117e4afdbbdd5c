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
    A_PANEL = (MICRO_ROWS + 7) / 8 * 8,
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
    prefetcher *next_a, *next_b;   // what to fetch for later calls, a line each for every 8 steps; NULL for nothing
    const float *factor;   // c is multiplied by factor at the end; rows of `ldf` floats
    long ldf;
} micro_block;

#define UNROLL_FULLY _Pragma("clang loop unroll(full)")

INLINE void micro_body(
    const micro_block *m, const int rows, const int vectors, const long row_stride, const long step) {
    vf c[MICRO_ROWS][2];
    const float *a = m->a, *b = m->b;
    const long last = m->columns - (vectors - 1) * LANES;   // lanes of the last vector
    UNROLL_FULLY for (int r = 0; r < rows; r++) {
        UNROLL_FULLY for (int v = 0; v < vectors; v++) c[r][v] = v_set(0);
    }
    // Prefetches are spread over the depth: all at once they would hold up the loads of A and B.
    long touched = 0;
    for (long left = m->depth; left > 0; left -= 8) {
        if (touched < rows * vectors) {
            __builtin_prefetch(m->c + touched / vectors * m->ldc + touched % vectors * LANES, 1, 3);
            touched++;
        }
        if (m->next_a) prefetch_one(m->next_a);
        if (m->next_b) prefetch_one(m->next_b);
        for (long i = left < 8 ? left : 8; i > 0; i--) {
            vf b0 = v_load(b), b1 = vectors > 1 ? v_load(b + LANES) : b0;
            UNROLL_FULLY for (int r = 0; r < rows; r++) {
                vf x = v_set(a[r * row_stride]);
                c[r][0] = v_fma(x, b0, c[r][0]);
                if (vectors > 1) c[r][1] = v_fma(x, b1, c[r][1]);
            }
            a += step;
            b += MICRO_COLUMNS;
        }
    }
    if (last == LANES) {
        UNROLL_FULLY for (int r = 0; r < rows; r++) {
            UNROLL_FULLY for (int v = 0; v < vectors; v++) {
                if (m->bias) c[r][v] += v_load(m->bias + v * LANES);
                if (m->start) c[r][v] += v_load(m->start + r * m->lds + v * LANES);
                if (m->factor) c[r][v] *= v_load(m->factor + r * m->ldf + v * LANES);
                v_store(m->c + r * m->ldc + v * LANES, c[r][v]);
            }
        }
    } else {
        UNROLL_FULLY for (int r = 0; r < rows; r++) {
            UNROLL_FULLY for (int v = 0; v < vectors; v++) {
                long n = v + 1 < vectors ? LANES : last;
                if (m->bias) c[r][v] += v_load_part(m->bias + v * LANES, n);
                if (m->start) c[r][v] += v_load_part(m->start + r * m->lds + v * LANES, n);
                if (m->factor) c[r][v] *= v_load_part(m->factor + r * m->ldf + v * LANES, n);
                v_store_part(m->c + r * m->ldc + v * LANES, c[r][v], n);
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
INLINE void copy_panel(const float *from, long stride, long steps, long n, float *to) {
    if (n >= MICRO_COLUMNS) {
        for (long i = 0; i < steps; i++) {
            vf x = v_load(from + i * stride), y = v_load(from + i * stride + LANES);
            v_store(to + i * MICRO_COLUMNS, x);
            v_store(to + i * MICRO_COLUMNS + LANES, y);
        }
        return;
    }
    long first = minimum(n, LANES), second = n - first;
    for (long i = 0; i < steps; i++) {
        vf x = v_load_part(from + i * stride, first);
        vf y = second > 0 ? v_load_part(from + i * stride + LANES, second) : v_set(0);
        v_store(to + i * MICRO_COLUMNS, x);
        v_store(to + i * MICRO_COLUMNS + LANES, y);
    }
}

// Writes up to MICRO_COLUMNS rows of n floats as one panel of B with depth n: the transpose; zero beyond `rows`.
static void transpose_panel(const float *from, long stride, long rows, long n, float *to) {
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
            for (int i = 0; i < lanes; i++) v_store(to + (j + i) * MICRO_COLUMNS + r, x[i]);
        }
}
