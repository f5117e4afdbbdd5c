#define _GNU_SOURCE
#include "CSystem.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

// A pipe, not signalfd: signalfd needs the signals blocked in every thread, and libraries start threads of their own.
static int ends[2] = {-1, -1};
static bool handled[NSIG];

// The signal that asked this process to end, once there is one, and the seconds it then has; 0: as long as it likes.
static volatile sig_atomic_t asked_to_end;
static volatile sig_atomic_t seconds_to_end;

/// The terminal reads nothing, or something else holds the main thread: the signal gets its way without it.
static void end_now(void) {
    maeface_restore_terminal();
    maeface_pass_on_output();
    int number = asked_to_end;
    signal(number, SIG_DFL);
    sigset_t only;
    sigemptyset(&only);
    sigaddset(&only, number);
    pthread_sigmask(SIG_UNBLOCK, &only, NULL);
    raise(number);
    _exit(128 + number);
}

static void forward(int number) {
    int before = errno;
    if (asked_to_end != 0 && number == SIGALRM) {
        end_now();
    }
    if (asked_to_end == 0 && seconds_to_end > 0 && maeface_signal_ends(number)) {
        asked_to_end = number;
        alarm((unsigned)seconds_to_end);
    }
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

bool maeface_signal_ends(int number) {
    switch (number) {
    // By default these are ignored, or stop a process and continue it.
    case SIGCHLD:
    case SIGURG:
    case SIGWINCH:
    case SIGCONT:
    case SIGSTOP:
    case SIGTSTP:
    case SIGTTIN:
    case SIGTTOU:
    // Nobody can catch it.
    case SIGKILL:
    // Crashes: what follows them in the program cannot be trusted.
    case SIGSEGV:
    case SIGBUS:
    case SIGILL:
    case SIGTRAP:
    case SIGFPE:
    case SIGABRT:
    case SIGSYS:
    // A write fails with EPIPE or EFBIG instead.
    case SIGPIPE:
    case SIGXFSZ:
        return false;
    default:
        // The C library keeps the first real-time signals to itself.
        return number > 0 && (number < SIGSYS || (number >= SIGRTMIN && number <= SIGRTMAX));
    }
}

void maeface_fail_writes_instead_of_signals(void) {
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN);
}

void maeface_signal_name(int number, char *name, size_t capacity) {
    const char *known = sigabbrev_np(number);
    if (known != NULL) {
        snprintf(name, capacity, "SIG%s", known);
    } else if (number >= SIGRTMIN) {
        snprintf(name, capacity, "SIGRTMIN+%d", number - SIGRTMIN);
    } else {
        snprintf(name, capacity, "signal %d", number);
    }
}

int maeface_signals_open_ending(const int *others, int count, int *descriptor) {
    int signals[NSIG];
    int total = 0;
    for (int number = 1; number < NSIG; number++) {
        if (maeface_signal_ends(number)) {
            signals[total++] = number;
        }
    }
    int reason = maeface_signals_open(signals, total, descriptor);
    return reason != 0 ? reason : maeface_signals_open(others, count, descriptor);
}

void maeface_end_within(int seconds) {
    seconds_to_end = seconds;
    if (seconds == 0) {
        if (asked_to_end != 0) {
            alarm(0);
        }
        asked_to_end = 0;
    }
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
