#include "decode.h"

#include <setjmp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>
// After jpeglib.h, which it needs.
#include <jerror.h>

// Progressive files may repeat scans without end; each costs a pass over the whole image.
enum { maximum_scans = 500 };

typedef struct {
    struct jpeg_error_mgr errors;
    struct jpeg_source_mgr source;
    struct jpeg_progress_mgr progress;
    jmp_buf escape;
    struct jpeg_decompress_struct decoder;
    // What to read, and where to.
    const uint8_t *data;
    size_t length;
    int scale_numerator;
    uint8_t *pixels;
    size_t capacity;
    ImageDecoding *info;
    bool faulty;
    // Restart segments that ended early; each loses at most its own rows.
    uint32_t broken_segments;
} JpegReader;

static void note(JpegReader *reader, const char *text) {
    if (reader->info->message[0] == 0) snprintf(reader->info->message, sizeof reader->info->message, "%s", text);
}

static void on_error(j_common_ptr common) {
    JpegReader *reader = common->client_data;
    char text[JMSG_LENGTH_MAX];
    common->err->format_message(common, text);
    // The fatal message matters more than a warning before it.
    reader->info->message[0] = 0;
    note(reader, text);
    longjmp(reader->escape, 1);
}

// Rows decoded so far, of the first scan: later scans of a progressive file only refine.
static uint32_t rows_so_far(const struct jpeg_decompress_struct *decoder) {
    if (decoder->total_iMCU_rows == 0) return 0;
    if (decoder->input_scan_number > 1) return decoder->image_height;
    double share = (double)decoder->input_iMCU_row / decoder->total_iMCU_rows;
    return (uint32_t)(share * decoder->image_height);
}

static void on_message(j_common_ptr common, int level) {
    if (level >= 0) return;
    JpegReader *reader = common->client_data;
    reader->info->warnings++;
    if (reader->info->message[0] == 0) {
        char text[JMSG_LENGTH_MAX];
        common->err->format_message(common, text);
        note(reader, text);
    }
    int code = common->err->msg_code;
    bool loses_data = code == JWRN_HIT_MARKER || code == JWRN_JPEG_EOF || code == JWRN_HUFF_BAD_CODE
        || code == JWRN_ARITH_BAD_CODE || code == JWRN_MUST_RESYNC;
    if (!loses_data) return;
    reader->info->faults++;
    // With restart markers decoding recovers at the next one, so that segments are counted instead.
    if (reader->decoder.restart_interval != 0 && code != JWRN_JPEG_EOF) {
        reader->broken_segments++;
    } else if (!reader->faulty) {
        reader->faulty = true;
        reader->info->intact_rows = rows_so_far(&reader->decoder);
    }
}

static void on_output(j_common_ptr common) { (void)common; }

static void on_progress(j_common_ptr common) {
    JpegReader *reader = common->client_data;
    if (reader->decoder.input_scan_number <= maximum_scans) return;
    reader->info->message[0] = 0;
    note(reader, "more than 500 scans");
    longjmp(reader->escape, 1);
}

static void source_start(j_decompress_ptr decoder) { (void)decoder; }

// The whole file is in memory: asking for more means that it ended early. An end-of-image marker lets libjpeg finish.
static boolean source_fill(j_decompress_ptr decoder) {
    static const JOCTET end_of_image[2] = {0xFF, JPEG_EOI};
    WARNMS(decoder, JWRN_JPEG_EOF);
    decoder->src->next_input_byte = end_of_image;
    decoder->src->bytes_in_buffer = sizeof end_of_image;
    return TRUE;
}

static void source_skip(j_decompress_ptr decoder, long count) {
    if (count <= 0) return;
    struct jpeg_source_mgr *source = decoder->src;
    if ((size_t)count > source->bytes_in_buffer) {
        source_fill(decoder);
    } else {
        source->next_input_byte += count;
        source->bytes_in_buffer -= (size_t)count;
    }
}

