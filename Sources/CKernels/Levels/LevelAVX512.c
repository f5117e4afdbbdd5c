// The AVX-512 level: server processors since 2017.
#if defined(__x86_64__)
#include <immintrin.h>
#include <math.h>
#include <string.h>

#include "CKernels.h"

#pragma clang attribute push( \
    __attribute__((target("avx512f,avx512dq,avx512bw,avx512vl,avx2,fma,prfchw"))), apply_to = function)
#define LEVEL(name) name##_avx512
#define LEVEL_NUMBER CK_AVX512
#define LEVEL_NAME "avx512"
// 14 x 2 accumulators, 2 vectors of B and 1 of A: 31 of the 32 registers.
#define MICRO_ROWS 14
// 16 accumulators, a vector of the signal; weights are broadcast from memory.
#define SMOOTH_ROWS 16
#include "VectorAVX512.h"
#include "Level.h"
#pragma clang attribute pop
#endif
