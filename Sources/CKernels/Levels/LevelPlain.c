// The plain level: four lanes of portable vector C, for any processor and as the reference of the other levels.
#include <math.h>
#include <string.h>

#include "CKernels.h"

#define LEVEL(name) name##_plain
#define LEVEL_NUMBER CK_PLAIN
#define LEVEL_NAME "plain"
// Linear layers go to OpenBLAS; the micro-kernel serves attention.
#define MICRO_ROWS 4
// 6 accumulators, a vector of the signal, a weight, a product.
#define SMOOTH_ROWS 6
#define LEVEL_USES_BLAS 1
#include "VectorPlain.h"
#include "Level.h"
