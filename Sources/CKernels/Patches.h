// Patches of images: rows for the patch embedding, targets and loss of the reconstruction. Tile = image.

static void patches_extract(const void *parameters, long tile, float *scratch) {
    (void)scratch;
    const ck_patches *p = parameters;
    long s = p->patch, grid = p->width / s, plane = p->height * p->width;
    for (long l = 0; l < p->kept; l++) {
        long index = p->indices ? p->indices[tile * p->kept + l] : l;
        const float *from = p->pixels + tile * 3 * plane + index / grid * s * p->width + index % grid * s;
        float *to = p->rows + (tile * p->kept + l) * 3 * s * s;
        for (long c = 0; c < 3; c++)
            for (long y = 0; y < s; y++)
                memcpy(to + (c * s + y) * s, from + c * plane + y * p->width, sizeof(float) * (size_t)s);
    }
}

INLINE void patch_channel_last(const ck_patches *p, long image, long index, float *to) {
    long s = p->patch, grid = p->width / s, plane = p->height * p->width;
    const float *from = p->pixels + image * 3 * plane + index / grid * s * p->width + index % grid * s;
    for (long y = 0; y < s; y++)
        for (long x = 0; x < s; x++)
            for (long c = 0; c < 3; c++) to[(y * s + x) * 3 + c] = from[c * plane + y * p->width + x];
}

static void patches_patchify(const void *parameters, long tile, float *scratch) {
    (void)scratch;
    const ck_patches *p = parameters;
    long n = 3 * p->patch * p->patch;
    for (long l = 0; l < p->kept; l++) {
        long index = p->indices ? p->indices[tile * p->kept + l] : l;
        patch_channel_last(p, tile, index, p->rows + (tile * p->kept + l) * n);
    }
}

static void patches_unpatchify(const void *parameters, long tile, float *scratch) {
    (void)scratch;
    const ck_patches *p = parameters;
    long s = p->patch, grid = p->width / s, plane = p->height * p->width;
    for (long l = 0; l < p->kept; l++) {
        long index = p->indices ? p->indices[tile * p->kept + l] : l;
        const float *from = p->prediction + (tile * p->kept + l) * 3 * s * s;
        float *to = p->pixels_out + tile * 3 * plane + index / grid * s * p->width + index % grid * s;
        for (long y = 0; y < s; y++)
            for (long x = 0; x < s; x++)
                for (long c = 0; c < 3; c++) to[c * plane + y * p->width + x] = from[(y * s + x) * 3 + c];
    }
}

static void patches_loss(const void *parameters, long tile, float *scratch) {
    const ck_patches *p = parameters;
    long n = 3 * p->patch * p->patch;
    for (long l = 0; l < p->kept; l++) {
        long index = p->indices ? p->indices[tile * p->kept + l] : l, row = tile * p->kept + l;
        patch_channel_last(p, tile, index, scratch);
        float mean = 0, rstd = 1;
        if (p->normalised) {
            mean = row_sum(scratch, n) / (float)n;
            rstd = 1.0f / __builtin_sqrtf(row_squares_about(scratch, mean, n) / (float)(n - 1) + p->epsilon);
        }
        const float *prediction = p->prediction + row * n;
        float *gradient = p->gradient ? p->gradient + row * n : NULL;
        vf sum = v_set(0), m = v_set(mean), r = v_set(rstd), scale = v_set(p->gradient_scale);
        for (long i = 0; i < n; i += LANES) {
            long lanes = n - i < LANES ? n - i : LANES;
            vf e = v_load_part(prediction + i, lanes) - (v_load_part(scratch + i, lanes) - m) * r;
            // Lanes beyond the row would count (0 - (0 - mean) rstd).
            if (lanes < LANES) v_store_part(scratch + i, e, lanes), e = v_load_part(scratch + i, lanes);
            sum += p->squared ? e * e : v_abs(e);
            if (gradient) v_store_part(gradient + i, (p->squared ? v_set(2) * e : v_sign(e)) * scale, lanes);
        }
        p->losses[row] = (double)v_sum(sum);
    }
}
