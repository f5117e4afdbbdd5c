#pragma once
#include <chafa.h>
#include <stdint.h>

// The arguments of chafa's pixel and mode types are C enumerations, and its strings GLib's; one inline function keeps
// both out of Swift.

/// Sixel bytes of an opaque RGBA8 bitmap, rows from the top without padding; `height` is a multiple of 6. NULL when
/// chafa gives nothing. Free with `maeface_sixel_free`.
///
/// RGBA8 because chafa 1.12.4 distorts rows whose length in bytes is no multiple of 4; a canvas made anew each time
/// because one made by chafa_canvas_new_similar crashes there. A cell of 1 x 6 pixels makes the canvas exactly the
/// bitmap: chafa rounds a sixel's height down to whole bands of 6 pixels.
static inline GString *_Nullable maeface_sixel(const uint8_t *_Nonnull pixels, int width, int height) {
    ChafaCanvasConfig *config = chafa_canvas_config_new();
    chafa_canvas_config_set_geometry(config, width, height / 6);
    chafa_canvas_config_set_cell_geometry(config, 1, 6);
    chafa_canvas_config_set_pixel_mode(config, CHAFA_PIXEL_MODE_SIXELS);
    chafa_canvas_config_set_canvas_mode(config, CHAFA_CANVAS_MODE_TRUECOLOR);
    ChafaCanvas *canvas = chafa_canvas_new(config);
    chafa_canvas_draw_all_pixels(canvas, CHAFA_PIXEL_RGBA8_UNASSOCIATED, pixels, width, height, width * 4);
    // The fallback info knows the sixel sequences; detection by environment misses most terminals that have them.
    ChafaTermInfo *terminal = chafa_term_db_get_fallback_info(chafa_term_db_get_default());
    GString *bytes = chafa_canvas_print(canvas, terminal);
    chafa_term_info_unref(terminal);
    chafa_canvas_unref(canvas);
    chafa_canvas_config_unref(config);
    return bytes;
}

static inline const char *_Nonnull maeface_sixel_bytes(GString *_Nonnull string) { return string->str; }
static inline size_t maeface_sixel_length(GString *_Nonnull string) { return string->len; }

/// g_string_free is a macro over two functions in newer GLib.
static inline void maeface_sixel_free(GString *_Nonnull string) { (void)(g_string_free)(string, TRUE); }

/// One thread: the other cores train.
static inline void maeface_sixel_single_thread(void) { chafa_set_n_threads(1); }
