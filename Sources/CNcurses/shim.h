#pragma once
// Wide-character functions (get_wch, setcchar) are declared only when this is set before the header.
#define NCURSES_WIDECHAR 1
#include <ncurses.h>