static void source_end(j_decompress_ptr decoder) { (void)decoder; }

// Runs `body` with every jump of libjpeg caught. The reader lives in the caller's frame, so that nothing read after a
// jump is a local variable that the jump may leave stale.
static int guarded(JpegReader *reader, int (*body)(JpegReader *reader)) {
    memset(reader->info, 0, sizeof *reader->info);
    reader->info->orientation = 1;
    struct jpeg_decompress_struct *decoder = &reader->decoder;
    decoder->err = jpeg_std_error(&reader->errors);
    decoder->client_data = reader;
    reader->errors.error_exit = on_error;
    reader->errors.emit_message = on_message;
    reader->errors.output_message = on_output;
    reader->progress.progress_monitor = on_progress;
    reader->source = (struct jpeg_source_mgr){
        .next_input_byte = reader->data,
        .bytes_in_buffer = reader->length,
        .init_source = source_start,
        .fill_input_buffer = source_fill,
        .skip_input_data = source_skip,
        .resync_to_restart = jpeg_resync_to_restart,
        .term_source = source_end,
    };
    int status;
    if (setjmp(reader->escape)) {
        status = IMAGE_DAMAGED;
    } else {
        // Clears the decoder but for err and client_data.
        jpeg_create_decompress(decoder);
        decoder->src = &reader->source;
        decoder->progress = &reader->progress;
        status = body(reader);
    }
    jpeg_destroy_decompress(&reader->decoder);
    return status;
}

static uint32_t orientation_of(const struct jpeg_decompress_struct *decoder) {
    static const uint8_t prefix[6] = {'E', 'x', 'i', 'f', 0, 0};
    for (jpeg_saved_marker_ptr marker = decoder->marker_list; marker != NULL; marker = marker->next) {
        if (marker->marker != JPEG_APP0 + 1 || marker->data_length < sizeof prefix) continue;
        if (memcmp(marker->data, prefix, sizeof prefix) != 0) continue;
        uint32_t value = image_exif_orientation(marker->data + sizeof prefix, marker->data_length - sizeof prefix);
        return value == 0 ? 1 : value;
    }
    return 1;
}

// Reads the header into `info` and decides whether to go on.
static int read_header(JpegReader *reader) {
    struct jpeg_decompress_struct *decoder = &reader->decoder;
    ImageDecoding *info = reader->info;
    size_t length = reader->length;
    jpeg_save_markers(decoder, JPEG_APP0 + 1, 0xFFFF);
    jpeg_read_header(decoder, TRUE);
    info->width = decoder->image_width;
    info->height = decoder->image_height;
    info->intact_rows = info->height;
    info->orientation = orientation_of(decoder);
    uint64_t pixels = (uint64_t)info->width * info->height;
    if (info->width > IMAGE_MAXIMUM_SIDE || info->height > IMAGE_MAXIMUM_SIDE || pixels > IMAGE_MAXIMUM_PIXELS) {
        snprintf(info->message, sizeof info->message, "it promises %u x %u pixels", info->width, info->height);
        return IMAGE_TOO_LARGE;
    }
    // Huffman coding spends at least one bit on each block of 8 x 8 pixels in the first scan.
    if (!decoder->arith_code && pixels / 64 / 8 / 2 > length) {
        snprintf(
            info->message, sizeof info->message, "it promises %u x %u pixels in %zu bytes", info->width, info->height,
            length);
        return IMAGE_TOO_LARGE;
    }
    switch (decoder->jpeg_color_space) {
    case JCS_GRAYSCALE:
        decoder->out_color_space = JCS_GRAYSCALE;
        info->channels = 1;
        return IMAGE_OK;
    case JCS_YCbCr:
    case JCS_RGB:
        decoder->out_color_space = JCS_RGB;
        info->channels = 3;
        return IMAGE_OK;
    case JCS_CMYK:
    case JCS_YCCK:
        decoder->out_color_space = JCS_CMYK;
        info->channels = 3;
        return IMAGE_OK;
    default:
        snprintf(info->message, sizeof info->message, "it has %d colour components", decoder->num_components);
        return IMAGE_UNSUPPORTED;
    }
}

