// Gaussians over long signals, and the residual that is added to them, in double precision.
//
// The signal is cut into eight equal segments that lie side by side, so that eight outputs, one of each segment, are one
// vector. A row of them needs one multiply-add a weight, and no load is unaligned. SMOOTH_ROWS rows are computed together:
// they share the loads of the signal.

enum { SEGMENTS = 8 };

INLINE long smooth_rows(long count) {
    long rows = (count + SEGMENTS - 1) / SEGMENTS;
    return (rows + SMOOTH_ROWS - 1) / SMOOTH_ROWS * SMOOTH_ROWS;
}

// The signal's rows and the outputs' rows.
static long smooth_scratch(long count, long taps) { return (2 * smooth_rows(count) + taps - 1) * SEGMENTS; }

static void smooth_convolve(const ck_convolution *p) {
    const long segment = (p->count + SEGMENTS - 1) / SEGMENTS;
    const long outputs = smooth_rows(p->count), inputs = outputs + p->taps - 1, available = p->count + p->taps - 1;
    double *z = p->scratch, *y = z + inputs * SEGMENTS;
    for (long i = 0; i < inputs; i++)
        for (long l = 0; l < SEGMENTS; l++) {
            long from = l * segment + i;
            z[i * SEGMENTS + l] = from < available ? p->x[from] : 0;
        }
    for (long row = 0; row < outputs; row += SMOOTH_ROWS)
        for (long lane = 0; lane < SEGMENTS; lane += DOUBLES) {
            vdouble sum[SMOOTH_ROWS];
#pragma clang loop unroll(full)
            for (int a = 0; a < SMOOTH_ROWS; a++) sum[a] = d_set(0);
            const double *x = z + row * SEGMENTS + lane;
            // Row a is weight i - a away from the input; the zeros around the weights stand for those that do not reach.
            for (long i = 0; i < p->taps + SMOOTH_ROWS - 1; i++) {
                vdouble v = d_load(x + i * SEGMENTS);
#pragma clang loop unroll(full)
                for (int a = 0; a < SMOOTH_ROWS; a++) sum[a] = d_fma(v, d_set(p->weights[i - a]), sum[a]);
            }
#pragma clang loop unroll(full)
            for (int a = 0; a < SMOOTH_ROWS; a++) d_store(y + (row + a) * SEGMENTS + lane, sum[a]);
        }
    for (long l = 0; l < SEGMENTS; l++) {
        long begin = l * segment, end = begin + segment < p->count ? begin + segment : p->count;
        for (long j = begin; j < end; j++) p->y[j] = y[(j - begin) * SEGMENTS + l];
    }
}

INLINE double smooth_one(const ck_residual *p, long i) {
    double y = p->first[i];
    if (p->second) {
        double a = p->x[i] - p->second[i], b = p->x[i] - p->third[i];
        y += __builtin_fabs(a) <= __builtin_fabs(b) ? a : b;
    }
    y = y > p->low ? y : p->low;
    return y < p->high ? y : p->high;
}

INLINE vdouble smooth_lanes(const ck_residual *p, long i) {
    vdouble y = d_load(p->first + i);
    if (p->second) {
        vdouble x = d_load(p->x + i);
        y += d_nearer_zero(x - d_load(p->second + i), x - d_load(p->third + i));
    }
    return d_min(d_max(y, d_set(p->low)), d_set(p->high));
}

static void smooth_residual(const ck_residual *p) {
    long i = 0;
    for (; i + DOUBLES <= p->count; i += DOUBLES) d_store(p->y + i, smooth_lanes(p, i));
    for (; i < p->count; i++) p->y[i] = smooth_one(p, i);
}

INLINE double d_sum(vdouble v) {
    double lanes[DOUBLES], sum = 0;
    d_store(lanes, v);
    for (int l = 0; l < DOUBLES; l++) sum += lanes[l];
    return sum;
}

static void smooth_moments(const ck_residual *p, ck_moments *moments) {
    ck_moments m = {0};
    long i = 0;
    while (i < p->count && p->truth[i] != p->truth[i]) i++;
    if (i < p->count) {
        m.y0 = smooth_one(p, i);
        m.truth0 = p->truth[i];
    }
    vdouble y0 = d_set(m.y0), truth0 = d_set(m.truth0);
    vdouble count = d_set(0), d = count, e = count, dd = count, ee = count, de = count;
    for (; i + DOUBLES <= p->count; i += DOUBLES) {
        vdouble truth = d_load(p->truth + i);
        vdouble x = d_where(truth, smooth_lanes(p, i) - y0), t = d_where(truth, truth - truth0);
        count += d_where(truth, d_set(1));
        d += x;
        e += t;
        dd = d_fma(x, x, dd);
        ee = d_fma(t, t, ee);
        de = d_fma(x, t, de);
    }
    m.count = d_sum(count);
    m.d = d_sum(d);
    m.e = d_sum(e);
    m.dd = d_sum(dd);
    m.ee = d_sum(ee);
    m.de = d_sum(de);
    for (; i < p->count; i++) {
        if (p->truth[i] != p->truth[i]) continue;
        double x = smooth_one(p, i) - m.y0, t = p->truth[i] - m.truth0;
        m.count += 1;
        m.d += x;
        m.e += t;
        m.dd += x * x;
        m.ee += t * t;
        m.de += x * t;
    }
    *moments = m;
}
