#define _GNU_SOURCE
#include "CSystem.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

// Between fork and exec only async-signal-safe calls are allowed: other threads may have held any lock.
static _Noreturn void become(char *const arguments[], const char *directory, const char *output, int failure) {
    setsid();

    struct sigaction defaults;
    memset(&defaults, 0, sizeof defaults);
    defaults.sa_handler = SIG_DFL;
    for (int number = 1; number < NSIG; number++) {
        sigaction(number, &defaults, NULL);
    }
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);

    // The failure pipe must not be one of the descriptors about to be replaced.
    int report = fcntl(failure, F_DUPFD_CLOEXEC, 3);
    if (report < 0) {
        goto failed;
    }
    failure = report;
    if (directory && chdir(directory) != 0) {
        goto failed;
    }
    int null = open("/dev/null", O_RDONLY);
    if (null < 0 || dup2(null, 0) < 0) {
        goto failed;
    }
    int log = open(output, O_WRONLY | O_CREAT | O_APPEND, 0644);
    if (log < 0 || dup2(log, 1) < 0 || dup2(log, 2) < 0) {
        goto failed;
    }
    if (failure > 3) {
        close_range(3, (unsigned)failure - 1, 0);
    }
    close_range((unsigned)failure + 1, ~0U, 0);
    execv(arguments[0], arguments);

failed:;
    int reason = errno;
    ssize_t ignored = write(failure, &reason, sizeof reason);
    (void)ignored;
    _exit(127);
}

int maeface_spawn(char *const arguments[], const char *directory, const char *output, pid_t *process) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) {
        return errno;
    }
    // No handler of ours may run in the child before it has become someone else: it would write to our pipes.
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    pid_t child = fork();
    int reason = errno;
    if (child == 0) {
        become(arguments, directory, output, ends[1]);
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    close(ends[1]);
    if (child < 0) {
        close(ends[0]);
        return reason;
    }
    // A successful exec closes the pipe without a word.
    ssize_t count;
    do {
        count = read(ends[0], &reason, sizeof reason);
    } while (count < 0 && errno == EINTR);
    close(ends[0]);
    if (count == (ssize_t)sizeof reason) {
        int code;
        maeface_wait(child, &code);
        return reason;
    }
    *process = child;
    return 0;
}

static int reap(pid_t process, int options, int *code) {
    int status;
    pid_t found;
    do {
        found = waitpid(process, &status, options);
    } while (found < 0 && errno == EINTR);
    if (found == 0) {
        return 0;
    }
    if (found < 0) {
        return -1;
    }
    *code = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
    return 1;
}

int maeface_reap(pid_t process, int *code) { return reap(process, WNOHANG, code); }

int maeface_wait(pid_t process, int *code) { return reap(process, 0, code); }

void maeface_host_name(char *name, size_t capacity) {
    if (capacity == 0) {
        return;
    }
    if (gethostname(name, capacity) != 0) {
        name[0] = '\0';
    }
    name[capacity - 1] = '\0';
}

int64_t maeface_resident_bytes(void) {
    int file = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
    if (file < 0) {
        return 0;
    }
    char text[128];
    ssize_t count = read(file, text, sizeof text - 1);
    close(file);
    if (count <= 0) {
        return 0;
    }
    text[count] = '\0';
    long long total, resident;
    if (sscanf(text, "%lld %lld", &total, &resident) != 2) {
        return 0;
    }
    return resident * sysconf(_SC_PAGESIZE);
}

void maeface_hold_standard_descriptors(void) {
    // Writing to a descriptor opened for reading fails, as writing to a closed one does.
    static const int access[] = {O_RDONLY, O_RDONLY, O_WRONLY};
    for (int descriptor = 0; descriptor < 3; descriptor++) {
        if (fcntl(descriptor, F_GETFD) < 0 && errno == EBADF) {
            // open() takes the lowest free number, which is this one.
            (void)!open("/dev/null", access[descriptor]);
        }
    }
}
