#include "encode.h"

#include <limits.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>
#include <png.h>

// Both libraries report errors by a jump that must not cross Swift frames, so each function below catches it itself.
// Everything that is read after the jump lives in a struct reached through a pointer, never in a local variable that
// the jump may leave stale.

static ImageEncoding failure(const char *reason) {
    ImageEncoding encoding = {0};
    snprintf(encoding.message, sizeof encoding.message, "%s", reason);
    return encoding;
}

static const char *shape_problem(const uint8_t *pixels, int width, int height, int channels) {
    if (!pixels || width < 1 || height < 1) return "the image has no pixels";
    if (channels != 1 && channels != 3) return "an image to encode has one channel or three";
    if (width > INT_MAX / 4) return "the image is too wide";
    return NULL;
}

void image_encoding_free(ImageEncoding *encoding) {
    free(encoding->bytes);
    encoding->bytes = NULL;
    encoding->count = 0;
}

// JPEG

typedef struct {
    struct jpeg_error_mgr base;
    jmp_buf escape;
    char message[JMSG_LENGTH_MAX];
} JpegErrors;

typedef struct {
    struct jpeg_compress_struct compressor;
    JpegErrors errors;
    unsigned char *bytes;
    unsigned long count;
} JpegWriter;

static void jpeg_escape(j_common_ptr info) {
    JpegErrors *errors = (JpegErrors *)info->err;
    info->err->format_message(info, errors->message);
    longjmp(errors->escape, 1);
}

static void jpeg_silence(j_common_ptr info) { (void)info; }

static void jpeg_write(
    JpegWriter *writer, const uint8_t *pixels, int width, int height, int channels, int quality, const char *comment) {
    struct jpeg_compress_struct *compressor = &writer->compressor;
    jpeg_create_compress(compressor);
    jpeg_mem_dest(compressor, &writer->bytes, &writer->count);
    compressor->image_width = (JDIMENSION)width;
    compressor->image_height = (JDIMENSION)height;
    compressor->input_components = channels;
    compressor->in_color_space = channels == 1 ? JCS_GRAYSCALE : JCS_RGB;
    jpeg_set_defaults(compressor);
    jpeg_set_quality(compressor, quality, TRUE);
    compressor->dct_method = JDCT_ISLOW;
    compressor->optimize_coding = TRUE;
    if (channels == 3 && quality >= 90) {
        compressor->comp_info[0].h_samp_factor = 1;
        compressor->comp_info[0].v_samp_factor = 1;
    }
    jpeg_start_compress(compressor, TRUE);
    if (comment) {
        size_t length = strlen(comment);
        if (length > 65000) length = 65000;
        jpeg_write_marker(compressor, JPEG_COM, (const JOCTET *)comment, (unsigned int)length);
    }
    while (compressor->next_scanline < compressor->image_height) {
        // libjpeg's rows are not const, but compression only reads them.
        JSAMPROW row = (JSAMPROW)(pixels + (size_t)compressor->next_scanline * (size_t)width * (size_t)channels);
        jpeg_write_scanlines(compressor, &row, 1);
    }
    jpeg_finish_compress(compressor);
}

ImageEncoding image_encode_jpeg(
    const uint8_t *pixels, int width, int height, int channels, int quality, const char *comment) {
    const char *problem = shape_problem(pixels, width, height, channels);
    if (problem) return failure(problem);
    if (width > JPEG_MAX_DIMENSION || height > JPEG_MAX_DIMENSION) return failure("a JPEG has at most 65500 pixels a side");

    JpegWriter *writer = calloc(1, sizeof *writer);
    if (!writer) return failure("out of memory");
    writer->compressor.err = jpeg_std_error(&writer->errors.base);
    writer->errors.base.error_exit = jpeg_escape;
    writer->errors.base.output_message = jpeg_silence;

    ImageEncoding encoding = {0};
    if (setjmp(writer->errors.escape) == 0) {
        jpeg_write(writer, pixels, width, height, channels, quality, comment);
    } else {
        encoding = failure(writer->errors.message);
        // The library may hold a larger buffer than the one it last told us of; its destination is the owner then.
        if (writer->compressor.dest) writer->compressor.dest->term_destination(&writer->compressor);
        free(writer->bytes);
        writer->bytes = NULL;
    }
    encoding.bytes = writer->bytes;
    encoding.count = writer->bytes ? writer->count : 0;
    jpeg_destroy_compress(&writer->compressor);
    free(writer);
    return encoding;
}

// PNG

typedef struct {
    uint8_t *bytes;
    size_t count;
    size_t capacity;
    png_structp png;
    png_infop info;
    char message[200];
} PngWriter;

static void png_escape(png_structp png, png_const_charp reason) {
    PngWriter *writer = png_get_error_ptr(png);
    snprintf(writer->message, sizeof writer->message, "%s", reason);
    png_longjmp(png, 1);
}

static void png_silence(png_structp png, png_const_charp reason) {
    (void)png;
    (void)reason;
}

static void png_append(png_structp png, png_bytep data, size_t length) {
    PngWriter *writer = png_get_io_ptr(png);
    if (length > writer->capacity - writer->count) {
        size_t capacity = writer->capacity * 2 + length + 4096;
        uint8_t *grown = realloc(writer->bytes, capacity);
        if (!grown) png_error(png, "out of memory");
        writer->bytes = grown;
        writer->capacity = capacity;
    }
    memcpy(writer->bytes + writer->count, data, length);
    writer->count += length;
}

static void png_nothing_to_flush(png_structp png) { (void)png; }

static void png_write(PngWriter *writer, const uint8_t *pixels, int width, int height, int channels) {
    png_structp png = writer->png;
    png_set_write_fn(png, writer, png_append, png_nothing_to_flush);
    png_set_compression_level(png, 6);
    png_set_IHDR(
        png, writer->info, (png_uint_32)width, (png_uint_32)height, 8,
        channels == 1 ? PNG_COLOR_TYPE_GRAY : PNG_COLOR_TYPE_RGB, PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT,
        PNG_FILTER_TYPE_DEFAULT);
    png_write_info(png, writer->info);
    size_t stride = (size_t)width * (size_t)channels;
    for (int y = 0; y < height; y++) png_write_row(png, pixels + (size_t)y * stride);
    png_write_end(png, writer->info);
}

ImageEncoding image_encode_png(const uint8_t *pixels, int width, int height, int channels) {
    const char *problem = shape_problem(pixels, width, height, channels);
    if (problem) return failure(problem);

    PngWriter *writer = calloc(1, sizeof *writer);
    if (!writer) return failure("out of memory");
    writer->png = png_create_write_struct(PNG_LIBPNG_VER_STRING, writer, png_escape, png_silence);
    if (writer->png) writer->info = png_create_info_struct(writer->png);
    if (!writer->info) {
        png_destroy_write_struct(&writer->png, NULL);
        free(writer);
        return failure("libpng could not start: out of memory, or another version than this program was built with");
    }

    ImageEncoding encoding = {0};
    if (setjmp(png_jmpbuf(writer->png)) == 0) {
        png_write(writer, pixels, width, height, channels);
        encoding.bytes = writer->bytes;
        encoding.count = writer->count;
    } else {
        encoding = failure(writer->message);
        free(writer->bytes);
    }
    png_destroy_write_struct(&writer->png, &writer->info);
    free(writer);
    return encoding;
}