// Adobe's files, and so everybody's, store CMYK inverted: 255 is no ink. Products are rounded as v / 255.
static void rgb_from_cmyk(const uint8_t *cmyk, uint8_t *rgb, size_t count) {
    for (size_t i = 0; i < count; i++) {
        uint32_t key = cmyk[4 * i + 3];
        for (size_t c = 0; c < 3; c++) {
            uint32_t ink = (255 - cmyk[4 * i + c]) * key + 128;
            rgb[3 * i + c] = (uint8_t)(key - (((ink >> 8) + ink) >> 8));
        }
    }
}

static void read_rows(JpegReader *reader) {
    struct jpeg_decompress_struct *decoder = &reader->decoder;
    size_t row_bytes = (size_t)reader->info->width * reader->info->channels;
    jpeg_start_decompress(decoder);
    JSAMPARRAY inks = NULL;
    if (decoder->out_color_space == JCS_CMYK) {
        // From libjpeg's pool: freed with the decoder whichever way it ends.
        inks = decoder->mem->alloc_sarray((j_common_ptr)decoder, JPOOL_IMAGE, decoder->output_width * 4, 1);
    }
    while (decoder->output_scanline < decoder->output_height) {
        JSAMPROW row = reader->pixels + row_bytes * decoder->output_scanline;
        if (inks == NULL) {
            jpeg_read_scanlines(decoder, &row, 1);
        } else {
            jpeg_read_scanlines(decoder, inks, 1);
            rgb_from_cmyk(inks[0], row, decoder->output_width);
        }
    }
    // What follows the last row, an early end included, no longer concerns the picture.
}

static int decode(JpegReader *reader) {
    struct jpeg_decompress_struct *decoder = &reader->decoder;
    ImageDecoding *info = reader->info;
    int status = read_header(reader);
    if (status != IMAGE_OK) return status;
    decoder->scale_num = (unsigned)reader->scale_numerator;
    decoder->scale_denom = 8;
    jpeg_calc_output_dimensions(decoder);
    info->width = decoder->output_width;
    info->height = decoder->output_height;
    if ((size_t)info->width * info->height * info->channels > reader->capacity) {
        snprintf(info->message, sizeof info->message, "the buffer is too small");
        return IMAGE_BUFFER;
    }
    read_rows(reader);

    uint64_t height = decoder->image_height;
    if (reader->broken_segments > 0 && !reader->faulty) {
        uint64_t blocks = (uint64_t)decoder->MCUs_per_row * decoder->MCU_rows_in_scan;
        uint64_t segments = decoder->restart_interval == 0 ? 1 : blocks / decoder->restart_interval + 1;
        uint64_t broken = reader->broken_segments < segments ? reader->broken_segments : segments;
        info->intact_rows = (uint32_t)(height - height * broken / segments);
    }
    if ((uint64_t)info->intact_rows * 2 < height) return IMAGE_MISSING;
    // One fault may show in several places; noise shows in every row of blocks.
    return info->faults > decoder->total_iMCU_rows ? IMAGE_CORRUPT : IMAGE_OK;
}

int image_header_jpeg(const uint8_t *data, size_t length, ImageDecoding *info) {
    JpegReader reader = {.data = data, .length = length, .info = info};
    return guarded(&reader, read_header);
}

int image_decode_jpeg(
    const uint8_t *data, size_t length, int scale_numerator, uint8_t *pixels, size_t capacity, ImageDecoding *info) {
    JpegReader reader = {
        .data = data,
        .length = length,
        .scale_numerator = scale_numerator,
        .pixels = pixels,
        .capacity = capacity,
        .info = info,
    };
    return guarded(&reader, decode);
}
