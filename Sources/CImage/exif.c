#include "decode.h"

#include <stdbool.h>

// EXIF is a TIFF file: "II" or "MM", 42, the offset of the first directory; a directory is a count of 12-byte entries
// (tag, type, count, value). Only tag 0x0112 of the first directory is of interest.

typedef struct {
    const uint8_t *bytes;
    size_t length;
    bool big_endian;
} TiffBlock;

static bool read_16(const TiffBlock *block, size_t offset, uint32_t *value) {
    if (offset > block->length || block->length - offset < 2) return false;
    const uint8_t *p = block->bytes + offset;
    *value = block->big_endian ? (uint32_t)p[0] << 8 | p[1] : (uint32_t)p[1] << 8 | p[0];
    return true;
}

static bool read_32(const TiffBlock *block, size_t offset, uint32_t *value) {
    uint32_t first, second;
    if (!read_16(block, offset, &first) || !read_16(block, offset + 2, &second)) return false;
    *value = block->big_endian ? first << 16 | second : second << 16 | first;
    return true;
}

uint32_t image_exif_orientation(const uint8_t *tiff, size_t length) {
    if (length < 8) return 0;
    TiffBlock block = {tiff, length, tiff[0] == 'M'};
    if (!((tiff[0] == 'I' && tiff[1] == 'I') || (tiff[0] == 'M' && tiff[1] == 'M'))) return 0;
    uint32_t magic, directory, entries;
    if (!read_16(&block, 2, &magic) || magic != 42) return 0;
    if (!read_32(&block, 4, &directory) || !read_16(&block, directory, &entries)) return 0;
    for (uint32_t i = 0; i < entries; i++) {
        size_t entry = (size_t)directory + 2 + (size_t)i * 12;
        uint32_t tag, type, value;
        if (!read_16(&block, entry, &tag)) return 0;
        if (tag != 0x0112) continue;
        if (!read_16(&block, entry + 2, &type)) return 0;
        // SHORT by the standard; some writers use LONG.
        bool found = type == 3 ? read_16(&block, entry + 8, &value) : type == 4 && read_32(&block, entry + 8, &value);
        return found && value >= 1 && value <= 8 ? value : 0;
    }
    return 0;
}
