// A count of heap allocations, for `bench`: it shows that a steady training step makes none.
//
// The functions below take the place of the C library's in this program and hand every call on to it. They only add to
// a counter, and only while counting is switched on. Sanitizers bring their own allocator, so there the count is off.

#define _GNU_SOURCE
#include "CSystem.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdbool.h>

#if defined(__GLIBC__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define COUNTS 1
#endif
#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#undef COUNTS
#endif
#endif

static atomic_bool counting;
static atomic_llong allocations;

void maeface_count_allocations(int on) {
    if (on) atomic_store(&allocations, 0);
    atomic_store(&counting, on != 0);
}

int64_t maeface_allocation_count(void) {
#ifdef COUNTS
    return atomic_load(&allocations);
#else
    return -1;
#endif
}

#ifdef COUNTS

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *memory, size_t size);
extern void *__libc_memalign(size_t alignment, size_t size);

static inline void count(void) {
    if (atomic_load_explicit(&counting, memory_order_relaxed))
        atomic_fetch_add_explicit(&allocations, 1, memory_order_relaxed);
}

void *malloc(size_t size) {
    count();
    return __libc_malloc(size);
}

void *calloc(size_t number, size_t size) {
    count();
    return __libc_calloc(number, size);
}

void *realloc(void *memory, size_t size) {
    count();
    return __libc_realloc(memory, size);
}

void *memalign(size_t alignment, size_t size) {
    count();
    return __libc_memalign(alignment, size);
}

void *aligned_alloc(size_t alignment, size_t size) {
    count();
    return __libc_memalign(alignment, size);
}

int posix_memalign(void **memory, size_t alignment, size_t size) {
    count();
    if (alignment % sizeof(void *) != 0 || (alignment & (alignment - 1)) != 0 || alignment == 0) return EINVAL;
    void *result = __libc_memalign(alignment, size);
    if (!result) return ENOMEM;
    *memory = result;
    return 0;
}

#endif
