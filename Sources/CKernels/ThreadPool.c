// Threads that share the tiles of one job. A job is announced in one 64-bit word, (generation, tiles left): a thread
// claims a tile by decrementing it, and only then reads the job, which cannot change before that tile is done. So a
// thread that wakes late, or never, delays nobody: the caller waits for tiles, not for threads.
#define _GNU_SOURCE
#include <errno.h>
#include <linux/futex.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include "CKernels.h"

enum { MAXIMUM_THREADS = 256 };

typedef struct {
    struct ck_pool *pool;
    int index;
    pthread_t thread;
} worker;

struct ck_pool {
    _Alignas(64) _Atomic uint64_t word;       // generation << 32 | tiles left
    _Alignas(64) _Atomic uint32_t done;       // tiles finished
    _Atomic uint32_t caller_sleeps;
    _Alignas(64) _Atomic uint32_t wake;       // futex word of sleeping workers
    _Atomic uint32_t sleepers;
    _Atomic int stopping;
    _Alignas(64) ck_tile function;
    const void *parameters;
    long tiles;
    float *scratch;
    long stride;
    int threads;
    worker workers[MAXIMUM_THREADS];
};

// About 50 microseconds: longer than the gap between two operations of a step, shorter than a scheduler's time slice.
enum { SPINS = 1200 };

static void futex_wait(_Atomic uint32_t *word, uint32_t value) {
    syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, value, NULL, NULL, 0);
}

static void futex_wake(_Atomic uint32_t *word, int count) {
    syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, count, NULL, NULL, 0);
}

static void pause_briefly(void) {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#else
    atomic_signal_fence(memory_order_seq_cst);
#endif
}

// Numbers below 1e-38 count as zero while tiles run: the processor needs a hundred times longer for them, and gradients
// of saturated units are full of them. Every thread does so, hence the result depends on none. Returns what was set.
static unsigned flush_denormals(void) {
#if defined(__x86_64__)
    unsigned before = _mm_getcsr();
    _mm_setcsr(before | 0x8040u);
    return before;
#else
    return 0;
#endif
}

static void restore_denormals(unsigned before) {
#if defined(__x86_64__)
    _mm_setcsr(before);
#else
    (void)before;
#endif
}

// Takes tiles until none is left; true if it took any.
static int work(ck_pool *pool, int index) {
    int any = 0;
    uint64_t word = atomic_load_explicit(&pool->word, memory_order_acquire);
    while ((uint32_t)word != 0) {
        if (!atomic_compare_exchange_weak_explicit(
                &pool->word, &word, word - 1, memory_order_acq_rel, memory_order_acquire))
            continue;
        any = 1;
        long tiles = pool->tiles;
        long tile = tiles - (long)(uint32_t)word;
        pool->function(pool->parameters, tile, pool->scratch + index * pool->stride);
        uint32_t done = atomic_fetch_add_explicit(&pool->done, 1, memory_order_seq_cst) + 1;
        if (done == (uint32_t)tiles && atomic_load_explicit(&pool->caller_sleeps, memory_order_seq_cst))
            futex_wake(&pool->done, 1);
        word = atomic_load_explicit(&pool->word, memory_order_acquire);
    }
    return any;
}

static void *worker_main(void *argument) {
    worker *self = argument;
    ck_pool *pool = self->pool;
    flush_denormals();
    for (;;) {
        for (int spin = 0; spin < SPINS; spin++) {
            if (work(pool, self->index)) spin = 0;
            if (atomic_load_explicit(&pool->stopping, memory_order_acquire)) return NULL;
            pause_briefly();
        }
        uint32_t seen = atomic_load_explicit(&pool->wake, memory_order_seq_cst);
        atomic_fetch_add_explicit(&pool->sleepers, 1, memory_order_seq_cst);
        // A job announced between the last look and here has either changed `wake` or is seen now.
        if ((uint32_t)atomic_load_explicit(&pool->word, memory_order_seq_cst) == 0
            && !atomic_load_explicit(&pool->stopping, memory_order_seq_cst))
            futex_wait(&pool->wake, seen);
        atomic_fetch_sub_explicit(&pool->sleepers, 1, memory_order_seq_cst);
    }
}

long ck_pool_size(void) { return (long)sizeof(ck_pool); }

int ck_pool_start(ck_pool *pool, int threads) {
    if (threads < 1 || threads > MAXIMUM_THREADS) return EINVAL;
    atomic_init(&pool->word, 0);
    atomic_init(&pool->done, 0);
    atomic_init(&pool->caller_sleeps, 0);
    atomic_init(&pool->wake, 0);
    atomic_init(&pool->sleepers, 0);
    atomic_init(&pool->stopping, 0);
    pool->scratch = NULL;
    pool->stride = 0;
    pool->threads = 1;
    // Workers take no signals: those are for the thread that waits for them.
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int result = 0;
    for (int i = 1; i < threads && result == 0; i++) {
        pool->workers[i].pool = pool;
        pool->workers[i].index = i;
        result = pthread_create(&pool->workers[i].thread, NULL, worker_main, &pool->workers[i]);
        if (result == 0) pool->threads = i + 1;
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (result != 0) ck_pool_stop(pool);
    return result;
}

void ck_pool_stop(ck_pool *pool) {
    atomic_store(&pool->stopping, 1);
    atomic_fetch_add(&pool->wake, 1);
    futex_wake(&pool->wake, MAXIMUM_THREADS);
    for (int i = 1; i < pool->threads; i++) pthread_join(pool->workers[i].thread, NULL);
    pool->threads = 1;
}

void ck_pool_set_scratch(ck_pool *pool, float *base, long stride) {
    pool->scratch = base;
    pool->stride = stride;
}

static void run_tiles(ck_pool *pool, ck_tile function, const void *parameters, long tiles) {
    if (tiles == 1 || pool->threads == 1) {
        for (long tile = 0; tile < tiles; tile++) function(parameters, tile, pool->scratch);
        return;
    }
    pool->function = function;
    pool->parameters = parameters;
    pool->tiles = tiles;
    atomic_store_explicit(&pool->done, 0, memory_order_relaxed);
    uint64_t generation = (atomic_load_explicit(&pool->word, memory_order_relaxed) >> 32) + 1;
    atomic_store_explicit(&pool->word, generation << 32 | (uint32_t)tiles, memory_order_seq_cst);
    if (atomic_load_explicit(&pool->sleepers, memory_order_seq_cst)) {
        atomic_fetch_add_explicit(&pool->wake, 1, memory_order_seq_cst);
        futex_wake(&pool->wake, tiles - 1 < MAXIMUM_THREADS ? (int)(tiles - 1) : MAXIMUM_THREADS);
    }
    work(pool, 0);
    for (int spin = 0; spin < SPINS; spin++) {
        if (atomic_load_explicit(&pool->done, memory_order_acquire) == (uint32_t)tiles) return;
        pause_briefly();
    }
    atomic_store_explicit(&pool->caller_sleeps, 1, memory_order_seq_cst);
    for (;;) {
        uint32_t done = atomic_load_explicit(&pool->done, memory_order_seq_cst);
        if (done == (uint32_t)tiles) break;
        futex_wait(&pool->done, done);
    }
    atomic_store_explicit(&pool->caller_sleeps, 0, memory_order_relaxed);
}

void ck_pool_run(ck_pool *pool, ck_tile function, const void *parameters, long tiles) {
    if (tiles <= 0) return;
    unsigned before = flush_denormals();
    run_tiles(pool, function, parameters, tiles);
    restore_denormals(before);
}
