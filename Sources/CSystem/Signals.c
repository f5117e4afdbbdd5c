#define _GNU_SOURCE
#include "CSystem.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

// A pipe, not signalfd: signalfd needs the signals blocked in every thread, and libraries start threads of their own.
static int ends[2] = {-1, -1};
static bool handled[NSIG];

static void forward(int number) {
    int before = errno;
    unsigned char byte = (unsigned char)number;
    // A full pipe already says that something happened.
    ssize_t ignored = write(ends[1], &byte, 1);
    (void)ignored;
    errno = before;
}

static int handle(int number) {
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = forward;
    action.sa_flags = SA_RESTART;
    sigfillset(&action.sa_mask);
    return sigaction(number, &action, NULL) == 0 ? 0 : errno;
}

int maeface_signals_open(const int *signals, int count, int *descriptor) {
    if (ends[0] < 0 && pipe2(ends, O_NONBLOCK | O_CLOEXEC) != 0) {
        return errno;
    }
    sigset_t wanted;
    sigemptyset(&wanted);
    for (int index = 0; index < count; index++) {
        int number = signals[index];
        if (number <= 0 || number >= NSIG) {
            return EINVAL;
        }
        int reason = handle(number);
        if (reason != 0) {
            return reason;
        }
        handled[number] = true;
        sigaddset(&wanted, number);
    }
    // Whoever started us may have blocked them: a thread of libdispatch blocks all, and children inherit that.
    int reason = pthread_sigmask(SIG_UNBLOCK, &wanted, NULL);
    if (reason != 0) {
        return reason;
    }
    *descriptor = ends[0];
    return 0;
}

int maeface_signals_next(void) {
    unsigned char byte;
    ssize_t count;
    do {
        count = read(ends[0], &byte, 1);
    } while (count < 0 && errno == EINTR);
    return count == 1 ? byte : 0;
}

void maeface_signals_close(void) {
    for (int number = 1; number < NSIG; number++) {
        if (handled[number]) {
            signal(number, SIG_DFL);
            handled[number] = false;
        }
    }
}

void maeface_suspend(void) {
    // The terminal driver would stop the whole job, `make` or `time` before us included; a shell whose job stops only
    // in part never gets the terminal back. Ours is ignored meanwhile, so that raise() alone stops us, in step.
    signal(SIGTSTP, SIG_IGN);
    kill(0, SIGTSTP);
    signal(SIGTSTP, SIG_DFL);
    // A thread of a pool may have every signal blocked, and the stop would wait until our handler is back.
    sigset_t stop, before;
    sigemptyset(&stop);
    sigaddset(&stop, SIGTSTP);
    pthread_sigmask(SIG_UNBLOCK, &stop, &before);
    raise(SIGTSTP);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (handled[SIGTSTP]) {
        handle(SIGTSTP);
    }
}

static const int crashes[] = {SIGSEGV, SIGBUS, SIGILL, SIGTRAP, SIGFPE, SIGABRT};
enum { crash_count = sizeof crashes / sizeof crashes[0] };

static struct {
    int tty;
    struct termios settings;
    bool has_settings;
    char bytes[512];
    size_t length;
} farewell;

static void restore_terminal(void) {
    if (farewell.length == 0) {
        return;
    }
    ssize_t ignored = write(farewell.tty, farewell.bytes, farewell.length);
    (void)ignored;
    if (farewell.has_settings) {
        tcsetattr(farewell.tty, TCSANOW, &farewell.settings);
    }
}

static void restore(int number) {
    restore_terminal();
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
        at_exit = atexit(restore_terminal) == 0;
    }

    // A stack that overflowed cannot carry the handler; only the calling thread gets another one.
    static char stack[65536];
    stack_t other = {.ss_sp = stack, .ss_size = sizeof stack, .ss_flags = 0};
    sigaltstack(&other, NULL);

    for (int index = 0; index < crash_count; index++) {
        struct sigaction action;
        memset(&action, 0, sizeof action);
        action.sa_handler = restore;
        action.sa_flags = (int)(SA_RESETHAND | SA_ONSTACK);
        if (sigaction(crashes[index], &action, NULL) != 0) {
            return errno;
        }
    }
    return 0;
}
