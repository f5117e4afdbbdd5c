#pragma once

#include "decode.h"
#include "encode.h"
