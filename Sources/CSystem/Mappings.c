#define _GNU_SOURCE
#include "CSystem.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

// A file that is cut while it is mapped raises SIGBUS where its missing pages are read. A page of zeros takes their
// place, and whoever maps asks afterwards whether that happened.

enum { most_mappings = 1024 };

static struct {
    atomic_uintptr_t start;
    atomic_size_t length;
    atomic_int is_cut;
} mappings[most_mappings];

static pthread_mutex_t changing = PTHREAD_MUTEX_INITIALIZER;
static struct sigaction before;
static uintptr_t page_size;

static void fill_missing_page(int number, siginfo_t *info, void *context) {
    (void)context;
    int reason = errno;
    uintptr_t address = (uintptr_t)info->si_addr;
    for (int index = 0; index < most_mappings; index++) {
        uintptr_t start = atomic_load(&mappings[index].start);
        if (start == 0 || address < start || address - start >= atomic_load(&mappings[index].length)) {
            continue;
        }
        atomic_store(&mappings[index].is_cut, 1);
        void *page = (void *)(address & ~(page_size - 1));
        void *zeros = mmap(page, page_size, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
        if (zeros == page) {
            errno = reason;
            return;
        }
        break;
    }
    // Another fault: what was to happen without this happens when the instruction is tried again.
    sigaction(number, &before, NULL);
    errno = reason;
}

int maeface_mapping_guard(const void *start, size_t length) {
    int place = -1;
    pthread_mutex_lock(&changing);
    page_size = (uintptr_t)sysconf(_SC_PAGESIZE);
    struct sigaction now;
    // Whoever restores the terminal after a crash may have come since.
    if (sigaction(SIGBUS, NULL, &now) == 0
        && !((now.sa_flags & SA_SIGINFO) && now.sa_sigaction == fill_missing_page)) {
        struct sigaction action;
        memset(&action, 0, sizeof action);
        action.sa_sigaction = fill_missing_page;
        action.sa_flags = SA_SIGINFO | SA_NODEFER | SA_ONSTACK;
        sigemptyset(&action.sa_mask);
        before = now;
        sigaction(SIGBUS, &action, NULL);
    }
    for (int index = 0; index < most_mappings && place < 0; index++) {
        if (atomic_load(&mappings[index].start) == 0) {
            atomic_store(&mappings[index].is_cut, 0);
            atomic_store(&mappings[index].length, length);
            atomic_store(&mappings[index].start, (uintptr_t)start);
            place = index;
        }
    }
    pthread_mutex_unlock(&changing);
    return place;
}

int maeface_mapping_is_cut(int place) {
    return place >= 0 && place < most_mappings && atomic_load(&mappings[place].is_cut) != 0;
}

void maeface_mapping_release(int place) {
    if (place < 0 || place >= most_mappings) {
        return;
    }
    pthread_mutex_lock(&changing);
    atomic_store(&mappings[place].start, 0);
    pthread_mutex_unlock(&changing);
}
