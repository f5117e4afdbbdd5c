// The plain level: four lanes of portable vector C, for any processor and as the reference of the other levels.
#include <math.h>
#include <string.h>

#include "CKernels.h"

#define LEVEL(name) name##_plain
#define LEVEL_NUMBER CK_PLAIN
#define LEVEL_NAME "plain"
#include "VectorPlain.h"
#include "Level.h"
