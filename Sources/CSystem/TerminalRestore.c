#define _GNU_SOURCE
#include "CSystem.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

static const int crashes[] = {SIGSEGV, SIGBUS, SIGILL, SIGTRAP, SIGFPE, SIGABRT, SIGSYS};
enum { crash_count = sizeof crashes / sizeof crashes[0] };

static struct {
    int tty;
    struct termios settings;
    bool has_settings;
    char bytes[512];
    size_t length;
    // Not while a pager has the terminal or we are stopped: it has been restored already.
    volatile sig_atomic_t is_lent;
} farewell;

bool maeface_write_briefly(int descriptor, const char *bytes, size_t length) {
    // Others share the open file and expect it to wait for them.
    int flags = fcntl(descriptor, F_GETFL);
    bool waits = flags >= 0 && (flags & O_NONBLOCK) == 0;
    if (waits) {
        fcntl(descriptor, F_SETFL, flags | O_NONBLOCK);
    }
    // A terminal that only is slow makes room in this time.
    int patience = 10;
    while (length > 0) {
        ssize_t count = write(descriptor, bytes, length);
        if (count > 0) {
            bytes += count;
            length -= (size_t)count;
        } else if (count < 0 && errno == EAGAIN && patience > 0) {
            struct pollfd room = {.fd = descriptor, .events = POLLOUT, .revents = 0};
            if (poll(&room, 1, 50) <= 0) {
                patience--;
            }
        } else if (count == 0 || errno != EINTR) {
            break;
        }
    }
    if (waits) {
        fcntl(descriptor, F_SETFL, flags);
    }
    return length == 0;
}

void maeface_restore_terminal(void) {
    if (farewell.length == 0 || farewell.is_lent) {
        return;
    }
    // In the background, setting a terminal would stop the process instead.
    sigset_t stop, before;
    sigemptyset(&stop);
    sigaddset(&stop, SIGTTOU);
    pthread_sigmask(SIG_BLOCK, &stop, &before);
    if (!maeface_write_briefly(farewell.tty, farewell.bytes, farewell.length)) {
        // Nobody reads: what waits unread is frames of a screen that is given back, and makes room for the farewell.
        tcflush(farewell.tty, TCOFLUSH);
        maeface_write_briefly(farewell.tty, farewell.bytes, farewell.length);
    }
    if (farewell.has_settings) {
        tcsetattr(farewell.tty, TCSANOW, &farewell.settings);
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

void maeface_terminal_is_lent(bool is_lent) { farewell.is_lent = is_lent; }

static void restore(int number) {
    maeface_restore_terminal();
    maeface_pass_on_output();
    // SA_RESETHAND has put the default action back; the signal is unblocked when this handler returns.
    raise(number);
}

int maeface_restore_on_crash(int tty, const char *bytes, size_t length) {
    static bool at_exit;
    if (length == 0) {
        farewell.length = 0;
        for (int index = 0; index < crash_count; index++) {
            signal(crashes[index], SIG_DFL);
        }
        return 0;
    }
    if (bytes == NULL || length > sizeof farewell.bytes) {
        return EINVAL;
    }
    farewell.tty = tty;
    farewell.has_settings = tcgetattr(tty, &farewell.settings) == 0;
    memcpy(farewell.bytes, bytes, length);
    farewell.length = length;

    if (!at_exit) {
        at_exit = atexit(maeface_restore_terminal) == 0;
    }

    // A stack that overflowed cannot carry the handler; only the calling thread gets another one.
    static char stack[65536];
    stack_t other = {.ss_sp = stack, .ss_size = sizeof stack, .ss_flags = 0};
    sigaltstack(&other, NULL);

    for (int index = 0; index < crash_count; index++) {
        struct sigaction action;
        memset(&action, 0, sizeof action);
        action.sa_handler = restore;
        sigfillset(&action.sa_mask);
        action.sa_flags = (int)(SA_RESETHAND | SA_ONSTACK);
        if (sigaction(crashes[index], &action, NULL) != 0) {
            return errno;
        }
    }
    return 0;
}
