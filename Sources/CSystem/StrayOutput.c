#define _GNU_SOURCE
#include "CSystem.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

// What a crash handler needs to pass on the last words of the process: both ends' descriptors, -1 when not captured.
static volatile int last_reader = -1;
static volatile int last_error = -1;

int maeface_capture_output(struct maeface_captured_output *captured) {
    maeface_flush_output();
    int ends[2];
    if (pipe2(ends, O_NONBLOCK | O_CLOEXEC) != 0) {
        return errno;
    }
    // Best effort: an unprivileged user may be held to less.
    (void)fcntl(ends[1], F_SETPIPE_SZ, 1 << 20);
    int output = fcntl(1, F_DUPFD_CLOEXEC, 3);
    int error = fcntl(2, F_DUPFD_CLOEXEC, 3);
    if (output < 0 || error < 0 || dup2(ends[1], 1) < 0 || dup2(ends[1], 2) < 0) {
        int reason = errno;
        if (output >= 0) {
            dup2(output, 1);
            close(output);
        }
        if (error >= 0) {
            dup2(error, 2);
            close(error);
        }
        close(ends[0]);
        close(ends[1]);
        return reason;
    }
    close(ends[1]);
    // A pipe would be buffered by the block, and a line would appear in the log long after it was printed.
    setvbuf(stdout, NULL, _IOLBF, 0);
    captured->reader = ends[0];
    captured->standard_output = output;
    captured->standard_error = error;
    last_reader = ends[0];
    last_error = error;
    return 0;
}

void maeface_pass_on_output(void) {
    char bytes[4096];
    ssize_t count;
    if (last_error < 0) {
        return;
    }
    while ((count = read(last_reader, bytes, sizeof bytes)) > 0
           && maeface_write_briefly(last_error, bytes, (size_t)count)) {
    }
}

void maeface_flush_output(void) {
    fflush(stdout);
    fflush(stderr);
}

void maeface_release_output(struct maeface_captured_output *captured) {
    maeface_flush_output();
    last_error = -1;
    dup2(captured->standard_output, 1);
    dup2(captured->standard_error, 2);
    close(captured->standard_output);
    close(captured->standard_error);
    captured->standard_output = -1;
    captured->standard_error = -1;
}
