#include "decode.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <png.h>

typedef struct {
    jmp_buf escape;
    png_structp png;
    png_infop header;
    const uint8_t *data;
    size_t length;
    size_t position;
    // NULL to stop after the header.
    uint8_t *pixels;
    size_t capacity;
    ImageDecoding *info;
} PngReader;

static void on_error(png_structp png, png_const_charp text) {
    PngReader *reader = png_get_error_ptr(png);
    snprintf(reader->info->message, sizeof reader->info->message, "%s", text);
    longjmp(reader->escape, 1);
}

static void on_warning(png_structp png, png_const_charp text) {
    PngReader *reader = png_get_error_ptr(png);
    reader->info->warnings++;
    if (reader->info->message[0] == 0) snprintf(reader->info->message, sizeof reader->info->message, "%s", text);
}

static void on_read(png_structp png, png_bytep destination, size_t count) {
    PngReader *reader = png_get_io_ptr(png);
    if (count > reader->length - reader->position) png_error(png, "the file ends early");
    memcpy(destination, reader->data + reader->position, count);
    reader->position += count;
}

static int read_header(PngReader *reader) {
    png_structp png = reader->png;
    png_infop header = reader->header;
    ImageDecoding *info = reader->info;
    // The limits are checked here, in our own words; libpng's would only say "invalid IHDR".
    png_set_user_limits(png, 0x7FFFFFFF, 0x7FFFFFFF);
    png_read_info(png, header);
    info->width = png_get_image_width(png, header);
    info->height = png_get_image_height(png, header);
    info->intact_rows = info->height;
    int kind = png_get_color_type(png, header);
    info->channels = kind == PNG_COLOR_TYPE_GRAY || kind == PNG_COLOR_TYPE_GRAY_ALPHA ? 1 : 3;
#ifdef PNG_eXIf_SUPPORTED
    png_uint_32 count = 0;
    png_bytep exif = NULL;
    if (png_get_eXIf_1(png, header, &count, &exif) != 0 && exif != NULL) {
        uint32_t value = image_exif_orientation(exif, count);
        info->orientation = value == 0 ? 1 : value;
    }
#endif
    uint64_t pixels = (uint64_t)info->width * info->height;
    if (info->width > IMAGE_MAXIMUM_SIDE || info->height > IMAGE_MAXIMUM_SIDE || pixels > IMAGE_MAXIMUM_PIXELS) {
        snprintf(info->message, sizeof info->message, "it promises %u x %u pixels", info->width, info->height);
        return IMAGE_TOO_LARGE;
    }
    return IMAGE_OK;
}

static int read_pixels(PngReader *reader) {
    png_structp png = reader->png;
    png_infop header = reader->header;
    uint8_t *pixels = reader->pixels;
    ImageDecoding *info = reader->info;
    size_t row_bytes = (size_t)info->width * info->channels;
    if (row_bytes * info->height > reader->capacity) {
        snprintf(info->message, sizeof info->message, "the buffer is too small");
        return IMAGE_BUFFER;
    }
    png_set_strip_16(png);
    png_set_palette_to_rgb(png);
    png_set_expand_gray_1_2_4_to_8(png);
    png_set_strip_alpha(png);
    int passes = png_set_interlace_handling(png);
    png_read_update_info(png, header);
    if (png_get_rowbytes(png, header) != row_bytes) {
        snprintf(info->message, sizeof info->message, "its rows have an unexpected length");
        return IMAGE_UNSUPPORTED;
    }
    // An interlaced file that lacks pixels of a pass would leave them as they were.
    if (passes > 1) memset(pixels, 0, row_bytes * info->height);
    for (int pass = 0; pass < passes; pass++) {
        for (uint32_t y = 0; y < info->height; y++) png_read_row(png, pixels + row_bytes * y, NULL);
    }
    return IMAGE_OK;
}

// The reader lives in the caller's frame, so that nothing read after a jump is a local variable that the jump may
// leave stale.
static int decode(PngReader *reader) {
    memset(reader->info, 0, sizeof *reader->info);
    reader->info->orientation = 1;
    int status;
    if (setjmp(reader->escape)) {
        status = IMAGE_DAMAGED;
    } else {
        reader->png = png_create_read_struct(PNG_LIBPNG_VER_STRING, reader, on_error, on_warning);
        if (reader->png != NULL) reader->header = png_create_info_struct(reader->png);
        if (reader->header == NULL) {
            snprintf(reader->info->message, sizeof reader->info->message, "out of memory");
            status = IMAGE_DAMAGED;
        } else {
            png_set_read_fn(reader->png, reader, on_read);
            status = read_header(reader);
            if (status == IMAGE_OK && reader->pixels != NULL) status = read_pixels(reader);
        }
    }
    if (reader->png != NULL) png_destroy_read_struct(&reader->png, &reader->header, NULL);
    return status;
}

int image_header_png(const uint8_t *data, size_t length, ImageDecoding *info) {
    PngReader reader = {.data = data, .length = length, .info = info};
    return decode(&reader);
}

int image_decode_png(const uint8_t *data, size_t length, uint8_t *pixels, size_t capacity, ImageDecoding *info) {
    PngReader reader = {.data = data, .length = length, .pixels = pixels, .capacity = capacity, .info = info};
    return decode(&reader);
}
