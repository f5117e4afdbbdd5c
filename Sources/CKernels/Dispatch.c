// Which level this processor can run.
#include <stddef.h>

#include "CKernels.h"

extern const ck_table ck_table_plain;

const ck_table *ck_table_for(int level) {
    switch (level) {
    case CK_PLAIN: return &ck_table_plain;
    default: return NULL;
    }
}
