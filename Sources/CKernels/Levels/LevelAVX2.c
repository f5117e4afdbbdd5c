// The AVX2 level: processors since about 2013.
#if defined(__x86_64__)
#include <immintrin.h>
#include <math.h>
#include <string.h>

#include "CKernels.h"

#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#define LEVEL(name) name##_avx2
#define LEVEL_NUMBER CK_AVX2
#define LEVEL_NAME "avx2"
// 6 x 2 accumulators, 2 vectors of B and 1 of A: 15 of the 16 registers.
#define MICRO_ROWS 6
// 12 accumulators, a vector of the signal, a weight.
#define SMOOTH_ROWS 12
#include "VectorAVX2.h"
#include "Level.h"
#pragma clang attribute pop
#endif
