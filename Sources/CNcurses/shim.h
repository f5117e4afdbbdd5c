#pragma once
// Wide-character functions (get_wch, setcchar) are declared only when this is set before the header.
#define NCURSES_WIDECHAR 1
#include <ncurses.h>
#include <stdint.h>
#include <stdio.h>
#include <term.h>

// Swift sees neither macros that compute something, nor variadic functions, nor C globals under strict concurrency.
// Each function below stands for one of them and adds nothing else.

/// `stdscr` is a global variable.
static inline WINDOW *_Nullable maeface_standard_screen(void) { return stdscr; }

/// `curscr`, what ncurses believes is on the terminal, is a global variable.
static inline WINDOW *_Nullable maeface_current_screen(void) { return curscr; }

/// `COLORS` is a global variable, set by start_color.
static inline int maeface_colors(void) { return COLORS; }

/// `COLOR_PAIRS` is a global variable, set by start_color.
static inline int maeface_color_pairs(void) { return COLOR_PAIRS; }

/// The attributes are macros made by shifting.
static inline uint32_t maeface_attribute_bold(void) { return (uint32_t)A_BOLD; }
static inline uint32_t maeface_attribute_dim(void) { return (uint32_t)A_DIM; }
static inline uint32_t maeface_attribute_underline(void) { return (uint32_t)A_UNDERLINE; }
static inline uint32_t maeface_attribute_reverse(void) { return (uint32_t)A_REVERSE; }

/// Puts one cell, made of a character and its combining marks, without moving what follows. Pairs above 255 travel
/// through setcchar's option pointer, which the COLOR_PAIR macro cannot reach.
static inline int maeface_put_cell(WINDOW *_Nonnull window, int row, int column, const uint32_t *_Nonnull scalars,
                                   int count, uint32_t attributes, int pair) {
    wchar_t text[CCHARW_MAX + 1];
    int length = count < CCHARW_MAX ? count : CCHARW_MAX;
    for (int index = 0; index < length; index++) {
        text[index] = (wchar_t)scalars[index];
    }
    text[length] = L'\0';
    cchar_t cell;
    if (setcchar(&cell, text, (attr_t)attributes, 0, &pair) == ERR) {
        return ERR;
    }
    // mvwadd_wch is a macro of two calls.
    return wmove(window, row, column) == ERR ? ERR : wadd_wch(window, &cell);
}

/// One key without waiting: 0 nothing there, 1 a character in `value`, 2 a function key's code in `value`. The three
/// results of wget_wch are macros.
static inline int maeface_next_key(WINDOW *_Nonnull window, uint32_t *_Nonnull value) {
    wint_t key = 0;
    int kind = wget_wch(window, &key);
    *value = (uint32_t)key;
    return kind == OK ? 1 : kind == KEY_CODE_YES ? 2 : 0;
}

/// tigetstr returns (char *)-1 for a name that is no string capability; here both failures are NULL.
static inline const char *_Nullable maeface_capability(const char *_Nonnull name) {
    const char *value = tigetstr((char *)name);
    return value == (const char *)-1 ? NULL : value;
}

/// getmaxyx is a macro that assigns to its arguments.
static inline int maeface_rows(WINDOW *_Nonnull window) { return getmaxy(window); }
static inline int maeface_columns(WINDOW *_Nonnull window) { return getmaxx(window); }
